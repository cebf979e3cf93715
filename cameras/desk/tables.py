"""What the officer's side keeps.

    camera_sighting    one row per sighting: what the watcher said, and where its case stands now
    camera_evidence    one row per sealed file; the file lies under the evidence folder and is never altered
    camera_case_event  the trace of a case, only ever added to
    camera_ledger      one row per camera, hour and watcher: what every second counted as
    camera_budget      one row per camera whose flags were counted or whose budget was chosen, and one for the node
    camera_head        one row per last layer that the node has learned or tries
    camera_audit       one row per slept minute that was looked at afterwards

Times are UTC.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Column, DateTime, Dialect, Index, Text, TypeDecorator
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


def _instant(*, nullable: bool = False) -> Any:
    return Field(default=None if nullable else ..., sa_column=Column(Instant(), nullable=nullable))


class SightingRow(SQLModel, table=True):
    """A sighting and its case. The first block never changes after it was written."""

    __tablename__: ClassVar[str] = "camera_sighting"
    __table_args__ = (Index("ix_camera_sighting_queue", "state", "at"), Index("ix_camera_sighting_camera", "camera", "at"))

    id: str = Field(primary_key=True, max_length=40)
    camera: str = Field(max_length=40)
    camera_name: str = Field(max_length=120)
    """As it was called when the sighting came; a removed camera keeps its name here."""
    address: str | None = Field(default=None, max_length=300)
    latitude: float | None = None
    longitude: float | None = None
    watcher: str = Field(max_length=40)
    at: datetime = _instant()
    put_down_at: datetime = _instant()
    actor_gone_at: datetime | None = _instant(nullable=True)
    clip_started_at: datetime | None = _instant(nullable=True)
    clock: str = Field(max_length=10)
    box: list[float] = Field(sa_column=Column(JSON, nullable=False))
    """x0, y0, x1, y1 in pixels of `width` x `height`."""
    width: int
    height: int
    score: float
    threshold: float
    """In force for this camera when it came: flagged from here on."""
    base: float
    """The network's own threshold, as the watcher told it."""
    level: float
    """What the officers' verdicts had made of it. Below `threshold` where the budget was nearly spent."""
    reason: str = Field(max_length=10)
    explanation: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    model: str = Field(max_length=64)
    shadow_model: str | None = Field(default=None, max_length=64)
    shadow_score: float | None = None
    shadow_threshold: float | None = None
    """Of a network that is only being tried. On no page."""
    digest: str = Field(max_length=64)
    """SHA-256 of the message as the watcher said it: a repetition is known by it."""
    received_at: datetime = _instant()

    state: str = Field(max_length=12)
    revision: int = 0
    verdict: str | None = Field(default=None, max_length=12)
    verdict_before: str | None = Field(default=None, max_length=12)
    """State to which taking the verdict back returns."""
    rejected_as: str | None = Field(default=None, max_length=12)
    note: str = Field(default="", max_length=1000)
    judged_account: str | None = Field(default=None, max_length=40)
    judged_by: str | None = Field(default=None, max_length=120)
    judged_at: datetime | None = _instant(nullable=True)


class EvidenceRow(SQLModel, table=True):
    """One sealed file."""

    __tablename__: ClassVar[str] = "camera_evidence"

    sighting: str = Field(primary_key=True, foreign_key="camera_sighting.id", max_length=40)
    name: str = Field(primary_key=True, max_length=40)
    sha256: str = Field(max_length=64)
    bytes: int


class CaseEventRow(SQLModel, table=True):
    """One line of a trace."""

    __tablename__: ClassVar[str] = "camera_case_event"

    sighting: str = Field(primary_key=True, foreign_key="camera_sighting.id", max_length=40)
    number: int = Field(primary_key=True)
    at: datetime = _instant()
    what: str = Field(max_length=12)
    account: str = Field(default="", max_length=40)
    by: str = Field(default="", max_length=120)
    before: str = Field(max_length=12)
    after: str = Field(max_length=12)
    reason: str | None = Field(default=None, max_length=12)
    note: str = Field(default="", max_length=1000)
    reference: str | None = Field(default=None, max_length=200)


class LedgerRow(SQLModel, table=True):
    """What one watcher said of one camera's hour."""

    __tablename__: ClassVar[str] = "camera_ledger"

    camera: str = Field(primary_key=True, max_length=40)
    hour: datetime = Field(sa_column=Column(Instant(), primary_key=True))
    watcher: str = Field(primary_key=True, max_length=40)
    runs: str = Field(sa_column=Column(Text, nullable=False))
    """3600 seconds as letter and count: cameras/domain/ledger.py."""


class AuditRow(SQLModel, table=True):
    """A slept minute that was looked at afterwards."""

    __tablename__: ClassVar[str] = "camera_audit"

    camera: str = Field(primary_key=True, max_length=40)
    at: datetime = Field(sa_column=Column(Instant(), primary_key=True))
    watcher: str = Field(max_length=40)
    moved_s: float
    """Above 0: the gate missed it."""
    level: float | None = None
    threshold: float | None = None


class BudgetRow(SQLModel, table=True):
    """How many flags a camera may raise, and where its count stands: cameras/domain/budget.py."""

    __tablename__: ClassVar[str] = "camera_budget"

    camera: str = Field(primary_key=True, max_length=40)
    """Empty for the node: what holds where a camera has none of its own."""
    per_day: int | None = None
    rate: float = 0.0
    at: datetime | None = _instant(nullable=True)
    """When `rate` was true."""


class HeadRow(SQLModel, table=True):
    """A last layer of the network: cameras/watch/heads.py."""

    __tablename__: ClassVar[str] = "camera_head"

    sha256: str = Field(primary_key=True, max_length=64)
    weights: str = Field(max_length=64)
    """SHA-256 of the network that it belongs to."""
    content: str = Field(sa_column=Column(Text, nullable=False))
    """The file, base64."""
    role: str = Field(default="", max_length=8)
    """live, shadow, before (live before the one that is), or empty."""
    made_at: datetime = _instant()
