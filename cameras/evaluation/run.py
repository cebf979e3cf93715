"""A whole data set through the watcher: every clip once, several at a time, going on where it was interrupted."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from cameras.evaluation import report
from cameras.evaluation.judge import Judged, judged
from cameras.evaluation.matching import outcome
from cameras.evaluation.readers import read
from cameras.evaluation.truth import Clip, Origin
from cameras.watch.verifier import WEIGHTS, read_manifest

Step = Callable[[str, int], None]
"""Called after each clip with its name and how many there are in all."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be evaluated. `out` keeps the report and what was judged so far."""

    dataset: Path
    out: Path
    weights: Path = WEIGHTS
    jobs: int = 1
    origin: Origin = Origin.REAL
    """Of clips that are no composites."""


def evaluate(order: Order, step: Step = lambda _name, _total: None) -> dict[str, Any]:
    """The content of metrics.json, written with everything else to `out`. Raises Refusal when there is no data set, WeightsRefused."""
    clips = read(order.dataset, order.origin)
    manifest = read_manifest(order.weights)
    order.out.mkdir(parents=True, exist_ok=True)
    done: dict[str, Judged] = {}
    for clip, made in _judged(clips, order):
        done[clip.name] = made
        step(clip.name, len(clips))
    outcomes = [outcome(clip, done[clip.name]) for clip in clips]
    return report.write(outcomes, order.out, {"weights": manifest.sha256[:16], "threshold": manifest.threshold})


def _judged(clips: list[Clip], order: Order) -> Iterator[tuple[Clip, Judged]]:
    if order.jobs <= 1:
        for clip in clips:
            yield clip, judged(clip, order.weights, order.out)
        return
    with ProcessPoolExecutor(order.jobs, mp_context=get_context("spawn")) as pool:
        asked = {pool.submit(judged, clip, order.weights, order.out): clip for clip in clips}
        try:
            for done in as_completed(asked):
                yield asked[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)
