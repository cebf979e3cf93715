"""A device becomes known: QR code, key, short code on both screens, acceptance, proof of the key, cookie."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc.jwk import ECKey
from sqlmodel import Session, col, select

from broker.messages.devices import About
from edge.accounts.passwords import ALPHABET
from edge.accounts.person import Person, Right
from edge.accounts.service import sha256
from edge.devices.keys import keep_key
from edge.devices.profiles import DEFAULT_PROFILE
from edge.devices.proof import Proofs, public_key, stored
from edge.devices.registry import DeviceChanges, Devices, one
from edge.devices.tables import DeviceRow, DeviceSessionRow, EnrolmentRow
from edge.ports import Entry
from edge.refusals import Code, Refusal

QR_LASTS: Final = timedelta(minutes=15)
COOKIE_LASTS: Final = timedelta(days=180)
CODE_LENGTH: Final = 6


@dataclass(frozen=True)
class NewDevice:
    """What the administrator says before the device is there."""

    kind: str
    name: str
    meeting: str | None = None
    seat: str | None = None


@dataclass(frozen=True)
class Opened:
    """A QR code; the token is shown once and stored only as a hash."""

    id: str
    token: str
    url: str
    expires_at: datetime


@dataclass(frozen=True)
class Proven:
    """The state of a device that proved its key; `cookie` when it is accepted."""

    row: DeviceRow
    cookie: str | None


class Enrolments:
    """The way in. Everything that a stranger may call is here."""

    def __init__(self, devices: Devices) -> None:
        self.devices, self.means, self.proofs = devices, devices.parts.means, Proofs()

    def open(self, new: NewDevice, *, by: Person) -> Opened:
        """A single-use QR code for fifteen minutes. The token is in the fragment, which no server ever sees in a log."""
        if new.kind not in DEFAULT_PROFILE or new.kind == "camera":
            raise Refusal(Code.UNKNOWN_PROFILE, kind=new.kind)
        if not _governs(by) and not (new.kind == "tablet" and new.meeting and new.seat):
            raise Refusal(Code.NOT_ALLOWED, wanted=Right.ADMINISTRATOR)
        token = secrets.token_urlsafe(32)

        def job(entry: Entry) -> EnrolmentRow:
            row = EnrolmentRow(
                id=self.means.ids(),
                token_sha256=sha256(token),
                kind=new.kind,
                name=new.name,
                meeting=new.meeting,
                seat=new.seat,
                expires_at=self.means.clock() + QR_LASTS,
                by=by.account,
            )
            entry.session.add(row)
            self.devices.note(entry, by, "enrolment_opened", row.id, kind=new.kind, name=new.name)
            return row

        row = self.devices.do(job)
        code = f"{token}.{self.devices.parts.ca()}" if new.kind == "watcher" else token
        return Opened(row.id, token, f"{self.devices.parts.public_url}/enrol#{code}", row.expires_at)

    def show(self, token: str, jwk: Mapping[str, Any], about: About) -> DeviceRow:
        """A device shows the token and its public key. The same device may ask again; a second device may not."""
        key = public_key(jwk)

        def job(entry: Entry) -> DeviceRow:
            enrolment = entry.session.exec(select(EnrolmentRow).where(col(EnrolmentRow.token_sha256) == sha256(token))).first()
            if enrolment is None:
                raise Refusal(Code.TOKEN_UNKNOWN)
            if enrolment.used_at is not None:
                return _same_device(entry.session, enrolment, key)
            if enrolment.expires_at <= self.means.clock():
                raise Refusal(Code.TOKEN_EXPIRED)
            return self._wait(entry, enrolment, _told(about), key)

        return self.devices.do(job)

    def prove(self, device: str, proof: str) -> Proven:
        """A device proves its key, while it waits and whenever its cookie is gone. Accepted, it gets a cookie; the one before it ends."""
        with self.means.reader() as session:
            row = one(session, device)
        if row.key is None:
            raise Refusal(Code.BAD_PROOF, why="key")
        self.proofs.check(proof, device=device, key=public_key(json.loads(row.key)), now=self.means.clock())
        if row.state != "accepted":
            return Proven(row, None)
        token = secrets.token_urlsafe(32)

        def job(entry: Entry) -> None:
            now = self.means.clock()
            self.devices.end_sessions(entry, device)
            entry.session.add(DeviceSessionRow(token_sha256=sha256(token), device=device, created_at=now, expires_at=now + COOKIE_LASTS))

        self.devices.do(job)
        return Proven(row, token)

    def accept(self, device: str, changes: DeviceChanges, *, by: Person) -> DeviceRow:
        """The administrator has compared the codes. The device gets broker credentials and its first configuration."""

        def job(entry: Entry) -> DeviceRow:
            row = self._waiting(entry, device)
            self._demand_own(entry, row, by, changes)
            self.devices.apply(row, changes)
            row.state, row.accepted_at = "accepted", self.means.clock()
            entry.session.add(row)
            entry.session.flush()
            if row.kind == "watcher" and row.key is not None:
                keep_key(entry.session, row.id, public_key(json.loads(row.key)), row.accepted_at)
            self.devices.wanted.refresh(entry, row)
            self.devices.note(entry, by, "device_accepted", device, code=row.code, seat=row.seat)
            return row

        row = self.devices.do(job)
        self.devices.write_credentials()
        self.devices.leases.settle()
        return row

    def refuse(self, device: str, *, by: Person) -> DeviceRow:
        """Not this device."""

        def job(entry: Entry) -> DeviceRow:
            row = self._waiting(entry, device)
            self._demand_own(entry, row, by, DeviceChanges())
            row.state, row.ended_at = "refused", self.means.clock()
            entry.session.add(row)
            self.devices.note(entry, by, "device_refused", device, code=row.code)
            return row

        return self.devices.do(job)

    def _waiting(self, entry: Entry, device: str) -> DeviceRow:
        row = one(entry.session, device)
        if row.state != "waiting":
            raise Refusal(Code.WRONG_STATE, state=row.state)
        return row

    def _demand_own(self, entry: Entry, row: DeviceRow, by: Person, changes: DeviceChanges) -> None:
        """Who is no administrator decides about the phones that he invited himself, and leaves them at the seat that he invited them to."""
        if _governs(by):
            return
        invited = entry.session.exec(select(EnrolmentRow).where(col(EnrolmentRow.device) == row.id)).first()
        moved = any(
            said is not None and said != known for said, known in ((changes.meeting, row.meeting), (changes.seat, row.seat))
        ) or any(said is not None for said in (changes.profile, changes.groups, changes.settings))
        if invited is None or invited.by != by.account or moved:
            raise Refusal(Code.NOT_ALLOWED, wanted=Right.ADMINISTRATOR)

    def _wait(self, entry: Entry, enrolment: EnrolmentRow, about: About, key: ECKey) -> DeviceRow:
        now = self.means.clock()
        row = DeviceRow(
            id=f"{enrolment.kind.replace('_', '-')}-{self.means.ids()[:12]}",
            kind=enrolment.kind,
            name=enrolment.name,
            state="waiting",
            profile=DEFAULT_PROFILE[enrolment.kind],
            meeting=enrolment.meeting,
            seat=enrolment.seat,
            key=stored(key),
            code="".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH)).upper(),
            model=about.model,
            version=about.version,
            capabilities=" ".join(about.capabilities),
            created_at=now,
        )
        entry.session.add(row)
        entry.session.flush()
        enrolment.used_at, enrolment.device = now, row.id
        entry.session.add(enrolment)
        return row


def _governs(by: Person) -> bool:
    """An administrator decides about every device."""
    return Right.ADMINISTRATOR in by.roles


def _told(about: About) -> About:
    """What the device says of itself, cut to what a line holds."""
    return about.model_copy(update={"capabilities": tuple(word[:40] for word in about.capabilities[:20])})


def _same_device(session: Session, enrolment: EnrolmentRow, key: ECKey) -> DeviceRow:
    row = session.get(DeviceRow, enrolment.device or "")
    if row is None or row.key != stored(key) or row.state != "waiting":
        raise Refusal(Code.TOKEN_USED)
    return row
