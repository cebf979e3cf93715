"""Rows read and written by job, and turned into the domain's values. No rule of a meeting is decided here."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar, cast

from sqlalchemy import func, update
from sqlalchemy import select as sql
from sqlmodel import Session, SQLModel, col, select

from broker.identity import is_id
from meeting.domain import agenda, floor, roll
from meeting.domain import motions as motions_of
from meeting.domain.errors import Code, Refusal
from meeting.tables import Ballot, BoxedBallot, Current, Document, Item, Key, LogEntry, Meeting, Member, Motion, Request, Seat, Stay, Token

Row = TypeVar("Row", Item, Member, Document, Motion)
WAITING = ("waiting",)
SPEAKING = tuple(state.value for state in floor.SpeechState)


def meeting(session: Session, meeting_id: str) -> Meeting:
    """The meeting, or a refusal."""
    row = session.get(Meeting, meeting_id) if is_id(meeting_id) else None
    if row is None:
        raise Refusal(Code.UNKNOWN_MEETING, meeting=meeting_id[:40])
    return row


def meetings(session: Session) -> Sequence[Meeting]:
    """Newest first."""
    return session.exec(select(Meeting).order_by(col(Meeting.starts_at).desc(), col(Meeting.id))).all()


def item(session: Session, meeting_id: str, item_id: str) -> Item:
    return _one(session, Item, (meeting_id, item_id), Code.UNKNOWN_ITEM)


def member(session: Session, meeting_id: str, member_id: str) -> Member:
    return _one(session, Member, (meeting_id, member_id), Code.UNKNOWN_MEMBER)


def document(session: Session, meeting_id: str, document_id: str) -> Document:
    return _one(session, Document, (meeting_id, document_id), Code.UNKNOWN_DOCUMENT)


def motion(session: Session, meeting_id: str, motion_id: str) -> Motion:
    return _one(session, Motion, (meeting_id, motion_id), Code.UNKNOWN_MOTION)


def _one(session: Session, table: type[Row], key: tuple[str, str], code: Code) -> Row:
    row = session.get(table, key) if is_id(key[1]) else None
    if row is None:
        raise Refusal(code, **{code.value.rpartition("_")[2]: key[1][:40]})
    return row


def seats(session: Session, meeting_id: str) -> Sequence[Seat]:
    return session.exec(select(Seat).where(Seat.meeting == meeting_id).order_by(col(Seat.place))).all()


def members(session: Session, meeting_id: str) -> Sequence[Member]:
    return session.exec(select(Member).where(Member.meeting == meeting_id).order_by(col(Member.place))).all()


def members_read(session: Session, meeting_id: str) -> Sequence[Member]:
    """The members to be read only: plain rows with a member's columns. An object of the ORM for each of a thousand takes longer than the
    close of their vote may.
    """
    table = SQLModel.metadata.tables["meeting_members"]
    rows = session.connection().execute(sql(table).where(table.c.meeting == meeting_id).order_by(table.c.place)).all()
    return cast("Sequence[Member]", rows)


def present(session: Session, meeting_id: str) -> frozenset[str]:
    """Members who are here."""
    wanted = select(Stay.member).where(Stay.meeting == meeting_id, col(Stay.left_at).is_(None))
    return frozenset(session.exec(wanted))


def kids(session: Session, meeting_id: str) -> dict[str, str]:
    """Member -> the key that is bound to him now."""
    return dict(session.exec(select(Key.member, Key.kid).where(Key.meeting == meeting_id, col(Key.ended_at).is_(None))).all())


def items(session: Session, meeting_id: str) -> Sequence[Item]:
    return session.exec(select(Item).where(Item.meeting == meeting_id).order_by(col(Item.number))).all()


def documents(session: Session, meeting_id: str) -> Sequence[Document]:
    order = (col(Document.added_at), col(Document.id))
    return session.exec(select(Document).where(Document.meeting == meeting_id).order_by(*order)).all()


def motions(session: Session, meeting_id: str) -> Sequence[Motion]:
    return session.exec(select(Motion).where(Motion.meeting == meeting_id).order_by(col(Motion.place))).all()


def open_stays(session: Session, meeting_id: str) -> Sequence[Stay]:
    return session.exec(select(Stay).where(Stay.meeting == meeting_id, col(Stay.left_at).is_(None)).order_by(col(Stay.came_at))).all()


def open_stay(session: Session, meeting_id: str, member_id: str) -> Stay | None:
    wanted = select(Stay).where(Stay.meeting == meeting_id, Stay.member == member_id, col(Stay.left_at).is_(None))
    return session.exec(wanted).first()


def last_reasons(session: Session, meeting_id: str) -> dict[str, str]:
    """Member -> the reason of the last leave."""
    ended = select(Stay).where(Stay.meeting == meeting_id, col(Stay.left_at).is_not(None)).order_by(col(Stay.left_at))
    return {one.member: one.reason for one in session.exec(ended)}


def live_keys(session: Session, meeting_id: str) -> Sequence[Key]:
    return session.exec(select(Key).where(Key.meeting == meeting_id, col(Key.ended_at).is_(None))).all()


def live_jwks(session: Session, meeting_id: str) -> list[dict[str, str]]:
    """The public keys that are bound now."""
    return [json.loads(jwk) for jwk in session.exec(select(Key.jwk).where(Key.meeting == meeting_id, col(Key.ended_at).is_(None)))]


def live_key_of(session: Session, meeting_id: str, *, member_id: str) -> Key | None:
    wanted = select(Key).where(Key.meeting == meeting_id, Key.member == member_id, col(Key.ended_at).is_(None))
    return session.exec(wanted).first()


def live_key_at(session: Session, meeting_id: str, *, device: str) -> Key | None:
    wanted = select(Key).where(Key.meeting == meeting_id, Key.device == device, col(Key.ended_at).is_(None))
    return session.exec(wanted).first()


def keys_of_device(session: Session, device: str) -> Sequence[Key]:
    """Live keys at this device in all meetings."""
    return session.exec(select(Key).where(Key.device == device, col(Key.ended_at).is_(None))).all()


def as_member(row: Member) -> roll.Member:
    return roll.Member(row.id, row.name, row.office, row.seat, row.votes, row.chairs, row.weight)


def as_stay(row: Stay) -> roll.Stay:
    left_by = roll.Source(row.left_by) if row.left_by else None
    return roll.Stay(row.id, row.member, row.came_at, roll.Source(row.came_by), row.left_at, left_by, row.reason)


def the_roll(session: Session, meeting_id: str) -> roll.Roll:
    """Members and the stays that have not ended."""
    listed = tuple(as_member(row) for row in members_read(session, meeting_id))
    table = SQLModel.metadata.tables["meeting_stays"]
    here = sql(table).where(table.c.meeting == meeting_id, table.c.left_at.is_(None)).order_by(table.c.came_at)
    return roll.Roll(listed, tuple(as_stay(cast("Stay", row)) for row in session.connection().execute(here)))


def the_roll_of(session: Session, meeting_id: str, member_id: str) -> roll.Roll:
    """The roll as far as one member goes: enough to let him come or go, whatever the size of the hall."""
    stay = open_stay(session, meeting_id, member_id)
    return roll.Roll((as_member(member(session, meeting_id, member_id)),), (as_stay(stay),) if stay else ())


def save_stay(session: Session, meeting_id: str, stay: roll.Stay) -> None:
    """Add a stay, or end the one that has this id."""
    row = session.get(Stay, stay.id)
    if row is None:
        session.add(Stay(id=stay.id, meeting=meeting_id, member=stay.member, came_at=stay.came_at, came_by=stay.came_by.value))
    else:
        row.left_at, row.left_by, row.reason = stay.left_at, stay.left_by.value if stay.left_by else None, stay.reason
        session.add(row)
    session.flush()


def as_motion(row: Motion) -> motions_of.Motion:
    candidates = tuple(motions_of.Candidate(**one) for one in json.loads(row.candidates))
    return motions_of.Motion(
        id=row.id,
        item=row.item,
        title=row.title,
        text=row.text,
        state=motions_of.MotionState(row.state),
        paper_sha256=row.paper_sha256,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        candidates=candidates,
        seats=row.seats,
    )


def the_agenda(session: Session, meeting_id: str) -> agenda.Agenda:
    return agenda.Agenda(
        tuple(
            agenda.Item(row.id, row.title, row.minutes, agenda.ItemState(row.state), row.started_at, row.finished_at, row.turned_back_at)
            for row in items(session, meeting_id)
        )
    )


def save_agenda(session: Session, meeting_id: str, changed: agenda.Agenda) -> None:
    """Numbers are the places in the agenda."""
    rows = {row.id: row for row in items(session, meeting_id)}
    for number, one in enumerate(changed.items, 1):
        row = rows[one.id]
        row.number, row.title, row.minutes, row.state = number, one.title, one.minutes, one.state.value
        row.started_at, row.finished_at, row.turned_back_at = one.started_at, one.finished_at, one.turned_back_at
        session.add(row)
    session.flush()


def _requests(session: Session, meeting_id: str, states: Sequence[str]) -> Sequence[Request]:
    wanted = select(Request).where(Request.meeting == meeting_id, col(Request.state).in_(states))
    return session.exec(wanted.order_by(col(Request.place))).all()


def _as_request(row: Request) -> floor.Request:
    return floor.Request(row.id, row.member, row.seat, row.kind, row.asked_at)


def the_floor(session: Session, row: Meeting) -> floor.Floor:
    """The queue in the order of asking, and the speech."""
    queue = tuple(_as_request(one) for one in _requests(session, row.id, WAITING))
    speech = None
    for one in _requests(session, row.id, SPEAKING):
        state = floor.SpeechState(one.state)
        speech = floor.Speech(_as_request(one), one.limit_s or 0, one.spoken_s, one.running_since, state)
    return floor.Floor(row.floor_open, queue, speech)


def add_request(session: Session, meeting_id: str, request: floor.Request) -> None:
    place = session.exec(select(func.count()).select_from(Request).where(Request.meeting == meeting_id)).one()
    row = Request(meeting=meeting_id, place=place, **vars(request))
    session.add(row)
    session.flush()


def save_speech(session: Session, meeting_id: str, speech: floor.Speech) -> None:
    row = session.get_one(Request, (meeting_id, speech.request.id))
    row.state, row.limit_s, row.spoken_s, row.running_since = speech.state.value, speech.limit_s, speech.spoken_s, speech.running_since
    session.add(row)
    session.flush()


def end_request(session: Session, meeting_id: str, request: str, *, how: str, at: datetime) -> None:
    """`how`: spoken, withdrawn, removed."""
    row = session.get_one(Request, (meeting_id, request))
    row.state, row.running_since, row.ended_at = how, None, at
    session.add(row)
    session.flush()


def end_all_requests(session: Session, meeting_id: str, at: datetime) -> None:
    """At the close of a meeting."""
    waiting = col(Request.state).in_((*WAITING, *SPEAKING))
    session.execute(
        update(Request).where(col(Request.meeting) == meeting_id, waiting).values(state="removed", running_since=None, ended_at=at)
    )


def current(session: Session, meeting_id: str, motion_id: str) -> Sequence[Current]:
    """The ballots that count, to be read only (see `members_read`)."""
    table = SQLModel.metadata.tables["meeting_current"]
    wanted = sql(table).where(table.c.meeting == meeting_id, table.c.motion == motion_id).order_by(table.c["index"])
    return cast("Sequence[Current]", session.connection().execute(wanted).all())


def ballots_cast(session: Session, meeting_id: str, motion_id: str) -> int:
    """How many ballots were accepted, those that were cast again included."""
    wanted = select(func.count()).select_from(Ballot).where(Ballot.meeting == meeting_id, Ballot.motion == motion_id)
    return session.exec(wanted).one()


def ballots(session: Session, meeting_id: str, motion_id: str) -> Sequence[Ballot]:
    """All accepted ballots in the order of the log."""
    wanted = select(Ballot).where(Ballot.meeting == meeting_id, Ballot.motion == motion_id).order_by(col(Ballot.index))
    return session.exec(wanted).all()


def ballots_of(session: Session, meeting_id: str, member_id: str) -> Sequence[Ballot]:
    wanted = select(Ballot).where(Ballot.meeting == meeting_id, Ballot.member == member_id).order_by(col(Ballot.index))
    return session.exec(wanted).all()


def issued(session: Session, meeting_id: str, motion_id: str) -> int:
    """Tokens given out for a secret vote."""
    wanted = select(func.count()).select_from(Token).where(Token.meeting == meeting_id, Token.motion == motion_id)
    return session.exec(wanted).one()


def token_holders(session: Session, meeting_id: str, motion_id: str) -> Sequence[str]:
    """Members who were given a token, in the order of their ids."""
    wanted = select(Token.member).where(Token.meeting == meeting_id, Token.motion == motion_id)
    return session.exec(wanted.order_by(col(Token.member))).all()


def token_seats(session: Session, meeting_id: str, motion_id: str) -> tuple[str, ...]:
    """Seats whose voter was given a token, in the order of their ids: who has voted, never how or when."""
    holders = set(token_holders(session, meeting_id, motion_id))
    return tuple(sorted(one.seat for one in members(session, meeting_id) if one.seat and one.id in holders))


def boxed(session: Session, meeting_id: str, motion_id: str) -> int:
    """Ballots in the open box."""
    wanted = select(func.count()).select_from(BoxedBallot)
    return session.exec(wanted.where(BoxedBallot.meeting == meeting_id, BoxedBallot.motion == motion_id)).one()


def log_entries(session: Session, meeting_id: str, size: int) -> Sequence[LogEntry]:
    """The first `size` entries."""
    return session.exec(select(LogEntry).where(LogEntry.meeting == meeting_id, LogEntry.index < size).order_by(col(LogEntry.index))).all()


def leaves(session: Session, meeting_id: str, size: int) -> list[bytes]:
    """The leaf hashes of the first `size` entries."""
    wanted = select(LogEntry.leaf).where(LogEntry.meeting == meeting_id, LogEntry.index < size).order_by(col(LogEntry.index))
    return [bytes.fromhex(one) for one in session.exec(wanted)]


def log_of_motion(session: Session, meeting_id: str, motion_id: str, kind: str) -> Sequence[LogEntry]:
    wanted = select(LogEntry).where(LogEntry.meeting == meeting_id, LogEntry.motion == motion_id, LogEntry.kind == kind)
    return session.exec(wanted.order_by(col(LogEntry.index))).all()


def count_of(session: Session, table: type[SQLModel], meeting_id: str) -> int:
    """Rows of a meeting in one of the room's tables."""
    columns = table.__table__.c  # type: ignore[attr-defined] # SQLModel does not type it
    return session.exec(select(func.count()).select_from(table).where(columns.meeting == meeting_id)).one()
