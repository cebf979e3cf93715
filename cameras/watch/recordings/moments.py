"""Capture times as the index holds them: microseconds since 1970-01-01 00:00 UTC."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def micros(at: datetime) -> int:
    """Exact, for any aware time."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def moment(us: int) -> datetime:
    """The reverse of `micros`, UTC."""
    return _EPOCH + timedelta(microseconds=us)
