"""What the pixels say about one thing that is new and still: whether it came or went, and whether it is more than light."""

import cv2
import numpy as np

from cameras.domain.geometry import Box
from cameras.domain.scene import Evidence
from cameras.watch.layers import Floats, Mask, Picture


def signs(picture: Picture, background: Picture, still: Mask, box: Box) -> Evidence:
    """Of the thing in `box`, from the picture, the place without it, and the pixels that are new and still; all of one size."""
    margin = max(6.0, 0.3 * box.side)
    x0, y0, x1, y1 = whole(box.grown(margin), still.shape)
    inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
    bx0, by0, bx1, by1 = whole(box, still.shape)
    inside[by0 - y0 : by1 - y0, bx0 - x0 : bx1 - x0] = tidy(still, 3, 5)[by0:by1, bx0:bx1]
    now, before = picture[y0:y1, x0:x1], background[y0:y1, x0:x1]
    grey_now, grey_before = (cv2.cvtColor(part, cv2.COLOR_BGR2GRAY).astype(np.float32) for part in (now, before))
    change = np.abs(now.astype(np.int16) - before.astype(np.int16)).max(axis=2)
    region = _region(now, before, inside)
    where = region > 0
    within, around = _within(region)
    return Evidence(
        edge_gain=_edge_gain(grey_before, grey_now, region),
        strange=_strange(before, now, region),
        alike=_alike(grey_before[where], grey_now[where]),
        texture=float(grey_before[where].std()) if where.any() else 0.0,
        contrast=float(change[where].mean()) if where.any() else 0.0,
        fill=float(where.sum()) / max(box.area, 1.0),
        moved_from=_moved_from(picture, background, box),
        sharp_before=_sharpness(grey_before, within, around),
        sharp_now=_sharpness(grey_now, within, around),
    )


def colours(picture: Picture, other: Picture, still: Mask, box: Box) -> Floats:
    """How `picture` is coloured where it differs from `other` in `box`: of the thing, or of what lay there before."""
    x0, y0, x1, y1 = whole(box, still.shape)
    shown = picture[y0:y1, x0:x1]
    return _histogram(shown, _region(shown, other[y0:y1, x0:x1], np.ascontiguousarray(still[y0:y1, x0:x1])))


def likeness(a: Floats, b: Floats) -> float:
    """Of two colourings, 0 to 1."""
    return float(np.minimum(a, b).sum())


def _moved_from(picture: Picture, background: Picture, box: Box) -> float:
    """How much what lies in `box` looks like something that lay close by before and is gone from there now."""
    x0, y0, x1, y1 = whole(box, picture.shape)
    patch = cv2.cvtColor(picture[y0:y1, x0:x1], cv2.COLOR_BGR2GRAY)
    if patch.size < 64 or float(patch.std()) < 8.0:
        return -1.0
    sx0, sy0, sx1, sy1 = whole(box.grown(1.5 * box.side), picture.shape)
    before, now = (cv2.cvtColor(one[sy0:sy1, sx0:sx1], cv2.COLOR_BGR2GRAY) for one in (background, picture))
    match = cv2.matchTemplate(before, patch, cv2.TM_CCOEFF_NORMED)
    _, best, _, (px, py) = cv2.minMaxLoc(match)
    height, width = patch.shape
    gone = cv2.absdiff(before[py : py + height, px : px + width], now[py : py + height, px : px + width])
    level = abs(float(patch.mean()) - float(before[py : py + height, px : px + width].mean()))
    return float(best) if float(gone.mean()) > 10.0 and level < 20.0 else -1.0


def tidy(mask: Mask, opened: int, closed: int) -> Mask:
    """Specks removed, holes and cracks filled. Sizes in pixels."""
    without = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((opened, opened), np.uint8))
    return np.asarray(cv2.morphologyEx(without, cv2.MORPH_CLOSE, np.ones((closed, closed), np.uint8)), np.uint8)


def whole(box: Box, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """The pixels of `box` in a picture of this shape: x0, y0, x1, y1, at least one."""
    inside = box.clipped(shape[1], shape[0])
    return int(inside.x0), int(inside.y0), max(round(inside.x1), int(inside.x0) + 1), max(round(inside.y1), int(inside.y0) + 1)


def _region(now: Picture, before: Picture, inside: Mask) -> Mask:
    """The whole thing, grown from the surely new pixels `inside` to all that differ a little and hang together with them."""
    weak = cv2.inRange(np.abs(now.astype(np.int16) - before.astype(np.int16)).max(axis=2), 9, 255)
    _, labels = cv2.connectedComponents(tidy(np.asarray(weak, np.uint8), 3, 5))
    own = np.unique(labels[(inside > 0) & (labels > 0)])
    near = cv2.dilate(inside, np.ones((9, 9), np.uint8)) > 0
    return mask(((inside > 0) | np.isin(labels, own)) & near)


def _edge_gain(before: Floats, now: Floats, region: Mask) -> float:
    """Edges along the outline, now against before: a left thing brought its outline, a taken one left it in the background."""
    ring = cv2.morphologyEx(region, cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8)) > 0
    if not ring.any():
        return 0.0
    strength = [
        float(np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))[ring].mean()) for grey in (before, now)
    ]
    total = sum(strength)
    return (strength[1] - strength[0]) / total if total > 0 else 0.0


def _strange(before: Picture, now: Picture, region: Mask) -> float:
    """-1..1: above 0 the region fitted its surroundings better before than now (something came), below 0 it fits better now."""
    out = cv2.dilate(region, np.ones((5, 5), np.uint8))
    ring = np.asarray(cv2.subtract(cv2.dilate(out, np.ones((9, 9), np.uint8)), out), np.uint8)
    if not ring.any() or not region.any():
        return 0.0
    fits = [likeness(_histogram(picture, region), _histogram(picture, ring)) for picture in (before, now)]
    return fits[0] - fits[1]


def _within(region: Mask) -> tuple[Mask, Mask]:
    """Its inner part without the outline, and a band around it that keeps clear of the outline."""
    out = cv2.dilate(region, np.ones((5, 5), np.uint8))
    band = np.asarray(cv2.subtract(cv2.dilate(out, np.ones((13, 13), np.uint8)), out), np.uint8)
    return np.asarray(cv2.erode(region, np.ones((3, 3), np.uint8)), np.uint8), band


def _sharpness(grey: Floats, within: Mask, around: Mask) -> float:
    """Fine detail within against around; 1 where one of them is empty."""
    if not within.any() or not around.any():
        return 1.0
    detail = np.abs(cv2.Laplacian(grey, cv2.CV_32F))
    return float(detail[within > 0].mean()) / max(float(detail[around > 0].mean()), 0.1)


def _histogram(picture: Picture, where: Mask) -> Floats:
    counted = cv2.calcHist([picture], [0, 1, 2], where, [12, 12, 12], [0, 256, 0, 256, 0, 256])
    smooth = cv2.GaussianBlur(counted.reshape(12, 144), (3, 3), 0)
    return np.asarray(smooth / max(float(smooth.sum()), 1e-6), np.float32)


def mask(where: np.ndarray) -> Mask:
    """True is 255."""
    return np.asarray(where, np.uint8) * np.uint8(255)


def _alike(before: Floats, now: Floats) -> float:
    if before.size < 16 or before.std() < 1e-3 or now.std() < 1e-3:
        return 0.0
    return float(np.corrcoef(before, now)[0, 1])
