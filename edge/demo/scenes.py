"""Four camera clips that the project renders itself: two with dumping (by day, by night), two of ordinary life.

H.264 in MP4 at a camera's usual settings, so that what the watcher gets is what a camera would send.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from edge.demo import places
from edge.demo.puppets import Bag, Motorbike, Person, Picture

FPS = 12
SECONDS = 40
Draw = Callable[[Picture, float], None]
"""Draws the moving things of second `t` into a copy of the place."""


@dataclass(frozen=True)
class Scene:
    """One clip. `put_down_s` and `box` are what a watcher should find, or None."""

    name: str
    place: Picture
    draw: Draw
    noise: float
    """Standard deviation of the sensor noise, in grey levels."""
    put_down_s: float | None = None
    box: tuple[int, int, int, int] | None = None


def _between(t: float, start: float, end: float) -> float:
    return min(1.0, max(0.0, (t - start) / (end - start)))


@dataclass(frozen=True)
class Dumper:
    """Somebody walks in with a bag, puts it down, stands a moment, and walks away."""

    person: Person
    bag: Bag
    spot: tuple[float, float]
    """Where the bag comes to rest."""

    def __call__(self, picture: Picture, t: float) -> None:
        """He comes at 8 s, bends at 14 s, lets go at 15 s and has left the picture at 25 s."""
        x, y = self.spot
        bag_down = t >= 15
        if bag_down:
            self.bag.draw(picture, self.spot)
        if not 8 <= t < 25:
            return
        here = x - 34
        walk_x = -60 + (here + 60) * _between(t, 8, 14) if t < 17 else here - (here + 90) * _between(t, 17, 25)
        walking = t < 14 or t >= 17
        bend = _between(t, 14, 14.8) * (1 - _between(t, 15.4, 16.4))
        self.person.draw(picture, (walk_x, y + 6), t * 1.05 if walking else 0.04, bend=bend, bag=None if bag_down else self.bag)


def _day(picture: Picture, t: float) -> None:
    if 1 <= t < 6:
        Motorbike(150, (60, 60, 170)).draw(picture, (-100 + 1160 * _between(t, 1, 6), 500), towards=1)
    Dumper(Person(172, (120, 86, 52)), Bag(52), (566, 392))(picture, t)
    if 30 <= t < 37:
        Person(168, (70, 120, 90)).draw(picture, (1000 - 1100 * _between(t, 30, 37), 404), t * 1.1)


def _night(picture: Picture, t: float) -> None:
    Dumper(Person(170, (40, 44, 52), (26, 26, 30), (60, 84, 104)), Bag(56, (104, 116, 124)), (610, 396))(picture, t)
    if 29 <= t < 33:
        Motorbike(150, (30, 30, 60), lamp=True, shirt=(40, 44, 46), helmet=(24, 28, 50)).draw(
            picture, (1060 - 1160 * _between(t, 29, 33), 505), towards=-1
        )


def _market_road(picture: Picture, t: float) -> None:
    for start, paint, direction in ((2, (150, 70, 40), 1), (9, (50, 50, 50), -1), (19, (40, 60, 160), 1), (31, (90, 120, 60), -1)):
        if start <= t < start + 5:
            way = _between(t, start, start + 5)
            x = -100 + 1160 * way if direction > 0 else 1060 - 1160 * way
            Motorbike(150, paint).draw(picture, (x, 505), towards=direction)
    if 12 <= t < 26:
        Person(170, (80, 60, 120)).draw(picture, (-60 + 1080 * _between(t, 12, 26), 396), t * 0.9, bag=Bag(44, (60, 90, 150)))


def _office_yard(picture: Picture, t: float) -> None:
    """Two people meet, talk for ten seconds and part: standing still is not leaving something."""
    if 5 <= t < 30:
        way = _between(t, 5, 11) if t < 21 else 1 - _between(t, 21, 30)
        Person(158, (150, 130, 90)).draw(picture, (-50 + 480 * way, 420), t if way < 1 else 0.05)
    if 6 <= t < 32:
        way = _between(t, 6, 11) if t < 22 else 1 - _between(t, 22, 31)
        Person(164, (60, 70, 110)).draw(picture, (1010 - 520 * way, 424), t if way < 1 else 0.05)


def scenes() -> tuple[Scene, ...]:
    """The four demo cameras, in the order in which they are shown."""
    return (
        Scene("day", places.street(11), _day, 2.0, put_down_s=15.0, box=(541, 341, 592, 396)),
        Scene("night", places.night(places.street(29)), _night, 3.5, put_down_s=15.0, box=(583, 341, 637, 400)),
        Scene("market", places.street(47), _market_road, 2.0),
        Scene("yard", places.yard(61), _office_yard, 2.0),
    )


def frames(scene: Scene, *, seed: int, seconds: int = SECONDS) -> Iterator[Picture]:
    """Pictures of one clip at FPS, with sensor noise; the same seed gives the same pixels."""
    rng = np.random.default_rng(seed)
    noise = [rng.normal(0, scene.noise, scene.place.shape).astype(np.int16) for _ in range(7)]
    for index in range(seconds * FPS):
        picture = scene.place.copy()
        scene.draw(picture, index / FPS)
        yield np.clip(picture + noise[int(rng.integers(len(noise)))], 0, 255).astype(np.uint8)


def render(scene: Scene, path: Path, *, progress: Callable[[float], None] = lambda _share: None, seconds: int = SECONDS) -> None:
    """Write the clip to `path` (MP4, H.264, a keyframe every two seconds). `progress` is told shares of 0..1."""
    part = path.with_suffix(".part.mp4")
    with av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "crf": "24", "g": str(2 * FPS), "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = places.WIDTH, places.HEIGHT, "yuv420p"
        stream.codec_context.time_base = Fraction(1, FPS)
        for index, picture in enumerate(frames(scene, seed=5, seconds=seconds)):
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
            progress((index + 1) / (seconds * FPS))
        for packet in stream.encode():
            container.mux(packet)
    part.replace(path)
