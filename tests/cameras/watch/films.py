"""Small films rendered on the spot: a textured yard, somebody who walks, something that stays. H.264, 480x270, 12 fps."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
WIDTH, HEIGHT, FPS = 480, 270, 12
BAG = (300, 196, 332, 230)
Story = Callable[[int], Picture]


def yard(seed: int = 3) -> Picture:
    """A still place with some texture, a kerb and a wall."""
    rng = np.random.default_rng(seed)
    rough = cv2.resize(rng.integers(90, 150, (34, 60, 3), dtype=np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    rough[:90] = rough[:90] // 2 + 70
    cv2.rectangle(rough, (0, 86), (WIDTH, 92), (70, 75, 80), -1)
    return np.asarray(rough, np.uint8)


def with_person(picture: Picture, x: float) -> Picture:
    """Somebody 44 px wide and 120 px tall, feet at y 235, at `x`."""
    copy, left = picture.copy(), round(x)
    cv2.ellipse(copy, (left + 22, 128), (11, 14), 0, 0, 360, (120, 150, 190), -1)
    cv2.rectangle(copy, (left + 4, 140), (left + 40, 192), (60, 40, 120), -1)
    swing = round(8 * np.sin(x / 6))
    cv2.rectangle(copy, (left + 8 + swing, 192), (left + 18 + swing, 235), (40, 40, 40), -1)
    cv2.rectangle(copy, (left + 24 - swing, 192), (left + 34 - swing, 235), (50, 45, 40), -1)
    return copy


def with_bag(picture: Picture) -> Picture:
    """The bag that is left at BAG."""
    copy = picture.copy()
    cv2.rectangle(copy, BAG[:2], (BAG[2] - 1, BAG[3] - 1), (25, 25, 25), -1)
    cv2.line(copy, (BAG[0] + 6, BAG[1] + 6), (BAG[0] + 24, BAG[1] + 18), (90, 90, 90), 2)
    return copy


def dumping(frame: int, *, faster: float = 1.0) -> Picture:
    """Empty to 4 s, somebody walks in, stands at the place at 8 s, has left something, walks back out by 13 s; empty to 18 s."""
    second = frame / FPS * faster
    place = yard()
    if second >= 8.5:
        place = with_bag(place)
    if 4 <= second < 8:
        return with_person(place, -50 + (second - 4) * 77)
    if 8 <= second < 9.5:
        return with_person(place, 258 + 2 * np.sin(frame))
    return with_person(place, 258 - (second - 9.5) * 88) if 9.5 <= second < 13 else place


def passing(frame: int) -> Picture:
    """Somebody crosses the yard and leaves nothing."""
    second = frame / FPS
    return with_person(yard(), -50 + (second - 4) * 90) if 4 <= second < 10 else yard()


def waiting(frame: int) -> Picture:
    """Somebody comes, stands still for eight seconds, and goes."""
    second = frame / FPS
    place = yard()
    if 3 <= second < 6:
        return with_person(place, -50 + (second - 3) * 100)
    if 6 <= second < 14:
        return with_person(place, 250 + 1.5 * np.sin(frame / 2))
    return with_person(place, 250 + (second - 14) * 90) if 14 <= second < 17 else place


def taking_away(frame: int) -> Picture:
    """The bag lies there from the beginning; somebody comes and takes it away."""
    second = frame / FPS
    place = with_bag(yard()) if second < 8.5 else yard()
    if 4 <= second < 8:
        return with_person(place, -50 + (second - 4) * 77)
    if 8 <= second < 9.5:
        return with_person(place, 258 + 2 * np.sin(frame))
    return with_person(place, 258 - (second - 9.5) * 88) if 9.5 <= second < 13 else place


def lamp(frame: int) -> Picture:
    """At 6 s a lamp goes on; somebody passes before and after."""
    second = frame / FPS
    place = yard() if second >= 6 else np.asarray(yard() * 0.35, np.uint8)
    return with_person(place, -50 + (second % 6) * 100) if 1 <= second % 6 < 6 and second < 12 else place


def frames(story: Story, seconds: float, *, noise: float = 2.0) -> Iterator[Picture]:
    """The pictures of a story with a little sensor noise."""
    rng = np.random.default_rng(5)
    for number in range(round(seconds * FPS)):
        picture = story(number)
        yield np.asarray(np.clip(picture + rng.normal(0, noise, picture.shape), 0, 255), np.uint8)


def render(path: Path, story: Story, seconds: float, *, codec: str = "libx264", gop: int = 24) -> Path:
    """Write a film. The container follows the name's ending."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.gop_size = gop
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "crf": "23", "tune": "zerolatency"}
        if codec == "libx265":
            stream.options = {"preset": "superfast", "crf": "28", "x265-params": "log-level=none"}
        for picture in frames(story, seconds):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path
