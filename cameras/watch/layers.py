"""Two backgrounds and what lies between them, pixel by pixel.

Background: what the place looks like when nothing happens; learned slowly, and only where the picture agrees with it.
Newcomer: the value that a pixel holds *now* and has held since `since`. A pixel that left the background and keeps one new
value is new and still; one that keeps changing only moves. A newcomer that is hidden for a moment by somebody in front of
it is kept. All arrays have the size of the analysed picture.

A look costs what changed: whole pictures are only compared, in whole numbers; all about newcomers is reckoned for the pixels
that differ from their background.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

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
LEARN_S = 0.3
"""The background is learned at least this long after the last time, but for the first second."""
STRONGEST_NOISE, NOISE_RATE = 16, 0.02
GAIN_STEP = 1 / 128
"""Exposure is followed in steps of less than one grey level."""
NEVER = np.float32(np.inf)
_KEPT = dict.fromkeys(("background", "newcomer", "noise"), cv2.INTER_LINEAR) | dict.fromkeys(
    ("since", "seen", "away", "trust", "last"), cv2.INTER_NEAREST
)
"""What is moved when the camera stands elsewhere, and how values between two pixels come about."""
Places = NDArray[np.intp]
"""Numbers of pixels, row by row."""


@dataclass(frozen=True, slots=True)
class Masks:
    """One look, sorted. `new` differs from the background, `still` is the settled part of it, `moving` the rest."""

    new: Mask
    still: Mask
    moving: Mask


class Sight(NamedTuple):
    """A picture made ready: blurred a little, and how far each pixel lies outside its background's neighbourhood, uint8."""

    of: Picture
    soft: Picture
    outside: Mask


class Layers:
    """The memory of one camera. Grows with the picture's size alone: about 45 bytes per pixel."""

    def __init__(self, picture: Picture, now: float) -> None:
        height, width = picture.shape[:2]
        self.background: Floats = picture.astype(np.float32)
        self.newcomer: Floats = picture.astype(np.float32)
        self.since: Floats = np.full((height, width), NEVER, np.float32)
        self.seen: Floats = np.full((height, width), -NEVER, np.float32)
        self.away: Floats = np.full((height, width), now, np.float32)
        """When each pixel was last something else than its background."""
        self.trust: Floats = np.zeros((height, width), np.float32)
        """Seconds that the background was seen; not counted beyond TRUST_S."""
        self.noise: Floats = np.full((height, width), 2.0, np.float32)
        self.last: Picture = picture
        self.started = self.at = self._learned = now
        self.gain = np.ones(3, np.float32)
        self._known: Mask = np.zeros((height, width), np.uint8)
        """Where `since` holds a time."""
        self._doubtful: Mask = np.full((height, width), 255, np.uint8)
        """Where `trust` is not full."""
        self._adapted: Picture | None = None
        self._range: tuple[Picture, Picture] | None = None
        """The lowest and the highest of each pixel's neighbourhood in `_adapted`."""
        self._sight: Sight | None = None

    def step(self, picture: Picture, now: float) -> Masks:
        """Sort this picture's pixels and learn from it. `now` in seconds, growing."""
        elapsed = min(max(now - self.at, 1e-3), 1.0)
        self.at = now
        sight, tolerance = self._ready(picture), self._tolerance()
        restless = self._learn_noise(sight.soft)
        new = _beyond(sight.outside, tolerance)
        self._learn_background(picture, new, elapsed)
        settled = self._learn_newcomers(sight.soft, _places(new), restless, tolerance)
        self._sight = None
        still: Mask = np.zeros_like(new)
        still.reshape(-1)[settled] = 255
        return Masks(new, still, np.asarray(cv2.subtract(new, still), np.uint8))

    def unlike(self, picture: Picture) -> Mask:
        """Where this picture is neither the background nor what lies on it. Nothing is learned but the exposure."""
        sight, tolerance = self._ready(picture), self._tolerance()
        unlike = _beyond(sight.outside, tolerance)
        lying = _places(cv2.bitwise_and(unlike, self._known))
        unlike.reshape(-1)[lying[self._held(sight.soft, lying, tolerance)]] = 0
        return unlike

    def adapted(self) -> Picture:
        """The background under the present exposure."""
        if self._adapted is None:
            self._adapted = np.asarray(cv2.convertScaleAbs(_under(self.background, self.gain)), np.uint8)
            self._range = None
        return self._adapted

    def absorb(self, where: Mask) -> None:
        """What lies there is background from now on."""
        inside = where > 0
        self.background[inside] = self.last[inside] / self.gain
        self._forget_newcomers(inside)

    def begin_anew(self, picture: Picture, where: Mask) -> None:
        """What was learned there is forgotten: this picture is the background there, and nothing is known of the time before."""
        inside = where > 0
        self.background[inside] = picture[inside] / self.gain
        self.newcomer[inside] = picture[inside]
        self.last = np.where(inside[..., None], picture, self.last)
        self.seen[inside], self.trust[inside], self._doubtful[inside] = -NEVER, 0, 255
        self._forget_newcomers(inside)

    def lie(self, matrix: NDArray[np.float64]) -> None:
        """The camera stands a little elsewhere: all that is known is moved by `matrix` (2 x 3). What was not seen before is as at the rim."""
        size = self.since.shape[::-1]
        for name, how in _KEPT.items():
            setattr(self, name, cv2.warpAffine(getattr(self, name), matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE))
        self._known = np.where(self.since < NEVER, np.uint8(255), np.uint8(0))
        self._doubtful = np.where(self.trust < TRUST_S, np.uint8(255), np.uint8(0))
        self._adapted = self._sight = None

    def unknown(self, trust: Floats) -> bool:
        """Nothing is known of a place before, where `trust` was so much: its background was hardly ever seen."""
        return bool(np.median(trust) < TRUST_S) if trust.size else True

    def relearn(self, picture: Picture, keep: Mask) -> None:
        """The light changed: the background is this picture, with what was new and still (`keep`) painted out of it."""
        filled = cv2.inpaint(picture, cv2.dilate(keep, np.ones((5, 5), np.uint8)), 3, cv2.INPAINT_TELEA) if keep.any() else picture
        self.background = np.asarray(filled, np.float32)
        self.newcomer = cv2.GaussianBlur(picture, (5, 5), 0).astype(np.float32)
        self.seen[keep != 0] = self.at
        self._forget_newcomers(keep == 0)
        self.gain = np.ones(3, np.float32)
        self.last = picture

    def _forget_newcomers(self, where: NDArray[np.bool_]) -> None:
        self.since[where] = NEVER
        self._known[where] = 0
        self._adapted = self._sight = None

    def _ready(self, picture: Picture) -> Sight:
        """The same picture is often first compared and then learned from: it is made ready once."""
        if self._sight is None or self._sight.of is not picture:
            soft: Picture = np.asarray(cv2.GaussianBlur(picture, (5, 5), 0), np.uint8)
            self._follow_exposure(soft)
            self._sight = Sight(picture, soft, _outside(soft, *self._around()))
        return self._sight

    def _around(self) -> tuple[Picture, Picture]:
        base, around = self.adapted(), np.ones((3, 3), np.uint8)
        if self._range is None:
            self._range = np.asarray(cv2.erode(base, around), np.uint8), np.asarray(cv2.dilate(base, around), np.uint8)
        return self._range

    def _tolerance(self) -> Mask:
        """How many grey levels are no change, rounded down."""
        return np.asarray(cv2.convertScaleAbs(self.noise, alpha=2.0, beta=10.5), np.uint8)

    def _follow_exposure(self, soft: Picture) -> None:
        """One factor per channel, from the pixels that are background: automatic exposure and white balance are no event."""
        sample, base = soft[::8, ::8].astype(np.float32), self.background[::8, ::8]
        usable = (base > 16) & (base < 240) & (self._known[::8, ::8, None] == 0)
        gain, ratios = self.gain.copy(), sample / np.maximum(base, 1)
        for channel in range(3):
            here = ratios[..., channel][usable[..., channel]]
            if here.size > 60:
                gain[channel] = round(min(max(_median(here), 0.4), 2.5) / GAIN_STEP) * GAIN_STEP
        if (gain != self.gain).any():
            self.gain, self._adapted = gain, None

    def _learn_noise(self, soft: Picture) -> Mask:
        change = _difference(soft, self.last)
        self.last = soft
        cv2.accumulateWeighted(np.minimum(change, np.uint8(STRONGEST_NOISE)), self.noise, NOISE_RATE)
        return change

    def _learn_background(self, picture: Picture, new: Mask, elapsed: float) -> None:
        """Slowly, and not at the rim of what is new: there a picture's blur would eat the background from the edges."""
        self._count_trust(new, elapsed)
        young, waited = self.at - self.started < 1.0, self.at - self._learned
        if not young and waited < LEARN_S:
            return
        self._learned, self._adapted = self.at, None
        near = cv2.dilate(cv2.morphologyEx(new, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.ones((9, 9), np.uint8))
        flat = picture if (self.gain == 1).all() else _under(picture.astype(np.float32), np.float32(1) / self.gain)
        rate = 0.25 if young else min(min(waited, 1.0) / 6.0, 0.2)
        cv2.accumulateWeighted(flat, self.background, rate, cv2.bitwise_not(cv2.bitwise_or(new, near)))

    def _count_trust(self, new: Mask, elapsed: float) -> None:
        shown = _places(cv2.subtract(self._doubtful, new))
        trust = self.trust.reshape(-1)[shown] + np.float32(elapsed)
        self.trust.reshape(-1)[shown] = trust
        self._doubtful.reshape(-1)[shown[trust >= TRUST_S]] = 0

    def _learn_newcomers(self, soft: Picture, new: Places, restless: Mask, tolerance: Mask) -> Places:
        """`new`: the pixels that differ from their background. Returns those that have kept their value for long enough."""
        self._let_go(new)
        since, seen = self.since.reshape(-1), self.seen.reshape(-1)
        held = self._held(soft, new, tolerance)
        was, hidden = since[new], self.at - seen[new]
        settled = (was < NEVER) & (seen[new] - was >= SETTLED_S)
        moves = restless.reshape(-1)[new] > tolerance.reshape(-1)[new]
        kept = ~held & settled & (hidden < np.where(moves, np.float32(HIDDEN_S), np.float32(COVERED_S)))
        fresh = (~held & ~kept) | (held & (was == NEVER))
        values, shown = self.newcomer.reshape(-1, 3), soft.reshape(-1, 3)
        same = new[held]
        values[same] += np.float32(0.15) * (shown[same] - values[same])
        begun = new[fresh]
        values[begun] = shown[begun]
        since[begun] = self.at
        self._known.reshape(-1)[begun] = 255
        seen[new[fresh | held]] = self.at
        return same[self.at - since[same] >= SETTLED_S]

    def _let_go(self, new: Places) -> None:
        """A newcomer whose background has been back for a while has gone."""
        away = self.away.reshape(-1)
        away[new] = self.at
        known = _places(self._known)
        gone = known[self.at - away[known] >= BACK_S]
        self.since.reshape(-1)[gone] = NEVER
        self._known.reshape(-1)[gone] = 0

    def _held(self, soft: Picture, places: Places, tolerance: Mask) -> NDArray[np.bool_]:
        """At which of these pixels the picture shows the newcomer that is known there."""
        values = self.newcomer.reshape(-1, 3)[places].astype(np.uint8)
        change = cv2.absdiff(soft.reshape(-1, 3)[places], values) if places.size else values
        most = np.maximum(np.maximum(change[:, 0], change[:, 1]), change[:, 2])
        return np.asarray(most <= tolerance.reshape(-1)[places], np.bool_)


def _under(picture: Floats, gain: Floats) -> Floats:
    return picture if (gain == 1).all() else np.asarray(cv2.transform(picture, np.diag(gain)), np.float32)


def _median(values: Floats) -> float:
    """Of values that are none of them NaN: NumPy's own takes five times as long to make sure."""
    middle = values.size // 2
    if values.size % 2:
        return float(np.partition(values, middle)[middle])
    parted = np.partition(values, (middle - 1, middle))
    return float((parted[middle - 1] + parted[middle]) / 2)


def _places(mask: NDArray[Any]) -> Places:
    """Where it is not 0. Most masks are empty or nearly so, and counting is quick."""
    return np.flatnonzero(mask != 0) if cv2.countNonZero(mask) else np.empty(0, np.intp)


def _beyond(values: Mask, limits: Mask) -> Mask:
    return np.asarray(cv2.compare(values, limits, cv2.CMP_GT), np.uint8)


def _difference(a: Picture, b: Picture) -> Mask:
    """The largest difference of the three channels, uint8."""
    blue, green, red = cv2.split(cv2.absdiff(a, b))
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.uint8)


def _outside(picture: Picture, lowest: Picture, highest: Picture) -> Mask:
    """How far a pixel lies outside the range of its neighbourhood in the background: an edge that trembles by a pixel is no change."""
    below, above = cv2.subtract(lowest, picture), cv2.subtract(picture, highest)
    blue, green, red = cv2.split(cv2.max(below, above))
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.uint8)
