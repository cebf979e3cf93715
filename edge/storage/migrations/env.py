"""Alembic runs this file. The connection is already open and in its transaction (edge/storage/upgrade.py)."""

from alembic import context

from edge.storage.migrate import VERSION_TABLE

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given.get("metadata"),
    render_item=given.get("render_item"),
    include_name=given.get("include_name"),
    include_object=given.get("include_object"),
    version_table=VERSION_TABLE,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
