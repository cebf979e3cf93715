"""Things painted from nothing: grounds, and waste. Enough to train without any file."""

import cv2
import numpy as np
from numpy.random import Generator

from cameras.training.compose.sprites import Floats, Sprite, tight

_BAGS = (
    (28, 26, 25),
    (45, 40, 38),
    (70, 45, 30),
    (225, 225, 228),
    (200, 205, 210),
    (60, 110, 60),
    (150, 90, 50),
    (150, 120, 210),
    (60, 60, 190),
)
_BOXES = ((95, 135, 175), (80, 115, 150), (120, 160, 195), (225, 225, 225), (70, 95, 120))


def cloud(shape: tuple[int, int], rng: Generator, *, coarse: int = 4, octaves: int = 4) -> Floats:
    """Smooth noise, mean 0, spread about 1: sums of small random grids blown up."""
    total = np.zeros(shape, np.float32)
    for octave in range(octaves):
        cells = coarse * 2**octave
        grid = rng.standard_normal((max(2, cells * shape[0] // max(shape) + 1), cells + 1)).astype(np.float32)
        total += cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC) / 1.6**octave
    return total / max(float(total.std()), 1e-3)


def ground(rng: Generator, width: int, height: int) -> Floats:
    """A place: asphalt, tiles, earth or grass below, wall, hedge or open ground above, kerbs, posts, doors, cabinets."""
    picture = np.empty((height, width, 3), np.float32)
    base = np.asarray(rng.choice([(105, 108, 112), (120, 135, 150), (90, 120, 135), (70, 110, 85), (150, 155, 160)]), np.float32)
    picture[:] = base * rng.uniform(0.6, 1.3)
    picture += (cloud((height, width), rng, coarse=6) * rng.uniform(2, 10) + rng.standard_normal((height, width)) * rng.uniform(0, 6))[
        ..., np.newaxis
    ]
    if rng.random() < 0.5:
        _tiles(picture, rng)
    horizon = int(height * rng.uniform(-0.3, 0.6))
    if horizon > 8:
        wall = np.asarray(rng.uniform(60, 210, 3), np.float32) * 0.5 + rng.uniform(40, 90)
        picture[:horizon] = wall + cloud((horizon, width), rng, coarse=3)[..., np.newaxis] * rng.uniform(2, 14)
        cv2.line(picture, (0, horizon), (width, horizon + int(rng.integers(-20, 20))), (rng.uniform(30, 160),) * 3, int(rng.integers(1, 9)))
    for _ in range(int(rng.integers(0, 6))):
        _furniture(picture, rng, horizon)
    if rng.random() < 0.3:
        _foliage(picture, rng)
    return np.clip(picture, 0, 255)


def thing(rng: Generator) -> Sprite:
    """One piece or pile of waste."""
    kind = rng.choice(["bag", "bag", "bag", "box", "box", "plank", "case", "scrap", "pile"])
    for _ in range(20):
        made = _PAINTERS[str(kind)](rng)
        if made is not None:
            return made
    raise RuntimeError(f"no {kind} came out")


def relief(bgr: Floats, alpha: Floats, rng: Generator, *, depth: float = 0.35, folds: float = 0.12) -> Floats:
    """Roundness towards the edge, light from one side, and folds: a flat colour becomes a body."""
    solid = (alpha > 0.5).astype(np.uint8)
    inside = cv2.distanceTransform(solid, cv2.DIST_L2, 3)
    roundness = 1 - depth * (1 - np.clip(inside / max(float(inside.max()) * 0.5, 1.0), 0, 1))
    slope = np.linspace(rng.uniform(-0.2, 0.2), rng.uniform(-0.2, 0.2), alpha.shape[1], dtype=np.float32)[np.newaxis]
    fold = cloud(alpha.shape, rng, coarse=int(rng.integers(3, 9)), octaves=3) * folds
    return np.clip(bgr * (roundness * (1 + slope) * (1 + fold))[..., np.newaxis], 0, 255).astype(np.float32)


def _tiles(picture: Floats, rng: Generator) -> None:
    height, width = picture.shape[:2]
    step, lean = int(rng.integers(9, 46)), rng.uniform(-0.8, 0.8)
    colour, thick = (float(picture.mean() * rng.uniform(0.6, 1.15)),) * 3, int(rng.integers(1, 3))
    for x in range(-height, width + height, step):
        cv2.line(picture, (x, 0), (int(x + lean * height), height), colour, thick)
    for y in range(0, height, max(6, int(step * rng.uniform(0.5, 1.0)))):
        cv2.line(picture, (0, y), (width, int(y + rng.uniform(-0.1, 0.1) * width)), colour, thick)


def _furniture(picture: Floats, rng: Generator, horizon: int) -> None:
    height, width = picture.shape[:2]
    x, w = int(rng.integers(-20, width)), int(rng.integers(4, max(6, width // 4)))
    foot = int(rng.integers(max(horizon, 8), max(horizon + 9, int(height * 0.8))))
    tall = int(rng.integers(10, max(12, int(height * 0.6))))
    colour = tuple(float(value) for value in rng.uniform(15, 230, 3))
    cv2.rectangle(picture, (x, foot - tall), (x + w, foot), colour, -1)
    cv2.rectangle(picture, (x, foot - tall), (x + w, foot), tuple(value * 0.6 for value in colour), int(rng.integers(1, 3)))
    for _ in range(int(rng.integers(0, 4))):
        y = int(rng.integers(foot - tall, foot))
        cv2.line(picture, (x, y), (x + w, y), tuple(value * rng.uniform(0.5, 1.3) for value in colour), 1)


def _foliage(picture: Floats, rng: Generator) -> None:
    height, width = picture.shape[:2]
    at = rng.uniform(0, 1, 2) * (width, height * 0.7)
    for _ in range(int(rng.integers(150, 500))):
        spot = at + rng.standard_normal(2) * (width * 0.12, height * 0.09)
        green = rng.uniform(0.3, 1.2)
        cv2.circle(picture, (int(spot[0]), int(spot[1])), int(rng.integers(1, 5)), (35 * green, 95 * green, 60 * green), -1)


def _canvas(size: int = 200) -> tuple[Floats, Floats]:
    return np.zeros((size, size, 3), np.float32), np.zeros((size, size), np.float32)


def _bag(rng: Generator) -> Sprite | None:
    bgr, alpha = _canvas()
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    wobble = sum(rng.uniform(0, 0.16) / k * np.cos(k * angle + rng.uniform(0, 6.3)) for k in range(2, 7))
    wide, tall = rng.uniform(45, 80), rng.uniform(45, 85)
    rim = np.stack([100 + wide * (1 + wobble) * np.cos(angle), 110 + tall * (1 + wobble) * np.sin(angle)], axis=1)
    rim[:, 1] = np.minimum(rim[:, 1], 110 + tall * rng.uniform(0.6, 0.95))
    cv2.fillPoly(alpha, [rim.astype(np.int32)], 1.0)
    if rng.random() < 0.6:
        neck = int(rng.integers(6, 20))
        tip = 110 - tall * 1.25
        knot = [
            (100 - neck, 110 - tall * 0.8),
            (100 - neck * 1.6, tip),
            (100 + neck * 1.4, tip + rng.uniform(-6, 6)),
            (100 + neck, 110 - tall * 0.8),
        ]
        cv2.fillPoly(alpha, [np.asarray(knot, np.int32)], 1.0)
    bgr[:] = np.asarray(_BAGS[rng.integers(len(_BAGS))], np.float32) * rng.uniform(0.7, 1.25)
    bgr = relief(bgr, alpha, rng, depth=0.5, folds=rng.uniform(0.1, 0.35))
    shine = np.zeros_like(alpha)
    for _ in range(int(rng.integers(4, 26))):
        a = rng.uniform(40, 160, 2)
        b = a + rng.standard_normal(2) * 18
        cv2.line(shine, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), 1.0, int(rng.integers(1, 4)))
    bgr += cv2.GaussianBlur(shine, (0, 0), 1.5)[..., np.newaxis] * rng.uniform(10, 90)
    return tight(np.clip(bgr, 0, 255), alpha, "painted bag")


def _box(rng: Generator) -> Sprite | None:
    bgr, alpha = _canvas()
    colour = np.asarray(_BOXES[rng.integers(len(_BOXES))], np.float32) * rng.uniform(0.7, 1.2)
    w, h, d = rng.uniform(50, 110), rng.uniform(35, 110), rng.uniform(10, 50)
    skew, x, y = rng.uniform(-30, 30), 45.0, 60.0
    faces = (
        ([(x, y), (x + w, y), (x + w, y + h), (x, y + h)], 1.0),
        ([(x, y), (x + d + skew, y - d), (x + w + d + skew, y - d), (x + w, y)], rng.uniform(1.05, 1.3)),
        ([(x + w, y), (x + w + d + skew, y - d), (x + w + d + skew, y + h - d), (x + w, y + h)], rng.uniform(0.55, 0.85)),
    )
    for corners, light in faces:
        points = np.asarray(corners) + rng.uniform(-3, 3, (4, 2))
        cv2.fillPoly(alpha, [points.astype(np.int32)], 1.0)
        cv2.fillPoly(bgr, [points.astype(np.int32)], (colour * light).tolist())
    if rng.random() < 0.5:
        cv2.line(bgr, (int(x), int(y + h / 2)), (int(x + w), int(y + h / 2)), (colour * 1.2).tolist(), int(rng.integers(2, 9)))
    return tight(relief(bgr, alpha, rng, depth=0.1, folds=0.06), alpha, "painted box")


def _plank(rng: Generator) -> Sprite | None:
    bgr, alpha = _canvas()
    colour = rng.uniform(70, 220) * np.asarray([0.7, 0.9, 1.0]) if rng.random() < 0.6 else rng.uniform(60, 230, 3)
    for _ in range(int(rng.integers(1, 6))):
        rectangle = (
            (100 + rng.uniform(-15, 15), 100 + rng.uniform(-15, 15)),
            (rng.uniform(80, 180), rng.uniform(8, 70)),
            rng.uniform(-60, 60),
        )
        corners = cv2.boxPoints(rectangle).astype(np.int32)
        cv2.fillPoly(alpha, [corners], 1.0)
        cv2.fillPoly(bgr, [corners], (colour * rng.uniform(0.7, 1.2)).tolist())
        cv2.polylines(bgr, [corners], True, (colour * 0.5).tolist(), 2)
    return tight(relief(bgr, alpha, rng, depth=0.15, folds=0.08), alpha, "painted planks")


def _case(rng: Generator) -> Sprite | None:
    bgr, alpha = _canvas()
    w, h = int(rng.integers(70, 140)), int(rng.integers(45, 110))
    colour = rng.uniform(10, 90, 3) if rng.random() < 0.7 else rng.uniform(10, 230, 3)
    cv2.rectangle(alpha, (30, 60), (30 + w, 60 + h), 1.0, -1)
    bgr[:] = colour
    cv2.ellipse(alpha, (30 + w // 2, 60), (w // 5, int(rng.integers(8, 26))), 0, 180, 360, 1.0, int(rng.integers(3, 7)))
    cv2.line(bgr, (30, 60 + h // 3), (30 + w, 60 + h // 3), (colour * 0.5).tolist(), 2)
    return tight(relief(bgr, alpha, rng, depth=0.25, folds=0.1), alpha, "painted case")


def _scrap(rng: Generator) -> Sprite | None:
    """Loose litter, branches, rags: many small strokes."""
    bgr, alpha = _canvas()
    colour = rng.uniform(30, 230, 3)
    for _ in range(int(rng.integers(15, 70))):
        a = np.asarray([100, 130]) + rng.standard_normal(2) * (32, 16)
        b = a + rng.standard_normal(2) * 16
        shade = (colour * rng.uniform(0.5, 1.4)).tolist() if rng.random() < 0.7 else rng.uniform(20, 240, 3).tolist()
        thick = int(rng.integers(2, 12))
        for target, value in ((bgr, shade), (alpha, 1.0)):
            cv2.line(target, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), value, thick)
    return tight(relief(bgr, alpha, rng, depth=0.2), alpha, "painted scrap")


def _pile(rng: Generator) -> Sprite | None:
    bgr, alpha = _canvas(300)
    for _ in range(int(rng.integers(2, 6))):
        part = _PAINTERS[str(rng.choice(["bag", "bag", "box", "plank", "scrap"]))](rng)
        if part is None:
            return None
        scale = rng.uniform(0.4, 0.8)
        body, cover = (cv2.resize(array, None, fx=scale, fy=scale) for array in (part.bgr, part.alpha))
        x, y = int(rng.integers(0, 300 - cover.shape[1])), int(300 - cover.shape[0] - rng.integers(0, 50))
        there = np.s_[max(y, 0) : y + cover.shape[0], x : x + cover.shape[1]]
        over = cover[cover.shape[0] - alpha[there].shape[0] :]
        bgr[there] = bgr[there] * (1 - over[..., np.newaxis]) + body[-over.shape[0] :] * over[..., np.newaxis]
        alpha[there] = np.maximum(alpha[there], over)
    return tight(bgr, alpha, "painted pile")


_PAINTERS = {"bag": _bag, "box": _box, "plank": _plank, "case": _case, "scrap": _scrap, "pile": _pile}
