"""Reporting on a real database, telling real HTTP servers."""

import asyncio
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from sqlmodel import SQLModel, select

from edge.ledger import Ledger
from edge.ports import Entry
from edge.reporting.models import ConnectorAsk, ConnectorMade
from edge.reporting.outbox import remember
from edge.reporting.service import Reporting
from edge.reporting.settings import Delivered, ReportingParts, ReportingSettings
from edge.reporting.tables import DeliveryRow
from edge.storage.engine import Store, open_store, sqlite_url
from tests.postgres import postgres_server, postgres_url
from tests.served import served

__all__ = ["postgres_server", "postgres_url"]


@dataclass(frozen=True)
class Happened:
    """A fact."""

    kind: str = "cameras.case_confirmed"
    subject: str = "s-1"
    details: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        return self.details


@dataclass
class Receiver:
    """A server that answers as it is told and keeps what came."""

    answer: Callable[[Request, int], Response] = lambda _request, _count: Response(status_code=202)
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.api_route("/{path:path}", methods=["GET", "POST"])
        async def take(request: Request) -> Response:
            body = await request.body()
            self.came.append((dict(request.headers), body))
            return await asyncio.to_thread(self.answer, request, len(self.came))

        return app

    def keys(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.came]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    it = Receiver()
    with served(it.app()) as address:
        it.url = address
        yield it


SETTINGS = ReportingSettings(
    source="/dinh/test",
    private_networks=(ip_network("127.0.0.0/8"),),
    timeout_s=1,
    first_wait_s=0.05,
    longest_wait_s=0.4,
    poll_s=0.02,
)


@dataclass
class Office:
    """A node's reporting that can be stopped and started again."""

    store: Store
    ledger: Ledger
    settings: ReportingSettings = SETTINGS
    told: list[Delivered] = field(default_factory=list)
    ahead: timedelta = timedelta()

    def __post_init__(self) -> None:
        self.reporting = self.made()

    def made(self) -> Reporting:
        """A fresh one on the same database, as after a restart."""

        def delivered(_entry: Entry, what: Delivered) -> None:
            self.told.append(what)

        parts = ReportingParts(
            writer=self.ledger,
            reader=self.store.reader,
            clock=lambda: datetime.now(UTC) + self.ahead,
            ids=lambda: secrets.token_hex(10),
            media=lambda subject: f"https://dinh.test/api/shared/{subject}/act.jpg?until=1&mac=x",
            delivered={"cameras.case_confirmed": delivered},
        )
        return Reporting(parts, self.settings)

    def happen(self, *facts: Happened) -> None:
        """Facts are committed."""
        for fact in facts:
            self.ledger.submit(lambda entry, fact=fact: entry.note(fact)).result(5)  # type: ignore[misc]

    def connect(self, url: str, **more: Any) -> ConnectorMade:
        given = {"kind": "webhook", "name": "Xã", "url": url} | more
        return self.reporting.connect(ConnectorAsk.model_validate(given))

    def deliveries(self) -> list[DeliveryRow]:
        with self.store.reader() as session:
            return list(session.exec(select(DeliveryRow).order_by(DeliveryRow.number)).all())  # type: ignore[arg-type]

    def states(self) -> list[str]:
        return [row.state for row in self.deliveries()]

    @contextmanager
    def running(self) -> Iterator[None]:
        """The courier carries, in a loop of its own; leaving kills it wherever it is."""
        loop = asyncio.new_event_loop()
        task = loop.create_task(self.reporting.courier.run())
        thread = threading.Thread(target=_carry, args=(loop, task), daemon=True)
        thread.start()
        try:
            yield
        finally:
            loop.call_soon_threadsafe(task.cancel)
            thread.join(10)
            loop.close()


def _carry(loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> None:
    try:
        loop.run_until_complete(task)
    except asyncio.CancelledError:
        loop.run_until_complete(loop.shutdown_default_executor())


def until(true: Callable[[], bool], *, seconds: float = 10) -> None:
    """Wait for something to become true."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not happen in time"
        time.sleep(0.01)


@contextmanager
def office_on(url: str) -> Iterator[Office]:
    store = open_store(url)
    SQLModel.metadata.create_all(store.writer)
    ledger = Ledger(store, remember)
    ledger.start()
    yield Office(store, ledger)
    ledger.stop()
    store.close()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_on(sqlite_url(tmp_path / "dinh.db")) as it:
        yield it


@pytest.fixture(params=["sqlite", "postgres"])
def any_office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = str(request.getfixturevalue("postgres_url")) if request.param == "postgres" else sqlite_url(tmp_path / "dinh.db")
    with office_on(url) as it:
        yield it
