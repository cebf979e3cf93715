"""What tablets ask: each ask is one job, answered after its commit; the same id is answered with the same answer.

A refusal is an answer, too, and is kept like one. A ballot that was taken is known by its own bytes, and its receipt is kept with it: of the ask that
brought it nothing more is kept, and whoever says it again gets that receipt (meeting/service/poll.py). Only when the writer itself fails (no room on the disk) nothing is kept: the
tablet is told so, and may ask again with the same id.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, insert
from sqlmodel import Session, SQLModel, col, select

from broker import topics
from broker.identity import is_id
from broker.messages.meetings import MeetingAnswer, MeetingAsk
from meeting import store
from meeting.domain.errors import Code, Facts, Refusal
from meeting.ports import Entry
from meeting.service.checkin import WrongSecret, bound_here, check_in, resume
from meeting.service.floor import ask as ask_floor
from meeting.service.floor import withdraw
from meeting.service.house import House, Show, Work
from meeting.service.poll import Opened, Poll, opened
from meeting.service.tokens import Signing, token
from meeting.tables import Key, Meeting

log = logging.getLogger("dinh.meeting")
Body = dict[str, Any]
T = TypeVar("T")
KEPT = timedelta(days=1)
"""For so long after the close of its meeting the answer to an ask is kept."""
_ASKS = SQLModel.metadata.tables["meeting_asks"]
KNOWN = select(_ASKS.c.device, _ASKS.c.id, _ASKS.c.ask_sha256, _ASKS.c.answer).where(
    _ASKS.c.meeting == bindparam("of_meeting"),
    _ASKS.c.id.in_(bindparam("ids", expanding=True)),
)
FORGET = delete(_ASKS).where(
    _ASKS.c.meeting.in_(select(col(Meeting.id)).where(col(Meeting.state) == "closed", col(Meeting.closed_at) < bindparam("before")))
)
KEEP = insert(_ASKS)
Handler = Callable[[Work, str, Mapping[str, Any]], Body]


def _speak(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    if set(body) != {"kind"} or body["kind"] not in ("speak", "question"):
        raise Refusal(Code.ASK_MALFORMED, field="kind")
    key = bound_here(work, device)
    return {"request": ask_floor(work, member=key.member, seat=key.seat, kind=body["kind"])}


def _withdraw(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    if set(body) != {"request"} or not isinstance(body["request"], str) or not is_id(body["request"]):
        raise Refusal(Code.ASK_MALFORMED, field="request")
    key = bound_here(work, device)
    return {"request": withdraw(work, member=key.member, request=body["request"])}


def _ballot(ask: MeetingAsk, device: str) -> Opened:
    if set(ask.body) != {"ballot"}:
        raise Refusal(Code.ASK_MALFORMED, field="ballot")
    return opened(device, ask.body["ballot"])


HANDLERS: Mapping[str, Handler] = {
    "check_in": check_in,
    "resume": resume,
    "speak": _speak,
    "withdraw": _withdraw,
}


def _handler(one: "Asking") -> Handler:
    return partial(token, signature=one.signature) if one.ask.kind == "token" else HANDLERS[one.ask.kind]


@dataclass(frozen=True)
class Asking:
    """One ask on its way."""

    meeting: str
    device: str
    ask: MeetingAsk
    signature: bytes | None = None
    """Of a token: made ahead of the writer."""

    @property
    def sha256(self) -> str:
        """Of its canonical bytes: an id stands for one ask."""
        return hashlib.sha256(self.ask.to_bytes()).hexdigest()

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other ask of the meeting."""
        return self.device, self.ask.id

    def kept(self, answer: MeetingAnswer) -> dict[str, str]:
        """The row that keeps its answer."""
        text = answer.model_dump_json(exclude_none=True)
        return {"meeting": self.meeting, "device": self.device, "id": self.ask.id, "ask_sha256": self.sha256, "answer": text}


class Asks:
    """The asks of all tablets: taken, done once, answered after the commit."""

    def __init__(self, house: House) -> None:
        self.house, self.signing = house, Signing(house)
        self._tidied: date | None = None

    def take(self, meeting: str, device: str, ask: MeetingAsk) -> "Future[MeetingAnswer]":
        """Queue an ask. The answer is published after the commit, and is what the future resolves to; it never fails."""
        done: Future[MeetingAnswer] = Future()
        asking = Asking(meeting, device, ask)
        self._tidy_daily()

        def finish(future: "Future[MeetingAnswer]") -> None:
            error = future.exception()
            answer = future.result() if error is None else self._failed(ask, error)
            self.publish(meeting, device, answer)
            done.set_result(answer)

        if ask.kind == "token":
            ahead = self.signing.ahead(meeting, device, ask.body)
            ahead.add_done_callback(
                lambda made: self._queue(replace(asking, signature=None if made.exception() else made.result()), finish)
            )
        else:
            self._queue(asking, finish)
        return done

    def _queue(self, asking: Asking, finish: "Callable[[Future[MeetingAnswer]], None]") -> None:
        together = self._cast_all if asking.ask.kind == "cast" else self._each
        self.house.writer.gather(together, asking).add_done_callback(finish)

    def publish(self, meeting: str, device: str, answer: MeetingAnswer) -> None:
        self.house.post.publish(topics.ANSWER, answer, meeting=meeting, device=device)

    def refused(self, ask_id: str, refusal: Refusal) -> MeetingAnswer:
        return self._no(ask_id, refusal.code.value, refusal.facts)

    def _no(self, ask_id: str, code: str, facts: Facts) -> MeetingAnswer:
        return MeetingAnswer(id=ask_id, at=self.house.clock(), ok=False, code=code, facts=facts)

    def _each(self, entry: Entry, asked: Sequence[Asking]) -> list[MeetingAnswer]:
        return [self._answer_once(entry, one) for one in asked]

    def _answer_once(self, entry: Entry, one: Asking) -> MeetingAnswer:
        known = self._known(entry.session, [one]).get(one.key)
        if known is not None:
            return self._again(one, known)
        row = _found(entry.session, one.meeting)
        if row is None:
            return self.refused(one.ask.id, Refusal(Code.UNKNOWN_MEETING, meeting=one.meeting))
        answer = self._act(entry, one)
        entry.session.connection().execute(KEEP, [one.kept(answer)])
        return answer

    def _known(self, session: Session, asked: Sequence[Asking]) -> dict[tuple[str, str], tuple[str, str]]:
        """(device, id) -> (SHA-256 of the ask, its answer), of asks of one meeting that were answered before."""
        rows = session.connection().execute(KNOWN, {"of_meeting": asked[0].meeting, "ids": [one.ask.id for one in asked]})
        return {(device, name): (sha256, answer) for device, name, sha256, answer in rows}

    def _again(self, one: Asking, known: tuple[str, str]) -> MeetingAnswer:
        sha256, answer = known
        if sha256 != one.sha256:
            return self.refused(one.ask.id, Refusal(Code.ASK_REUSED, id=one.ask.id))
        return MeetingAnswer.model_validate_json(answer)

    def _cast_all(self, entry: Entry, asked: Sequence[Asking]) -> list[MeetingAnswer]:
        """Ballots that wait together: each is answered as if it had come alone."""
        answers: dict[int, MeetingAnswer] = {}
        for meeting in dict.fromkeys(one.meeting for one in asked):
            of_meeting = {place: one for place, one in enumerate(asked) if one.meeting == meeting}
            found = self._cast_in(entry, meeting, list(of_meeting.values()))
            answers.update(zip(of_meeting, found, strict=True))
        return [answers[place] for place in range(len(asked))]

    def _cast_in(self, entry: Entry, meeting: str, asked: Sequence[Asking]) -> list[MeetingAnswer]:
        row = _found(entry.session, meeting)
        if row is None:
            return [self.refused(one.ask.id, Refusal(Code.UNKNOWN_MEETING, meeting=meeting)) for one in asked]
        known = self._known(entry.session, asked)
        fresh: dict[tuple[str, str], Asking] = {}
        for one in asked:
            if one.key not in known:
                fresh.setdefault(one.key, one)
        cast = self._poll(entry, meeting, list(fresh.values())) if fresh else {}
        repeated = {one.key for one in asked if one.key in fresh and fresh[one.key] is not one}
        known |= {key: (fresh[key].sha256, cast[key].model_dump_json()) for key in repeated}
        return [cast[one.key] if fresh.get(one.key) is one else self._again(one, known[one.key]) for one in asked]

    def _poll(self, entry: Entry, meeting: str, asked: Sequence[Asking]) -> dict[tuple[str, str], MeetingAnswer]:
        """Check and write all; keep what was refused, too."""

        def act(work: Work) -> dict[tuple[str, str], MeetingAnswer]:
            read = {one.key: self._or_refused(one, partial(_ballot, one.ask, one.device)) for one in asked}
            poll = Poll(work, [one for one in read.values() if isinstance(one, Opened)])
            taken = {one.key: self._taken(poll, one, read[one.key]) for one in asked}
            poll.write()
            return {one.key: self._voted(poll, one, taken[one.key]) for one in asked}

        answers = self.house.work(entry, meeting, act)
        refused = [one.kept(answers[one.key]) for one in asked if not answers[one.key].ok]
        if refused:
            entry.session.connection().execute(KEEP, refused)
        return answers

    def _taken(self, poll: Poll, one: Asking, ballot: Opened | MeetingAnswer) -> str | MeetingAnswer:
        return ballot if isinstance(ballot, MeetingAnswer) else self._or_refused(one, partial(poll.take, ballot))

    def _voted(self, poll: Poll, one: Asking, taken: str | MeetingAnswer) -> MeetingAnswer:
        if isinstance(taken, MeetingAnswer):
            return taken
        body, at = poll.receipt(taken)
        return MeetingAnswer(id=one.ask.id, at=at, ok=True, body=body)

    def _or_refused(self, one: Asking, call: Callable[[], T]) -> T | MeetingAnswer:
        try:
            return call()
        except Refusal as refusal:
            return self.refused(one.ask.id, refusal)

    def _act(self, entry: Entry, one: Asking) -> MeetingAnswer:
        """A refused ask leaves no trace but its answer, and the count of wrong PINs."""
        wrong: list[WrongSecret] = []

        def act(work: Work) -> Body:
            try:
                return _handler(one)(work, one.device, one.ask.body)
            except WrongSecret as refusal:
                wrong.append(refusal)
                return {}

        try:
            with entry.session.begin_nested():
                body = self.house.work(entry, one.meeting, act)
        except Refusal as refusal:
            return self.refused(one.ask.id, refusal)
        if wrong:
            return self.refused(one.ask.id, wrong[0])
        return MeetingAnswer(id=one.ask.id, at=self.house.clock(), ok=True, body=body)

    def _failed(self, ask: MeetingAsk, error: BaseException) -> MeetingAnswer:
        """The writer could not; whatever it raised says why by `code` and `facts`, as all refusals of the house do."""
        code, facts = getattr(error, "code", None), getattr(error, "facts", None)
        if not isinstance(code, str) or not isinstance(facts, dict):
            log.error("an ask of kind %s failed", ask.kind, exc_info=error)
            return self._no(ask.id, "house.storage", {})
        return self._no(ask.id, str(code), facts)

    def _tidy_daily(self) -> None:
        """Once a day: the answers to asks of meetings that were closed a day ago are forgotten. A ballot that is repeated later still
        gets its receipt; nothing else that a tablet asks has an effect after the close.
        """
        now = self.house.clock()
        if self._tidied == now.date():
            return
        self._tidied = now.date()

        def job(entry: Entry) -> None:
            entry.session.execute(FORGET, {"before": now - KEPT})

        self.house.writer.submit(job)

    def tablet(self, device: str, *, online: bool) -> "Future[None]":
        """What the tablet's last will or its return said. It changes what the seat plan shows, never who is present."""

        def job(entry: Entry) -> None:
            for key in store.keys_of_device(entry.session, device):
                if key.online != online:
                    self.house.work(entry, key.meeting, partial(_set_online, kid=key.kid, online=online))

        return self.house.writer.submit(job)


def _set_online(work: Work, *, kid: str, online: bool) -> None:
    row = work.session.exec(select(Key).where(Key.meeting == work.id, col(Key.kid) == kid)).one()
    row.online = online
    work.session.add(row)
    work.show(Show.ROLL)


def _found(session: Session, meeting: str) -> Meeting | None:
    """The meeting. Who keeps it spares the session a second look: it holds rows only weakly."""
    try:
        return store.meeting(session, meeting)
    except Refusal:
        return None
