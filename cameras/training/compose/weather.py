"""What lies over a film's pictures: moving shadow, headlights, a lamp, rain, a branch, shake, noise, the clock. Frame by frame, quickly."""

import math
from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cameras.training.compose.camera import INFRARED
from cameras.training.compose.places import Place

Picture = NDArray[np.uint8]
Effect = Callable[[Picture, float], Picture]
_TILES = 3


def effects(place: Place, rng: Generator, wanted: set[str], seconds: float) -> list[Effect]:
    """Those that this film has, in the order in which light reaches the sensor."""
    made: list[Effect] = []
    if "shadow" in wanted:
        made.append(_shadow(place, rng, seconds))
    if "headlights" in wanted:
        made.append(_headlights(place, rng, seconds))
    if "lamp" in wanted:
        made.append(_lamp(rng, seconds))
    if place.foliage:
        made.append(_branch(place, rng))
    if "rain" in wanted:
        made.append(_rain(place, rng))
    return made


def sensor(place: Place, rng: Generator, *, drift: float = 0.0, period: float = 60.0) -> Effect:
    """Shake, soft optics, exposure that breathes by `drift` over `period` s, and noise."""
    tiles, shift = _tiles(place, rng), [0.0, 0.0]

    def see(picture: Picture, t: float) -> Picture:
        if place.shake:
            shift[:] = (np.asarray(shift) * 0.7 + rng.normal(0, 0.4 * place.shake, 2)).tolist()
            move = np.float32([[1, 0, shift[0]], [0, 1, shift[1]]])
            picture = cv2.warpAffine(picture, move, place.size, borderMode=cv2.BORDER_REPLICATE)
        picture = cv2.GaussianBlur(picture, (0, 0), place.softness)
        if drift:
            picture = cv2.convertScaleAbs(picture, alpha=1 + drift * math.sin(2 * math.pi * t / period))
        more, less = tiles[rng.integers(_TILES)]
        dy, dx = (int(rng.integers(0, 64)) for _ in range(2))
        here = np.s_[dy : dy + picture.shape[0], dx : dx + picture.shape[1]]
        return cv2.subtract(cv2.add(picture, more[here]), less[here])

    return see


def stamp(place: Place, started: int) -> Effect:
    """The clock that many cameras burn into the picture; `started` in seconds of the day."""

    def burn(picture: Picture, t: float) -> Picture:
        now = started + int(t)
        words = f"2026-03-14 {now // 3600 % 24:02}:{now // 60 % 60:02}:{now % 60:02}"
        size = place.size[1] / 800
        cv2.putText(picture, words, (9, int(place.size[1] * 0.06)), cv2.FONT_HERSHEY_SIMPLEX, size, (0, 0, 0), 3)
        cv2.putText(picture, words, (9, int(place.size[1] * 0.06)), cv2.FONT_HERSHEY_SIMPLEX, size, (245, 245, 245), 1)
        return picture

    return burn


def _tiles(place: Place, rng: Generator) -> list[tuple[Picture, Picture]]:
    """A few pictures' worth of noise, what it adds and what it takes; each frame takes a window of one."""
    width, height = place.size
    colour = 0.0 if place.hour == INFRARED else 0.4
    made = []
    for _ in range(_TILES):
        grey = rng.standard_normal((height + 64, width + 64, 1), dtype=np.float32)
        of_its_own = rng.standard_normal((height + 64, width + 64, 3), dtype=np.float32) if colour else 0.0
        noise = np.round((grey + colour * of_its_own) * place.noise * np.ones(3, np.float32))
        made.append((np.maximum(noise, 0).astype(np.uint8), np.maximum(-noise, 0).astype(np.uint8)))
    return made


def _shadow(place: Place, rng: Generator, seconds: float) -> Effect:
    """It moves in within a few seconds and stays."""
    width, height = place.size
    mask = np.zeros((height, width), np.float32)
    at = np.asarray([rng.uniform(0.2, 0.8) * width, rng.uniform(0.5, 0.9) * height])
    reach = np.asarray([rng.uniform(0.05, 0.25) * width, rng.uniform(0.05, 0.2) * height])
    cv2.fillPoly(mask, [cv2.convexHull((at + rng.uniform(-1, 1, (7, 2)) * reach).astype(np.int32))], 1.0)
    mask = cv2.GaussianBlur(mask, (0, 0), float(rng.uniform(1, 8)))[..., np.newaxis] * float(rng.uniform(0.25, 0.6))
    kept = np.repeat(np.round(255 * (1 - mask)).astype(np.uint8), 3, axis=2)
    came, took, far = rng.uniform(3, seconds * 0.5), rng.uniform(0.5, 5), rng.uniform(0.1, 0.5) * width

    def fall(picture: Picture, t: float) -> Picture:
        if t < came:
            return picture
        away = int(far * max(0.0, 1 - (t - came) / took))
        return cv2.multiply(picture, np.roll(kept, away, axis=1) if away else kept, scale=1 / 255)

    return fall


def _headlights(place: Place, rng: Generator, seconds: float) -> Effect:
    width, height = place.size
    y, x = np.mgrid[0:height, 0 : 2 * width].astype(np.float32)
    reach, row = rng.uniform(0.06, 0.2) * width, rng.uniform(0.55, 0.9) * height
    glow = np.exp(-((x - width) ** 2 + 3 * (y - row) ** 2) / (2 * reach**2)) * rng.uniform(60, 160)
    light = (glow[..., np.newaxis] * np.asarray([0.85, 0.95, 1.0])).astype(np.uint8)
    came, rests = float(rng.uniform(3, seconds * 0.5)), float(rng.uniform(0, 7))
    stop, pace = float(rng.uniform(0.3, 0.7)) * width, float(rng.uniform(0.2, 0.6)) * width

    def shine(picture: Picture, t: float) -> Picture:
        gone = pace * (t - came)
        at = gone if gone < stop else max(stop, pace * (t - came - rests))
        if not 0 <= at < width:
            return picture
        return cv2.add(picture, light[:, width - int(at) : 2 * width - int(at)])

    return shine


def _lamp(rng: Generator, seconds: float) -> Effect:
    at, took, gain = float(rng.uniform(4, seconds - 4)), float(rng.uniform(0.1, 1.5)), float(rng.choice([0.6, 0.75, 1.3, 1.6]))

    def switch(picture: Picture, t: float) -> Picture:
        share = min(max((t - at) / took, 0.0), 1.0)
        return picture if not share else cv2.convertScaleAbs(picture, alpha=1 + (gain - 1) * share)

    return switch


def _rain(place: Place, rng: Generator) -> Effect:
    width, height = place.size
    layers = []
    for _ in range(4):
        streaks, lean = np.zeros((height, width, 3), np.uint8), rng.uniform(-5, 5)
        for _ in range(int(rng.integers(60, 220))):
            x, y = rng.uniform(0, width), rng.uniform(0, height)
            cv2.line(
                streaks, (int(x), int(y)), (int(x + lean), int(y + rng.uniform(6, 18) * height / 360)), (int(rng.uniform(12, 55)),) * 3, 1
            )
        layers.append(cv2.GaussianBlur(streaks, (3, 3), 0))

    def fall(picture: Picture, t: float) -> Picture:  # noqa: ARG001 - rain has no memory
        return cv2.add(picture, np.roll(layers[rng.integers(4)], int(rng.integers(0, width)), axis=1))

    return fall


def _branch(place: Place, rng: Generator) -> Effect:
    """Leaves that hang into the picture and sway."""
    width, height = place.size
    side = int(0.25 * width)
    leaves, alpha = np.zeros((side, side, 3), np.float32), np.zeros((side, side), np.float32)
    for _ in range(260):
        at = (rng.normal(0.5, 0.17, 2) * side).astype(int)
        green = rng.uniform(0.4, 1.2)
        for target, value in ((leaves, (35 * green, 95 * green, 60 * green)), (alpha, 1.0)):
            cv2.ellipse(target, (int(at[0]), int(at[1])), (int(rng.integers(2, 7)), 2), float(rng.uniform(0, 180)), 0, 360, value, -1)
    gain = float(place.light.mean())
    x0, y0 = int(rng.choice([-0.08, 0.83]) * width), int(rng.uniform(-0.1, 0.15) * height)
    reach, beat = rng.uniform(1, 5) * height / 360, rng.uniform(0.2, 0.6)

    def sway(picture: Picture, t: float) -> Picture:
        dx = round(x0 + reach * math.sin(2 * math.pi * beat * t) + reach * 0.5 * math.sin(2 * math.pi * beat * 2.7 * t + 1))
        left, top, right, bottom = max(dx, 0), max(y0, 0), min(dx + side, width), min(y0 + side, height)
        here = np.s_[top - y0 : bottom - y0, left - dx : right - dx]
        cover = alpha[here][..., np.newaxis]
        picture[top:bottom, left:right] = picture[top:bottom, left:right] * (1 - cover) + leaves[here] * gain * cover
        return picture

    return sway
