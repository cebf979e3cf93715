"""Contact sheets: composites as a person would judge them, one row of pictures each: before, act, after with the box."""

from pathlib import Path

import cv2
import numpy as np

from cameras.training.compose import Example, example
from cameras.training.compose.shelf import Shelf
from cameras.watch.strip import cut, square

_TILE_PX = 96
_COLUMNS = 5


def write_sheet(path: Path, shelf: Shelf, *, seed: int, count: int) -> Path:
    """A PNG of the first `count` composites, sorted by what they are."""
    made = sorted((example(shelf, seed, index) for index in range(count)), key=lambda one: (one.verdict, one.kind))
    tiles = [_tile(one) for one in made]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    rows = [np.hstack(tiles[at : at + _COLUMNS]) for at in range(0, len(tiles), _COLUMNS)]
    if not cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_PNG_COMPRESSION, 9]):
        raise OSError(f"{path} could not be written")
    return path


def _tile(made: Example) -> np.ndarray:
    """One composite, 3 tiles wide, its class and kind written over it."""
    area = square(made.candidate.box)
    pictures = (made.candidate.before, made.candidate.act, made.candidate.after)
    row = np.hstack([cv2.resize(cut(picture, area), (_TILE_PX, _TILE_PX)) for picture in pictures])
    scale = _TILE_PX / (area[2] - area[0])
    x0, y0, x1, y1 = (int((value - area[at % 2]) * scale) for at, value in enumerate(made.candidate.box))
    cv2.rectangle(row, (2 * _TILE_PX + x0, y0), (2 * _TILE_PX + x1, y1), (0, 0, 255), 1)
    cv2.putText(row, f"{made.verdict.value}: {made.kind}"[:34], (2, 11), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (0, 255, 255), 1, cv2.LINE_AA)
    return row
