"""A motion's life, and the ballot paper that is frozen when its vote opens."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from meeting.domain.errors import Code, Refusal
from meeting.domain.roll import Member, weight_of
from meeting.domain.rules import Method, Rule
from meeting.domain.tally import CHOICES, Slate

PAPER_FORMAT = "dinh-paper/1"


class MotionState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class Candidate:
    """One who stands for election. `id` is c1, c2, ... in the paper's order."""

    id: str
    name: str
    about: str = ""
    """A line under the name: office, year of birth, who proposed."""


@dataclass(frozen=True)
class Motion:
    """What is put to the vote."""

    id: str
    item: str
    title: str
    text: str
    state: MotionState = MotionState.DRAFT
    paper_sha256: str | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    candidates: tuple[Candidate, ...] = ()
    """Of an election, in the paper's order; none: a question."""
    seats: int = 0
    """Of an election: how many are to be elected, and so the most that a ballot may choose."""

    @property
    def slate(self) -> Slate:
        return Slate(tuple(one.id for one in self.candidates), self.seats)

    def opened(self, paper_sha256: str, now: datetime) -> "Motion":
        self._require(MotionState.DRAFT)
        return replace(self, state=MotionState.OPEN, paper_sha256=paper_sha256, opened_at=now)

    def closed(self, now: datetime) -> "Motion":
        self._require(MotionState.OPEN)
        return replace(self, state=MotionState.CLOSED, closed_at=now)

    def _require(self, wanted: MotionState) -> None:
        if self.state is not wanted:
            raise Refusal(Code.MOTION_STATE, motion=self.id, state=self.state.value, wanted=wanted.value)


@dataclass(frozen=True)
class PaperDocument:
    """A document that is voted on, named by the hash of its bytes."""

    id: str
    title: str
    sha256: str


@dataclass(frozen=True)
class Question:
    """Where a motion stands when its paper is frozen."""

    meeting: str
    meeting_title: str
    body: str
    item_title: str
    documents: tuple[PaperDocument, ...]
    voters: tuple[Member, ...]
    secret: Mapping[str, str] | None = None
    """Of a secret vote: the public half of its key {scheme, n, e}; None for an open one."""


def listed(people: Iterable[tuple[str, str]]) -> tuple[Candidate, ...]:
    """Candidates (name, about) in the order in which they will stand on the paper, with their ids."""
    return tuple(Candidate(f"c{place}", name, about) for place, (name, about) in enumerate(people, 1))


def check_election(rule: Rule, candidates: Sequence[Candidate], seats: int) -> None:
    """Refuses what the rule has no paper for: an election needs candidates and seats for some of them, a question has neither."""
    if rule.method is Method.QUESTION and (candidates or seats):
        raise Refusal(Code.NO_ELECTION, rule=rule.id)
    if rule.method is Method.ELECTION and not 1 <= seats <= len(candidates):
        raise Refusal(Code.ELECTION_SEATS, rule=rule.id, seats=seats, candidates=len(candidates))
    names = [one.name for one in candidates]
    for name in names:
        if names.count(name) > 1:
            raise Refusal(Code.CANDIDATE_TWICE, name=name)


def paper(motion: Motion, rule: Rule, question: Question, opened_at: str) -> dict[str, Any]:
    """The ballot paper as JSON values; its canonical bytes are what every ballot names by SHA-256.

    Who may vote stands on it as the hash of the list; the list itself is the opening roll in the log. So a paper for two
    thousand voters is as small as one for ten.
    """
    chair = next((one.id for one in question.voters if one.chairs), None)
    return {
        "format": PAPER_FORMAT,
        "meeting": question.meeting,
        "meeting_title": question.meeting_title,
        "body": question.body,
        "motion": motion.id,
        "item": motion.item,
        "item_title": question.item_title,
        "title": motion.title,
        "text": motion.text,
        "method": rule.method.value,
        "choices": [] if motion.candidates else list(CHOICES),
        "candidates": [{"id": one.id, "name": one.name, "about": one.about} for one in motion.candidates],
        "seats": motion.seats,
        "secret": dict(question.secret) if question.secret else None,
        "documents": [{"id": one.id, "title": one.title, "sha256": one.sha256} for one in question.documents],
        "rule": rule_words(rule),
        "voters": {
            "count": len(question.voters),
            "weight": weight_of(question.voters, weights=rule.weights),
            "sha256": voters_sha256(question.voters),
            "chair": chair,
        },
        "opened_at": opened_at,
    }


def voters_sha256(voters: Iterable[Member]) -> str:
    """SHA-256 (hex) over the canonical JSON of [[member, seat, weight], ...] in the order of the roll."""
    lines = [[one.id, one.seat, one.weight] for one in voters]
    return hashlib.sha256(json.dumps(lines, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def rule_words(rule: Rule) -> dict[str, Any]:
    """The rule as it stands on the paper: fractions as two whole numbers, days as YYYY-MM-DD."""
    return {
        "id": rule.id,
        "title": rule.title,
        "body": rule.body,
        "base": rule.base.value,
        "share": [rule.share.number, rule.share.of],
        "strict": rule.strict,
        "tie": rule.tie.value,
        "quorum": [rule.quorum.number, rule.quorum.of] if rule.quorum else None,
        "proxy": rule.proxy,
        "secrecy": rule.secrecy.value,
        "weights": rule.weights,
        "method": rule.method.value,
        "blank": rule.blank.value,
        "may_change": rule.may_change,
        "valid_from": rule.valid_from.isoformat(),
        "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
        "citation": rule.citation,
        "verified": rule.verified,
    }
