"""A secret vote at the node: its key before the opening, the box counted and forgotten at the close.

Tokens are meeting/service/tokens.py, the box's own door is meeting/service/box.py.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlmodel import col, delete, select

from broker.envelope import part
from meeting import store
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.rules import Secrecy
from meeting.domain.secrecy import read_message
from meeting.domain.tally import Said
from meeting.log import entries
from meeting.secret.blind import PublicKey
from meeting.service.house import WAIT_S, House, Work
from meeting.tables import BoxedBallot, Motion

log = logging.getLogger("dinh.meeting")


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
