"""The last seconds of one camera as small pictures in memory: the act is looked up here once somebody is suspected."""

from collections import deque
from collections.abc import Iterator

import cv2
import numpy as np

from cameras.watch.layers import Picture
from cameras.watch.veil import Veil

Kept = tuple[float, bytes]
"""Time of the stream, JPEG."""
MEMORY_S = 12.0


class Album:
    """Feed `add` in order of time."""

    def __init__(self) -> None:
        self._kept: deque[Kept] = deque()

    def __iter__(self) -> Iterator[Kept]:
        return iter(self._kept)

    @property
    def newest(self) -> float | None:
        """When the last picture was taken."""
        return self._kept[-1][0] if self._kept else None

    def add(self, picture: Picture, at: float) -> None:
        """Keep it, and let go what is too old."""
        self._kept.append((at, jpeg(picture)))
        while self._kept[0][0] < at - MEMORY_S:
            self._kept.popleft()

    def nearest(self, at: float) -> Kept | None:
        """The picture taken nearest to `at`."""
        return min(self._kept, key=lambda entry: abs(entry[0] - at), default=None)

    def cover(self, veil: Veil) -> None:
        """Paint over what is kept, too."""
        self._kept = deque((at, covered(kept, veil)) for at, kept in self._kept)


def covered(kept: bytes, veil: Veil) -> bytes:
    """The same picture with the veil over it."""
    return jpeg(veil.over(opened(kept)))


def opened(kept: bytes) -> Picture:
    """BGR uint8."""
    return np.asarray(cv2.imdecode(np.frombuffer(kept, np.uint8), cv2.IMREAD_COLOR), np.uint8)


def jpeg(picture: Picture) -> bytes:
    """Small enough to keep seconds of, good enough to judge."""
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
