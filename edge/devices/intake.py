"""What devices say on the air: status and last will, self-description, reported configuration, answers, events."""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from pydantic import ValidationError

from broker.envelope import canonical
from broker.messages.base import Message
from broker.messages.devices import About, Done, Event, Reported, Status
from broker.topics import ABOUT, DONE, EVENT, REPORTED, STATUS, match
from cameras.domain.errors import Code
from edge.devices.registry import Devices
from edge.devices.tables import CommandRow, DeviceRow, EventRow
from edge.ports import Entry

log = logging.getLogger(__name__)
NEWEST: Final = 2**31 - 2
"""The database holds no later revision."""
HEARD: Final = (STATUS, ABOUT, REPORTED, DONE, EVENT)


class DeviceDoor:
    """A door for the desk's MQTT client. The future of `take` resolves when the message may be acknowledged."""

    def __init__(self, devices: Devices) -> None:
        self.devices = devices
        self.on_status: list[Callable[[str, bool], None]] = []
        """Called with device and online after the commit, when that has changed."""

    def topics(self) -> list[str]:
        """The filters to subscribe to."""
        return [topic.filter() for topic in HEARD]

    def take(self, topic: str, payload: bytes) -> "Future[None]":
        """Take one message. What cannot be read or is from nobody we know is logged and acknowledged: repeating would not help."""
        found = match(topic)
        if found is None or found[0] not in HEARD or not payload:
            return _done()
        row, ids = found
        try:
            message = row.payload.model_validate_json(payload)
        except ValidationError as error:
            log.warning("device %s sent an unreadable %s: %s", ids["device"], row.name, error.errors(include_input=False)[0]["type"])
            return _done()
        return self.devices.parts.means.writer.submit(lambda entry: self._store(entry, ids, message))

    def _store(self, entry: Entry, ids: dict[str, str], message: Message) -> None:
        row = entry.session.get(DeviceRow, ids["device"])
        if row is None or row.state != "accepted":
            return
        row.seen_at = self.devices.parts.means.clock()
        if isinstance(message, Status):
            self._status(entry, row, message)
        elif isinstance(message, About):
            row.model, row.version, row.capabilities = message.model, message.version, " ".join(message.capabilities)[:400]
        elif isinstance(message, Reported):
            _reported(row, message)
            self._outrun(entry, row, message)
        elif isinstance(message, Done):
            _answered(entry, row, message)
        elif isinstance(message, Event):
            _happened(entry, row, ids["kind"], message)
        entry.session.add(row)

    def _outrun(self, entry: Entry, row: DeviceRow, message: Reported) -> None:
        """The device has applied a later revision than this node remembers, as after a restored backup: what is wanted now gets a later one still."""
        known = message.facts.get("known")
        if message.code == Code.OLDER_REVISION.value and isinstance(known, int) and row.revision < known < NEWEST:
            row.revision, row.wanted_sha256 = known, ""
            self.devices.wanted.refresh(entry, row)

    def _status(self, entry: Entry, row: DeviceRow, message: Status) -> None:
        """The will of a connection that has been followed by another says nothing about now."""
        online = message.state == "online"
        if not online and row.online_session not in {None, message.session}:
            return
        changed, row.online, row.online_session = row.online != online, online, message.session
        if changed:
            for call in self.on_status:
                entry.after(_later(call, row.id, online=online))


def _later(call: Callable[[str, bool], None], device: str, *, online: bool) -> Callable[[], None]:
    return lambda: call(device, online)


def _reported(row: DeviceRow, message: Reported) -> None:
    if row.reported_revision is not None and message.revision < row.reported_revision:
        return
    row.reported_revision, row.reported_applied, row.reported_code = message.revision, message.applied, message.code
    row.reported_facts = canonical({key: str(value) for key, value in message.facts.items()}).decode()
    row.reported_at = message.at


def _answered(entry: Entry, row: DeviceRow, message: Done) -> None:
    command = entry.session.get(CommandRow, message.id)
    if command is not None and command.device == row.id and command.done_at is None:
        command.done_at, command.ok, command.code = row.seen_at, message.ok, message.code
        entry.session.add(command)


def _happened(entry: Entry, row: DeviceRow, kind: str, message: Event) -> None:
    if entry.session.get(EventRow, (row.id, message.id)) is None:
        facts = canonical({key: str(value) for key, value in message.facts.items()}).decode()
        entry.session.add(EventRow(device=row.id, id=message.id, kind=kind, at=message.at, facts=facts))


def _done() -> "Future[None]":
    future: Future[None] = Future()
    future.set_result(None)
    return future
