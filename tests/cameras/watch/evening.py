"""One evening on which everything goes wrong: many cameras at once through wires of their own, so that all faults cost the time of one."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import av
import cv2
import numpy as np

from broker.messages.cameras import Health
from cameras.watch.analyst import Analyst
from cameras.watch.camera import Camera, Means, Patience
from cameras.watch.layers import Picture
from cameras.watch.plan import Plan
from cameras.watch.portrait import Gallery
from cameras.watch.ring import Kept
from cameras.watch.told import Cut, Opened
from tests.cameras.watch import films
from tests.cameras.watch.bad_wire import BadWire

SIZE, FPS, SECONDS = (256, 144), 10, 20
PATIENCE = Patience(open_s=6.0, read_s=2.0, back_off_s=(0.3, 0.6, 1.0))
"""Short, so that a test sees it end: a camera is lost after two seconds of silence."""


def place(path: Path, seed: int, *, codec: str = "libx264", size: tuple[int, int] = SIZE, noise: float = 2.0) -> Path:
    """A still place with a sensor's noise, 20 s."""
    rng = np.random.default_rng(seed)
    still = cv2.resize(films.yard(seed), size, interpolation=cv2.INTER_AREA).astype(np.float32)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = *size, "yuv420p", FPS
        quiet = {"x265-params": "log-level=none:bframes=0"} if codec == "libx265" else {"tune": "zerolatency"}
        stream.options = {"preset": "ultrafast", "crf": "24", **quiet}
        for _ in range(SECONDS * FPS):
            picture = np.clip(still + rng.normal(0, noise, still.shape), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


@dataclass
class Seen:
    """All that one camera told, with the seconds since the evening began."""

    began: float
    health: list[tuple[float, Health]] = field(default_factory=list)
    packets: list[tuple[float, Kept, datetime]] = field(default_factory=list)
    opened_at: list[float] = field(default_factory=list)
    closed_at: list[float] = field(default_factory=list)

    def codes(self, since: float = 0.0) -> list[str]:
        """Closed codes told since then, without their first word."""
        return [health.code.partition(".")[2] for at, health in self.health if health.code and at >= since]

    def states(self, since: float = 0.0) -> list[str]:
        return [health.state for at, health in self.health if at >= since]

    def gap(self, since: float = 0.0) -> float:
        """The longest time without a packet since then, seconds."""
        times = [at for at, *_ in self.packets if at >= since]
        return max((after - before for before, after in pairwise(times)), default=1e9)

    def watches(self) -> bool:
        """The last word is that it sees."""
        return bool(self.health) and self.health[-1][1].state in ("seen", "idle")


class Listener:
    """Told and Tap of one camera."""

    def __init__(self, seen: Seen) -> None:
        self.seen = seen

    @property
    def _now(self) -> float:
        return time.monotonic() - self.seen.began

    def health(self, camera: str, health: Health) -> None:  # noqa: ARG002
        self.seen.health.append((self._now, health))

    def picture(self, camera: str, picture: Picture) -> None:
        """Not of interest here."""

    def cut(self, cut: Cut) -> None:
        raise AssertionError(f"nothing happens in these films: {cut.finding}")

    def opened(self, opened: Opened) -> None:  # noqa: ARG002
        self.seen.opened_at.append(self._now)

    def packet(self, kept: Kept, at: datetime) -> None:
        self.seen.packets.append((self._now, kept, at))

    def closed(self) -> None:
        self.seen.closed_at.append(self._now)


class Evening:
    """Cameras by name, each behind its wire."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.gallery = Gallery()
        self.wires: dict[str, BadWire] = {}
        self.seen: dict[str, Seen] = {}
        self.draw = Random(7)
        self._cameras: list[Camera] = []
        self._threads: list[threading.Thread] = []

    def camera(self, name: str, url: str) -> BadWire:
        """A camera begins to be watched."""
        wire = self.wires[name] = BadWire(url)
        seen = self.seen[name] = Seen(self.began)
        heard = Listener(seen)
        means = Means(heard, Analyst, taps=(heard,), gallery=self.gallery, patience=PATIENCE)
        camera = Camera(Plan(name, name, wire.url), means)
        self._cameras.append(camera)
        self._threads.append(threading.Thread(target=camera.run, daemon=True))
        self._threads[-1].start()
        return wire

    def until(self, second: float) -> None:
        """Let time pass."""
        time.sleep(max(0.0, self.began + second - time.monotonic()))

    def close(self) -> None:
        for camera in self._cameras:
            camera.stop()
        for wire in self.wires.values():
            wire.close()
        for thread in self._threads:
            thread.join(timeout=10)


@contextmanager
def evening() -> Iterator[Evening]:
    """Ends all cameras with the block."""
    made = Evening()
    try:
        yield made
    finally:
        made.close()
