"""From something new and still to a flag: glimpsed, suspected, then flagged or dropped, always with a reason.

Pure: boxes and times in, decisions out. The rule that carries the room: an actor was at the place when the thing came to
rest, that actor has moved away from it since, and the thing still lies there.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from cameras.domain.areas import NOTHING_DRAWN
from cameras.domain.geometry import Box, cover, gap, iou
from cameras.domain.rules import RULES, Rules
from cameras.domain.scene import Look, Thing
from cameras.domain.tracks import LOST_S, Track


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
    stood_at: dict[int, float] = field(default_factory=dict)
    """When each carrier that has no track any more was last seen standing where it ended."""
    present_at: float = -math.inf
    """When any of those who may have left it was last in the picture, going or standing."""
    unattended_since: float | None = None
    crowded: bool = False
    """Somebody is close by just now, who need not have to do with it."""
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
        """The carriers that are not the thing itself."""
        return [track for track in self.carriers.values() if not self._was(track)]

    @property
    def main(self) -> Track | None:
        """The actor that was close last: the one that left it."""
        return max(self.actors, key=lambda track: self.near_at.get(track.id, self.since), default=None)

    @property
    def actor_size(self) -> float:
        """Longer side of the largest actor when he was here, 0 for none."""
        return max((track.size_about(self.since) for track in self.actors), default=0.0)

    def size_of(self, track: Track) -> float:
        """As large as it is, or as it was here: who is lost in the dark, or half out of the picture, has not shrunk."""
        return max(track.size, track.size_about(self.since))

    def _was(self, track: Track) -> bool:
        """What stopped and lies where the thing lies was the thing on its way, unless it was so much larger: then it was somebody with it."""
        place = self.box.grown(max(3.0, 0.15 * self.box.side))
        return track.ended and cover(track.box, place) > 0.6 and track.size_about(self.since) <= RULES.as_thing * self.box.side

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
        return [suspect for suspect in self.suspects if self._is_ripe(suspect, look, self.rules.at_end if at_end else 1.0)]

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
        acting = [track for track in actors if track.acts or track.id in suspect.carriers]
        for track in acting:
            if track.id in suspect.carriers or self._carried(track, suspect):
                suspect.carriers[track.id] = track
                self._note_near(suspect, track)
        if not suspect.actors:
            suspect.carriers |= {track.id: track for track in acting if self._threw(track, suspect)}
        self._note_present(suspect, look)
        close = [track for track in acting if self._is_close(track, suspect, look)]
        suspect.crowded = bool(close)
        if suspect.state is State.GLIMPSED and suspect.watched and suspect.actors and look.at - suspect.since >= self.rules.suspect_after_s:
            suspect.state = State.SUSPECTED
        here = any(track.id in suspect.carriers for track in close)
        if here or suspect.state is not State.SUSPECTED or not self._left_alone(suspect, look):
            suspect.unattended_since = None
        elif suspect.unattended_since is None:
            suspect.unattended_since = look.at

    def _is_close(self, track: Track, suspect: Suspect, look: Look) -> bool:
        present = not track.ended and look.at - track.seen < 0.6
        return present and gap(track.box, suspect.box) < self.rules.away * max(track.size, track.box.side) * 0.5

    def _carried(self, track: Track, suspect: Suspect) -> bool:
        """It was at the place when the thing came to rest, or it came out of the place afterwards, or from where such a one stopped there."""
        if track.born > suspect.since and gap(track.first_box, suspect.box) <= 0.15 * max(track.first_box.side, suspect.box.side):
            return True
        if any(_goes_on(track, other, suspect.stood_at.get(other.id, other.seen)) for other in suspect.carriers.values()):
            return True
        first, last = suspect.since - self.rules.before_s, suspect.since + self.rules.after_s
        return any(first <= at <= last and self._near(track, box, suspect.box) for at, box in track.path)

    def _threw(self, track: Track, suspect: Suspect) -> bool:
        """Nobody was near: it passed within a throw just before the thing came to rest."""
        first = suspect.since - self.rules.flight_s
        return any(first <= at <= suspect.since and gap(box, suspect.box) <= self.rules.thrown * track.size for at, box in track.path)

    def _near(self, track: Track, at: Box, thing: Box) -> bool:
        return gap(at, thing) <= self.rules.near * max(0.5 * track.size, thing.side)

    def _note_near(self, suspect: Suspect, track: Track) -> None:
        for at, box in reversed(track.path):
            if gap(box, suspect.box) <= 0.1 * track.size:
                suspect.near_at[track.id] = max(at, suspect.near_at.get(track.id, at))
                return
        suspect.near_at.setdefault(track.id, suspect.since)

    def _note_present(self, suspect: Suspect, look: Look) -> None:
        for track in suspect.actors:
            if _stands(track, suspect, look):
                suspect.stood_at[track.id] = look.at
            suspect.present_at = max(suspect.present_at, track.seen, suspect.stood_at.get(track.id, track.seen))

    def _left_alone(self, suspect: Suspect, look: Look) -> bool:
        """Who was close last has moved away. One that ended where something still stands nearby is there: it waits, or it is parked."""
        main = suspect.main
        return main is not None and self._is_away(main, suspect, look)

    def _is_away(self, track: Track, suspect: Suspect, look: Look) -> bool:
        """Who stands still has no track any more; he attends from farther off than somebody who walks."""
        if not track.ended:
            return gap(track.box, suspect.box) >= self.rules.away * suspect.size_of(track)
        return not _stands(track, suspect, look) or gap(track.box, suspect.box) >= self.rules.apart * suspect.size_of(track)

    def _present(self, suspect: Suspect, look: Look) -> list[Track]:
        return [track for track in suspect.actors if not track.ended or _stands(track, suspect, look)]

    def _hold(self, suspect: Suspect, look: Look) -> float:
        present = self._present(suspect, look)
        if not present:
            return self.rules.hold_gone_s
        if all(gap(track.box, suspect.box) >= self.rules.far * suspect.size_of(track) for track in present):
            return self.rules.hold_far_s
        return self.rules.hold_near_s

    def _is_ripe(self, suspect: Suspect, look: Look, patience: float) -> bool:
        if suspect.state is not State.SUSPECTED or not suspect.watched or suspect.unattended_since is None:
            return False
        if suspect.crowded or look.at - suspect.seen > 0.5:
            return False
        alone = max(suspect.unattended_since, suspect.present_at)
        since = suspect.unattended_since if self._present(suspect, look) else alone
        return look.at - since >= self._hold(suspect, look) * patience

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


def _goes_on(track: Track, other: Track, last: float) -> bool:
    """Who stands still has no track for as long; the one that begins there as he stops standing is he."""
    begins = other.seen < track.born <= last + 2 * LOST_S
    return begins and gap(track.first_box, other.box) <= 0.15 * other.size


def _stands(track: Track, suspect: Suspect, look: Look) -> bool:
    """Its track has ended, and something else that is new and still is where it ended."""
    return track.ended and any(thing.box != suspect.box and cover(track.box, thing.box) > 0.3 for thing in look.things)


def _same(known: Box, seen: Box) -> float:
    return max(iou(known, seen), 0.8 * cover(seen, known), 0.6 * cover(known, seen))
