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


Point = tuple[float, float]
Polygon = tuple[Point, ...]
"""Corners in order; the last one joins the first."""


def foot(box: Box) -> Point:
    """Where a thing stands: the middle of its lower edge."""
    return (box.x0 + box.x1) / 2, box.y1


def inside(point: Point, polygon: Polygon) -> bool:
    """True when `point` lies in `polygon` or on its edge."""
    x, y = point
    odd = False
    for (x0, y0), (x1, y1) in _edges(polygon):
        if _on((x0, y0), (x1, y1), point):
            return True
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


def crosses_itself(polygon: Polygon) -> bool:
    """True when two edges touch that are not neighbours, a neighbour folds back, or there are fewer than three corners."""
    edges = list(_edges(polygon))
    if len(edges) < 3 or any(a == b for a, b in edges):
        return True
    last = len(edges) - 1
    for i, one in enumerate(edges):
        for j in range(i + 1, len(edges)):
            neighbours = j == i + 1 or (i == 0 and j == last)
            if _folds(one, edges[j]) if neighbours else _meet(one, edges[j]):
                return True
    return False


Edge = tuple[Point, Point]


def _edges(polygon: Polygon) -> Iterable[Edge]:
    return zip(polygon, (*polygon[1:], *polygon[:1]), strict=True)


def _turn(a: Point, b: Point, c: Point) -> float:
    """Above 0 when a, b, c turn left, below when they turn right, 0 on one line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _on(a: Point, b: Point, c: Point) -> bool:
    """`c` lies on the stretch from `a` to `b`."""
    between = min(a[0], b[0]) <= c[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= c[1] <= max(a[1], b[1])
    return between and _turn(a, b, c) == 0


def _meet(one: Edge, other: Edge) -> bool:
    (a, b), (c, d) = one, other
    if any(_on(a, b, point) for point in other) or any(_on(c, d, point) for point in one):
        return True
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _folds(one: Edge, other: Edge) -> bool:
    """Two neighbouring edges lie on each other instead of meeting in one corner."""
    shared_corner = (set(one) & set(other)).pop() if set(one) & set(other) else one[1]
    far = [point for edge in (one, other) for point in edge if point != shared_corner]
    return any(_on(*one, point) for point in far if point not in one) or any(_on(*other, point) for point in far if point not in other)
