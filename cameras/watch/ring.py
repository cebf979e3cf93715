"""The last packets of one camera, compressed as they came: what happened before anybody looked is not lost.

Kept are at least `LONGEST_S` seconds and two groups of pictures, longer while a suspect needs it, and never more than
`bytes_cap`. Begins at a keyframe, so that what is cut from it can be decoded; only a stream without any is kept as it comes.
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
    number: int = 0
    """Counts up along one connection."""


class Ring:
    """Packets of one connection; a new connection takes a new ring."""

    def __init__(self, *, longest_s: float = LONGEST_S, bytes_cap: int = BYTES_CAP) -> None:
        self.longest_s, self.bytes_cap = longest_s, bytes_cap
        self.bytes = 0
        self.added = 0
        """Packets kept so far, those that were let go again included."""
        self._kept: deque[Kept] = deque()
        self._keys: deque[Kept] = deque()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def span_s(self) -> float:
        """Seconds between the oldest and the newest packet."""
        return self._kept[-1].at - self._kept[0].at if self._kept else 0.0

    def add(self, parcel: Parcel, *, hold_from: float | None = None, keyless: bool = False) -> Kept | None:
        """Keep a packet; nothing since `hold_from` is let go before the cap is reached. Before the first keyframe only if `keyless`."""
        if not self._kept and not parcel.key and not keyless:
            return None
        packet: Any = parcel.packet
        kept = Kept(bytes(packet), packet.pts, packet.dts, packet.duration or 0, parcel.key, parcel.at, self.added)
        self.added += 1
        self._kept.append(kept)
        self.bytes += len(kept.data)
        if kept.key:
            self._keys.append(kept)
        oldest = parcel.at - self.longest_s
        self._prune(oldest if hold_from is None else min(oldest, hold_from))
        return kept

    def packet(self, number: int) -> Kept | None:
        """The packet of this number, while it is kept."""
        index = number - self._kept[0].number if self._kept else -1
        return self._kept[index] if 0 <= index < len(self._kept) else None

    def start_before(self, at: float) -> Kept | None:
        """The last keyframe at or before `at`; the oldest when all came later. None without any."""
        if not self._keys:
            return None
        return next((key for key in reversed(self._keys) if key.at <= at), self._keys[0])

    def next_start(self, after: float, until: float) -> Kept | None:
        """The last keyframe after `after` and not after `until`; otherwise the first one later. None when all came before."""
        later = [key for key in self._keys if key.at > after]
        return next((key for key in reversed(later) if key.at <= until), later[0] if later else None)

    def cut(self, start: float, end: float) -> Sequence[Kept]:
        """The packets from the last keyframe at or before `start` to `end`; from the oldest keyframe when it came later."""
        begin = self.start_before(start)
        return [kept for kept in self._kept if begin is not None and kept.number >= begin.number and kept.at <= end]

    def _prune(self, oldest: float) -> None:
        while len(self._keys) > 1 and (self.bytes > self.bytes_cap or (self._keys[1].at <= oldest and len(self._keys) > 3)):
            self._drop_group()
        while self.bytes > self.bytes_cap and len(self._kept) > 1:
            self._kept_without_start()

    def _drop_group(self) -> None:
        if self._kept[0].key:
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
