"""One camera's recording on the writer's side: packets into segments, segments into the index, and what happens when that fails.

When the disk does not take it, the camera is watched on without being recorded, and that is said: its health carries the code, the
index the gap. Every ten seconds, at a keyframe, it is tried again.
"""

import errno
import logging
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import av.error

from cameras.domain.errors import Code, Facts
from cameras.watch.clip import FULL, GAP_S
from cameras.watch.recordings.index import Index
from cameras.watch.recordings.lookup import Stored
from cameras.watch.recordings.moments import micros
from cameras.watch.recordings.recording import Closed, Item, Missed
from cameras.watch.recordings.retention import Retention
from cameras.watch.recordings.segment import Segment, Source, Written
from cameras.watch.ring import Kept

AGAIN_S = 10.0
Fault = tuple[Code, Facts]
FAULTS = (OSError, sqlite3.Error, av.error.FFmpegError)
_log = logging.getLogger("cameras.watch.recordings")


class Reel:
    """Used on the writer's thread; `now_open` and `fault` may be read from any. `left`: called with a file that was left unfinished."""

    def __init__(self, folder: Path, index: Index, retention: Retention, left: Callable[[Path], None]) -> None:
        self.camera, self.folder, self.index, self.retention, self.left = folder.name, folder, index, retention, left
        self.fault: Fault | None = None
        self._source: Source | None = None
        self._segment: Segment | None = None
        self._fresh = False
        self._newest: datetime | None = None
        self._lost_from: datetime | None = None
        self._again = 0.0
        self._gaps: list[tuple[int, int, Code | None]] = []

    def take(self, item: Item) -> None:
        """The next that the camera handed over."""
        if isinstance(item, list):
            for kept, at in item:
                self._packet(kept, at)
        elif isinstance(item, Missed):
            self.fault = (item.code, {"seconds": round((item.end - item.start).total_seconds(), 1)})
            self._gaps.append((micros(item.start), micros(item.end), item.code))
            self._newest = None
            self.end()
        else:
            self.end()
            self._lose_until(self._newest)
            self._source, self._fresh, self._newest = (None if isinstance(item, Closed) else item), True, None

    def end(self) -> None:
        """Finish what is open; it can be read all the while."""
        segment = self._segment
        if segment is not None:
            try:
                written = segment.finish()
                self.index.add(self.camera, written)
            except FAULTS as error:
                self._fail(segment, error, segment.readable_until)
            else:
                self._kept(written)
            self._segment = None

    def hurry(self) -> None:
        """Try again with the next keyframe. From any thread."""
        self._again = 0.0

    def now_open(self) -> Stored | None:
        """What can be read of the segment that is being written."""
        segment = self._segment
        if segment is None or not segment.readable:
            return None
        entries, end, size = tuple(segment.entries), segment.readable_until, segment.readable
        whole = tuple(entry for entry in entries if entry.offset < size)
        return Stored(segment.path.name, micros(segment.start), micros(end), size, segment.format, whole) if whole else None

    def _packet(self, kept: Kept, at: datetime) -> None:
        follows = self._segment is not None and self._segment.full(kept, at)
        if follows:
            self.end()
        self._note_silence(at)
        self._newest = at
        segment = self._segment or self._begin(at, good=kept.key or follows or self._fresh)
        if segment is None:
            return
        try:
            segment.add(kept, at)
        except FAULTS as error:
            self._segment = None
            self._fail(segment, error, at)

    def _begin(self, at: datetime, *, good: bool) -> Segment | None:
        """`good`: decoding can begin here, or goes on from the segment before."""
        if self._source is None or not good:
            return None
        if time.monotonic() < self._again or not self._room(at):
            self._lost_from = self._lost_from or at
            return None
        try:
            self.folder.mkdir(mode=0o750, exist_ok=True)
            self._segment = Segment(self.folder, self._source, at)
        except FAULTS as error:
            self._fail(None, error, at)
            return None
        self._fresh = False
        self._lose_until(at)
        return self._segment

    def _room(self, at: datetime) -> bool:
        try:
            if self.retention.room():
                return True
        except FAULTS as error:
            self._fail(None, error, at)
            return False
        self._failed(Code.RECORDING_FULL, {"free_gib": self.retention.limits.free_bytes >> 30})
        return False

    def _kept(self, written: Written) -> None:
        try:
            while self._gaps:
                self.index.gap(self.camera, *self._gaps[0])
                self._gaps.pop(0)
            self.fault = None
            self.retention.added(self.camera, written.bytes)
        except FAULTS as error:
            self._blame(error)

    def _note_silence(self, at: datetime) -> None:
        if self._segment is not None and self._newest is not None and (at - self._newest).total_seconds() > GAP_S:
            self._gaps.append((micros(self._newest), micros(at), None))

    def _lose_until(self, at: datetime | None) -> None:
        if self._lost_from is not None and at is not None:
            self._gaps.append((micros(self._lost_from), micros(at), self.fault[0] if self.fault else None))
        self._lost_from = None

    def _fail(self, segment: Segment | None, error: Exception, at: datetime) -> None:
        """Give up what is open; what is whole in it is recovered."""
        self._lost_from = self._lost_from or at
        if segment is not None:
            segment.abandon()
            self.left(segment.path)
        self._blame(error)

    def _blame(self, error: Exception) -> None:
        if is_full(error):
            self._failed(Code.RECORDING_FULL, {"free_gib": self.retention.limits.free_bytes >> 30})
            try:
                self.retention.relieve()
            except FAULTS as again:
                _log.warning("camera=%s nothing could be let go: %s", self.camera, type(again).__name__)
        else:
            self._failed(Code.RECORDING_FAILED, {"why": type(error).__name__})

    def _failed(self, code: Code, facts: Facts) -> None:
        if self.fault is None or self.fault[0] != code:
            _log.error("%s camera=%s %s", code.value, self.camera, facts)
        self.fault, self._again = (code, facts), time.monotonic() + AGAIN_S


def is_full(error: Exception) -> bool:
    """The disk has no room, whoever says so."""
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return isinstance(error, OSError) and error.errno in (*FULL, errno.ENOSPC)
