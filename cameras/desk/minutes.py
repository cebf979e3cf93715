"""Seconds of cameras in and out of the database: a row for each camera, hour and watcher, the seconds as runs.

A watcher's own words about one second are joined so that the worse stays; across watchers what one saw was seen. What nobody said
is `-`, and counts as a gap.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from broker.messages.cameras import AuditLine, LedgerLine
from cameras.desk.tables import AuditRow, LedgerRow
from cameras.domain.audits import Missed, missed_of
from cameras.domain.ledger import HOUR, NOBODY, better, packed, unpacked, worse

AN_HOUR = timedelta(hours=1)


def enter(session: Session, watcher: str, line: LedgerLine, *, until: datetime) -> None:
    """Write a line down; what it says of the time after `until` is left out. ValueError when its runs are none."""
    seconds = unpacked(line.runs)[: max(0, int((until - line.since).total_seconds()))]
    for hour, part in _by_hours(line.since, seconds):
        row = session.get(LedgerRow, (line.camera, hour, watcher))
        if row is None:
            session.add(LedgerRow(camera=line.camera, hour=hour, watcher=watcher, runs=packed(part)))
        else:
            row.runs = packed(worse(unpacked(row.runs), part))
    session.flush()


def enter_audit(session: Session, watcher: str, audit: AuditLine) -> None:
    """Write an audit down; the same again changes nothing."""
    if session.get(AuditRow, (audit.camera, audit.at)) is None:
        session.add(AuditRow(watcher=watcher, **audit.model_dump()))
        session.flush()


def seconds_of(session: Session, since: datetime, until: datetime, *, camera: str | None = None) -> dict[str, str]:
    """A letter for each second of [since, until), for each camera that anybody said something about."""
    query = select(LedgerRow).where(col(LedgerRow.hour) > since - AN_HOUR, col(LedgerRow.hour) < until)
    if camera is not None:
        query = query.where(LedgerRow.camera == camera)
    hours: dict[tuple[str, datetime], str] = {}
    for row in session.exec(query).all():
        said, key = unpacked(row.runs), (row.camera, row.hour)
        hours[key] = better(hours[key], said) if key in hours else said
    return {name: _joined(name, hours, since, until) for name in {camera for camera, _ in hours}}


def missed(session: Session, since: datetime) -> dict[str, Missed]:
    """How many audited minutes there were since, and how many of them the gate missed, for each camera."""
    counts: Any = select(AuditRow.camera, func.count(), func.count().filter(col(AuditRow.moved_s) > 0))
    query = counts.where(col(AuditRow.at) >= since).group_by(col(AuditRow.camera))
    return {camera: missed_of(audited, missed) for camera, audited, missed in session.exec(query).all()}


def misses(session: Session, camera: str, since: datetime, *, limit: int = 20) -> Sequence[AuditRow]:
    """The audited minutes in which the gate missed something, the newest first."""
    query = select(AuditRow).where(AuditRow.camera == camera, col(AuditRow.at) >= since, col(AuditRow.moved_s) > 0)
    return session.exec(query.order_by(col(AuditRow.at).desc()).limit(limit)).all()


def _by_hours(since: datetime, seconds: str) -> Iterator[tuple[datetime, str]]:
    """Whole hours of 3600 letters; what the line does not cover is nobody's."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    padded = NOBODY * int((since - hour).total_seconds()) + seconds
    for start in range(0, len(padded), HOUR):
        yield hour + timedelta(seconds=start), padded[start : start + HOUR].ljust(HOUR, NOBODY)


def _joined(camera: str, hours: dict[tuple[str, datetime], str], since: datetime, until: datetime) -> str:
    first = since.replace(minute=0, second=0, microsecond=0)
    count = -int((first - until).total_seconds() // HOUR)
    whole = "".join(hours.get((camera, first + index * AN_HOUR), NOBODY * HOUR) for index in range(count))
    start = int((since - first).total_seconds())
    return whole[start : start + int((until - since).total_seconds())]
