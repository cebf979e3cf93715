"""Carries reports out: at least once, in order per subject, patiently.

Each step: 1. new facts become deliveries, one per interested connector, in one commit; 2. those whose time has come are
sent, few at once per connector and never two of one subject; 3. what came of it is committed. A crash between 2 and 3
sends again with the same idempotency key.
"""

import asyncio
import logging
from collections import Counter
from datetime import datetime, timedelta
from secrets import SystemRandom

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from edge.errors import Refusal as HouseRefusal
from edge.ports import Entry
from edge.reporting import store
from edge.reporting.connectors import CONNECTORS, Arrived, Gone, Later, Never, Outcome, Target, Told
from edge.reporting.egress import Egress
from edge.reporting.errors import Code, Refusal
from edge.reporting.settings import Delivered, ReportingParts, ReportingSettings
from edge.reporting.store import Due
from edge.reporting.tables import ConnectorRow, DeliveryRow

log = logging.getLogger(__name__)
LONGEST_ASKED_S = 24 * 3600
"""A receiver may ask us to wait, but not longer."""


def wait_s(attempts: int, settings: ReportingSettings, *, chance: float) -> float:
    """Seconds before the next attempt after `attempts` failed ones: doubling, capped, spread by a fifth each way.

    `chance` in [0, 1) is the jitter, so that many nodes do not knock at the same moment.
    """
    doubled = min(settings.first_wait_s * 2.0 ** min(attempts - 1, 40), settings.longest_wait_s)
    return float(doubled * (0.8 + 0.4 * chance))


class Courier:
    """An asyncio task of the desk. `run` until cancelled."""

    def __init__(self, parts: ReportingParts, settings: ReportingSettings, egress: Egress) -> None:
        self.parts, self.settings, self.egress = parts, settings, egress
        self._busy: dict[tuple[str, str], asyncio.Task[None]] = {}
        self._wake: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._chance = SystemRandom()

    async def run(self) -> None:
        """Carry until cancelled. A database that is away is waited for."""
        self._loop, self._wake = asyncio.get_running_loop(), asyncio.Event()
        await self.egress.start()
        try:
            while True:
                await self._step_or_log()
                await self._rest(self._wake)
        finally:
            self._loop = None
            for task in list(self._busy.values()):
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            await self.egress.stop()

    def nudge(self) -> None:
        """Look now instead of at the next turn. From any thread."""
        if self._loop is not None and self._wake is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    async def _step_or_log(self) -> None:
        try:
            while await asyncio.wrap_future(self.parts.writer.submit(self._spread)) >= store.SPREAD_AT_ONCE:
                pass
            for found in await asyncio.to_thread(self._due):
                self._begin(found)
        except (HouseRefusal, SQLAlchemyError) as error:
            log.warning("reporting waits for the database: %s", error)

    async def _rest(self, wake: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(self.settings.poll_s):
                await wake.wait()
        except TimeoutError:
            pass
        wake.clear()

    def _spread(self, entry: Entry) -> int:
        return store.spread(entry.session, self.parts.ids)

    def _due(self) -> list[Due]:
        with self.parts.reader() as session:
            return store.due(session, self.parts.clock())

    def _begin(self, found: Due) -> None:
        """Start a delivery unless its lane or its connector is busy; it then stays due."""
        running = Counter(connector for connector, _ in self._busy)
        if found.lane in self._busy or running[found.connector.id] >= self.settings.at_once:
            return
        task = asyncio.create_task(self._deliver(found), name=f"report {found.delivery.id}")
        self._busy[found.lane] = task
        task.add_done_callback(lambda done: self._ended(found, done))

    def _ended(self, found: Due, task: asyncio.Task[None]) -> None:
        self._busy.pop(found.lane, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("report %s was not recorded and will be sent again", found.delivery.id, exc_info=error)
        elif not task.cancelled():
            self.nudge()

    async def _deliver(self, found: Due) -> None:
        outcome = await self._send(found)
        await asyncio.wrap_future(self.parts.writer.submit(lambda entry: self._record(entry, found, outcome)))

    async def _send(self, found: Due) -> Outcome:
        connector = CONNECTORS[found.connector.kind]
        media = await asyncio.to_thread(self.parts.media, found.fact.subject)
        data = {key: value for key, value in found.fact.data.items() if key != "hold_until"}
        told = Told(found.fact.id, found.fact.kind, found.fact.subject, found.fact.at, data, media)
        try:
            answer = await self.egress.send(connector.request(told, target_of(found.connector, self.settings), self.parts.clock()))
        except Refusal as refusal:
            return Later(refusal.code, refusal.facts)
        return connector.outcome(answer)

    def _record(self, entry: Entry, found: Due, outcome: Outcome) -> None:
        row, now = entry.session.get(DeliveryRow, found.delivery.id), self.parts.clock()
        if row is None or row.state != "waiting":
            return
        row.attempts += 1
        row.first_try_at = row.first_try_at or now
        match outcome:
            case Arrived():
                row.state, row.done_at, row.reference, row.code, row.facts = "delivered", now, outcome.reference, None, {}
                self._tell_house(entry, found, outcome)
            case Later():
                self._put_off(row, outcome, now)
            case Never():
                row.state, row.done_at, row.code, row.facts = "dead", now, outcome.code.value, outcome.facts
            case Gone():
                row.code, row.facts = Code.GONE.value, {}
                _disable(entry.session, found.connector.id)
        entry.session.add(row)

    def _put_off(self, row: DeliveryRow, outcome: Later, now: datetime) -> None:
        row.code, row.facts = outcome.code.value, outcome.facts
        if row.first_try_at is not None and now - row.first_try_at >= self.settings.patience:
            row.state, row.done_at = "dead", now
            return
        own = wait_s(row.attempts, self.settings, chance=self._chance.random())
        row.next_at = now + timedelta(seconds=max(own, min(outcome.after_s or 0, LONGEST_ASKED_S)))

    def _tell_house(self, entry: Entry, found: Due, outcome: Arrived) -> None:
        hook = self.parts.delivered.get(found.fact.kind)
        if hook is not None:
            hook(entry, Delivered(found.fact.kind, found.fact.subject, found.connector.id, outcome.reference, self.parts.clock()))


def target_of(connector: ConnectorRow, settings: ReportingSettings) -> Target:
    """Where and how a connector is told."""
    return Target(connector.url, connector.secret, settings.source, connector.options)


def _disable(session: Session, connector: str) -> None:
    row = session.get(ConnectorRow, connector)
    if row is not None and row.state == "on":
        row.state = "gone"
        session.add(row)
