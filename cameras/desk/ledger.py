"""The ledger of camera-minutes: what comes from the watchers, and what a person is shown of a day and of a week."""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from pydantic import ValidationError
from sqlmodel import Session

from broker.messages.cameras import Entered, LedgerPage
from broker.topics import ENTERED, LEDGER
from cameras.desk import days, minutes
from cameras.desk.models import Audited, CameraWeek, DayMinutes, LedgerDay, LedgerRun, LedgerWeek, MissedMinute
from cameras.desk.ports import CameraCard, House
from cameras.domain.audits import Missed, missed_of
from cameras.domain.errors import Code, Refusal
from cameras.domain.ledger import BLIND, MINUTE, NOBODY, State
from cameras.domain.ledger import minutes as minutes_of
from cameras.ports import Entry

LATE_S = 120
"""A minute is counted this long after its end: until then its watcher may still be writing."""
AHEAD_S = 60
"""What a watcher says of the time beyond this is not believed: its clock is wrong."""
AUDITS = timedelta(days=30)
WEEK = 7
log = logging.getLogger(__name__)


class LedgerDoor:
    """Takes pages of watchers and answers when they are on disk."""

    def __init__(self, house: House) -> None:
        self.house = house

    def topics(self) -> list[str]:
        """Filters to subscribe to."""
        return [LEDGER.filter()]

    def take(self, topic: str, payload: bytes) -> "Future[None] | None":
        """Take one page. A malformed one is not answered; a line that cannot be read, or of no camera of ours, is left out."""
        ids = LEDGER.ids(topic)
        try:
            page = LedgerPage.model_validate_json(payload)
        except ValidationError as error:
            log.warning("a malformed page of the ledger: %s", error.errors(include_url=False, include_input=False)[0]["loc"])
            return None
        return None if ids is None else self.house.writer.submit(lambda entry: self._enter(entry, ids["device"], page))

    def _enter(self, entry: Entry, watcher: str, page: LedgerPage) -> None:
        now = self.house.clock()
        ours = {card.id for card in self.house.listed()}
        for line in page.lines:
            if line.camera not in ours or line.since.timestamp() % MINUTE:
                continue
            try:
                minutes.enter(entry.session, watcher, line.model_copy(update={"since": line.since.astimezone(UTC)}), until=_ahead(now))
            except ValueError:
                log.warning("a line of the ledger without runs, of camera %s", line.camera)
        for audit in page.audits:
            if audit.camera in ours and audit.at < _ahead(now):
                minutes.enter_audit(entry.session, watcher, audit)
        answer = Entered(page=page.page, at=now)
        entry.after(lambda: self.house.post.publish(ENTERED, answer, device=watcher))


@dataclass(frozen=True)
class Due:
    """The part of a day that can be counted for one camera: from when it was there to now."""

    since: datetime
    until: datetime


class Ledger:
    """What people ask."""

    def __init__(self, house: House) -> None:
        self.house = house

    def day(self, camera: str, day: date | None) -> LedgerDay:
        """One camera's day of the commune, today when none is given. Raises Refusal UNKNOWN_CAMERA."""
        card = self.house.cameras(camera)
        if card is None:
            raise Refusal(Code.UNKNOWN_CAMERA, {"camera": camera})
        now = self.house.clock()
        wanted = day or days.today(now)
        due = due_of(card, wanted, now)
        with self.house.reader() as session:
            seconds = minutes.seconds_of(session, due.since, due.until, camera=camera).get(camera)
            audits = minutes.missed(session, now - AUDITS).get(camera, missed_of(0, 0))
            misses = minutes.misses(session, camera, now - AUDITS)
        states = list(minutes_of(seconds or NOBODY * _length(due)))
        start = int((due.since - days.span_of(wanted).since).total_seconds()) // MINUTE
        return LedgerDay(
            camera=camera,
            camera_name=card.name,
            **_totals(wanted, states).model_dump(),
            runs=list(_runs(states, start)),
            audited=_audited(audits),
            missed=[MissedMinute(at=row.at, moved_s=row.moved_s, level=row.level, threshold=row.threshold) for row in misses],
        )

    def week(self) -> LedgerWeek:
        """Today and the days before, of every camera that is registered; today first."""
        now = self.house.clock()
        wanted = [days.today(now) - timedelta(days=back) for back in range(WEEK)]
        cards = self.house.listed()
        with self.house.reader() as session:
            audits = minutes.missed(session, now - AUDITS)
            totals = {day: totals_of(session, cards, day, now=now) for day in wanted}
        of_each = [audits.get(card.id, missed_of(0, 0)) for card in cards]
        whole = missed_of(sum(one.audited for one in of_each), sum(one.missed for one in of_each))
        return LedgerWeek(
            days=[day.isoformat() for day in wanted],
            cameras=[
                CameraWeek(
                    camera=card.id,
                    camera_name=card.name,
                    days=[totals[day][card.id] for day in wanted],
                    audited=_audited(of_one),
                )
                for card, of_one in zip(cards, of_each, strict=True)
            ],
            audited=_audited(whole),
        )


def totals_of(session: Session, cards: Sequence[CameraCard], day: date, *, now: datetime) -> dict[str, DayMinutes]:
    """For each camera how many minutes of the day counted as what, so far."""
    return {camera: _totals(day, states) for camera, states in states_of(session, cards, day, now=now).items()}


def states_of(session: Session, cards: Sequence[CameraCard], day: date, *, now: datetime) -> dict[str, list[State]]:
    """For each camera what the minutes of the day counted as, from the first that is due (`due_of`) to the last."""
    span = days.span_of(day)
    seconds = minutes.seconds_of(session, span.since.astimezone(UTC), span.until.astimezone(UTC))
    return {card.id: _states(seconds.get(card.id), span.since, due_of(card, day, now)) for card in cards}


def due_of(card: CameraCard, day: date, now: datetime) -> Due:
    """Whole minutes of the day, UTC, that are over and in which the camera was registered."""
    span = days.span_of(day)
    until = min(span.until, _minute(now - timedelta(seconds=LATE_S)))
    since = span.since if card.since is None else max(span.since, _minute(card.since + timedelta(seconds=MINUTE - 1)))
    return Due(since.astimezone(UTC), max(since, until).astimezone(UTC))


def _audited(share: Missed) -> Audited:
    return Audited(audited=share.audited, missed=share.missed, low=share.low, high=share.high)


def _states(seconds: str | None, begin: datetime, due: Due) -> list[State]:
    start = int((due.since - begin).total_seconds())
    part = NOBODY * _length(due) if seconds is None else seconds[start : start + _length(due)]
    return list(minutes_of(part))


def _totals(day: date, states: Sequence[State]) -> DayMinutes:
    counts = Counter(states)
    known = {state.value: counts[state] for state in State if counts[state]}
    last = states[-1].value if states else None
    return DayMinutes(day=day.isoformat(), minutes=known, blind=sum(counts[state] for state in BLIND), last=last)


def _runs(states: Sequence[State], start: int) -> Iterator[LedgerRun]:
    for state, run in groupby(states):
        length = len(list(run))
        yield LedgerRun(state=state, start=start, minutes=length)
        start += length


def _length(due: Due) -> int:
    return int((due.until - due.since).total_seconds())


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _ahead(now: datetime) -> datetime:
    return now + timedelta(seconds=AHEAD_S)
