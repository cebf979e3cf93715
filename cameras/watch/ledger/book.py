"""The minutes that the desk does not have yet, on disk. SQLite, so that a power cut leaves a whole book.

A minute may come in parts and twice: parts are joined, and of two words about one second the worse stays.
"""

import logging
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from broker.messages.cameras import AuditLine
from cameras.domain.ledger import packed, unpacked, worse
from cameras.watch.ledger.diary import Minute

KEPT = 800_000
"""Minutes that wait at most: a month of seventeen cameras. Older ones are let go: a gap at the desk."""
MOST = 1000
"""Minutes on one page."""
_TABLES = """
CREATE TABLE IF NOT EXISTS minute (camera TEXT, start INTEGER, runs TEXT NOT NULL, PRIMARY KEY (start, camera)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS audit (camera TEXT, at TEXT, said TEXT NOT NULL, PRIMARY KEY (camera, at)) WITHOUT ROWID;
"""
_PUT = "INSERT INTO minute VALUES (?, ?, ?) ON CONFLICT (start, camera) DO UPDATE SET runs = excluded.runs"
_log = logging.getLogger("cameras.watch.ledger")


class Book:
    """One file. Any thread. sqlite3.Error when the disk is full or broken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None

    def open(self) -> None:
        """Open or make it; one that cannot be read is put aside. OSError, sqlite3.Error."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._base = self._opened()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            _log.warning("the ledger's book was unreadable and begins anew: %s", error)
            self.path.replace(self.path.with_suffix(".broken"))
            self._base = self._opened()

    def close(self) -> None:
        with self._lock:
            if self._base is not None:
                self._base.close()
            self._base = None

    def put(self, minutes: Iterable[Minute]) -> None:
        """Write them down in one transaction."""
        with self._lock, self._writing() as base:
            for minute in minutes:
                known = base.execute("SELECT runs FROM minute WHERE camera = ? AND start = ?", (minute.camera, minute.start)).fetchone()
                seconds = worse(unpacked(known[0]), minute.seconds) if known else minute.seconds
                base.execute(_PUT, (minute.camera, minute.start, packed(seconds)))
            base.execute("DELETE FROM minute WHERE start <= (SELECT start FROM minute ORDER BY start DESC LIMIT 1 OFFSET ?)", (KEPT,))

    def put_audit(self, audit: AuditLine) -> None:
        """Write down what an audit found."""
        with self._lock, self._writing() as base:
            said = audit.to_bytes().decode()
            base.execute("INSERT OR REPLACE INTO audit VALUES (?, ?, ?)", (audit.camera, audit.at.isoformat(), said))

    def waiting(self, before: int) -> list[Minute]:
        """At most MOST minutes that begin before `before`, the oldest first and each camera's together."""
        query = "SELECT * FROM (SELECT camera, start, runs FROM minute WHERE start < ? ORDER BY start LIMIT ?) ORDER BY camera, start"
        with self._lock, self._writing() as base:
            return [Minute(camera, start, unpacked(runs)) for camera, start, runs in base.execute(query, (before, MOST))]

    def audits(self) -> list[AuditLine]:
        """At most MOST audits."""
        with self._lock, self._writing() as base:
            return [AuditLine.model_validate_json(said) for (said,) in base.execute("SELECT said FROM audit LIMIT ?", (MOST,))]

    def settle(self, minutes: Sequence[Minute], audits: Sequence[AuditLine]) -> None:
        """The desk has them. What was written anew since stays."""
        with self._lock, self._writing() as base:
            rows = [(minute.camera, minute.start, packed(minute.seconds)) for minute in minutes]
            base.executemany("DELETE FROM minute WHERE camera = ? AND start = ? AND runs = ?", rows)
            base.executemany("DELETE FROM audit WHERE camera = ? AND at = ?", [(audit.camera, audit.at.isoformat()) for audit in audits])

    def _writing(self) -> sqlite3.Connection:
        """A transaction: committed at the block's end, taken back when it raises. A book that could not be opened is tried again."""
        if self._base is None:
            self._base = self._opened()
        return self._base

    def _opened(self) -> sqlite3.Connection:
        base = sqlite3.connect(self.path, check_same_thread=False)
        try:
            base.execute("PRAGMA journal_mode = WAL")
            base.execute("PRAGMA synchronous = NORMAL")
            base.executescript(_TABLES)
            with closing(base.execute("PRAGMA quick_check")) as told:
                if told.fetchone()[0] != "ok":
                    raise sqlite3.DatabaseError("damaged")
        except sqlite3.Error:
            base.close()
            raise
        return base
