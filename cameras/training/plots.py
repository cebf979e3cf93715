"""One picture beside the card: how precision falls as recall rises, whether scores mean what they say, and what is missed of each kind."""

from pathlib import Path

import cv2
import matplotlib as mpl
import numpy as np

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from cameras.training.evaluate import Row
from cameras.watch.verifier import DUMPING

_BINS = 10
_FEWEST = 8


def write_plots(path: Path, told: dict[str, tuple[np.ndarray, np.ndarray]], rows: list[Row], *, threshold: float) -> Path:
    """PNG of three panels. `told` holds scores (n,) and truths (n,) of left or thrown under the name of what they come from; `rows` what was
    flagged of each kind.
    """
    figure = plt.figure(figsize=(10.2, 6.4), dpi=80, layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.35))
    _curves(figure.add_subplot(grid[0, 0]), told, threshold)
    _reliability(figure.add_subplot(grid[1, 0]), told)
    _by_kind(figure.add_subplot(grid[:, 1]), rows)
    figure.canvas.draw()
    drawn = np.asarray(figure.canvas.buffer_rgba())[..., 2::-1]
    plt.close(figure)
    cv2.imwrite(str(path), drawn, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    return path


def _curves(panel: Axes, told: dict[str, tuple[np.ndarray, np.ndarray]], threshold: float) -> None:
    for name, (score, truth) in told.items():
        recall, precision = precision_recall(score, truth)
        (line,) = panel.plot(recall, precision, label=name, linewidth=1.6)
        flagged = score >= threshold
        hits = (flagged & truth).sum()
        panel.plot(hits / max(1, truth.sum()), hits / max(1, flagged.sum()), "o", color=line.get_color())
    panel.set(
        xlabel="tìm thấy / recall",
        ylabel="báo đúng / precision",
        xlim=(0, 1.02),
        ylim=(0.5, 1.02),
        title=f"o: ngưỡng / threshold {threshold}",
    )
    panel.legend(loc="lower left", frameon=False, fontsize=7)
    panel.grid(alpha=0.25)


def _reliability(panel: Axes, told: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    panel.plot([0, 1], [0, 1], ":", color="0.5")
    for score, truth in told.values():
        panel.plot(*reliability(score, truth), "o-", linewidth=1.2, markersize=4)
    panel.set(xlabel="điểm / mean score", ylabel="đúng là rác bỏ lại / was dumping", xlim=(0, 1), ylim=(0, 1))
    panel.grid(alpha=0.25)


def _by_kind(panel: Axes, rows: list[Row]) -> None:
    """What is wrong of each kind, with its 95 % interval: missed of what was left or thrown, flagged of all else."""
    for at, row in enumerate(reversed(rows)):
        missed = row.kind.split(":")[0] in DUMPING
        share, low, high = (1 - value if missed else value for value in (row.flagged / max(1, row.count), row.low, row.high))
        color = "#1f5f8b" if missed else "#b3591f"
        panel.barh(at, share, color=color)
        panel.plot(sorted((low, high)), (at, at), color="0.3", linewidth=1)
    panel.set_yticks(range(len(rows)), [f"{row.kind} ({row.count})" for row in reversed(rows)], fontsize=8)
    panel.set(xlim=(0, 0.5), xlabel="xanh: bỏ sót, cam: báo nhầm\nblue: missed, orange: flagged in vain")
    panel.grid(axis="x", alpha=0.25)


def precision_recall(score: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Recall and precision at every score, the highest first."""
    hits = np.cumsum(truth[np.argsort(-score, kind="stable")])
    return hits / max(1, hits[-1]), hits / np.arange(1, len(hits) + 1)


def reliability(score: np.ndarray, truth: np.ndarray) -> tuple[list[float], list[float]]:
    """Mean score and share of truth in ten bins; bins with fewer than 8 are left out."""
    at = np.minimum((score * _BINS).astype(int), _BINS - 1)
    full = [number for number in range(_BINS) if (at == number).sum() >= _FEWEST]
    return [float(score[at == number].mean()) for number in full], [float(truth[at == number].mean()) for number in full]
