"""One segment file: a camera's packets as fragmented MP4, copied, hashed while they are written."""

import hashlib
import os
import struct
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error

from cameras.domain.errors import Code, Refusal
from cameras.watch.address import scrubbed
from cameras.watch.recordings.footage import Format
from cameras.watch.recordings.moments import micros
from cameras.watch.ring import Kept

SEGMENT_S = 60.0
"""A segment ends at the first keyframe after this."""
LONGEST_S = 600.0
"""It ends here also without one."""
FRAGMENT_S = 10
"""A group of pictures that is longer is written in several fragments: this much is lost at most, beside what waits."""
SYNC_S = 10.0
OPTIONS = {"movflags": "+frag_keyframe+empty_moov+default_base_moof+skip_trailer", "frag_duration": str(FRAGMENT_S * 1_000_000)}
_ENTRY = struct.Struct("<IIB")


@dataclass(frozen=True, slots=True)
class Entry:
    """Where reading can begin: microseconds since the segment's start, offset of the fragment, whether it begins with a keyframe."""

    us: int
    offset: int
    key: bool


def packed(entries: Sequence[Entry]) -> bytes:
    """As in the column segment.entries."""
    return b"".join(_ENTRY.pack(entry.us, entry.offset, entry.key) for entry in entries)


def unpacked(content: bytes) -> list[Entry]:
    """The reverse of `packed`."""
    return [Entry(us, offset, bool(key)) for us, offset, key in _ENTRY.iter_unpack(content)]


@dataclass(frozen=True, slots=True)
class Written:
    """A whole segment file. Times as in cameras/domain/chain.py."""

    file: str
    start_us: int
    end_us: int
    bytes: int
    packets: int
    sha256: str
    entries: tuple[Entry, ...]
    format: Format
    recovered: bool = False


class Sink:
    """Where a muxer writes: a file, its hash and its length. A fault is kept in `error`, for it must not pass through native code."""

    def __init__(self, path: Path | None) -> None:
        self.number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640) if path is not None else -1
        self.hash = hashlib.sha256()
        self.bytes = 0
        self.head: list[bytes] = []
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        """Called by the muxer with one piece after another."""
        if self.error is None:
            try:
                self._write(memoryview(content))
            except OSError as error:
                self.error = error
        return len(content)

    def _write(self, content: memoryview) -> None:
        if self.number < 0:
            self.head.append(bytes(content))
        while self.number >= 0 and content:
            done = os.write(self.number, content)
            self.hash.update(content[:done])
            self.bytes += done
            content = content[done:]

    def sync(self) -> None:
        """What was written is on the disk."""
        if self.error is None:
            os.fdatasync(self.number)

    def close(self) -> None:
        if self.number >= 0:
            os.close(self.number)
        self.number = -1


class Source:
    """The parameters of a stream, copied, so that segments can be begun after its connection is gone. Raises Refusal (NOT_REMUXED)."""

    def __init__(self, template: Any) -> None:
        self._holder = av.open(Sink(None), "w", format="mp4")
        self.time_base: Fraction = template.time_base
        context = template.codec_context
        try:
            self.template: Any = self._holder.add_stream_from_template(template)
            head = Sink(None)
            with av.open(head, "w", format="mp4", options=OPTIONS) as muxer:
                stream: Any = muxer.add_stream_from_template(template)
                muxer.start_encoding()
                base = stream.time_base
        except (av.error.FFmpegError, ValueError) as error:
            raise Refusal(Code.NOT_REMUXED, {"why": scrubbed(str(error))[:200]}) from error
        self.format = Format(str(context.name), context.width, context.height, base, b"".join(head.head))


class Segment:
    """A file that grows. After a fault it is of no use any more: `abandon` it; what is whole in it is recovered later."""

    def __init__(self, folder: Path, source: Source, at: datetime) -> None:
        self.start = at
        self.path = _free(folder, micros(at))
        self.format = source.format
        self.entries: list[Entry] = []
        self.packets = 0
        self.readable = 0
        """Bytes of whole fragments, and until when they reach."""
        self.readable_until = at
        self._sink = Sink(self.path)
        try:
            self._muxer: Any = av.open(self._sink, "w", format="mp4", options=OPTIONS, buffer_size=1 << 16)
            self._stream: Any = self._muxer.add_stream_from_template(source.template)
            self._muxer.start_encoding()
            self._check()
        except (OSError, ValueError, av.error.FFmpegError):
            self._sink.close()
            self.path.unlink(missing_ok=True)
            raise
        self._base = source.time_base
        self._first: int | None = None
        self._last = -1
        self._newest = at
        self._synced = at

    @property
    def end(self) -> datetime:
        """Until when the newest packet is shown."""
        return self._newest + timedelta(microseconds=step_us((self._newest - self.start) // timedelta(microseconds=1), self.packets))

    @property
    def bytes(self) -> int:
        return self._sink.bytes

    def full(self, kept: Kept, at: datetime) -> bool:
        """The next packet belongs to the next segment."""
        age = (at - self.start).total_seconds()
        return age < 0 or age >= LONGEST_S or (kept.key and age >= SEGMENT_S) or (not self.entries[-1].key and age >= 2 * SEGMENT_S)

    def add(self, kept: Kept, at: datetime) -> None:
        """Append a packet. OSError or FFmpegError: the segment ends here."""
        before = self._sink.bytes
        self._muxer.mux(self._packet(kept))
        self._check()
        if kept.key or not self.packets:
            self.entries.append(Entry(max(0, micros(at) - micros(self.start)), self._sink.bytes, kept.key))
        if self._sink.bytes != before:
            self.readable, self.readable_until = self._sink.bytes, at
        self.packets += 1
        self._newest = max(self._newest, at)
        if (at - self._synced).total_seconds() >= SYNC_S:
            self._synced = at
            self._sink.sync()

    def finish(self) -> Written:
        """The file is whole and on the disk."""
        self._muxer.close()
        self._check()
        self._sink.sync()
        self._sink.close()
        sync_folder(self.path.parent)
        return Written(
            file=self.path.name,
            start_us=micros(self.start),
            end_us=micros(self.end),
            bytes=self._sink.bytes,
            packets=self.packets,
            sha256=self._sink.hash.hexdigest(),
            entries=tuple(self.entries),
            format=self.format,
        )

    def abandon(self) -> None:
        """Let go of a segment that met a fault. The file stays as it is."""
        self._sink.error = self._sink.error or OSError("abandoned")
        with suppress(av.error.FFmpegError, OSError, ValueError):
            self._muxer.close()
        self._sink.close()

    def _packet(self, kept: Kept) -> Any:
        shown = kept.pts if kept.pts is not None else kept.dts
        sent = kept.dts if kept.dts is not None else kept.pts
        if self._first is None:
            self._first = sent or 0
        dts = max(self._last + 1, sent - self._first if sent is not None else 0)
        packet = av.Packet(kept.data)
        packet.time_base, packet.stream = self._base, self._stream
        packet.dts, packet.pts = dts, max(dts, shown - self._first if shown is not None else dts)
        packet.duration, packet.is_keyframe = kept.duration, kept.key
        self._last = dts
        return packet

    def _check(self) -> None:
        if self._sink.error is not None:
            raise self._sink.error


def step_us(shown_us: int, packets: int) -> int:
    """How long a picture is shown, from the time between the first and the last of so many; at most a second."""
    return min(1_000_000, shown_us // (packets - 1)) if packets > 1 else 40_000


def sync_folder(folder: Path) -> None:
    """A name in the folder is on the disk."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _free(folder: Path, start_us: int) -> Path:
    """A name that says when it begins, and that nobody has."""
    while (path := folder / f"{start_us}.mp4").exists():
        start_us += 1
    return path
