"""Which slept minutes are looked at afterwards, and what that says about all of them. Pure: randomness is an argument.

The interval is Wilson's (1927), 95 %: it needs no tables, stays between 0 and 1, and says something sensible when nothing was missed,
where the usual one says "0 +- 0". It takes minutes as independent; minutes of one storm are not, so it is too narrow then.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

RATE = 0.015
"""Share of slept minutes that are audited."""
LENGTH_S = 60.0
Z = 1.959964
"""Two-sided 95 %."""


@dataclass(frozen=True, slots=True)
class Missed:
    """A share with its 95 % interval."""

    audited: int
    missed: int
    low: float
    high: float


def missed_of(audited: int, missed: int) -> Missed:
    """Wilson's score interval; nothing known (0 to 1) before the first audit."""
    if not audited:
        return Missed(0, 0, 0.0, 1.0)
    share, square = missed / audited, Z * Z
    middle = share + square / (2 * audited)
    half = Z * math.sqrt(share * (1 - share) / audited + square / (4 * audited * audited))
    whole = 1 + square / audited
    return Missed(audited, missed, max(0.0, (middle - half) / whole) if missed else 0.0, min(1.0, (middle + half) / whole))


class Lot:
    """Draws one camera's minutes. `random` gives numbers in [0, 1), each as likely."""

    def __init__(self, random: Callable[[], float], *, rate: float = RATE, length_s: float = LENGTH_S) -> None:
        self.random, self.rate, self.length_s = random, rate, length_s
        self._until: float | None = None
        self.drawn = False

    def sleeping(self, at: float, *, key: bool) -> bool:
        """The camera sleeps on. True when a drawn minute is over: it was slept through to its end.

        A minute begins at a keyframe, and whether it is drawn is decided there, before anybody knows what it holds.
        """
        if self._until is None:
            if key:
                self._until, self.drawn = at + self.length_s, self.random() < self.rate
            return False
        if at < self._until:
            return False
        over, self._until, self.drawn = self.drawn, None, False
        if key:
            self.sleeping(at, key=True)
        return over

    def woke(self) -> None:
        """Somebody looks: the minute that ran is none."""
        self._until, self.drawn = None, False
