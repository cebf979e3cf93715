"""Roll calls: the secretary's entry waits, the chair's countersignature counts it, each line through the path of any ballot.

The checks are the domain's (meeting/domain/calling.py). Everything of one roll call is one commit: if a line is refused at the
countersignature, none of them is counted, because what the chair signed is what must stand in the log.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from sqlmodel import Session, col, func, select

from broker.envelope import canonical
from meeting import store
from meeting.domain import calling
from meeting.domain.ballots import Ballot, Signed
from meeting.domain.calling import Call
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.log import calls
from meeting.ports import Person
from meeting.service.casting import Came, check_ballot, count_ballot
from meeting.service.house import House, Show, Work
from meeting.service.keys import check_proof, is_signed, open_signed, read_jwk, thumbprint
from meeting.service.preparing import NOT_CLOSED
from meeting.service.words import Changed, ClerkKeyWords, RollCallView
from meeting.tables import ClerkKey, Member, RollCall
from meeting.tables import Motion as MotionRow

WAITING, COUNTED, WITHDRAWN, RETURNED = "waiting", "counted", "withdrawn", "returned"
SECRETARY, CHAIR = "secretary", "chair"
DOOR = "roll_call"
Where = tuple[str, str]
"""A motion and one of its roll calls."""


@dataclass(frozen=True)
class Calling:
    """The fourth door. Each command is one commit; raises Refusal."""

    house: House

    def bind_key(self, meeting: str, words: ClerkKeyWords, *, who: Person) -> Changed:
        """Bind the key of this browser to the account, in the log; the account's earlier key in this role ends. The same again changes nothing."""
        if words.role not in who.roles:
            raise Refusal(Code.CALL_KEY)
        jwk = read_jwk(words.key)
        proof, kid = check_proof(words.proof, jwk, meeting=meeting, device=who.account), thumbprint(jwk)
        bound = calls.Clerk(who.account, words.role, kid, jwk, proof)

        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            _bind(work, bound)
            return kid

        return self.house.change(meeting, act)

    def enter(self, meeting: str, motion: str, jws: str, *, who: Person) -> Changed:
        """What the secretary heard, signed. It waits for the chair. The same bytes again are the same roll call."""
        parts = _opened(jws)
        kid, call = calling.read_call(parts)

        def act(work: Work) -> str:
            _signed_by(work, parts, kid, account=who.account, role=SECRETARY)
            found = _id(_digest(jws))
            if work.session.get(RollCall, (work.id, found)) is None:
                row = _open_motion(work, motion)
                _in_place(meeting=call.meeting == work.id, motion=call.motion == motion, paper=call.paper == row.paper_sha256)
                for member, ballot in _ballots(work, call):
                    with _line_of(member):
                        check_ballot(work, ballot, member.id)
                _keep(work, call, jws, who=who)
            return found

        return self.house.change(meeting, act)

    def countersign(self, meeting: str, where: Where, jws: str, *, who: Person) -> Changed:
        """The chair has heard the same: all lines count from here on, or none. The same bytes again change nothing."""
        parts = _opened(jws)
        kid, approval = calling.read_approval(parts)

        def act(work: Work) -> str:
            row = _roll_call(work, where)
            if row.chair_jws == jws:
                return row.id
            _signed_by(work, parts, kid, account=who.account, role=CHAIR)
            said = _digest(row.secretary_jws)
            _in_place(meeting=approval.meeting == work.id, motion=approval.motion == row.motion, call=approval.call == said)
            if row.secretary == who.account:
                raise Refusal(Code.CALL_OWN)
            _require_waiting(row)
            self._count(work, row, jws)
            return row.id

        return self.house.change(meeting, act)

    def _count(self, work: Work, row: RollCall, chair_jws: str) -> None:
        parts = _opened(row.secretary_jws)
        kid, call = calling.read_call(parts)
        _signed_by(work, parts, kid, account=row.secretary, role=SECRETARY)
        motion = _open_motion(work, row.motion)
        _in_place(paper=call.paper == motion.paper_sha256)
        digest = _digest(row.secretary_jws)
        both = calls.roll_call(motion=row.motion, call=digest, secretary=row.secretary_jws, chair=chair_jws)
        work.log("roll_call", both, motion=row.motion)
        for member, ballot in _ballots(work, call):
            entry = calls.ballot_called(motion=row.motion, member=member.id, choice=ballot.choice, call=digest)
            text = calling.ballot_text(row.secretary_jws, member.id)
            with _line_of(member):
                count_ballot(work, ballot, Came(member.id, ballot.seat, DOOR, "ballot_called", entry, text))
        row.state, row.chair_jws = COUNTED, chair_jws
        work.session.add(row)
        work.show(Show.MOTION)

    def take_back(self, meeting: str, where: Where, *, who: Person) -> Changed:
        """The secretary takes it back, or the chair sends it back; nothing of it counts. It is not in the log."""

        def act(work: Work) -> str:
            row = _roll_call(work, where)
            _require_waiting(row)
            row.state = WITHDRAWN if row.secretary == who.account else RETURNED
            work.session.add(row)
            work.show(Show.MOTION)
            return row.id

        return self.house.change(meeting, act)

    def all(self, meeting: str, motion: str) -> list[RollCallView]:
        """The roll calls of a motion, oldest first."""
        with self.house.reader() as session:
            store.meeting(session, meeting)
            store.motion(session, meeting, motion)
            return [_view(row) for row in _of_motion(session, meeting, motion)]


def refuse_waiting(work: Work, motion: str) -> None:
    """A vote is not closed over votes that were called out and wait for the chair."""
    waiting = select(func.count()).where(RollCall.meeting == work.id, RollCall.motion == motion, RollCall.state == WAITING)
    if count := work.session.exec(waiting).one():
        raise Refusal(Code.CALL_WAITS, motion=motion, count=count)


def _bind(work: Work, bound: calls.Clerk) -> None:
    known = work.session.get(ClerkKey, (work.id, bound.kid))
    if known is not None and (known.account, known.role) != (bound.account, bound.role):
        raise Refusal(Code.KEY_TAKEN)
    if known is not None and known.ended_at is None:
        return
    alive = select(ClerkKey).where(ClerkKey.meeting == work.id, ClerkKey.account == bound.account, ClerkKey.role == bound.role)
    for earlier in work.session.exec(alive.where(col(ClerkKey.ended_at).is_(None))):
        earlier.ended_at = work.now
        work.session.add(earlier)
    row = known or ClerkKey(
        meeting=work.id,
        kid=bound.kid,
        account=bound.account,
        role=bound.role,
        jwk=canonical(dict(bound.jwk)).decode(),
        bound_at=work.now,
    )
    row.bound_at, row.ended_at = work.now, None
    work.session.add(row)
    work.begin_log()
    work.log("clerk_bound", calls.clerk_bound(bound))


def _keep(work: Work, call: Call, jws: str, *, who: Person) -> None:
    row = RollCall(
        meeting=work.id,
        id=_id(_digest(jws)),
        motion=call.motion,
        lines=canonical([asdict(one) for one in call.lines]).decode(),
        secretary=who.account,
        secretary_name=who.name,
        secretary_jws=jws,
        made_at=work.now,
    )
    work.session.add(row)
    work.show(Show.MOTION)


def _opened(jws: str) -> Signed:
    return open_signed(jws, most_bytes=calling.MOST_BYTES, code=Code.CALL_BYTES)


def _digest(jws: str) -> str:
    return hashlib.sha256(jws.encode()).hexdigest()


def _id(digest: str) -> str:
    """A roll call is known by the beginning of its hash, so that the same bytes are the same roll call."""
    return digest[:40]


def _signed_by(work: Work, parts: Signed, kid: str, *, account: str, role: str) -> None:
    """The key is bound now to this account in this role, and the signature is that key's."""
    key = work.session.get(ClerkKey, (work.id, kid))
    if key is None or key.ended_at is not None or (key.account, key.role) != (account, role):
        raise Refusal(Code.CALL_KEY)
    if not is_signed(json.loads(key.jwk), parts.signed, parts.signature):
        raise Refusal(Code.CALL_SIGNATURE)


def _in_place(**fields: bool) -> None:
    """What is signed names what it is sent for."""
    for field, holds in fields.items():
        if not holds:
            raise Refusal(Code.CALL_PLACE, field=field)


def _open_motion(work: Work, motion: str) -> MotionRow:
    row = store.motion(work.session, work.id, motion)
    if row.state != MotionState.OPEN:
        raise Refusal(Code.MOTION_STATE, motion=motion, state=row.state, wanted=MotionState.OPEN.value)
    if row.secret:
        raise Refusal(Code.CALL_SECRET, motion=motion)
    return row


def _roll_call(work: Work, where: Where) -> RollCall:
    motion, call = where
    row = work.session.get(RollCall, (work.id, call[:40]))
    if row is None or row.motion != motion:
        raise Refusal(Code.UNKNOWN_CALL, call=call[:40])
    return row


def _require_waiting(row: RollCall) -> None:
    if row.state != WAITING:
        raise Refusal(Code.CALL_STATE, state=row.state)


def _ballots(work: Work, call: Call) -> Iterator[tuple[Member, Ballot]]:
    """Each line's member, and the line as his ballot."""
    for line in call.lines:
        member = store.member(work.session, work.id, line.member)
        yield member, call.ballot(line, member.seat or "")


@contextmanager
def _line_of(member: Member) -> Iterator[None]:
    """A refused ballot is told as a refused line, with the name of whose it is."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(calling.LINE_REFUSALS.get(refusal.code, refusal.code), name=member.name) from None


def _of_motion(session: Session, meeting: str, motion: str) -> Sequence[RollCall]:
    wanted = select(RollCall).where(RollCall.meeting == meeting, RollCall.motion == motion)
    return session.exec(wanted.order_by(col(RollCall.made_at), col(RollCall.id))).all()


def _view(row: RollCall) -> RollCallView:
    return RollCallView(
        id=row.id,
        state=row.state,
        account=row.secretary,
        name=row.secretary_name,
        made_at=row.made_at,
        jws=row.secretary_jws,
        lines=json.loads(row.lines),
    )
