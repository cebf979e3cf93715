"""Tokens of a secret vote: the right to one ballot, asked for under a name, signed by the node without reading it.

What a token must say is the domain's (meeting/domain/secrecy.py); how the node signs what it cannot read stands in meeting/secret.

A signature costs more than all the rest of an ask, so it is made on threads of its own before the ask comes to the house's one writer, and
nobody waits behind it. Nothing is given away by that: the ask is looked at first, so that no stranger makes the node work, and the
signature leaves only when the writer has checked everything again and its commit is on disk; else it is dropped.
"""

import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, col, select

from broker.envelope import base64url
from meeting.domain.ballots import MOST_BYTES, Ballot, Binding, Standing, check_vote, check_voter, key_id
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.secrecy import read_token
from meeting.log import entries
from meeting.secret.blind import BlindError, PublicKey, blind_sign, read_blinded
from meeting.service.house import House, Work
from meeting.service.keys import is_signed, open_signed
from meeting.tables import Key, Member, Motion, Stay, Token

Body = dict[str, Any]
NO_CHOICE = ("",)
"""A token is asked for like a ballot that says nothing."""
THREADS = 2
"""As many as the least machine has cores; GMP works without the interpreter's lock."""


def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="tokens")


@dataclass(frozen=True)
class Right:
    """A voter's proved right to a token."""

    motion: Motion
    member: str
    blinded: str
    blinded_sha256: str


@dataclass(frozen=True)
class Signing:
    """Signs ahead of the writer."""

    house: House
    threads: ThreadPoolExecutor = field(default_factory=_threads)

    def ahead(self, meeting: str, device: str, body: Mapping[str, Any]) -> "Future[bytes | None]":
        """The blind signature, or None where there will be none, or there is one already: the writer says so itself."""
        return self.threads.submit(self._sign, meeting, device, body)

    def _sign(self, meeting: str, device: str, body: Mapping[str, Any]) -> bytes | None:
        try:
            with self.house.reader() as session:
                right = _right(session, meeting, device, body)
            return _signed(self.house, right) if isinstance(right, Right) else None
        except Refusal:
            return None


def token(work: Work, device: str, body: Mapping[str, Any], signature: bytes | None = None) -> Body:
    """The blind signature for this voter's one ballot, made ahead or now. The same blinded message again gets the same one.

    Raises a ballot's refusals.
    """
    right = _right(work.session, work.id, device, body)
    if not isinstance(right, Right):
        return right
    motion = right.motion.id
    signed = base64url(signature or _signed(work.house, right))
    said = entries.token_issued(motion=motion, member=right.member, jws=str(body["token"]))
    placed = work.log("token_issued", said, motion=motion)
    given = {"blinded_sha256": right.blinded_sha256, "blind_signature": signed}
    work.session.add(Token(meeting=work.id, motion=motion, member=right.member, index=placed.index, **given))
    voters = right.motion.eligible
    work.entry.after(lambda: work.house.publisher.mark_counting(work.id, voters=voters))
    return {"motion": motion, "blind_signature": signed}


def _right(session: Session, meeting: str, device: str, body: Mapping[str, Any]) -> Right | Body:
    """Checks 1 to 12 of a ballot but 10; or what this voter was answered to the same blinded message, also when his key has ended since."""
    if set(body) != {"token"}:
        raise Refusal(Code.ASK_MALFORMED, field="token")
    parts = open_signed(body["token"], most_bytes=MOST_BYTES, code=Code.BALLOT_BYTES)
    asked, kid = read_token(parts.payload), key_id(parts)
    key = session.get(Key, (meeting, kid))
    digest = hashlib.sha256(asked.blinded.encode()).hexdigest()
    if key is not None and key.device == device:
        known = session.get(Token, (meeting, asked.ballot.motion, key.member))
        if known is not None and known.blinded_sha256 == digest:
            return {"motion": known.motion, "blind_signature": known.blind_signature}
    binding = check_voter(parts, asked.ballot, _binding(key), device=device, verify=is_signed)
    motion = session.get(Motion, (meeting, asked.ballot.motion))
    check_vote(asked.ballot, _standing(session, binding, asked.ballot, motion))
    if motion is None or not motion.secret:
        raise Refusal(Code.VOTE_IS_OPEN, motion=asked.ballot.motion)
    return Right(motion, binding.member, asked.blinded, digest)


def _signed(house: House, right: Right) -> bytes:
    key = house.keys.load(right.motion.meeting, right.motion.id)
    try:
        return blind_sign(key, read_blinded(right.blinded, PublicKey.of(key)))
    except BlindError:
        raise Refusal(Code.BALLOT_BYTES, field="blinded") from None


def _binding(key: Key | None) -> Binding | None:
    if key is None or key.ended_at is not None:
        return None
    return Binding(key.meeting, key.member, key.seat, key.device, json.loads(key.jwk))


def _standing(session: Session, binding: Binding, ballot: Ballot, motion: Motion | None) -> Standing:
    whose = (binding.meeting, binding.member)
    member = session.get(Member, whose)
    here = select(Stay.id).where(Stay.meeting == binding.meeting, Stay.member == binding.member, col(Stay.left_at).is_(None))
    return Standing(
        state=MotionState(motion.state) if motion else None,
        paper_sha256=motion.paper_sha256 if motion else None,
        choices=NO_CHOICE,
        on_paper=member is not None and member.votes,
        present=session.exec(here).first() is not None,
        nonce_used=False,
        has_voted=session.get(Token, (binding.meeting, ballot.motion, binding.member)) is not None,
        may_change=False,
    )
