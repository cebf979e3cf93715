"""For whoever changes a table: `python -m edge.storage.draft "what changed"` writes the next migration from the difference
between the tables and the migrations so far. Read it, complete it, run the tests of edge/storage.
"""

import re
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from alembic import command

from edge.storage.engine import open_store, sqlite_url
from edge.storage.migrate import revisions
from edge.storage.tables import metadata
from edge.storage.upgrade import config, upgrade


def draft(message: str) -> None:
    """Write edge/storage/migrations/versions/<next>_<message>.py."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(sqlite_url(Path(folder) / "draft.db"))
        if revisions():
            upgrade(store)
        with store.writer.begin() as connection:
            made = config(connection)
            made.attributes["metadata"] = metadata()
            made.attributes["render_item"] = render_item
            made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
            command.revision(made, re.sub(r"\W+", " ", message), autogenerate=True, rev_id=f"{len(revisions()) + 1:04d}")
        store.close()


def render_item(kind: str, item: Any, _context: object) -> str | Literal[False]:
    """A migration names only SQLAlchemy's own types: a room may change its types, history may not."""
    if kind != "type":
        return False
    if isinstance(item, sa.TypeDecorator):
        item = item.impl_instance if hasattr(item, "impl_instance") else item.impl
    if isinstance(item, sa.DateTime):
        return f"sa.DateTime(timezone={item.timezone})"
    if isinstance(item, sa.String):
        return f"sa.String({item.length or ''})" if not isinstance(item, sa.Text) else "sa.Text()"
    return False


if __name__ == "__main__":
    draft(" ".join(sys.argv[1:]) or "change")
