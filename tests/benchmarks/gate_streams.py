"""Streams whose motion is known, for the gate's benchmark: small and large, slow and fast actors in a yard, by many encoders' habits."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from tests.cameras.watch import films

WIDTH, HEIGHT, FPS = 640, 360, 12
LEARN_S, BREAK_S, TAIL_S = 60.0, 8.0, 6.0
SIZES = {"small": (14, 36), "large": (60, 150)}
"""Width and height of an actor in pixels: 0.2 % and 4 % of the picture."""
SPEEDS = {"slow": 20.0, "fast": 160.0}
"""Pixels a second."""
STAYS_S = {"slow": 10.0, "fast": 3.6}
ROUNDS = 2


@dataclass(frozen=True)
class Event:
    """Somebody is in the picture from `start` to `end` (seconds)."""

    size: str
    speed: str
    start: float
    end: float


@dataclass(frozen=True)
class Kind:
    """How a stream is made. `options` are the encoder's own."""

    name: str
    codec: str = "libx264"
    gop: int = 24
    noise: float = 2.5
    light: float = 1.0
    clock: bool = False
    kbit: int | None = None
    options: dict[str, str] = field(default_factory=dict)


X264 = {"preset": "veryfast", "tune": "zerolatency", "crf": "25", "x264-params": "scenecut=0"}
CBR = {"preset": "veryfast", "tune": "zerolatency"}
PYRAMID = {"preset": "veryfast", "crf": "25", "x264-params": "bframes=3:b-adapt=0:b-pyramid=normal:scenecut=0"}
X265 = {"preset": "superfast", "crf": "27"}
"""No cut is looked for, as cameras do not."""
REFRESH = X264 | {"x264-params": "scenecut=0:intra-refresh=1:keyint=24"}
LAYERS = X265 | {"x265-params": "log-level=none:scenecut=0:bframes=3:b-adapt=0:temporal-layers=3"}
KINDS = (
    Kind("variable rate", options=X264),
    Kind("constant rate", kbit=500, options=CBR),
    Kind("constant rate, night", kbit=500, noise=6.0, light=0.3, options=CBR),
    Kind("noise", noise=7.0, options=X264),
    Kind("night", noise=6.0, light=0.3, options=X264),
    Kind("clock burnt in", clock=True, options=X264),
    Kind("keyframe every 20 s", gop=240, options=X264),
    Kind("intra refresh", options=REFRESH),
    Kind("B pyramid", options=PYRAMID),
    Kind("H.265", codec="libx265", options=X265 | {"x265-params": "log-level=none:bframes=0:scenecut=0"}),
    Kind("H.265, temporal layers", codec="libx265", options=LAYERS),
)


def events() -> list[Event]:
    """The same story for every stream."""
    found, at = [], LEARN_S
    for size, speed in list(itertools.product(SIZES, SPEEDS)) * ROUNDS:
        at += BREAK_S
        found.append(Event(size, speed, at, at + STAYS_S[speed]))
        at += STAYS_S[speed]
    return found


def length_s() -> float:
    """Of every stream."""
    return events()[-1].end + TAIL_S


def made(folder: Path, kind: Kind) -> Path:
    """The stream, made once."""
    path = folder / f"{kind.name.replace(' ', '-').replace(',', '').replace('.', '')}.mkv"
    if not path.exists():
        part = path.with_suffix(".part.mkv")
        _encode(part, kind)
        part.rename(path)
    return path


def _pictures(kind: Kind) -> Iterator[films.Picture]:
    rng = np.random.default_rng(11)
    whole = cv2.resize(films.yard(), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    place = np.asarray(cv2.add(whole, _grain(rng, 9.0, (HEIGHT, WIDTH, 3)), dtype=cv2.CV_8U), np.uint8)
    grains = [_grain(rng, kind.noise, (HEIGHT, WIDTH)) for _ in range(31)]
    told = events()
    for number in range(round(length_s() * FPS)):
        at, picture = number / FPS, place.copy()
        for event in told:
            if event.start <= at < event.end:
                _draw(picture, event, at - event.start)
        lit = np.asarray(picture * kind.light, np.uint8)
        if kind.clock:
            cv2.putText(
                lit, f"2026-03-05 08:{int(at) // 60:02}:{int(at) % 60:02}", (16, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.7, (255, 255, 255), 2
            )
        grain = np.roll(grains[int(rng.integers(31))], int(rng.integers(WIDTH)), axis=1)
        yield np.asarray(cv2.add(lit, cv2.merge([grain] * 3), dtype=cv2.CV_8U), np.uint8)


def _grain(rng: np.random.Generator, spread: float, shape: tuple[int, ...]) -> NDArray[np.int8]:
    return np.asarray(rng.normal(0, spread, shape), np.int8)


def _draw(picture: films.Picture, event: Event, since: float) -> None:
    """It comes in at the left and goes out: the slow one turns round on its way."""
    width, height = SIZES[event.size]
    stay, speed = STAYS_S[event.speed], SPEEDS[event.speed]
    way = since if event.speed == "fast" else min(since, stay - since)
    left, top = round(way * speed) - width // 2, 150 if event.size == "large" else 240
    cv2.rectangle(picture, (left, top), (left + width, top + height), (58, 52, 96), -1)
    cv2.rectangle(picture, (left + width // 4, top), (left + 3 * width // 4, top + height // 5), (120, 150, 190), -1)
    swing = round(width / 4 * np.sin(since * 7))
    cv2.rectangle(picture, (left + width // 3 + swing, top + height * 2 // 3), (left + width // 2 + swing, top + height), (25, 25, 30), -1)


def _encode(path: Path, kind: Kind) -> None:
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(kind.codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = WIDTH, HEIGHT, "yuv420p", kind.gop
        stream.options = dict(kind.options)
        if kind.kbit is not None:
            stream.bit_rate = kind.kbit * 1000
            rate = f"vbv-maxrate={kind.kbit}:vbv-bufsize={kind.kbit}:nal-hrd=cbr:force-cfr=1:scenecut=0"
            stream.options |= {"x264-params": rate}
        for picture in _pictures(kind):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
