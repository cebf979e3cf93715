"""What is read out of the recordings: packets with their capture time, and what is there at all."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Protocol

import av

from cameras.domain.errors import Code, Facts
from cameras.watch.ring import Kept


@dataclass(frozen=True, slots=True)
class Format:
    """How packets are to be read. `init` is the head of a fragmented MP4 (ftyp and moov, about 800 bytes): what MSE wants first."""

    codec: str
    """h264, hevc or another name of FFmpeg's."""
    width: int
    height: int
    time_base: Fraction
    """Seconds for one unit of a packet's time stamps."""
    init: bytes

    @contextmanager
    def template(self) -> Iterator[Any]:
        """A native stream for `add_stream_from_template`, usable inside the block. Its extradata is avcC or hvcC."""
        with av.open(io.BytesIO(self.init)) as container:
            yield container.streams.video[0]


@dataclass(frozen=True, slots=True)
class Shot:
    """One recorded packet.

    `kept.data`: as in MP4, so H.264 and H.265 units carry four bytes of length instead of a start code. `kept.pts` and `kept.dts`:
    units of `format.time_base` since the segment began; `kept.at`: the same in seconds. `at`: capture time, UTC.
    """

    kept: Kept
    at: datetime
    format: Format
    segment: int
    """Number of its segment: time stamps start anew with each."""
    joined: bool
    """It follows the one before without a gap."""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end` (capture times, UTC) either packets were recorded, or they were not: then `code`, where known, says why."""

    start: datetime
    end: datetime
    recorded: bool
    code: Code | None = None
    facts: Facts | None = None


class Footage(Protocol):
    """The reading side of cameras/watch/recordings/archive.py; every method may be called from any thread.

    Raises sqlite3.Error where the index cannot be read. Times are capture times, aware. What is being recorded now can be read up to its last whole fragment, a few seconds ago.
    """

    def packets(self, camera: str, start: datetime, end: datetime) -> Iterator[Shot]:
        """From the last keyframe at or before `start` (the first after it where there is none) to `end`, in decoding order, across segments.

        Ends early where a file is gone or unreadable only for that file: the next shot is then not `joined`.
        """
        ...

    def keyframes(self, camera: str, start: datetime, end: datetime, *, every_s: float = 0.0) -> Iterator[Shot]:
        """The keyframes alone, at least `every_s` apart, without reading what lies between."""
        ...

    def spans(self, camera: str, start: datetime, end: datetime) -> list[Span]:
        """All of `start` to `end`, in order, without holes: recorded or not."""
        ...

    def pin(self, camera: str, start: datetime, end: datetime, why: str, *, until: datetime) -> None:
        """Retention leaves what lies here until `until`. `why`: a sighting's id. Returns at once; written down soon after."""
        ...
