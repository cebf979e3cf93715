"""Brings a database to this version, and refuses one that a newer version has written.

The newest revision is known from the names of the migration files, so that a start that has nothing to migrate does not
pay for loading alembic.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from edge.errors import Code, Refusal
from edge.storage.engine import Store, storage_refusal

FOLDER: Final = Path(__file__).parent / "migrations"
VERSION_TABLE: Final = "house_version"


def revisions() -> list[str]:
    """Every revision, oldest first. A migration's file is called <revision>_<what it does>.py, and revisions sort by name."""
    return sorted(file.stem.split("_")[0] for file in (FOLDER / "versions").glob("[0-9]*.py"))


def current(store: Store) -> str | None:
    """The database's revision, or None for an empty database. Raises Refusal when it is not ours, or cannot be reached."""
    try:
        with Session(store.readers) as session:
            tables = set(inspect(session.connection()).get_table_names())
            if VERSION_TABLE not in tables:
                if tables:
                    raise Refusal(Code.UNKNOWN_DATABASE, database=shown(store), tables=", ".join(sorted(tables)[:5]))
                return None
            return str(session.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one())  # noqa: S608 - a constant
    except OperationalError as error:
        raise Refusal(Code.DATABASE_UNREACHABLE, database=shown(store), detail=str(error.orig).strip().splitlines()[0]) from None
    except DBAPIError as error:
        raise Refusal(Code.UNKNOWN_DATABASE, database=shown(store), tables=str(error.orig).strip().splitlines()[0]) from None


def migrate(store: Store) -> bool:
    """Bring the database to the newest revision; True when something was done. All of it is one transaction."""
    have, known = current(store), revisions()
    if have is not None and have not in known:
        raise Refusal(Code.NEWER_DATABASE, database=shown(store), has=have, knows=known[-1])
    if have == known[-1]:
        return False
    from edge.storage.upgrade import upgrade  # noqa: PLC0415 - alembic is loaded only when there is work for it

    try:
        upgrade(store)
    except DBAPIError as error:
        raise storage_refusal(error) from None
    return True


def shown(store: Store) -> str:
    """The database's URL without its password."""
    return store.writer.url.render_as_string(hide_password=True)
