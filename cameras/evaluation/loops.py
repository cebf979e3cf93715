"""A clip made into hours: idle loops from the clip's own first and last pictures before and after it, in one encoding.

The loops carry noise, light that breathes as under clouds, and a little sway; their packets are repeated with other time stamps.
So noise repeats itself every `LOOP_S` seconds, and the light swings back and forth but no night falls: both make idle hours easier than real ones.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.frame import PictureType
from numpy.typing import NDArray

from cameras.watch.layers import Picture
from cameras.watch.stream import upright

LOOP_S = 20.0
_LONGEST = 640
_FIRST_S, _LAST_S = 2.0, 1.0
_GOP_S = 2.0
_SAME_LEVEL, _SAME_SHARE = 18, 0.0006


@dataclass(frozen=True, slots=True)
class Parts:
    """Packets of one encoding: the loop before, the clip, the loop after. `closed`: the place looks after the clip as before."""

    fps: float
    before: int
    clip: int
    after: int
    closed: bool


def build(clip: Path, out: Path, seed: int) -> Parts:
    """Encode loop, clip and loop into `out` (H.264, at most 640 px). Raises the library's errors when the clip cannot be read."""
    pictures, fps = _read(clip)
    first = _still(pictures[: max(2, round(_FIRST_S * fps))])
    last = _still(pictures[-max(2, round(_LAST_S * fps)) :])
    rng = np.random.default_rng([seed, 31])
    noise = _noise(pictures[: round(_FIRST_S * fps)])
    closed = float((cv2.absdiff(cv2.blur(first, (5, 5)), cv2.blur(last, (5, 5))).max(axis=2) > _SAME_LEVEL).mean()) < _SAME_SHARE
    looped = round(LOOP_S * fps)
    parts = Parts(fps, looped, len(pictures), looped, closed)
    with av.open(str(out), "w") as box:
        stream: Any = box.add_stream("libx264", rate=round(fps))
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.options = {
            "crf": "25",
            "preset": "ultrafast",
            "tune": "zerolatency",
            "threads": "1",
            "x264-params": "scenecut=0:no-deblock=0",
        }
        stream.gop_size = round(_GOP_S * fps)
        keys = {0, looped, looped + len(pictures)}
        for number, picture in enumerate(_all((first, last), pictures, looped, _Weather(noise, rng))):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pict_type = PictureType.I if number in keys else PictureType.NONE
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return parts


def _read(clip: Path) -> tuple[list[Picture], float]:
    """All pictures, upright, even-sized, and how many there are a second."""
    with av.open(str(clip)) as box:
        video = box.streams.video[0]
        video.thread_count = 1
        fps = float(video.average_rate or 10)
        step = max(1, round(fps / 12))
        pictures = [upright(frame, _LONGEST) for number, frame in enumerate(box.decode(video)) if number % step == 0]
    height, width = (side // 2 * 2 for side in pictures[0].shape[:2])
    return [np.ascontiguousarray(picture[:height, :width]) for picture in pictures], fps / step


def _still(pictures: list[Picture]) -> Picture:
    """The place without its noise: the median of a few pictures."""
    few = pictures[:: max(1, len(pictures) // 9)]
    return np.asarray(np.median(np.stack(few), axis=0), np.uint8)


def _noise(pictures: list[Picture]) -> float:
    """Sigma of one frame's noise, grey levels, robust against who walks in."""
    changes = [np.median(cv2.absdiff(a, b)) for a, b in pairwise(pictures)]
    return float(np.clip(np.median(changes) * 1.05 if changes else 1.0, 0.7, 6.0))


def _all(stills: tuple[Picture, Picture], clip: list[Picture], looped: int, weather: "_Weather") -> Iterator[Picture]:
    yield from (weather.over(stills[0], number / looped) for number in range(looped))
    yield from clip
    yield from (weather.over(stills[1], number / looped) for number in range(looped))


class _Weather:
    """Noise, breathing light, sway: each comes back to where it began with the loop."""

    def __init__(self, noise: float, rng: np.random.Generator) -> None:
        self.noise, self.rng = noise, rng
        self.breath, self.sway = float(rng.uniform(0.0, 0.1)), float(rng.choice([0.0, 0.0, 0.4, 0.8]))
        self._tiles: list[tuple[NDArray[np.uint8], NDArray[np.uint8]]] = []

    def over(self, still: Picture, share: float) -> Picture:
        """`share` of the loop that is over, 0..1."""
        turn = 2 * np.pi * share
        picture: Any = cv2.convertScaleAbs(still, alpha=1 + self.breath * float(np.sin(turn)))
        if self.sway:
            move = np.asarray([[1, 0, self.sway * np.sin(5 * turn)], [0, 1, 0.5 * self.sway * np.sin(7 * turn)]], np.float32)
            picture = cv2.warpAffine(picture, move, still.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        more, less = self._grain(still.shape)
        return np.asarray(cv2.subtract(cv2.add(picture, more), less), np.uint8)

    def _grain(self, shape: tuple[int, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        if not self._tiles:
            for _ in range(3):
                field = np.round(self.rng.normal(0, self.noise, (shape[0] + 48, shape[1] + 48, 1)) * np.ones(3))
                self._tiles.append((np.maximum(field, 0).astype(np.uint8), np.maximum(-field, 0).astype(np.uint8)))
        more, less = self._tiles[self.rng.integers(3)]
        y, x = (int(value) for value in self.rng.integers(0, 48, 2))
        here = np.s_[y : y + shape[0], x : x + shape[1]]
        return more[here], less[here]
