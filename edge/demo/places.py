"""The rendered places of the demo: a street corner by day, the same kind of corner by night, a market road, an office yard.

Each is one still picture made from a seed: noise for ground and wall, so that it has texture like a real place and
compresses like one. Sizes are pixels.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.demo.puppets import Colour, Picture, ellipse, limb

WIDTH, HEIGHT = 960, 540


def _rough(rng: np.random.Generator, *, grain: int, depth: float) -> NDArray[np.float32]:
    """Cloudy noise of -depth..depth, `grain` pixels from bump to bump."""
    small = rng.normal(0, 1, (HEIGHT // grain + 2, WIDTH // grain + 2)).astype(np.float32)
    clouds: NDArray[np.float32] = np.clip(cv2.resize(small, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC), -2, 2) * np.float32(depth / 2)
    return clouds


def _surface(rng: np.random.Generator, colour: Colour) -> NDArray[np.float32]:
    """A surface of one colour with stains, patches and grit."""
    tone = _rough(rng, grain=90, depth=14) + _rough(rng, grain=14, depth=8) + rng.normal(0, 4, (HEIGHT, WIDTH)).astype(np.float32)
    plane: NDArray[np.float32] = np.asarray(colour, np.float32) + tone[..., None]
    return plane


def _fill(picture: NDArray[np.float32], corners: list[tuple[int, int]], surface: NDArray[np.float32]) -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.fillPoly(mask, [np.array(corners, np.int32)], 255, cv2.LINE_AA)
    alpha = (mask / 255.0).astype(np.float32)[..., None]
    picture[:] = picture * (1 - alpha) + surface * alpha


def street(seed: int) -> Picture:
    """A pavement along a wall, with the road in front of it: where rubbish is left."""
    rng = np.random.default_rng(seed)
    scene = _surface(rng, (196, 186, 172))
    _fill(scene, [(0, 70), (WIDTH, 40), (WIDTH, 250), (0, 285)], _surface(rng, (142, 168, 178)))
    _fill(scene, [(0, 285), (WIDTH, 250), (WIDTH, 385), (0, 425)], _surface(rng, (150, 152, 156)))
    _fill(scene, [(0, 425), (WIDTH, 385), (WIDTH, HEIGHT), (0, HEIGHT)], _surface(rng, (104, 102, 100)))
    picture = np.clip(scene, 0, 255).astype(np.uint8)
    for x in range(-20, WIDTH, 74):
        limb(picture, (x, 287 - x * 0.036), (x - 60, 424 - x * 0.041), (124, 126, 130), width=2)
    limb(picture, (0, 426), (WIDTH, 386), (176, 178, 180), width=7)
    for x in range(40, WIDTH, 190):
        limb(picture, (x, 500 - x * 0.02), (x + 90, 496 - x * 0.02), (190, 200, 205), width=6)
    cv2.rectangle(picture, (90, 118), (190, 276), (92, 74, 58), -1)
    cv2.rectangle(picture, (300, 110), (410, 190), (120, 104, 88), -1)
    cv2.rectangle(picture, (308, 117), (402, 183), (150, 138, 120), -1)
    limb(picture, (706, 300), (706, 0), (96, 100, 104), width=13)
    _tree(picture, rng, (860, 268))
    return picture


def yard(seed: int) -> Picture:
    """The yard of the committee's office: steps, parked motorbikes' place, a flag pole."""
    rng = np.random.default_rng(seed)
    scene = _surface(rng, (206, 196, 180))
    _fill(scene, [(120, 60), (840, 60), (840, 260), (120, 260)], _surface(rng, (150, 190, 214)))
    _fill(scene, [(0, 260), (WIDTH, 260), (WIDTH, HEIGHT), (0, HEIGHT)], _surface(rng, (158, 162, 160)))
    picture = np.clip(scene, 0, 255).astype(np.uint8)
    for left in (170, 290, 610, 730):
        cv2.rectangle(picture, (left, 110), (left + 62, 200), (112, 92, 70), -1)
    cv2.rectangle(picture, (430, 120), (530, 260), (60, 66, 96), -1)
    for step in range(3):
        cv2.rectangle(picture, (400 - step * 14, 260 + step * 9), (560 + step * 14, 269 + step * 9), (186 - step * 14,) * 3, -1)
    limb(picture, (60, 330), (60, 20), (190, 190, 194), width=6)
    _tree(picture, rng, (895, 300))
    for x in range(60, WIDTH, 130):
        limb(picture, (x, 300), (x * 1.6 - 290, HEIGHT), (138, 142, 140), width=2)
    return picture


def night(picture: Picture) -> Picture:
    """The same place under one sodium lamp, as an old camera sees it: dark, warm in the cone, little colour."""
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    lamp = np.exp(-(((xx - 640) / 330) ** 2 + ((yy - 360) / 190) ** 2))
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)[..., None].astype(np.float32)
    dull = picture * 0.4 + grey * 0.6
    lit = dull * (0.17 + 0.55 * lamp[..., None]) * np.array([0.78, 0.95, 1.08], np.float32)
    dark: Picture = np.clip(lit, 0, 255).astype(np.uint8)
    return dark


def _tree(picture: Picture, rng: np.random.Generator, foot: tuple[int, int]) -> None:
    x, y = foot
    limb(picture, (x, y), (x - 6, y - 150), (58, 74, 92), width=20)
    for _ in range(70):
        at = (x - 6 + rng.normal(0, 52), y - 185 + rng.normal(0, 34))
        ellipse(picture, at, (17, 12), (int(rng.integers(42, 74)), int(rng.integers(92, 140)), int(rng.integers(60, 100))))
