"""The last packets of one camera, compressed as they came: what happened before anybody looked is not lost.

Kept are at least `LONGEST_S` seconds and two groups of pictures, longer while a suspect needs it, and never more than
`bytes_cap`. Always begins at a keyframe, so that what is cut from it can be decoded.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cameras.watch.stream import Parcel

LONGEST_S = 45.0
BYTES_CAP = 48 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    """One packet: its bytes, its own time stamps in units of the stream's time base, and when it is shown (stream seconds)."""

    data: bytes
    pts: int | None
    dts: int | None
    duration: int
    key: bool
    at: float


class Ring:
    """Packets of one connection; a new connection takes a new ring."""

    def __init__(self, *, longest_s: float = LONGEST_S, bytes_cap: int = BYTES_CAP) -> None:
        self.longest_s, self.bytes_cap = longest_s, bytes_cap
        self.bytes = 0
        self._kept: deque[Kept] = deque()
        self._keys: deque[float] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def span_s(self) -> float:
        """Seconds between the oldest and the newest packet."""
        return self._kept[-1].at - self._kept[0].at if self._kept else 0.0

    def add(self, parcel: Parcel, *, hold_from: float | None = None) -> None:
        """Keep a packet; nothing since `hold_from` is let go before the cap is reached. Ignored before the first keyframe."""
        if not self._kept and not parcel.key:
            return
        packet: Any = parcel.packet
        kept = Kept(bytes(packet), packet.pts, packet.dts, packet.duration or 0, parcel.key, parcel.at)
        self._kept.append(kept)
        self.bytes += len(kept.data)
        if kept.key:
            self._keys.append(kept.at)
        oldest = parcel.at - self.longest_s
        self._prune(oldest if hold_from is None else min(oldest, hold_from))

    def cut(self, start: float, end: float) -> Sequence[Kept]:
        """The packets from the last keyframe at or before `start` to `end`; from the oldest keyframe when it came later."""
        begin = max((key for key in self._keys if key <= start), default=self._keys[0] if self._keys else 0.0)
        return [kept for kept in self._whole_from(begin) if kept.at <= end]

    def _whole_from(self, begin: float) -> list[Kept]:
        kept = list(self._kept)
        index = next((index for index, one in enumerate(kept) if one.key and one.at >= begin), len(kept))
        return kept[index:]

    def _prune(self, oldest: float) -> None:
        while len(self._keys) > 1 and (self.bytes > self.bytes_cap or (self._keys[1] <= oldest and len(self._keys) > 3)):
            self._drop_group()
        while self.bytes > self.bytes_cap and len(self._kept) > 1:
            self._kept_without_start()

    def _drop_group(self) -> None:
        self._keys.popleft()
        self._drop()
        while self._kept and not self._kept[0].key:
            self._drop()

    def _kept_without_start(self) -> None:
        """One group alone is larger than the cap: it is let go as a whole, for its tail could not be decoded."""
        self._kept.clear()
        self._keys.clear()
        self.bytes = 0

    def _drop(self) -> None:
        self.bytes -= len(self._kept.popleft().data)
