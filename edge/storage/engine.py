"""One database behind one URL: SQLite (the default, in the home folder) or PostgreSQL.

Two engines look at the same database. The writer's transactions exclude each other across processes, so the desk and a
command line never interleave. The readers see one committed state for as long as their session lives, and cannot write.
Errors do not show the values of a statement, and SQLite overwrites what is deleted: the log of the node is no second ballot box.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from edge.errors import Code, Refusal

BUSY_MS = 10_000
"""How long a transaction waits for another process's transaction before it fails."""
READERS = 4
WRITER_LOCK = 0x44494E48
"""Key of the PostgreSQL advisory lock that makes the writer one ("DINH")."""
DISK_FULL_STATES = frozenset({"53100"})
"""PostgreSQL SQLSTATE disk_full."""
BROKEN = frozenset({sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOTADB})
"""SQLite results after which nothing more is written in this transaction."""


@dataclass(frozen=True)
class Store:
    """The writer's engine and the readers' engine on one database."""

    url: str
    writer: Engine
    readers: Engine

    @property
    def is_sqlite(self) -> bool:
        """True for the default database, a file."""
        return self.writer.dialect.name == "sqlite"

    @contextmanager
    def reader(self) -> Iterator[Session]:
        """A read-only session on the last committed state."""
        with Session(self.readers, expire_on_commit=False, autoflush=False) as session:
            yield session

    def close(self) -> None:
        """Give all connections back."""
        self.writer.dispose()
        self.readers.dispose()


def open_store(url: str) -> Store:
    """Open both engines. Connects to nothing yet; a SQLite file is made on first use."""
    plain = make_url(url)
    if plain.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    psycopg_url = plain.set(drivername="postgresql+psycopg")
    return _open_postgres(url, psycopg_url.render_as_string(hide_password=False))


def sqlite_url(path: Path) -> str:
    """The URL of a SQLite file."""
    return f"sqlite:///{path}"


def storage_refusal(error: DBAPIError) -> Refusal:
    """What a failed statement or commit means to whoever asked: the disk is full, or the storage failed."""
    code = Code.DISK_FULL if is_disk_full(error) else Code.STORAGE
    return Refusal(code, detail=str(error.orig).splitlines()[0] if str(error.orig) else type(error.orig).__name__)


def is_disk_full(error: DBAPIError) -> bool:
    """True when the database had no room for the write."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
    return getattr(cause, "sqlstate", None) in DISK_FULL_STATES


def lost_transaction(session: Session, error: BaseException) -> DBAPIError | None:
    """The storage error for which the whole transaction is lost, not only the statement that `error` came from.

    SQLite may roll back by itself when it has no room; what followed would then be written without a transaction.
    """
    first = None
    link: BaseException | None = error
    while link is not None:
        if isinstance(link, DBAPIError):
            first = first or link
            if _breaks(link):
                return link
        link = link.__context__
    return first if first is not None and not _in_transaction(session) else None


def _breaks(error: DBAPIError) -> bool:
    if is_disk_full(error) or error.connection_invalidated:
        return True
    cause = error.orig
    return isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in BROKEN


def _in_transaction(session: Session) -> bool:
    if not session.is_active:
        return False
    raw = session.connection().connection.dbapi_connection
    return raw.in_transaction if isinstance(raw, sqlite3.Connection) else True


def _open_sqlite(url: str) -> Store:
    writer = create_engine(url, pool_size=1, max_overflow=4, hide_parameters=True)
    readers = create_engine(url, pool_size=READERS, max_overflow=60, hide_parameters=True)
    _on_connect(writer, "PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA secure_delete=ON")
    _on_connect(readers, "PRAGMA query_only=ON")
    _on_begin(writer, "BEGIN IMMEDIATE")
    _on_begin(readers, "BEGIN")
    return Store(url, writer, readers)


def _open_postgres(url: str, psycopg_url: str) -> Store:
    writer = create_engine(psycopg_url, pool_size=1, max_overflow=4, pool_pre_ping=True, hide_parameters=True)
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    readers = create_engine(
        psycopg_url, pool_size=READERS, max_overflow=60, pool_pre_ping=True, hide_parameters=True, execution_options=options
    )

    @event.listens_for(writer, "begin")
    def lock(connection: Connection) -> None:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITER_LOCK})

    return Store(url, writer, readers)


def _on_connect(engine: Engine, *pragmas: str) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN; the driver's own guess breaks savepoints
        for pragma in (f"PRAGMA busy_timeout={BUSY_MS}", *pragmas):
            connection.execute(pragma)


def _on_begin(engine: Engine, statement: str) -> None:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)
