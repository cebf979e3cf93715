"""A month of the ledger, for the report: how long each camera saw, could not see and why, and its longest gap."""

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby

from cameras.desk import days
from cameras.desk.ledger import due_of, states_of
from cameras.desk.models import CameraMonth, LedgerMonth, LongestGap
from cameras.desk.ports import CameraCard, House
from cameras.domain.ledger import BLIND, WATCHED, State


def report(house: House, month: date) -> LedgerMonth:
    """The month that holds this day, as far as it has passed; of one that is still to come there is nothing."""
    now, cards = house.clock(), house.listed()
    wanted = _days(month, days.today(now))
    found: dict[str, list[State]] = {card.id: [] for card in cards}
    with house.reader() as session:
        for day in wanted:
            for camera, states in states_of(session, cards, day, now=now).items():
                found[camera] += states
    began = {card.id: _began(card, wanted, now) for card in cards}
    until = max((began[camera] + timedelta(minutes=len(states)) for camera, states in found.items()), default=now)
    return LedgerMonth(month=f"{month:%Y-%m}", until=until, cameras=[_camera(card, found[card.id], began[card.id]) for card in cards])


def _days(month: date, today: date) -> list[date]:
    count = monthrange(month.year, month.month)[1]
    return [day for day in (month.replace(day=1 + back) for back in range(count)) if day <= today]


def _began(card: CameraCard, wanted: Sequence[date], now: datetime) -> datetime:
    """The first minute that counts."""
    counted = (due_of(card, day, now) for day in wanted)
    return next((due.since for due in counted if due.since < due.until), now)


def _camera(card: CameraCard, states: Sequence[State], began: datetime) -> CameraMonth:
    counts = Counter(states)
    watched, on = sum(counts[state] for state in WATCHED), len(states) - counts[State.OFF]
    return CameraMonth(
        camera=card.id,
        camera_name=card.name,
        minutes={state: counts[state] for state in State if counts[state]},
        watched=watched,
        blind=sum(counts[state] for state in BLIND),
        share=watched / on if on else None,
        longest=_longest(states, began),
    )


def _longest(states: Sequence[State], began: datetime) -> LongestGap | None:
    longest, at = None, 0
    for blind, run in groupby(states, key=BLIND.__contains__):
        length = len(list(run))
        if blind and (longest is None or length > longest.minutes):
            longest = LongestGap(since=began + timedelta(minutes=at), minutes=length)
        at += length
    return longest
