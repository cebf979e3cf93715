"""A secret vote at the node: the key before the opening, tokens while it is open, the box counted and forgotten at the close.

What a token and a boxed ballot must say is the domain's (meeting/domain/secrecy.py); how the node signs what it cannot read stands in
meeting/secret. The box's own door is meeting/service/box.py.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlmodel import col, delete, select

from broker.envelope import base64url, part
from meeting import store
from meeting.domain.ballots import MOST_BYTES, Ballot, Binding, Standing, check_vote, check_voter, key_id
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.rules import Secrecy
from meeting.domain.secrecy import read_message, read_token
from meeting.domain.tally import Said
from meeting.log import entries
from meeting.secret.blind import BlindError, PublicKey, blind_sign, read_blinded
from meeting.service.house import WAIT_S, House, Work
from meeting.service.keys import is_signed, open_signed
from meeting.tables import BoxedBallot, Key, Member, Motion, Stay, Token

log = logging.getLogger("dinh.meeting")
Body = dict[str, Any]
NO_CHOICE = ("",)
"""A token is asked for like a ballot that says nothing."""


@contextmanager
def key_for(house: House, meeting: str, motion: str) -> Iterator[PublicKey | None]:
    """The public half for the paper of a vote that is about to be opened; None where its rule is not secret.

    The private half is on the disk before the paper is, and gone again when the opening is refused.
    """
    with house.reader() as session:
        row = store.motion(session, meeting, motion)
        draft, rule = row.state == MotionState.DRAFT, house.rule(row.rule)
    if not draft or rule.secrecy is not Secrecy.SECRET:
        yield None
        return
    public = PublicKey.of(house.keys.make(meeting, motion))
    try:
        yield public
    except Refusal:
        house.keys.spend(meeting, motion)
        house.keys.forget(meeting, motion)
        raise


def token(work: Work, device: str, body: Mapping[str, Any]) -> Body:
    """The blind signature for this voter's one ballot. The same blinded message again gets the same one. Raises a ballot's refusals."""
    if set(body) != {"token"}:
        raise Refusal(Code.ASK_MALFORMED, field="token")
    parts = open_signed(body["token"], most_bytes=MOST_BYTES, code=Code.BALLOT_BYTES)
    asked, kid = read_token(parts.payload), key_id(parts)
    key = work.session.get(Key, (work.id, kid))
    digest = hashlib.sha256(asked.blinded.encode()).hexdigest()
    if key is not None and (known := _known(work, key, device, asked.ballot.motion, digest)) is not None:
        return known
    binding = check_voter(parts, asked.ballot, _binding(key), device=device, verify=is_signed)
    motion = work.session.get(Motion, (work.id, asked.ballot.motion))
    check_vote(asked.ballot, _standing(work, binding, asked.ballot, motion))
    if motion is None or not motion.secret:
        raise Refusal(Code.VOTE_IS_OPEN, motion=asked.ballot.motion)
    signature = base64url(_signed(work, motion, asked.blinded))
    said = entries.token_issued(motion=motion.id, member=binding.member, jws=str(body["token"]))
    placed = work.log("token_issued", said, motion=motion.id)
    given = {"blinded_sha256": digest, "blind_signature": signature}
    work.session.add(Token(meeting=work.id, motion=motion.id, member=binding.member, index=placed.index, **given))
    voters = motion.eligible
    work.entry.after(lambda: work.house.publisher.mark_counting(work.id, voters=voters))
    return {"motion": motion.id, "blind_signature": signature}


def _known(work: Work, key: Key, device: str, motion: str, digest: str) -> Body | None:
    """What this voter was answered to the same blinded message, also when his key has ended since."""
    row = work.session.get(Token, (work.id, motion, key.member)) if key.device == device else None
    if row is None or row.blinded_sha256 != digest:
        return None
    return {"motion": motion, "blind_signature": row.blind_signature}


def _signed(work: Work, motion: Motion, blinded: str) -> bytes:
    key = work.house.keys.load(work.id, motion.id)
    try:
        return blind_sign(key, read_blinded(blinded, PublicKey.of(key)))
    except BlindError:
        raise Refusal(Code.BALLOT_BYTES, field="blinded") from None


def _binding(key: Key | None) -> Binding | None:
    if key is None or key.ended_at is not None:
        return None
    return Binding(key.meeting, key.member, key.seat, key.device, json.loads(key.jwk))


def _standing(work: Work, binding: Binding, ballot: Ballot, motion: Motion | None) -> Standing:
    member = work.session.get(Member, (work.id, binding.member))
    here = select(Stay.id).where(Stay.meeting == work.id, Stay.member == binding.member, col(Stay.left_at).is_(None))
    return Standing(
        state=MotionState(motion.state) if motion else None,
        paper_sha256=motion.paper_sha256 if motion else None,
        choices=NO_CHOICE,
        on_paper=member is not None and member.votes,
        present=work.session.exec(here).first() is not None,
        nonce_used=False,
        has_voted=work.session.get(Token, (work.id, ballot.motion, binding.member)) is not None,
        may_change=False,
    )


# -- the close --------------------------------------------------------------------------------------------------------


def refuse_on_the_way(work: Work, motion: Motion, *, leave: bool) -> None:
    """A token that was given out has no ballot in the box yet: the chair says himself that he leaves it outside."""
    if not motion.secret:
        return
    issued, cast = (count(work.session, work.id, motion.id) for count in (store.issued, store.boxed))
    if cast < issued and not leave:
        raise Refusal(Code.BALLOTS_ON_THE_WAY, issued=issued, cast=cast)


def open_box(work: Work, motion: Motion) -> list[BoxedBallot]:
    """All ballots in the order of their trackers."""
    mine = (BoxedBallot.meeting == work.id, BoxedBallot.motion == motion.id)
    return list(work.session.exec(select(BoxedBallot).where(*mine).order_by(col(BoxedBallot.tracker))))


def publish_box(work: Work, motion: Motion, ballots: Iterable[BoxedBallot]) -> list[Said]:
    """Log the ballots, take them out of the box, and say what they say."""
    said = []
    for one in ballots:
        words = {"tracker": one.tracker, "prepared": one.prepared, "signature": one.signature}
        work.log("secret_ballot", entries.secret_ballot(motion=motion.id, **words), motion=motion.id)
        said.append(Said(read_message(part(one.prepared)).choice))
    work.session.execute(delete(BoxedBallot).where(col(BoxedBallot.meeting) == work.id, col(BoxedBallot.motion) == motion.id))
    return said


def forget(house: House, meeting: str, motion: str) -> None:
    """After the close: the key is overwritten, the storage forgets the open box, the key's name goes. What fails is done at the next start."""
    house.keys.spend(meeting, motion)
    error = house.writer.rewrite("meeting_box").exception(WAIT_S)
    if error is None:
        house.keys.forget(meeting, motion)
    else:
        log.warning("the open box of a closed vote is still to be forgotten: %s", error)


def forget_left_over(house: House) -> None:
    """At a start: do what a power cut has left undone."""
    for meeting, motion in list(house.keys.kept()):
        with house.reader() as session:
            row = session.get(Motion, (meeting, motion))
        if row is None or row.state != MotionState.OPEN:
            forget(house, meeting, motion)
