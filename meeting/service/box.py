"""The box of a secret vote: ballots come without a name, and nothing about how they came is kept.

No cookie is read, no address, no header; nothing is logged; the row has no time and no number. What floods the box is held back by one
measure for all of the hall, because a measure for each would have to know who it is. The answer is a promise: the ballot's tracker under
the log's own signature, so that a node that leaves the ballot out is caught by whoever holds the promise.
"""

import json
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session, col, select

from broker.envelope import EnvelopeError, part
from broker.identity import Id
from meeting import store
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.secrecy import check_place, read_message, tracker_of
from meeting.log.receipts import code_of
from meeting.secret.blind import PublicKey
from meeting.service.house import WAIT_S, House, Work
from meeting.service.measure import Measure
from meeting.tables import BoxedBallot, LogEntry, Motion

FORMAT = "dinh-box/1"
RATE, BURST = 400.0, 2000.0
"""Ballots a second, and at once: twice what a hall of two thousand tablets sends."""


class BoxWords(BaseModel):
    """A ballot without a name: the prepared message and its signature (RFC 9474), base64url without padding."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    motion: Id
    prepared: Annotated[str, Field(max_length=1400)]
    signature: Annotated[str, Field(max_length=400)]


class Boxed(BaseModel):
    """What the voter keeps: his tracker, its short code, and the node's signed promise that it will be on the board."""

    model_config = ConfigDict(frozen=True)

    motion: Id
    tracker: str
    code: str
    promise: str


def _measure() -> Measure:
    return Measure(RATE, BURST, Code.BOX_BUSY)


@dataclass(frozen=True)
class Box:
    """Takes ballots. The same ballot again gets the same promise, also after the close."""

    house: House
    measure: Measure = field(default_factory=_measure)

    def put(self, meeting: str, words: BoxWords) -> Boxed:
        """Check, keep, promise. Raises Refusal."""
        self.measure.take()
        prepared, signature = _raw(words.prepared, "prepared"), _raw(words.signature, "signature")
        message, tracker = read_message(prepared), tracker_of(prepared)
        with self.house.reader() as session:
            store.meeting(session, meeting)
            motion = store.motion(session, meeting, words.motion)
            if _is_there(session, motion, tracker):
                return self._promise(meeting, motion.id, tracker)
        _check_open(motion)
        if motion.paper is None or not _key_on(motion.paper).is_signed(prepared, signature):
            raise Refusal(Code.BOX_SIGNATURE)
        check_place(message, meeting=meeting, motion=motion.id, paper=motion.paper_sha256)

        def act(work: Work) -> None:
            row = store.motion(work.session, meeting, words.motion)
            _check_open(row)
            if not _is_there(work.session, row, tracker):
                kept = {"tracker": tracker, "prepared": words.prepared, "signature": words.signature}
                work.session.add(BoxedBallot(meeting=meeting, motion=row.id, **kept))
                voters = row.eligible
                work.entry.after(lambda: self.house.publisher.mark_counting(meeting, voters=voters))

        self.house.submit(meeting, act).result(WAIT_S)
        return self._promise(meeting, motion.id, tracker)

    def _promise(self, meeting: str, motion: str, tracker: str) -> Boxed:
        origin = self.house.origin(meeting)
        promise = self.house.signer.sign_note(origin, f"{FORMAT}\n{origin}\n{motion}\n{tracker}\n")
        return Boxed(motion=motion, tracker=tracker, code=code_of(tracker), promise=promise)


def _raw(text: str, name: str) -> bytes:
    try:
        return part(text)
    except (EnvelopeError, ValueError):
        raise Refusal(Code.BOX_BYTES, field=name) from None


def _check_open(motion: Motion) -> None:
    if not motion.secret or motion.state != MotionState.OPEN:
        raise Refusal(Code.BOX_NOT_OPEN, motion=motion.id, state=motion.state)


def _is_there(session: Session, motion: Motion, tracker: str) -> bool:
    """In the open box, or among the ballots that the close has logged."""
    if motion.state == MotionState.OPEN:
        return session.get(BoxedBallot, (motion.meeting, motion.id, tracker)) is not None
    mine = (LogEntry.meeting == motion.meeting, LogEntry.motion == motion.id, LogEntry.kind == "secret_ballot")
    wanted = select(LogEntry.index).where(*mine, col(LogEntry.text).contains(f'"tracker":"{tracker}"'))
    return session.exec(wanted).first() is not None


@lru_cache(maxsize=16)
def _key_on(paper: bytes) -> PublicKey:
    return PublicKey.read(json.loads(paper)["secret"])
