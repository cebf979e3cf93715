"""One day of the cameras, in the commune's own hours."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cameras.desk import store
from cameras.desk.models import CameraDay, DayMinutes, Summary
from cameras.desk.ports import CameraCard
from cameras.desk.tables import SightingRow
from cameras.domain.cases import OPEN, State
from cameras.domain.ledger import WATCHED

COMMUNE = ZoneInfo("Asia/Ho_Chi_Minh")
QUIET = frozenset({State.SUSPECTED})
CONFIRMED = frozenset({State.CONFIRMED, State.REPORTED, State.CLOSED})


@dataclass(frozen=True)
class Span:
    """Half-open [since, until)."""

    since: datetime
    until: datetime


def span_of(day: date) -> Span:
    """The commune's day."""
    since = datetime.combine(day, time(), COMMUNE)
    return Span(since, since + timedelta(days=1))


def today(now: datetime) -> date:
    """The commune's date at `now`."""
    return now.astimezone(COMMUNE).date()


Watched = Mapping[str, DayMinutes]
"""Camera -> what its minutes counted as."""


def summary(session: Session, day: date, *, cards: Sequence[CameraCard], watched: Watched) -> Summary:
    """Counts of the day, and for each camera how long it watched and how long it was blind."""
    span = span_of(day)
    rows = store.queue(session, store.Wanted(since=span.since, until=span.until, limit=5000))
    hours = Counter(row.at.astimezone(COMMUNE).hour for row in rows if row.score >= row.threshold)
    names = {row.camera: row.camera_name for row in rows} | {card.id: card.name for card in cards}
    return Summary(
        day=day.isoformat(),
        open=store.counts(session, OPEN - QUIET),
        quiet=store.counts(session, QUIET),
        confirmed=_count(rows, CONFIRMED),
        rejected=_count(rows, {State.REJECTED}),
        unsure=_count(rows, {State.UNSURE}),
        flagged=sum(row.score >= row.threshold for row in rows),
        cameras=[_camera_day(camera, names[camera], rows=rows, watched=watched.get(camera)) for camera in sorted(names)],
        hours=[hours[hour] for hour in range(24)],
    )


def _camera_day(camera: str, name: str, *, rows: Sequence[SightingRow], watched: DayMinutes | None) -> CameraDay:
    mine = [row for row in rows if row.camera == camera]
    return CameraDay(
        camera=camera,
        camera_name=name,
        open=_count(mine, OPEN - QUIET),
        confirmed=_count(mine, CONFIRMED),
        rejected=_count(mine, {State.REJECTED}),
        watched=sum(watched.minutes.get(state, 0) for state in WATCHED) if watched else 0,
        blind=watched.blind if watched else 0,
        state=watched.last if watched else None,
    )


def _count(rows: Iterable[SightingRow], states: Iterable[State]) -> int:
    wanted = set(states)
    return sum(State(row.state) in wanted for row in rows)
