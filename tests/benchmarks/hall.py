"""A hall full of tablets, made through the service layer before the node starts: members, devices, keys, everybody checked in.

Over HTTP a tablet is enrolled in about 60 ms (QR code, key, acceptance, proof), which is what an administrator's hands need for one;
a benchmark needs a thousand. What is written is what those doors write.
"""

import hashlib
import json
import secrets
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_der_private_key

from broker.envelope import base64url, canonical
from broker.messages.base import Message
from broker.messages.meetings import MeetingAnswer, MeetingAsk
from broker.topics import Topic
from edge.accounts.service import sha256
from edge.devices.profiles import DEFAULT_PROFILE
from edge.devices.tables import DeviceRow, DeviceSessionRow
from edge.offices import Offices, fresh_id, open_offices, utc_now
from edge.ports import Entry
from edge.settings import Settings
from meeting.service import MeetingService
from meeting.service.words import DEFAULT_RULE, MemberWords, NewItem, NewMeeting, NewMotion, PinView, PlanWords, SeatWords
from meeting.settings import MeetingSettings

WIDE = 40
"""Seats in a row."""
WAIT_S = 300.0
_ES256 = ECDSA(SHA256())


@dataclass(frozen=True)
class Seated:
    """One tablet: what it keeps in its browser. `key` is the private ballot key, DER."""

    device: str
    cookie: str
    key: bytes
    kid: str
    seat: str

    def pen(self) -> "Pen":
        loaded = load_der_private_key(self.key, None)
        assert isinstance(loaded, EllipticCurvePrivateKey)
        return Pen(loaded, self.kid)


@dataclass(frozen=True)
class Hall:
    """The meeting with its motion in draft, and who sits in it."""

    meeting: str
    motion: str
    log_key: str
    seated: tuple[Seated, ...]


@dataclass(frozen=True)
class Pen:
    """Signs compact ES256 JWS over canonical JSON, as a browser does."""

    key: EllipticCurvePrivateKey
    kid: str

    def sign(self, claims: dict[str, str]) -> str:
        signed = f"{base64url(canonical({'alg': 'ES256', 'kid': self.kid}))}.{base64url(canonical(claims))}"
        r, s = decode_dss_signature(self.key.sign(signed.encode(), _ES256))
        return f"{signed}.{base64url(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def public(key: EllipticCurvePrivateKey) -> dict[str, str]:
    """The public half as a JWK."""
    numbers = key.public_key().public_numbers()
    x, y = (base64url(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def stamp() -> str:
    """Now, RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def furnish(settings: Settings, count: int) -> Hall:
    """Make the hall in a prepared home that no node serves."""
    with open_offices(settings) as offices:
        service = MeetingService(offices.ledger, offices.means.reader, _Mute(), utc_now, fresh_id, _told(settings))
        meeting, motion, pins = _convene(service, count)
        seated = _enrol(offices, meeting, pins)
        _check_in(service, meeting, pins, seated)
        return Hall(meeting, motion, service.house.verifier_key(meeting), seated)


class _Mute:
    """The running node says everything again."""

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        """Said by nobody."""


def _told(settings: Settings) -> MeetingSettings:
    home = settings.home
    return MeetingSettings(home.documents, home.secret("log"), f"dinh.local/{settings.node_id}")


def _convene(service: MeetingService, count: int) -> tuple[str, str, list[PinView]]:
    words = NewMeeting(
        title="Kỳ họp đo tốc độ", body="Hội đồng nhân dân phường", place="Hội trường", starts_at=utc_now(), rule=DEFAULT_RULE
    )
    meeting = service.preparing.create(words).id
    seats = tuple(SeatWords(id=f"s{i}", label=f"{i // WIDE + 1}-{i % WIDE + 1}", x=i % WIDE + 1, y=i // WIDE + 2) for i in range(count))
    service.preparing.set_plan(meeting, PlanWords(width=WIDE + 1, height=count // WIDE + 4, seats=seats))
    members = [MemberWords(name=f"Đại biểu {i + 1}", office="Đại biểu", seat=f"s{i}", chairs=i == 0) for i in range(count)]
    service.preparing.set_members(meeting, members)
    item = service.preparing.add_item(meeting, NewItem(title="Tờ trình về rác thải", minutes=20)).id
    motion = service.votes.add(meeting, NewMotion(item=item, title="Thông qua nghị quyết", text="Nội dung được biểu quyết", rule=None)).id
    pins = service.preparing.make_pins(meeting)
    service.chairing.set_state(meeting, "open")
    return meeting, motion, pins


def _enrol(offices: Offices, meeting: str, pins: list[PinView]) -> tuple[Seated, ...]:
    def job(entry: Entry) -> tuple[Seated, ...]:
        return tuple(_one(entry, offices, meeting, str(pin.seat)) for pin in pins)

    return offices.ledger.submit(job).result(WAIT_S)


def _one(entry: Entry, offices: Offices, meeting: str, seat: str) -> Seated:
    now, cookie, key = utc_now(), secrets.token_urlsafe(32), generate_private_key(SECP256R1())
    device, shown = f"tablet-{fresh_id()[:12]}", public(generate_private_key(SECP256R1()))
    row = DeviceRow(
        id=device,
        kind="tablet",
        name=f"Máy {seat}",
        state="accepted",
        profile=DEFAULT_PROFILE["tablet"],
        meeting=meeting,
        seat=seat,
        key=json.dumps(shown),
        created_at=now,
        accepted_at=now,
    )
    entry.session.add(row)
    entry.session.flush()
    offices.devices.wanted.refresh(entry, row)
    lasts = now + timedelta(days=1)
    entry.session.add(DeviceSessionRow(token_sha256=sha256(cookie), device=device, created_at=now, expires_at=lasts))
    kid = base64url(hashlib.sha256(canonical(public(key))).digest())
    return Seated(device, cookie, key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), kid, seat)


def _check_in(service: MeetingService, meeting: str, pins: list[PinView], seated: tuple[Seated, ...]) -> None:
    asked: list[Future[MeetingAnswer]] = []
    for pin, one in zip(pins, seated, strict=True):
        pen = one.pen()
        proof = pen.sign({"meeting": meeting, "device": one.device, "kid": one.kid, "at": stamp()})
        body = {"pin": pin.pin, "key": public(pen.key), "proof": proof}
        asked.append(service.asks.take(meeting, one.device, MeetingAsk(id=fresh_id(), at=utc_now(), kind="check_in", body=body)))
    for answer in asked:
        if not (said := answer.result(WAIT_S)).ok:
            raise RuntimeError(f"check-in refused: {said.code} {said.facts}")
