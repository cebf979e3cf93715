"""What the reporting pages say and hear."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from broker.messages.base import Facts

Kind = Literal["webhook", "open311"]
Wants = list[Annotated[str, Field(pattern=r"^[a-z_]{1,40}(\.[a-z_]{1,40})*(\.\*)?$|^\*$")]]
ReportState = Literal["waiting", "delivered", "dead", "withdrawn"]


class Report(BaseModel):
    """One fact on its way to one connector."""

    id: str
    fact: str
    """Idempotency key: the same on every attempt."""
    kind: str
    subject: str
    connector: str
    connector_name: str
    connector_state: Literal["on", "off", "gone", "removed"]
    """When it is not on, what waits goes on waiting."""
    state: ReportState
    attempts: int
    created_at: datetime
    next_at: datetime
    done_at: datetime | None
    code: str | None
    """Why it waits or died; null before the first attempt."""
    facts: Facts
    reference: str | None
    """What the receiver calls it."""


class ConnectorShown(BaseModel):
    """A system that is told."""

    id: str
    kind: Kind
    name: str
    url: str
    wants: list[str]
    options: dict[str, Any]
    state: Literal["on", "off", "gone"]
    has_secret: bool
    created_at: datetime
    waiting: int
    dead: int


class ConnectorMade(ConnectorShown):
    """Answer to making one: the only time that a made secret is shown."""

    secret: str | None


class ConnectorAsk(BaseModel):
    """A new connector. Without `secret` a webhook gets a fresh one."""

    kind: Kind
    name: Annotated[str, Field(min_length=1, max_length=120)]
    url: Annotated[str, Field(max_length=500)]
    secret: Annotated[str | None, Field(max_length=200)] = None
    wants: Wants | None = None
    options: dict[str, str] = Field(default_factory=dict)


class ConnectorPatch(BaseModel):
    """What is to be different. `state` on wakes a connector that answered 410."""

    name: Annotated[str | None, Field(min_length=1, max_length=120)] = None
    url: Annotated[str | None, Field(max_length=500)] = None
    secret: Annotated[str | None, Field(max_length=200)] = None
    wants: Wants | None = None
    options: dict[str, str] | None = None
    state: Literal["on", "off", "removed"] | None = None


class ProbeResult(BaseModel):
    """Whether a connector works, seen by one request that changes nothing there."""

    ok: bool
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
    status: int | None = None
    ms: int


class Standing(BaseModel):
    """How reporting stands, for the health page."""

    waiting: int
    dead: int
    oldest_waiting_at: datetime | None
