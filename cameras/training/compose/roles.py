"""Who moves where and what becomes of things: the time lines of one film. Seconds, and pixels where feet or things stand."""

import math
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from cameras.training.compose.places import Place
from cameras.training.compose.sprites import Sprite
from cameras.training.compose.walks import Body

Spot = tuple[float, float]


class Leg(NamedTuple):
    """From `start` s to `end` s, from one spot to another in one pose."""

    start: float
    end: float
    a: Spot
    b: Spot
    pose: str


class Where(NamedTuple):
    """An actor at a moment. `turn` is the phase of the step, 0..1."""

    spot: Spot
    pose: str
    turn: float
    right: bool


class Cast:
    """An actor with a way: `enter`, `go`, `stay`, `leave` are told one after another and each begins where the last ended."""

    def __init__(self, body: Body, place: Place, *, start: float, pose: str = "walk") -> None:
        self.body, self.place, self.t, self.moves = body, place, start, pose
        self.legs: list[Leg] = []
        self.spot: Spot = (0.0, 0.0)
        self.gone: float | None = None
        """When it is out of the picture; None: it is there to the end."""
        self.stays_after: str | None = None

    def enter(self, side: int, y: float) -> "Cast":
        """It waits outside the left (-1) or right (+1) edge at that row."""
        self.spot = self._outside(side, y)
        return self

    def at(self, spot: Spot) -> "Cast":
        """It stands there from the beginning of the film on, or comes out of something there."""
        self.spot = spot
        return self

    def go(self, spot: Spot, *, faster: float = 1.0, pose: str | None = None) -> "Cast":
        unit = self.place.unit((self.spot[1] + spot[1]) / 2)
        far = float(np.hypot(spot[0] - self.spot[0], (spot[1] - self.spot[1]) * 1.8))
        return self._leg(far / (self.body.pace * faster * unit), spot, pose or self.moves)

    def stay(self, seconds: float, pose: str = "stand") -> "Cast":
        return self._leg(seconds, self.spot, pose)

    def leave(self, side: int, y: float | None = None, *, faster: float = 1.0) -> "Cast":
        self.go(self._outside(side, self.spot[1] if y is None else y), faster=faster)
        self.gone = self.t
        return self

    def vanish(self) -> "Cast":
        """It gets into something, or goes through a door."""
        self.gone = self.t
        return self

    def where(self, t: float) -> Where | None:
        """Where it is then; None when it is not in the film."""
        if not self.legs or t < self.legs[0].start or (self.gone is not None and t >= self.gone):
            return None
        leg = self.legs[max(0, bisect_right(self.legs, t, key=lambda one: one.start) - 1)]
        share = min(1.0, (t - leg.start) / max(leg.end - leg.start, 1e-6))
        spot = (leg.a[0] + (leg.b[0] - leg.a[0]) * share, leg.a[1] + (leg.b[1] - leg.a[1]) * share)
        right = self._faces_right(leg)
        if leg.a == leg.b and leg.pose == "stand":
            restless = self.body.restless * self.place.unit(spot[1])
            spot = spot[0] + restless * math.sin(2.1 * t) + 0.6 * restless * math.sin(5.3 * t + 1), spot[1]
        pose = leg.pose if t < self.legs[-1].end or self.stays_after is None else self.stays_after
        return Where(spot, pose, (t * self.body.cadence) % 1.0, right)

    def when_near(self, spot: Spot) -> float:
        """The moment at which it is closest to that spot."""
        times = np.arange(self.legs[0].start, self.legs[-1].end, 0.05)
        seen = [(float(np.hypot(w.spot[0] - spot[0], w.spot[1] - spot[1])), t) for t in times if (w := self.where(float(t))) is not None]
        return float(min(seen)[1])

    def _leg(self, seconds: float, spot: Spot, pose: str) -> "Cast":
        end = self.t + max(seconds, 0.05)
        self.legs.append(Leg(self.t, end, self.spot, spot, pose))
        self.t, self.spot = end, spot
        return self

    def _faces_right(self, leg: Leg) -> bool:
        """Who stands still faces where he came from or goes to."""
        at = self.legs.index(leg)
        for other in (*self.legs[at::-1], *self.legs[at:]):
            if abs(other.b[0] - other.a[0]) > 1:
                return other.b[0] > other.a[0]
        return True

    def _outside(self, side: int, y: float) -> Spot:
        """Far enough outside that nothing of it is seen."""
        cel = self.body.cel(self.moves, 0.0, right=True)
        reach = cel.alpha.shape[1] / cel.unit * self.place.unit(y) * 0.75 + 12
        return (-reach if side < 0 else self.place.size[0] + reach), y


class Span(NamedTuple):
    """What a thing does from `start` on: held, fly, ground or gone."""

    start: float
    how: str
    by: Cast | None = None
    spot: Spot = (0.0, 0.0)
    until: float = 0.0


@dataclass
class Item:
    """A thing: its picture, its longer side as a share of a person's height, and what becomes of it."""

    sprite: Sprite
    share: float
    spans: list[Span] = field(default_factory=list)

    def at(self, t: float) -> Span | None:
        now = [span for span in self.spans if span.start <= t]
        return now[-1] if now and now[-1].how != "gone" else None

    def lies(self, spot: Spot, since: float = 0.0) -> "Item":
        self.spans.append(Span(since, "ground", spot=spot))
        return self

    def held(self, by: Cast, since: float = 0.0) -> "Item":
        self.spans.append(Span(since, "held", by))
        return self

    def thrown(self, by: Cast, spot: Spot, *, since: float, until: float) -> "Item":
        self.spans += [Span(since, "fly", by, spot, until), Span(until, "ground", spot=spot)]
        return self

    def gone(self, since: float) -> "Item":
        self.spans.append(Span(since, "gone"))
        return self


@dataclass(frozen=True)
class Event:
    """One act of dumping. Seconds."""

    item: Item
    agent: Cast
    manner: str
    """static or thrown."""
    put_down: float
    released: float


@dataclass
class Script:
    """All that happens in one film before light, weather and the camera."""

    seconds: float
    casts: list[Cast] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    effects: set[str] = field(default_factory=set)
    old: list[Item] = field(default_factory=list)
    """What lies there all the time."""


def spot(place: Place, rng: Generator, *, side: float = 0.2) -> Spot:
    """Somewhere on the ground where a person is of a size that can be seen."""
    width, height = place.size
    scale = height / 360
    rows = [y for y in np.linspace(0.45 * height, 0.93 * height, 40) if 48 * scale <= place.unit(float(y)) <= 145 * scale]
    return float(rng.uniform(side, 1 - side) * width), float(rng.choice(rows or [0.7 * height]))
