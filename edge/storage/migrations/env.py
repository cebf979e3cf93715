"""Alembic runs this file. The connection is already open and in its transaction (edge/storage/upgrade.py)."""

from alembic import context

from edge.storage.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    render_item=context.config.attributes.get("render_item"),
    version_table=VERSION_TABLE,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
