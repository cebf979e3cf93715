"""Changes that leave nothing behind: light, shadow, weather, sway, shake, and old things that lie a little differently."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from cameras.training.compose.paint import cloud
from cameras.training.compose.sprites import Floats, Layer
from cameras.watch.strip import Box


def shadow(scene: Floats, box: Box, rng: Generator) -> Floats:
    """A shadow came to lie there."""
    return scene * (1 - _patch(scene, box, rng) * rng.uniform(0.2, 0.65))[..., np.newaxis]


def headlight(scene: Floats, box: Box, rng: Generator) -> Floats:
    """A lamp or a reflection lights the place."""
    warm = np.asarray([rng.uniform(0.6, 1.1), rng.uniform(0.85, 1.05), 1.0], np.float32)
    glow = _patch(scene, box, rng)[..., np.newaxis]
    return np.clip(scene * (1 + glow * rng.uniform(0.3, 1.5)) + glow * warm * rng.uniform(10, 90), 0, 255)


def exposure(scene: Floats, box: Box, rng: Generator) -> Floats:  # noqa: ARG001 - one shape for all changes
    """The camera's gain or white balance went elsewhere."""
    return np.clip(scene * rng.uniform(0.6, 1.5) * rng.uniform(0.9, 1.1, 3) + rng.uniform(-12, 12), 0, 255).astype(np.float32)


def nothing(scene: Floats, box: Box, rng: Generator) -> Floats:  # noqa: ARG001
    """Noise only."""
    return scene.copy()


def sway(scene: Floats, box: Box, rng: Generator) -> Floats:
    """Leaves or cloth moved inside and around the box."""
    height, width = scene.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    reach = max(box[2] - box[0], box[3] - box[1]) * rng.uniform(0.02, 0.16)
    where = _patch(scene, box, rng, soft=True)
    dx, dy = (cloud((height, width), rng, coarse=5, octaves=2) * reach * where for _ in range(2))
    return cv2.remap(scene, x + dx.astype(np.float32), y + dy.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)


def shake(scene: Floats, box: Box, rng: Generator) -> Floats:  # noqa: ARG001
    """The camera moved by a few pixels."""
    return shifted_view(scene, *rng.uniform(-3, 3, 2))


def shifted_view(scene: Floats, dx: float, dy: float) -> Floats:
    """The picture moved by (dx, dy) px, its edge repeated."""
    return cv2.warpAffine(scene, np.float32([[1, 0, dx], [0, 1, dy]]), scene.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)


def rain(scene: Floats, box: Box, rng: Generator) -> Floats:
    """Streaks, and wet ground that darkened."""
    streaks = np.zeros(scene.shape[:2], np.float32)
    lean = rng.uniform(-6, 6)
    for _ in range(int(rng.integers(20, 160))):
        x, y = rng.uniform(0, 1, 2) * streaks.shape[1::-1]
        cv2.line(streaks, (int(x), int(y)), (int(x + lean), int(y + rng.uniform(5, 20))), 1.0, 1)
    wet = 1 - _patch(scene, box, rng) * rng.uniform(0, 0.35)
    return np.clip(scene * wet[..., np.newaxis] + cv2.GaussianBlur(streaks, (0, 0), 0.7)[..., np.newaxis] * rng.uniform(10, 60), 0, 255)


def trail(scene: Floats, box: Box, rng: Generator) -> Floats:
    """The smear that a slow background keeps of somebody who passed."""
    return np.clip(
        scene + (_patch(scene, box, rng, soft=True) * rng.uniform(-28, 28))[..., np.newaxis] * rng.uniform(0.7, 1.3, 3), 0, 255
    ).astype(np.float32)


def averaged(scene: Floats, rng: Generator) -> Floats:
    """A background is a mean of many pictures: a little softer than any of them."""
    return cv2.GaussianBlur(scene, (0, 0), float(rng.uniform(0.4, 1.6)))


def damaged(scene: Floats, box: Box, rng: Generator) -> Floats:
    """A background that went wrong in places: smeared, painted over, in false colours, or a piece of elsewhere."""
    where = np.maximum(_patch(scene, box, rng), _speckled(scene, box, rng) if rng.random() < 0.4 else 0)[..., np.newaxis]
    kind = rng.integers(4)
    if kind == 0:
        other = cv2.GaussianBlur(scene, (0, 0), float(rng.uniform(4, 15)))
    elif kind == 1:
        other = np.clip(scene * rng.uniform(0.2, 2.2, 3), 0, 255)
    elif kind == 2:
        other = np.full_like(scene, rng.uniform(0, 255, 3)) * rng.uniform(0.5, 1) + scene * rng.uniform(0, 0.5)
    else:
        other = np.roll(scene, tuple(int(value) for value in rng.integers(8, 40, 2) * rng.choice([-1, 1], 2)), axis=(0, 1))
    return np.clip(scene * (1 - where) + other * where, 0, 255).astype(np.float32)


def _speckled(scene: Floats, box: Box, rng: Generator) -> Floats:
    rough = cloud(scene.shape[:2], rng, coarse=12) > rng.uniform(0.5, 1.8)
    return rough.astype(np.float32) * (_patch(scene, box, rng, soft=True) > 0.1)


def shifted(existing: Layer, size: float, rng: Generator) -> Layer:
    """The same thing a little elsewhere, or turned."""
    turn = float(rng.uniform(-25, 25)) if rng.random() < 0.6 else 0.0
    height, width = existing.alpha.shape
    spin = cv2.getRotationMatrix2D((width / 2, height / 2), turn, 1.0)
    bgr = cv2.warpAffine(existing.bgr, spin, (width, height), borderMode=cv2.BORDER_REPLICATE)
    alpha = cv2.warpAffine(existing.alpha, spin, (width, height))
    return Layer(bgr, alpha, existing.x, existing.y, existing.shadow).moved(*(rng.uniform(-0.45, 0.45, 2) * size))


def _stays(scene: Floats, box: Box, rng: Generator) -> Floats:  # noqa: ARG001
    return scene


CHANGES: dict[str, Callable[[Floats, Box, Generator], Floats]] = {
    "shadow": shadow,
    "headlight": headlight,
    "exposure": exposure,
    "nothing": nothing,
    "sway": sway,
    "shake": shake,
    "rain": rain,
    "trail": trail,
    "moved a little": _stays,
}
KINDS = [*CHANGES, "shadow", "headlight", "moved a little"]
"""What is drawn from: the three that are hardest come up twice as often."""
NEEDS_A_THING = frozenset({"moved a little"})


def _patch(scene: Floats, box: Box, rng: Generator, *, soft: bool = False) -> Floats:
    """0..1 over the scene: a blob, a bar or an actor-like outline that covers the box more or less."""
    height, width = scene.shape[:2]
    cover = np.zeros((height, width), np.float32)
    x0, y0, x1, y1 = box
    middle = np.asarray([(x0 + x1) / 2, (y0 + y1) / 2])
    half = np.maximum(np.asarray([x1 - x0, y1 - y0]) / 2, 3) * rng.uniform(0.7, 1.4)
    shape = rng.integers(3)
    if shape == 0:
        cv2.ellipse(cover, (int(middle[0]), int(middle[1])), (int(half[0]), int(half[1])), float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    elif shape == 1:
        corners = cv2.boxPoints(
            ((float(middle[0]), float(middle[1])), (float(half[0] * 2), float(half[1] * rng.uniform(0.6, 6))), float(rng.uniform(0, 180)))
        )
        cv2.fillPoly(cover, [corners.astype(np.int32)], 1.0)
    else:
        corners = middle + rng.uniform(-1.3, 1.3, (6, 2)) * half
        cv2.fillPoly(cover, [cv2.convexHull(corners.astype(np.int32))], 1.0)
    blur = float(half.mean()) * (rng.uniform(0.3, 0.8) if soft else rng.uniform(0.02, 0.5))
    return cv2.GaussianBlur(cover, (0, 0), max(0.6, blur))
