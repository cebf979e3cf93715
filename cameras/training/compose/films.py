"""Whole films: `film(shelf, recipe, seed)` gives pictures one after another, and what is true of them.

A recipe is `story` (see `deeds` and `innocents`) and the number of the place: `put-down@17`. The same shelf, recipe and seed make
the same pictures everywhere where NumPy and OpenCV reckon alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from cameras.training.compose import weather
from cameras.training.compose.camera import INFRARED
from cameras.training.compose.deeds import DEEDS, Set
from cameras.training.compose.innocents import INNOCENTS
from cameras.training.compose.places import Place, place
from cameras.training.compose.roles import Cast, Event, Item, Script
from cameras.training.compose.shelf import SPLITS, Shelf
from cameras.training.compose.sprites import Floats
from cameras.training.compose.walks import Cel

RECIPE = "films-2"
STORIES = DEEDS | INNOCENTS
_ATTEMPTS = 12
_NOTICED, _SHOWN = 12.0, 0.25
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Piece:
    """Something ready to be laid into a picture: what it keeps of the ground, what it adds, and where its foot is."""

    keep: Floats
    add: Floats
    foot: tuple[float, float]
    body: tuple[int, int, int, int]
    """The thing itself inside, without its shadow: x0, y0, x1, y1."""


@dataclass
class Film:
    """One film. `frames()` may be walked through once or more; `truth` is as in annotations/clips.json."""

    recipe: str
    seed: int
    place: Place
    script: Script
    key: list[int]
    light: list[float] = field(default_factory=list)

    @property
    def count(self) -> int:
        return round(self.script.seconds * self.place.fps)

    def frames(self) -> Iterator[Picture]:
        """(h, w, 3) uint8, `place.fps` a second."""
        yield from _Shoot(self).frames()

    def truth(self) -> dict[str, Any]:
        """What happened, frames counted from 0."""
        width, height = self.place.size
        story = self.recipe.partition("@")[0]
        manner = next((event.manner for event in self.script.events), None)
        return {
            "w": width,
            "h": height,
            "fps": self.place.fps,
            "frames": self.count,
            "camera": "static, composite",
            "label": story,
            "events": [_told(event, _Shoot(self)) for event in self.script.events],
            "recipe": self.recipe,
            "seed": self.seed,
            "hour": self.place.hour,
            "manner": manner,
            "effects": sorted(self.script.effects),
            "ground": self.place.name,
        }


def film(shelf: Shelf, recipe: str, seed: int) -> Film:
    """The film of that recipe and seed. One whose event nobody could see is drawn again."""
    story, _, number = recipe.partition("@")
    where = place(shelf, int(number))
    for attempt in range(_ATTEMPTS):
        key = [SPLITS.index(shelf.split), 104729, int(number), sorted(STORIES).index(story), seed, attempt]
        rng = np.random.default_rng(key)
        script = STORIES[story][0](Set(shelf, where, rng))
        _dress(script, where, Set(shelf, where, rng))
        made = Film(recipe, seed, where, script, key)
        if all(_visible(made, event) for event in script.events):
            break
    return made


def _dress(script: Script, where: Place, stage: Set) -> None:
    """Weather, and what lies about."""
    rng = stage.rng
    for effect, share in (("rain", 0.08), ("shadow", 0.06), ("headlights", 0.15 if where.light.mean() < 0.7 else 0.0), ("lamp", 0.04)):
        if rng.random() < share:
            script.effects.add(effect)
    for _ in range(int(rng.choice([0, 0, 1, 2]))):
        at = stage.spot(0.05)
        script.old.append(stage.item(at, larger=1.5).lies(at))


def _visible(made: Film, event: Event) -> bool:
    """The thing stands out from the ground where it lies, as the camera sees both, and lies wholly in the picture."""
    shoot = _Shoot(made)
    t = event.put_down + 0.01
    x0, y0, x1, y1 = shoot.box_of(event.item, t)
    width, height = made.place.size
    if x0 < 0 or y0 < 0 or x1 > width or y1 > height or x1 - x0 < 8 or y1 - y0 < 8:
        return False
    with_it = shoot.plate.copy()
    shoot.lay_item(with_it, event.item, t)
    change = np.abs(with_it[y0:y1, x0:x1].astype(np.int16) - shoot.plate[y0:y1, x0:x1]).max(axis=2)
    return float((change > max(_NOTICED, 3.0 * made.place.noise)).mean()) > _SHOWN


def _told(event: Event, shoot: "_Shoot") -> dict[str, Any]:
    fps, x = shoot.film.place.fps, shoot.box_of(event.item, event.put_down + 0.01)
    gone = event.agent.gone
    left = None if gone is None or gone >= shoot.film.script.seconds else _out_at(event.agent, shoot, gone)
    return {
        "type": "left_object",
        "object": event.item.sprite.name.split("/")[0],
        "agent": event.agent.body.name,
        "manner": event.manner,
        "put_down": round(event.put_down * fps),
        "released": round(event.released * fps),
        "box": list(x),
        "agent_left": left,
    }


def _out_at(agent: Cast, shoot: "_Shoot", gone: float) -> int:
    """The first frame on which nothing of the agent is in the picture."""
    width, fps = shoot.film.place.size[0], shoot.film.place.fps
    for frame in range(round(gone * fps), 0, -1):
        where = agent.where(frame / fps)
        if where is not None:
            piece = shoot.piece(agent, where)
            left = where.spot[0] - piece.foot[0] + piece.body[0]
            if left < width and left + piece.body[2] - piece.body[0] > 0:
                return frame + 1
    return round(gone * fps)


class _Shoot:
    """One film being taken."""

    def __init__(self, film: Film) -> None:
        self.film, self.place = film, film.place
        self.rng = np.random.default_rng([*film.key, 1])
        self.taste: dict[int, Floats] = {}
        self._pieces: dict[tuple, Piece] = {}
        self.sun = float(self.rng.uniform(-0.8, 0.8)) if film.place.hour == "day" and self.rng.random() < 0.5 else None
        lit = np.clip(film.place.ground * film.place.light, 0, 255).astype(np.uint8)
        for item in sorted(film.script.old, key=lambda one: one.spans[0].spot[1]):
            self._lay(lit, self.item_piece(item, item.spans[0].spot), item.spans[0].spot)
        self.plate: Picture = lit

    def frames(self) -> Iterator[Picture]:
        place, script = self.place, self.film.script
        over = weather.effects(place, self.rng, script.effects, script.seconds)
        over.append(weather.sensor(place, self.rng, drift=float(self.rng.uniform(0, 0.04))))
        if place.clock:
            over.append(weather.stamp(place, int(self.rng.integers(0, 86400))))
        for number in range(self.film.count):
            t = number / place.fps
            picture = self.plate.copy()
            self._populate(picture, t)
            if place.hour == INFRARED:
                picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
            for effect in over:
                picture = effect(picture, t)
            yield picture

    def _populate(self, picture: Picture, t: float) -> None:
        """Whoever and whatever is there, the farthest first."""
        layers: list[tuple[float, Piece, tuple[float, float]]] = []
        for cast in self.film.script.casts:
            where = cast.where(t)
            if where is not None:
                layers.append((where.spot[1], self.piece(cast, where), where.spot))
        for item in self.film.script.items:
            spot = self.item_spot(item, t)
            if spot is not None:
                layers.append((spot[1][1], self.item_piece(item, spot[1]), spot[0]))
        for _, piece, spot in sorted(layers, key=lambda one: one[0]):
            self._lay(picture, piece, spot)

    def piece(self, cast: Cast, where: Any) -> Piece:
        cel = cast.body.cel(where.pose, where.turn, right=where.right)
        scale = round(self.place.unit(where.spot[1]) / cel.unit, 2 if cel.unit > 50 else 3)
        key = (id(cast), id(cel), scale)
        if key not in self._pieces:
            self._pieces[key] = self._made(cel, scale, self._tint(cast, where.spot))
        return self._pieces[key]

    def item_piece(self, item: Item, ground: tuple[float, float]) -> Piece:
        scale = item.share * self.place.unit(ground[1]) / item.sprite.long_side
        key = (id(item), round(scale, 3))
        if key not in self._pieces:
            height, width = item.sprite.alpha.shape
            cel = Cel(item.sprite.bgr, item.sprite.alpha, (width / 2, height), (0, 0), 1.0)
            self._pieces[key] = self._made(cel, scale, self._tint(item, ground))
        return self._pieces[key]

    def item_spot(self, item: Item, t: float) -> tuple[tuple[float, float], tuple[float, float]] | None:
        """Where the thing's foot is in the picture, and where the ground is under it; None when it is not there."""
        span = item.at(t)
        if span is None:
            return None
        if span.how == "ground":
            return span.spot, span.spot
        where = span.by.where(span.start if span.how == "fly" else t) if span.by is not None else None
        if where is None:
            return None
        hand = self._hand(span.by, where)
        long_side = item.share * self.place.unit(where.spot[1])
        carried = hand[0], min(hand[1] + 0.7 * long_side, where.spot[1] - 1)
        if span.how == "held":
            return carried, (where.spot[0], where.spot[1] + 0.5)
        share = (t - span.start) / max(span.until - span.start, 1e-3)
        arc = 0.25 * self.place.unit(span.spot[1]) * 4 * share * (1 - share)
        x, y = (a + (b - a) * share for a, b in zip(carried, span.spot, strict=True))
        return (x, y - arc), span.spot

    def box_of(self, item: Item, t: float) -> tuple[int, int, int, int]:
        at = self.item_spot(item, t)
        piece = self.item_piece(item, at[1])
        x, y = round(at[0][0] - piece.foot[0]), round(at[0][1] - piece.foot[1])
        return piece.body[0] + x, piece.body[1] + y, piece.body[2] + x, piece.body[3] + y

    def lay_item(self, picture: Picture, item: Item, t: float) -> None:
        at = self.item_spot(item, t)
        self._lay(picture, self.item_piece(item, at[1]), at[0])

    def _hand(self, cast: Cast, where: Any) -> tuple[float, float]:
        cel = cast.body.cel(where.pose, where.turn, right=where.right)
        scale = self.place.unit(where.spot[1]) / cel.unit
        return where.spot[0] + (cel.hand[0] - cel.foot[0]) * scale, where.spot[1] + (cel.hand[1] - cel.foot[1]) * scale

    def _tint(self, who: Any, spot: tuple[float, float]) -> Floats:
        """Light where it is, and how it takes it: brought part of the way to the colours of the place."""
        x, y = (int(np.clip(value, 0, limit - 1)) for value, limit in zip(spot, self.place.size, strict=True))
        if id(who) not in self.taste:
            rng: Generator = self.rng
            around = self.place.ground[max(0, y - 40) : y + 20, max(0, x - 40) : x + 40].reshape(-1, 3).mean(axis=0)
            level = np.clip(around.mean() / 115.0, 0.4, 1.3) ** rng.uniform(0.2, 0.7)
            self.taste[id(who)] = (level * (around / max(around.mean(), 1.0)) ** rng.uniform(0, 0.5) * rng.uniform(0.85, 1.15)).astype(
                np.float32
            )
        return self.taste[id(who)] * self.place.light[y, x]

    def _made(self, cel: Cel, scale: float, tint: Floats) -> Piece:
        height, width = (max(4, round(side * scale)) for side in cel.alpha.shape)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        alpha = np.clip(cv2.resize(cel.alpha, (width, height), interpolation=how), 0, 1)
        pad = max(4, height // 5) if self.sun is None else max(6, int(height * 0.62))
        alpha = cv2.copyMakeBorder(alpha, 2, 6, pad, pad, cv2.BORDER_CONSTANT)
        bgr = cv2.copyMakeBorder(cv2.resize(cel.bgr, (width, height), interpolation=how), 2, 6, pad, pad, cv2.BORDER_REPLICATE)
        foot = (cel.foot[0] * scale + pad, cel.foot[1] * scale + 2)
        rows, columns = np.where(alpha.max(axis=1) > 0.3)[0], np.where(alpha.max(axis=0) > 0.3)[0]
        keep = ((1 - self._dark(alpha, foot)) * (1 - alpha))[..., np.newaxis]
        body = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
        return Piece(keep.astype(np.float32), np.clip(bgr * tint, 0, 255) * alpha[..., np.newaxis], foot, body)

    def _dark(self, alpha: Floats, foot: tuple[float, float]) -> Floats:
        """The shadow on the ground: a soft ellipse below, and the outline laid down by the sun."""
        height, width = alpha.shape
        wide = float((alpha.max(axis=0) > 0.3).sum())
        dark = np.zeros((height, width), np.float32)
        cv2.ellipse(dark, (width // 2, int(foot[1])), (max(2, int(wide * 0.42)), max(2, int(wide * 0.12))), 0, 0, 360, 0.45, -1)
        if self.sun is not None:
            flat = np.float32([[1, -self.sun * 0.7, self.sun * 0.7 * foot[1]], [0, 0.22, foot[1] * 0.78]])
            dark = np.maximum(dark, 0.42 * cv2.warpAffine(alpha, flat, (width, height)))
        return cv2.GaussianBlur(dark, (0, 0), max(1.0, wide * 0.04))

    def _lay(self, picture: Picture, piece: Piece, spot: tuple[float, float]) -> None:
        x, y = round(spot[0] - piece.foot[0]), round(spot[1] - piece.foot[1])
        height, width = piece.keep.shape[:2]
        left, top, right, bottom = max(x, 0), max(y, 0), min(x + width, self.place.size[0]), min(y + height, self.place.size[1])
        if left >= right or top >= bottom:
            return
        here = np.s_[top - y : bottom - y, left - x : right - x]
        under = picture[top:bottom, left:right]
        under[...] = under * piece.keep[here] + piece.add[here]
