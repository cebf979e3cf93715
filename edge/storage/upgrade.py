"""Runs alembic inside the writer's transaction. Imported only when there is something to migrate."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from edge.storage.engine import Store
from edge.storage.migrate import FOLDER


def upgrade(store: Store, target: str = "head") -> None:
    """Run every missing migration in one transaction; a failure leaves the database as it was."""
    with store.writer.connect() as connection:
        _pragma(connection, "foreign_keys=OFF")  # a table that is rebuilt must not take its children with it
        try:
            with connection.begin():
                command.upgrade(config(connection), target)
        finally:
            _pragma(connection, "foreign_keys=ON")


def config(connection: Connection) -> Config:
    """Alembic's configuration for a connection that is already in its transaction."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.attributes["connection"] = connection
    return made


def _pragma(connection: Connection, words: str) -> None:
    raw = connection.connection.dbapi_connection
    if raw is not None and connection.dialect.name == "sqlite":
        raw.cursor().execute(f"PRAGMA {words}")
