"""A motion's life, and the ballot paper that is frozen when its vote opens."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from meeting.domain.errors import Code, Refusal
from meeting.domain.roll import Member
from meeting.domain.rules import Rule
from meeting.domain.tally import CHOICES

PAPER_FORMAT = "dinh-paper/1"


class MotionState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


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
        "choices": list(CHOICES),
        "documents": [{"id": one.id, "title": one.title, "sha256": one.sha256} for one in question.documents],
        "rule": rule_words(rule),
        "voters": {"count": len(question.voters), "sha256": voters_sha256(question.voters), "chair": chair},
        "opened_at": opened_at,
    }


def voters_sha256(voters: Iterable[Member]) -> str:
    """SHA-256 (hex) over the canonical JSON of [[member, seat], ...] in the order of the roll."""
    lines = [[one.id, one.seat] for one in voters]
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
        "may_change": rule.may_change,
        "valid_from": rule.valid_from.isoformat(),
        "valid_until": rule.valid_until.isoformat() if rule.valid_until else None,
        "citation": rule.citation,
        "verified": rule.verified,
    }
