"""How reporting behaves, and what it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Network, IPv6Network

from edge.ports import Clock, Entry, Ids, Reader, Writer

Network = IPv4Network | IPv6Network


@dataclass(frozen=True)
class ReportingSettings:
    """Set by the node's operator in its settings file, never from a page."""

    source: str = "/dinh/node"
    """CloudEvents `source` of this node, a URI reference."""
    hosts: frozenset[str] | None = None
    """Hosts that may be told anything; None: those that an administrator entered as connectors."""
    private_networks: tuple[Network, ...] = ()
    """Private ranges that may be told, for a system inside the commune's own network; plain HTTP is allowed only there."""
    ca_file: str | None = None
    """PEM file of authorities to trust besides the system's, for a system with its own."""
    timeout_s: float = 10
    first_wait_s: float = 5
    """Before the second attempt; doubles with each further one."""
    longest_wait_s: float = 6 * 3600
    patience: timedelta = timedelta(days=5)
    """After so long since the first attempt a report is dead: visible, and sent again only when a person says so."""
    poll_s: float = 1
    at_once: int = 4
    """Deliveries to one connector at the same time; one subject is never told twice at the same time."""


@dataclass(frozen=True)
class Delivered:
    """A fact has reached a connector."""

    kind: str
    subject: str
    connector: str
    reference: str | None
    at: datetime


OnDelivered = Callable[[Entry, Delivered], None]
"""Runs in the job that records the delivery."""


@dataclass(frozen=True)
class ReportingParts:
    """Everything reporting is given."""

    writer: Writer
    reader: Reader
    clock: Clock
    ids: Ids
    media: Callable[[str], str | None] = field(default=lambda _subject: None)
    """A signed, expiring address of a picture of that subject, None when there is none. May read the database."""
    delivered: Mapping[str, OnDelivered] = field(default_factory=dict)
    """Kind of fact -> what else becomes true when somebody outside has it."""
