"""Plots of a report as SVG. matplotlib is imported here and nowhere else at run time; without it there are none."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cameras.evaluation.figures import calibration, curve
from cameras.evaluation.matching import Outcome

PLOTS = {"pr.svg": "precision and recall", "delay.svg": "delay", "calibration.svg": "calibration"}


def draw(outcomes: Sequence[Outcome], folder: Path) -> list[str]:
    """The files that were drawn."""
    if find_spec("matplotlib") is None:
        return []
    drawn = []
    for name, fill in (("pr.svg", _pr), ("delay.svg", _delay), ("calibration.svg", _calibration)):
        from matplotlib.figure import Figure  # noqa: PLC0415 - not everybody has it

        figure = Figure(figsize=(4.6, 3.4), layout="constrained")
        if fill(figure.subplots(), outcomes):
            figure.savefig(folder / name)
            drawn.append(name)
    return drawn


def _pr(axes: Any, outcomes: Sequence[Outcome]) -> bool:
    points = curve(outcomes)
    axes.step([recall for _, _, recall in points], [precision for _, precision, _ in points], where="post", color="#1f5f8b")
    axes.set(xlabel="recall (of all events)", ylabel="precision (of what the network judged)", xlim=(0, 1.02), ylim=(0, 1.02))
    return bool(points)


def _delay(axes: Any, outcomes: Sequence[Outcome]) -> bool:
    """Share of all events flagged within so many seconds; misses never reach the top."""
    events = sum(len(one.clip.events) for one in outcomes)
    hits = [hit for one in outcomes for hit in one.hits]
    for label, delays, style in (
        ("after the put-down", sorted(hit.delay_s for hit in hits), "-"),
        ("after who did it had gone", sorted(hit.after_gone_s for hit in hits if hit.after_gone_s is not None), ":"),
    ):
        axes.step(delays, [(number + 1) / max(events, 1) for number in range(len(delays))], where="post", linestyle=style, label=label)
    axes.set(xlabel="seconds to the flag", ylabel="share of all events", ylim=(0, 1.02))
    axes.legend(frameon=False, fontsize=8)
    return bool(hits)


def _calibration(axes: Any, outcomes: Sequence[Outcome]) -> bool:
    bins = calibration(outcomes)
    axes.plot([0, 1], [0, 1], color="#bbbbbb", linewidth=1)
    axes.scatter(
        [score for score, _, _ in bins], [true for _, true, _ in bins], s=[12 + 4 * count**0.5 for _, _, count in bins], color="#b3591f"
    )
    axes.set(xlabel="mean score", ylabel="share that was dumping", xlim=(0, 1), ylim=(0, 1))
    return bool(bins)
