"""What tablets ask: each ask is one job, answered after its commit; the same id is answered with the same answer.

A refusal is an answer, too, and is kept like one. Only when the writer itself fails (no room on the disk) nothing is kept: the
tablet is told so, and may ask again with the same id.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import bindparam, insert
from sqlmodel import Session, SQLModel, col, select

from broker import topics
from broker.messages.meetings import MeetingAnswer, MeetingAsk
from meeting import store
from meeting.domain.errors import Code, Facts, Refusal
from meeting.ports import Entry
from meeting.service.casting import cast
from meeting.service.checkin import WrongSecret, bound_here, check_in, resume
from meeting.service.floor import ask as ask_floor
from meeting.service.floor import withdraw
from meeting.service.house import House, Show, Work
from meeting.service.secret import token
from meeting.tables import Asked, Key

log = logging.getLogger("dinh.meeting")
Body = dict[str, Any]
KNOWN = select(col(Asked.ask_sha256), col(Asked.answer)).where(
    col(Asked.meeting) == bindparam("of_meeting"), col(Asked.device) == bindparam("of_device"), col(Asked.id) == bindparam("of_id")
)
KEEP = insert(SQLModel.metadata.tables["meeting_asks"])
Handler = Callable[[Work, str, Mapping[str, Any]], Body]


def _speak(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    if set(body) != {"kind"} or body["kind"] not in ("speak", "question"):
        raise Refusal(Code.ASK_MALFORMED, field="kind")
    key = bound_here(work, device)
    return {"request": ask_floor(work, member=key.member, seat=key.seat, kind=body["kind"])}


def _withdraw(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    if set(body) != {"request"} or not isinstance(body["request"], str):
        raise Refusal(Code.ASK_MALFORMED, field="request")
    key = bound_here(work, device)
    return {"request": withdraw(work, member=key.member, request=body["request"][:40])}


def _cast(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    if set(body) != {"ballot"}:
        raise Refusal(Code.ASK_MALFORMED, field="ballot")
    return cast(work, device, body["ballot"])


HANDLERS: Mapping[str, Handler] = {
    "check_in": check_in,
    "resume": resume,
    "speak": _speak,
    "withdraw": _withdraw,
    "cast": _cast,
    "token": token,
}


@dataclass(frozen=True)
class Asks:
    """The asks of all tablets: taken, done once, answered after the commit."""

    house: House

    def take(self, meeting: str, device: str, ask: MeetingAsk) -> "Future[MeetingAnswer]":
        """Queue an ask. The answer is published after the commit, and is what the future resolves to; it never fails."""
        done: Future[MeetingAnswer] = Future()
        digest = hashlib.sha256(ask.to_bytes()).hexdigest()

        def job(entry: Entry) -> MeetingAnswer:
            return self._answer_once(entry, meeting, device, ask=ask, digest=digest)

        def finish(future: "Future[MeetingAnswer]") -> None:
            error = future.exception()
            answer = future.result() if error is None else self._failed(ask, error)
            self.publish(meeting, device, answer)
            done.set_result(answer)

        self.house.writer.submit(job).add_done_callback(finish)
        return done

    def publish(self, meeting: str, device: str, answer: MeetingAnswer) -> None:
        self.house.post.publish(topics.ANSWER, answer, meeting=meeting, device=device)

    def refused(self, ask_id: str, refusal: Refusal) -> MeetingAnswer:
        return self._no(ask_id, refusal.code.value, refusal.facts)

    def _no(self, ask_id: str, code: str, facts: Facts) -> MeetingAnswer:
        return MeetingAnswer(id=ask_id, at=self.house.clock(), ok=False, code=code, facts=facts)

    def _answer_once(self, entry: Entry, meeting: str, device: str, *, ask: MeetingAsk, digest: str) -> MeetingAnswer:
        named = {"meeting": meeting, "device": device, "id": ask.id}
        known = entry.session.execute(KNOWN, {f"of_{name}": value for name, value in named.items()}).first()
        if known is not None:
            if known.ask_sha256 != digest:
                return self.refused(ask.id, Refusal(Code.ASK_REUSED, id=ask.id))
            return MeetingAnswer.model_validate_json(known.answer)
        if not _is_known(entry.session, meeting):
            return self.refused(ask.id, Refusal(Code.UNKNOWN_MEETING, meeting=meeting))
        answer = self._act(entry, meeting, device, ask)
        entry.session.execute(KEEP, {**named, "ask_sha256": digest, "answer": answer.model_dump_json()})
        return answer

    def _act(self, entry: Entry, meeting: str, device: str, ask: MeetingAsk) -> MeetingAnswer:
        """A refused ask leaves no trace but its answer, and the count of wrong PINs."""
        wrong: list[WrongSecret] = []

        def act(work: Work) -> Body:
            try:
                return HANDLERS[ask.kind](work, device, ask.body)
            except WrongSecret as refusal:
                wrong.append(refusal)
                return {}

        try:
            with entry.session.begin_nested():
                body = self.house.work(entry, meeting, act)
        except Refusal as refusal:
            return self.refused(ask.id, refusal)
        if wrong:
            return self.refused(ask.id, wrong[0])
        return MeetingAnswer(id=ask.id, at=self.house.clock(), ok=True, body=body)

    def _failed(self, ask: MeetingAsk, error: BaseException) -> MeetingAnswer:
        """The writer could not; whatever it raised says why by `code` and `facts`, as all refusals of the house do."""
        code, facts = getattr(error, "code", None), getattr(error, "facts", None)
        if not isinstance(code, str) or not isinstance(facts, dict):
            log.error("an ask of kind %s failed", ask.kind, exc_info=error)
            return self._no(ask.id, "house.storage", {})
        return self._no(ask.id, str(code), facts)

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


def _is_known(session: Session, meeting: str) -> bool:
    try:
        store.meeting(session, meeting)
    except Refusal:
        return False
    return True
