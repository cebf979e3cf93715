"""Where a film is set: one fixed camera somewhere, with its ground, perspective, light, sensor and encoder.

Place `number` of a split is the same camera in every film that is set there, at the same hour of the day.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from cameras.training.compose import paint
from cameras.training.compose.camera import DAY, DUSK, INFRARED, NIGHT
from cameras.training.compose.shelf import SPLITS, Shelf
from cameras.training.compose.sprites import Floats

HOURS = (DAY, DAY, DAY, DUSK, NIGHT, INFRARED)
"""Taken in turns by the number of the place: half of all places lie in daylight, but for photos that were taken at night."""
_SIZES = ((640, 360), (640, 360), (640, 360), (640, 360), (640, 360), (704, 576), (640, 360), (1280, 720))
_DIM = 78.0


@dataclass(frozen=True)
class Place:
    """One camera. `ground` as it is, BGR 0..255; `light` is the gain of its hour, per pixel and channel."""

    name: str
    number: int
    hour: str
    ground: Floats
    light: Floats
    horizon: float
    """Row where a person would be 0 px tall."""
    tall: float
    """Pixels of a person who stands at the bottom edge."""
    fps: int
    noise: float
    """Sigma of one frame, grey levels."""
    softness: float
    """Sigma of the optics, px."""
    crf: int
    kbit: int
    gop: int
    shake: float
    """How far a pole in the wind moves the picture, px."""
    foliage: bool
    clock: bool

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.ground.shape[1], self.ground.shape[0]

    def unit(self, y: float) -> float:
        """Pixels of a person whose feet are in that row."""
        return max(14.0, self.tall * (y - self.horizon) / (self.size[1] - self.horizon))


def place(shelf: Shelf, number: int) -> Place:
    """Camera `number` of that shelf's split: a pure function of the shelf's material and the number."""
    rng = np.random.default_rng([SPLITS.index(shelf.split), 7919, number])
    width, height = _SIZES[number % len(_SIZES)]
    ground, name, foot = _ground(shelf, rng, (width, height))
    hour = HOURS[number % len(HOURS)]
    light = _light(hour, rng, width, height)
    if ground.mean() < _DIM:
        hour, light = NIGHT, np.full_like(light, rng.uniform(0.9, 1.3))
    scale = height / 360
    return Place(
        name=name,
        number=number,
        hour=hour,
        ground=ground,
        light=light,
        horizon=height * foot,
        tall=height * float(rng.uniform(0.34, 0.48)),
        fps=int(rng.choice([8, 10, 10, 12])),
        noise=float(rng.uniform(0.8, 3.5) if hour == DAY else rng.uniform(1.5, 6.0)),
        softness=float(rng.uniform(0.45, 1.1)) * scale,
        crf=int(rng.integers(23, 34)),
        kbit=int(rng.choice([180, 300, 500, 800]) * scale),
        gop=int(rng.choice([2, 3, 4])),
        shake=float(rng.uniform(0.3, 1.8)) * scale if rng.random() < 0.3 else 0.0,
        foliage=rng.random() < 0.3,
        clock=rng.random() < 0.5,
    )


def _ground(shelf: Shelf, rng: Generator, size: tuple[int, int]) -> tuple[Floats, str, float]:
    """The empty place, its name, and its horizon as a share of the height."""
    if not shelf.photos or rng.random() < 0.25:
        picture, horizon = street(rng, *size)
        return picture, "painted", horizon
    name, photo = shelf.photos[rng.integers(len(shelf.photos))]
    tall, wide = photo.shape[:2]
    scale = min(wide / size[0], tall / size[1]) * rng.uniform(0.85, 1.0)
    w, h = int(size[0] * scale), int(size[1] * scale)
    x, y = int(rng.integers(0, wide - w + 1)), int((tall - h) * rng.uniform(0.55, 1.0))
    how = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    part = np.clip(cv2.resize(photo[y : y + h, x : x + w], size, interpolation=how).astype(np.float32), 0, 255)
    return (part if rng.random() < 0.5 else np.ascontiguousarray(part[:, ::-1])), name, float(rng.uniform(-0.15, 0.12))


def street(rng: Generator, width: int, height: int) -> tuple[Floats, float]:
    """A painted street: houses, pavement, kerb and road in perspective, and where its horizon lies (share of the height)."""
    wall, kerb = int(height * rng.uniform(0.22, 0.42)), int(height * rng.uniform(0.5, 0.75))
    picture = np.empty((height, width, 3), np.float32)
    base = rng.uniform(80, 150)
    picture[:] = np.asarray([base * rng.uniform(0.9, 1.12), base, base * rng.uniform(0.9, 1.12)])
    picture[wall:kerb] *= rng.uniform(1.05, 1.35)
    _slabs(picture, (wall, kerb), rng)
    picture[kerb : kerb + max(3, height // 60)] = base * rng.uniform(1.2, 1.6)
    _road(picture, kerb, rng)
    _houses(picture, wall, rng)
    grain = paint.cloud((height, width), rng, coarse=6, octaves=6) * rng.uniform(4, 9) + rng.standard_normal((height, width)) * rng.uniform(
        1, 5
    )
    picture += grain[..., np.newaxis]
    tilt = cv2.getRotationMatrix2D((width / 2, height / 2), float(rng.uniform(-5, 5)), 1.09)
    return np.clip(cv2.warpAffine(picture, tilt, (width, height), borderMode=cv2.BORDER_REFLECT), 0, 255), float(rng.uniform(-0.1, 0.12))


def _slabs(picture: Floats, rows: tuple[int, int], rng: Generator) -> None:
    """Joints of the pavement, closer together farther away."""
    width, colour = picture.shape[1], (float(picture[rows[0] + 1].mean() * rng.uniform(0.75, 0.95)),) * 3
    for share in np.linspace(0, 1, int(rng.integers(3, 9))) ** 1.6:
        y = int(rows[0] + share * (rows[1] - rows[0]))
        cv2.line(picture, (0, y), (width, y), colour, 1)
    middle = width * rng.uniform(0.2, 0.8)
    for x in np.linspace(-width, 2 * width, int(rng.integers(20, 45))):
        cv2.line(picture, (int(middle + (x - middle) * 0.6), rows[0]), (int(x), rows[1]), colour, 1)


def _road(picture: Floats, kerb: int, rng: Generator) -> None:
    height, width = picture.shape[:2]
    for _ in range(int(rng.integers(2, 9))):
        at = (int(rng.uniform(0, width)), int(rng.uniform(kerb, height)))
        shape = (int(rng.uniform(10, 90)), int(rng.uniform(3, 16)))
        cv2.ellipse(picture, at, shape, 0, 0, 360, (float(picture[kerb + 9 :].mean() * rng.uniform(0.7, 1.15)),) * 3, -1)
    if rng.random() < 0.5:
        y = int(rng.uniform(kerb + 0.4 * (height - kerb), height))
        for x in range(0, width, 110):
            cv2.line(picture, (x, y), (x + 55, y), (205.0, 210.0, 215.0), 3)


def _houses(picture: Floats, wall: int, rng: Generator) -> None:
    """Fronts with doors and windows, and what stands before them."""
    width, x = picture.shape[1], 0
    while x < width:
        wide = int(rng.uniform(0.12, 0.4) * width)
        picture[:wall, x : x + wide] = rng.uniform(60, 200) + rng.uniform(-28, 28, 3)
        for _ in range(int(rng.integers(1, 4))):
            dx, w = int(x + rng.uniform(0, 0.8) * wide), int(rng.uniform(0.1, 0.3) * wide)
            low = wall if rng.random() < 0.5 else int(wall * 0.7)
            shade = (rng.uniform(20, 110) + rng.uniform(-15, 25, 3)).tolist()
            cv2.rectangle(picture, (dx, int(wall * rng.uniform(0.15, 0.4))), (dx + w, low), shade, -1)
        x += wide
    for _ in range(int(rng.integers(1, 5))):
        foot, at, w = int(wall * rng.uniform(1.0, 1.25)), int(rng.uniform(0, width)), int(rng.integers(4, max(6, width // 12)))
        top = foot - int(rng.uniform(0.3, 1.1) * wall)
        shade = rng.uniform(25, 180) + rng.uniform(-20, 20, 3)
        cv2.rectangle(picture, (at, top), (at + w, foot), shade.tolist(), -1)
        cv2.rectangle(picture, (at, top), (at + w, foot), (shade * 0.5).tolist(), 1)


def _light(hour: str, rng: Generator, width: int, height: int) -> Floats:
    """What the hour makes of the ground: a level, a tint, and pools of lamps."""
    if hour == DAY:
        return np.full((height, width, 3), rng.uniform(0.8, 1.15), np.float32)
    level = {DUSK: rng.uniform(0.45, 0.75), NIGHT: rng.uniform(0.22, 0.45), INFRARED: rng.uniform(0.45, 0.85)}[hour]
    tint = {DUSK: rng.uniform(0.85, 1.1, 3), NIGHT: np.asarray([rng.uniform(0.45, 0.9), rng.uniform(0.7, 0.9), 1.0]), INFRARED: np.ones(3)}[
        hour
    ]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pools = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        at, reach = (rng.uniform(0, width), rng.uniform(0.3, 1.0) * height), rng.uniform(0.25, 0.6) * width
        pools += np.exp(-((x - at[0]) ** 2 + 2.5 * (y - at[1]) ** 2) / (2 * reach**2))
    if hour == INFRARED:
        pools = np.exp(-((x - width / 2) ** 2 + (y - height * 0.6) ** 2) / (2 * (0.45 * width) ** 2))
    uneven = 1.0 if hour == DUSK else 0.45 + np.minimum(pools, 1.6)
    return (level * uneven * np.ones((height, width)))[..., np.newaxis].astype(np.float32) * tint.astype(np.float32)
