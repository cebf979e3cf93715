"""Motions: draft, open with a frozen paper, close with a result from the ballots that count, corrections that stay visible."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Literal

from broker.envelope import canonical
from meeting import store
from meeting.domain import facts
from meeting.domain.agenda import MeetingState
from meeting.domain.errors import Code, Refusal
from meeting.domain.motions import MotionState, PaperDocument, Question, check_election, listed, paper
from meeting.domain.roll import weight_of
from meeting.domain.rules import Rule, check_opening
from meeting.domain.tally import Numbers, Result, Said, count
from meeting.log import entries
from meeting.secret.blind import PublicKey
from meeting.service.calling import refuse_waiting
from meeting.service.house import House, Show, Work, as_voter
from meeting.service.keys import make_ready
from meeting.service.preparing import NOT_CLOSED, refuse_while_voting
from meeting.service.secret import forget, key_for, open_box, publish_box, refuse_on_the_way
from meeting.service.snapshots import paper_of, rule_of
from meeting.service.words import Changed, NewMotion
from meeting.store import as_motion
from meeting.tables import Motion as MotionRow

CIVIL_DAY = timedelta(hours=7)
"""A rule is in force by days as Vietnam counts them."""


@dataclass(frozen=True)
class Votes:
    """A motion from draft to result. Each command is one commit."""

    house: House

    def add(self, meeting: str, new: NewMotion) -> Changed:
        """A motion in draft. A member may not change it any more once it is open; until then it can be opened or left."""

        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            store.item(work.session, meeting, new.item)
            rule = self.house.rule(new.rule or work.meeting.rule)
            candidates = listed((one.name, one.about) for one in new.candidates)
            check_election(rule, candidates, new.seats)
            place = len(store.motions(work.session, meeting))
            row = MotionRow(meeting=meeting, id=self.house.ids(), item=new.item, place=place, title=new.title, text=new.text, rule=rule.id)
            row.candidates, row.seats = canonical([asdict(one) for one in candidates]).decode(), new.seats
            work.session.add(row)
            work.show(Show.AGENDA)
            return row.id

        return self.house.change(meeting, act)

    def open(self, meeting: str, motion: str) -> Changed:
        """Freeze the paper, take the roll, open. An unlawful opening is refused with the rule and the numbers."""
        with key_for(self.house, meeting, motion) as key:
            return self._open(meeting, motion, key)

    def _open(self, meeting: str, motion: str, key: PublicKey | None) -> Changed:
        def act(work: Work) -> str:
            row = store.motion(work.session, meeting, motion)
            work.require(MeetingState.OPEN)
            refuse_while_voting(work)
            rule, roll = self.house.rule(row.rule), store.the_roll(work.session, meeting)
            as_motion(row).opened("", work.now)
            day = (work.now + CIVIL_DAY).date()
            check_election(rule, as_motion(row).candidates, row.seats)
            voters, present = (weight_of(some, weights=rule.weights) for some in (roll.voters, roll.present_voters))
            check_opening(rule, voters=voters, present=present, day=day)
            self._freeze(work, row, rule, key)
            take_roll(work, motion, "opening")
            work.log("motion_opened", entries.motion_opened(motion=motion, paper_sha256=str(row.paper_sha256)), motion=motion)
            work.meeting.motion = motion
            work.show(Show.MOTION)
            details = {"meeting": meeting, "title": row.title, "paper_sha256": str(row.paper_sha256)}
            work.note(facts.motion_opened(motion, **details))
            return motion

        changed = self.house.change(meeting, act)
        with self.house.reader() as session:
            make_ready(store.live_jwks(session, meeting))
        return changed

    def _freeze(self, work: Work, row: MotionRow, rule: Rule, key: PublicKey | None) -> None:
        item = store.item(work.session, work.id, row.item)
        voted_on = (one for one in store.documents(work.session, work.id) if one.item == row.item)
        question = Question(
            meeting=work.id,
            meeting_title=work.meeting.title,
            body=work.meeting.body,
            item_title=item.title,
            documents=tuple(PaperDocument(one.id, one.title, one.sha256) for one in voted_on),
            voters=store.the_roll(work.session, work.id).voters,
            secret=key.words() if key is not None else None,
        )
        row.paper = canonical(paper(as_motion(row), rule, question, entries.stamp(work.now)))
        row.paper_sha256 = hashlib.sha256(row.paper).hexdigest()
        opened = as_motion(row).opened(row.paper_sha256, work.now)
        row.state, row.opened_at, row.may_change = opened.state.value, opened.opened_at, rule.may_change
        row.secret = key is not None
        row.roll_index, row.eligible = work.meeting.log_size, len(question.voters)
        work.session.add(row)

    def close(self, meeting: str, motion: str, *, leave: bool = False) -> Changed:
        """Take the roll again, count, and log the result with all its numbers. `leave`: without secret ballots that are still on the way."""

        def act(work: Work) -> str:
            row = store.motion(work.session, meeting, motion)
            closed = as_motion(row).closed(work.now)
            refuse_waiting(work, motion)
            refuse_on_the_way(work, row, leave=leave)
            take_roll(work, motion, "closing")
            result = self._count_box(work, row) if row.secret else self._count(work, row)
            placed = work.log("result", entries.result(motion, asdict(result)), motion=motion)
            row.state, row.closed_at = closed.state.value, closed.closed_at
            row.result, row.result_index = canonical(asdict(result)).decode(), placed.index
            work.session.add(row)
            work.show(Show.MOTION)
            work.note(facts.motion_closed(motion, meeting=meeting, title=row.title, result=result))
            was_secret.append(row.secret)
            return motion

        was_secret: list[bool] = []
        changed = self.house.change(meeting, act)
        if any(was_secret):
            forget(self.house, meeting, motion)
        return changed

    def _count_box(self, work: Work, row: MotionRow) -> Result:
        """Of a secret vote: who took a token was present; how he voted is nobody's to know, the chair's neither."""
        roll, took = store.the_roll(work.session, work.id), set(store.token_holders(work.session, work.id, row.id))
        ballots = open_box(work, row)
        work.log("motion_closed", entries.motion_closed(motion=row.id, ballots=len(ballots)), motion=row.id)
        said = publish_box(work, row, ballots)
        present = {one.id for one in roll.present_voters} | took
        numbers = Numbers(eligible=row.eligible, present=len(present), issued=len(took))
        return count(said, rule_of(self.house, row), numbers, slate=as_motion(row).slate)

    def _count(self, work: Work, row: MotionRow) -> Result:
        ballots = store.ballots_cast(work.session, work.id, row.id)
        work.log("motion_closed", entries.motion_closed(motion=row.id, ballots=ballots), motion=row.id)
        roll, rule = store.the_roll(work.session, work.id), rule_of(self.house, row)
        counted = {one.member: one.choice for one in store.current(work.session, work.id, row.id)}
        weights = {one.id: one.weight if rule.weights else 1 for one in roll.voters}
        present = {one.id for one in roll.present_voters} | set(counted)
        chair = next((one.id for one in roll.voters if one.chairs), None)
        numbers = Numbers(
            eligible=paper_of(row)["voters"]["weight"],
            present=sum(weights[one] for one in present),
            chair=counted.get(chair) if chair else None,
        )
        said = (Said(choice, weights[member]) for member, choice in counted.items())
        return count(said, rule, numbers, slate=as_motion(row).slate)

    def correct(self, meeting: str, motion: str, *, text: str, by: str) -> Changed:
        """What the chair corrects after the close: an entry of its own beside what it corrects."""

        def act(work: Work) -> str:
            row = store.motion(work.session, meeting, motion)
            if row.state != MotionState.CLOSED:
                raise Refusal(Code.MOTION_STATE, motion=motion, state=row.state, wanted=MotionState.CLOSED.value)
            work.log("correction", entries.correction(motion=motion, text=text, by=by), motion=motion)
            work.show(Show.MOTION)
            work.note(facts.motion_corrected(motion, meeting=meeting, text=text))
            return motion

        return self.house.change(meeting, act)


def take_roll(work: Work, motion: str, moment: Literal["opening", "closing"]) -> None:
    """Log who is here and whose key is bound, of all members."""
    here, keys = store.present(work.session, work.id), store.kids(work.session, work.id)
    voters = [as_voter(row, present=row.id in here, kid=keys.get(row.id)) for row in store.members_read(work.session, work.id)]
    work.log("roll", entries.roll(motion, moment, voters), motion=motion)
