"""A clip of evidence: the camera's own packets in an MP4, copied, never transcoded."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import av.error

from cameras.domain.errors import Code, Refusal
from cameras.watch.address import scrubbed
from cameras.watch.ring import Kept

GAP_S = 1.5
"""A longer silence between two packets is a gap, and is marked."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Clip:
    """What was written. `start` and `end` in seconds of the stream; `gaps` are (from, to) in the same."""

    path: Path
    start: float
    end: float
    packets: int
    gaps: tuple[tuple[float, float], ...]


def write_clip(path: Path, packets: Sequence[Kept], template: Any) -> Clip:
    """Copy `packets`, which begin at a keyframe, into an MP4 with its index in front.

    `template` is the open native stream they came from. Raises Refusal: NOT_REMUXED when MP4 does not take the codec,
    DISK_FULL; what was begun is removed.
    """
    if not packets or not packets[0].key:
        raise Refusal(Code.NOT_REMUXED, {"why": "no keyframe"})
    try:
        with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
            stream = container.add_stream_from_template(template)
            _mux(container, stream, packets, template.time_base)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        if path.is_symlink() or path.is_file():  # never a device: a watcher may run as root
            path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno in FULL:
            raise Refusal(Code.DISK_FULL, {"file": path.name}) from error
        raise Refusal(Code.NOT_REMUXED, {"why": scrubbed(str(error))[:200]}) from error
    return Clip(path, packets[0].at, max(kept.at for kept in packets), len(packets), _gaps(packets))


def _mux(container: Any, stream: Any, packets: Sequence[Kept], base: Fraction) -> None:
    first = packets[0].dts if packets[0].dts is not None else packets[0].pts or 0
    last = -1
    for kept in packets:
        shown = kept.pts if kept.pts is not None else kept.dts
        sent = kept.dts if kept.dts is not None else kept.pts
        dts = max((sent - first) if sent is not None else last + max(kept.duration, 1), last + 1)
        packet = av.Packet(kept.data)
        packet.time_base, packet.stream = base, stream
        packet.dts, packet.pts = dts, max((shown - first) if shown is not None else dts, dts)
        packet.duration, packet.is_keyframe = kept.duration, kept.key
        container.mux(packet)
        last = dts


def _gaps(packets: Sequence[Kept]) -> tuple[tuple[float, float], ...]:
    times = sorted(kept.at for kept in packets)
    return tuple((a, b) for a, b in pairwise(times) if b - a > GAP_S)
