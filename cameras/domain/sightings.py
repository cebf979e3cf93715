"""From something new and still to a flag: glimpsed, suspected, then flagged or dropped, always with a reason.

Pure: boxes and times in, decisions out. The rule that carries the room: an actor was at the place when the thing came to
rest, that actor has moved away from it since, and the thing still lies there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cameras.domain.areas import NOTHING_DRAWN
from cameras.domain.geometry import Box, cover, gap, iou
from cameras.domain.scene import Evidence, Look, Thing
from cameras.domain.tracks import Track


class State(StrEnum):
    """Of one suspect. FLAGGED and DROPPED are final."""

    GLIMPSED = "glimpsed"
    SUSPECTED = "suspected"
    FLAGGED = "flagged"
    DROPPED = "dropped"


class Why(StrEnum):
    """The reason of a final state."""

    LEFT = "left"
    THROWN = "thrown"
    WENT_AWAY = "went_away"
    NO_ACTOR = "no_actor"
    ATTENDED = "attended"
    OUTSIDE = "outside"
    REMOVED = "removed"
    LIGHT = "light"
    ACTOR = "actor"
    PARKED = "parked"
    """A vehicle that was not there before, as a detector sees it."""
    PUSHED_ASIDE = "pushed_aside"
    KNOWN = "known"
    TOO_LARGE = "too_large"
    FAINT = "faint"
    CAMERA_MOVED = "camera_moved"
    VERIFIER = "verifier"


@dataclass(frozen=True, slots=True)
class Rules:
    """Every number of the decision. Seconds, shares, and lengths in sizes of the thing or of the actor."""

    suspect_after_s: float = 1.5
    """At rest for this long, with an actor: suspected."""
    hold_gone_s: float = 1.5
    """Unattended this long when the actor has left the picture."""
    hold_far_s: float = 3.0
    """Unattended this long when the actor is at least `far` of its own sizes away."""
    hold_near_s: float = 12.0
    """Unattended this long when the actor stays in view and closer than that."""
    near: float = 0.55
    away: float = 0.5
    far: float = 1.5
    before_s: float = 2.5
    """An actor that was at the place this long before it came to rest may have left the thing."""
    after_s: float = 1.0
    unseen_s: float = 2.5
    """Not seen for this long with nobody in front: it went away."""
    no_actor_s: float = 25.0
    """Still here without any actor: not ours; the background takes it."""
    attended_s: float = 600.0
    smallest_share: float = 0.00035
    largest_share: float = 0.22
    largest_to_actor: float = 1.15
    """Longer side of the thing against the actor's: beyond it, it is the vehicle itself or a change of light."""
    lowest_arrival: float = 0.12
    """Of `Evidence.arrival`: below it something was taken away, or only the light plays."""
    sure_edge_gain: float = 0.25
    """An outline this much clearer than before arrived, even where it fits its surroundings: one more bag on a heap."""
    light_alike: float = 0.8
    light_texture: float = 6.0
    lowest_contrast: float = 15.0
    lowest_fill: float = 0.25
    largest_fill: float = 2.5
    """Above it the change has no outline of its own: it runs on far beyond the box."""
    pushed_alike: float = 0.82


RULES = Rules()


@dataclass
class Suspect:
    """One thing under watch. Times in seconds of the stream, boxes on the analysed picture."""

    id: int
    box: Box
    area: float
    since: float
    first_seen: float
    seen: float
    state: State = State.GLIMPSED
    why: Why | None = None
    carriers: dict[int, Track] = field(default_factory=dict)
    """Who was at the place when it came to rest, and who came out of there afterwards."""
    near_at: dict[int, float] = field(default_factory=dict)
    """When each carrier was last close."""
    unattended_since: float | None = None
    tried_at: float = -1.0
    watched: bool = True
    """It stands where the administrator wants things flagged."""

    @property
    def over(self) -> bool:
        return self.state in (State.FLAGGED, State.DROPPED)

    @property
    def actor_came(self) -> float:
        """When the first actor that may have left it came into view."""
        return min((track.born for track in self.actors), default=self.since)

    @property
    def actors(self) -> list[Track]:
        """The carriers that are not the thing itself: what stopped and lies where the thing lies was the thing on its way."""
        place = self.box.grown(max(3.0, 0.15 * self.box.side))
        return [track for track in self.carriers.values() if not (track.ended and cover(track.box, place) > 0.6)]

    @property
    def main(self) -> Track | None:
        """The actor that was close last: the one that left it."""
        return max(self.actors, key=lambda track: self.near_at.get(track.id, self.since), default=None)

    @property
    def actor_size(self) -> float:
        """Longer side of the largest actor, 0 for none."""
        return max((track.size for track in self.actors), default=0.0)

    def settle(self, state: State, why: Why) -> None:
        """Final. A second decision about one suspect is a fault of the program."""
        if self.over:
            raise ValueError(f"suspect {self.id} is already {self.state}")
        self.state, self.why = state, why


class Watch:
    """All suspects of one camera. `step` takes each look; `ripe` are the suspects that want a judgement now."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.rules = rules
        self.suspects: list[Suspect] = []
        self.areas = NOTHING_DRAWN
        self._next = 1

    def step(self, look: Look, tracks: Iterable[Track]) -> list[Suspect]:
        """Take one look; `tracks` are the live and the recently ended ones. Returns the suspects that were dropped."""
        actors = list(tracks)
        if look.moved:
            return self._drop_all(Why.CAMERA_MOVED)
        for thing in look.things:
            self._meet(thing, look)
        for suspect in self.suspects:
            suspect.watched = self.areas.watches(suspect.box, look.width, look.height)
            self._attend(suspect, look, actors)
        return self._sweep(look, actors)

    def ripe(self, look: Look, *, at_end: bool = False) -> list[Suspect]:
        """Suspected, unattended for long enough, and seen in this look. `at_end` is the last look of a file: shorter holds."""
        return [suspect for suspect in self.suspects if self._is_ripe(suspect, look, 0.6 if at_end else 1.0)]

    def distance(self, suspect: Suspect, look: Look) -> float | None:
        """Gap from the thing to its nearest carrier in the picture, in longer sides of the thing; None when all are gone."""
        gaps = [gap(track.box, suspect.box) for track in suspect.carriers.values() if not track.ended and look.at - track.seen < 0.6]
        return min(gaps) / max(suspect.box.side, 1.0) if gaps else None

    def forget(self, suspect: Suspect) -> None:
        """It is settled."""
        self.suspects = [other for other in self.suspects if other is not suspect]

    def _meet(self, thing: Thing, look: Look) -> None:
        known = max(self.suspects, key=lambda suspect: _same(suspect.box, thing.box), default=None)
        if known is None or _same(known.box, thing.box) < 0.35:
            known = Suspect(self._next, thing.box, thing.area, thing.since, look.at, look.at)
            self._next += 1
            self.suspects.append(known)
        known.box, known.area, known.seen = thing.box, thing.area, look.at
        known.since = thing.since

    def _attend(self, suspect: Suspect, look: Look, actors: list[Track]) -> None:
        close = False
        for track in actors:
            if not track.acts and track.id not in suspect.carriers:
                continue
            if track.id in suspect.carriers or self._carried(track, suspect):
                suspect.carriers[track.id] = track
                self._note_near(suspect, track)
            present = not track.ended and look.at - track.seen < 0.6
            close = close or (present and gap(track.box, suspect.box) < self.rules.away * max(track.size, track.box.side) * 0.5)
        if suspect.state is State.GLIMPSED and suspect.watched and suspect.actors and look.at - suspect.since >= self.rules.suspect_after_s:
            suspect.state = State.SUSPECTED
        if close or suspect.state is not State.SUSPECTED or not self._left_alone(suspect, look):
            suspect.unattended_since = None
        elif suspect.unattended_since is None:
            suspect.unattended_since = look.at

    def _carried(self, track: Track, suspect: Suspect) -> bool:
        """It was at the place when the thing came to rest, or it came out of the place afterwards."""
        if track.born > suspect.since and gap(track.first_box, suspect.box) <= 0.15 * max(track.first_box.side, suspect.box.side):
            return True
        first, last = suspect.since - self.rules.before_s, suspect.since + self.rules.after_s
        return any(first <= at <= last and self._near(track, box, suspect.box) for at, box in track.path)

    def _near(self, track: Track, at: Box, thing: Box) -> bool:
        return gap(at, thing) <= self.rules.near * max(0.5 * track.size, thing.side)

    def _note_near(self, suspect: Suspect, track: Track) -> None:
        for at, box in reversed(track.path):
            if gap(box, suspect.box) <= 0.1 * track.size:
                suspect.near_at[track.id] = max(at, suspect.near_at.get(track.id, at))
                return
        suspect.near_at.setdefault(track.id, suspect.since)

    def _left_alone(self, suspect: Suspect, look: Look) -> bool:
        """Who was close last has moved away. One that ended where something still stands nearby is there: it waits, or it is parked."""
        main = suspect.main
        return main is not None and self._is_away(main, suspect, look)

    def _is_away(self, track: Track, suspect: Suspect, look: Look) -> bool:
        """Who stands still has no track any more; he attends from farther off than somebody who walks."""
        if not track.ended:
            return gap(track.box, suspect.box) >= self.rules.away * track.size
        return not _stands(track, suspect, look) or gap(track.box, suspect.box) >= self.rules.far * track.size

    def _hold(self, suspect: Suspect, look: Look) -> float:
        present = [track for track in suspect.actors if not track.ended or _stands(track, suspect, look)]
        if not present:
            return self.rules.hold_gone_s
        if all(gap(track.box, suspect.box) >= self.rules.far * track.size for track in present):
            return self.rules.hold_far_s
        return self.rules.hold_near_s

    def _is_ripe(self, suspect: Suspect, look: Look, patience: float) -> bool:
        if suspect.state is not State.SUSPECTED or not suspect.watched or suspect.unattended_since is None or look.at - suspect.seen > 0.5:
            return False
        return look.at - suspect.unattended_since >= self._hold(suspect, look) * patience

    def _sweep(self, look: Look, actors: list[Track]) -> list[Suspect]:
        gone: list[Suspect] = []
        for suspect in self.suspects:
            why = self._over(suspect, look, actors)
            if why is not None:
                suspect.settle(State.DROPPED, why)
                gone.append(suspect)
        self.suspects = [suspect for suspect in self.suspects if not suspect.over]
        return gone

    def _over(self, suspect: Suspect, look: Look, actors: list[Track]) -> Why | None:
        hidden = any(not track.ended and cover(suspect.box, track.box) > 0.2 for track in actors)
        if look.at - suspect.seen > self.rules.unseen_s and (not hidden or look.at - suspect.seen > 60):
            return Why.WENT_AWAY
        if not suspect.watched and look.at - suspect.since > self.rules.no_actor_s:
            return Why.OUTSIDE
        if not suspect.actors and look.at - suspect.since > self.rules.no_actor_s:
            return Why.NO_ACTOR
        return Why.ATTENDED if look.at - suspect.since > self.rules.attended_s else None

    def _drop_all(self, why: Why) -> list[Suspect]:
        gone, self.suspects = self.suspects, []
        for suspect in gone:
            suspect.settle(State.DROPPED, why)
        return gone


def objection(suspect: Suspect, evidence: Evidence, look: Look, rules: Rules = RULES) -> Why | None:
    """Why the pixels speak against this suspect, or None. The first that holds, from the surest to the weakest."""
    share = suspect.box.area / (look.width * look.height)
    faint = share < rules.smallest_share or evidence.contrast < rules.lowest_contrast or evidence.fill < rules.lowest_fill
    only_light = evidence.alike > rules.light_alike and evidence.texture > rules.light_texture
    objections = (
        (share > rules.largest_share, Why.TOO_LARGE),
        (evidence.arrival < rules.lowest_arrival and evidence.edge_gain < rules.sure_edge_gain, Why.REMOVED),
        (faint, Why.FAINT),
        (only_light or evidence.fill > rules.largest_fill, Why.LIGHT),
        (evidence.moved_from > rules.pushed_alike, Why.PUSHED_ASIDE),
        (suspect.box.side > rules.largest_to_actor * suspect.actor_size, Why.ACTOR),
    )
    return next((why for holds, why in objections if holds), None)


def manner(suspect: Suspect) -> Why:
    """LEFT when somebody stayed at the place for a moment around the put-down, THROWN when everybody only passed."""
    near = [
        at
        for track in suspect.carriers.values()
        for at, box in track.path
        if gap(box, suspect.box) <= 0.15 * track.size and abs(at - suspect.since) < 4.0
    ]
    return Why.LEFT if near and max(near) - min(near) >= 0.8 else Why.THROWN


def _stands(track: Track, suspect: Suspect, look: Look) -> bool:
    """Its track has ended, and something else that is new and still is where it ended."""
    return track.ended and any(thing.box != suspect.box and cover(track.box, thing.box) > 0.3 for thing in look.things)


def _same(known: Box, seen: Box) -> float:
    return max(iou(known, seen), 0.8 * cover(seen, known), 0.6 * cover(known, seen))
