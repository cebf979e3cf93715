"""The gate: does something move, as far as compressed packets tell. Nothing is decoded here.

A predicted picture costs as many bits as it differs from the one before, times what the quantiser let through. So the score of a
packet is log2(bytes) + slope x QP, less what its place in the group of pictures and its temporal layer usually cost. The slope is 1/6
where what is coded is far above the quantiser; noise near it goes under many times faster, and under a rate that is too small for the
noise every step of rate control would look like motion: so it is learned from quiet packets, for each hour. The median of
half a second of scores is held against the median and the spread that this camera has at this hour when nothing happens, and so is
the mean of these medians over a longer time. The slow one opens the gate on both sides: where the quantiser follows what moves in
steps too fine for the header, motion makes all the rest of the picture cheaper.
"""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from cameras.domain.levels import OTHER_SLOPE, SMALLEST_SLOPE, Levels, Weighed, read, read_slope, slope_of, written
from cameras.domain.packets import PacketFacts, Reading

WINDOW_S = 0.5
SAMPLE_S = 0.5
"""A quiet camera's level is noted this often."""
ENOUGH = 24
"""Notes of an hour from which its level is known."""
SLOW_ENOUGH = 100
"""The slow level needs more of them: notes that lie within its own length say nearly the same."""
SPREADS, SMALLEST_RISE, SMALLEST_SLOW = 4.0, 0.10, 0.05
"""The gate opens this many spreads above the usual level, and at least so many powers of two; the slow level also below it."""
SLOW_S = 2.5
"""The slow level is the mean over this long: what moves little for long shows there, where chance has averaged out."""
HEADER_BYTES = 128
"""Added to every packet: the size of an empty picture is chance."""
PLACES, EXACT = 8, 64
"""Positions in the group of pictures told apart: each of the first EXACT; until that is known, and later ones: 1, 2-3, 4-7, 8-15 ... 64-127, later."""
FEW, EXACT_FROM = 8, 12
"""Notes from which a rough place is known, and an exact one, which is used from the moment on in which the hour is known well."""
COMPARED = 96
"""A packet is compared with so many around it: more than one group of pictures of most cameras."""
SURE = 60
"""Notes from which an hour is known well."""
WEIGHED = 1024
UNSURE = 12.0
"""A spread known from n notes counts 1 + UNSURE / n times."""
WEAK_RISE, WEAK_SLOPE = 0.65, 0.4
"""A gate that opens only so many powers of two above the usual level sees large things at best; and where noise takes all that the rate
allows, what moves is paid for with less noise, and costs nothing."""
FORMAT = 3


@dataclass
class Gate:
    """One camera's gate. `take` every packet in the order sent; `note` when the camera is known to be quiet."""

    signature: str = ""
    """Codec and size that the levels belong to: other pictures, other levels."""
    hours: dict[int, Levels] = field(default_factory=dict)
    places: dict[str, Levels] = field(default_factory=dict)
    slow: dict[int, Levels] = field(default_factory=dict)
    slopes: dict[int, float] = field(default_factory=dict)
    """Of every hour whose level is known."""
    reading: Reading | None = None

    def __post_init__(self) -> None:
        self._window: deque[tuple[float, float]] = deque()
        self._costs: deque[float] = deque(maxlen=COMPARED)
        self._fresh: deque[tuple[Weighed, float]] = deque(maxlen=COMPARED)
        self._slow: deque[tuple[float, float]] = deque()
        self._slow_sum = self._level = 0.0
        self._asked: tuple[int, float] = (-1, 0.0)
        self._usual: tuple[_Usual | None, _Usual | None] = (None, None)
        self._place = 0
        self._noted = -1e9
        self._slope = SMALLEST_SLOPE
        self._exact: set[str] = set()
        if any(levels.total >= SURE for levels in self.hours.values()):
            self._know_places()
        self._quiet: deque[tuple[Weighed, int]] = deque(maxlen=WEIGHED)
        """Since an hour began to be learned: what was weighed, and how often it was noted then."""

    def belongs(self, signature: str) -> None:
        """The stream has this codec and size; levels of another are forgotten. A new connection begins a new window."""
        if signature != self.signature:
            self.signature, self.hours, self.places, self.slow, self.slopes = signature, {}, {}, {}, {}
            self._exact = set()
        self._empty()
        self._quiet.clear()
        self.reading = None

    def _empty(self) -> None:
        """What was weighed so far says nothing of what comes."""
        self._window.clear()
        self._slow.clear()
        self._slow_sum = 0.0
        self._costs.clear()
        self._fresh.clear()
        self._noted, self._asked = -1e9, (-1, 0.0)

    def take(self, facts: PacketFacts, at: float, *, key: bool, hour: int) -> Reading | None:
        """Weigh one packet; `at` in seconds of the stream. None before the first predicted picture."""
        self._place = 0 if key else self._place + 1
        if key or facts.kind == "I" or (facts.kind is not None and facts.qp is None):
            return self.reading
        about = f"{facts.kind or ''}{facts.layer}.{min(self._place.bit_length(), PLACES)}"
        place = f"{about}.{self._place}" if self._place < EXACT else about
        weighed = Weighed(at, place, about, math.log2(facts.size + HEADER_BYTES), facts.qp or 0)
        if self._asked[0] != hour or not 0 <= at - self._asked[1] < SAMPLE_S:
            self._lean(hour)
        self._weigh(weighed)
        if self.notes(hour) < SURE:
            self._quiet.append((weighed, 0))
        level = self._level
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

    def weak(self, hour: int) -> bool:
        """Well known, and known to tell little of what moves."""
        if self.notes(hour) < SURE:
            return False
        usual = _usual(self.hours, hour, SMALLEST_RISE)
        return self.slopes.get(hour, 0.0) >= WEAK_SLOPE or (usual is not None and usual[1] >= WEAK_RISE)

    def notes(self, hour: int) -> float:
        """How often this hour's level was noted, as far as it is remembered."""
        return self.hours[hour].total if hour in self.hours else 0.0

    def note(self, at: float, hour: int) -> None:
        """Nothing happens now: this is what quiet looks like."""
        if self.reading is None or at - self._noted < SAMPLE_S:
            return
        before = self.notes(hour)
        self._note(at, hour)
        self._learn_places()
        if before < SURE and self._quiet:
            weighed, noted = self._quiet[-1]
            self._quiet[-1] = (weighed, noted + 1)
            if before < ENOUGH <= before + 1 or before < SURE <= before + 1:
                self._weigh_anew(at, hour)

    def _note(self, at: float, hour: int) -> None:
        self._noted = at
        self.hours.setdefault(hour, Levels()).add(self._level)
        if self._slow_full(at):
            self.slow.setdefault(hour, Levels()).add(self._slow_level())

    def _learn_places(self) -> None:
        usual = median(self._costs)
        for weighed, cost in self._fresh:
            for place in {weighed.place, weighed.about}:
                self.places.setdefault(place, Levels()).add(cost - usual)
        self._fresh.clear()

    def _know_places(self) -> None:
        self._exact |= {place for place, levels in self.places.items() if levels.total >= EXACT_FROM}

    def _lean(self, hour: int) -> None:
        """Another hour may have another slope."""
        near = _nearest(self.hours, hour, ENOUGH)
        slope = self.slopes.get(hour if near is None else near, SMALLEST_SLOPE)
        if slope != self._slope:
            self._slope = slope
            self._empty()

    def _weigh_anew(self, at: float, hour: int) -> None:
        """The hour is known, or known well: its slope, too, and what each place costs; what was weighed while it was not is weighed again."""
        quiet, sure = list(self._quiet), self.notes(hour) >= SURE
        if sure:
            self._quiet.clear()
        self.slopes[hour] = self._slope
        if sum(noted for _, noted in quiet) < self.notes(hour):
            return  # a part of what it knows is older, and was weighed like this
        found = slope_of([weighed for weighed, _ in quiet])
        if found is not None and abs(found - self._slope) >= OTHER_SLOPE:
            self.slopes[hour] = self._slope = found
            self.places, self._exact = {}, set()
        if not self.places:
            self._note_anew(quiet, hour, self._learn_places)
        if sure:
            self._know_places()
        if sure or self._slope == found:
            self._note_anew(quiet, hour, lambda: self._note(self._noted, hour))
        self._noted = at

    def _note_anew(self, quiet: Sequence[tuple[Weighed, int]], hour: int, note: Callable[[], None]) -> None:
        self._empty()
        self.hours.pop(hour, None)
        self.slow.pop(hour, None)
        for weighed, noted in quiet:
            self._weigh(weighed)
            self._noted = weighed.at
            for _ in range(noted):
                note()

    def forget(self, most: float) -> None:
        """Somebody was there while this was learned; what was noted more than `most` times is older, and stays."""
        if sum(levels.total for levels in self.hours.values()) <= most:
            self.hours, self.places, self.slow, self.slopes, self._exact = {}, {}, {}, {}, set()
            self._asked = (-1, 0.0)
            self._quiet.clear()

    def state(self) -> dict[str, Any]:
        """JSON-ready, for `restored`."""
        return {
            "format": FORMAT,
            "signature": self.signature,
            "hours": {str(hour): written(levels) for hour, levels in self.hours.items()},
            "slow": {str(hour): written(levels) for hour, levels in self.slow.items()},
            "places": {place: written(levels) for place, levels in self.places.items()},
            "slopes": {str(hour): round(slope, 4) for hour, slope in self.slopes.items()},
        }

    @classmethod
    def restored(cls, state: Any) -> "Gate":
        """From what `state` gave. ValueError for anything else."""
        try:
            if state["format"] != FORMAT:
                raise ValueError("format")
            hours = {int(hour): read(levels) for hour, levels in state["hours"].items()}
            slow = {int(hour): read(levels) for hour, levels in state["slow"].items()}
            places = {str(place): read(levels) for place, levels in state["places"].items()}
            return cls(
                str(state["signature"]), hours, places, slow, {int(hour): read_slope(slope) for hour, slope in state["slopes"].items()}
            )
        except (AttributeError, KeyError, TypeError, OverflowError) as error:
            raise ValueError("not a gate's state") from error

    def _weigh(self, weighed: Weighed) -> None:
        at, cost = weighed.at, weighed.cost(self._slope)
        self._costs.append(cost)
        self._fresh.append((weighed, cost))
        self._window.append((at, cost - self._offset(weighed)))
        while self._window[0][0] < at - WINDOW_S or self._window[0][0] > at:
            self._window.popleft()
        self._level = median(score for _, score in self._window)
        self._take_slow(at, self._level)

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

    def _offset(self, weighed: Weighed) -> float:
        """How much more than the pictures around it one at this place costs when nothing happens, 0 where that is not known."""
        levels = self.places.get(weighed.place if weighed.place in self._exact else weighed.about)
        return levels.median_and_spread()[0] if levels is not None and levels.total >= FEW else 0.0


_Usual = tuple[float, float]
"""A middle, and how far from it the gate opens."""


def _usual(hours: dict[int, Levels], hour: int, smallest: float, *, enough: float = ENOUGH) -> _Usual | None:
    """None while nothing is known; the nearest known hour stands in for one that is not."""
    near = _nearest(hours, hour, enough)
    if near is None:
        return None
    middle, spread = hours[near].median_and_spread()
    return middle, max(SPREADS * 1.4826 * spread * (1 + UNSURE / hours[near].total), smallest)


def _nearest(hours: dict[int, Levels], hour: int, enough: float) -> int | None:
    known = [other for other, levels in hours.items() if levels.total >= enough]
    return min(known, key=lambda other: min((other - hour) % 24, (hour - other) % 24), default=None)
