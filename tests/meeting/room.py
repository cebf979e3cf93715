"""A meeting room on a real database with the house's own writer, and tablets that sign as browsers do."""

import json
import random
import string
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey
from pypdf import PdfWriter
from sqlmodel import Session, SQLModel

from broker import topics
from broker.envelope import canonical
from broker.messages.base import Message, Snapshot
from broker.messages.meetings import MeetingAnswer
from broker.topics import Topic
from edge.ledger import Fact, Ledger
from edge.storage.engine import Store, open_store, sqlite_url
from meeting import tables
from meeting.service import MeetingService
from meeting.service.words import DEFAULT_RULE, MemberWords, NewItem, NewMeeting, NewMotion, PinView, PlanWords, SeatWords
from meeting.settings import MeetingSettings
from meeting.tablets import TabletDoor

SEED = bytes(range(32))
ORIGIN = "dinh.local/test"
START = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
WAIT_S = 20


@dataclass
class Hands:
    """A clock that tests turn. Each look is a millisecond later, so that times differ."""

    now: datetime = START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Air:
    """What was published, in order. The real broker has its own tests."""

    sent: list[tuple[str, Message]] = field(default_factory=list)

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        self.sent.append((topic.of(**ids), message))

    def last(self, topic: Topic, **ids: str) -> Any:
        return [message for name, message in self.sent if name == topic.of(**ids)][-1]

    def snapshots(self, topic: Topic, **ids: str) -> list[Snapshot]:
        return [message for name, message in self.sent if name == topic.of(**ids) and isinstance(message, Snapshot)]

    def answers(self, meeting: str, device: str) -> list[MeetingAnswer]:
        wanted = topics.ANSWER.of(meeting=meeting, device=device)
        return [message for name, message in self.sent if name == wanted and isinstance(message, MeetingAnswer)]


@dataclass
class Noted:
    """Facts of committed and uncommitted jobs alike, by kind."""

    facts: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)

    def __call__(self, _session: Session, fact: Fact) -> None:
        self.facts.append((fact.kind, fact.subject, fact.data()))

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.facts]


@dataclass
class Ids:
    """Ids that are the same in every run."""

    draw: random.Random = field(default_factory=lambda: random.Random(7))

    def __call__(self) -> str:
        return "".join(self.draw.choices(string.ascii_lowercase + string.digits, k=20))


@dataclass
class Room:
    """The service and everything around it."""

    store: Store
    ledger: Ledger
    service: MeetingService
    door: TabletDoor
    air: Air
    clock: Hands
    noted: Noted

    def ask(self, meeting: str, device: str, raw: bytes) -> MeetingAnswer:
        """Send bytes as a tablet would, wait until they may be acknowledged, and give the answer."""
        before = len(self.air.answers(meeting, device))
        done: Future[None] = self.door.take(topics.ASK.of(meeting=meeting, device=device), raw)
        done.result(WAIT_S)
        answers = self.air.answers(meeting, device)
        assert len(answers) == before + 1
        return answers[-1]

    def again(self) -> "Room":
        """The desk was ended and started: a new service over the same database."""
        self.ledger.stop()
        return build(self.store, self.service.settings.documents, clock=self.clock)


def build(store: Store, documents: Path, *, clock: Hands | None = None, **settings: Any) -> Room:
    """A running room. Snapshots are published by `service.publisher.flush()` unless the service is started."""
    noted, air, hands = Noted(), Air(), clock or Hands()
    ledger = Ledger(store, noted)
    ledger.start()
    told = MeetingSettings(documents=documents, log_key=SEED, log_origin=ORIGIN, **{"asks_at_once": 1_000_000, **settings})
    service = MeetingService(ledger, store.reader, air, hands, Ids(random.Random(len(hands.now.isoformat()) + id(ledger))), told)
    return Room(store, ledger, service, TabletDoor(service), air, hands, noted)


@contextmanager
def room(url: str, documents: Path, **settings: Any) -> Iterator[Room]:
    """A room over a database of its own."""
    store = open_store(url)
    ours = [table for name, table in SQLModel.metadata.tables.items() if name.startswith("meeting_")]
    SQLModel.metadata.create_all(store.writer, tables=ours)
    assert tables.Meeting.__tablename__ == "meeting_meetings"
    made = build(store, documents, **settings)
    try:
        yield made
    finally:
        made.ledger.stop()
        store.close()


def sqlite_room(folder: Path, **settings: Any) -> Any:
    return room(sqlite_url(folder / "room.db"), folder / "documents", **settings)


@dataclass
class Tablet:
    """A browser's side: an ES256 key, and asks signed with it by another library than the one that checks."""

    room: Room
    meeting: str
    device: str
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=False))
    asked: int = 0
    who: dict[str, Any] = field(default_factory=dict)

    @property
    def jwk(self) -> dict[str, Any]:
        return {**self.key.as_dict(private=False), "ext": True, "key_ops": ["verify"]}

    @property
    def kid(self) -> str:
        return self.key.thumbprint()

    def sign(self, payload: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        return jws.serialize_compact(dict(header or {"alg": "ES256", "kid": self.kid}), canonical(dict(payload)), self.key)

    def proof(self) -> str:
        return self.sign({"meeting": self.meeting, "device": self.device, "kid": self.kid, "at": "2026-03-05T01:00:00Z"})

    def envelope(self, kind: str, body: Mapping[str, Any], ask_id: str | None = None) -> bytes:
        self.asked += 1
        ask = {"id": ask_id or f"ask-{self.asked}-{self.kid[:6].lower()}", "at": "2026-03-05T01:00:00Z", "kind": kind, "body": dict(body)}
        return json.dumps(ask).encode()

    def ask(self, kind: str, body: Mapping[str, Any], ask_id: str | None = None) -> MeetingAnswer:
        return self.room.ask(self.meeting, self.device, self.envelope(kind, body, ask_id))

    def check_in(self, pin: str) -> MeetingAnswer:
        answer = self.ask("check_in", {"pin": pin, "key": self.jwk, "proof": self.proof()})
        self.who = answer.body
        return answer

    def resume(self) -> MeetingAnswer:
        return self.ask("resume", {"key": self.jwk, "proof": self.proof()})

    def ballot(self, choice: str, **other: Any) -> str:
        """A ballot for the motion that the last snapshot shows."""
        self.room.service.publisher.flush()
        shown = self.room.air.last(topics.MOTION, meeting=self.meeting)
        self.asked += 1
        payload = {
            "meeting": self.meeting,
            "motion": shown.motion,
            "paper": shown.paper_sha256,
            "choice": choice,
            "seat": self.who.get("seat"),
            "nonce": f"nonce-of-{self.device}-{self.asked:06d}",
            "at": "2026-03-05T01:00:00.5Z",
        }
        return self.sign({**payload, **other})

    def cast(self, choice: str, **other: Any) -> MeetingAnswer:
        return self.ask("cast", {"ballot": self.ballot(choice, **other)})


@dataclass
class Council:
    """A meeting with members in their seats."""

    room: Room
    meeting: str
    item: str
    pins: list[PinView]
    tablets: list[Tablet] = field(default_factory=list)

    def arrive(self, *places: int) -> list[Tablet]:
        """Members at these places check in at tablets of their own."""
        for place in places:
            tablet = Tablet(self.room, self.meeting, f"tablet-{place}")
            assert tablet.check_in(self.pins[place].pin).ok
            self.tablets.append(tablet)
        return self.tablets

    def motion(self, rule: str | None = None, title: str = "Thông qua nghị quyết") -> str:
        new = NewMotion(item=self.item, title=title, text="Nội dung được biểu quyết", rule=rule)
        return self.room.service.votes.add(self.meeting, new).id

    def opened(self, rule: str | None = None) -> str:
        motion = self.motion(rule)
        self.room.service.votes.open(self.meeting, motion)
        return motion


def council(made: Room, members: int = 5, *, rule: str = DEFAULT_RULE, open_now: bool = True) -> Council:
    """A planned council with PINs; the first member chairs; one more takes part without a vote."""
    service = made.service
    meeting = service.preparing.create(
        NewMeeting(title="Kỳ họp thứ ba", body="Hội đồng nhân dân phường", place="Hội trường", starts_at=START, rule=rule)
    ).id
    seats = tuple(SeatWords(id=f"s{i}", label=f"A{i + 1}", x=float(i), y=1.0) for i in range(members + 1))
    service.preparing.set_plan(meeting, PlanWords(width=members + 1, height=4, seats=seats))
    listed = [MemberWords(name=f"Đại biểu {i + 1}", office="Đại biểu", seat=f"s{i}", chairs=i == 0) for i in range(members)]
    guest = MemberWords(name="Khách mời", seat=f"s{members}", votes=False)
    service.preparing.set_members(meeting, [*listed, guest])
    item = service.preparing.add_item(meeting, NewItem(title="Tờ trình về rác thải", minutes=20)).id
    pins = service.preparing.make_pins(meeting)
    if open_now:
        service.chairing.set_state(meeting, "open")
    return Council(made, meeting, item, pins)


def pdf(pages: int = 2) -> bytes:
    """A small sound PDF."""
    writer, out = PdfWriter(), BytesIO()
    for _ in range(pages):
        writer.add_blank_page(width=595, height=842)
    writer.write(out)
    return out.getvalue()
