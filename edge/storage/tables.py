"""All tables of the house. Importing this module imports every room's tables, so only what needs all of them does."""

from importlib import import_module
from typing import Final

from sqlalchemy import MetaData
from sqlmodel import SQLModel

TABLES: Final = (
    "edge.accounts.tables",
    "edge.devices.tables",
    "edge.reporting.tables",
    "meeting.tables",
    "cameras.desk.tables",
)


def metadata() -> MetaData:
    """The metadata that holds every table."""
    for module in TABLES:
        import_module(module)
    return SQLModel.metadata
