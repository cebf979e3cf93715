"""The conversation with a device: what it is, what it should be, what it is now."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from broker.identity import Id
from broker.messages.base import Facts, Message, Revision


class Status(Message):
    """Retained. `offline` is also the last will, so the broker says it when the device cannot."""

    state: Literal["online", "offline"]
    session: Id
    at: AwareDatetime | None = None
    """When it was said; absent in a last will, which is written before it is true."""


class DetectorInUse(Message):
    """What a watcher tells persons from vehicles with, or why it does not use the one that was chosen."""

    name: str | None = Field(default=None, max_length=40)
    licence: str = Field(default="", max_length=200)
    layout: str = Field(default="", max_length=40)
    size: str = Field(default="", max_length=20)
    """Of its input, width×height in pixels."""
    provider: str = Field(default="", max_length=20)
    since: AwareDatetime | None = None
    ms: float | None = None
    """Median of its last pictures, milliseconds on one thread."""
    code: str | None = None
    facts: Facts = Field(default_factory=dict)


class About(Message):
    """Retained self-description, once per device."""

    kind: Literal["tablet", "keypad", "screen", "watcher", "camera", "seat_unit", "siren", "other"]
    model: str = Field(max_length=80)
    version: str = Field(max_length=40)
    capabilities: tuple[str, ...] = ()
    detector: DetectorInUse | None = None
    """Of a watcher in which one was installed."""


class Desired(Message):
    """Retained. The configuration a device should have; `signature` is an Ed25519 signature (base64url) by the node's key
    over the RFC 8785 canonical JSON of {device, revision, configuration}.
    """

    revision: Revision
    configuration: dict[str, Any]
    signature: str


class Reported(Message):
    """Retained. The revision that a device applied, or refused with the reason."""

    revision: Revision
    applied: bool
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
    at: AwareDatetime


class Do(Message):
    """A command. Never retained; a device ignores it after `expires`."""

    id: Id
    kind: Literal["identify", "restart", "reload", "update"]
    expires: AwareDatetime
    body: dict[str, Any] = Field(default_factory=dict)


class Done(Message):
    """The answer to a command."""

    id: Id
    ok: bool
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
    at: AwareDatetime


class Event(Message):
    """Something happened at a device: a button, a tamper contact, a battery warning."""

    id: Id
    at: AwareDatetime
    facts: Facts = Field(default_factory=dict)
