"""What reporting keeps: the outbox of facts, who wants them, and each delivery.

    report_outbox      one row per fact, written by the ledger in the commit of the change that caused it
    report_connector   one row per system that is told
    report_delivery    one row per (fact, connector); made from the outbox by the courier, never twice

Times are UTC. A fact's `id` is the idempotency key of every delivery of it, on every attempt and after every restart.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, DateTime, Dialect, Index, Integer, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel


class Instant(TypeDecorator[datetime]):
    """An aware UTC time. SQLite keeps no offset, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """UTC for the database; ValueError for a time without offset, which could be any hour."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without offset")
        stored = value.astimezone(UTC)
        return stored.replace(tzinfo=None) if dialect.name == "sqlite" else stored

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy calls it so
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _instant(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_column=Column(Instant(), nullable=nullable, index=index))


class OutboxRow(SQLModel, table=True):
    """A fact, in the order in which facts were committed. The ledger fills `id`, `kind`, `subject`, `data` and `at`."""

    __tablename__: ClassVar[str] = "report_outbox"

    number: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True, autoincrement=True))
    """Order of commit; deliveries of one subject follow it."""
    id: str = Field(unique=True, max_length=40)
    kind: str = Field(max_length=80)
    """For example `cameras.case_confirmed`."""
    subject: str = Field(max_length=80, index=True)
    data: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """JSON-ready details. `hold_until` (RFC 3339), when there, is the earliest moment at which anyone is told."""
    at: datetime = _instant()
    state: str = Field(default="new", max_length=12, index=True)
    """new: nobody looked yet; spread: one delivery per interested connector exists; none: nobody wanted it."""


class ConnectorRow(SQLModel, table=True):
    """A system that is told. `secret` is never given out again after it was made."""

    __tablename__: ClassVar[str] = "report_connector"

    id: str = Field(primary_key=True, max_length=40)
    kind: str = Field(max_length=20)
    """webhook | open311"""
    name: str = Field(max_length=120)
    url: str = Field(max_length=500)
    """webhook: the whole address; open311: the endpoint before `/requests.json`."""
    secret: str = Field(default="", max_length=200)
    """webhook: `whsec_...`; open311: the api_key, empty when none is asked."""
    wants: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Kinds of facts; a trailing `*` stands for any rest."""
    options: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    """open311: service_code, jurisdiction_id."""
    state: str = Field(default="on", max_length=12)
    """on; off: an administrator stopped it, what comes waits; gone: it answered 410, what comes waits; removed."""
    created_at: datetime = _instant()


class DeliveryRow(SQLModel, table=True):
    """One fact on its way to one connector."""

    __tablename__: ClassVar[str] = "report_delivery"
    __table_args__ = (
        UniqueConstraint("fact", "connector", name="uq_report_delivery_fact_connector"),
        Index("ix_report_delivery_due", "state", "next_at"),
    )

    id: str = Field(primary_key=True, max_length=40)
    number: int = Field(index=True)
    """Of the fact; orders the deliveries of one subject."""
    fact: str = Field(foreign_key="report_outbox.id", max_length=40)
    connector: str = Field(foreign_key="report_connector.id", max_length=40)
    subject: str = Field(max_length=80, index=True)
    state: str = Field(default="waiting", max_length=12)
    """waiting | delivered | dead | withdrawn (undone before anyone was told)"""
    attempts: int = 0
    created_at: datetime = _instant()
    next_at: datetime = _instant()
    first_try_at: datetime | None = _instant(nullable=True)
    done_at: datetime | None = _instant(nullable=True)
    code: str | None = Field(default=None, max_length=60)
    """Why it still waits or died, a closed code of edge/reporting/errors."""
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    reference: str | None = Field(default=None, max_length=200)
    """What the receiver calls it, for example an Open311 service_request_id."""
