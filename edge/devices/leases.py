"""Which watcher has which camera: the book of cameras/domain/leases.py, kept on disk, told to the watchers, and asked by them.

A watcher whose promise is over is followed by one that may stand in. A promise is made only under a fence that is on disk; what is
promised at the moment is held in memory, and after a restart taken for given just then.
"""

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from pydantic import ValidationError
from sqlmodel import Session, col, select

from broker.messages.cameras import Lease, LeaseHold, Renew
from broker.topics import LEASE, RENEW
from cameras.domain.leases import Book, Move, Place, Renewal, Terms
from edge.devices.parts import PATIENCE_S, DeviceParts
from edge.devices.tables import CameraRow, DeviceRow, LeaseRow
from edge.devices.unheard import Unheard
from edge.devices.wanted import Wanted
from edge.ports import Entry

log = logging.getLogger(__name__)
STANDS_IN = "stands_in"
"""The setting of a watcher: may it take cameras of others?"""
STEP_MS = 1000
"""Wall clocks that differ by less from what is written down are not written again."""


def steady_clock() -> float:
    """Seconds of a clock that nobody sets and that runs on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True)
class Tenure:
    """Who had a camera from when until when (None: still), by the node's clock, and how far the watcher's own was behind it."""

    watcher: str
    begun_at: datetime
    ended_at: datetime | None
    behind_low: timedelta
    behind_high: timedelta


@dataclass(frozen=True)
class _Written:
    """What one settling put on disk."""

    moves: Sequence[Move]
    places: Mapping[str, Place]
    homes: Mapping[str, str | None]
    crew: Mapping[str, bool]
    enabled: frozenset[str]


class Leases:
    """Does nothing before `start`: a command line changes rows, and the running desk settles them when it is nudged."""

    def __init__(self, parts: DeviceParts, wanted: Wanted, clock: Callable[[], float] = steady_clock, terms: Terms | None = None) -> None:
        self.parts, self.wanted, self._clock = parts, wanted, clock
        self._book = Book(terms)
        self._lock = Lock()
        self._unheard = Unheard(parts)
        self._started = self._settling = False
        self._homes: Mapping[str, str | None] = {}
        self._crew: Mapping[str, bool] = {}
        self._enabled: frozenset[str] = frozenset()
        self._shown: Mapping[str, Place] = {}
        self._behind: dict[str, tuple[int, int]] = {}
        self._behind_written: dict[str, tuple[int, int]] = {}

    def start(self) -> None:
        """Read what stood when the desk ended, once; then settle."""
        if not self._started:
            with self.parts.means.reader() as session:
                self._restore(session)
            self._started = True
        self.settle()

    def topics(self) -> list[str]:
        """The filters to subscribe to."""
        return [RENEW.filter()]

    def take(self, topic: str, payload: bytes) -> "Future[None] | None":
        """A watcher asks; it is answered from memory, so that a busy or full disk does not end its leases."""
        ids = RENEW.ids(topic)
        try:
            asked = Renew.model_validate_json(payload)
        except ValidationError:
            log.warning("an unreadable renewal was dropped: %s", topic[:120])
            return None
        if ids is not None and self._started:
            self._answer(ids["device"], asked)
            self.tick()
        return None

    def tick(self) -> None:
        """Once a second: what is due is written by the house's writer, and cameras nobody is heard of are told. Does not wait."""
        self._tell_unheard()
        with self._lock:
            if not self._started or self._settling or not self._due(self._clock()):
                return
            self._settling = True
        self._submit().add_done_callback(self._settled)

    def settle(self) -> None:
        """Bring leases and configurations to what the tables say now. Waits for the commit; not on the writer's own thread."""
        if self._started:
            self._submit().result(PATIENCE_S)

    def retire(self, device: str) -> None:
        """Somebody said that it is out of service."""
        with self._lock:
            self._book.retire(device, self._clock())

    def tenure(self, camera: str, fence: int) -> Tenure | None:
        """Who had this camera under this fence."""
        with self.parts.means.reader() as session:
            row = session.get(LeaseRow, (camera, fence))
        if row is None:
            return None
        low, high = timedelta(milliseconds=row.behind_low_ms), timedelta(milliseconds=row.behind_high_ms)
        return Tenure(row.watcher, row.begun_at, row.ended_at, low, high)

    def _answer(self, device: str, asked: Renew) -> None:
        renewal = Renewal(asked.session, asked.number, asked.heard, frozenset(asked.held))
        behind = round((self.parts.means.clock() - asked.at).total_seconds() * 1000)
        with self._lock:
            granted = self._book.renew(device, renewal, self._clock())
            low, high = self._behind.get(device, (behind, behind))
            self._behind[device] = min(low, behind), max(high, behind)
        if granted is not None:
            cameras = {camera: LeaseHold(fence=hold.fence, lasts_s=hold.lasts_s) for camera, hold in granted.items()}
            self.parts.air.publish(LEASE, Lease(session=asked.session, number=asked.number, cameras=cameras), device=device)

    def _tell_unheard(self) -> None:
        now = self._clock()
        with self._lock:
            silent = self._book.unheard(now) if self._started else {}
            silent = {camera: silence for camera, silence in silent.items() if camera in self._enabled}
        self._unheard.tell(silent, now)

    def _due(self, now: float) -> bool:
        moves = self._book.plan(self._homes, self._crew, now)
        stepped = any(_apart(span, self._behind_written.get(device)) for device, span in self._behind.items() if device in self._crew)
        return bool(moves) or stepped or self._book.places(now) != self._shown

    def _restore(self, session: Session) -> None:
        now = self._clock()
        cameras = {row.id: row for row in _cameras(session)}
        for row in session.exec(select(LeaseRow).where(col(LeaseRow.ended_at).is_(None))):
            if row.camera in cameras:
                place = Place(row.watcher, row.fence, row.lasts_s)
                self._book.restore(row.camera, place, home=cameras.pop(row.camera).watcher, now=now)
        for camera in cameras.values():
            if camera.fence:
                self._book.restore(camera.id, Place(None, camera.fence, 0), home=camera.watcher, now=now)

    def _submit(self) -> "Future[_Written]":
        begun: list[Move] = []
        future = self.parts.means.writer.submit(lambda entry: self._job(entry, begun))

        def undo(done: "Future[_Written]") -> None:
            if done.cancelled() or done.exception() is not None:
                with self._lock:
                    for move in begun:
                        self._book.undo(move)

        future.add_done_callback(undo)
        return future

    def _job(self, entry: Entry, begun: list[Move]) -> _Written:
        """1. What is due. 2. Rows. 3. Every watcher's configuration. 4. After the commit: promises may be made."""
        cameras = {row.id: row for row in _cameras(entry.session)}
        watchers = _watchers(entry.session)
        homes = {camera: row.watcher for camera, row in cameras.items()}
        crew = {row.id: self._stands_in(row) for row in watchers}
        with self._lock:
            now = self._clock()
            begun += self._book.plan(homes, crew, now)
            for move in begun:
                self._book.begin(move, now)
            written = _Written(
                tuple(begun), self._book.places(now), homes, crew, frozenset(camera for camera, row in cameras.items() if row.enabled)
            )
        for camera, place in written.places.items():
            if camera in cameras:
                _write_place(entry.session, cameras[camera], place)
        for move in begun:
            self._write_move(entry.session, cameras[move.camera], move)
        self._write_clocks(entry.session)
        entry.session.flush()
        for row in watchers:
            self.wanted.refresh(entry, row)
        entry.after(lambda: self._commit(written))
        return written

    def _commit(self, written: _Written) -> None:
        with self._lock:
            now = self._clock()
            self._homes, self._crew, self._enabled = written.homes, written.crew, written.enabled
            for camera, place in written.places.items():
                self._book.written(camera, place)
            for move in written.moves:
                self._book.done(move, written.homes[move.camera], now)
            self._shown = {
                **written.places,
                **{camera: place for camera, place in self._book.places(now).items() if _moved(camera, written)},
            }

    def _settled(self, done: "Future[_Written]") -> None:
        with self._lock:
            self._settling = False
        if done.exception() is not None:
            log.warning("leases were not written: %s", done.exception())

    def _write_move(self, session: Session, camera: CameraRow, move: Move) -> None:
        now = self.parts.means.clock()
        for row in session.exec(select(LeaseRow).where(col(LeaseRow.camera) == camera.id, col(LeaseRow.ended_at).is_(None))):
            row.ended_at = now
            session.add(row)
        camera.holder, camera.fence = move.watcher, move.fence
        session.add(camera)
        if move.watcher is not None:
            low, high = self._behind.get(move.watcher, (0, 0))
            row = LeaseRow(camera=camera.id, fence=move.fence, watcher=move.watcher, lasts_s=self._book.terms.lasts_s, begun_at=now)
            row.behind_low_ms, row.behind_high_ms = low, high
            session.add(row)
        log.info("camera %s is with %s under %d", camera.id, move.watcher, move.fence)

    def _write_clocks(self, session: Session) -> None:
        """How far each watcher's wall clock is off goes with the leases that it has."""
        with self._lock:
            spans = {device: span for device, span in self._behind.items() if _apart(span, self._behind_written.get(device))}
            self._behind_written.update(spans)
        for row in session.exec(select(LeaseRow).where(col(LeaseRow.ended_at).is_(None), col(LeaseRow.watcher).in_(spans))):
            row.behind_low_ms, row.behind_high_ms = spans[row.watcher]
            session.add(row)

    def _stands_in(self, row: DeviceRow) -> bool:
        catalogue = self.parts.catalogue
        settings = catalogue.resolve(row.profile, kind=row.kind, groups=row.groups.split(), own=json.loads(row.settings))
        return bool(settings.get(STANDS_IN, True))


def _cameras(session: Session) -> list[CameraRow]:
    return list(session.exec(select(CameraRow).where(col(CameraRow.ended_at).is_(None))))


def _watchers(session: Session) -> list[DeviceRow]:
    query = select(DeviceRow).where(col(DeviceRow.kind) == "watcher", col(DeviceRow.state) == "accepted")
    return list(session.exec(query.order_by(col(DeviceRow.id))))


def _write_place(session: Session, camera: CameraRow, place: Place) -> None:
    if camera.holder != place.watcher:
        camera.holder = place.watcher
        session.add(camera)
    row = session.get(LeaseRow, (camera.id, place.fence))
    if row is not None and row.ended_at is None and row.lasts_s != place.lasts_s:
        row.lasts_s = place.lasts_s
        session.add(row)


def _moved(camera: str, written: _Written) -> bool:
    return any(move.camera == camera for move in written.moves)


def _apart(span: tuple[int, int], written: tuple[int, int] | None) -> bool:
    return written is None or abs(span[0] - written[0]) > STEP_MS or abs(span[1] - written[1]) > STEP_MS
