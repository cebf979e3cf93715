"""What may be read, always from the last commit."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session

from broker.envelope import part
from broker.messages.meetings import LogHead
from meeting import store
from meeting.domain.errors import Code, Refusal
from meeting.domain.rules import Blank, Rule
from meeting.domain.secrecy import read_message
from meeting.domain.tally import NOBODY
from meeting.log import merkle
from meeting.log.bundle import Bundle, Line, Name, to_bytes
from meeting.log.entries import name_hash
from meeting.log.merkle import Frontier
from meeting.log.receipts import code_of
from meeting.papers.shelf import Shelf
from meeting.service.house import House
from meeting.service.snapshots import asked, count_of, document_ref, issued_of, rule_of, rule_view, voted, weight_of
from meeting.service.words import (
    BoardLine,
    BoxLine,
    CorrectionView,
    ItemView,
    MeetingLine,
    MeetingView,
    MemberView,
    MotionView,
    PlanWords,
    ResultView,
    RuleLine,
    SeatWords,
)
from meeting.tables import Item, LogEntry, Meeting, Member, Motion

BALLOTS = frozenset({"ballot", "roll_call", "ballot_called", "token_issued", "secret_ballot"})
"""Entries that say who voted, or how."""


@dataclass(frozen=True)
class DocumentFile:
    """Where a document's bytes are."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Reading:
    """Lists, whole meetings, results, bundles, documents, rules."""

    house: House
    shelf: Shelf

    def meetings(self) -> list[MeetingLine]:
        """Newest first."""
        with self.house.reader() as session:
            return [self._line(session, row) for row in store.meetings(session)]

    def _line(self, session: Session, row: Meeting) -> MeetingLine:
        shown = row.model_dump(include={"id", "title", "body", "place", "starts_at", "state"})
        items, members = store.count_of(session, Item, row.id), store.count_of(session, Member, row.id)
        return MeetingLine.model_validate({**shown, "items": items, "members": members})

    def meeting(self, meeting: str) -> MeetingView:
        """The whole meeting."""
        with self.house.reader() as session:
            row = store.meeting(session, meeting)
            shown = row.model_dump(include=MeetingView.model_fields.keys() & Meeting.model_fields.keys())
            members, items = self._members(session, meeting), self._items(session, row)
            return MeetingView.model_validate({**shown, "plan": self._plan(session, row), "members": members, "items": items})

    def _plan(self, session: Session, row: Meeting) -> PlanWords:
        seats = tuple(SeatWords(id=one.id, label=one.label, x=one.x, y=one.y) for one in store.seats(session, row.id))
        return PlanWords(width=row.plan_width, height=row.plan_height, seats=seats)

    def _members(self, session: Session, meeting: str) -> tuple[MemberView, ...]:
        labels = {one.id: one.label for one in store.seats(session, meeting)}
        since = {one.member: one.came_at for one in store.open_stays(session, meeting)}
        reasons, online = store.last_reasons(session, meeting), {one.member for one in store.live_keys(session, meeting) if one.online}
        return tuple(
            MemberView(
                **row.model_dump(include={"id", "name", "office", "seat", "votes", "chairs", "weight"}),
                label=labels.get(row.seat) if row.seat else None,
                present=row.id in since,
                since=since.get(row.id),
                reason="" if row.id in since else reasons.get(row.id, ""),
                has_pin=row.pin_hash is not None,
                tablet=row.id in online,
            )
            for row in store.members(session, meeting)
        )

    def _items(self, session: Session, row: Meeting) -> tuple[ItemView, ...]:
        documents, motions = store.documents(session, row.id), store.motions(session, row.id)
        wanted = {"id", "number", "title", "minutes", "state", "started_at", "finished_at", "turned_back_at"}
        return tuple(
            ItemView(
                **item.model_dump(include=wanted),
                documents=tuple(document_ref(one) for one in documents if one.item == item.id),
                motions=tuple(self._motion(session, row, one) for one in motions if one.item == item.id),
            )
            for item in store.items(session, row.id)
        )

    def _motion(self, session: Session, meeting: Meeting, row: Motion) -> MotionView:
        rule, count = rule_of(self.house, row), count_of(row)
        voters = store.the_roll(session, meeting.id).voters
        shown = row.model_dump(include={"id", "item", "title", "text", "state", "opened_at", "closed_at", "paper_sha256"})
        return MotionView.model_validate(
            {
                **shown,
                **asked(row, rule),
                "rule": rule_view(rule, voters=weight_of(row, rule, voters), count=count),
                "may_change": row.may_change if row.paper else rule.may_change,
                "eligible": row.eligible if row.paper else len(voters),
                "issued": issued_of(session, row),
                "cast": voted(session, row)[0],
                "count": count,
            }
        )

    def result(self, meeting: str, motion: str, *, names: bool = False) -> ResultView:
        """A motion with its board, its corrections and the head under which it is proved."""
        with self.house.reader() as session:
            row, shown = store.meeting(session, meeting), store.motion(session, meeting, motion)
            documents = tuple(document_ref(one) for one in store.documents(session, meeting) if one.item == shown.item)
            return ResultView(
                meeting=meeting,
                meeting_title=row.title,
                body=row.body,
                motion=self._motion(session, row, shown),
                documents=documents,
                board=self._board(session, row, shown, names=names) if shown.state == "closed" else (),
                box=self._box(session, shown),
                corrections=self._corrections(session, shown),
                head=self._head(session, shown),
                log_key=self.house.verifier_key(meeting),
            )

    def _board(self, session: Session, meeting: Meeting, motion: Motion, *, names: bool) -> tuple[BoardLine, ...]:
        labels = {one.id: one.label for one in store.seats(session, meeting.id)}
        known = {one.id: one.name for one in store.members(session, meeting.id)} if names else {}
        counting = {one.index for one in store.current(session, meeting.id, motion.id)}
        return tuple(
            BoardLine(
                code=code_of(one.ballot_sha256),
                seat=one.seat,
                label=labels.get(one.seat, one.seat),
                name=known.get(one.member),
                choice=one.choice,
                index=one.index,
                at=one.at,
                counts=one.index in counting,
                door=one.door,
            )
            for one in store.ballots(session, meeting.id, motion.id)
        )

    def _box(self, session: Session, motion: Motion) -> tuple[BoxLine, ...]:
        """Of a secret vote: its ballots in the order of their trackers, which is that of the log."""
        slate = store.as_motion(motion).slate
        invalid = {NOBODY} if rule_of(self.house, motion).blank is Blank.INVALID else set()
        said = (json.loads(one.text) for one in store.log_of_motion(session, motion.meeting, motion.id, "secret_ballot"))
        read = ((one["index"], one["tracker"], read_message(part(one["prepared"])).choice) for one in said)
        return tuple(
            BoxLine(code=code_of(tracker), tracker=tracker, choice=choice, index=index, counts=choice in slate and choice not in invalid)
            for index, tracker, choice in read
        )

    def _corrections(self, session: Session, motion: Motion) -> tuple[CorrectionView, ...]:
        said = (json.loads(one.text) for one in store.log_of_motion(session, motion.meeting, motion.id, "correction"))
        return tuple(CorrectionView.model_validate({"at": one["at"], "text": one["text"], "by": one["by"]}) for one in said)

    def _head(self, session: Session, motion: Motion) -> LogHead | None:
        if motion.result_index is None:
            return None
        frontier = _frontier(store.log_entries(session, motion.meeting, _size(session, motion)))
        checkpoint = self.house.sign_head(motion.meeting, frontier)
        return LogHead(size=frontier.size, root=frontier.root().hex(), checkpoint=checkpoint)

    def bundle(self, meeting: str, motion: str, *, names: bool = True, hidden: frozenset[str] = frozenset()) -> bytes:
        """The motion's bundle; the same bytes every time. Without `names`, or for `hidden` members, names are left out; the log stays whole."""
        with self.house.reader() as session:
            store.meeting(session, meeting)
            row = store.motion(session, meeting, motion)
            if row.paper is None or row.result_index is None:
                raise Refusal(Code.MOTION_STATE, motion=motion, state=row.state, wanted="closed")
            entries = store.log_entries(session, meeting, _size(session, row))
            opened = _names(store.members(session, meeting), entries) if names else {}
            return to_bytes(
                Bundle(
                    meeting=meeting,
                    motion=motion,
                    key=self.house.verifier_key(meeting),
                    checkpoint=self.house.sign_head(meeting, _frontier(entries)),
                    paper=row.paper.decode(),
                    entries=tuple(_shown(one, motion) for one in entries),
                    names={member: name for member, name in opened.items() if member not in hidden},
                )
            )

    def document(self, meeting: str, document: str) -> DocumentFile:
        """Where a document's bytes are; refused when its file is gone."""
        with self.house.reader() as session:
            store.meeting(session, meeting)
            row = store.document(session, meeting, document)
        path = self.shelf.path(row.sha256)
        if not path.is_file():
            raise Refusal(Code.UNKNOWN_DOCUMENT, document=document)
        return DocumentFile(path, row.sha256)

    def rules(self) -> list[RuleLine]:
        """The rules as they stand in the data."""
        return [rule_line(rule) for rule in self.house.rules.values()]


def rule_line(rule: Rule) -> RuleLine:
    return RuleLine(
        id=rule.id,
        title=rule.title,
        title_en=rule.title_en,
        body=rule.body,
        base=rule.base.value,
        share=str(rule.share),
        strict=rule.strict,
        tie=rule.tie.value,
        quorum=str(rule.quorum) if rule.quorum else None,
        proxy=rule.proxy,
        secrecy=rule.secrecy.value,
        weights=rule.weights,
        method=rule.method.value,
        blank=rule.blank.value,
        may_change=rule.may_change,
        valid_from=rule.valid_from.isoformat(),
        valid_until=rule.valid_until.isoformat() if rule.valid_until else None,
        citation=rule.citation,
        verified=rule.verified,
    )


def _size(session: Session, motion: Motion) -> int:
    """Entries up to the motion's result and its last correction."""
    corrections = store.log_of_motion(session, motion.meeting, motion.id, "correction")
    return max([motion.result_index or 0, *(one.index for one in corrections)]) + 1


def _frontier(entries: Sequence[LogEntry]) -> Frontier:
    return merkle.frontier([bytes.fromhex(one.leaf) for one in entries])


def _shown(entry: LogEntry, motion: str) -> Line:
    """How people voted on other motions is nobody's business here: of those ballots only the hash is shown."""
    hidden = entry.kind in BALLOTS and entry.motion != motion
    return Line(entry.leaf, None if hidden else entry.text)


def _names(members: Sequence[Member], entries: Sequence[LogEntry]) -> Mapping[str, Name]:
    """The names that open the salted hashes of these entries. One who was renamed or came later than the bundle's end has none."""
    hashes = [json.loads(one.text) for one in entries if one.kind == "member"]
    last = {one["member"]: one["name_sha256"] for one in hashes}
    opened = {one.id: Name(one.name_salt, one.name) for one in members}
    return {member: name for member, name in opened.items() if last.get(member) == name_hash(name.salt, name.name)}
