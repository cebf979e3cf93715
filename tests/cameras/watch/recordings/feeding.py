"""Feeds recordings as a camera does: the packets of a small film, again and again on one time line, as fast as they are taken."""

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import av

from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.limits import Limits
from cameras.watch.recordings.recording import Recording
from cameras.watch.ring import Kept
from cameras.watch.stream import Stream
from cameras.watch.told import Opened

BEGAN = datetime(2026, 5, 4, 3, 2, 1, 250_000, tzinfo=UTC)
CAMERA = "cam-1"
ROOMY = Limits(age=timedelta(days=10_000), free_bytes=0, total_bytes=1 << 40)


class Feeder:
    """One connection of a camera that shows `film`, an MPEG-TS file: H.264 or H.265 with start codes, as over RTSP."""

    def __init__(self, film: Path, *, began: datetime = BEGAN) -> None:
        self.began = began
        self.stream = Stream(str(film))
        self.stream.open()
        self._once = [self._kept(parcel.packet, parcel.at, key=parcel.key) for parcel in self.stream.parcels()]
        self.slowest = 0.0
        """Seconds that the camera's thread was held, at most, for one packet."""

    @property
    def base(self) -> Any:
        return self.stream.template().time_base

    @property
    def seconds(self) -> float:
        """Length of the film."""
        times = sorted(kept.at for kept in self._once)
        return times[-1] + times[1] - times[0]

    def packets(self, seconds: float) -> Iterator[Kept]:
        """The film over and over, until that second of one connection."""
        numbers = itertools.count()
        for loop in itertools.count():
            shift = round(loop * self.seconds / self.base)
            for kept in self._once:
                at = kept.at + loop * self.seconds
                if at >= seconds:
                    return
                yield replace(kept, pts=(kept.pts or 0) + shift, dts=(kept.dts or 0) + shift, at=at, number=next(numbers))

    def at(self, kept: Kept) -> datetime:
        """Its capture time."""
        return self.began + timedelta(seconds=kept.at)

    def open(self, recording: Recording) -> None:
        info = self.stream.info
        assert info is not None
        recording.opened(Opened(recording.camera, self.stream.template(), info))

    def feed(self, recording: Recording, packets: Iterator[Kept]) -> list[Kept]:
        """Tell the recording each of them; what was told."""
        told = []
        for kept in packets:
            began = time.perf_counter()
            recording.packet(kept, self.at(kept))
            self.slowest = max(self.slowest, time.perf_counter() - began)
            told.append(kept)
        return told

    def record(self, recording: Recording, seconds: float) -> list[Kept]:
        """A whole connection."""
        self.open(recording)
        told = self.feed(recording, self.packets(seconds))
        recording.closed()
        return told

    def _kept(self, packet: Any, at: float, *, key: bool) -> Kept:
        return Kept(bytes(packet), packet.pts, packet.dts, packet.duration or 0, key, at)


def before(second: float, packets: Iterator[Kept]) -> Iterator[Kept]:
    """The packets up to a second; the others stay, but the first of them."""
    return itertools.takewhile(lambda kept: kept.at < second, packets)


def units(data: bytes) -> list[bytes]:
    """The units of a packet with start codes, without these."""
    found = data.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01").split(b"\x00\x00\x01")
    return [unit.rstrip(b"\x00") for unit in found if unit.rstrip(b"\x00")]


def lengths(data: bytes) -> list[bytes]:
    """The units of a packet with lengths."""
    found, at = [], 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found.append(data[at + 4 : at + 4 + size].rstrip(b"\x00"))
        at += 4 + size
    return found


def eventually(condition: Callable[[], object], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.02)


def written(archive: Archive, camera: str = CAMERA) -> None:
    """Wait until everything is in the index of a camera whose connection is closed."""
    tracks = [track for track in archive._writer._tracks if track.recording.camera == camera]
    eventually(lambda: all(not track.recording._items and track.reel._segment is None for track in tracks), 30)


def decoded(path: Path) -> int:
    """Pictures that a player gets out of the file."""
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def main() -> None:
    """`python -m tests.cameras.watch.recordings.feeding HOME FILM`: record as fast as it goes until killed; says `begun` when it has."""
    home, film = Path(sys.argv[1]), Path(sys.argv[2])
    archive = Archive(home, ROOMY)
    feeders = [Feeder(film, began=datetime.now(UTC) + timedelta(days=number)) for number in range(2)]
    recordings = [archive.recording(f"cam-{number}") for number in range(2)]
    for feeder, recording in zip(feeders, recordings, strict=True):
        feeder.open(recording)
    print("begun", flush=True)  # noqa: T201 - for the test that started this
    for both in zip(*(feeder.packets(1e6) for feeder in feeders), strict=True):
        for feeder, recording, kept in zip(feeders, recordings, both, strict=True):
            recording.packet(kept, feeder.at(kept))
        time.sleep(0.0004)


if __name__ == "__main__":
    main()
