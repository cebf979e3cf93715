"""Everything that a training needs, made in pieces that are kept: what was interrupted goes on where it stopped."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from cameras.training.compose.shelf import Shelf
from cameras.training.examples import Examples, examples, together
from cameras.training.proposals import proposals
from cameras.training.spread import spread

_STRIPS_A_PIECE, _FILMS_A_PIECE = 1000, 25
_JITTER = 1


@dataclass(frozen=True)
class Wanted:
    """How much of what: composed strips and films for training. Validation and test take an eighth and a fifth of the strips. `commits`: of
    what makes the strips and of what makes the films.
    """

    seed: int
    count: int
    films: int
    commits: tuple[str, str]
    painted: bool
    place: Path
    cores: int = 1


@dataclass(frozen=True)
class _Piece:
    """`many` from number `start` on, kept at `place`."""

    start: int
    many: int
    place: Path


@dataclass(frozen=True)
class Material:
    """Composed strips, the first `composites`, then what the watcher proposes on composite films; the two are never averaged in a figure."""

    whole: Examples
    composites: int

    @property
    def composed(self) -> Examples:
        return self.whole.part(0, self.composites)

    @property
    def proposed(self) -> Examples:
        return self.whole.part(self.composites, len(self.whole.truths))


def material(shelf: Shelf, wanted: Wanted) -> Material:
    """For the shelf's split. Test takes no films here: whole films are judged by the evaluation."""
    strips = {"train": wanted.count, "val": max(60, wanted.count // 8), "test": max(60, wanted.count // 5)}[shelf.split]
    films = {"train": wanted.films, "val": wanted.films // 4, "test": 0}[shelf.split]
    jitter = _JITTER if shelf.split == "train" else 0
    stem = f"{shelf.split}-{wanted.seed}-{'painted' if wanted.painted else 'files'}"
    strips_at, films_at = (
        wanted.place / f"{what}-{stem}-{made_by[:12]}{made_by[40:]}"
        for what, made_by in zip(("strips", "films"), wanted.commits, strict=True)
    )
    strips_of, films_of = partial(examples, shelf, seed=wanted.seed), partial(proposals, shelf, seed=wanted.seed, jitter=jitter)
    made = _finished(_pieces(strips_at, strips, _STRIPS_A_PIECE), strips_of, cores=wanted.cores)
    return Material(together([*made, *_finished(_pieces(films_at, films, _FILMS_A_PIECE), films_of, cores=wanted.cores)]), strips)


def hard_rows(score: np.ndarray, truth: np.ndarray, *, hard: float = 0.3, times: int = 2) -> np.ndarray:
    """Numbers of rows: all of them, and `times` more often those that a first network gets wrong or nearly so. `score` and `truth` (n,) of left or thrown."""
    wrong = np.flatnonzero(np.abs(truth.astype(float) - score) > hard)
    return np.concatenate([np.arange(len(score)), *[wrong] * times])


def _pieces(stem: Path, count: int, size: int) -> list[_Piece]:
    whole = [(start, min(size, count - start)) for start in range(0, count, size)]
    return [_Piece(start, many, stem.with_name(f"{stem.name}-{start}-{many}.npz")) for start, many in whole]


def _finished(pieces: list[_Piece], make: Callable[..., Examples], *, cores: int) -> list[Path]:
    """`make(start=, count=)` for all pieces, each kept in a file and not made twice."""
    missing = [piece for piece in pieces if not piece.place.is_file()]
    spread([partial(_made, piece, make) for piece in missing], cores)
    return [piece.place for piece in pieces]


def _made(piece: _Piece, make: Callable[..., Examples]) -> None:
    piece.place.parent.mkdir(parents=True, exist_ok=True)
    make(start=piece.start, count=piece.many).keep(piece.place)
