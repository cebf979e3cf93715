"""Who gets the time to decode and to look, when there is not enough for all cameras of a watcher. Pure: claims and times in, grants out.

Time is reckoned in seconds of one core for each second that passes. Over budget, what is granted shrinks in this order, and only
as far as it must:
0. cameras that begin and where nothing moves get keyframes only, but for as many as find room in BEGINNINGS of the budget: this is
   so however much time there is, for when all begin in the same second nobody knows yet what they will need;
1. fewer looks for cameras that are awake without a suspect;
2. keyframes only for those;
3. longer between the keyframes of all that are not decoded whole, GUARANTEE_S at most;
4. fewer looks for the others too: where something waits for its verdict, or that can only be watched whole.
Within a step the least worth gives way first. Worth is how far the gate stands open, times the sightings there have been, times how
long the camera has waited to be decoded whole, squared: a quiet one comes in before a loud one has had many turns. It is less, the
longer the camera has been awake for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

BEGINNINGS = 1 / 3
LOOKS_PER_S, FEWER_LOOKS_PER_S = 6.0, 3.0
GLANCE_S, GUARANTEE_S = 4.0, 16.0
"""A keyframe at least so often: usually, and however much there is to do."""
TURN_S = 10.0
"""Whoever got its turn after waiting keeps its rank for so long."""
PLAN_EVERY_S = 1.0
LATE_S = 8.0
LATE_FOR_S = 5.0
"""A camera whose pictures are looked at later than LATE_S for so long does not keep up: the machine has less time than the budget says."""
SMALLEST_ROOM = 0.25
LESS_ROOM, MORE_ROOM = 0.9, 0.02
HALF_LIFE_S = 7 * 86_400.0
"""A sighting counts half after a week."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What one camera says of itself. Costs in CPU seconds."""

    awake: bool
    needed: bool
    """Something waits for its verdict there, or the stream can only be watched whole."""
    awake_s: float
    score: float
    """How far the gate stands above its threshold, in powers of two, 0 when it is closed."""
    decode: float
    """For each second decoded whole."""
    look: float
    glance: float
    """One keyframe alone, with its look."""
    late_s: float = 0.0
    """How far behind the newest packet the scene is, and the newest packet behind its time."""
    begins: bool = False
    """Its gate is learning, and nothing has moved yet."""
    spent: float = 0.0
    """On decoding and looking, since this connection began."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a camera may do until it is told otherwise."""

    looks_per_s: float = LOOKS_PER_S
    whole: bool = True
    """Decode everything while awake; otherwise keyframes only."""
    glance_s: float = GLANCE_S
    """Between two keyframes that are looked at."""

    @property
    def less(self) -> bool:
        """It is less than everything."""
        return self != FULL

    def cost(self, claim: Claim) -> float:
        """CPU seconds for each second."""
        if claim.awake and self.whole:
            return claim.decode + self.looks_per_s * claim.look
        return claim.glance / self.glance_s


FULL = Grant()


def _fewer(grant: Grant, claim: Claim) -> Grant:
    return replace(grant, looks_per_s=FEWER_LOOKS_PER_S) if claim.awake and not claim.needed else grant


def _keyframes(grant: Grant, claim: Claim) -> Grant:
    return replace(grant, whole=False) if claim.awake and not claim.needed else grant


def _longer(grant: Grant, claim: Claim) -> Grant:
    return grant if claim.awake and grant.whole else replace(grant, glance_s=min(2 * grant.glance_s, GUARANTEE_S))


def _fewer_everywhere(grant: Grant, claim: Claim) -> Grant:
    return replace(grant, looks_per_s=FEWER_LOOKS_PER_S) if claim.awake else grant


_STEPS = (_fewer, _keyframes, _longer, _longer, _fewer_everywhere)


@dataclass
class _Standing:
    """What the governor remembers of one camera."""

    claim: Claim
    grant: Grant = FULL
    whole_since: float = 0.0
    held_since: float | None = None
    waited: float = 0.0
    """How long it had waited when its turn came."""
    prior: float = 1.0
    """1 and more, the more sightings there were."""


@dataclass(frozen=True, slots=True)
class Heat:
    """Sightings of one camera, fading, as they stood at a time."""

    sightings: float = 0.0
    at: float = 0.0

    def by(self, at: float) -> float:
        """What is left of them."""
        return float(self.sightings * 0.5 ** (max(at - self.at, 0.0) / HALF_LIFE_S))


class Governor:
    """One watcher's. `budget`: seconds of a core for each second, for decoding and looking alone. Times are monotonic seconds."""

    def __init__(self, budget: float, heat: Mapping[str, Heat] | None = None) -> None:
        self.budget = budget
        self.heat = dict(heat or {})
        self.room = 1.0
        """The share of the budget that the machine really has: less while cameras fall behind."""
        self._standings: dict[str, _Standing] = {}
        self._planned_at = -PLAN_EVERY_S
        self._on_time_at: float | None = None

    def claim(self, camera: str, claim: Claim, at: float) -> Grant:
        """Take a camera's word; returns what it may do now."""
        standing = self._standings.setdefault(camera, _Standing(claim, whole_since=at))
        standing.claim = claim
        if at - self._planned_at >= PLAN_EVERY_S:
            self._planned_at = at
            self._plan(at)
        return standing.grant

    def sighted(self, camera: str, at: float) -> None:
        """Something was flagged there: such places are looked at first."""
        self.heat[camera] = Heat(self._left(camera, at) + 1.0, at)

    def leave(self, camera: str) -> None:
        """The camera is not watched any more, or its stream is away: what it had is for the others."""
        self._standings.pop(camera, None)

    def cost(self) -> float:
        """Seconds of a core for each second that the present grants are reckoned to take."""
        return sum(standing.grant.cost(standing.claim) for standing in self._standings.values())

    @property
    def short(self) -> bool:
        """A camera gets less than it could use, and not only because it begins."""
        return any(standing.grant.less and not standing.claim.begins for standing in self._standings.values())

    def _plan(self, at: float) -> None:
        self._measure_room(at)
        for camera, standing in self._standings.items():
            standing.prior = 1.0 + self._left(camera, at)
        least_first = sorted(self._standings.values(), key=lambda standing: _worth(standing, at))
        grants = self._begun(least_first)
        left = self.budget * self.room - sum(grant.cost(standing.claim) for grant, standing in zip(grants, least_first, strict=True))
        for step in _STEPS:
            for number, standing in enumerate(least_first):
                if left >= 0:
                    break
                less = step(grants[number], standing.claim)
                left += grants[number].cost(standing.claim) - less.cost(standing.claim)
                grants[number] = less
        for standing, grant in zip(least_first, grants, strict=True):
            _settle(standing, grant, at)

    def _begun(self, least_first: Sequence[_Standing]) -> list[Grant]:
        """Everything for everybody, but for too many that begin."""
        room, grants = BEGINNINGS * self.budget * self.room, []
        for standing in reversed(least_first):
            room -= FULL.cost(standing.claim) if standing.claim.begins else 0.0
            grants.append(_keyframes(FULL, standing.claim) if standing.claim.begins and room < 0 else FULL)
        return grants[::-1]

    def _measure_room(self, at: float) -> None:
        late = any(standing.claim.late_s > LATE_S for standing in self._standings.values())
        since = self._on_time_at = at if self._on_time_at is None or not late else self._on_time_at
        if at - since >= LATE_FOR_S:
            self.room = max(self.room * LESS_ROOM, SMALLEST_ROOM)
        elif not late:
            self.room = min(self.room + MORE_ROOM, 1.0)

    def _left(self, camera: str, at: float) -> float:
        return self.heat[camera].by(at) if camera in self.heat else 0.0


def _settle(standing: _Standing, grant: Grant, at: float) -> None:
    if grant.whole and standing.held_since is not None:
        standing.waited, standing.whole_since, standing.held_since = at - standing.held_since, at, None
    elif not grant.whole and standing.held_since is None:
        standing.held_since = at
    standing.grant = grant


def _worth(standing: _Standing, at: float) -> float:
    claim = standing.claim
    return (0.2 + claim.score) * standing.prior * (1.0 + _waited(standing, at)) ** 2 / (1.0 + claim.awake_s / 60.0)


def _waited(standing: _Standing, at: float) -> float:
    if standing.held_since is not None:
        return at - standing.held_since
    return standing.waited if at - standing.whole_since < TURN_S else 0.0
