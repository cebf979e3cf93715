"""Boxes as background subtraction and trackers would give them: near the truth, never on it."""

import numpy as np
from numpy.random import Generator

from cameras.training.compose.sprites import Layer
from cameras.watch.strip import Box


def size_of(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


def ratio_of(box: Box, actor: Layer) -> float:
    return max(size_of(box)) / max(size_of(actor.box))


def ratio(thing: Layer, actor: Layer) -> float:
    return ratio_of(thing.box, actor)


def seen(rng: Generator, share: float) -> float:
    return 1.0 if rng.random() < share else 0.0


def away(actor: Layer, thing: Layer, gap: float, rng: Generator) -> Layer:
    """The actor, its box `gap` px to one side of the thing's."""
    here, there = thing.box, actor.box
    dx = here[0] - gap - there[2] if rng.random() < 0.5 else here[2] + gap - there[0]
    return actor.moved(dx, rng.uniform(-0.5, 0.5) * (there[3] - there[1]))


def noticed(layer: Layer, rng: Generator) -> Box:
    """What background subtraction makes of it: a little off, sometimes with a piece missing or its shadow."""
    x0, y0, x1, y1 = layer.box
    wide, tall = x1 - x0, y1 - y0
    off = np.clip(rng.normal(0, 0.07, 4), -0.25, 0.25) * (wide, tall, wide, tall) + rng.uniform(-1.5, 1.5, 4)
    return whole(np.asarray([x0, y0, x1, y1]) + off)


def part_of(box: Box, rng: Generator) -> Box:
    """Only legs, or the torso, or an arm of it."""
    x0, y0, x1, y1 = box
    wide, tall = (x1 - x0) * rng.uniform(0.4, 1.0), (y1 - y0) * rng.uniform(0.2, 0.7)
    x, y = rng.uniform(x0, x1 - wide), rng.uniform(y0, y1 - tall)
    return whole(np.asarray([x, y, x + wide, y + tall]))


def union(a: Box, b: Box, rng: Generator) -> Box:
    share = rng.uniform(0.2, 1.0)
    outer = np.asarray([min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])])
    return whole(np.asarray(a) * (1 - share) + outer * share)


def whole(box: np.ndarray) -> Box:
    x0, y0, x1, y1 = (round(value) for value in box)
    return x0, y0, max(x1, x0 + 5), max(y1, y0 + 5)
