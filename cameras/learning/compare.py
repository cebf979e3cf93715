"""Two networks on the same verdicts: precision, recall, Brier score, and whether the one is better by more than chance.

Everything here was told to the officer by the live network, so recall is of what was told and judged, not of what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cameras.evaluation.intervals import share

Doubles = NDArray[np.float64]
DRAWS = 2000
SEED = 7


class Better(StrEnum):
    """Of the second against the first, by the 95 % interval of the difference of their Brier scores."""

    YES = "better"
    NO = "worse"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one network. Pairs are 95 % intervals (Clopper-Pearson; the Brier score's by drawing again)."""

    flagged: int
    right: int
    confirmed: int
    precision: tuple[float, float]
    recall: tuple[float, float]
    brier: float
    brier_between: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both on `count` verdicts. `gain`: how much smaller the second's Brier score is, with its interval."""

    count: int
    first: Figures
    second: Figures
    gain: float
    gain_between: tuple[float, float]

    @property
    def better(self) -> Better:
        """Whether the second is better."""
        low, high = self.gain_between
        return Better.YES if low > 0 else Better.NO if high < 0 else Better.UNCLEAR


@dataclass(frozen=True, slots=True)
class Scored:
    """Scores of one network for the same examples, and where it flags."""

    scores: Sequence[float]
    threshold: float


def compare(first: Scored, second: Scored, confirmed: Sequence[bool]) -> Comparison:
    """ValueError for no verdicts."""
    if not confirmed:
        raise ValueError("no verdicts")
    truth = np.asarray(confirmed, float)
    errors = [(np.asarray(one.scores, float) - truth) ** 2 for one in (first, second)]
    drawn = np.random.default_rng(SEED).integers(0, len(truth), (DRAWS, len(truth)))
    gains = (errors[0] - errors[1])[drawn].mean(axis=1)
    figures = [_figures(one, truth, error[drawn].mean(axis=1)) for one, error in zip((first, second), errors, strict=True)]
    return Comparison(len(truth), figures[0], figures[1], float((errors[0] - errors[1]).mean()), _between(gains))


def _figures(one: Scored, truth: Doubles, briers: Doubles) -> Figures:
    flagged = np.asarray(one.scores, float) >= one.threshold
    right, count, wanted = int((flagged * truth).sum()), int(flagged.sum()), int(truth.sum())
    brier = float(((np.asarray(one.scores, float) - truth) ** 2).mean())
    return Figures(count, right, wanted, share(right, count), share(right, wanted), brier, _between(briers))


def _between(drawn: Doubles) -> tuple[float, float]:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)
