"""Actors painted from nothing: people in several poses, motorcycles with riders, cars and trucks, handcarts."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.random import Generator

from cameras.training.compose.paint import relief
from cameras.training.compose.sprites import Floats, Sprite, tight

SKIN = ((120, 150, 200), (90, 120, 175), (70, 95, 140))
HAIR = ((25, 25, 30), (30, 40, 60), (90, 150, 200), (190, 190, 195), (40, 40, 180), (215, 215, 215))


def person(rng: Generator) -> Sprite:
    """Somebody standing, walking or bending, seen from a camera above head height."""
    bgr, alpha = np.zeros((330, 360, 3), np.float32), np.zeros((330, 360), np.float32)
    pose = str(rng.choice(["stand", "stand", "walk", "bend"]))
    hip = np.asarray([180.0, 185.0])
    lean = {"stand": rng.uniform(-6, 6), "walk": rng.uniform(-12, 12), "bend": rng.choice([-1, 1]) * rng.uniform(45, 75)}[pose]
    neck = hip + 95 * np.asarray([np.sin(np.radians(lean)), -np.cos(np.radians(lean))])
    top, legs = cloth(rng), cloth(rng)
    stride = {"stand": 9, "walk": rng.uniform(18, 45), "bend": 14}[pose]
    wide = rng.uniform(20, 36)
    for side in (-1, 1):
        foot = _by(hip, side * stride, 125)
        knee = (hip + foot) / 2 + (side * rng.uniform(0, 8), 0)
        limb(bgr, alpha, [_by(hip, side * wide * 0.35, 0), knee, foot], legs, rng.uniform(15, 24))
        limb(bgr, alpha, [foot, _by(foot, rng.uniform(-10, 10), 4)], cloth(rng) * 0.5, 13)
    if rng.random() < 0.2:
        cv2.fillPoly(alpha, [_points([hip - (wide, 20), _by(hip, wide, -20), _by(hip, wide * 1.3, 70), _by(hip, -wide * 1.3, 70)])], 1.0)
        cv2.fillPoly(
            bgr, [_points([hip - (wide, 20), _by(hip, wide, -20), _by(hip, wide * 1.3, 70), _by(hip, -wide * 1.3, 70)])], legs.tolist()
        )
    limb(bgr, alpha, [hip, (hip + neck) / 2, neck + (hip - neck) * 0.12], top, wide * 1.7)
    sleeve = top * rng.uniform(0.85, 1.1) if rng.random() < 0.7 else np.asarray(SKIN[rng.integers(3)], np.float32)
    for side in (-1, 1):
        shoulder = _by(neck, side * wide * 0.75, 14)
        reach = rng.uniform(55, 85)
        swing = lean + side * rng.uniform(0, 35)
        hand = shoulder + reach * np.asarray([np.sin(np.radians(swing)) * 0.7, np.cos(np.radians(swing * 0.5))])
        limb(bgr, alpha, [shoulder, (shoulder + hand) / 2 + (side * 8, 0), hand], sleeve, rng.uniform(11, 17))
    head = neck + 24 * np.asarray([np.sin(np.radians(lean)), -np.cos(np.radians(lean))])
    _head(bgr, alpha, head, rng)
    return _finish(bgr, alpha, "painted person", rng)


def motorcycle(rng: Generator) -> Sprite:
    """A motorcycle with its rider, side or oblique view."""
    bgr, alpha = np.zeros((260, 300, 3), np.float32), np.zeros((260, 300), np.float32)
    squeeze = rng.uniform(0.35, 1.0)
    paint, dark = cloth(rng), np.asarray([30.0, 30.0, 30.0])
    centre = 150.0
    for side in (-1, 1):
        hub = (int(centre + side * 85 * squeeze), 215)
        for target, value in ((bgr, dark.tolist()), (alpha, 1.0)):
            cv2.ellipse(target, hub, (max(8, int(34 * squeeze)), 34), 0, 0, 360, value, int(rng.integers(8, 40)))
    frame = [
        (centre - 95 * squeeze, 165),
        (centre - 20 * squeeze, 160),
        (centre + 60 * squeeze, 130),
        (centre + 90 * squeeze, 150),
        (centre + 50 * squeeze, 205),
        (centre - 60 * squeeze, 210),
    ]
    for target, value in ((bgr, paint.tolist()), (alpha, 1.0)):
        cv2.fillPoly(target, [_points(frame)], value)
    seat = np.asarray([centre - 20 * squeeze, 160.0])
    top, legs = cloth(rng), cloth(rng)
    limb(bgr, alpha, [seat, _by(seat, 45 * squeeze, 5), _by(seat, 40 * squeeze, 50)], legs, 22)
    limb(bgr, alpha, [seat, _by(seat, 8 * squeeze, -85)], top, rng.uniform(38, 55))
    limb(bgr, alpha, [_by(seat, 8 * squeeze, -75), _by(seat, 75 * squeeze, -35)], top, 15)
    _head(bgr, alpha, _by(seat, 14 * squeeze, -110), rng)
    if rng.random() < 0.4:
        limb(bgr, alpha, [_by(seat, -55, -5), _by(seat, -55, -40)], cloth(rng), rng.uniform(35, 60))
    return _finish(bgr, alpha, "painted motorcycle", rng)


def vehicle(rng: Generator) -> Sprite:
    """A car, van or truck: side or front view."""
    bgr, alpha = np.zeros((230, 420, 3), np.float32), np.zeros((230, 420), np.float32)
    wide = int(rng.integers(150, 380))
    x, roof, waist, floor = 20, int(rng.integers(25, 70)), int(rng.integers(80, 120)), 190
    paint = cloth(rng) * 1.2
    slope = rng.uniform(0.03, 0.22) * wide
    cabin = [(x + slope, roof), (x + wide - slope * rng.uniform(0.2, 1.2), roof), (x + wide, waist), (x, waist)]
    body = [(x, waist), (x + wide, waist), (x + wide - 4, floor), (x + 4, floor)]
    for corners in (cabin, body):
        cv2.fillPoly(alpha, [_points(corners)], 1.0)
        cv2.fillPoly(bgr, [_points(corners)], (paint * rng.uniform(0.85, 1.1)).tolist())
    inner = np.asarray(cabin) + np.asarray([(8, 8), (-8, 8), (-12, -2), (12, -2)])
    cv2.fillPoly(bgr, [_points(inner)], (np.asarray([70.0, 62, 55]) * rng.uniform(0.4, 1.6)).tolist())
    for share in rng.uniform(0.3, 0.7, int(rng.integers(0, 3))):
        cv2.line(bgr, (int(x + wide * share), roof), (int(x + wide * share), floor), (paint * 0.7).tolist(), 4)
    for share in (0.2, 0.8):
        for target, value in ((bgr, (25.0, 25.0, 25.0)), (alpha, 1.0)):
            cv2.circle(target, (int(x + wide * share), floor), 26, value, -1)
        cv2.circle(bgr, (int(x + wide * share), floor), 12, (150.0, 150.0, 150.0), -1)
    for share in (0.02, 0.94):
        cv2.rectangle(bgr, (int(x + wide * share), waist + 15), (int(x + wide * share) + 14, waist + 32), (150.0, 200.0, 235.0), -1)
    return _finish(bgr, alpha, "painted vehicle", rng)


def cart(rng: Generator) -> Sprite:
    """A handcart with somebody behind it."""
    bgr, alpha = np.zeros((330, 420, 3), np.float32), np.zeros((330, 420), np.float32)
    walker = person(rng)
    scale = 280 / walker.alpha.shape[0]
    body, cover = (cv2.resize(part, None, fx=scale, fy=scale) for part in (walker.bgr, walker.alpha))
    bgr[320 - cover.shape[0] : 320, : cover.shape[1]] = body
    alpha[320 - cover.shape[0] : 320, : cover.shape[1]] = cover
    x, colour = cover.shape[1] - 10, cloth(rng).tolist()
    for target, value in ((bgr, colour), (alpha, 1.0)):
        cv2.rectangle(target, (x, int(rng.integers(170, 220))), (x + int(rng.integers(90, 180)), 280), value, -1)
        cv2.line(target, (x - 40, 200), (x, 230), value, 6)
    for target, value in ((bgr, (30.0, 30.0, 30.0)), (alpha, 1.0)):
        cv2.circle(target, (x + 55, 290), 26, value, 9)
    return _finish(bgr, alpha, "painted cart", rng)


def actor(rng: Generator) -> Sprite:
    """Anybody who may leave waste."""
    return (person, person, person, person, motorcycle, motorcycle, vehicle, cart)[rng.integers(8)](rng)


def cloth(rng: Generator) -> Floats:
    """A colour of cloth or paint, BGR."""
    if rng.random() < 0.5:
        return np.full(3, rng.uniform(15, 230), np.float32) + rng.uniform(-10, 10, 3).astype(np.float32)
    return rng.uniform(15, 225, 3).astype(np.float32)


def _points(corners: list) -> np.ndarray:
    return np.asarray(corners).round().astype(np.int32)


def _by(point: Floats, dx: float, dy: float) -> Floats:
    return np.asarray([point[0] + dx, point[1] + dy])


def limb(bgr: Floats, alpha: Floats, joints: list, colour: Floats, thick: float) -> None:
    """A thick line over these joints, into picture and cover."""
    for a, b in pairwise(joints):
        for target, value in ((bgr, np.asarray(colour).tolist()), (alpha, 1.0)):
            cv2.line(target, (int(a[0]), int(a[1])), (int(b[0]), int(b[1])), value, max(2, int(thick)), cv2.LINE_AA)


def _head(bgr: Floats, alpha: Floats, at: Floats, rng: Generator) -> None:
    spot, size = (int(at[0]), int(at[1])), (int(rng.integers(14, 18)), int(rng.integers(17, 22)))
    for target, value in ((bgr, SKIN[rng.integers(3)]), (alpha, 1.0)):
        cv2.ellipse(target, spot, size, 0, 0, 360, value, -1)
    hair = HAIR[rng.integers(len(HAIR))]
    cv2.ellipse(bgr, spot, size, 0, 180, 360, hair, -1)
    if rng.random() < 0.3:
        cv2.ellipse(bgr, spot, size, 0, 0, 360, hair, -1)
    if rng.random() < 0.2:
        hat = [(spot[0] - 36, spot[1]), (spot[0], spot[1] - 26), (spot[0] + 36, spot[1])]
        cv2.fillPoly(alpha, [_points(hat)], 1.0)
        cv2.fillPoly(bgr, [_points(hat)], (140.0, 190.0, 210.0))


def _finish(bgr: Floats, alpha: Floats, name: str, rng: Generator) -> Sprite:
    made = tight(relief(bgr, alpha, rng, depth=0.3, folds=rng.uniform(0.05, 0.2)), alpha, name)
    if made is None:
        raise RuntimeError(f"{name} came out empty")
    return made if rng.random() < 0.5 else made.mirrored()
