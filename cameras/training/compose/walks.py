"""Bodies that move: painted people with a walk cycle, riders, vehicles, handcarts and dogs; cut-outs that are made to walk.

A body gives cels: one picture of it in a pose at a phase of its step, with the point where it stands and where its hand is.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator

from cameras.training.compose import people
from cameras.training.compose.paint import relief
from cameras.training.compose.shelf import Shelf
from cameras.training.compose.sprites import Floats, Sprite

PHASES = 10
_HIP, _FOOT, _THIGH = (85.0, 115.0), 212.0, 48.0
_TALL = 200.0
Canvas = tuple[Floats, Floats]
"""Picture and cover."""


@dataclass(frozen=True)
class Cel:
    """One picture of a body. `foot` and `hand` in its pixels; `unit` pixels are the height of a person beside it."""

    bgr: Floats
    alpha: Floats
    foot: tuple[float, float]
    hand: tuple[float, float]
    unit: float

    def mirrored(self) -> "Cel":
        wide = self.alpha.shape[1]
        return Cel(
            np.ascontiguousarray(self.bgr[:, ::-1]),
            np.ascontiguousarray(self.alpha[:, ::-1]),
            (wide - self.foot[0], self.foot[1]),
            (wide - self.hand[0], self.hand[1]),
            self.unit,
        )


class Body:
    """Somebody or something that moves. Faces right. `pace` in own heights of a person a second."""

    pace = 0.75
    cadence = 0.95
    """Steps' cycles a second."""
    restless = 0.0
    """How far it shifts about while it stands, in heights of a person."""

    def __init__(self, name: str, draw: Callable[[str, float], Cel], *, phases: int = PHASES) -> None:
        self.name, self._draw, self._phases = name, draw, phases
        self._cels: dict[tuple[str, int, bool], Cel] = {}

    def cel(self, pose: str, phase: float, *, right: bool) -> Cel:
        """`phase` 0..1 of a step's cycle; of poses that do not move one picture is kept."""
        number = int(phase * self._phases) % self._phases if pose in ("walk", "ride") else 0
        key = (pose, number, right)
        if key not in self._cels:
            made = self._draw(pose, number / self._phases)
            self._cels[key] = made if right else made.mirrored()
        return self._cels[key]


@dataclass(frozen=True)
class Outfit:
    """What a painted person looks like, in every pose alike."""

    top: Floats
    legs: Floats
    skin: tuple[int, int, int]
    hair: tuple[int, int, int]
    wide: float
    sleeve: Floats
    hat: bool
    umbrella: Floats | None
    vest: bool
    seed: int


def outfit(rng: Generator, *, umbrella: bool = False, vest: bool = False) -> Outfit:
    """Somebody's clothes. `vest`: the orange one of who works in the street."""
    top = np.asarray([30.0, 120.0, 235.0]) if vest else people.cloth(rng)
    return Outfit(
        top=top,
        legs=people.cloth(rng),
        skin=people.SKIN[rng.integers(3)],
        hair=people.HAIR[rng.integers(len(people.HAIR))],
        wide=float(rng.uniform(12, 19)),
        sleeve=top * rng.uniform(0.8, 1.1) if rng.random() < 0.7 else np.asarray(people.SKIN[rng.integers(3)], np.float32),
        hat=rng.random() < 0.2,
        umbrella=people.cloth(rng) if umbrella else None,
        vest=vest,
        seed=int(rng.integers(2**31)),
    )


def walker(rng: Generator, *, umbrella: bool = False, vest: bool = False) -> Body:
    """A painted person who walks, stands and bends."""
    made = Body("person", _Walker(outfit(rng, umbrella=umbrella, vest=vest)).draw)
    made.pace = float(rng.uniform(0.6, 0.95))
    made.cadence = 1.27 * made.pace
    made.restless = float(rng.choice([0.0, 0.01, 0.02, 0.04]))
    return made


class _Walker:
    def __init__(self, wears: Outfit) -> None:
        self.wears = wears

    def draw(self, pose: str, phase: float) -> Cel:
        bgr, alpha = np.zeros((232, 190, 3), np.float32), np.zeros((232, 190), np.float32)
        hand = self.figure(bgr, alpha, pose, phase)
        rng = np.random.default_rng(self.wears.seed)
        if self.wears.umbrella is not None:
            _umbrella(bgr, alpha, hand, self.wears.umbrella)
        return Cel(relief(bgr, alpha, rng, depth=0.3, folds=0.12), alpha, (_HIP[0], _FOOT), hand, _TALL)

    def figure(self, bgr: Floats, alpha: Floats, pose: str, phase: float) -> tuple[float, float]:
        """The person, drawn into the pictures; where the hand is that carries."""
        wears, lean = self.wears, {"bend": 62.0, "walk": 5.0}.get(pose, 1.0)
        bob = 2.5 * abs(math.sin(2 * math.pi * phase)) if pose == "walk" else (-14.0 if pose == "bend" else 0.0)
        hip = (_HIP[0], _HIP[1] - bob)
        neck = _from(hip, lean, -60)
        far, near = (_swing(pose, phase, shift) for shift in (0.5, 0.0))
        _arm((bgr, alpha), neck, far[2], wears, dark=0.75)
        for thigh, shin, _ in (far, near):
            _leg(bgr, alpha, hip, (thigh, shin), wears)
        people.limb(bgr, alpha, [hip, _from(hip, lean, -52)], wears.top, wears.wide * 1.8)
        if wears.vest:
            cv2.line(bgr, _at(_from(hip, lean, -30)), _at(_from(hip, lean, -26)), (170.0, 230.0, 235.0), int(wears.wide * 1.7))
        _face(bgr, alpha, _from(neck, lean * 0.6, -17), wears)
        return _arm((bgr, alpha), neck, near[2], wears)


def _swing(pose: str, phase: float, shift: float) -> tuple[float, float, float]:
    """Angles in degrees of thigh, shin and arm, from straight down, forward positive."""
    if pose == "walk":
        turn = 2 * math.pi * (phase + shift)
        thigh = 27 * math.sin(turn)
        return thigh, thigh - 38 * max(0.0, math.cos(turn + 0.4)), -0.7 * thigh
    if pose == "bend":
        return 38.0 - 20 * shift, -22.0, 8.0
    if pose == "throw":
        return 8 - 30 * shift, -6.0, 95.0
    return 5 - 14 * shift, -3.0, 4.0


def _leg(bgr: Floats, alpha: Floats, hip: tuple[float, float], angles: tuple[float, float], wears: Outfit) -> None:
    knee = _from(hip, angles[0], _THIGH)
    foot = _from(knee, angles[1], min(_THIGH, (_FOOT - 3 - knee[1]) / max(math.cos(math.radians(angles[1])), 0.5)))
    people.limb(bgr, alpha, [hip, knee, foot], wears.legs, wears.wide * 0.85)
    people.limb(bgr, alpha, [foot, (foot[0] + 9, foot[1] + 1)], wears.legs * 0.4, 7)


def _arm(cover: Canvas, neck: tuple[float, float], angle: float, wears: Outfit, *, dark: float = 1.0) -> tuple[float, float]:
    bgr, alpha = cover
    shoulder = (neck[0], neck[1] + 8)
    elbow = _from(shoulder, angle, 32)
    hand = _from(elbow, angle + 10, 30)
    people.limb(bgr, alpha, [shoulder, elbow, hand], wears.sleeve * dark, wears.wide * 0.55)
    return hand


def _face(bgr: Floats, alpha: Floats, at: tuple[float, float], wears: Outfit) -> None:
    spot = _at(at)
    for target, value in ((bgr, wears.skin), (alpha, 1.0)):
        cv2.ellipse(target, spot, (11, 14), 0, 0, 360, value, -1)
    cv2.ellipse(bgr, spot, (11, 14), 0, 150, 360, wears.hair, -1)
    if wears.hat:
        brim = np.asarray([(spot[0] - 26, spot[1] - 2), (spot[0], spot[1] - 19), (spot[0] + 26, spot[1] - 2)], np.int32)
        cv2.fillPoly(alpha, [brim], 1.0)
        cv2.fillPoly(bgr, [brim], (140.0, 190.0, 210.0))


def _umbrella(bgr: Floats, alpha: Floats, hand: tuple[float, float], colour: Floats) -> None:
    for target, value in ((bgr, colour.tolist()), (alpha, 1.0)):
        cv2.ellipse(target, (85, 32), (68, 30), 0, 180, 360, value, -1)
        cv2.line(target, (85, 20), _at(hand), value, 2)


def _from(start: tuple[float, float], degrees: float, length: float) -> tuple[float, float]:
    """From a joint: 0 degrees is straight down (up for a negative length), forward is to the right either way."""
    turn = math.radians(degrees)
    return start[0] + abs(length) * math.sin(turn), start[1] + length * math.cos(turn)


def _at(point: tuple[float, float]) -> tuple[int, int]:
    return int(point[0]), int(point[1])


def two_wheeler(rng: Generator, *, motor: bool) -> Body:
    """A motorcycle or a bicycle; poses `ride` with somebody on it and `stand` without."""
    made = Body("motorcycle" if motor else "bicycle", _TwoWheeler(rng, motor=motor).draw, phases=4)
    made.pace = float(rng.uniform(2.0, 4.0) if motor else rng.uniform(1.5, 2.4))
    return made


class _TwoWheeler:
    def __init__(self, rng: Generator, *, motor: bool) -> None:
        self.motor, self.wears, self.paint = motor, outfit(rng), people.cloth(rng)
        self.box = people.cloth(rng) if rng.random() < 0.4 else None

    def draw(self, pose: str, phase: float) -> Cel:
        bgr, alpha = np.zeros((232, 250, 3), np.float32), np.zeros((232, 250), np.float32)
        hand = (150.0, 100.0)
        if pose != "stand":
            hand = self._rider(bgr, alpha, phase)
        self._machine(bgr, alpha)
        rng = np.random.default_rng(self.wears.seed)
        return Cel(relief(bgr, alpha, rng, depth=0.3, folds=0.1), alpha, (125.0, 222.0), hand, 205.0)

    def _machine(self, bgr: Floats, alpha: Floats) -> None:
        radius, dark = (31, [28.0, 28.0, 30.0]) if self.motor else (34, [45.0, 45.0, 45.0])
        for x in (60, 190):
            for target, value in ((bgr, dark), (alpha, 1.0)):
                cv2.circle(target, (x, 222 - radius), radius - 5, value, 11 if self.motor else 4, cv2.LINE_AA)
        frame = np.asarray([(45, 150), (120, 142), (165, 118), (182, 150), (150, 200), (80, 200)], np.int32)
        for target, value in ((bgr, self.paint.tolist()), (alpha, 1.0)):
            if self.motor:
                cv2.fillPoly(target, [frame], value)
            cv2.polylines(target, [np.asarray([(60, 188), (115, 190), (165, 135), (95, 140), (115, 190)], np.int32)], False, value, 6)
            cv2.line(target, (190, 190), (165, 112), value, 7)
        if self.box is not None:
            for target, value in ((bgr, self.box.tolist()), (alpha, 1.0)):
                cv2.rectangle(target, (28, 100), (78, 146), value, -1)

    def _rider(self, bgr: Floats, alpha: Floats, phase: float) -> tuple[float, float]:
        wears, pedal = self.wears, 0.0 if self.motor else 14 * math.sin(2 * math.pi * phase)
        hip, neck = (98.0, 135.0), (118.0, 70.0)
        people.limb(bgr, alpha, [hip, (142.0, 150.0 + pedal), (128.0, 195.0 + pedal)], wears.legs, wears.wide)
        people.limb(bgr, alpha, [hip, neck], wears.top, wears.wide * 1.9)
        people.limb(bgr, alpha, [(118.0, 80.0), (140.0, 102.0), (165.0, 112.0)], wears.sleeve, wears.wide * 0.6)
        _face(bgr, alpha, (124.0, 50.0), wears)
        return 120.0, 118.0


def wagon(rng: Generator) -> Body:
    """A car, van or truck from the side."""
    sprite = people.vehicle(rng)
    made = Body("vehicle", _standing(sprite, unit=sprite.alpha.shape[0] / float(rng.uniform(0.85, 1.35))), phases=1)
    made.pace = float(rng.uniform(1.8, 3.5))
    return made


def cart(rng: Generator) -> Body:
    """Somebody who pushes a handcart."""
    made = Body("cart", _Cart(rng).draw)
    made.pace = float(rng.uniform(0.5, 0.7))
    made.cadence = 1.27 * made.pace
    return made


class _Cart(_Walker):
    def __init__(self, rng: Generator) -> None:
        super().__init__(outfit(rng))
        self.paint, self.tub = people.cloth(rng), (float(rng.uniform(120, 165)), float(rng.uniform(75, 110)))

    def draw(self, pose: str, phase: float) -> Cel:
        bgr, alpha = np.zeros((232, 290, 3), np.float32), np.zeros((232, 290), np.float32)
        self.figure(bgr, alpha, pose, phase)
        top, wide = int(self.tub[0]), int(self.tub[1])
        for target, value in ((bgr, self.paint.tolist()), (alpha, 1.0)):
            cv2.rectangle(target, (145, top), (145 + wide, 192), value, -1)
            cv2.line(target, (110, 118), (150, top + 8), value, 5)
        for target, value in ((bgr, (32.0, 32.0, 32.0)), (alpha, 1.0)):
            cv2.circle(target, (145 + wide // 2, 197), 16, value, 6)
        rng = np.random.default_rng(self.wears.seed)
        return Cel(relief(bgr, alpha, rng, depth=0.25, folds=0.1), alpha, (130.0, _FOOT), (150.0 + wide / 2, float(top)), _TALL)


def dog(rng: Generator) -> Body:
    """A dog that trots and stands."""
    coat = people.cloth(rng) * 0.8

    def draw(pose: str, phase: float) -> Cel:
        bgr, alpha = np.zeros((80, 120, 3), np.float32), np.zeros((80, 120), np.float32)
        for x, shift in ((38, 0.0), (44, 0.5), (78, 0.25), (84, 0.75)):
            swing = 9 * math.sin(2 * math.pi * (phase + shift)) if pose == "walk" else 0.0
            people.limb(bgr, alpha, [(x, 45.0), (x + swing, 74.0)], coat * 0.8, 7)
        people.limb(bgr, alpha, [(38.0, 40.0), (84.0, 38.0)], coat, 22)
        people.limb(bgr, alpha, [(88.0, 32.0), (98.0, 22.0), (106.0, 25.0)], coat, 13)
        people.limb(bgr, alpha, [(30.0, 36.0), (18.0, 24.0)], coat, 5)
        return Cel(bgr, alpha, (60.0, 78.0), (100.0, 25.0), 190.0)

    made = Body("dog", draw)
    made.pace, made.cadence = float(rng.uniform(0.7, 1.6)), 2.2
    return made


def cut_out(sprite: Sprite, rng: Generator) -> Body:
    """Somebody or a vehicle from a photo; who goes on foot gets a step by moving the legs' half."""
    kind = sprite.name.split(" in ", 1)[0]
    if kind == "person":
        made = Body("person", _stepping(sprite))
        made.pace = float(rng.uniform(0.6, 0.95))
        made.cadence = 1.27 * made.pace
        return made
    tall = {"bicycle": 0.95, "motorcycle": 0.95, "car": 0.95}.get(kind, 1.6)
    made = Body("vehicle" if kind in ("car", "bus", "truck") else kind, _standing(sprite, unit=sprite.alpha.shape[0] / tall), phases=1)
    made.pace = float(rng.uniform(1.6, 3.5))
    return made


def _standing(sprite: Sprite, *, unit: float) -> Callable[[str, float], Cel]:
    height, width = sprite.alpha.shape
    cel = Cel(sprite.bgr, sprite.alpha, (width / 2, height), (width * 0.3, height * 0.4), unit)
    return lambda _pose, _phase: cel


def _stepping(sprite: Sprite) -> Callable[[str, float], Cel]:
    height, width = sprite.alpha.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    below = np.clip((y / height - 0.5) * 2, 0, 1)

    def draw(pose: str, phase: float) -> Cel:
        open_ = 1 + (0.3 * math.sin(2 * math.pi * phase) if pose == "walk" else 0.0)
        from_x = width / 2 + (x - width / 2) / (1 + (open_ - 1) * below)
        bgr, alpha = (cv2.remap(part, from_x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT) for part in (sprite.bgr, sprite.alpha))
        return Cel(bgr, alpha, (width / 2, height), (width * 0.75, height * 0.5), height)

    return draw


def on_foot(shelf: Shelf, rng: Generator) -> Body:
    """Somebody who walks: from a photo where the shelf has people, otherwise painted."""
    found = [sprite for sprite in shelf.actors if sprite.name.startswith("person") and sprite.alpha.shape[0] > 2.2 * sprite.alpha.shape[1]]
    return cut_out(found[rng.integers(len(found))], rng) if found and rng.random() < 0.25 else walker(rng)


def on_wheels(shelf: Shelf, rng: Generator) -> Body:
    """A car or a truck: from a photo where the shelf has any, otherwise painted."""
    kinds = ("car", "truck", "bus")
    wide = [sprite for sprite in shelf.actors if sprite.alpha.shape[1] > 1.25 * sprite.alpha.shape[0]]
    found = [sprite for sprite in wide if sprite.name.split(" in ", 1)[0] in kinds]
    return cut_out(found[rng.integers(len(found))], rng) if found and rng.random() < 0.4 else wagon(rng)
