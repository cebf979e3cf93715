"""Sign-in attempts: counted before the password is looked at, so that guesses sent together gain nothing."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import Session

from edge.accounts.tables import AttemptRow
from edge.refusals import Code, Refusal

FREE, FREE_PER_ADDRESS = 5, 30
"""Attempts before the first wait: of one name from one address, and of one address with any name."""
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(hours=1)
FORGET = timedelta(hours=24)


def keys(login: str, address: str) -> tuple[tuple[str, int], ...]:
    """The two counters of an attempt and how many attempts each allows."""
    return (_key(login, address), FREE), (_key("*", address), FREE_PER_ADDRESS)


def count(session: Session, login: str, address: str, now: datetime) -> Refusal | None:
    """Count one attempt as failed until `forgive`. A refusal when it must wait; then nothing is counted."""
    rows = [(_row(session, key, now), free) for key, free in keys(login, address)]
    waits = [row.locked_until for row, _free in rows if row.locked_until and row.locked_until > now]
    if waits:
        return Refusal(Code.LOCKED, retry_s=int((max(waits) - now).total_seconds()) + 1)
    for row, free in rows:
        row.failures += 1
        row.last_at = now
        row.locked_until = now + wait(row.failures - free) if row.failures >= free else None
        session.add(row)
    return None


def forgive(session: Session, login: str, address: str) -> None:
    """The password was right: the name's counter starts anew, the address gets its attempt back."""
    (own, _), (shared, _) = keys(login, address)
    if (row := session.get(AttemptRow, own)) is not None:
        session.delete(row)
    if (row := session.get(AttemptRow, shared)) is not None:
        row.failures, row.locked_until = max(0, row.failures - 1), None
        session.add(row)


def wait(over: int) -> timedelta:
    """30 s at the limit, doubled with each further failure, at most an hour."""
    return min(FIRST_WAIT * (1 << min(over, 10)), LONGEST_WAIT)


def _row(session: Session, key: str, now: datetime) -> AttemptRow:
    row = session.get(AttemptRow, key)
    if row is None or now - row.last_at > FORGET:
        row = row or AttemptRow(key=key, failures=0, last_at=now)
        row.failures, row.locked_until = 0, None
    return row


def _key(login: str, address: str) -> str:
    return hashlib.sha256(f"{login}\n{address}".encode()).hexdigest()
