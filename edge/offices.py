"""The house without its doors: database, ledger, accounts, devices. What a command line needs, and what the desk is built on."""

import os
import secrets
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from broker.engines import Credential
from broker.messages.base import Message
from broker.topics import Topic
from cameras.desk import heads
from cameras.watch.identity import Identity
from edge.accounts.person import Right
from edge.accounts.service import COMMAND, Accounts, NewAccount, plain_login
from edge.devices import profiles
from edge.devices.parts import DeviceParts
from edge.devices.registry import Devices
from edge.devices.vault import Vault
from edge.errors import Refusal
from edge.home import write_private
from edge.ledger import Ledger
from edge.node import post_office
from edge.node.names import DESK, WATCHER
from edge.node.prepare import FirstCredential
from edge.node.status import read_status
from edge.ports import Means
from edge.refusals import Code as AccountCode
from edge.refusals import Refusal as AccountRefusal
from edge.reporting.outbox import remember
from edge.settings import Settings
from edge.storage.engine import Store, open_store
from edge.storage.migrate import migrate
from edge.tls import Material, ensure, fingerprint, local_names, network_addresses

ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 letters and digits that nobody mistakes for one another: 5 bits each."""
FIRST_PEOPLE: Final = (
    ("thuky", "Thư ký kỳ họp", Right.SECRETARY),
    ("chutoa", "Chủ tọa kỳ họp", Right.CHAIR),
    ("moitruong", "Cán bộ môi trường", Right.OFFICER),
)
"""Login, name and role of the accounts that are made beside the administrator's on the first start."""


class Air(Protocol):
    """Where the offices publish."""

    def publish(self, topic: Topic, message: Message, **ids: str) -> None: ...

    def clear(self, topic: Topic, **ids: str) -> None: ...

    def forget(self, topic: Topic, **ids: str) -> None: ...


class Nowhere:
    """The air of a command line: the running desk says everything again when it is nudged."""

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        """Said by nobody."""

    def clear(self, topic: Topic, **ids: str) -> None:
        """Said by nobody."""

    def forget(self, topic: Topic, **ids: str) -> None:
        """Nobody said anything."""


@dataclass(frozen=True)
class Offices:
    """Open offices. `ledger` must run before anything is changed."""

    settings: Settings
    store: Store
    ledger: Ledger
    means: Means
    accounts: Accounts
    devices: Devices
    vault: Vault
    catalogue: profiles.Catalogue

    def open(self) -> None:
        """Bring the database to this version and begin to write. Raises Refusal."""
        migrate(self.store)
        self.ledger.start()

    def close(self) -> None:
        """Finish what waits and give the database back."""
        self.ledger.stop()
        self.store.close()

    def first_people(self) -> tuple[FirstCredential, ...]:
        """The accounts of the first start with their one-time passwords; nothing when there are accounts already."""
        first = self.accounts.first_start()
        if first is None:
            return ()
        made = [(first, Right.ADMINISTRATOR)]
        made += [(self.accounts.create(NewAccount(login, name, frozenset({role})), by=COMMAND), role) for login, name, role in FIRST_PEOPLE]
        return tuple(FirstCredential(one.account.login, one.account.name, role.value, one.password or "") for one, role in made)

    def trust(self) -> Material:
        """The node's certificate, made or renewed when it is time. Raises Refusal when the files are unusable."""
        return ensure(self.settings.home.tls, local_names(), now=utc_now(), title=self.settings.node_name)

    def account(self, login: str) -> str:
        """The id of the account with this login. Raises edge.refusals.Refusal."""
        for row in self.accounts.all():
            if row.login == plain_login(login):
                return row.id
        raise AccountRefusal(AccountCode.NO_SUCH_ACCOUNT, login=login)

    def admit_everyone(self) -> None:
        """Bring the broker's files up to date, this machine's own watcher among them."""
        folder = self.settings.home.watcher(WATCHER)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        identity = Identity(folder)
        key = identity.make()
        identity.trust(self.vault.public)
        password = self.devices.ensure(WATCHER, kind="watcher", name=f"{self.settings.node_name} ({WATCHER})", key=key)
        file = folder / "password"
        if not file.exists() or file.read_text("utf-8").strip() != password:
            write_private(file, password.encode())

    def nudge(self) -> bool:
        """Tell a running desk that something was changed beside it; False when none runs."""
        with suppress(Refusal, ProcessLookupError):
            desk = next(child for child in read_status(self.settings.home).children if child.name == DESK)
            if desk.pid is not None and desk.state == "ready":
                os.kill(desk.pid, signal.SIGUSR1)
                return True
        return False


def assemble(settings: Settings, air: Air) -> Offices:
    """Build the offices; nothing is started, no table is read."""
    store = open_store(settings.database)
    ledger = Ledger(store, remember)
    means = Means(ledger, store.reader, utc_now, fresh_id)
    vault, catalogue = Vault(settings.home.secret("node")), profiles.load()

    def write(credentials: Sequence[Credential]) -> None:
        post_office.admit(settings, credentials)

    ca = settings.home.tls / "ca.pem"
    devices = Devices(
        DeviceParts(means, air, vault, catalogue, write, public_url(settings), heads=heads.wanted, ca=lambda: fingerprint(ca))
    )
    return Offices(settings, store, ledger, means, Accounts(means), devices, vault, catalogue)


@contextmanager
def open_offices(settings: Settings) -> Iterator[Offices]:
    """Offices of a command line: migrated, writing, closed at the end. Raises Refusal."""
    settings.home.prepare()
    offices = assemble(settings, Nowhere())
    try:
        offices.open()
        yield offices
    finally:
        offices.close()


def public_url(settings: Settings) -> str:
    """The address that goes into QR codes and reports: the operator's, else this machine's first address on the network."""
    host = next(iter(network_addresses()), "localhost")
    port = "" if settings.https_port == 443 else f":{settings.https_port}"
    return settings.https_url or f"https://{host}{port}"


def utc_now() -> datetime:
    """Now, UTC, with offset."""
    return datetime.now(UTC)


def fresh_id() -> str:
    """20 characters, 100 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(20))
