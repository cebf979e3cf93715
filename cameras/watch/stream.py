"""One open stream: packets with their time, and the pictures in them. RTSP over TCP, or a file.

Times are seconds on the stream's own time line, 0 at its first packet. Nothing here sleeps; who plays a file at its own
pace waits between packets. Native code works on one thread per stream, so that its last words are its own.
"""

import logging
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import av.error
import av.logging
import numpy as np
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from cameras.domain.clock import Source, Timeline, WallClock
from cameras.domain.errors import Code, Refusal
from cameras.watch.address import checked, is_stream, scrubbed
from cameras.watch.headers import sequences
from cameras.watch.native import options, refusal

Picture = NDArray[np.uint8]
OPEN_S, READ_S = 6.0, 10.0
"""A camera that does not answer, or from which nothing at all comes, for this long is lost."""
LATE = 4
"""One that sends something gets this many times as long for a packet: a slow one lives."""
NO_VIDEO_FORMATS = ("tty", "image2")
_quiet = logging.getLogger("libav")
_quiet.addHandler(logging.NullHandler())
_quiet.propagate = False


@dataclass(frozen=True, slots=True)
class Info:
    """What a stream says of itself. Width and height as stored; the pictures may stand upright in another way."""

    width: int
    height: int
    fps: float
    codec: str
    clock: Source


@dataclass(frozen=True, slots=True)
class Parcel:
    """One packet of the video. `at` is its presentation time, `key` says that decoding can start here, `arrived` is monotonic."""

    packet: Any
    at: float
    key: bool
    arrived: float = 0.0


class Stream:
    """One connection. `open`, then `parcels`; `close` in the end. Every fault is a Refusal without credentials."""

    def __init__(self, url: str, *, open_s: float = OPEN_S, read_s: float = READ_S) -> None:
        self.url = url
        self.open_s, self.read_s = open_s, read_s
        self.info: Info | None = None
        self.broken_packets = 0
        self._container: Any = None
        self._video: Any = None
        self._started = False
        self.timeline = Timeline(is_stream(url))
        self.wall = WallClock("arrival" if is_stream(url) else "file")
        self._first: float | None = None
        self._began = 0.0
        self._sequences = b""
        self._shown = -1.0
        self._base = 1, 1
        """The time base of its stamps, numerator and denominator: a Fraction for each packet would cost more than all else that is reckoned with it."""

    def open(self) -> None:
        """Connect and read the header. Raises Refusal."""
        address = checked(self.url)
        av.logging.set_level(av.logging.ERROR)
        try:
            self._container = av.open(address, options=options(self.url, self.read_s), timeout=(self.open_s, LATE * self.read_s))
        except av.error.FFmpegError as error:
            raise refusal(error, live=is_stream(self.url)) from error
        except (OSError, ValueError, IndexError) as error:
            raise Refusal(Code.UNREACHABLE if is_stream(self.url) else Code.NOT_A_VIDEO, {"last_words": scrubbed(str(error))}) from error
        self._choose()

    def close(self) -> None:
        """Let go of the connection; harmless when it is closed already."""
        if self._container is not None:
            self._container.close()
        self._container = self._video = None

    @property
    def length_s(self) -> float | None:
        """How long a file says that it is; None for live streams and files that do not say."""
        if self._container is None or is_stream(self.url) or not self._container.duration:
            return None
        return float(self._container.duration) / 1_000_000

    @property
    def _step(self) -> float:
        return 1 / self.info.fps if self.info is not None else 0.04

    def template(self) -> Any:
        """The native stream, for a muxer; usable only until `close`."""
        return self._video

    def parcels(self) -> Iterator[Parcel]:
        """Packets in decoding order. Ends at the end of a file; raises Refusal when a live stream ends or breaks."""
        for packet in self._demuxed():
            arrived = time.monotonic()
            told = _told(packet)
            self._mend(packet, arrived)
            now = self._seconds(packet.pts)
            if self._first is None:
                self._first = now
            if self.timeline.live:
                self._know(packet, now - self._first, told)
            yield Parcel(packet, now - self._first, bool(packet.is_keyframe), arrived)
        if self.timeline.live:
            raise Refusal(Code.STREAM_ENDED)

    def pictures(self, parcel: Parcel) -> Iterator[Any]:
        """The pictures that this packet completes, as native frames. Broken packets are counted, not fatal."""
        self._started = self._started or parcel.key
        if not self._started:
            return
        try:
            yield from parcel.packet.decode()
        except (av.error.FFmpegError, ValueError):
            self.broken_packets += 1

    def decode(self, data: bytes, pts: int | None, dts: int | None) -> Iterator[Any]:
        """The whole pictures that a packet completes that was kept; its time stamps in units of the stream's time base."""
        packet = av.Packet(data)
        packet.pts, packet.dts, packet.time_base = pts, dts, self._video.time_base
        try:
            for frame in self._video.codec_context.decode(packet):
                if not frame.is_corrupt:
                    yield frame
                    continue
                self.broken_packets += 1
        except (av.error.FFmpegError, ValueError):
            self.broken_packets += 1

    def forget(self) -> None:
        """The next packet is another place of the stream: the decoder begins anew there, at a keyframe."""
        self._video.codec_context.flush_buffers()
        self._shown = -1.0

    def time_of(self, frame: Any, otherwise: float) -> float:
        """When a picture is to be shown, on the stream's own time line, always growing; `otherwise` where it does not say."""
        at = self._seconds(frame.pts) - (self._first or 0.0) if frame.pts is not None else otherwise
        self._shown = at if at > self._shown else self._shown + self._step
        return self._shown

    def _seconds(self, stamp: int) -> float:
        """Rounded once, as a Fraction would be."""
        return stamp * self._base[0] / self._base[1]

    def _mend(self, packet: Any, arrived: float) -> None:
        """Time stamps that are missing, stand still, go back or leap, as some cameras send them, are put on one time line."""
        sent = packet.dts if packet.dts is not None else packet.pts
        raw = None if sent is None else self._seconds(sent)
        if self._first is None:
            self._began = raw or 0.0
        placed = round((self.timeline.place(raw, arrived, self._step) + self._began) * self._base[1] / self._base[0])
        shift = 0 if sent is None else placed - sent
        packet.pts = placed if packet.pts is None else packet.pts + shift
        packet.dts = placed if packet.dts is None else packet.dts + shift

    def _know(self, packet: Any, at: float, told: float | None) -> None:
        """Where this time line lies on the wall clock. Other parameter sets than before are another stream: Refusal."""
        floor = self.timeline.floor.value
        if floor is not None:
            self.wall.observe(at, floor + time.time() - time.monotonic(), told)
        if packet.is_keyframe and self.info is not None and (found := sequences(self.info.codec, bytes(packet))):
            if self._sequences and found != self._sequences:
                raise Refusal(Code.STREAM_CHANGED)
            self._sequences = found

    def last_pictures(self) -> Iterator[Any]:
        """What the decoder still holds at the end of a file."""
        try:
            yield from self._video.codec_context.decode(None)
        except (av.error.FFmpegError, ValueError):
            self.broken_packets += 1

    def _demuxed(self) -> Iterator[Any]:
        packets = self._container.demux(self._video)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except av.error.FFmpegError as error:
                raise self._lost(error) from error
            if packet.size and not packet.is_discard:
                if packet.is_corrupt:
                    self.broken_packets += 1
                yield packet

    def _lost(self, error: av.error.FFmpegError) -> Refusal:
        found = refusal(error, live=self.timeline.live, reading=True)
        if found.code is not Code.TIMEOUT:
            return found
        return Refusal(Code.SILENT, {"seconds": self.read_s, **found.facts})

    def _choose(self) -> None:
        video: Any = next(iter(self._container.streams.video), None)
        name = self._container.format.name
        usable = video is not None and getattr(video, "codec_context", None) is not None and name not in NO_VIDEO_FORMATS
        if not usable or name.endswith("_pipe") or video.codec_context.width <= 0:
            self.close()
            raise Refusal(Code.NOT_A_VIDEO, {"format": name})
        context = video.codec_context
        context.thread_count = 1
        self._video, self._base = video, video.time_base.as_integer_ratio()
        rate = video.average_rate or video.guessed_rate or video.base_rate
        self.info = Info(
            width=context.width,
            height=context.height,
            fps=float(rate) if rate and 1 <= float(rate) <= 240 else 25.0,
            codec=str(context.name),
            clock=self.wall.source,
        )


def _told(packet: Any) -> float | None:
    """Capture time by the camera's own clock, Unix seconds: FFmpeg's producer reference time, made of the last RTCP sender report."""
    if not packet.has_sidedata("prft"):
        return None
    micros: int = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))[0]
    return micros / 1_000_000


class _Own(threading.local):
    """One scaler for each thread, kept: making one anew costs half as much as its work, and by itself it would take a thread for each core."""

    def __init__(self) -> None:
        self.scaler = VideoReformatter()


_own = _Own()


def upright(frame: Any, longest: int | None = None) -> Picture:
    """A native frame as BGR uint8, turned upright; scaled so that its longer side is at most `longest` pixels."""
    width, height = frame.width, frame.height
    factor = min(1.0, longest / max(width, height)) if longest else 1.0
    size = max(2, round(width * factor)), max(2, round(height * factor))
    picture = _own.scaler.reformat(frame, width=size[0], height=size[1], format="bgr24", interpolation="AREA", threads=1).to_ndarray()
    turns = turn(frame) // 90
    return np.ascontiguousarray(np.rot90(picture, turns)) if turns else np.ascontiguousarray(picture)


def turn(frame: Any) -> int:
    """Degrees counter-clockwise that bring the frame upright, from its display matrix: 0, 90, 180 or 270."""
    return round(getattr(frame, "rotation", 0) / 90) * 90 % 360


def upright_size(frame: Any) -> tuple[int, int]:
    """Width and height of the upright picture at full size."""
    return (frame.height, frame.width) if turn(frame) in (90, 270) else (frame.width, frame.height)
