"""One day of the cameras, in the commune's own hours."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cameras.desk import store
from cameras.desk.models import CameraDay, Summary
from cameras.desk.ports import CameraCard
from cameras.desk.tables import HealthRow, SightingRow
from cameras.domain.cases import OPEN, State

COMMUNE = ZoneInfo("Asia/Ho_Chi_Minh")
WATCHED = frozenset({"seen", "idle"})
BLIND = frozenset({"gap", "covered", "moved", "dark", "unreadable", "refused"})
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


CardOf = Callable[[str], CameraCard | None]


def summary(session: Session, day: date, *, now: datetime, card_of: CardOf) -> Summary:
    """Counts of the day, and for each camera how long it watched and how long it was blind."""
    span = span_of(day)
    rows = store.queue(session, store.Wanted(since=span.since, until=span.until, limit=5000))
    health = _spells(store.health_between(session, span.since, span.until), span, now)
    hours = Counter(row.at.astimezone(COMMUNE).hour for row in rows)
    cameras = sorted({row.camera for row in rows} | set(health))
    return Summary(
        day=day.isoformat(),
        open=store.counts(session, OPEN),
        confirmed=_count(rows, CONFIRMED),
        rejected=_count(rows, {State.REJECTED}),
        unsure=_count(rows, {State.UNSURE}),
        flagged=len(rows),
        cameras=[_camera_day(camera, card_of(camera), rows=rows, spells=health.get(camera, [])) for camera in cameras],
        hours=[hours[hour] for hour in range(24)],
    )


@dataclass(frozen=True)
class _Spell:
    state: str
    seconds: int


def _camera_day(camera: str, card: CameraCard | None, *, rows: Sequence[SightingRow], spells: Sequence[_Spell]) -> CameraDay:
    mine = [row for row in rows if row.camera == camera]
    kept_name = mine[0].camera_name if mine else camera
    return CameraDay(
        camera=camera,
        camera_name=card.name if card else kept_name,
        open=_count(mine, OPEN),
        confirmed=_count(mine, CONFIRMED),
        rejected=_count(mine, {State.REJECTED}),
        watched_s=sum(spell.seconds for spell in spells if spell.state in WATCHED),
        blind_s=sum(spell.seconds for spell in spells if spell.state in BLIND),
        state=spells[-1].state if spells else None,
    )


def _count(rows: Iterable[SightingRow], states: Iterable[State]) -> int:
    wanted = set(states)
    return sum(State(row.state) in wanted for row in rows)


def _spells(rows: Sequence[HealthRow], span: Span, now: datetime) -> dict[str, list[_Spell]]:
    """How long each state stood within the span, up to now."""
    end = min(span.until, now)
    spells: dict[str, list[_Spell]] = {}
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        until = following.at if following is not None and following.camera == row.camera else end
        seconds = (min(until, end) - max(row.at, span.since)).total_seconds()
        spells.setdefault(row.camera, []).append(_Spell(row.state, max(0, int(seconds))))
    return spells
