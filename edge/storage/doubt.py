"""What a failed write leaves behind, and how it is taken away before anything else is written.

When the fsync of a commit fails, SQLite answers with an error and goes on as before the transaction; but the frames lie in its
write-ahead log, whole and with a right checksum. If the process dies then, the next one finds them and takes them for committed: what
was refused is there after all. And the kernel has marked their pages as clean, so that no later fsync of that log would put them on the
disk: commits behind them, though synced, could be lost with them in a power cut.

Both end when the log is moved into the database file, which is synced, and cut to nothing. That is done at once; when it fails, too,
nothing is written until it succeeds; and a fresh process does it before its first commit, because the one before may have died
in between. Ending the process instead would be wrong: the next one reads the same pages of the same cache, and believes the frames.

PostgreSQL does the same for itself: it stops, and recovers from its own log.
"""

import sqlite3
from typing import Final

from sqlalchemy.exc import DBAPIError

from edge.storage.engine import Store
from edge.storage.rewrite import cut_log

UNSURE: Final = frozenset({sqlite3.SQLITE_IOERR})
"""Not SQLITE_FULL: without room the frame that ends the transaction is not written."""


def in_doubt(error: DBAPIError) -> bool:
    """True when nobody knows what this failed write left."""
    return isinstance(error.orig, sqlite3.Error) and getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in UNSURE


def make_sure(store: Store) -> None:
    """Only between two of the writer's transactions. Raises sqlite3.Error or StillRead while the disk does not take it."""
    if store.is_sqlite:
        cut_log(store)
