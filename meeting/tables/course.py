"""A meeting's course: its seats, members and their stays, keys and locks, the agenda with its documents, the floor, and what was asked."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, String, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from meeting.tables.columns import meeting_key, time


class Meeting(SQLModel, table=True):
    """One meeting, and the end of its log: `log_peaks` are the frontier's hashes, hex, largest subtree first."""

    __tablename__ = "meeting_meetings"

    id: str = Field(primary_key=True)
    title: str
    body: str
    place: str
    rule: str
    starts_at: datetime = Field(sa_column=time(empty=False))
    state: str = "planned"
    revision: int = 1
    """Grows with every change that any snapshot shows."""
    plan_width: float = 0
    plan_height: float = 0
    floor_open: bool = False
    notice_level: str = "info"
    notice_text: str = ""
    page_document: str | None = None
    page: int = 1
    motion: str | None = None
    """The motion that the meeting is at: open, or the last one closed until the next is opened."""
    log_size: int = 0
    log_peaks: str = Field(default="", sa_column=Column(Text, nullable=False))
    opened_at: datetime | None = Field(default=None, sa_column=time())
    closed_at: datetime | None = Field(default=None, sa_column=time())


class Seat(SQLModel, table=True):
    """A seat of the drawn plan."""

    __tablename__ = "meeting_seats"

    meeting: str = Field(sa_column=meeting_key())
    id: str = Field(primary_key=True)
    place: int
    label: str
    x: float
    y: float


class Member(SQLModel, table=True):
    """A participant. PIN and badge are kept only as HMAC-SHA256 under a key of the node."""

    __tablename__ = "meeting_members"
    __table_args__ = (
        UniqueConstraint("meeting", "pin_hash", name="uq_meeting_members_pin"),
        UniqueConstraint("meeting", "badge_hash", name="uq_meeting_members_badge"),
    )

    meeting: str = Field(sa_column=meeting_key())
    id: str = Field(primary_key=True)
    place: int
    name: str
    name_salt: str
    """16 random bytes, hex: hides the name in the log until it is opened."""
    office: str = ""
    seat: str | None = None
    votes: bool = True
    chairs: bool = False
    weight: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    """Votes that he carries where a rule weighs; 1 everywhere else."""
    pin_hash: str | None = None
    badge_hash: str | None = None


class Stay(SQLModel, table=True):
    """From when to when a member was here, and on whose word. Never erased."""

    __tablename__ = "meeting_stays"
    __table_args__ = (Index("ix_meeting_stays_open", "meeting", "member", "left_at"),)

    id: str = Field(primary_key=True)
    meeting: str = Field(sa_column=Column(String, ForeignKey("meeting_meetings.id"), nullable=False))
    member: str
    came_at: datetime = Field(sa_column=time(empty=False))
    came_by: str
    left_at: datetime | None = Field(default=None, sa_column=time())
    left_by: str | None = None
    reason: str = ""


class Key(SQLModel, table=True):
    """A tablet's public ES256 key, bound to a participant of a meeting. `jwk` is canonical JSON."""

    __tablename__ = "meeting_keys"
    __table_args__ = (
        Index("ix_meeting_keys_member", "meeting", "member", "ended_at"),
        Index("ix_meeting_keys_device", "meeting", "device", "ended_at"),
    )

    meeting: str = Field(sa_column=meeting_key())
    kid: str = Field(primary_key=True)
    member: str
    seat: str
    device: str
    jwk: str = Field(sa_column=Column(Text, nullable=False))
    bound_at: datetime = Field(sa_column=time(empty=False))
    ended_at: datetime | None = Field(default=None, sa_column=time())
    online: bool = True
    door: str = Field(default="tablet", sa_column_kwargs={"server_default": "tablet"})
    """What kind of device holds it: tablet (phones, too) or keypad. Its ballots carry it on; the checks do not look at it."""


class Lock(SQLModel, table=True):
    """Wrong PINs and badges at a device, so that guessing is slow and stays slow over a restart."""

    __tablename__ = "meeting_locks"

    meeting: str = Field(sa_column=meeting_key())
    device: str = Field(primary_key=True)
    failures: int = 0
    until: datetime | None = Field(default=None, sa_column=time())


class Item(SQLModel, table=True):
    """A line of the agenda."""

    __tablename__ = "meeting_items"

    meeting: str = Field(sa_column=meeting_key())
    id: str = Field(primary_key=True)
    number: int
    title: str
    minutes: int
    state: str = "waiting"
    started_at: datetime | None = Field(default=None, sa_column=time())
    finished_at: datetime | None = Field(default=None, sa_column=time())
    turned_back_at: datetime | None = Field(default=None, sa_column=time())


class Document(SQLModel, table=True):
    """A PDF of an item; its bytes are the file named by `sha256` in the documents' folder."""

    __tablename__ = "meeting_documents"

    meeting: str = Field(sa_column=meeting_key())
    id: str = Field(primary_key=True)
    item: str
    title: str
    sha256: str
    pages: int
    bytes: int
    added_at: datetime = Field(sa_column=time(empty=False))


class Request(SQLModel, table=True):
    """A wish to speak, through to its end."""

    __tablename__ = "meeting_requests"
    __table_args__ = (Index("ix_meeting_requests_state", "meeting", "state"),)

    meeting: str = Field(sa_column=meeting_key())
    id: str = Field(primary_key=True)
    place: int
    member: str
    seat: str
    kind: str
    asked_at: datetime = Field(sa_column=time(empty=False))
    state: str = "waiting"
    """waiting, called, speaking, paused; or how it ended: spoken, withdrawn, removed."""
    limit_s: int | None = None
    spoken_s: float = 0
    running_since: datetime | None = Field(default=None, sa_column=time())
    ended_at: datetime | None = Field(default=None, sa_column=time())


class Asked(SQLModel, table=True):
    """The answer to an ask of a tablet, so that a repeat gets the same one."""

    __tablename__ = "meeting_asks"

    meeting: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    """Behind the id, which a run of asks is looked up by: each tablet draws its own at random."""
    ask_sha256: str
    answer: str = Field(sa_column=Column(Text, nullable=False))
