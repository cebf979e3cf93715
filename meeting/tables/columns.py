"""What columns of all tables share."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, ForeignKey, String, TypeDecorator


class UtcTime(TypeDecorator[datetime]):
    """A time with offset in, the same moment in UTC out. SQLite keeps no offset, so UTC is what is stored."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without an offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def time(*, empty: bool = True) -> Any:
    """A column of times."""
    return Column(UtcTime(), nullable=empty)


def meeting_key(*, primary: bool = True) -> Any:
    """The column that says of which meeting a row is."""
    return Column(String, ForeignKey("meeting_meetings.id"), primary_key=primary, nullable=False, index=not primary)
