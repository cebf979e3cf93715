"""What one camera shows to those who watch it live: a tap that hands its packets to every viewer and waits for none."""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cameras.watch.feed.mux import Held
from cameras.watch.ring import BYTES_CAP, Kept
from cameras.watch.stream import Info
from cameras.watch.told import Opened

LATE_BYTES = 8 * 1024 * 1024
"""So much may wait for one viewer beyond what it began with; then whole groups of pictures are left out."""
LOOK_S = 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """What is needed to pack the packets of one connection."""

    held: Held
    info: Info


@dataclass(frozen=True, slots=True)
class Item:
    """A packet for a viewer, captured at `at` (UTC). `fresh`: it does not follow the one before, so a new run begins with it."""

    kept: Kept
    at: datetime
    source: Source
    fresh: bool


class Viewer:
    """One who watches: a queue that the camera's thread fills and the viewer's own thread empties."""

    def __init__(self, group: list[Item]) -> None:
        self._waiting: deque[Item] = deque(group)
        self._bytes = 0
        self._behind = not group
        self._wake = threading.Condition()

    def put(self, item: Item) -> None:
        """Called on the camera's thread. A viewer that is too far behind loses what waits, up to the next keyframe."""
        with self._wake:
            if self._behind and not item.kept.key:
                return
            fresh = item if not self._behind else Item(item.kept, item.at, item.source, fresh=True)
            self._behind = False
            self._waiting.append(fresh)
            self._bytes += len(item.kept.data)
            if self._bytes > LATE_BYTES:
                self._waiting.clear()
                self._bytes, self._behind = 0, True
            self._wake.notify()

    def take(self) -> Iterator[Item]:
        """What has come, waiting a second at most for the first of it."""
        with self._wake:
            if not self._waiting:
                self._wake.wait(LOOK_S)
            items, self._waiting, self._bytes = self._waiting, deque(), 0
        return iter(items)


class Screen:
    """A tap (cameras/watch/told.py). Keeps the packets since the last keyframe, which the ring keeps too, so that a picture is there at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._viewers: set[Viewer] = set()
        self._group: list[Item] = []
        self._bytes = 0
        self._source: Source | None = None
        self._fresh = True

    @property
    def viewed(self) -> bool:
        return bool(self._viewers)

    def opened(self, opened: Opened) -> None:
        source = Source(Held(opened.template), opened.info)
        with self._lock:
            self._source, self._group, self._fresh = source, [], True

    def packet(self, kept: Kept, at: datetime) -> None:
        with self._lock:
            if self._source is None:
                return
            item = Item(kept, at, self._source, fresh=self._fresh)
            self._fresh = False
            self._keep(item)
            for viewer in self._viewers:
                viewer.put(item)

    def closed(self) -> None:
        with self._lock:
            self._source, self._group = None, []

    def join(self) -> Viewer:
        """A viewer from now on, beginning with the last keyframe where there is one."""
        with self._lock:
            first = [Item(one.kept, one.at, one.source, fresh=number == 0) for number, one in enumerate(self._group)]
            viewer = Viewer(first)
            self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Nobody waits there any more."""
        with self._lock:
            self._viewers.discard(viewer)

    def _keep(self, item: Item) -> None:
        """A group that is larger than the ring may be is not kept: who joins then waits for the next keyframe."""
        if item.kept.key:
            self._group, self._bytes = [item], len(item.kept.data)
        elif self._group:
            self._group.append(item)
            self._bytes += len(item.kept.data)
            if self._bytes > BYTES_CAP:
                self._group = []
