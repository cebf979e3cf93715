"""From a detector's raw output to boxes. One small function for each layout; what each number means is its publication's word.

Every decoder returns boxes (n, 4) as x0 y0 x1 y1 in pixels of the input, scores (n,) 0 to 1 and classes (n,).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Outputs: TypeAlias = Mapping[str, Floats]
THREE, FOUR = (8, 16, 32), (8, 16, 32, 64)


@dataclass(frozen=True, slots=True)
class Size:
    """Of the input, pixels, and how many classes the output tells apart."""

    width: int
    height: int
    classes: int


@dataclass(frozen=True, slots=True)
class Raw:
    """All that a detector said, good and bad."""

    boxes: Floats
    scores: Floats
    classes: NDArray[np.int64]


def cells(size: Size, strides: tuple[int, ...]) -> int:
    """How many places a pyramid of grids has."""
    return sum(-(-size.height // stride) * -(-size.width // stride) for stride in strides)


def strides_of(size: Size, count: int) -> tuple[int, ...] | None:
    """The pyramid that has `count` places, None when no usual one does."""
    return next((strides for strides in (THREE, FOUR, (4, *THREE)) if cells(size, strides) == count), None)


def yolox(outputs: Outputs, size: Size) -> Raw:
    """(1, N, 5 + C): centre as offset in its cell, log of the size, both in strides; object and class probabilities."""
    told = _only(outputs)[0]
    grid, stride = _grid(size, _strides(size, len(told)), 0.0)
    centre, extent = (told[:, :2] + grid) * stride, np.exp(np.minimum(told[:, 2:4], 20.0)) * stride
    return _best(_corners(np.hstack([centre, extent])), told[:, 4:5] * told[:, 5:])


def ultralytics(outputs: Outputs, size: Size) -> Raw:  # noqa: ARG001 - every decoder has this shape
    """(1, 4 + C, N): centre and size in pixels, class probabilities."""
    told = _only(outputs)[0].T
    return _best(_corners(told[:, :4]), told[:, 4:])


def end_to_end(outputs: Outputs, size: Size) -> Raw:  # noqa: ARG001
    """(1, N, 6): corners in pixels, score, class."""
    told = _only(outputs)[0]
    return Raw(told[:, :4], told[:, 4], told[:, 5].astype(np.int64))


def relative(outputs: Outputs, size: Size) -> Raw:
    """(1, N, 4 + C): centre and size as shares of the picture, class probabilities."""
    told = _only(outputs)[0]
    return _best(_corners(told[:, :4] * _sides(size)), told[:, 4:])


def nanodet(outputs: Outputs, size: Size) -> Raw:
    """(1, N, C + 4 x bins): class probabilities, then for left, top, right and bottom a distribution over whole strides.

    Four grids begin at their cells' corners (Plus), three at their middles (the first NanoDet).
    """
    told = _only(outputs)[0]
    strides = _strides(size, len(told))
    grid, stride = _grid(size, strides, 0.0 if strides == FOUR else 0.5)
    chances = told[:, size.classes :].reshape(len(told), 4, -1)
    chances = np.exp(chances - chances.max(axis=2, keepdims=True))
    chances /= chances.sum(axis=2, keepdims=True)
    away = (chances @ np.arange(chances.shape[2], dtype=np.float32)) * stride
    centre = grid * stride
    boxes = np.hstack([centre - away[:, :2], centre + away[:, 2:]])
    return _best(np.clip(boxes, 0, np.tile([size.width, size.height], 2)), told[:, : size.classes])


def fastestdet(outputs: Outputs, size: Size) -> Raw:
    """(1, 5 + C, H, W): object probability, centre as tanh within its cell, size as logistic share of the picture, class probabilities."""
    told = _only(outputs)[0]
    _, high, wide = told.shape
    rows, columns = np.mgrid[0:high, 0:wide]
    x, y = (columns + np.tanh(told[1])) / wide, (rows + np.tanh(told[2])) / high
    shares = np.stack([x, y, _logistic(told[3]), _logistic(told[4])], axis=-1).reshape(-1, 4)
    return _best(_corners(shares * _sides(size)), (told[0] * told[5:]).reshape(len(told) - 5, -1).T)


def sized(outputs: Outputs, size: Size) -> Raw:  # noqa: ARG001
    """`labels`, `boxes`, `scores`: corners in the pixels that the second input named, which is always the input's size here."""
    return Raw(outputs["boxes"][0], outputs["scores"][0], outputs["labels"][0].astype(np.int64))


def rf_detr(outputs: Outputs, size: Size) -> Raw:
    """`dets` (1, N, 4): centre and size as shares; `labels` (1, N, C): one logit for each class."""
    return _best(_corners(outputs["dets"][0] * _sides(size)), _logistic(outputs["labels"][0]))


def _only(outputs: Outputs) -> Floats:
    (told,) = outputs.values()
    return told


def _strides(size: Size, count: int) -> tuple[int, ...]:
    found = strides_of(size, count)
    if found is None:
        raise ValueError(f"{count} places for an input of {size.width}x{size.height}")
    return found


def _grid(size: Size, strides: tuple[int, ...], offset: float) -> tuple[Floats, Floats]:
    """(N, 2) x and y of every place in its own cells, (N, 1) its stride."""
    grids, scales = [], []
    for stride in strides:
        rows, columns = np.mgrid[0 : -(-size.height // stride), 0 : -(-size.width // stride)]
        grids.append(np.stack([columns, rows], axis=-1).reshape(-1, 2) + offset)
        scales.append(np.full((rows.size, 1), stride))
    return np.concatenate(grids).astype(np.float32), np.concatenate(scales).astype(np.float32)


def _sides(size: Size) -> Floats:
    return np.asarray([size.width, size.height, size.width, size.height], np.float32)


def _corners(boxes: Floats) -> Floats:
    """Centre and size -> corners."""
    half = boxes[:, 2:] / 2
    return np.hstack([boxes[:, :2] - half, boxes[:, :2] + half])


def _logistic(value: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(value, -60, 60))), np.float32)


def _best(boxes: Floats, scores: Floats) -> Raw:
    classes = scores.argmax(axis=1)
    return Raw(boxes.astype(np.float32), np.take_along_axis(scores, classes[:, None], axis=1)[:, 0], classes)
