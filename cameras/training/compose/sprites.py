"""Cut-out things and how they land in a picture: size, colour match, soft edge, contact shadow."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Sprite:
    """A thing without its ground: bgr (h, w, 3) float32 0..255, alpha (h, w) float32 0..1, and where it came from."""

    bgr: Floats
    alpha: Floats
    name: str

    @property
    def long_side(self) -> int:
        return max(self.alpha.shape)

    def mirrored(self) -> "Sprite":
        return Sprite(np.ascontiguousarray(self.bgr[:, ::-1]), np.ascontiguousarray(self.alpha[:, ::-1]), self.name)


@dataclass(frozen=True)
class Layer:
    """A sprite at its final size and place: (x, y) of its top left corner in the picture, with the shadow it throws."""

    bgr: Floats
    alpha: Floats
    x: int
    y: int
    shadow: float

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Bounding box of what is visible, x1 and y1 exclusive."""
        rows, columns = np.where(self.alpha.max(axis=1) > 0.3)[0], np.where(self.alpha.max(axis=0) > 0.3)[0]
        return self.x + int(columns[0]), self.y + int(rows[0]), self.x + int(columns[-1]) + 1, self.y + int(rows[-1]) + 1

    def moved(self, dx: float, dy: float) -> "Layer":
        return Layer(self.bgr, self.alpha, self.x + round(dx), self.y + round(dy), self.shadow)

    def smeared(self, length: int) -> "Layer":
        """Motion blur along x, as a moving thing has at a slow shutter."""
        if length < 2:
            return self
        pad = length // 2 + 1
        kernel = np.full((1, length), 1.0 / length, np.float32)
        alpha = cv2.copyMakeBorder(self.alpha, 0, 0, pad, pad, cv2.BORDER_CONSTANT)
        bgr = cv2.copyMakeBorder(self.bgr, 0, 0, pad, pad, cv2.BORDER_REPLICATE)
        return Layer(cv2.filter2D(bgr, -1, kernel), cv2.filter2D(alpha, -1, kernel), self.x - pad, self.y, self.shadow)


def tight(bgr: NDArray, alpha: NDArray, name: str, longest: int = 320) -> Sprite | None:
    """The sprite cropped to its alpha and at most `longest` px; None when hardly anything is left."""
    rows, columns = np.where(alpha.max(axis=1) > 0.3)[0], np.where(alpha.max(axis=0) > 0.3)[0]
    if len(rows) < 8 or len(columns) < 8:
        return None
    area = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    bgr, alpha = bgr[area].astype(np.float32), alpha[area].astype(np.float32)
    scale = longest / max(alpha.shape)
    if scale < 1:
        bgr, alpha = (cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) for part in (bgr, alpha))
    return Sprite(bgr, alpha, name)


def placed(sprite: Sprite, *, foot: tuple[float, float], long_side: float, ground: Floats, rng: Generator) -> Layer:
    """The sprite scaled so that its longer side is `long_side` px, standing with its bottom centre at `foot`."""
    scale = max(long_side, 6.0) / sprite.long_side
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    bgr = cv2.resize(sprite.bgr, None, fx=scale, fy=scale, interpolation=how)
    alpha = cv2.resize(sprite.alpha, None, fx=scale, fy=scale, interpolation=how)
    softness = float(rng.uniform(0.3, 0.9))
    alpha = np.clip(cv2.GaussianBlur(alpha, (0, 0), softness), 0, 1)
    height, width = alpha.shape
    ambient = _ambient(ground, foot, rng)
    return Layer(np.clip(bgr * ambient, 0, 255), alpha, round(foot[0] - width / 2), round(foot[1] - height), float(rng.uniform(0, 0.6)))


def render(ground: Floats, layers: list[Layer]) -> Floats:
    """The ground with the layers on it, first layer at the back."""
    picture = ground.copy()
    for layer in layers:
        _shade(picture, layer)
        _lay(picture, layer)
    return picture


def _ambient(ground: Floats, foot: tuple[float, float], rng: Generator) -> Floats:
    """Gains per channel that bring a studio thing part of the way to the light of the scene."""
    x, y = (int(np.clip(value, 0, limit - 1)) for value, limit in zip(foot, ground.shape[1::-1], strict=True))
    around = ground[max(0, y - 30) : y + 30, max(0, x - 30) : x + 30].reshape(-1, 3).mean(axis=0)
    level = np.clip(around.mean() / 115.0, 0.15, 1.5) ** rng.uniform(0.3, 0.9)
    tint = np.clip(around / max(around.mean(), 1.0), 0.7, 1.3) ** rng.uniform(0.0, 0.6)
    return (level * tint * rng.uniform(0.8, 1.2)).astype(np.float32)


def _window(picture: Floats, x: int, y: int, shape: tuple[int, int]) -> tuple[tuple[slice, slice], tuple[slice, slice]] | None:
    height, width = picture.shape[:2]
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + shape[1], width), min(y + shape[0], height)
    if left >= right or top >= bottom:
        return None
    return np.s_[top:bottom, left:right], np.s_[top - y : bottom - y, left - x : right - x]


def _lay(picture: Floats, layer: Layer) -> None:
    window = _window(picture, layer.x, layer.y, layer.alpha.shape)
    if window:
        there, here = window
        alpha = layer.alpha[here][..., np.newaxis]
        picture[there] = picture[there] * (1 - alpha) + layer.bgr[here] * alpha


def _shade(picture: Floats, layer: Layer) -> None:
    """A soft dark ellipse where the thing touches the ground."""
    height, width = layer.alpha.shape
    reach = max(4, round(0.18 * min(height, width)))
    dark = np.zeros((4 * reach, width + 4 * reach), np.float32)
    cv2.ellipse(dark, (dark.shape[1] // 2, 2 * reach), (max(2, round(width * 0.5)), max(1, reach // 2)), 0, 0, 360, layer.shadow, -1)
    dark = cv2.GaussianBlur(dark, (0, 0), max(1.0, reach * 0.45))
    window = _window(picture, layer.x - 2 * reach, layer.y + height - round(2.2 * reach), dark.shape)
    if window:
        there, here = window
        picture[there] *= 1 - dark[here][..., np.newaxis]
