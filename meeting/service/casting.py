"""A ballot that no device sent: the checks and the writing of a called one (meeting/service/calling.py).

The checks are the domain's (meeting/domain/ballots.py), the same as for a ballot that came signed from a device, which is taken in runs
(meeting/service/poll.py); here are the questions that they need answered for one member, and what is written: the log entry, the
ballot with its receipt, and the one current ballot of the voter.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, bindparam, exists, insert, select, update
from sqlmodel import SQLModel, col

from broker.messages.meetings import Receipt
from meeting import store
from meeting.domain.ballots import Ballot, Standing, check_vote
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.tally import QUESTION
from meeting.log.receipts import receipt
from meeting.service.house import Work, frontier_of
from meeting.tables import Ballot as BallotRow
from meeting.tables import Current, Member, Motion, Stay

_MEETING: BindParameter[str] = bindparam("of_meeting")
_MOTION: BindParameter[str] = bindparam("of_motion")
_MEMBER: BindParameter[str] = bindparam("of_member")
_MINE = (col(Current.meeting) == _MEETING, col(Current.motion) == _MOTION, col(Current.member) == _MEMBER)
_CAST = (col(BallotRow.meeting) == _MEETING, col(BallotRow.motion) == _MOTION, col(BallotRow.member) == _MEMBER)
STANDING = select(
    exists().where(col(Stay.meeting) == _MEETING, col(Stay.member) == _MEMBER, col(Stay.left_at).is_(None)),
    exists().where(*_CAST, col(BallotRow.nonce) == bindparam("of_nonce")),
    exists().where(*_MINE),
    exists().where(col(Member.meeting) == _MEETING, col(Member.id) == _MEMBER, col(Member.votes)),
)
"""Is he present, is the nonce used, has he voted, has he a vote: one question."""
KEEP = insert(SQLModel.metadata.tables["meeting_ballots"])
FIRST = insert(SQLModel.metadata.tables["meeting_current"])
AGAIN = update(Current).where(*_MINE)
# The statements are made once: making them costs more than the database needs to answer.


@dataclass(frozen=True)
class Came:
    """How a ballot came, and whose it was shown to be. `text` is what its hash names it by; `entry` is written to the log under `kind`."""

    member: str
    seat: str
    door: str
    kind: str
    entry: Mapping[str, Any]
    text: str


def count_ballot(work: Work, ballot: Ballot, came: Came) -> Receipt:
    """Checks 6 to 12, and all that is written for a ballot that passes them, whatever door it came through. Raises Refusal."""
    standing = check_ballot(work, ballot, came.member)
    motion = work.session.get(Motion, (work.id, ballot.motion))
    placed = work.log(came.kind, came.entry, motion=ballot.motion)
    made = receipt(ballot.motion, came.text, placed, checkpoint=work.house.sign_head(work.id, frontier_of(work.meeting)))
    _keep(work, came, ballot, made, again=standing.has_voted)
    voters = motion.eligible if motion is not None else 0
    work.entry.after(lambda: work.house.publisher.mark_counting(work.id, voters=voters))
    return made


def check_ballot(work: Work, ballot: Ballot, member: str) -> Standing:
    """Checks 6 to 12 alone. Raises Refusal."""
    motion = work.session.get(Motion, (work.id, ballot.motion))
    standing = _standing(work, member, ballot, motion)
    check_vote(ballot, standing)
    if motion is not None and motion.secret:
        raise Refusal(Code.VOTE_IS_SECRET, motion=motion.id)
    return standing


def _standing(work: Work, member: str, ballot: Ballot, motion: Motion | None) -> Standing:
    whose = {"of_meeting": work.id, "of_motion": ballot.motion, "of_member": member, "of_nonce": ballot.nonce}
    present, nonce_used, has_voted, votes = work.session.execute(STANDING, whose).one()
    return Standing(
        state=MotionState(motion.state) if motion else None,
        paper_sha256=motion.paper_sha256 if motion else None,
        choices=store.as_motion(motion).slate if motion else QUESTION,
        on_paper=bool(votes),
        present=bool(present),
        nonce_used=bool(nonce_used),
        has_voted=bool(has_voted),
        may_change=motion is not None and motion.may_change,
    )


def _keep(work: Work, came: Came, ballot: Ballot, made: Receipt, *, again: bool) -> None:
    whose = {"meeting": work.id, "motion": ballot.motion, "member": came.member}
    counts = {"seat": came.seat, "choice": ballot.choice, "index": made.index}
    kept = {
        "nonce": ballot.nonce,
        "at": work.now,
        "ballot_sha256": made.ballot_sha256,
        "door": came.door,
        "receipt": made.model_dump_json(),
    }
    work.session.execute(KEEP, {**whose, **counts, **kept})
    if again:
        mine = {f"of_{name}": value for name, value in whose.items()}
        work.session.execute(AGAIN.values(**counts), mine, execution_options={"synchronize_session": False})
    else:
        work.session.execute(FIRST, {**whose, **counts})
