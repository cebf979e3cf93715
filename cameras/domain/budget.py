"""How many sightings of a camera are flagged, and from which score on. Pure: time is an argument, scores are 0 to 1.

The threshold in force is the higher of two, and what is below it is kept as a quiet suspect:

1. `Rate`: every flag raises it by 1 / budget, every day lowers it by 1. Nothing reaches a threshold above 1, so whatever the scores are, in every
   span of d days at most `most(budget, d)` = budget x d + budget + 1 are flagged. (Online quantile tracking: Gibbs and Candès 2021, Angelopoulos
   et al. 2023, in continuous time.) Where it stayed above 0, at least budget x d - budget - 1 were.
2. `Trust`: follows the officers' verdicts in steps, beginning at the network's own threshold. It is lowered when a bet against "at most TARGET of
   what is flagged here is confirmed" has grown (m (m + 1) / ALPHA)-fold at the m-th step, and raised by the opposite bet. By Ville's inequality the chance
   that it is ever lowered from where each next flag had at most TARGET chance to be confirmed is at most ALPHA, however often one looks
   (Waudby-Smith and Ramdas 2024).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

PER_DAY = 3
"""Flags per camera and day where nobody chose."""
LARGEST = 200
TARGET = 0.8
ALPHA = 0.05
STEP = 0.04
LOWEST, HIGHEST = 0.5, 0.98
"""Watchers tell nothing below LOWEST; above HIGHEST a network has no words left."""
PATIENCE = timedelta(days=7)
"""What nobody has decided after so long counts against lowering, and no longer moves anything else."""
BETS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of what may be staked; their mean is the wealth."""
DAY_FROM, DAY_TO = 6, 18
"""The commune's hours that are day."""


class Light(StrEnum):
    """Scores mean another thing at night: trust is kept for each."""

    DAY = "day"
    NIGHT = "night"


def light(hour: int) -> Light:
    """Of the commune's hour, 0 to 23."""
    return Light.DAY if DAY_FROM <= hour < DAY_TO else Light.NIGHT


def most(per_day: int, days: float) -> float:
    """What no span of that length exceeds, for any scores."""
    return per_day * days + per_day + 1


@dataclass(frozen=True, slots=True)
class Rate:
    """Where the budget of a camera stands. 0: nothing was flagged for long; above 1: nothing is flagged at all."""

    level: float = 0.0
    at: datetime | None = None

    def eased(self, now: datetime) -> "Rate":
        """After the time since. A clock that steps back lowers nothing."""
        if self.at is None or now <= self.at:
            return replace(self, at=self.at or now)
        return Rate(max(0.0, self.level - (now - self.at) / timedelta(days=1)), now)

    def flagged(self, per_day: int) -> "Rate":
        """After one more flag."""
        return replace(self, level=self.level + 1 / per_day)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one flag. `level`: the trust in force when it came; `confirmed` None: undecided, or decided too late."""

    level: float
    at: datetime
    confirmed: bool | None


@dataclass(frozen=True, slots=True)
class Trust:
    """How far the verdicts have moved the threshold. `base`: the network's own."""

    base: float
    notch: int = 0
    lowered: int = 0
    raised: int = 0
    confirmed: int = 0
    decided: int = 0
    """Verdicts at this level."""
    for_less: tuple[float, ...] = field(default=(1.0,) * len(BETS))
    for_more: tuple[float, ...] = field(default=(1.0,) * len(BETS))
    """Wealth of each bet against "at most TARGET", and against "at least TARGET"."""

    @property
    def level(self) -> float:
        """The threshold that the verdicts have earned."""
        return round(min(max(HIGHEST, self.base), max(min(LOWEST, self.base), self.base + STEP * self.notch)), 4)

    def after(self, confirmed: bool | None) -> "Trust":  # noqa: FBT001 - a verdict is a truth value
        """After one more outcome at this level."""
        hit = 1.0 if confirmed else 0.0
        less = tuple(wealth * (1 + bet / TARGET * (hit - TARGET)) for wealth, bet in zip(self.for_less, BETS, strict=True))
        more = self.for_more
        if confirmed is not None:
            more = tuple(wealth * (1 - bet / (1 - TARGET) * (hit - TARGET)) for wealth, bet in zip(more, BETS, strict=True))
        if grown(less, self.lowered):
            return self._moved(Trust(self.base, self.notch - 1, self.lowered + 1, self.raised))
        if grown(more, self.raised):
            return self._moved(Trust(self.base, self.notch + 1, self.lowered, self.raised + 1))
        known = (self.confirmed + (confirmed is True), self.decided + (confirmed is not None))
        return Trust(self.base, self.notch, self.lowered, self.raised, *known, less, more)

    def _moved(self, to: "Trust") -> "Trust":
        """At the end of the scale it stays where it is, and the bets begin anew."""
        return to if to.level != self.level else replace(to, notch=self.notch)


def grown(wealth: tuple[float, ...], before: int) -> bool:
    """Whether the bets have proven their point, for the (before + 1)-th time: the chances of all times add up to ALPHA."""
    return math.fsum(wealth) / len(wealth) >= (before + 1) * (before + 2) / ALPHA


def trusted(outcomes: Iterable[Outcome], *, base: float, now: datetime) -> Trust:
    """Trust after these flags, in the order in which they were flagged, so that the order of the verdicts decides nothing.

    The first that may still be decided ends it. Flags of another level are passed over.
    """
    trust = Trust(base)
    for outcome in outcomes:
        if outcome.level != trust.level:
            continue
        if outcome.confirmed is None and now - outcome.at < PATIENCE:
            break
        trust = trust.after(outcome.confirmed)
    return trust


@dataclass(frozen=True, slots=True)
class Threshold:
    """What is in force for a camera now."""

    rate: float
    trust: Trust

    @property
    def value(self) -> float:
        """From this score on it is flagged, if at most 1."""
        return max(self.rate, self.trust.level)
