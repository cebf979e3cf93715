"""What the gate read, kept coarsely: every second of the last two minutes, every half minute of the last hour. Pure."""

from dataclasses import dataclass, field
from itertools import groupby

RECENT_S, RECENT = 1, 120
HOUR_S, HOUR = 30, 120
ASLEEP, AWAY = "asleep", "away"


@dataclass(frozen=True, slots=True)
class Point:
    """One packet's reading. Level and threshold in powers of two; `state` is ASLEEP or why the camera was awake."""

    at: float
    level: float | None
    threshold: float | None
    state: str
    key: bool


@dataclass(frozen=True, slots=True)
class Span:
    """Steps of `step_s` seconds, the oldest first; in hundredths of a power of two, None where nothing came."""

    step_s: int
    level: tuple[int | None, ...]
    threshold: tuple[int | None, ...]
    states: tuple[tuple[int, str], ...]
    keys: tuple[int, ...]


@dataclass(slots=True)
class _Step:
    level: float | None = None
    threshold: float | None = None
    state: str = AWAY
    key: bool = False


@dataclass
class Steps:
    """The last `count` steps of `step_s` seconds."""

    step_s: int
    count: int
    _steps: dict[int, _Step] = field(default_factory=dict)

    def add(self, point: Point) -> None:
        """Of each step the highest level stays, and being awake is said even when it was short."""
        index = int(point.at // self.step_s)
        step = self._steps.get(index)
        if step is None:
            self._steps = {known: kept for known, kept in self._steps.items() if index - self.count < known <= index}
            step = self._steps[index] = _Step()
        if point.level is not None and (step.level is None or point.level > step.level):
            step.level = point.level
        step.threshold = point.threshold
        step.state = point.state if step.state in (AWAY, ASLEEP) or point.state != ASLEEP else step.state
        step.key = step.key or point.key

    def span(self, at: float) -> Span:
        """The steps up to the one that `at` lies in."""
        last = int(at // self.step_s)
        steps = [self._steps.get(index, _Step()) for index in range(last - self.count + 1, last + 1)]
        return Span(
            self.step_s,
            tuple(_hundredths(step.level) for step in steps),
            tuple(_hundredths(step.threshold) for step in steps),
            tuple((len(list(run)), state) for state, run in groupby(step.state for step in steps)),
            tuple(index for index, step in enumerate(steps) if step.key),
        )


class Trace:
    """One camera's, over all its connections. Times in seconds since 1970 UTC."""

    def __init__(self) -> None:
        self.recent, self.hour = Steps(RECENT_S, RECENT), Steps(HOUR_S, HOUR)

    def add(self, point: Point) -> None:
        """Note one packet."""
        self.recent.add(point)
        self.hour.add(point)


def _hundredths(level: float | None) -> int | None:
    return None if level is None else round(level * 100)
