"""One small picture beside the card: how precision falls as recall rises, and whether scores mean what they say."""

from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt

_BINS = 10
_FEWEST = 8


def write_plots(path: Path, told: dict[str, tuple[np.ndarray, np.ndarray]], *, threshold: float) -> Path:
    """PNG of two panels. `told` holds scores (n,) and truths (n,) of left or thrown under the name of what they come from."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 3.9), dpi=80, layout="constrained")
    for name, (score, truth) in told.items():
        recall, precision = precision_recall(score, truth)
        (line,) = left.plot(recall, precision, label=name, linewidth=1.6)
        flagged = score >= threshold
        left.plot(
            (flagged & truth).sum() / max(1, truth.sum()), (flagged & truth).sum() / max(1, flagged.sum()), "o", color=line.get_color()
        )
        right.plot(*reliability(score, truth), "o-", color=line.get_color(), label=name, linewidth=1.2, markersize=4)
    right.plot([0, 1], [0, 1], ":", color="0.5")
    left.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0.5, 1.02), title=f"o: threshold {threshold}")
    right.set(xlabel="mean score", ylabel="share that was left or thrown", xlim=(0, 1), ylim=(0, 1), title="reliability")
    left.legend(loc="lower left", frameon=False)
    for panel in (left, right):
        panel.grid(alpha=0.25)
    figure.canvas.draw()
    drawn = np.asarray(figure.canvas.buffer_rgba())[..., 2::-1]
    plt.close(figure)
    cv2.imwrite(str(path), drawn, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return path


def precision_recall(score: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision at every score, the highest first."""
    hits = np.cumsum(truth[np.argsort(-score, kind="stable")])
    return hits / max(1, hits[-1]), hits / np.arange(1, len(hits) + 1)


def reliability(score: np.ndarray, truth: np.ndarray) -> tuple[list[float], list[float]]:
    """Mean score and share of truth in ten bins; bins with fewer than 8 are left out."""
    at = np.minimum((score * _BINS).astype(int), _BINS - 1)
    full = [number for number in range(_BINS) if (at == number).sum() >= _FEWEST]
    return [float(score[at == number].mean()) for number in full], [float(truth[at == number].mean()) for number in full]
