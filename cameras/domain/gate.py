"""The gate: does something move, as far as compressed packets tell. Nothing is decoded here.

A predicted picture costs as many bits as it differs from the one before, times what the quantiser let through. So the score of a
packet is log2(bytes x 2^(QP/6)), less what its place in the group of pictures and its temporal layer usually cost; the median of
half a second of scores is held against the median and the spread that this camera has at this hour when nothing happens, and so is
the mean of these medians over a longer time. The slow one opens the gate on both sides: where the quantiser follows what moves in
steps too fine for the header, motion makes all the rest of the picture cheaper.
"""

import math
from collections import deque
from dataclasses import dataclass, field
from statistics import median
from typing import Any

WINDOW_S = 0.5
SAMPLE_S = 0.5
"""A quiet camera's level is noted this often."""
ENOUGH = 24
"""Notes of an hour from which its level is known."""
SLOW_ENOUGH = 100
"""The slow level needs more of them: notes that lie within its own length say nearly the same."""
LIMIT = 1200
"""Notes beyond which old ones count half: ten minutes."""
SPREADS, SMALLEST_RISE, SMALLEST_SLOW = 4.0, 0.10, 0.05
"""The gate opens this many spreads above the usual level, and at least so many powers of two; the slow level also below it."""
SLOW_S = 2.5
"""The slow level is the mean over this long: what moves little for long shows there, where chance has averaged out."""
HEADER_BYTES = 128
"""Added to every packet: the size of an empty picture is chance."""
PLACES = 8
"""Positions in the group of pictures told apart: 1, 2-3, 4-7, 8-15 ... 64-127, later."""
FEW = 8
COMPARED = 96
"""A packet is compared with so many around it: more than one group of pictures of most cameras."""
STEP = 1 / 32
FORMAT = 2


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """What one packet says of itself. `size` in bytes without filler units and padding."""

    size: int
    kind: str | None = None
    """P, B or I of the first slice; "?" when it could not be read; None for a codec whose headers are not read."""
    qp: int | None = None
    """Quantiser of the first slice: init_qp + slice_qp_delta."""
    layer: int = 0
    """0 what others are predicted from; higher what fewer, or none, are predicted from."""
    start: bool = False
    """A decoder may begin here with nothing before: IDR, or any IRAP picture of H.265."""


class Levels:
    """A histogram of scores in steps of 1/32, that forgets slowly: median and spread without keeping the scores."""

    def __init__(self, counts: dict[int, float] | None = None) -> None:
        self.counts = counts or {}
        self.total = sum(self.counts.values())
        self._known: tuple[float, float] | None = None
        self._since = 0

    def add(self, score: float) -> None:
        """Note one score."""
        step = round(score / STEP)
        self.counts[step] = self.counts.get(step, 0.0) + 1
        self.total += 1
        self._since += 1
        if self.total > LIMIT:
            self.counts = {step: count / 2 for step, count in self.counts.items() if count > 0.5}
            self.total = sum(self.counts.values())
        if self._since * 16 > self.total:
            self._known = None

    def median_and_spread(self) -> tuple[float, float]:
        """Median, and median distance from it, 0 when nothing was noted. May lag a sixteenth of the notes behind."""
        if self._known is None:
            middle = _middle(sorted(self.counts.items()), self.total)
            away = sorted((abs(step - middle), count) for step, count in self.counts.items())
            self._known, self._since = (middle * STEP, _middle(away, self.total) * STEP), 0
        return self._known


def _middle(ordered: list[tuple[int, float]], total: float) -> int:
    passed = 0.0
    for step, count in ordered:
        passed += count
        if passed * 2 >= total:
            return step
    return 0


@dataclass(frozen=True, slots=True)
class Reading:
    """The gate after one packet, in powers of two. `threshold` None while the usual level is unknown.

    `level` is that of half a second; while the slow one is farther out of the usual, one that lies as far above the threshold.
    """

    level: float
    threshold: float | None
    slow: float = -math.inf
    """How far the slow level is beyond what opens the gate; below 0 while it is not, -inf while nothing is known."""

    @property
    def open(self) -> bool:
        """Something moves; False while nothing is known."""
        return self.threshold is not None and self.level > self.threshold

    @property
    def excess(self) -> float:
        """How far it is open, in powers of two; 0 when it is not."""
        return max(self.level - self.threshold, 0.0) if self.threshold is not None else 0.0


@dataclass
class Gate:
    """One camera's gate. `take` every packet in the order sent; `note` when the camera is known to be quiet."""

    signature: str = ""
    """Codec and size that the levels belong to: other pictures, other levels."""
    hours: dict[int, Levels] = field(default_factory=dict)
    places: dict[str, Levels] = field(default_factory=dict)
    slow: dict[int, Levels] = field(default_factory=dict)
    reading: Reading | None = None

    def __post_init__(self) -> None:
        self._window: deque[tuple[float, float]] = deque()
        self._costs: deque[float] = deque(maxlen=COMPARED)
        self._fresh: deque[tuple[str, float]] = deque(maxlen=COMPARED)
        self._slow: deque[tuple[float, float]] = deque()
        self._slow_sum = self._level = 0.0
        self._asked: tuple[int, float] = (-1, 0.0)
        self._usual: tuple[_Usual | None, _Usual | None] = (None, None)
        self._place = 0
        self._noted = -1e9

    def belongs(self, signature: str) -> None:
        """The stream has this codec and size; levels of another are forgotten. A new connection begins a new window."""
        if signature != self.signature:
            self.signature, self.hours, self.places, self.slow = signature, {}, {}, {}
        self._window.clear()
        self._slow.clear()
        self._slow_sum = 0.0
        self._costs.clear()
        self._fresh.clear()
        self._noted, self.reading, self._asked = -1e9, None, (-1, 0.0)

    def take(self, facts: PacketFacts, at: float, *, key: bool, hour: int) -> Reading | None:
        """Weigh one packet; `at` in seconds of the stream. None before the first predicted picture."""
        self._place = 0 if key else self._place + 1
        cost = _cost(facts)
        if key or cost is None:
            return self.reading
        place = f"{facts.kind or ''}{facts.layer}.{min(self._place.bit_length(), PLACES)}"
        self._costs.append(cost)
        self._fresh.append((place, cost))
        self._window.append((at, cost - self._offset(place)))
        while self._window[0][0] < at - WINDOW_S or self._window[0][0] > at:
            self._window.popleft()
        self._level = level = median(score for _, score in self._window)
        self._take_slow(at, level)
        usual, slow = self._usually(at, hour)
        threshold = None if usual is None else usual[0] + usual[1]
        beyond = abs(self._slow_level() - slow[0]) - slow[1] if slow is not None and self._slow_full(at) else -math.inf
        if threshold is not None and beyond > 0:
            level = max(level, threshold + beyond)
        self.reading = Reading(level, threshold, beyond)
        return self.reading

    def threshold(self, hour: int) -> float | None:
        """What the level must pass at this hour; the nearest known hour stands in for one that is not known."""
        usual = _usual(self.hours, hour, SMALLEST_RISE)
        return None if usual is None else usual[0] + usual[1]

    def notes(self, hour: int) -> float:
        """How often this hour's level was noted, as far as it is remembered."""
        return self.hours[hour].total if hour in self.hours else 0.0

    def note(self, at: float, hour: int) -> None:
        """Nothing happens now: this is what quiet looks like."""
        if self.reading is None or at - self._noted < SAMPLE_S:
            return
        self._noted = at
        usual = median(self._costs)
        for place, cost in self._fresh:
            self.places.setdefault(place, Levels()).add(cost - usual)
        self._fresh.clear()
        self.hours.setdefault(hour, Levels()).add(self._level)
        if self._slow_full(at):
            self.slow.setdefault(hour, Levels()).add(self._slow_level())

    def forget(self, most: float) -> None:
        """Somebody was there while this was learned; what was noted more than `most` times is older, and stays."""
        if sum(levels.total for levels in self.hours.values()) <= most:
            self.hours, self.places, self.slow, self._asked = {}, {}, {}, (-1, 0.0)

    def state(self) -> dict[str, Any]:
        """JSON-ready, for `restored`."""
        return {
            "format": FORMAT,
            "signature": self.signature,
            "hours": {str(hour): _written(levels) for hour, levels in self.hours.items()},
            "slow": {str(hour): _written(levels) for hour, levels in self.slow.items()},
            "places": {place: _written(levels) for place, levels in self.places.items()},
        }

    @classmethod
    def restored(cls, state: Any) -> "Gate":
        """From what `state` gave. ValueError for anything else."""
        try:
            if state["format"] != FORMAT:
                raise ValueError("format")
            hours = {int(hour): _read(levels) for hour, levels in state["hours"].items()}
            slow = {int(hour): _read(levels) for hour, levels in state["slow"].items()}
            return cls(str(state["signature"]), hours, {str(place): _read(levels) for place, levels in state["places"].items()}, slow)
        except (AttributeError, KeyError, TypeError, OverflowError) as error:
            raise ValueError("not a gate's state") from error

    def _take_slow(self, at: float, level: float) -> None:
        self._slow.append((at, level))
        self._slow_sum += level
        while self._slow[0][0] < at - SLOW_S or self._slow[0][0] > at:
            self._slow_sum -= self._slow.popleft()[1]

    def _slow_full(self, at: float) -> bool:
        return at - self._slow[0][0] > 0.8 * SLOW_S

    def _slow_level(self) -> float:
        return self._slow_sum / len(self._slow)

    def _usually(self, at: float, hour: int) -> "tuple[_Usual | None, _Usual | None]":
        """What is usual at this hour, for the level and the slow one; asked anew twice a second."""
        if self._asked[0] != hour or not 0 <= at - self._asked[1] < SAMPLE_S:
            self._asked = (hour, at)
            self._usual = (_usual(self.hours, hour, SMALLEST_RISE), _usual(self.slow, hour, SMALLEST_SLOW, enough=SLOW_ENOUGH))
        return self._usual

    def _offset(self, place: str) -> float:
        """How much more than the pictures around it one at this place costs when nothing happens, 0 where that is not known."""
        levels = self.places.get(place)
        return levels.median_and_spread()[0] if levels is not None and levels.total >= FEW else 0.0


_Usual = tuple[float, float]
"""A middle, and how far from it the gate opens."""


def _usual(hours: dict[int, Levels], hour: int, smallest: float, *, enough: float = ENOUGH) -> _Usual | None:
    """None while nothing is known; the nearest known hour stands in for one that is not."""
    known = [other for other, levels in hours.items() if levels.total >= enough]
    if not known:
        return None
    middle, spread = hours[min(known, key=lambda other: min((other - hour) % 24, (hour - other) % 24))].median_and_spread()
    return middle, max(SPREADS * 1.4826 * spread, smallest)


def _cost(facts: PacketFacts) -> float | None:
    """log2(bytes x 2^(QP/6)); the bytes alone for a codec whose headers are not read; None for a header that could not be."""
    if facts.kind == "I" or (facts.kind is not None and facts.qp is None):
        return None
    return math.log2(facts.size + HEADER_BYTES) + (facts.qp or 0) / 6


def _written(levels: Levels) -> dict[str, float]:
    return {str(step): round(count, 3) for step, count in levels.counts.items()}


def _read(told: dict[str, float]) -> Levels:
    counts = {int(step): float(count) for step, count in told.items()}
    if any(not 0 <= count <= LIMIT for count in counts.values()):
        raise ValueError("count")
    return Levels(counts)
