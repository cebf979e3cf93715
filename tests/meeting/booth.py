"""Voters of a secret vote in a room without air: each seals, takes a token, and puts his ballot into the box."""

from dataclasses import dataclass
from typing import Any

from broker import topics
from broker.messages.meetings import MeetingAnswer, MotionSnapshot, TurnoutSnapshot
from edge.demo.sealed import Paper, Sealed
from meeting.service.box import Boxed, BoxWords
from meeting.service.words import CandidateWords, NewMotion
from meeting.tables import Motion as MotionRow
from tests.meeting.room import Council, Room, Tablet

SECRET = "hdnd-mien-nhiem"
ELECTION = "hdnd-bau-cu"
AT = "2026-03-05T01:00:00Z"


def shown(room: Room, meeting: str) -> MotionSnapshot:
    """The motion as the last snapshot shows it."""
    room.service.publisher.flush()
    last: MotionSnapshot = room.air.last(topics.MOTION, meeting=meeting)
    return last


def turnout(room: Room, meeting: str) -> TurnoutSnapshot:
    """Who has voted, as the last snapshot shows it."""
    room.service.publisher.flush()
    last: TurnoutSnapshot = room.air.last(topics.TURNOUT, meeting=meeting)
    return last


def opened(council: Council, rule: str = SECRET) -> str:
    """A secret question, open."""
    return council.opened(rule)


def election(council: Council, names: tuple[str, ...], seats: int, rule: str = ELECTION) -> str:
    """A secret election, open."""
    people = tuple(CandidateWords(name=name) for name in names)
    new = NewMotion(item=council.item, title="Bầu ủy viên", rule=rule, candidates=people, seats=seats)
    motion = council.room.service.votes.add(council.meeting, new).id
    council.room.service.votes.open(council.meeting, motion)
    return motion


@dataclass
class Booth:
    """One voter, one motion."""

    tablet: Tablet
    motion: str
    sealed: Sealed
    token: str

    @classmethod
    def enter(cls, tablet: Tablet, motion: str, choice: str) -> "Booth":
        """Choose and seal; the token's ask is signed once."""
        raw, sha256 = paper(tablet.room, tablet.meeting, motion)
        sealed = Sealed.make(Paper.read(raw, sha256), choice)
        return cls(tablet, motion, sealed, tablet.sign(sealed.claims(str(tablet.who.get("seat")), AT)))

    def ask(self, ask_id: str | None = None, **other: Any) -> MeetingAnswer:
        return self.tablet.ask("token", {"token": self.token, **other}, ask_id)

    def words(self, answer: MeetingAnswer | None = None) -> BoxWords:
        given = answer or self.ask()
        assert given.ok, given
        return BoxWords.model_validate(self.sealed.box_words(given.body["blind_signature"]))

    def put(self, words: BoxWords | None = None) -> Boxed:
        return self.tablet.room.service.box.put(self.tablet.meeting, words or self.words())


def paper(room: Room, meeting: str, motion: str) -> tuple[bytes, str]:
    """The frozen paper's bytes and their hash."""
    with room.store.reader() as session:
        row = session.get(MotionRow, (meeting, motion))
        assert row is not None
        assert row.paper is not None
        return row.paper, str(row.paper_sha256)


def vote(tablet: Tablet, motion: str, choice: str) -> Boxed:
    """Everything at once."""
    return Booth.enter(tablet, motion, choice).put()
