"""The rules of a sighting, without pictures: who was there, who went, what stayed."""

from collections.abc import Callable, Sequence

import pytest

from cameras.domain.geometry import Box, around, cover, gap, iou
from cameras.domain.objections import objection
from cameras.domain.scene import Evidence, Look, Thing
from cameras.domain.sightings import State, Suspect, Watch, Why
from cameras.domain.story import manner
from cameras.domain.tracks import Track, Tracker

Walker = Callable[[float], Sequence[Box]]
Things = Callable[[float], Sequence[Thing]]
BAG = Box(300, 200, 330, 230)
SEEN_AGAIN = {"strange": -0.1, "edge_gain": 0.4, "contrast": 26.0, "sharp_before": 0.5, "sharp_now": 1.1}
"""A floor whose memory was smeared by somebody who stood on it."""
PLAIN = Evidence(edge_gain=0.5, strange=0.5, alike=0.1, texture=10, contrast=50, fill=0.9, moved_from=-1)


def person(x: float) -> Box:
    return Box(x, 110, x + 40, 235)


class Story:
    """Plays a story at six looks a second: `walker(second)` is where somebody is, `things(second)` what is new and still."""

    def __init__(self) -> None:
        self.watch, self.tracker = Watch(), Tracker()
        self.dropped: list[Suspect] = []
        self.ripe: list[tuple[float, Suspect]] = []

    def play(self, end: float, walker: Walker, things: Things) -> "Story":
        ended: list[Track] = []
        for number in range(round(end * 6)):
            at = number / 6
            movers = tuple(walker(at))
            look = Look(at, 640, 360, tuple(things(at)), movers)
            ended += self.tracker.step(at, movers)
            self.dropped += self.watch.step(look, [*self.tracker.live, *ended])
            self.ripe += [(at, suspect) for suspect in self.watch.ripe(look)]
        return self


def comes_and_goes(at: float) -> list[Box]:
    if 2 <= at < 6:
        return [person(-30 + (at - 2) * 75)]
    if 6 <= at < 8:
        return [person(270)]
    return [person(270 - (at - 8) * 80)] if 8 <= at < 11 else []


def bag_from(start: float, end: float = 99) -> Things:
    return lambda at: [Thing(BAG, 800, start)] if start + 0.8 <= at < end else []


def test_left_alone_after_the_actor_went() -> None:
    story = Story().play(16, comes_and_goes, bag_from(7))
    first, suspect = story.ripe[0]
    assert 9.5 < first < 14
    assert suspect.since == 7
    assert manner(suspect) is Why.LEFT
    assert objection(suspect, PLAIN, Look(first, 640, 360)) is None


def test_while_the_actor_stays_nothing_is_judged() -> None:
    assert Story().play(30, lambda at: comes_and_goes(min(at, 7.5)), bag_from(7)).ripe == []


def stops_at(x: float) -> tuple[Walker, Things]:
    """He puts the bag down, goes as far as `x` and stands there: what stands still is new and still, and no track any more."""
    until = 8 + (270 - x) / 80

    def standing(at: float) -> list[Thing]:
        return [*bag_from(7)(at), *([Thing(person(x), 4000, until)] if at > until + 0.8 else [])]

    return lambda at: comes_and_goes(at) if at < until else [], standing


def test_who_stands_at_a_distance_has_left_it() -> None:
    """About three of his heights away; nearer by, he waits beside it."""
    assert Story().play(30, *stops_at(20)).ripe
    assert Story().play(30, *stops_at(180)).ripe == []


def test_who_stands_a_step_away_is_waited_for() -> None:
    """Farther than beside it, nearer than far: he stays in view, so it takes as long as for somebody who walks about there."""
    ripe = Story().play(30, *stops_at(120)).ripe
    assert ripe
    assert ripe[0][0] > 20


def test_who_stood_still_and_comes_back_never_left() -> None:
    """He stands at a distance until 14 s, where he has no track; then the one that begins there, and comes slowly back, is he."""
    walk, still = stops_at(120)

    def walker(at: float) -> Sequence[Box]:
        return walk(at) if at < 14 else [person(120 + (at - 14) * 15)]

    def things(at: float) -> Sequence[Thing]:
        return still(at) if at < 14 else bag_from(7)(at)

    assert Story().play(19, walker, things).ripe == []


def test_a_passer_by_does_not_begin_the_wait_anew() -> None:
    """Whoever comes close has it wait, but it is not from him that it has to be left alone."""

    def walker(at: float) -> Sequence[Box]:
        return comes_and_goes(at) if at < 11 else [person(150 + (at - 12) * 60)] if 12 <= at < 15 else []

    ripe = [at for at, _ in Story().play(20, walker, bag_from(7)).ripe]
    assert not [at for at in ripe if 13.5 <= at < 15]
    assert min(at for at in ripe if at >= 15) < 15.8


def test_somebody_who_ended_where_the_thing_lies_was_not_the_thing() -> None:
    """The last of him that still moved was the thing in his hand; he goes on as another track, some way beside it."""

    def walker(at: float) -> Sequence[Box]:
        if at < 7:
            return comes_and_goes(at)
        return [BAG] if at < 7.4 else [person(225 - (at - 9) * 80)] if 9 <= at < 12 else []

    assert Story().play(20, walker, bag_from(7)).ripe


def thrown_over(pixels: float) -> Walker:
    """A cart 120 px long goes by, its wheels so far above the place where the bag comes to rest."""
    return lambda at: [Box(at * 200 - 800, 100, at * 200 - 680, 200 - pixels)] if 4 <= at < 8 else []


def test_what_lands_some_way_off_was_thrown() -> None:
    story = Story().play(16, thrown_over(50), bag_from(5.6))
    assert story.ripe
    assert manner(story.ripe[0][1]) is Why.THROWN
    assert Story().play(16, thrown_over(90), bag_from(5.6)).ripe == []
    assert Story().play(16, thrown_over(50), bag_from(9.5)).ripe == [], "he had long passed"


def test_who_walks_off_into_the_distance_was_no_smaller_at_the_place() -> None:
    def walker(at: float) -> Sequence[Box]:
        if at < 8:
            return comes_and_goes(at)
        small = max(1 - (at - 8) / 6, 0.2)
        return [Box(270 - (at - 8) * 20, 235 - 125 * small, 270 - (at - 8) * 20 + 40 * small, 235)] if at < 13 else []

    story = Story().play(12.5, walker, bag_from(7))
    assert story.watch.suspects[0].actor_size == pytest.approx(125, abs=15)
    assert story.tracker.live[0].size < 80


def test_who_is_half_lost_in_the_dark_is_no_farther_off() -> None:
    def walker(at: float) -> Sequence[Box]:
        return comes_and_goes(at) if at < 10 else [Box(108 + at % 2, 195, 148 + at % 2, 235)]

    ripe = Story().play(26, walker, bag_from(7)).ripe
    assert ripe[0][0] > 20


def test_where_a_file_ends_less_is_waited_for() -> None:
    story = Story().play(12, comes_and_goes, bag_from(7))
    last = Look(12, 640, 360, tuple(bag_from(7)(12)))
    assert story.watch.ripe(last) == []
    assert story.watch.ripe(last, at_end=True)


def test_what_goes_with_the_actor_is_dropped() -> None:
    story = Story().play(16, comes_and_goes, bag_from(6.5, 8.2))
    assert story.ripe == []
    assert [suspect.why for suspect in story.dropped] == [Why.WENT_AWAY]


def test_without_an_actor_it_is_not_ours() -> None:
    story = Story().play(40, lambda _: [], bag_from(5))
    assert story.ripe == []
    assert {suspect.why for suspect in story.dropped} == {Why.NO_ACTOR}


def test_somebody_who_passes_later_is_not_the_actor() -> None:
    story = Story().play(25, lambda at: [person(-30 + (at - 12) * 100)] if 12 <= at < 19 else [], bag_from(5))
    assert story.ripe == []


def test_a_vehicle_that_parks_is_not_left_by_itself() -> None:
    story = Story().play(
        20,
        lambda at: [Box(at * 60, 190, at * 60 + 120, 250)] if at < 4 else [],
        lambda at: [Thing(Box(236, 190, 356, 250), 7000, 4.0)] if at > 5 else [],
    )
    assert story.ripe == []


def test_a_thing_thrown_in_passing() -> None:
    story = Story().play(14, lambda at: [person(-30 + (at - 3) * 150)] if 3 <= at < 8 else [], bag_from(5.3))
    assert story.ripe
    assert manner(story.ripe[0][1]) is Why.THROWN


def test_a_camera_that_moved_forgets_its_suspects() -> None:
    story = Story().play(9, comes_and_goes, bag_from(7))
    gone = story.watch.step(Look(9.1, 640, 360, moved=True), [])
    assert [suspect.why for suspect in gone] == [Why.CAMERA_MOVED]
    assert story.watch.suspects == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"strange": -0.3, "edge_gain": -0.2}, Why.REMOVED),
        ({"strange": -0.2, "edge_gain": 0.4}, None),
        ({"alike": 0.95}, Why.LIGHT),
        ({"alike": 0.95, "texture": 1.0}, None),
        ({"contrast": 6.0}, Why.FAINT),
        ({"moved_from": 0.95}, Why.PUSHED_ASIDE),
        ({"fill": 4.0}, Why.LIGHT),
        ({**SEEN_AGAIN}, Why.REMOVED),
        ({**SEEN_AGAIN, "sharp_before": 0.9}, None),
        ({**SEEN_AGAIN, "sharp_now": 2.5}, None),
        ({**SEEN_AGAIN, "strange": 0.2}, None),
        ({**SEEN_AGAIN, "contrast": 47.0}, None),
    ],
)
def test_what_the_pixels_object(change: dict[str, float], why: Why | None) -> None:
    first, suspect = Story().play(16, comes_and_goes, bag_from(7)).ripe[0]
    fields = {name: getattr(PLAIN, name) for name in PLAIN.__slots__}
    assert objection(suspect, Evidence(**{**fields, **change}), Look(first, 640, 360)) is why


@pytest.mark.parametrize(
    ("pace", "wide", "top", "why"),
    [(170, 100, 140, Why.PARKED), (75, 100, 140, None), (170, 190, 140, None), (170, 100, 190, None)],
    ids=["parked", "a walker with a wide thing", "a motorcycle that brought a thing", "the thing itself in the air"],
)
def test_what_was_ridden_here_is_parked(pace: float, wide: float, top: float, why: Why | None) -> None:
    """A rider 100 px tall stops, gets off, and leaves behind what is nearly as wide as both were, or what is not."""
    bike = Box(300, 190, 390, 240)
    begins = 5 - 330 / pace

    def walker(at: float) -> Sequence[Box]:
        if at < begins:
            return []
        if at < 5:
            x = 300 - (5 - at) * pace
            return [Box(x, top, x + wide, 240)]
        return [Box(300, 140, 330, 240)] if at < 7 else [Box(300 - (at - 7) * 80, 140, 330 - (at - 7) * 80, 240)] if at < 10 else []

    story = Story().play(14, walker, lambda at: [Thing(bike, 3000, 5.0)] if at > 6 else [])
    assert objection(story.ripe[0][1], PLAIN, Look(14, 640, 360)) is why


def test_a_decision_is_made_once() -> None:
    suspect = Suspect(1, BAG, 800, 7, 8, 9)
    suspect.settle(State.FLAGGED, Why.LEFT)
    with pytest.raises(ValueError, match="already"):
        suspect.settle(State.DROPPED, Why.FAINT)


def test_boxes() -> None:
    a, b = Box(0, 0, 10, 10), Box(5, 0, 15, 10)
    assert iou(a, b) == pytest.approx(1 / 3)
    assert cover(a, b) == 0.5
    assert gap(a, Box(13, 14, 20, 20)) == 5
    assert gap(a, b) == 0
    assert around([a, b]) == Box(0, 0, 15, 10)
    assert iou(Box(0, 0, 0, 0), a) == 0


def test_two_people_who_cross_stay_two_tracks() -> None:
    tracker = Tracker()
    for number in range(30):
        tracker.step(number / 6, [Box(number * 12, 100, number * 12 + 30, 200), Box(400 - number * 12, 210, 430 - number * 12, 330)])
    assert len(tracker.live) == 2
    assert all(track.acts for track in tracker.live)
