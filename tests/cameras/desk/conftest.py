"""A desk on a real database with a real evidence folder; only the air and the clock are held in the hand."""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import SQLModel, select

from broker.messages.base import Message
from broker.messages.cameras import EvidenceFile, Settled, Sighting
from broker.topics import Topic
from cameras.desk.http import STATUS, routers
from cameras.desk.ports import CameraCard, DeskSettings, House
from cameras.desk.service import SightingDesk
from cameras.domain.cases import Person
from cameras.domain.errors import Refusal
from edge.http.errors import RefusalTable, install
from edge.ledger import Ledger
from edge.reporting.outbox import remember
from edge.reporting.tables import OutboxRow
from edge.storage.engine import Store, open_store, sqlite_url
from tests.postgres import postgres_server, postgres_url
from tests.served import served

__all__ = ["postgres_server", "postgres_url"]

START = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
AN, BINH = Person("acc-an", "An"), Person("acc-binh", "Bình")


@dataclass
class Hands:
    """A clock that tests turn."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Air:
    """What was published."""

    said: list[tuple[str, Message]] = field(default_factory=list)

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        self.said.append((topic.of(**ids), message))

    def settled(self) -> list[Settled]:
        return [message for _, message in self.said if isinstance(message, Settled)]


@dataclass
class Bench:
    """Everything a test of the desk looks at."""

    desk: SightingDesk
    store: Store
    air: Air
    clock: Hands
    told: list[tuple[str, dict[str, Any]]]
    folder: Path

    def files(self, sighting: str, camera: str = "cam-1", **contents: bytes) -> tuple[EvidenceFile, ...]:
        """Lay evidence where an upload would have put it, and name it."""
        named = []
        for key, content in (contents or {"poster_jpg": b"poster", "clip_mp4": b"clip" * 100}).items():
            name = key.replace("_", ".")
            path = self.folder / camera / sighting / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            named.append(EvidenceFile(name=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content)))
        return tuple(named)

    def sighting(self, sighting: str = "s-1", **changed: Any) -> Sighting:
        """A sighting whose files lie there."""
        said: dict[str, Any] = {
            "id": sighting,
            "camera": "cam-1",
            "watcher": "watcher-1",
            "at": self.clock(),
            "put_down_at": self.clock() - timedelta(seconds=20),
            "clock": "file",
            "box": (10, 20, 60, 90),
            "width": 640,
            "height": 360,
            "score": 0.9,
            "threshold": 0.6,
            "reason": "left",
            "explanation": {"dwell_s": 21.5},
            "model": "0" * 64,
        }
        said |= changed
        if "evidence" not in said:
            said["evidence"] = self.files(sighting)
        return Sighting(**said)

    def flagged(self, sighting: str = "s-1", **changed: Any) -> str:
        """A sighting that was taken in."""
        self.desk.arrivals.receive(self.sighting(sighting, **changed))
        return sighting

    def facts(self) -> list[tuple[str, str]]:
        """What the outbox remembers, in order."""
        with self.store.reader() as session:
            return [(row.kind, row.subject) for row in session.exec(select(OutboxRow).order_by(OutboxRow.number)).all()]  # type: ignore[arg-type]


def _url(request: pytest.FixtureRequest, folder: Path) -> str:
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return sqlite_url(folder / "dinh.db")


BOTH = frozenset(
    {
        "test_a_sighting_is_on_disk_with_its_fact_before_it_is_settled",
        "test_the_same_sighting_again_is_settled_again_and_changes_nothing",
        "test_what_is_over_the_budget_is_kept_below_the_threshold_and_told_to_nobody",
        "test_many_confirmed_flags_lower_the_threshold_and_rejected_ones_raise_it",
        "test_one_is_live_and_the_one_before_comes_back",
        "test_what_the_shadow_thought_is_kept_for_the_comparison_and_told_to_nobody",
        "test_a_page_is_on_disk_before_it_is_answered_and_the_day_knows_it",
        "test_what_one_of_two_watchers_saw_was_seen",
        "test_audits_are_counted_once_each_with_their_interval",
        "test_confirming_leaves_a_trace_a_fact_and_time_to_take_it_back",
        "test_of_many_officers_at_once_exactly_one_judges",
        "test_the_queue_is_newest_first_and_filtered",
        "test_a_reported_case_says_so_and_can_be_closed",
    }
)
"""Tests whose outcome the database decides; the others look at files, HTTP and rules, and run on the default one."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "bench" in metafunc.fixturenames:
        databases = ["sqlite", "postgres"] if metafunc.function.__name__ in BOTH else ["sqlite"]
        metafunc.parametrize("bench", databases, indirect=True)


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    store = open_store(_url(request, tmp_path))
    SQLModel.metadata.create_all(store.writer)
    ledger = Ledger(store, remember)
    ledger.start()
    air, clock, told = Air(), Hands(), list[tuple[str, dict[str, Any]]]()
    card = CameraCard("cam-1", "Cổng chợ", 10.5, 106.5, "Chợ xã", START - timedelta(minutes=10))
    house = House(
        writer=ledger,
        reader=store.reader,
        post=air,
        clock=clock,
        ids=lambda: secrets.token_hex(10),
        cameras=lambda camera: card if camera == "cam-1" else None,
        listed=lambda: [card],
        tell=lambda topic, payload: told.append((topic, payload)),
    )
    folder = tmp_path / "evidence"
    settings = DeskSettings(
        evidence=folder, link_key=b"k" * 32, public_url="https://dinh.test:8443", reserve_bytes=0, largest_bytes=4_000_000
    )
    yield Bench(SightingDesk(house, settings), store, air, clock, told, folder)
    ledger.stop()
    store.close()


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    account: str
    name: str
    device: str | None = None


@pytest.fixture
def web(bench: Bench) -> Iterator[httpx.Client]:
    """The desk's HTTP doors; every caller is An."""
    app = FastAPI()
    install(app, [RefusalTable(Refusal, STATUS)])

    def person(*_roles: str) -> Any:
        return lambda: Caller("acc-an", "An")

    for router in routers(bench.desk, person):
        app.include_router(router)
    with served(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def digest(content: bytes) -> dict[str, str]:
    """The header that an upload carries."""
    return {"Digest": "sha-256=" + base64.b64encode(hashlib.sha256(content).digest()).decode()}
