"""A desk with accounts on a real database, for the tests of people, devices and the HTTP surface."""

import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session, SQLModel

from edge.accounts.service import Visitor
from edge.ledger import Fact, Ledger
from edge.ports import Means
from edge.storage.engine import open_store, sqlite_url

VISITOR = Visitor("10.0.0.7", "a test")
PASSWORD = "đình làng 2026"
LETTERS = string.ascii_lowercase + string.digits


@dataclass
class Hands:
    """A clock that tests turn."""

    now: datetime = datetime(2026, 3, 5, 8, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Facts:
    """What jobs noted."""

    noted: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, _session: Session, fact: Fact) -> None:
        self.noted.append((fact.kind, fact.subject, fact.data()))


def new_id() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(20))


@contextmanager
def means(folder: Path, clock: Hands) -> Iterator[Means]:
    """A ledger on a SQLite file in `folder`; opened again, it is the same database."""
    store = open_store(sqlite_url(folder / "dinh.db"))
    SQLModel.metadata.create_all(store.writer)
    ledger = Ledger(store, Facts())
    ledger.start()
    try:
        yield Means(ledger, store.reader, clock, new_id)
    finally:
        ledger.stop()
        store.close()
