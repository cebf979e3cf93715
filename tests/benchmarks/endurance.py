"""Does a watcher grow? `python -m tests.benchmarks.endurance --hours 24 [--cameras 2] [--json FILE] [--plot FILE]`.

A folder of twelve films of five minutes, in eleven somebody passes, in one a bag is left, over and over, as fast as they go, through the watcher's own cameras: connection, ring, gate, decoding on demand,
scene, network, evidence into a spool that a desk empties, recordings with a cap, portraits and baselines on disk. The hours are those of
the films: each camera's clock is its film's. Every film is a connection, so 24 hours are 288 reconnects for each camera. After every
simulated hour: resident memory, open descriptors, threads, Python's objects. Growth is what the last quarter has more than the second. Interrupted
(Ctrl-C), it tells what it has.
"""

import argparse
import gc
import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import psutil
from rich.console import Console
from rich.table import Table

from broker.messages.base import Message
from broker.topics import Topic
from cameras.watch.baselines import Baselines
from cameras.watch.camera import Camera, Means
from cameras.watch.plan import Plan
from cameras.watch.recorder import Recorder
from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.limits import Limits
from cameras.watch.ring import Kept
from cameras.watch.spool import Spool
from cameras.watch.told import Opened
from tests.cameras.watch import films

FILM_S, HOUR = 300, timedelta(hours=1)
ROOM = 64 << 20
"""Bytes for recordings: full after the first hours, so that retention works all the time."""
GROWN_MIB, GROWN_HANDLES = 8.0, 2
MIB = 1 << 20
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hour:
    """After so many simulated hours, of the camera that is furthest behind."""

    hour: int
    rss_mib: float
    handles: int
    threads: int
    objects: int
    packets: int
    took_s: float


class Clock:
    """A camera's time is its film's: a tap that reads it."""

    def __init__(self) -> None:
        self.now, self.packets = BEGAN, 0

    def opened(self, opened: Opened) -> None:
        """A film begins."""

    def packet(self, kept: Kept, at: datetime) -> None:  # noqa: ARG002
        self.now, self.packets = at, self.packets + 1

    def closed(self) -> None:
        """It is over."""


class Fast(Camera):
    """Waits for nothing."""

    def wait(self, seconds: float) -> None:
        """No film is played at its own pace here."""


@dataclass
class Desk:
    """The other end of the air: takes every word and keeps none."""

    connected: bool = True
    said: int = 0

    def publish(self, topic: Topic, message: Message, **ids: str) -> "Future[None]":  # noqa: ARG002
        self.said += 1
        done: Future[None] = Future()
        done.set_result(None)
        return done

    def retain(self, topic: Topic, message: Message, **ids: str) -> None:  # noqa: ARG002
        self.said += 1


@dataclass
class Run:
    """One watcher's cameras and what they came to."""

    home: Path
    cameras: int
    hours: list[Hour] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.desk, self.spool = Desk(), Spool(self.home / "spool")
        self.spool.open()
        self.recorder = Recorder("watcher-1", self.spool, self.desk, lambda: None)
        self.archive = Archive(self.home, Limits(total_bytes=ROOM, free_bytes=0))
        self.clocks = [Clock() for _ in range(self.cameras)]
        folder = self._films()
        self.running = [self._camera(number, folder) for number in range(self.cameras)]

    def _films(self) -> Path:
        """An hour in twelve films; the same one eleven times is one file on the disk."""
        folder = self.home / "films"
        folder.mkdir()
        films.render(folder / "01.mp4", films.passing, FILM_S)
        for number in range(2, 12):
            (folder / f"{number:02}.mp4").symlink_to("01.mp4")
        films.render(folder / "12.mp4", films.dumping, FILM_S)
        return folder

    def _camera(self, number: int, folder: Path) -> tuple[Camera, threading.Thread]:
        name, clock = f"cam-{number}", self.clocks[number]
        means = Means(
            self.recorder,
            self.recorder.analyst,
            Baselines(self.home / "gates"),
            (clock, self.archive.recording(name)),
            gallery=self.recorder.gallery,
            now=lambda: clock.now,
        )
        camera = Fast(Plan(name, name, str(folder)), means)
        return camera, threading.Thread(target=camera.run, daemon=True)

    def watch(self, hours: int, console: Console) -> None:
        """Until every camera has lived so long."""
        began, process = time.monotonic(), psutil.Process()
        for _, thread in self.running:
            thread.start()
        while len(self.hours) < hours:
            time.sleep(0.2)
            self.archive.tick()
            for sighting, _ in list(self.spool.waiting()):
                self.spool.settle(sighting.id)
            if min(clock.now for clock in self.clocks) >= BEGAN + (len(self.hours) + 1) * HOUR:
                gc.collect()
                self.hours.append(self._hour(process, time.monotonic() - began))
                console.print(self.hours[-1])

    def _hour(self, process: psutil.Process, took_s: float) -> Hour:
        return Hour(
            hour=len(self.hours) + 1,
            rss_mib=round(process.memory_info().rss / MIB, 1),
            handles=process.num_fds(),
            threads=process.num_threads(),
            objects=len(gc.get_objects()),
            packets=sum(clock.packets for clock in self.clocks),
            took_s=round(took_s, 1),
        )

    def close(self) -> None:
        for camera, _ in self.running:
            camera.stop()
        for _, thread in self.running:
            thread.join(timeout=20)
        self.recorder.stop()
        self.archive.close()


def growth(hours: Sequence[Hour]) -> tuple[float, int]:
    """MiB and descriptors that the last quarter of the time has more than the second, medians."""
    quarter = max(1, len(hours) // 4)
    early, late = hours[quarter : 2 * quarter] or hours[:1], hours[-quarter:]
    memory = median(one.rss_mib for one in late) - median(one.rss_mib for one in early)
    return round(memory, 1), round(median(one.handles for one in late) - median(one.handles for one in early))


def table(hours: Sequence[Hour]) -> Table:
    """The hours as they went."""
    made = Table("hour", "memory MiB", "descriptors", "threads", "objects", "packets", "seconds")
    for one in hours:
        made.add_row(*(str(value) for value in asdict(one).values()))
    return made


def plot(hours: Sequence[Hour], path: Path) -> None:
    """Memory and descriptors over the hours. Needs matplotlib (the `train` group)."""
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(7, 3.5), layout="constrained")
    left = figure.subplots()
    right = left.twinx()
    left.plot([one.hour for one in hours], [one.rss_mib for one in hours], color="#1f5f8b")
    right.plot([one.hour for one in hours], [one.handles for one in hours], color="#b3591f", linestyle=":")
    left.set(xlabel="simulated hours", ylabel="resident memory, MiB", ylim=(0, None))
    right.set(ylabel="open descriptors (dotted)", ylim=(0, None))
    figure.savefig(path)


def main() -> int:
    """One run. 1 when it grew."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.endurance")
    parser.add_argument("--hours", type=int, default=24)
    parser.add_argument("--cameras", type=int, default=2)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    asked = parser.parse_args()
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder), asked.cameras)
        try:
            with suppress(KeyboardInterrupt):
                run.watch(asked.hours, console)
        finally:
            run.close()
    memory, handles = growth(run.hours)
    console.print(table(run.hours))
    console.print(f"grown by {memory} MiB and {handles} descriptors; {run.desk.said} messages")
    if asked.json:
        told = {"hours": [asdict(one) for one in run.hours], "grown_mib": memory, "grown_handles": handles, "said": run.desk.said}
        asked.json.write_text(json.dumps(told, indent=1))
    if asked.plot:
        plot(run.hours, asked.plot)
    return int(memory > GROWN_MIB or handles > GROWN_HANDLES)


if __name__ == "__main__":
    sys.exit(main())
