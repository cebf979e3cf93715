"""The way from a fact to a row of the outbox, inside the ledger's transaction."""

from datetime import UTC, datetime
from secrets import choice
from string import ascii_lowercase, digits
from typing import Any, Protocol

from sqlmodel import Session

from edge.reporting.tables import OutboxRow

LETTERS = ascii_lowercase + digits


class Fact(Protocol):
    """Something that happened; the same shape as the rooms' own Fact."""

    @property
    def kind(self) -> str: ...

    @property
    def subject(self) -> str: ...

    def data(self) -> dict[str, Any]: ...


def remember(session: Session, fact: Fact) -> None:
    """Insert `fact` into the outbox. Nothing is sent here; the commit decides whether it happened."""
    fact_id = "".join(choice(LETTERS) for _ in range(20))  # 100 bits
    session.add(OutboxRow(id=fact_id, kind=fact.kind, subject=fact.subject, data=fact.data(), at=datetime.now(UTC)))
