"""Every table as JSON lines, for a database that is no file. Times are UTC."""

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import IO, Any, Final

from sqlalchemy import Connection, MetaData, Table, text

from edge.storage.engine import Store

BATCH: Final = 500
VERSION: Final = "house_version"


def dump(store: Store, stream: IO[str]) -> None:
    """All rows of all tables in one consistent view, parents before children."""
    with store.readers.connect() as connection:
        for table in _tables(connection):
            for row in connection.execute(table.select()):
                line = [table.name, {key: _out(value) for key, value in row._mapping.items()}]  # noqa: SLF001 - SQLAlchemy's public name
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")


def load(store: Store, stream: Iterable[str]) -> None:
    """Insert them into migrated, empty tables in one transaction, and bring the sequences after them."""
    with store.writer.begin() as connection:
        tables = {table.name: table for table in _tables(connection)}
        for name, rows in _batches(stream):
            if name != VERSION:
                connection.execute(tables[name].insert(), rows)
        _advance(connection, tables.values())


def _tables(connection: Connection) -> list[Table]:
    found = MetaData()
    found.reflect(connection)
    return list(found.sorted_tables)


def _batches(stream: Iterable[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    name, rows = "", list[dict[str, Any]]()
    for line in stream:
        table, row = json.loads(line)
        if rows and (table != name or len(rows) >= BATCH):
            yield name, rows
            rows = []
        name = table
        rows.append({key: _in(value) for key, value in row.items()})
    if rows:
        yield name, rows


def _advance(connection: Connection, tables: Iterable[Table]) -> None:
    for table in tables:
        for column in table.columns:
            if column.server_default is not None and "nextval" in str(getattr(column.server_default, "arg", "")):
                highest = f"(SELECT max({column.name}) FROM {table.name})"  # noqa: S608 - names from the schema
                connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), {highest})"))


def _out(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"time": (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()}
    if isinstance(value, bytes | memoryview):
        return {"bytes": base64.b64encode(value).decode()}
    return {"json": value} if isinstance(value, dict | list) else value


def _in(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "time" in value:
        return datetime.fromisoformat(value["time"])
    return base64.b64decode(value["bytes"]) if "bytes" in value else value["json"]
