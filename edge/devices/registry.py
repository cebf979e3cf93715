"""The node's devices from acceptance to retirement."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any, Final, Literal, TypeVar

from sqlmodel import Session, col, select

from broker.engines import Credential
from broker.envelope import canonical
from broker.identity import NODE, Role
from broker.messages.devices import Do
from broker.topics import ABOUT, DESIRED, DO, REPORTED, STATUS
from edge.accounts import audit
from edge.accounts.audit import Act
from edge.accounts.person import Person
from edge.accounts.service import sha256
from edge.devices.keys import end_keys, keep_key
from edge.devices.leases import Leases
from edge.devices.parts import PATIENCE_S, DeviceParts
from edge.devices.profiles import DEFAULT_PROFILE
from edge.devices.proof import public_key
from edge.devices.tables import CameraRow, CommandRow, DeviceRow, DeviceSessionRow
from edge.devices.tickets import Tickets
from edge.devices.wanted import Wanted
from edge.ports import Entry
from edge.refusals import Code, Refusal

T = TypeVar("T")
ROLES: Final = {"tablet": Role.TABLET, "keypad": Role.KEYPAD, "screen": Role.SCREEN, "watcher": Role.WATCHER}
"""On the wire; every other kind is Role.DEVICE."""
COMMAND_LASTS: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class DeviceChanges:
    """What to change; None leaves it. An empty meeting or seat takes it away."""

    name: str | None = None
    meeting: str | None = None
    seat: str | None = None
    profile: str | None = None
    groups: list[str] | None = None
    settings: dict[str, Any] | None = None


class Devices:
    """See edge/devices/http.py for the doors. Raises edge.refusals.Refusal."""

    def __init__(self, parts: DeviceParts) -> None:
        self.parts, self.wanted, self.tickets = parts, Wanted(parts), Tickets()
        self.leases = Leases(parts, self.wanted)
        self.on_retired: list[Callable[[str], None]] = []
        """Called with the device id after its credentials are gone: the /mqtt route cuts its connection here."""
        self._writing = Lock()

    def start(self) -> None:
        """Bring credentials and desired configurations to the broker as the database says them."""
        self.write_credentials()
        self.do(self._refresh_all)
        self.leases.start()
        self.announce()

    def announce(self) -> None:
        """Publish every desired configuration again. Harmless to repeat."""
        with self.parts.means.reader() as session:
            for row in self._accepted(session):
                self.wanted.announce(session, row)

    def write_credentials(self) -> None:
        """Write the credentials of the node and of every accepted device through the broker's engine."""
        with self._writing, self.parts.means.reader() as session:
            devices = [Credential(row.id, self._password(row), ROLES.get(row.kind, Role.DEVICE)) for row in self._accepted(session)]
            self.parts.write([Credential(NODE, self.node_password(), Role.NODE), *devices])

    def node_password(self) -> str:
        """The desk's own broker password."""
        return self.parts.vault.password(NODE, 1)

    def ensure(self, device: str, *, kind: str, name: str, key: Mapping[str, Any] | None = None) -> str:
        """A device that the node itself vouches for (its own watcher): accepted if it is not there; its broker password. `key` (a JWK) signs."""

        def job(entry: Entry) -> DeviceRow:
            row = entry.session.get(DeviceRow, device)
            if row is None:
                now = self.parts.means.clock()
                row = DeviceRow(
                    id=device, kind=kind, name=name, state="accepted", profile=DEFAULT_PROFILE[kind], created_at=now, accepted_at=now
                )
                entry.session.add(row)
                entry.session.flush()
                audit.append(entry.session, Act("node", "device_made", device, {"kind": kind}), now)
                self.wanted.refresh(entry, row)
            if key is not None:
                keep_key(entry.session, device, public_key(key), self.parts.means.clock())
            return row

        row = self.do(job)
        self.write_credentials()
        self.leases.settle()
        return self._password(row)

    def all(self, *, gone: bool = False) -> list[DeviceRow]:
        """Every device by name; refused and retired ones only when asked for."""
        with self.parts.means.reader() as session:
            query = select(DeviceRow).order_by(col(DeviceRow.name))
            if not gone:
                query = query.where(col(DeviceRow.state).in_(["waiting", "accepted"]))
            return list(session.exec(query))

    def door(self, device: str) -> Literal["tablet", "keypad"]:
        """How a device votes; one that is not known is a tablet, which may do no more."""
        with self.parts.means.reader() as session:
            row = session.get(DeviceRow, device)
        return "keypad" if row is not None and row.kind == "keypad" else "tablet"

    def online(self, device: str) -> bool:
        """Whether it said that it is here, and its last will did not say otherwise."""
        with self.parts.means.reader() as session:
            row = session.get(DeviceRow, device)
        return row is not None and row.state == "accepted" and bool(row.online)

    def configuration(self, device: str) -> dict[str, Any]:
        """What the device should be, as a person may see it."""
        with self.parts.means.reader() as session:
            row = one(session, device)
            return self.wanted.shown(session, row)

    def change(self, device: str, changes: DeviceChanges, *, by: Person) -> DeviceRow:
        """Change what a device is called and how it should be; publishes a new revision when that differs."""

        def job(entry: Entry) -> DeviceRow:
            row = one(entry.session, device)
            if row.state not in {"waiting", "accepted"}:
                raise Refusal(Code.WRONG_STATE, state=row.state)
            self.apply(row, changes)
            entry.session.add(row)
            entry.session.flush()
            self.wanted.refresh(entry, row)
            self.note(entry, by, "device_changed", device)
            return row

        row = self.do(job)
        self.leases.settle()
        return row

    def apply(self, row: DeviceRow, changes: DeviceChanges) -> None:
        """Write changes into a row. Refuses an unknown profile or a setting that the schema does not allow."""
        catalogue = self.parts.catalogue
        row.name = changes.name or row.name
        row.meeting = row.meeting if changes.meeting is None else changes.meeting or None
        row.seat = row.seat if changes.seat is None else changes.seat or None
        row.profile = changes.profile or row.profile
        row.groups = row.groups if changes.groups is None else " ".join(changes.groups)
        if changes.settings is not None:
            catalogue.demand(changes.settings, kind=row.kind)
            row.settings = canonical(changes.settings).decode()
        catalogue.resolve(row.profile, kind=row.kind, groups=row.groups.split(), own=json.loads(row.settings))

    def retire(self, device: str, *, by: Person) -> DeviceRow:
        """Take a device out of service.

        1. One commit: retired, its browser sessions ended, its cameras without a watcher. 2. Its broker credentials are gone. 3. Its tickets are
        forgotten and its connection is cut. 4. What it left behind on the air is cleared.
        """

        def job(entry: Entry) -> DeviceRow:
            row = one(entry.session, device)
            if row.state not in {"waiting", "accepted"}:
                raise Refusal(Code.WRONG_STATE, state=row.state)
            row.state, row.ended_at, row.online = "retired", self.parts.means.clock(), False
            row.generation += 1
            entry.session.add(row)
            self.end_sessions(entry, device)
            end_keys(entry.session, device, row.ended_at)
            for camera in entry.session.exec(select(CameraRow).where(col(CameraRow.watcher) == device)):
                camera.watcher = None
                entry.session.add(camera)
            self.note(entry, by, "device_retired", device)
            return row

        row = self.do(job)
        self.write_credentials()
        self.tickets.drop(device)
        for cut in self.on_retired:
            cut(device)
        self.leases.retire(device)
        self.leases.settle()
        for topic in (DESIRED, STATUS, ABOUT, REPORTED):
            self.parts.air.clear(topic, device=device)
        return row

    def identify(self, device: str, *, by: Person) -> CommandRow:
        """Ask a device to show itself: its screen flashes its name."""

        def job(entry: Entry) -> CommandRow:
            row = one(entry.session, device)
            if row.state != "accepted":
                raise Refusal(Code.WRONG_STATE, state=row.state)
            now = self.parts.means.clock()
            command = CommandRow(id=self.parts.means.ids(), device=device, kind="identify", at=now, expires_at=now + COMMAND_LASTS)
            entry.session.add(command)
            message = Do(id=command.id, kind="identify", expires=command.expires_at, body={"name": row.name})
            entry.after(lambda: self.parts.air.publish(DO, message, device=device))
            self.note(entry, by, "device_identified", device)
            return command

        return self.do(job)

    def device_of(self, token: str) -> Person | None:
        """The device of a cookie, while it is accepted and the session open."""
        with self.parts.means.reader() as session:
            opened = session.get(DeviceSessionRow, sha256(token))
            if opened is None or opened.revoked_at or opened.expires_at <= self.parts.means.clock():
                return None
            row = session.get(DeviceRow, opened.device)
        return as_device(row) if row is not None and row.state == "accepted" else None

    def device_by_password(self, device: str, password: str) -> Person | None:
        """A watcher by its broker password (HTTP Basic over TLS)."""
        with self.parts.means.reader() as session:
            row = session.get(DeviceRow, device)
        if row is None or row.state != "accepted" or not hmac.compare_digest(self._password(row).encode(), password.encode()):
            return None
        return as_device(row)

    def present(self, device: str, *, online: bool) -> None:
        """A hall screen has opened or left its page; it has no last will of its own, its WebSocket says it. Does not wait."""

        def job(entry: Entry) -> None:
            row = entry.session.get(DeviceRow, device)
            if row is not None and row.kind == "screen" and row.state == "accepted":
                row.online, row.seen_at = online, self.parts.means.clock()
                entry.session.add(row)

        self.parts.means.writer.submit(job)

    def pass_of(self, device: str) -> tuple[DeviceRow, str]:
        """An accepted device and its broker password, for the device itself."""
        with self.parts.means.reader() as session:
            row = one(session, device)
        if row.state != "accepted":
            raise Refusal(Code.WRONG_STATE, state=row.state)
        return row, self._password(row)

    def end_sessions(self, entry: Entry, device: str) -> None:
        """End every browser session of a device."""
        opened = select(DeviceSessionRow).where(col(DeviceSessionRow.device) == device, col(DeviceSessionRow.revoked_at).is_(None))
        for row in entry.session.exec(opened):
            row.revoked_at = self.parts.means.clock()
            entry.session.add(row)

    def note(self, entry: Entry, by: Person, action: str, subject: str, **facts: str | int | bool | None) -> None:
        """A row of the audit log, in this commit."""
        audit.append(entry.session, Act(by.account or by.device or "", action, subject, facts), self.parts.means.clock())

    def do(self, job: Callable[[Entry], T]) -> T:
        """Run a job of the writer and wait for its commit."""
        return self.parts.means.writer.submit(job).result(PATIENCE_S)

    def _refresh_all(self, entry: Entry) -> None:
        for row in self._accepted(entry.session):
            self.wanted.refresh(entry, row)

    def _accepted(self, session: Session) -> list[DeviceRow]:
        return list(session.exec(select(DeviceRow).where(col(DeviceRow.state) == "accepted").order_by(col(DeviceRow.id))))

    def _password(self, row: DeviceRow) -> str:
        return self.parts.vault.password(row.id, row.generation)


def as_device(row: DeviceRow) -> Person:
    """The device as the doors see it."""
    return Person("", row.name, frozenset({row.kind, "device"}), device=row.id)


def one(session: Session, device: str) -> DeviceRow:
    """The device, or a refusal."""
    row = session.get(DeviceRow, device)
    if row is None:
        raise Refusal(Code.NO_SUCH_DEVICE, device=device)
    return row
