"""A run of ballots: what waits together is read together, checked one by one in its order, and written together.

The checks and what is written are those of one ballot. Only the questions to the database are put for all at once: making and
binding a statement costs several times what the database needs for a row.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, exists, insert, select, update
from sqlmodel import SQLModel, col

from meeting import store
from meeting.domain.ballots import MOST_BYTES, Ballot, Binding, Signed, Standing, check_vote, check_voter, read
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.tally import QUESTION, Slate
from meeting.log import entries
from meeting.log.merkle import Run, leaf_hash
from meeting.log.receipts import Placed, receipt
from meeting.service.house import APPEND, Work, frontier_of
from meeting.service.keys import is_signed, open_signed
from meeting.tables import Motion

Body = dict[str, Any]
Values = dict[str, Any]


def _many(name: str) -> BindParameter[Sequence[str]]:
    return bindparam(name, expanding=True)


_MEETING: BindParameter[str] = bindparam("of_meeting")
_T = SQLModel.metadata.tables
_BALLOTS, _CURRENT, _KEYS = _T["meeting_ballots"].c, _T["meeting_current"].c, _T["meeting_keys"].c
_MEMBERS, _STAYS = _T["meeting_members"].c, _T["meeting_stays"].c
RECEIPTS = select(_BALLOTS.ballot_sha256, _BALLOTS.receipt, _BALLOTS.at).where(
    _BALLOTS.meeting == _MEETING, _BALLOTS.ballot_sha256.in_(_many("digests"))
)
VOTERS = (
    select(
        *(_KEYS[name] for name in ("kid", "member", "seat", "device", "jwk", "door")),
        _MEMBERS.votes,
        exists().where(_STAYS.meeting == _MEETING, _STAYS.member == _KEYS.member, _STAYS.left_at.is_(None)),
    )
    .select_from(_T["meeting_keys"])
    .outerjoin(_T["meeting_members"], and_(_MEMBERS.meeting == _MEETING, _MEMBERS.id == _KEYS.member))
    .where(_KEYS.meeting == _MEETING, _KEYS.kid.in_(_many("kids")), _KEYS.ended_at.is_(None))
)
MOTIONS = select(Motion).where(col(Motion.meeting) == _MEETING, col(Motion.id).in_(_many("motions")))
NONCES = select(_BALLOTS.motion, _BALLOTS.member, _BALLOTS.nonce).where(
    _BALLOTS.meeting == _MEETING,
    _BALLOTS.motion.in_(_many("motions")),
    _BALLOTS.nonce.in_(_many("nonces")),
)
VOTED = select(_CURRENT.motion, _CURRENT.member).where(
    _CURRENT.meeting == _MEETING, _CURRENT.motion.in_(_many("motions")), _CURRENT.member.in_(_many("members"))
)
KEEP, FIRST = insert(_T["meeting_ballots"]), insert(_T["meeting_current"])
AGAIN = (
    update(_T["meeting_current"])
    .where(_CURRENT.meeting == _MEETING, _CURRENT.motion == bindparam("of_motion"), _CURRENT.member == bindparam("of_member"))
    .values(seat=bindparam("new_seat"), choice=bindparam("new_choice"), index=bindparam("new_index"))
)
# The statements are made once, and over the tables: the ORM would take as long for each question as the database for all of them.


@dataclass(frozen=True)
class Opened:
    """A ballot taken apart, and not yet believed: checks 1 and 2 are passed."""

    device: str
    jws: str
    parts: Signed
    kid: str
    ballot: Ballot
    sha256: str


@dataclass(frozen=True)
class Voter:
    """Whose key it is, and what he may do now."""

    binding: Binding
    door: str
    votes: bool
    present: bool


def opened(device: str, jws: object) -> Opened:
    """Checks 1 and 2. Raises Refusal."""
    parts = open_signed(jws, most_bytes=MOST_BYTES, code=Code.BALLOT_BYTES)
    kid, ballot = read(parts)
    return Opened(device, str(jws), parts, kid, ballot, hashlib.sha256(str(jws).encode()).hexdigest())


class Poll:
    """The ballots of one meeting in one job of the writer. `take` changes memory alone; `write` is called once, at the end.

    One head is signed for the run, and every receipt of it proves its ballot under that head.
    """

    def __init__(self, work: Work, ballots: Sequence[Opened]) -> None:
        self._work, self._run = work, Run(frontier_of(work.meeting))
        named = {"of_meeting": work.id, "motions": list({one.ballot.motion for one in ballots})}
        ask = work.session.connection().execute
        self._voters = {row[0]: _voter(row, work.id) for row in ask(VOTERS, {**named, "kids": [one.kid for one in ballots]})}
        self._motions = {row.id: row for row in work.session.execute(MOTIONS, named).scalars()}
        self._slates: dict[str, Slate] = {}
        whose = {**named, "members": list({one.binding.member for one in self._voters.values()})}
        self._before = {tuple(row) for row in ask(VOTED, whose)}
        self._receipts: dict[str, tuple[str, datetime]] = {}
        self._nonces: set[tuple[str, ...]] = set()
        # Who has not voted on a motion has used no nonce there and holds no receipt: most ballots are somebody's first.
        if again := [one for one in ballots if not self._is_first(one)]:
            self._receipts = {row[0]: (row[1], row[2]) for row in ask(RECEIPTS, {**named, "digests": [one.sha256 for one in again]})}
            self._nonces = {tuple(row) for row in ask(NONCES, {**named, "nonces": [one.ballot.nonce for one in again]})}
        self._log: list[Values] = []
        self._taken: dict[str, _Taken] = {}
        self._current: dict[tuple[str, str], Values] = {}
        self._made: dict[str, Body] = {}
        """Receipts of this run."""

    def _is_first(self, one: Opened) -> bool:
        voter = self._voters.get(one.kid)
        return voter is not None and (one.ballot.motion, voter.binding.member) not in self._before

    def take(self, one: Opened) -> str:
        """What `receipt` is asked with, after `write`. The same bytes again get the same one, at the tablet that the key is bound to, or when the
        key has ended meanwhile. Raises Refusal with a ballot's own codes.
        """
        voter = self._voters.get(one.kid)
        if one.sha256 in self._receipts or one.sha256 in self._taken:
            if voter is not None and voter.binding.device != one.device:
                raise Refusal(Code.BALLOT_KEY)
            return one.sha256
        binding = check_voter(one.parts, one.ballot, voter.binding if voter else None, device=one.device, verify=is_signed)
        motion = self._motions.get(one.ballot.motion)
        check_vote(one.ballot, self._standing(one.ballot, voter, motion))
        if motion is not None and motion.secret:
            raise Refusal(Code.VOTE_IS_SECRET, motion=motion.id)
        self._keep(one, binding, voter.door if voter else "tablet")
        return one.sha256

    def write(self) -> None:
        """Everything that was taken: log, ballots, the one current ballot of each voter, the end of the log."""
        if not self._log:
            return
        write, meeting = self._work.session.connection().execute, self._work.meeting
        after = self._run.after()
        meeting.log_size, meeting.log_peaks = after.size, " ".join(peak.hex() for peak in after.peaks)
        checkpoint = self._work.house.sign_head(self._work.id, after)
        write(APPEND, self._log)
        write(KEEP, [self._given(sha256, taken, checkpoint) for sha256, taken in self._taken.items()])
        first = [values for whose, values in self._current.items() if whose not in self._before]
        again = [_as_new(values) for whose, values in self._current.items() if whose in self._before]
        if first:
            write(FIRST, first)
        if again:
            write(AGAIN, again)
        publisher, whose_meeting = self._work.house.publisher, self._work.id
        voters = max(self._motions[motion].eligible for motion, _ in self._current)
        self._work.entry.after(lambda: publisher.mark_counting(whose_meeting, voters=voters))

    def receipt(self, sha256: str) -> tuple[Body, datetime]:
        """The receipt of a ballot that was taken, as the wire carries it, and when that was (UTC)."""
        if sha256 in self._made:
            return self._made[sha256], self._work.now
        text, at = self._receipts[sha256]
        return dict(json.loads(text)), at

    def _standing(self, ballot: Ballot, voter: Voter | None, motion: Motion | None) -> Standing:
        whose = (ballot.motion, voter.binding.member if voter else "")
        return Standing(
            state=MotionState(motion.state) if motion else None,
            paper_sha256=motion.paper_sha256 if motion else None,
            choices=self._slate(motion) if motion else QUESTION,
            on_paper=voter is not None and voter.votes,
            present=voter is not None and voter.present,
            nonce_used=(*whose, ballot.nonce) in self._nonces,
            has_voted=whose in self._before or whose in self._current,
            may_change=motion is not None and motion.may_change,
        )

    def _slate(self, motion: Motion) -> Slate:
        if motion.id not in self._slates:
            self._slates[motion.id] = store.as_motion(motion).slate
        return self._slates[motion.id]

    def _keep(self, one: Opened, binding: Binding, door: str) -> None:
        work, ballot = self._work, one.ballot
        place = entries.Place(self._run.size, work.id, work.now)
        raw = entries.entry("ballot", place, entries.ballot(motion=ballot.motion, member=binding.member, jws=one.jws))
        leaf, text = leaf_hash(raw), raw.decode()
        index = self._run.add(leaf)
        self._log.append({"meeting": work.id, "index": index, "kind": "ballot", "motion": ballot.motion, "leaf": leaf.hex(), "text": text})
        whose = {"meeting": work.id, "motion": ballot.motion, "member": binding.member}
        counts = {**whose, "seat": binding.seat, "choice": ballot.choice, "index": index}
        about = {"nonce": ballot.nonce, "at": work.now, "ballot_sha256": one.sha256, "door": door}
        self._taken[one.sha256] = _Taken(one.jws, text, leaf, {**counts, **about})
        self._current[ballot.motion, binding.member] = counts
        self._nonces.add((ballot.motion, binding.member, ballot.nonce))

    def _given(self, sha256: str, taken: "_Taken", checkpoint: str) -> Values:
        """The row of a ballot, with its receipt under the head that this run has made."""
        index = taken.row["index"]
        placed = Placed(index, taken.text, taken.leaf, self._run.proof(index), self._run.size)
        made = receipt(taken.row["motion"], taken.jws, placed, checkpoint=checkpoint)
        text = made.model_dump_json()
        self._made[sha256] = {**dict(made), "proof": list(made.proof)}
        return {**taken.row, "receipt": text}


@dataclass(frozen=True)
class _Taken:
    """A ballot that passed every check, and its row but for the receipt."""

    jws: str
    text: str
    leaf: bytes
    row: Values


def _voter(row: Sequence[Any], meeting: str) -> Voter:
    _, member, seat, device, jwk, door, votes, present = row
    return Voter(Binding(meeting, member, seat, device, json.loads(jwk)), door, bool(votes), bool(present))


def _as_new(values: Values) -> Values:
    """For AGAIN, whose parameters may not be named like the columns."""
    whose = {f"of_{name}": values[name] for name in ("meeting", "motion", "member")}
    return whose | {f"new_{name}": values[name] for name in ("seat", "choice", "index")}
