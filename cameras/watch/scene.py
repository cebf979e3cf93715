"""The scene of one camera: from a picture to the things that are new and still, and to what moves."""

from dataclasses import dataclass

import cv2
import numpy as np

from cameras.domain.geometry import Box, gap
from cameras.domain.scene import Evidence, Look, Thing
from cameras.watch.layers import Floats, Layers, Mask, Masks, Picture
from cameras.watch.signs import colours, mask, signs, tidy, whole
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
        layers.relearn(picture, np.zeros(picture.shape[:2], np.uint8) if still is None else tidy(still, 3, 7))
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
        _, blobs = _blobs(tidy(unlike, 3, 11), smallest_share)
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
        x0, y0, x1, y1 = whole(box.grown(4), where.shape)
        where[y0:y1, x0:x1] = cv2.dilate(self.masks.still[y0:y1, x0:x1], np.ones((5, 5), np.uint8))
        where[self.masks.moving > 0] = 0
        self.layers.absorb(where)

    def evidence(self, box: Box) -> Evidence:
        """What the pixels say about the thing in `box`, as of the last look."""
        if self.layers is None or self.masks is None or self.picture is None:
            raise ValueError("nothing was looked at yet")
        return signs(self.picture, self.background(), self.masks.still, box)

    def colours(self, box: Box, *, before: bool = False) -> Floats:
        """Of what is new and still in `box`; `before`: of what was there instead."""
        if self.masks is None or self.picture is None:
            raise ValueError("nothing was looked at yet")
        pictures = (self.background(), self.picture) if before else (self.picture, self.background())
        return colours(*pictures, self.masks.still, box)

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
        labels, blobs = _blobs(tidy(masks.still, 3, 9), SMALLEST_THING)
        found = []
        for blob in blobs:
            x0, y0, x1, y1 = whole(blob.box, masks.still.shape)
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
        where = np.zeros(self.layers.trust.shape, bool)
        where[y0:y1, x0:x1] = own
        self.layers.absorb(mask(where))
        return True

    def _movers(self, masks: Masks) -> tuple[Box, ...]:
        _, blobs = _blobs(tidy(masks.moving, 3, 11), SMALLEST_MOVER)
        return tuple(_joined([blob.box for blob in blobs]))


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
