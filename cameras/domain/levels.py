"""What a gate remembers of its packets: histograms of scores that forget, and how bytes hang on the quantiser when nothing moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

LIMIT = 1200
"""Notes beyond which old ones count half: ten minutes."""
STEP = 1 / 128
SMALLEST_SLOPE, LARGEST_SLOPE, OTHER_SLOPE = 1 / 6, 1.0, 0.03
"""Powers of two for each step of the quantiser; and how far another must be from the one in use to be worth weighing anew."""
SLOPE_FROM, SLOPE_SPREAD = 60, 0.2
"""So many packets, and so much variance of their quantiser, tell a slope."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A predicted picture: log2 of its bytes, and its quantiser."""

    at: float
    place: str
    about: str
    """Its place, and roughly."""
    bits: float
    qp: int

    def cost(self, slope: float) -> float:
        """Powers of two."""
        return self.bits + slope * self.qp


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


def slope_of(quiet: Sequence[Weighed]) -> float | None:
    """How many powers of two of bytes a step of the quantiser saves when nothing moves; None where it hardly changes."""
    if len(quiet) < SLOPE_FROM:
        return None
    places: dict[str, list[Weighed]] = {}
    for one in quiet:
        places.setdefault(one.place, []).append(one)
    together = alone = 0.0
    for some in places.values():
        qp, bits = fmean(one.qp for one in some), fmean(one.bits for one in some)
        together += sum((one.qp - qp) * (one.bits - bits) for one in some)
        alone += sum((one.qp - qp) ** 2 for one in some)
    if alone < SLOPE_SPREAD * len(quiet):
        return None
    return min(max(-together / alone, SMALLEST_SLOPE), LARGEST_SLOPE)


def read_slope(told: float) -> float:
    """As it was written. ValueError for what is none."""
    if not SMALLEST_SLOPE - 1e-3 <= told <= LARGEST_SLOPE:
        raise ValueError("slope")
    return float(told)


def written(levels: Levels) -> dict[str, float]:
    """JSON-ready, for `read`."""
    return {str(step): round(count, 3) for step, count in levels.counts.items()}


def read(told: dict[str, float]) -> Levels:
    """From what `written` gave. ValueError for what is none."""
    counts = {int(step): float(count) for step, count in told.items()}
    if any(not 0 <= count <= LIMIT for count in counts.values()):
        raise ValueError("count")
    return Levels(counts)
