"""What must survive a power cut: retained messages, persistent sessions and the QoS 1 messages that wait for them.

One SQLite file in WAL mode with synchronous=FULL. Changes collect into a batch; one batch at a time is written by a thread, so
everything that waited during the last fsync shares the next one. A change has a `ticket`; it is on disk when `committed` reached it.
A message that is acknowledged before its batch is written never touches the disk.
"""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from broker.engines.embedded.packets import Publish

_log = logging.getLogger("broker.store")

VERSION = 1
RETRY_S = 0.5

_SCHEMA = """
-- One row for each session that outlives its connection (CONNECT with clean session 0).
CREATE TABLE session (client TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE subscription (client TEXT, filter TEXT, qos INTEGER, PRIMARY KEY (client, filter)) WITHOUT ROWID;
-- QoS 1 messages that the client has not acknowledged. seq: order of arrival. packet: the identifier it was last sent with, 0 = never sent.
CREATE TABLE queued (seq INTEGER PRIMARY KEY, client TEXT, topic TEXT, payload BLOB, retain INTEGER, packet INTEGER);
-- QoS 2 identifiers that the client has not released: a repetition of them is not delivered again.
CREATE TABLE unreleased (client TEXT, packet INTEGER, PRIMARY KEY (client, packet)) WITHOUT ROWID;
-- The last wills of clients that are connected now: when the broker itself dies, they are published at its next start.
CREATE TABLE will (client TEXT PRIMARY KEY, topic TEXT, payload BLOB, qos INTEGER, retain INTEGER) WITHOUT ROWID;
CREATE TABLE retained (topic TEXT PRIMARY KEY, payload BLOB, qos INTEGER);
"""
_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "cache_size=-256", "wal_autocheckpoint=200", "journal_size_limit=4194304")

_KEEP = "INSERT OR IGNORE INTO session VALUES (?)"
_SUBSCRIBE = "INSERT OR REPLACE INTO subscription VALUES (?, ?, ?)"
_UNSUBSCRIBE = "DELETE FROM subscription WHERE client = ? AND filter = ?"
_ENQUEUE = "INSERT INTO queued VALUES (?, ?, ?, ?, ?, ?)"
_SENT = "UPDATE queued SET packet = ? WHERE seq = ?"
_ACKED = "DELETE FROM queued WHERE seq = ?"
_HOLD = "INSERT OR IGNORE INTO unreleased VALUES (?, ?)"
_RELEASE = "DELETE FROM unreleased WHERE client = ? AND packet = ?"
_RETAIN = "INSERT OR REPLACE INTO retained VALUES (?, ?, ?)"
_UNRETAIN = "DELETE FROM retained WHERE topic = ?"
_WILL = "INSERT OR REPLACE INTO will VALUES (?, ?, ?, ?, ?)"
_NO_WILL = "DELETE FROM will WHERE client = ?"
_DROP = (
    "DELETE FROM session WHERE client = ?",
    "DELETE FROM subscription WHERE client = ?",
    "DELETE FROM queued WHERE client = ?",
    "DELETE FROM unreleased WHERE client = ?",
)


class NewerStore(Exception):
    """The file was written by a newer version of this broker; it is left as it is."""


@dataclass(slots=True)
class Queued:
    """A QoS 1 message for one session. `packet`: the identifier it was last sent with, 0 before the first time."""

    seq: int
    topic: str
    payload: bytes
    retain: bool
    packet: int = 0

    @property
    def size(self) -> int:
        """Bytes that it is charged against the queue."""
        return len(self.payload) + len(self.topic) + 100


@dataclass(slots=True)
class SavedSession:
    """A session as it was found on disk."""

    subscriptions: dict[str, int] = field(default_factory=dict)
    queued: list[Queued] = field(default_factory=list)
    unreleased: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Saved:
    """Everything that was found on disk. `wills`: of clients that were connected when the broker died."""

    sessions: dict[str, SavedSession]
    retained: dict[str, Publish]
    wills: dict[str, Publish]


Change = tuple[str, tuple[Any, ...]]
Batch = dict[object, Callable[[], Change]]


class Store:
    """All methods are called from the event loop's thread; only `_write` runs in the writer's thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="broker-store")
        self._db: sqlite3.Connection | None = None
        self._batch: Batch = {}
        self._writing = False
        self._dirty = False
        """A ticket of the collecting batch may have been given out, even when its changes cancelled each other."""
        self._waiting: set[Callable[[], None]] = set()
        self._seq = 0
        self._collecting = 1
        self.committed = 0
        """The newest ticket that is on disk."""
        self.unwritten = 0
        """Bytes that wait for the disk, roughly."""
        self._unwritten_next = 0
        self.touched = 0
        """Grows with every change, so that a caller sees whether it caused one."""
        self.errors = 0

    def open(self) -> Saved:
        """Open or make the file; what was saved. Raises NewerStore, and sqlite3.Error when there is no way to open it.

        A file that is no database is put aside as `*.broken`, because the node publishes all its snapshots again.
        """
        try:
            return self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) or not self._path.exists():
                raise
            _log.error("broker.store_broken path=%s", self._path)
            for end in ("", "-wal", "-shm"):
                part = Path(f"{self._path}{end}")
                if part.exists():
                    part.replace(f"{part}.broken")
            return self._open()

    def _open(self) -> Saved:
        self._db = db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        for pragma in _PRAGMAS:
            db.execute(f"PRAGMA {pragma}")
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise NewerStore(f"version {version}")
        if version == 0:
            db.executescript(f"BEGIN; {_SCHEMA} PRAGMA user_version={VERSION}; COMMIT;")
        self._make_sure(db)
        return self._load(db)

    def _make_sure(self, db: sqlite3.Connection) -> None:
        """A commit whose fsync failed just before the broker died lies in the write-ahead log and counts, though no later fsync of
        that log would put it on the disk. So all of the log goes into the file, which is synced. A disk that still fails is no
        reason not to start: what matters is repeated by its sender until it is answered.
        """
        try:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            _log.error("broker.store_failed error=%s", error)

    def _load(self, db: sqlite3.Connection) -> Saved:
        sessions = {client: SavedSession() for (client,) in db.execute("SELECT client FROM session")}
        for client, wanted, qos in db.execute("SELECT client, filter, qos FROM subscription"):
            sessions[client].subscriptions[wanted] = qos
        for client, packet in db.execute("SELECT client, packet FROM unreleased"):
            sessions[client].unreleased.add(packet)
        for seq, client, topic, payload, retain, packet in db.execute("SELECT * FROM queued ORDER BY seq"):
            sessions[client].queued.append(Queued(seq, topic, payload, bool(retain), packet))
            self._seq = seq
        rows = db.execute("SELECT topic, payload, qos FROM retained")
        retained = {topic: Publish(topic, payload, qos, retain=True) for topic, payload, qos in rows}
        wills = db.execute("SELECT client, topic, payload, qos, retain FROM will")
        return Saved(sessions, retained, {row[0]: Publish(row[1], row[2], row[3], retain=bool(row[4])) for row in wills})

    def close(self) -> None:
        """Write what waits and close. Blocks until it is on disk."""
        self._writer.shutdown(wait=True)
        if self._db is None:
            return
        if self._batch:
            try:
                self._write([make() for make in self._batch.values()])
            except sqlite3.Error as error:
                _log.error("broker.store_failed error=%s", error)
        self._batch, self._dirty = {}, False
        self._db.close()
        self._db = None

    def when_committed(self, call: Callable[[], None]) -> None:
        """Call once after the next commit."""
        self._waiting.add(call)

    def keep_session(self, client: str) -> None:
        self._put(object(), _KEEP, (client,))

    def drop_session(self, client: str) -> None:
        for sql in _DROP:
            self._put(object(), sql, (client,))

    def subscribe(self, client: str, wanted: str, qos: int) -> None:
        self._put(object(), _SUBSCRIBE, (client, wanted, qos))

    def unsubscribe(self, client: str, wanted: str) -> None:
        self._put(object(), _UNSUBSCRIBE, (client, wanted))

    def pending(self) -> int:
        """The ticket that covers every change made so far."""
        return self._collecting if self._dirty else self._collecting - 1

    def next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def enqueue(self, client: str, message: Queued) -> None:
        """The packet identifier is read when the batch is written, so a message that is sent at once is written once."""

        def change() -> Change:
            return _ENQUEUE, (message.seq, client, message.topic, message.payload, message.retain, message.packet)

        self._add(("queued", message.seq), change, message.size)

    def sent(self, message: Queued) -> None:
        if ("queued", message.seq) not in self._batch:
            self._put(("sent", message.seq), _SENT, (message.packet, message.seq))

    def acked(self, message: Queued) -> None:
        self._batch.pop(("sent", message.seq), None)
        if self._batch.pop(("queued", message.seq), None) is None:
            self._put(object(), _ACKED, (message.seq,))

    def hold(self, client: str, packet: int) -> None:
        self._put(object(), _HOLD, (client, packet))

    def release(self, client: str, packet: int) -> None:
        self._put(object(), _RELEASE, (client, packet))

    def will(self, client: str, message: Publish) -> None:
        self._put(("will", client), _WILL, (client, message.topic, message.payload, message.qos, message.retain), len(message.payload))

    def no_will(self, client: str) -> None:
        self._put(("will", client), _NO_WILL, (client,))

    def retain(self, message: Publish) -> None:
        """The last one of a topic in a batch is the only one that is written."""
        key = ("retained", message.topic)
        if message.payload:
            self._put(key, _RETAIN, (message.topic, message.payload, message.qos), len(message.payload))
        else:
            self._put(key, _UNRETAIN, (message.topic,))

    def _put(self, key: object, sql: str, values: tuple[Any, ...], size: int = 0) -> None:
        self._batch.pop(key, None)
        self._add(key, lambda: (sql, values), size)

    def _add(self, key: object, change: Callable[[], Change], size: int) -> None:
        self.touched += 1
        self._batch[key] = change
        self._dirty = True
        self._unwritten_next += size + 100
        self.unwritten += size + 100
        if not self._writing:
            self._writing = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        if self._db is None:
            return
        changes = [change() for change in self._batch.values()]
        size, self._unwritten_next = self._unwritten_next, 0
        self._batch, self._dirty = {}, False
        number, self._collecting = self._collecting, self._collecting + 1
        self._run(number, changes, size)

    def _run(self, number: int, changes: list[Change], size: int) -> None:
        if self._db is None:
            return
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._writer, self._write, changes)
        done.add_done_callback(lambda future: self._written(future, number, changes, size))

    def _written(self, done: "asyncio.Future[None]", number: int, changes: list[Change], size: int) -> None:
        if done.cancelled():
            return
        if error := done.exception():
            self.errors += 1
            _log.error("broker.store_failed error=%s waiting=%d", error, len(changes))
            asyncio.get_running_loop().call_later(RETRY_S, self._run, number, changes, size)
            return
        self.committed = number
        self.unwritten -= size
        waiting, self._waiting = self._waiting, set()
        for call in waiting:
            call()
        self._writing = self._dirty
        if self._dirty:
            self._start()

    def _write(self, changes: list[Change]) -> None:
        """One transaction, one fsync. Raises sqlite3.Error with nothing written."""
        if not changes or (db := self._db) is None:
            return
        try:
            db.execute("BEGIN IMMEDIATE")
            for sql, same in groupby(changes, key=itemgetter(0)):
                db.executemany(sql, [values for _, values in same])
            db.execute("COMMIT")
        except sqlite3.Error:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
