"""The one way a candidate becomes the network's input. Training and runtime both cut their strips here and nowhere else.

Pictures are BGR uint8, shape (height, width, 3), three frames of the same camera at the same size. Boxes are
(x0, y0, x1, y1) in pixels of those frames, x1 and y1 exclusive. Change anything that alters a number in the output
and `RECIPE` must rise: weights trained on another recipe are refused.
"""

from dataclasses import dataclass, fields
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[int, int, int, int]

RECIPE = 1
SIDE = 80
CHANNELS = 12
CONTEXT = 2.4
SMALLEST_SQUARE_PX = 40
FAR_BOX_SIZES = 8.0
LONGEST_DWELL_S = 120.0
_SOFTEST_SPREAD = 10.0
_WINDOW_MARGIN = 0.15


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the scene knows about a candidate and no single picture shows. All as known at judging time."""

    dwell_s: float
    """Seconds the thing has lain still, from the first frame it was still to the judged frame. 0 or more; capped at 120."""
    area_share: float
    """Area of the box divided by the area of the whole frame, 0..1."""
    size_to_actor: float
    """Longer side of the box divided by the longer side of the actor's box in the act frame. 0 when no actor was seen."""
    actor_distance: float
    """Gap between the box and the nearest actor *now* (edge to edge, 0 when they touch), in longer sides of the box.
    Capped at 8; 8 also when every actor has left the picture or none was seen."""
    actor_seen: float
    """1.0 when a moving actor touched the place shortly before the thing was there, else 0.0. Fractions are allowed."""
    edge_gain: float
    """-1..1 from `measure`: near +1 edges appeared (a new thing), near -1 edges went (something was taken away)."""
    luma: float
    """Mean brightness of the square in the after picture, 0 black .. 1 white, from `measure`."""


NUMBERS = len(fields(Numbers))
UNKNOWN = Numbers(dwell_s=0.0, area_share=0.0, size_to_actor=0.0, actor_distance=FAR_BOX_SIZES, actor_seen=0.0, edge_gain=0.0, luma=0.5)


@dataclass(frozen=True, slots=True)
class Measures:
    """The three of `Numbers` that come from pixels alone."""

    area_share: float
    edge_gain: float
    luma: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something new and still that the scene proposes.

    before: slow background, without the thing. act: the frame with the actor at the place, or the last one before the
    release. after: the scene now, with the thing and if possible without the actor. All full frames of equal size.
    """

    before: Picture
    act: Picture
    after: Picture
    box: Box
    numbers: Numbers


def square(box: Box) -> Box:
    """The context around a box: centred, 2.4 times its longer side, at least 40 px. May reach outside the frame."""
    x0, y0, x1, y1 = box
    side = max(round(CONTEXT * max(x1 - x0, y1 - y0)), SMALLEST_SQUARE_PX)
    left, top = round((x0 + x1 - side) / 2), round((y0 + y1 - side) / 2)
    return left, top, left + side, top + side


def cut(picture: Picture, area: Box) -> Picture:
    """`area` of the picture at its own resolution; what lies outside the frame repeats the frame's edge pixels.

    Raises ValueError when the area and the picture do not meet.
    """
    height, width = picture.shape[:2]
    x0, y0, x1, y1 = area
    left, top, right, bottom = max(x0, 0), max(y0, 0), min(x1, width), min(y1, height)
    if left >= right or top >= bottom:
        raise ValueError(f"area {area} lies outside a picture of {width}x{height}")
    inside = picture[top:bottom, left:right]
    if (left, top, right, bottom) == area:
        return inside
    return np.asarray(cv2.copyMakeBorder(inside, top - y0, y1 - bottom, left - x0, x1 - right, cv2.BORDER_REPLICATE), dtype=np.uint8)


def measure(before: Picture, after: Picture, box: Box) -> Measures:
    """The pixel-made numbers of a candidate: the watcher and the composer both fill `Numbers` from here."""
    height, width = after.shape[:2]
    window = _widened(box)
    gained, lost = _edges(cut(after, window)), _edges(cut(before, window))
    strongest = gained + lost
    return Measures(
        area_share=(box[2] - box[0]) * (box[3] - box[1]) / (width * height),
        edge_gain=(gained - lost) / strongest if strongest > 0 else 0.0,
        luma=float(cut(after, square(box)).mean()) / 255.0,
    )


def strip(candidate: Candidate) -> tuple[Floats, Floats]:
    """(1, 12, 80, 80) pictures and (1, 7) numbers, both float32.

    Channels: 0-2 before, 3-5 act, 6-8 after (BGR, one common shift and scale from before and after, so exposure and
    night cancel while a change of light between the pictures stays visible); 9 after - before and 10 act - after in
    grey, each less its median outside the box (what changed here and not everywhere); 11 the box, 1 inside, 0 outside.
    Raises ValueError when the box lies outside the frame or the pictures differ in size.
    """
    if not candidate.before.shape == candidate.act.shape == candidate.after.shape:
        raise ValueError("before, act and after differ in size")
    area = square(candidate.box)
    before, act, after = (_fitted(picture, area) for picture in (candidate.before, candidate.act, candidate.after))
    inside = _mask(candidate.box, area)
    middle = (before.mean() + after.mean()) / 2
    spread = max(float(np.sqrt((before.var() + after.var()) / 2)), _SOFTEST_SPREAD)
    grey = [picture.mean(axis=2) for picture in (before, act, after)]
    planes = [np.moveaxis((picture - middle) / spread, 2, 0) for picture in (before, act, after)]
    changes = [_local(grey[2] - grey[0], inside) / spread, _local(grey[1] - grey[2], inside) / spread]
    stacked = np.concatenate([*planes, np.stack([*changes, inside])])
    return np.clip(stacked, -5.0, 5.0)[np.newaxis].astype(np.float32), vector(candidate.numbers)


def vector(numbers: Numbers) -> Floats:
    """(1, 7) float32, every entry about -1..1, in the order of the fields of `Numbers`."""
    row = (
        np.log1p(min(max(numbers.dwell_s, 0.0), LONGEST_DWELL_S)) / np.log1p(LONGEST_DWELL_S),
        1.0 + np.log10(min(max(numbers.area_share, 1e-5), 1.0)) / 2.5,
        min(max(numbers.size_to_actor, 0.0), 2.0) / 2.0,
        min(max(numbers.actor_distance, 0.0), FAR_BOX_SIZES) / FAR_BOX_SIZES,
        min(max(numbers.actor_seen, 0.0), 1.0),
        min(max(numbers.edge_gain, -1.0), 1.0),
        min(max(numbers.luma, 0.0), 1.0),
    )
    return np.asarray([row], dtype=np.float32)


def _fitted(picture: Picture, area: Box) -> Floats:
    patch = cut(picture, area)
    how = cv2.INTER_AREA if patch.shape[0] > SIDE else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(patch, (SIDE, SIDE), interpolation=how), dtype=np.float32)


def _mask(box: Box, area: Box) -> Floats:
    scale = SIDE / (area[2] - area[0])
    x0, x1 = (round((x - area[0]) * scale) for x in (box[0], box[2]))
    y0, y1 = (round((y - area[1]) * scale) for y in (box[1], box[3]))
    inside = np.zeros((SIDE, SIDE), dtype=np.float32)
    inside[y0:y1, x0:x1] = 1.0
    return inside


def _local(change: Floats, inside: Floats) -> Floats:
    return change - np.float32(np.median(change[inside == 0]))


def _edges(patch: Picture) -> float:
    grey = cv2.GaussianBlur(cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY), (3, 3), 0)
    across, down = (cv2.Sobel(grey, cv2.CV_32F, dx, 1 - dx) for dx in (1, 0))
    return float(np.hypot(across, down).mean())


def _widened(box: Box) -> Box:
    x0, y0, x1, y1 = box
    margin = max(2, round(_WINDOW_MARGIN * max(x1 - x0, y1 - y0)))
    return x0 - margin, y0 - margin, x1 + margin, y1 + margin
