"""What the ring has lost, out of the recordings: a clip begins where it should, also when a connection broke in between."""

import logging
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from cameras.domain.errors import Refusal
from cameras.watch.recordings.footage import Footage, Format, Shot
from cameras.watch.recordings.reading import LENGTH
from cameras.watch.recordings.segment import Source
from cameras.watch.ring import Kept
from cameras.watch.told import Lack

START_CODE = b"\x00\x00\x00\x01"
TAIL = 48
"""So many last bytes tell one keyframe from another."""
WOBBLE = timedelta(seconds=1)
"""By so much the capture time of one packet may have been corrected since it was recorded."""
_log = logging.getLogger("cameras.watch.recordings")


def earlier(footage: Footage, lack: Lack) -> tuple[Kept, ...]:
    """The recorded packets, in the framing and with the time stamps of `lack.template`. Empty when they cannot be had, or were encoded otherwise."""
    try:
        like = Source(lack.template).format
        start, end = (lack.epoch + timedelta(seconds=at) for at in (lack.start, lack.end))
        return tuple(_stamped(_until(footage.packets(lack.camera, start, end), lack.then, end), like, lack))
    except (OSError, sqlite3.Error, Refusal) as error:
        _log.warning("camera=%s the recordings do not help: %s", lack.camera, type(error).__name__)
        return ()


def _until(shots: Iterator[Shot], then: Kept | None, end: datetime) -> Iterator[Shot]:
    """Up to the packet that follows; its time may differ by what the clock was corrected since."""
    for shot in shots:
        same = then is not None and shot.kept.key and shot.kept.data[-TAIL:] == then.data[-TAIL:]
        if shot.at >= end or (same and end - shot.at < WOBBLE):
            return
        yield shot


def _stamped(shots: Iterator[Shot], like: Format, lack: Lack) -> Iterator[Kept]:
    base = lack.template.time_base
    then = lack.then
    offset = float(then.pts * base) - then.at if then is not None and then.pts is not None else 0.0
    bare = bytes(lack.template.codec_context.extradata or b"")[:1] != b"\x01"
    alike: dict[bytes, bool] = {}
    for shot in shots:
        if not alike.setdefault(shot.format.init, _parameters(shot.format) == _parameters(like)):
            continue
        at = (shot.at - lack.epoch).total_seconds()
        kept = shot.kept
        pts = round((at + offset) / base)
        late = (kept.pts or 0) - (kept.dts if kept.dts is not None else kept.pts or 0)
        data = started(shot.format.codec, kept.data) if bare else kept.data
        yield replace(kept, data=data, pts=pts, dts=pts - round(late * shot.format.time_base / base), duration=0, at=at)


def started(codec: str, data: bytes) -> bytes:
    """The same units with start codes instead of lengths, as they come over RTSP."""
    if codec not in ("h264", "hevc"):
        return data
    pieces, at = bytearray(data), 0
    while at + LENGTH <= len(pieces):
        size = int.from_bytes(pieces[at : at + LENGTH], "big")
        pieces[at : at + LENGTH] = START_CODE
        at += LENGTH + size
    return bytes(pieces)


def _parameters(form: Format) -> bytes:
    with form.template() as stream:
        return bytes(stream.codec_context.extradata or b"")
