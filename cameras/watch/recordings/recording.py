"""One camera's side of its recording: takes packets as they come and hands them over in batches. It never waits and never fails."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from cameras.domain.errors import Code, Refusal
from cameras.watch.recordings.segment import Source
from cameras.watch.ring import Kept
from cameras.watch.told import Opened

BATCH_S = 2.0
"""Packets are handed over with each keyframe, and at the latest after this: the writer is not woken for every packet."""
WAITING_BYTES = 24 * 1024 * 1024
"""So much may wait for a slow disk. Mostly the ring holds these very packets anyway."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Packets came and are not recorded: from capture time to capture time."""

    start: datetime
    end: datetime
    code: Code


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is over."""


Batch = list[tuple[Kept, datetime]]
Item = Source | Batch | Missed | Closed


class Recording:
    """A `Tap`. `wake` is called when something waits; `take` is called by the writer."""

    def __init__(self, camera: str, wake: Callable[[], None]) -> None:
        self.camera, self._wake, self._most = camera, wake, WAITING_BYTES
        self.refused: Refusal | None = None
        """The stream cannot be recorded as it is."""
        self._open = False
        self._keyless = False
        self._newest = datetime.min.replace(tzinfo=UTC)
        self._batch: Batch = []
        self._batch_bytes = 0
        self._missed_from: datetime | None = None
        self._lock = threading.Lock()
        self._items: deque[tuple[int, Item]] = deque()
        self._waiting = 0

    def opened(self, opened: Opened) -> None:
        self.closed()  # an earlier connection that ended by a fault
        try:
            source = Source(opened.template)
        except Refusal as refusal:
            self.refused = refusal
            return
        self.refused, self._open, self._keyless = None, True, False
        self._put(0, source)

    def packet(self, kept: Kept, at: datetime) -> None:
        if not self._open:
            return
        self._newest = at
        self._keyless = not kept.key if kept.number == 0 else self._keyless
        if self._missed_from is not None and not self._resumed(kept, at):
            return
        self._batch.append((kept, at))
        self._batch_bytes += len(kept.data)
        if kept.key or (at - self._batch[0][1]).total_seconds() >= BATCH_S:
            self._hand_over()

    def closed(self) -> None:
        if self._open:
            self._hand_over()
            if self._missed_from is not None:
                self._put(0, Missed(self._missed_from, self._newest, Code.RECORDING_LATE))
            self._open, self._missed_from = False, None
            self._put(0, Closed())

    def take(self) -> Item | None:
        """What has waited longest. On the writer's thread."""
        with self._lock:
            if not self._items:
                return None
            size, item = self._items.popleft()
            self._waiting -= size
        return item

    def _resumed(self, kept: Kept, at: datetime) -> bool:
        """After a loss recording goes on at the first keyframe for which there is room."""
        if self._missed_from is None or self._waiting > self._most // 2 or not (kept.key or self._keyless):
            return False
        self._put(0, Missed(self._missed_from, at, Code.RECORDING_LATE))
        self._missed_from = None
        return True

    def _hand_over(self) -> None:
        if not self._batch:
            return
        if self._waiting + self._batch_bytes > self._most:
            self._missed_from = self._batch[0][1]
        else:
            self._put(self._batch_bytes, self._batch)
        self._batch, self._batch_bytes = [], 0

    def _put(self, size: int, item: Item) -> None:
        with self._lock:
            self._items.append((size, item))
            self._waiting += size
        self._wake()
