"""Two backgrounds and what lies between them, pixel by pixel.

Background: what the place looks like when nothing happens; learned slowly, and only where the picture agrees with it.
Newcomer: the value that a pixel holds *now* and has held since `since`. A pixel that left the background and keeps one new
value is new and still; one that keeps changing only moves. A newcomer that is hidden for a moment by somebody in front of
it is kept. All arrays have the size of the analysed picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]
"""uint8, 0 or 255."""
Floats = NDArray[np.float32]

SETTLED_S = 0.8
"""A newcomer that held its value this long is a thing, not a passing sleeve."""
HIDDEN_S = 45.0
"""How long a settled newcomer is remembered behind somebody who moves."""
COVERED_S = 6.0
"""How long behind something that stands still itself."""
BACK_S = 0.7
"""The background is back after it was seen this long."""
TRUST_S = 0.6
"""A place whose background was seen for less than this in all is unknown."""
NEVER = np.float32(np.inf)


@dataclass(frozen=True, slots=True)
class Masks:
    """One look, sorted. `new` differs from the background, `still` is the settled part of it, `moving` the rest."""

    new: Mask
    still: Mask
    moving: Mask


class Layers:
    """The memory of one camera. Grows with the picture's size alone: about 45 bytes per pixel."""

    def __init__(self, picture: Picture, now: float) -> None:
        height, width = picture.shape[:2]
        self.background: Floats = picture.astype(np.float32)
        self.newcomer: Floats = picture.astype(np.float32)
        self.since: Floats = np.full((height, width), NEVER, np.float32)
        self.seen: Floats = np.full((height, width), -NEVER, np.float32)
        self.back: Floats = np.zeros((height, width), np.float32)
        self.trust: Floats = np.zeros((height, width), np.float32)
        self.noise: Floats = np.full((height, width), 2.0, np.float32)
        self.last: Picture = picture
        self.started = self.at = now
        self.gain = np.ones(3)

    def step(self, picture: Picture, now: float) -> Masks:
        """Sort this picture's pixels and learn from it. `now` in seconds, growing."""
        elapsed = min(max(now - self.at, 1e-3), 1.0)
        self.at = now
        soft: Picture = np.asarray(cv2.GaussianBlur(picture, (5, 5), 0), np.uint8)
        self._follow_exposure(soft)
        tolerance = 11.0 + 2.0 * self.noise
        restless = self._learn_noise(soft)
        is_back = _outside(soft, self.adapted()) <= tolerance
        is_newcomer = ~is_back & (_difference(soft, self._newcomer8()) <= tolerance)
        self._learn_background(picture, is_back, elapsed)
        self._learn_newcomer(soft, is_back, is_newcomer, restless=restless > tolerance)
        settled = is_newcomer & (now - self.since >= SETTLED_S)
        new = ~is_back
        return Masks(_mask(new), _mask(settled), _mask(new & ~settled))

    def unlike(self, picture: Picture) -> Mask:
        """Where this picture is neither the background nor what lies on it. Nothing is learned but the exposure."""
        soft: Picture = np.asarray(cv2.GaussianBlur(picture, (5, 5), 0), np.uint8)
        self._follow_exposure(soft)
        tolerance = 11.0 + 2.0 * self.noise
        on_it = (self.since != NEVER) & (_difference(soft, self._newcomer8()) <= tolerance)
        return _mask((_outside(soft, self.adapted()) > tolerance) & ~on_it)

    def adapted(self) -> Picture:
        """The background under the present exposure."""
        return np.asarray(np.clip(self.background * self.gain.astype(np.float32), 0, 255), np.uint8)

    def absorb(self, where: Mask) -> None:
        """What lies there is background from now on."""
        inside = where > 0
        self.background[inside] = self.last[inside] / self.gain.astype(np.float32)
        self.since[inside] = NEVER

    def unknown(self, inside: NDArray[np.bool_]) -> bool:
        """Nothing is known of the place before: its background was hardly ever seen."""
        return bool(np.median(self.trust[inside]) < TRUST_S) if inside.any() else True

    def relearn(self, picture: Picture, keep: Mask) -> None:
        """The light changed: the background is this picture, with what was new and still (`keep`) painted out of it."""
        filled = cv2.inpaint(picture, cv2.dilate(keep, np.ones((5, 5), np.uint8)), 3, cv2.INPAINT_TELEA) if keep.any() else picture
        self.background = np.asarray(filled, np.float32)
        self.newcomer = cv2.GaussianBlur(picture, (5, 5), 0).astype(np.float32)
        outside = keep == 0
        self.since[outside] = NEVER
        self.seen[~outside] = self.at
        self.gain = np.ones(3)
        self.last = picture

    def _follow_exposure(self, soft: Picture) -> None:
        """One factor per channel, from the pixels that are background: automatic exposure and white balance are no event."""
        sample, base = soft[::8, ::8].astype(np.float32), self.background[::8, ::8]
        usable = (base > 16) & (base < 240) & (self.since[::8, ::8, None] == NEVER)
        for channel in range(3):
            here = usable[..., channel]
            if here.sum() > 60:
                ratio = float(np.median(sample[..., channel][here] / base[..., channel][here]))
                self.gain[channel] = min(max(ratio, 0.4), 2.5)

    def _learn_noise(self, soft: Picture) -> Floats:
        change = _difference(soft, self.last)
        self.last = soft
        cv2.accumulateWeighted(np.minimum(change, 16.0), self.noise, 0.02)
        return change

    def _learn_background(self, picture: Picture, is_back: NDArray[np.bool_], elapsed: float) -> None:
        """Slowly, and not at the rim of what is new: there a picture's blur would eat the background from the edges."""
        rate = 0.25 if self.at - self.started < 1.0 else min(elapsed / 6.0, 0.2)
        flat: Floats = np.asarray(picture / self.gain.astype(np.float32), np.float32)
        near = cv2.dilate(cv2.morphologyEx(_mask(~is_back), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.ones((9, 9), np.uint8))
        cv2.accumulateWeighted(flat, self.background, rate, _mask(is_back & (near == 0)))
        self.back = np.where(is_back, self.back + np.float32(elapsed), np.float32(0.0))
        self.trust[is_back] += np.float32(elapsed)
        cleared = self.back >= BACK_S
        self.since[cleared] = NEVER

    def _learn_newcomer(
        self, soft: Picture, is_back: NDArray[np.bool_], is_newcomer: NDArray[np.bool_], *, restless: NDArray[np.bool_]
    ) -> None:
        now = np.float32(self.at)
        cv2.accumulateWeighted(soft, self.newcomer, 0.15, _mask(is_newcomer))
        other = ~is_back & ~is_newcomer
        age, hidden = self.seen - self.since, now - self.seen
        settled = (self.since < NEVER) & (age >= SETTLED_S)
        kept = other & settled & (hidden < np.where(restless, HIDDEN_S, COVERED_S))
        fresh = (other & ~kept) | (is_newcomer & (self.since == NEVER))
        self.newcomer[fresh] = soft[fresh]
        self.since[fresh] = now
        self.seen[fresh | is_newcomer] = now

    def _newcomer8(self) -> Picture:
        return np.asarray(self.newcomer, np.uint8)


def _difference(a: Picture, b: Picture) -> Floats:
    """The largest difference of the three channels, float32."""
    blue, green, red = cv2.split(cv2.absdiff(a, b))
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.float32)


def _outside(picture: Picture, base: Picture) -> Floats:
    """How far a pixel lies outside the range of its neighbourhood in `base`: an edge that trembles by a pixel is no change."""
    around = np.ones((3, 3), np.uint8)
    below, above = cv2.subtract(cv2.erode(base, around), picture), cv2.subtract(picture, cv2.dilate(base, around))
    blue, green, red = cv2.split(cv2.max(below, above))
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.float32)


def _mask(where: NDArray[np.bool_]) -> Mask:
    return where.view(np.uint8) * np.uint8(255)
