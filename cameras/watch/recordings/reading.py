"""Packets out of a segment file, from any of its fragments on."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import av
import av.error

from cameras.watch.ring import Kept

LENGTH = 4
"""Bytes of a unit's length before each unit of H.264 and H.265, as FFmpeg writes MP4."""


@dataclass
class Joined:
    """The head of a segment and what of it lies between two offsets, as one file that is read once from front to back."""

    head: bytes
    file: BinaryIO
    left: int

    def read(self, size: int) -> bytes:
        """As of a file."""
        if self.head:
            piece, self.head = self.head[:size], self.head[size:]
            return piece
        piece = self.file.read(min(size, self.left))
        self.left -= len(piece)
        return piece


def packets(path: Path, head: bytes, begin: int, end: int) -> Iterator[Kept]:
    """The packets of the fragments between two offsets, `number` counting up from 0 and `at` in seconds since the segment began.

    Raises OSError or FFmpegError where the file is gone or unreadable; what came before is good.
    """
    with path.open("rb") as file:
        file.seek(begin)
        with av.open(Joined(head, file, end - begin), format="mp4", options={"ignore_editlist": "1"}) as opened:
            container: Any = opened
            video = container.streams.video[0]
            number = 0
            for packet in container.demux(video):
                if not packet.size:
                    continue
                at = float(packet.pts * packet.time_base)
                yield Kept(bytes(packet), packet.pts, packet.dts, packet.duration or 0, bool(packet.is_keyframe), at, number)
                number += 1


def whole(codec: str, data: bytes) -> bool:
    """The packet's bytes are there: a file that grew before a power cut may end in zeros."""
    if codec not in ("h264", "hevc"):
        return any(data)
    at = 0
    while at + LENGTH < len(data):
        size = int.from_bytes(data[at : at + LENGTH], "big")
        if size == 0:
            return False
        at += LENGTH + size
    return at == len(data)
