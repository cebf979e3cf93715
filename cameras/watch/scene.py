"""The scene of one camera: from a picture to the things that are new and still, and to what moves."""

from dataclasses import dataclass

import cv2
import numpy as np

from cameras.domain.geometry import Box, gap
from cameras.domain.scene import Evidence, Look, Thing
from cameras.watch.layers import Floats, Layers, Mask, Masks, Picture
from cameras.watch.steady import Steady
from cameras.watch.veil import Veil, changed

SMALLEST_THING = 0.0002
SMALLEST_MOVER = 0.0006
"""Shares of the picture."""
CHANGED_AT_ONCE = 0.45
"""Share of the picture that differs from its background when no event explains it any more."""
CHANGED_LOOKS = 2


@dataclass(frozen=True, slots=True)
class Blob:
    """One connected region: its box, its pixels and where they are."""

    box: Box
    area: int
    label: int


class Scene:
    """Feed it pictures of one size; it keeps `layers` and the last masks."""

    def __init__(self) -> None:
        self.layers: Layers | None = None
        self.masks: Masks | None = None
        self.picture: Picture | None = None
        self.veil = Veil()
        self.steady = Steady()
        self._odd_looks = 0
        self._calm = False
        self._anew: Mask | None = None
        """Where the next picture is the background, because a mask came or went there."""

    def look(self, picture: Picture, now: float) -> Look:
        """One picture, BGR uint8, upright; `now` in seconds of the stream. A picture of another size starts anew."""
        height, width = picture.shape[:2]
        if self.layers is None or self.layers.last.shape != picture.shape:
            moved, self.layers = self.layers is not None, Layers(picture, now)
            self.picture, self._anew = picture, None
            self.steady.forget()
            return Look(now, width, height, moved=moved)
        if self._anew is not None:
            self.layers.begin_anew(picture, self._anew)
            self._anew = None
        if self._elsewhere(self.layers):
            return self._learn_anew(self.layers, picture, now)
        laid = self.steady.lay(picture, self.layers.adapted(), self.veil.hidden(picture.shape), now)
        self.steady.note(now)
        return self._sorted(self.layers, laid, now)

    def _sorted(self, layers: Layers, picture: Picture, now: float) -> Look:
        still = None if self.masks is None else self.masks.still
        masks = self.masks = layers.step(picture, now)
        self.picture = picture
        if self._changed_at_once(masks):
            moved = _shifted(layers.adapted(), picture, self.veil)
            return self._learn_anew(layers, picture, now, None if moved or still is None else still)
        look = Look(now, picture.shape[1], picture.shape[0], self._things(masks), self._movers(masks))
        self._calm = not (look.things or look.movers)
        return look

    def _learn_anew(self, layers: Layers, picture: Picture, now: float, still: Mask | None = None) -> Look:
        """`still`: the light changed, and this is new and still. None: the camera was moved."""
        layers.relearn(picture, np.zeros(picture.shape[:2], np.uint8) if still is None else _tidy(still, 3, 7))
        self.picture, self.masks = picture, None
        self.steady.forget()
        return Look(now, picture.shape[1], picture.shape[0], relit=still is not None, moved=still is None)

    def _elsewhere(self, layers: Layers) -> bool:
        """The camera was moved for good. When it only sank a little, what is known follows, as soon as nothing happens."""
        stands = self.steady.settled()
        if stands is None:
            return False
        if self.steady.far(stands):
            return self.steady.rests()
        if self._calm:
            layers.lie(np.asarray(cv2.invertAffineTransform(stands), np.float64))
            self.steady.follow(stands)
        return False

    def strange(self, picture: Picture, smallest_share: float) -> bool:
        """True when something of at least this share of the picture is neither background nor known to lie there. Nothing is learned."""
        if self.layers is None or self.layers.last.shape != picture.shape:
            return True
        laid = self.steady.lay(picture, self.layers.adapted(), self.veil.hidden(picture.shape), self.layers.at)
        unlike = self.layers.unlike(laid)
        _, blobs = _blobs(_tidy(unlike, 3, 11), smallest_share)
        return bool(blobs)

    def cover(self, veil: Veil) -> None:
        """From the next picture on these masks are painted over it. What is known of the rest of the place stays."""
        before, self.veil = self.veil, veil
        if self.layers is not None and self.picture is not None:
            shape = self.picture.shape
            anew = changed(before, veil, shape)
            self._anew = anew if self._anew is None else np.asarray(cv2.bitwise_or(self._anew, anew), np.uint8)
            self.picture = veil.over(self.picture.copy())
            self.layers.begin_anew(self.picture, self._anew)

    def background(self) -> Picture:
        """The place without what is new, under the present exposure. Only after the first `look`."""
        if self.layers is None:
            raise ValueError("nothing was looked at yet")
        return self.layers.adapted()

    def absorb(self, box: Box) -> None:
        """What is new and still in `box` is background from now on."""
        if self.layers is None or self.masks is None:
            return
        where = np.zeros_like(self.masks.new)
        x0, y0, x1, y1 = _whole(box.grown(4), where.shape)
        where[y0:y1, x0:x1] = cv2.dilate(self.masks.still[y0:y1, x0:x1], np.ones((5, 5), np.uint8))
        where[self.masks.moving > 0] = 0
        self.layers.absorb(where)

    def evidence(self, box: Box) -> Evidence:
        """What the pixels say about the thing in `box`, as of the last look."""
        if self.layers is None or self.masks is None or self.picture is None:
            raise ValueError("nothing was looked at yet")
        margin = max(6.0, 0.3 * box.side)
        x0, y0, x1, y1 = _whole(box.grown(margin), self.masks.new.shape)
        inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
        bx0, by0, bx1, by1 = _whole(box, self.masks.new.shape)
        inside[by0 - y0 : by1 - y0, bx0 - x0 : bx1 - x0] = _tidy(self.masks.still, 3, 5)[by0:by1, bx0:bx1]
        now, before = self.picture[y0:y1, x0:x1], self.background()[y0:y1, x0:x1]
        grey_now, grey_before = (cv2.cvtColor(part, cv2.COLOR_BGR2GRAY).astype(np.float32) for part in (now, before))
        change = np.abs(now.astype(np.int16) - before.astype(np.int16)).max(axis=2)
        region = _region(now, before, inside)
        where = region > 0
        return Evidence(
            edge_gain=_edge_gain(grey_before, grey_now, region),
            strange=_strange(before, now, region),
            alike=_alike(grey_before[where], grey_now[where]),
            texture=float(grey_before[where].std()) if where.any() else 0.0,
            contrast=float(change[where].mean()) if where.any() else 0.0,
            fill=float(where.sum()) / max(box.area, 1.0),
            moved_from=self._moved_from(box),
        )

    def _changed_at_once(self, masks: Masks) -> bool:
        hidden = self.veil.hidden(masks.new.shape)
        seen = masks.new.size - (0 if hidden is None else cv2.countNonZero(hidden))
        share = cv2.countNonZero(masks.new) / max(seen, 1)
        self._odd_looks = self._odd_looks + 1 if share > CHANGED_AT_ONCE else 0
        if self._odd_looks < CHANGED_LOOKS:
            return False
        self._odd_looks = 0
        return True

    def _things(self, masks: Masks) -> tuple[Thing, ...]:
        if self.layers is None:
            return ()
        labels, blobs = _blobs(_tidy(masks.still, 3, 9), SMALLEST_THING)
        found = []
        for blob in blobs:
            x0, y0, x1, y1 = _whole(blob.box, masks.still.shape)
            own = (labels[y0:y1, x0:x1] == blob.label) & (masks.still[y0:y1, x0:x1] > 0)
            since = self.layers.since[y0:y1, x0:x1][own]
            if since.size and self._uncovered(own, (x0, y0, x1, y1)):
                continue
            if since.size:
                found.append(Thing(blob.box, float(since.size), float(np.median(since))))
        return tuple(found)

    def _uncovered(self, own: np.ndarray, at: tuple[int, int, int, int]) -> bool:
        """Somebody stood here when the watch began: what is seen now is the place itself, and becomes its background."""
        if self.layers is None:
            return False
        x0, y0, x1, y1 = at
        if not self.layers.unknown(self.layers.trust[y0:y1, x0:x1][own]):
            return False
        whole = np.zeros(self.layers.trust.shape, bool)
        whole[y0:y1, x0:x1] = own
        self.layers.absorb(_mask(whole))
        return True

    def _movers(self, masks: Masks) -> tuple[Box, ...]:
        _, blobs = _blobs(_tidy(masks.moving, 3, 11), SMALLEST_MOVER)
        return tuple(_joined([blob.box for blob in blobs]))

    def _moved_from(self, box: Box) -> float:
        """How much what lies in `box` looks like something that lay close by before and is gone from there now."""
        if self.picture is None:
            return -1.0
        x0, y0, x1, y1 = _whole(box, self.picture.shape)
        patch = cv2.cvtColor(self.picture[y0:y1, x0:x1], cv2.COLOR_BGR2GRAY)
        if patch.size < 64 or float(patch.std()) < 8.0:
            return -1.0
        sx0, sy0, sx1, sy1 = _whole(box.grown(1.5 * box.side), self.picture.shape)
        before, now = (cv2.cvtColor(whole[sy0:sy1, sx0:sx1], cv2.COLOR_BGR2GRAY) for whole in (self.background(), self.picture))
        match = cv2.matchTemplate(before, patch, cv2.TM_CCOEFF_NORMED)
        _, best, _, (px, py) = cv2.minMaxLoc(match)
        height, width = patch.shape
        gone = cv2.absdiff(before[py : py + height, px : px + width], now[py : py + height, px : px + width])
        level = abs(float(patch.mean()) - float(before[py : py + height, px : px + width].mean()))
        return float(best) if float(gone.mean()) > 10.0 and level < 20.0 else -1.0


def _tidy(mask: Mask, opened: int, closed: int) -> Mask:
    """Specks removed, holes and cracks filled. Sizes in pixels."""
    without = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((opened, opened), np.uint8))
    return np.asarray(cv2.morphologyEx(without, cv2.MORPH_CLOSE, np.ones((closed, closed), np.uint8)), np.uint8)


def _blobs(mask: Mask, smallest_share: float) -> tuple[np.ndarray, list[Blob]]:
    if cv2.countNonZero(mask) < smallest_share * mask.size:
        return np.zeros(mask.shape, np.int32), []
    left, top, wide, high = cv2.boundingRect(mask)
    count, found, stats, _ = cv2.connectedComponentsWithStats(mask[top : top + high, left : left + wide], connectivity=8)
    labels = np.zeros(mask.shape, np.int32)
    labels[top : top + high, left : left + wide] = found
    blobs = []
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label])
        if area >= smallest_share * mask.size:
            blobs.append(Blob(Box(left + x, top + y, left + x + width, top + y + height), area, label))
    return labels, blobs


def _joined(boxes: list[Box]) -> list[Box]:
    """Parts of one mover: boxes that touch, or nearly, compared with their own size."""
    result: list[Box] = []
    for box in sorted(boxes, key=lambda one: -one.area):
        for index, other in enumerate(result):
            if gap(box, other) <= 0.12 * other.side:
                result[index] = Box(min(box.x0, other.x0), min(box.y0, other.y0), max(box.x1, other.x1), max(box.y1, other.y1))
                break
        else:
            result.append(box)
    return result


def _whole(box: Box, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    inside = box.clipped(shape[1], shape[0])
    return int(inside.x0), int(inside.y0), max(round(inside.x1), int(inside.x0) + 1), max(round(inside.y1), int(inside.y0) + 1)


def _region(now: Picture, before: Picture, inside: Mask) -> Mask:
    """The whole thing, grown from the surely new pixels `inside` to all that differ a little and hang together with them."""
    weak = cv2.inRange(np.abs(now.astype(np.int16) - before.astype(np.int16)).max(axis=2), 9, 255)
    _, labels = cv2.connectedComponents(_tidy(np.asarray(weak, np.uint8), 3, 5))
    own = np.unique(labels[(inside > 0) & (labels > 0)])
    near = cv2.dilate(inside, np.ones((9, 9), np.uint8)) > 0
    return _mask(((inside > 0) | np.isin(labels, own)) & near)


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
    fits = [_overlap(_histogram(picture, region), _histogram(picture, ring)) for picture in (before, now)]
    return fits[0] - fits[1]


def _histogram(picture: Picture, where: Mask) -> Floats:
    counted = cv2.calcHist([picture], [0, 1, 2], where, [12, 12, 12], [0, 256, 0, 256, 0, 256])
    smooth = cv2.GaussianBlur(counted.reshape(12, 144), (3, 3), 0)
    return np.asarray(smooth / max(float(smooth.sum()), 1e-6), np.float32)


def _overlap(a: Floats, b: Floats) -> float:
    return float(np.minimum(a, b).sum())


def _mask(where: np.ndarray) -> Mask:
    return np.asarray(where, np.uint8) * np.uint8(255)


def _alike(before: Floats, now: Floats) -> float:
    if before.size < 16 or before.std() < 1e-3 or now.std() < 1e-3:
        return 0.0
    return float(np.corrcoef(before, now)[0, 1])


def _shifted(before: Picture, now: Picture, veil: Veil) -> bool:
    """True when the two pictures show different places: their outlines do not lie on each other. A mask's outline always does, and is left out."""
    small = [
        cv2.resize(cv2.cvtColor(whole, cv2.COLOR_BGR2GRAY), None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA) for whole in (before, now)
    ]
    edges = [cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)) for grey in small]
    hidden = veil.hidden(small[0].shape)
    if hidden is not None:
        for edge in edges:
            edge[cv2.dilate(hidden, np.ones((5, 5), np.uint8)) > 0] = 0
    (dx, dy), response = cv2.phaseCorrelate(edges[0], edges[1], cv2.createHanningWindow(edges[0].shape[::-1], cv2.CV_32F))
    return bool(np.hypot(dx, dy) > 0.75 or response < 0.05)
