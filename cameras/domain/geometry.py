"""Boxes on a picture. Pixels, x to the right, y down, upright; x1 and y1 are exclusive."""

import math
from collections.abc import Iterable
from typing import NamedTuple


class Box(NamedTuple):
    """x0, y0, x1, y1 in pixels."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def width(self) -> float:
        return max(0.0, self.x1 - self.x0)

    @property
    def height(self) -> float:
        return max(0.0, self.y1 - self.y0)

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def side(self) -> float:
        """The longer side."""
        return max(self.width, self.height)

    @property
    def centre(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    def grown(self, by: float) -> "Box":
        """Wider by `by` pixels on every side."""
        return Box(self.x0 - by, self.y0 - by, self.x1 + by, self.y1 + by)

    def scaled(self, factor: float) -> "Box":
        """The same box on a picture `factor` times as large."""
        return Box(*(value * factor for value in self))

    def clipped(self, width: float, height: float) -> "Box":
        """The part of it on a picture of this size."""
        x0, x1 = (min(max(x, 0.0), width) for x in (self.x0, self.x1))
        y0, y1 = (min(max(y, 0.0), height) for y in (self.y0, self.y1))
        return Box(x0, y0, x1, y1)


def shared(a: Box, b: Box) -> float:
    """Area of the intersection."""
    return Box(max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1)).area


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0 to 1; 0 for empty boxes."""
    common = shared(a, b)
    whole = a.area + b.area - common
    return common / whole if whole > 0 else 0.0


def cover(a: Box, b: Box) -> float:
    """The share of `a` that lies in `b`."""
    return shared(a, b) / a.area if a.area > 0 else 0.0


def gap(a: Box, b: Box) -> float:
    """Pixels between the nearest edges; 0 when they touch or overlap."""
    dx = max(a.x0 - b.x1, b.x0 - a.x1, 0.0)
    dy = max(a.y0 - b.y1, b.y0 - a.y1, 0.0)
    return math.hypot(dx, dy)


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all of them. ValueError for none."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return Box(min(x0), min(y0), max(x1), max(y1))
