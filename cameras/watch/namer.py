"""Says who the actors of a camera's suspects are, with a few looks of the detector at their best pictures.

Nobody is asked for who only passes by: a detector costs more than everything else that is done with a picture.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from cameras.domain.actors import RIDDEN, VEHICLES, Kind, Naming
from cameras.domain.geometry import Box, cover, iou
from cameras.domain.sightings import State, Suspect, Why
from cameras.domain.tracks import Track
from cameras.watch.album import Album, opened
from cameras.watch.layers import Picture

LOOKS, ACTORS, ASK_EVERY_S = 3, 3, 0.5
"""So many looks at each of the so many actors who were at the place last; one look in half a second."""
APART_S = 0.5
AROUND = 3.0
"""A look takes in so many sizes of what it is about, and this share of the picture's height at least."""
LEAST_HEIGHT = 0.3
LEAST = 0.3
MATCH = 0.3
SURE, SAME = 0.7, 0.5
"""A thing is taken for a person or a vehicle from this score on, and where the boxes share so much (intersection over union). A small
detector called a bag in the dark a person with 0.57; real ones by day had 0.8 and more."""
LIKELY, CLOSELY, HALF = 0.25, 0.6, 0.5
"""For the very kind of vehicle that somebody came as, at least half as large: from this score and overlap on."""


class Sight(Protocol):
    """What a detector made out. cameras/watch/detector answers; boxes in pixels of the picture that it was given."""

    @property
    def box(self) -> Box: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def score(self) -> float: ...


class Eyes(Protocol):
    """A detector that may be there or not, and may change at any time."""

    @property
    def there(self) -> bool:
        """Somebody can be asked."""
        ...

    def detect(self, picture: Picture, least: float) -> Sequence[Sight] | None:
        """What is on a BGR uint8 picture, from this score on; None without a detector."""
        ...


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sight in pixels of the whole picture."""

    box: Box
    kind: Kind
    score: float


@dataclass
class Namer:
    """One camera's."""

    eyes: Eyes
    _names: dict[int, Naming] = field(default_factory=dict)
    _asked: dict[int, list[float]] = field(default_factory=dict)
    _looked: float = -ASK_EVERY_S

    def step(self, suspects: Iterable[Suspect], album: Album, at: float) -> None:
        """When it is time again, one look at one actor who is wanted and not known well enough. `at`: seconds of the stream."""
        if not self.eyes.there or at - self._looked < ASK_EVERY_S:
            return
        wanted = [suspect for suspect in suspects if suspect.state is State.SUSPECTED and suspect.watched]
        if any(self._ask(track, album) for suspect in wanted for track in _last(suspect)):
            self._looked = at

    def agent(self, suspect: Suspect) -> tuple[Kind, float] | None:
        """Kind and score of who left it; None when nobody could say. One who stands still is often two tracks: all of them vote."""
        whole = Naming()
        for naming in (self._names[track.id] for track in suspect.actors if track.id in self._names):
            whole.looks += naming.looks
            for kind, votes in naming.votes.items():
                whole.votes[kind] = whole.votes.get(kind, 0.0) + votes
        return (whole.kind, round(whole.score, 3)) if whole.kind is not None else None

    def is_somebody(self, box: Box, before: Picture, after: Picture, came_as: Container[Kind] = ()) -> Why | None:
        """ACTOR or PARKED when the new thing in `box` is a person, an animal or a vehicle by itself, and was not there before.

        `came_as`: the vehicles that were seen coming; one of these needs less to be known again.
        """
        sure = [one for one in self._match(box, after) if one.score >= SURE or (one.kind in came_as and iou(one.box, box) >= CLOSELY)]
        if not sure or self._match(box, before):
            return None
        return Why.PARKED if max(sure, key=lambda one: one.score).kind in VEHICLES else Why.ACTOR

    def came_as(self, suspect: Suspect) -> set[Kind]:
        """The kinds of vehicle that its actors were taken for, those that are not much larger than the thing."""
        named = [(track, self._names[track.id].kind) for track in suspect.actors if track.id in self._names]
        return {kind for track, kind in named if kind in VEHICLES and suspect.box.side >= HALF * track.size and kind is not None}

    def forget(self, tracks: Iterable[Track]) -> None:
        """Keep the names of these alone."""
        known = {track.id for track in tracks}
        self._names = {number: naming for number, naming in self._names.items() if number in known}
        self._asked = {number: asked for number, asked in self._asked.items() if number in known}

    def _ask(self, track: Track, album: Album) -> bool:
        asked = self._asked.setdefault(track.id, [])
        best = self._best(track, album, asked) if len(asked) < LOOKS else None
        if best is None:
            return False
        at, box, kept = best
        seen = self._around(box, opened(kept), LEAST)
        if seen is None:
            return False
        asked.append(at)
        found = _of_track(box, seen)
        self._names.setdefault(track.id, Naming()).add(found.kind if found else None, found.score if found else 0.0)
        return True

    def _best(self, track: Track, album: Album, asked: Sequence[float]) -> tuple[float, Box, bytes] | None:
        """The largest that it was on a picture at hand, some way in time from those that were looked at."""
        boxes = dict(track.path)
        shown = [(at, boxes[at], kept) for at, kept in album if at in boxes and all(abs(at - other) >= APART_S for other in asked)]
        return max(shown, key=lambda one: one[1].area, default=None)

    def _match(self, box: Box, picture: Picture) -> list[_Seen]:
        return [one for one in self._around(box, picture, LIKELY) or () if iou(one.box, box) >= SAME]

    def _around(self, box: Box, picture: Picture, least: float) -> list[_Seen] | None:
        """What is seen on the surroundings of `box`, as wide against their height as the picture; things of no interest left out."""
        height, width = picture.shape[:2]
        high = min(max(AROUND * box.height, AROUND * box.width * height / width, LEAST_HEIGHT * height), height)
        wide = high * width / height
        x, y = box.centre
        left, top = int(min(max(x - wide / 2, 0), width - wide)), int(min(max(y - high / 2, 0), height - high))
        seen = self.eyes.detect(picture[top : top + round(high), left : left + round(wide)], least)
        if seen is None:
            return None
        return [_Seen(_moved(one.box, left, top), one.kind, one.score) for one in seen if one.kind is not Kind.OTHER]


def _last(suspect: Suspect) -> list[Track]:
    """Its actors, the one that was at the place last first."""
    return sorted(suspect.actors, key=lambda track: -suspect.near_at.get(track.id, suspect.since))[:ACTORS]


def _of_track(box: Box, seen: Sequence[_Seen]) -> _Seen | None:
    """The sight that the mover in `box` is. Somebody on a motorcycle is the motorcycle."""
    own = [one for one in seen if max(iou(one.box, box), 0.7 * cover(one.box, box)) >= MATCH]
    ridden = [
        one for one in own if one.kind in RIDDEN and any(other.kind is Kind.PERSON and iou(other.box, one.box) > 0.05 for other in own)
    ]
    return max(ridden or own, key=lambda one: one.score, default=None)


def _moved(box: Box, x: float, y: float) -> Box:
    return Box(box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y)
