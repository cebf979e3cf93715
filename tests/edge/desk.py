"""A desk with accounts on a real database, for the tests of people, devices and the HTTP surface."""

import secrets
import string
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey
from sqlmodel import Session, SQLModel

from broker.engines import Credential
from broker.envelope import canonical
from broker.messages.base import Message
from broker.messages.devices import About
from broker.topics import Topic
from edge.accounts.gate import SESSION_COOKIE, Gate
from edge.accounts.person import Person
from edge.accounts.service import COMMAND, Accounts, NewAccount, Visitor
from edge.devices.cameras import Cameras
from edge.devices.enrolment import Enrolments, NewDevice
from edge.devices.parts import DeviceParts
from edge.devices.profiles import load
from edge.devices.registry import DeviceChanges, Devices
from edge.devices.vault import Vault
from edge.ledger import Fact, Ledger
from edge.ports import Means
from edge.storage.engine import open_store, sqlite_url

SECRET = bytes(range(32))
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


class Silence:
    """An air that remembers what was said."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Message]] = []
        self.cleared: list[str] = []
        self.forgotten: list[str] = []

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        self.said.append((topic.of(**ids), message))

    def clear(self, topic: Topic, **ids: str) -> None:
        self.cleared.append(topic.of(**ids))

    def forget(self, topic: Topic, **ids: str) -> None:
        self.forgotten.append(topic.of(**ids))


@dataclass
class Desk:
    """Services, and the credentials that the broker was last given."""

    accounts: Accounts
    devices: Devices
    enrolments: Enrolments
    cameras: Cameras
    air: Silence
    clock: Hands
    gate: Gate
    credentials: dict[str, Credential] = field(default_factory=dict)

    def person(self, *roles: str) -> Person:
        """An account with these roles, signed in."""
        login = "-".join(roles)
        self.accounts.create(NewAccount(login, login.title(), frozenset(roles), PASSWORD), by=COMMAND)
        return self.accounts.sign_in(login, PASSWORD, VISITOR)[1]

    def cookie(self, *roles: str) -> str:
        """The Cookie header of a new session with these roles."""
        login = "-".join(roles)
        if all(row.login != login for row in self.accounts.all()):
            self.accounts.create(NewAccount(login, login.title(), frozenset(roles), PASSWORD), by=COMMAND)
        return f"{SESSION_COOKIE}={self.accounts.sign_in(login, PASSWORD, VISITOR)[0]}"


PROBE = (
    sys.executable,
    "-c",
    'import sys; sys.stdin.read(); print(\'{"ok": true, "width": 640, "height": 360, "fps": 25.0, "codec": "h264"}\')',
)


@contextmanager
def desk(
    folder: Path, clock: Hands, *, probe: tuple[str, ...] = PROBE, reload: Callable[[list[Credential]], None] | None = None
) -> Iterator[Desk]:
    """Everything of accounts and devices on a real ledger; only the air is a notebook."""
    with means(folder, clock) as found:
        air, given = Silence(), dict[str, Credential]()

        def write(credentials: Sequence[Credential]) -> None:
            given.clear()
            given.update({one.user: one for one in credentials})
            if reload is not None:
                reload(list(credentials))

        accounts = Accounts(found)
        devices = Devices(DeviceParts(found, air, Vault(SECRET), load(), write, "https://dinh.local:8443"))
        devices.start()
        gate = Gate(accounts, devices)
        yield Desk(accounts, devices, Enrolments(devices), Cameras(devices, probe), air, clock, gate, given)


class Tablet:
    """A device's side of enrolment: its key and its proofs."""

    about = About(kind="tablet", model="Máy thử", version="1", capabilities=("webcrypto",))

    def __init__(self) -> None:
        self.key = ECKey.generate_key("P-256", private=True)
        self.jwk = self.key.as_dict(private=False)

    def proof(self, device: str, at: datetime, *, key: ECKey | None = None, nonce: str | None = None) -> str:
        claims = {"device": device, "at": at.isoformat(), "nonce": nonce or secrets.token_hex(8)}
        header = {"alg": "ES256", "kid": self.key.thumbprint()}
        return jws.serialize_compact(header, canonical(claims), key or self.key)


def enrolled(
    at: Desk, *, kind: str = "tablet", meeting: str | None = None, seat: str | None = None, by: Person = COMMAND
) -> tuple[Tablet, str]:
    """A tablet that has been accepted, and its id."""
    tablet = Tablet()
    opened = at.enrolments.open(NewDevice(kind, "Máy 12", meeting, seat), by=by)
    row = at.enrolments.show(opened.token, tablet.jwk, tablet.about)
    at.enrolments.accept(row.id, DeviceChanges(), by=by)
    return tablet, row.id
