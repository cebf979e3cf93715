"""For whoever changes a table: `python -m edge.storage.draft "what changed" [prefix]` writes the next migration from the difference
between the tables and the migrations so far. Read it, complete it, run the tests of edge/storage.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import sqlalchemy as sa
from alembic import command

from edge.storage.engine import open_store, sqlite_url
from edge.storage.migrate import FOLDER, revisions
from edge.storage.tables import metadata
from edge.storage.upgrade import config, upgrade

STEP: Final = re.compile(r'^    (?:op\.|with op\.batch_alter_table\()\w*\(?[\'"](\w+)[\'"]')
"""The first line of something done to a table."""


def draft(message: str, prefix: str = "") -> Path:
    """Write edge/storage/migrations/versions/<next>_<message>.py, about the tables whose names begin with `prefix`."""
    revision = f"{len(revisions()) + 1:04d}"
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(sqlite_url(Path(folder) / "draft.db"))
        if revisions():
            upgrade(store)
        with store.writer.begin() as connection:
            made = config(connection)
            made.attributes["metadata"] = metadata()
            made.attributes["render_item"] = render_item
            made.attributes["include_name"] = lambda name, kind, _parents: kind != "table" or str(name).startswith(prefix)
            made.attributes["include_object"] = lambda _item, name, kind, *_: kind != "table" or str(name).startswith(prefix)
            made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(made, re.sub(r"\W+", " ", message), autogenerate=True, rev_id=revision)
        store.close()
    file = next((FOLDER / "versions").glob(f"{revision}_*.py"))
    file.write_text(by_table(file.read_text("utf-8")), "utf-8")
    return file


def by_table(text: str) -> str:
    """One function for each table, called in order: a migration is read table by table."""
    head, _, body = text.partition("def upgrade() -> None:\n")
    parts = list(_parts(body))
    calls = "".join(f"    {name}()\n" for name, _ in parts) or "    pass\n"
    functions = "".join(f"\n\ndef {name}() -> None:\n{lines.rstrip()}\n" for name, lines in parts)
    return f"{head}def upgrade() -> None:\n{calls}{functions}"


def _parts(body: str) -> Iterator[tuple[str, str]]:
    """(table, its lines); steps for the same table that follow one another stay together."""
    name, lines = "", ""
    for line in body.splitlines(keepends=True):
        if line.strip().startswith("# ###"):
            continue
        found = STEP.match(line)
        if found and f"_{found[1]}" != name:
            if lines.strip():
                yield name, lines
            name, lines = f"_{found[1]}", ""
        lines += line
    if name and lines.strip():
        yield name, lines


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A migration names only SQLAlchemy's own types: a room may change its types, history may not."""
    if kind != "type":
        return False
    plain = item.impl_instance if isinstance(item, sa.TypeDecorator) else item
    if isinstance(plain, sa.DateTime):
        return f"sa.DateTime(timezone={plain.timezone})"
    if isinstance(plain, sa.Text):
        return "sa.Text()"
    if isinstance(plain, sa.String):
        return f"sa.String({plain.length or ''})"
    return f"sa.{type(plain).__name__}()" if plain is not item else False


if __name__ == "__main__":
    sys.stdout.write(f"{draft(*sys.argv[1:3])}\n")
