"""Everything that a training needs, made in pieces that are kept: what was interrupted goes on where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cameras.training.compose.shelf import Shelf
from cameras.training.examples import Examples, examples, stacked
from cameras.training.proposals import proposals

_STRIPS_A_PIECE, _FILMS_A_PIECE = 1000, 25
_JITTER = 1


@dataclass(frozen=True)
class Wanted:
    """How much of what: composed strips and films for training. Validation and test take an eighth and a fifth of the strips."""

    seed: int
    count: int
    films: int
    commit: str
    painted: bool
    place: Path


@dataclass(frozen=True)
class Material:
    """Composed strips, and what the watcher proposes on composite films; the two are never averaged in a figure."""

    composed: Examples
    proposed: Examples

    @property
    def whole(self) -> Examples:
        return stacked([self.composed, self.proposed])


def material(shelf: Shelf, wanted: Wanted) -> Material:
    """For the shelf's split. Test takes no films here: whole films are judged by the evaluation."""
    strips = {"train": wanted.count, "val": max(60, wanted.count // 8), "test": max(60, wanted.count // 5)}[shelf.split]
    films = {"train": wanted.films, "val": wanted.films // 4, "test": 0}[shelf.split]
    jitter = _JITTER if shelf.split == "train" else 0
    name = f"{shelf.split}-{wanted.seed}-{'painted' if wanted.painted else 'files'}-{wanted.commit[:12]}{wanted.commit[40:]}"
    return Material(
        _in_pieces(
            wanted.place / f"strips-{name}",
            strips,
            lambda at, many: examples(shelf, seed=wanted.seed, count=many, start=at),
            size=_STRIPS_A_PIECE,
        ),
        _in_pieces(
            wanted.place / f"films-{name}",
            films,
            lambda at, many: proposals(shelf, seed=wanted.seed, count=many, start=at, jitter=jitter),
            size=_FILMS_A_PIECE,
        ),
    )


def with_hard_ones(given: Examples, score: np.ndarray, truth: np.ndarray, *, hard: float = 0.3, times: int = 2) -> Examples:
    """What a first network gets wrong or nearly so comes `times` more often. `score` and `truth` (n,) of left or thrown."""
    wrong = np.flatnonzero(np.abs(truth.astype(float) - score) > hard)
    return given.rows(np.concatenate([np.arange(len(score)), *[wrong] * times]))


def _in_pieces(stem: Path, count: int, make: Callable[[int, int], Examples], *, size: int) -> Examples:
    """`make(start, many)` for all of `count`. Each piece is kept in a file and not made twice."""
    parts = []
    for start in range(0, count, size):
        many = min(size, count - start)
        place = stem.with_name(f"{stem.name}-{start}-{many}.npz")
        if not place.is_file():
            place.parent.mkdir(parents=True, exist_ok=True)
            make(start, many).keep(place)
        parts.append(Examples.kept(place))
    return stacked(parts)
