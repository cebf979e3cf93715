"""Things that move in the demo's rendered street: people who walk, motorbikes that pass, and the bag that stays.

Everything is drawn in pixels of the finished picture, with the ground point (where feet or wheels touch) as its position.
"""

from dataclasses import dataclass
from math import pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]
"""Blue, green, red, 0-255, as OpenCV has it."""

SHARP = 4
"""Sub-pixel bits of OpenCV's drawing functions: positions move smoothly, as they do before a real lens."""


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x * (1 << SHARP)), round(y * (1 << SHARP))


def ellipse(picture: Picture, centre: tuple[float, float], axes: tuple[float, float], colour: Colour, *, angle: float = 0.0) -> None:
    """A filled, anti-aliased ellipse."""
    cv2.ellipse(picture, _at(*centre), _at(*axes), angle, 0, 360, colour, -1, cv2.LINE_AA, SHARP)


def limb(picture: Picture, start: tuple[float, float], end: tuple[float, float], colour: Colour, *, width: float) -> None:
    """A thick anti-aliased line with round ends."""
    cv2.line(picture, _at(*start), _at(*end), colour, max(1, round(width)), cv2.LINE_AA, SHARP)


def shadow(picture: Picture, ground: tuple[float, float], size: tuple[float, float], *, depth: float) -> None:
    """A soft contact shadow under something that stands at `ground`."""
    x, y, (w, h) = *ground, size
    left, top, right, bottom = (int(v) for v in (max(0, x - 2 * w), max(0, y - 2 * h), x + 2 * w, y + 2 * h))
    patch = picture[top:bottom, left:right]
    if patch.size == 0:
        return
    yy, xx = np.mgrid[top : top + patch.shape[0], left : left + patch.shape[1]]
    falloff = np.exp(-(((xx - x) / w) ** 2 + ((yy - y) / h) ** 2) * 1.6)[..., None]
    patch[:] = (patch * (1 - depth * falloff)).astype(np.uint8)


@dataclass(frozen=True)
class Person:
    """A walker. `height` in pixels where he stands; colours of coat, trousers and skin."""

    height: float
    coat: Colour
    trousers: Colour = (52, 46, 44)
    skin: Colour = (128, 160, 196)

    def draw(self, picture: Picture, ground: tuple[float, float], step: float, *, bend: float = 0.0, bag: "Bag | None" = None) -> None:
        """Draw him at `ground`; `step` is his phase in walking cycles, `bend` 0..1 how far he stoops."""
        x, y = ground
        h = self.height
        shadow(picture, ground, (h * 0.22, h * 0.05), depth=0.45)
        hip = (x, y - h * (0.48 - 0.05 * bend))
        neck = (x + h * 0.22 * bend, y - h * (0.82 - 0.22 * bend))
        swing = sin(2 * pi * step) * h * 0.13
        for side in (-1, 1):
            foot = (x + side * swing, y - max(0.0, side * sin(2 * pi * step + pi / 2)) * h * 0.03)
            knee = ((hip[0] + foot[0]) / 2 + h * 0.02, (hip[1] + foot[1]) / 2)
            limb(picture, hip, knee, self.trousers, width=h * 0.085)
            limb(picture, knee, foot, self.trousers, width=h * 0.07)
        limb(picture, hip, neck, self.coat, width=h * 0.19)
        hand = (neck[0] - swing * 0.7 + h * 0.06, neck[1] + h * (0.33 + 0.1 * bend))
        limb(picture, (neck[0], neck[1] + h * 0.05), hand, self.coat, width=h * 0.065)
        ellipse(picture, (neck[0] + h * 0.015, neck[1] - h * 0.09), (h * 0.065, h * 0.08), self.skin)
        ellipse(picture, (neck[0] + h * 0.015, neck[1] - h * 0.125), (h * 0.08, h * 0.045), (60, 90, 110))
        if bag:
            bag.draw(picture, (hand[0] + h * 0.02, min(y, hand[1] + bag.size * 0.9)), grounded=False)


@dataclass(frozen=True)
class Bag:
    """A tied rubbish bag, `size` pixels high."""

    size: float
    colour: Colour = (44, 40, 38)

    def draw(self, picture: Picture, ground: tuple[float, float], *, grounded: bool = True) -> None:
        """Draw it with its foot at `ground`."""
        x, y = ground
        s = self.size
        if grounded:
            shadow(picture, (x, y), (s * 0.62, s * 0.16), depth=0.55)
        ellipse(picture, (x, y - s * 0.38), (s * 0.48, s * 0.40), self.colour)
        ellipse(picture, (x - s * 0.12, y - s * 0.28), (s * 0.34, s * 0.28), tuple(min(255, c + 9) for c in self.colour))  # type: ignore[arg-type]  # three in, three out
        limb(picture, (x, y - s * 0.7), (x + s * 0.06, y - s * 0.98), self.colour, width=s * 0.16)
        shine = tuple(min(255, c + 62) for c in self.colour)
        limb(picture, (x - s * 0.2, y - s * 0.55), (x - s * 0.05, y - s * 0.64), shine, width=s * 0.05)  # type: ignore[arg-type]  # three in, three out


@dataclass(frozen=True)
class Motorbike:
    """A rider passing from one side to the other; `length` in pixels."""

    length: float
    paint: Colour
    lamp: bool = False
    shirt: Colour = (140, 110, 70)
    helmet: Colour = (46, 60, 150)

    def draw(self, picture: Picture, ground: tuple[float, float], *, towards: int) -> None:
        """Draw it with its wheels on `ground`, driving towards +1 (right) or -1 (left)."""
        x, y = ground
        n = self.length
        shadow(picture, ground, (n * 0.55, n * 0.08), depth=0.5)
        for side in (-1, 1):
            ellipse(picture, (x + side * n * 0.36, y - n * 0.15), (n * 0.15, n * 0.15), (30, 30, 30))
            ellipse(picture, (x + side * n * 0.36, y - n * 0.15), (n * 0.07, n * 0.07), (120, 120, 124))
        limb(picture, (x - n * 0.3, y - n * 0.27), (x + n * 0.3, y - n * 0.3), self.paint, width=n * 0.16)
        limb(picture, (x + towards * n * 0.3, y - n * 0.25), (x + towards * n * 0.24, y - n * 0.55), (60, 60, 64), width=n * 0.05)
        limb(picture, (x - towards * n * 0.06, y - n * 0.4), (x + towards * n * 0.02, y - n * 0.82), self.shirt, width=n * 0.2)
        limb(picture, (x + towards * n * 0.02, y - n * 0.74), (x + towards * n * 0.24, y - n * 0.55), self.shirt, width=n * 0.08)
        ellipse(picture, (x + towards * n * 0.05, y - n * 0.95), (n * 0.11, n * 0.12), self.helmet)
        if self.lamp:
            self._light(picture, (x + towards * n * 0.38, y - n * 0.45), towards)

    def _light(self, picture: Picture, lamp: tuple[float, float], towards: int) -> None:
        """The cone before the lamp: what a night camera takes for a new thing when it is careless."""
        n = self.length
        height, width = picture.shape[:2]
        yy, xx = np.mgrid[0:height:4, 0:width:4].astype(np.float32)
        ahead = np.clip((xx - lamp[0]) * towards, 0, None)
        cone = np.exp(-(((yy - lamp[1] - ahead * 0.18) / (n * 0.1 + ahead * 0.25)) ** 2)) * np.exp(-ahead / (n * 2.2)) * (ahead > 0)
        glow = cv2.resize(cone, (width, height))[..., None] * np.array([70, 95, 110], np.float32)
        picture[:] = np.clip(picture + glow, 0, 255).astype(np.uint8)
        ellipse(picture, lamp, (n * 0.05, n * 0.05), (225, 245, 255))
