"""What a database keeps beside its rows: their places on the disk, and what was deleted. A box of secret ballots must keep neither.

SQLite  VACUUM copies every table in the order of its keys into fresh pages and leaves nothing else in the file; then the whole
        write-ahead log goes into the file and is cut to nothing.
PostgreSQL  VACUUM FULL writes the table into a new file without its dead rows and lets the old one go.

What this cannot reach: blocks of the disk that the file system has given up and not written again, copies that a file system with
snapshots keeps, and PostgreSQL's own write-ahead log until it is recycled.
"""

import time
from typing import Final

from sqlalchemy import text
from sqlalchemy.engine.interfaces import DBAPICursor

from edge.storage.engine import BUSY_MS, Store

WAIT_S: Final = 0.02
TRUNCATE_S: Final = 5.0
"""How long readers of an older state are waited for before the write-ahead log is left as it is."""


class StillRead(RuntimeError):
    """Somebody reads an older state for so long that the write-ahead log cannot be cut."""


def rewrite(store: Store, table: str) -> None:
    """Only between two of the writer's transactions. Raises DBAPIError, sqlite3.Error or StillRead; then all rows are as before."""
    if store.is_sqlite:
        _sqlite(store)
    else:
        quoted = store.writer.dialect.identifier_preparer.quote(table)
        with store.writer.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text(f"VACUUM (FULL) {quoted}"))


def _sqlite(store: Store) -> None:
    raw = store.writer.raw_connection()
    try:
        raw.cursor().execute("VACUUM")
    finally:
        raw.close()
    cut_log(store)


def cut_log(store: Store) -> None:
    """Move SQLite's write-ahead log into the database file, and cut it to nothing. Raises sqlite3.Error or StillRead."""
    raw = store.writer.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA busy_timeout=0")  # the wait is ours: it is shorter than that of a transaction
        end = time.monotonic() + TRUNCATE_S
        while _busy(cursor):
            if time.monotonic() > end:
                raise StillRead
            time.sleep(WAIT_S)
    finally:
        raw.cursor().execute(f"PRAGMA busy_timeout={BUSY_MS}")
        raw.close()


def _busy(cursor: DBAPICursor) -> bool:
    """Move the write-ahead log into the file and cut it; True while a reader is in the way."""
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    found = cursor.fetchone()
    return found is not None and found[0] != 0
