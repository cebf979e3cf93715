"""Small, honest figures for the card: composites of the test shelf only."""

from dataclasses import dataclass

import numpy as np

from cameras.evaluation.intervals import share
from cameras.training.examples import CLASSES, Examples
from cameras.training.train import auc, dumping
from cameras.watch.verifier import DUMPING

_FALSE_SHARE = 0.01
_BINS = 5


@dataclass(frozen=True)
class Row:
    """One kind of candidate: how many, how many flagged, and the 95 % Clopper-Pearson interval of that share."""

    kind: str
    count: int
    flagged: int
    low: float
    high: float


@dataclass(frozen=True)
class Figures:
    """What the card tells. `calibration` holds (mean score, share that was dumping, count) per bin."""

    threshold: float
    auc: float
    precision: float
    recall: float
    positives: int
    negatives: int
    class_accuracy: float
    kinds: list[Row]
    hours: list[tuple[str, float, float]]
    calibration: list[tuple[float, float, int]]


def threshold_for(scores: np.ndarray, truths: np.ndarray) -> float:
    """At least one half, and at most 1 % of the validation's negatives above it."""
    negatives = np.sort(dumping(scores)[~is_dumping(truths)])
    edge = float(negatives[int(np.ceil(len(negatives) * (1 - _FALSE_SHARE))) - 1]) if len(negatives) else 0.5
    return round(max(0.5, edge + 0.005), 2)


def figures(scores: np.ndarray, given: Examples, threshold: float) -> Figures:
    """`scores` (n, 6) are the exported network's probabilities."""
    score, truth = dumping(scores), is_dumping(given.truths)
    flagged = score >= threshold
    hit = int((flagged & truth).sum())
    hours = sorted(set(given.hours))
    return Figures(
        threshold=threshold,
        auc=auc(score, truth),
        precision=hit / max(1, int(flagged.sum())),
        recall=hit / max(1, int(truth.sum())),
        positives=int(truth.sum()),
        negatives=int((~truth).sum()),
        class_accuracy=float((scores.argmax(axis=1) == given.truths).mean()),
        kinds=[_row(kind, given, flagged) for kind in sorted(set(given.kinds), key=_order)],
        hours=[(hour, *_at(np.asarray([other == hour for other in given.hours]), flagged, truth)) for hour in hours],
        calibration=_calibration(score, truth),
    )


def is_dumping(truths: np.ndarray) -> np.ndarray:
    return np.isin(truths, [CLASSES.index(verdict) for verdict in DUMPING])


def _row(kind: str, given: Examples, flagged: np.ndarray) -> Row:
    here = np.asarray([other == kind for other in given.kinds])
    count, hits = int(here.sum()), int((flagged & here).sum())
    return Row(kind, count, hits, *share(hits, count))


def _order(kind: str) -> tuple[int, str]:
    return [verdict.value for verdict in CLASSES].index(kind.split(":", 1)[0]), kind


def _at(here: np.ndarray, flagged: np.ndarray, truth: np.ndarray) -> tuple[float, float]:
    hit = (flagged & truth & here).sum()
    return float(hit / max(1, (flagged & here).sum())), float(hit / max(1, (truth & here).sum()))


def _calibration(score: np.ndarray, truth: np.ndarray) -> list[tuple[float, float, int]]:
    at = np.minimum((score * _BINS).astype(int), _BINS - 1)
    return [(float(score[at == b].mean()), float(truth[at == b].mean()), int((at == b).sum())) for b in range(_BINS) if (at == b).any()]
