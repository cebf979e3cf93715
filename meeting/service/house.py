"""What every command stands on: one job of the writer about one meeting, with its time, its log and its snapshots."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from meeting import store
from meeting.domain.agenda import MeetingState, require
from meeting.domain.errors import Code, Refusal
from meeting.domain.rules import Rule
from meeting.log import entries
from meeting.log.checkpoint import Checkpoint, Signer
from meeting.log.merkle import Frontier, leaf_hash
from meeting.log.receipts import Placed
from meeting.ports import Clock, Doors, Entry, Fact, Ids, Post, Reader, Writer
from meeting.secret.keys import KeyFolder
from meeting.service.publisher import ALL, Publisher, Show
from meeting.service.words import Changed
from meeting.settings import MeetingSettings
from meeting.tables import Meeting, Member

T = TypeVar("T")
APPEND = insert(SQLModel.metadata.tables["meeting_log"])
WAIT_S = 30.0
"""How long a caller waits for the writer before he is told that it is too slow."""


@dataclass
class Work:
    """One job about one meeting, inside the writer's transaction."""

    house: "House"
    entry: Entry
    meeting: Meeting
    now: datetime
    shows: set[Show] = field(default_factory=set)

    @property
    def session(self) -> Session:
        return self.entry.session

    @property
    def id(self) -> str:
        return self.meeting.id

    @property
    def state(self) -> MeetingState:
        return MeetingState(self.meeting.state)

    def require(self, *states: MeetingState) -> None:
        require(self.state, *states)

    def show(self, *kinds: Show) -> None:
        """These snapshots changed."""
        self.shows.update(kinds)

    def note(self, fact: Fact) -> None:
        self.entry.note(fact)

    def log(self, kind: str, data: Mapping[str, Any], *, motion: str | None = None) -> Placed:
        """Append an entry to the vote log. O(log n), whatever its size."""
        place = entries.Place(self.meeting.log_size, self.id, self.now)
        raw = entries.entry(kind, place, data)
        leaf, text = leaf_hash(raw), raw.decode()
        grown, proof = frontier_of(self.meeting).add(leaf)
        row = {"meeting": self.id, "index": place.index, "kind": kind, "motion": motion, "leaf": leaf.hex(), "text": text}
        self.session.execute(APPEND, row)
        self.meeting.log_size, self.meeting.log_peaks = grown.size, " ".join(peak.hex() for peak in grown.peaks)
        return Placed(place.index, text, leaf, proof, grown.size)

    def begin_log(self) -> None:
        """The log begins with the members as they are when the first of them checks in, or the meeting is opened."""
        if self.meeting.log_size == 0:
            self.log("log_begun", entries.log_begun(title=self.meeting.title, body=self.meeting.body))
            for row in store.members(self.session, self.id):
                self.log("member", entries.member(as_voter(row)))


@dataclass(frozen=True)
class House:
    """The parts that compose gave, and the rules and the signer made from the settings."""

    writer: Writer
    reader: Reader
    post: Post
    clock: Clock
    ids: Ids
    settings: MeetingSettings
    rules: Mapping[str, Rule]
    signer: Signer
    publisher: Publisher
    keys: KeyFolder
    doors: Doors

    def change(self, meeting: str, act: Callable[[Work], str]) -> Changed:
        """Run `act` as one job, wait for the commit, and say what was touched. Raises Refusal."""

        def job(work: Work) -> Changed:
            touched = act(work)
            return Changed(id=touched, revision=work.meeting.revision + 1)

        return self.submit(meeting, job).result(WAIT_S)

    def submit(self, meeting: str, act: Callable[[Work], T]) -> "Future[T]":
        """Queue `act` as one job about this meeting."""

        def job(entry: Entry) -> T:
            return self.work(entry, meeting, act)

        return self.writer.submit(job)

    def work(self, entry: Entry, meeting: str, act: Callable[[Work], T]) -> T:
        """Run `act` inside a job of the writer; its snapshots are published after the commit."""
        work = Work(self, entry, store.meeting(entry.session, meeting), self.clock())
        outcome = act(work)
        work.meeting.revision += 1
        entry.session.add(work.meeting)
        entry.session.flush()
        if work.shows:
            entry.after(lambda: self.publisher.mark(meeting, work.shows))
        return outcome

    def rule(self, rule: str) -> Rule:
        """A rule of the data, or a refusal."""
        if rule not in self.rules:
            raise Refusal(Code.UNKNOWN_RULE, rule=rule[:40])
        return self.rules[rule]

    def origin(self, meeting: str) -> str:
        """The name of a meeting's log."""
        return f"{self.settings.log_origin}/{meeting}"

    def verifier_key(self, meeting: str) -> str:
        """The log's public key (C2SP)."""
        return self.signer.verifier_key(self.origin(meeting))

    def sign_head(self, meeting: str, frontier: Frontier) -> str:
        """The signed head."""
        return self.signer.sign(Checkpoint(self.origin(meeting), frontier.size, frontier.root()))

    def secret_hash(self, meeting: str, kind: str, secret: str) -> str:
        """How a PIN or badge is kept: HMAC-SHA256 under a key derived from the node's, so that it can be looked up and not guessed offline."""
        key = hmac.digest(self.settings.log_key, b"dinh meeting pins and badges", hashlib.sha256)
        return hmac.new(key, f"{kind}:{meeting}:{secret}".encode(), hashlib.sha256).hexdigest()


def frontier_of(meeting: Meeting) -> Frontier:
    """The end of the meeting's log."""
    return Frontier(meeting.log_size, tuple(bytes.fromhex(peak) for peak in meeting.log_peaks.split()))


def as_voter(row: Member, *, present: bool = False, kid: str | None = None) -> entries.Voter:
    """A member as the log knows him."""
    return entries.Voter(row.id, row.seat, row.votes, row.chairs, present, kid, entries.name_hash(row.name_salt, row.name), row.weight)


__all__ = ["ALL", "WAIT_S", "House", "Show", "Work", "as_voter", "frontier_of"]
