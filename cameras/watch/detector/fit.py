"""How a picture becomes a detector's input, and how its boxes come back. Facts of each layout's own publication."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Picture: TypeAlias = NDArray[np.uint8]
Floats: TypeAlias = NDArray[np.float32]
GREY = 114
"""What is beside a picture that does not fill the input."""


class Place(StrEnum):
    """Where the picture lies in the input."""

    TOP_LEFT = "top_left"
    CENTRED = "centred"
    STRETCHED = "stretched"


@dataclass(frozen=True, slots=True)
class Fit:
    """Order and range of colours: (value - mean) / spread, per channel in the order of the input."""

    place: Place
    rgb: bool
    mean: tuple[float, float, float] = (0.0, 0.0, 0.0)
    spread: tuple[float, float, float] = (255.0, 255.0, 255.0)
    shrink: int = cv2.INTER_LINEAR


@dataclass(frozen=True, slots=True)
class Way:
    """From a pixel of the input to one of the picture: (x - left) / x_scale."""

    left: float
    top: float
    x_scale: float
    y_scale: float

    def back(self, boxes: Floats) -> Floats:
        """(n, 4) x0 y0 x1 y1 of the input, in pixels of the picture."""
        shift = np.asarray([self.left, self.top, self.left, self.top], np.float32)
        scale = np.asarray([self.x_scale, self.y_scale, self.x_scale, self.y_scale], np.float32)
        return np.asarray((boxes - shift) / scale, np.float32)


def prepare(picture: Picture, size: tuple[int, int], fit: Fit) -> tuple[Floats, Way]:
    """BGR uint8 -> (1, 3, height, width) float32 for an input of `size` (width, height), and the way back."""
    laid, way = _stretched(picture, size, fit) if fit.place is Place.STRETCHED else _lettered(picture, size, fit)
    tensor = np.empty((1, 3, size[1], size[0]), np.float32)
    channels = cv2.split(laid)[:: -1 if fit.rgb else 1]
    for plane, channel, mean, spread in zip(tensor[0], channels, fit.mean, fit.spread, strict=True):
        np.multiply(channel, np.float32(1 / spread), out=plane)
        if mean:
            np.subtract(plane, np.float32(mean / spread), out=plane)
    return tensor, way


def _stretched(picture: Picture, size: tuple[int, int], fit: Fit) -> tuple[Picture, Way]:
    height, width = picture.shape[:2]
    return np.asarray(cv2.resize(picture, size, interpolation=fit.shrink), np.uint8), Way(0, 0, size[0] / width, size[1] / height)


def _lettered(picture: Picture, size: tuple[int, int], fit: Fit) -> tuple[Picture, Way]:
    height, width = picture.shape[:2]
    scale = min(size[0] / width, size[1] / height)
    centred = fit.place is Place.CENTRED
    whole = round if centred else int
    wide, high = max(whole(width * scale), 1), max(whole(height * scale), 1)
    left, top = (round((size[0] - wide) / 2 - 0.1), round((size[1] - high) / 2 - 0.1)) if centred else (0, 0)
    laid = np.full((size[1], size[0], 3), GREY, np.uint8)
    laid[top : top + high, left : left + wide] = cv2.resize(picture, (wide, high), interpolation=fit.shrink)
    return laid, Way(left, top, scale, scale)
