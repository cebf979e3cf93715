"""How long each network takes on one thread of this machine, milliseconds of wall time."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from statistics import median, quantiles

import numpy as np

from cameras.watch.detector.look import painted
from cameras.watch.detector.shelf import Shelf
from cameras.watch.strip import UNKNOWN, Candidate
from cameras.watch.verifier import Verifier

WARM_UP, ROUNDS = 3, 40
EMBEDDED = "dumping"


@dataclass(frozen=True, slots=True)
class Row:
    """One network. Milliseconds for a whole picture or candidate: preparation, network and decoding."""

    name: str
    layout: str
    size: str
    least_ms: float
    median_ms: float
    p95_ms: float


def bench(shelf: Shelf, rounds: int = ROUNDS) -> Iterator[Row]:
    """The embedded network, then every installed detector. Raises Refusal, WeightsRefused."""
    yield _row(EMBEDDED, "strip", "80×80", _judging(), rounds)
    picture = painted()
    for card in shelf.manifest().cards:
        once = partial(shelf.open(card.name).detect, picture)
        yield _row(card.name, card.layout, f"{card.width}×{card.height}", once, rounds)


def _judging() -> Callable[[], object]:
    verifier = Verifier()
    verifier.load()
    before = painted()
    after = np.roll(before, 3, axis=1)
    candidate = Candidate(before, after, after, (280, 240, 340, 330), UNKNOWN)
    return lambda: verifier.judge(candidate)


def _row(name: str, layout: str, size: str, once: Callable[[], object], rounds: int) -> Row:
    for _ in range(WARM_UP):
        once()
    took = sorted(_timed(once) for _ in range(rounds))
    return Row(name, layout, size, took[0], median(took), quantiles(took, n=20, method="inclusive")[-1])


def _timed(once: Callable[[], object]) -> float:
    began = time.perf_counter()
    once()
    return (time.perf_counter() - began) * 1000
