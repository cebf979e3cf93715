"""The room's tables. Times are UTC; ids are text; everything works on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, DateTime, Dialect, ForeignKey, Index, LargeBinary, String, Text, TypeDecorator, UniqueConstraint
from sqlmodel import Field, SQLModel


class UtcTime(TypeDecorator[datetime]):
    """A time with offset in, the same moment in UTC out. SQLite keeps no offset, so UTC is what is stored."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without an offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _time(*, empty: bool = True) -> Any:
    return Column(UtcTime(), nullable=empty)


def _meeting(*, primary: bool = True) -> Any:
    return Column(String, ForeignKey("meeting_meetings.id"), primary_key=primary, nullable=False, index=not primary)


class Meeting(SQLModel, table=True):
    """One meeting, and the end of its log: `log_peaks` are the frontier's hashes, hex, largest subtree first."""

    __tablename__ = "meeting_meetings"

    id: str = Field(primary_key=True)
    title: str
    body: str
    place: str
    rule: str
    starts_at: datetime = Field(sa_column=_time(empty=False))
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
    opened_at: datetime | None = Field(default=None, sa_column=_time())
    closed_at: datetime | None = Field(default=None, sa_column=_time())


class Seat(SQLModel, table=True):
    """A seat of the drawn plan."""

    __tablename__ = "meeting_seats"

    meeting: str = Field(sa_column=_meeting())
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

    meeting: str = Field(sa_column=_meeting())
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
    came_at: datetime = Field(sa_column=_time(empty=False))
    came_by: str
    left_at: datetime | None = Field(default=None, sa_column=_time())
    left_by: str | None = None
    reason: str = ""


class Key(SQLModel, table=True):
    """A tablet's public ES256 key, bound to a participant of a meeting. `jwk` is canonical JSON."""

    __tablename__ = "meeting_keys"
    __table_args__ = (
        Index("ix_meeting_keys_member", "meeting", "member", "ended_at"),
        Index("ix_meeting_keys_device", "meeting", "device", "ended_at"),
    )

    meeting: str = Field(sa_column=_meeting())
    kid: str = Field(primary_key=True)
    member: str
    seat: str
    device: str
    jwk: str = Field(sa_column=Column(Text, nullable=False))
    bound_at: datetime = Field(sa_column=_time(empty=False))
    ended_at: datetime | None = Field(default=None, sa_column=_time())
    online: bool = True
    door: str = Field(default="tablet", sa_column_kwargs={"server_default": "tablet"})
    """What kind of device holds it: tablet (phones, too) or keypad. Its ballots carry it on; the checks do not look at it."""


class Lock(SQLModel, table=True):
    """Wrong PINs and badges at a device, so that guessing is slow and stays slow over a restart."""

    __tablename__ = "meeting_locks"

    meeting: str = Field(sa_column=_meeting())
    device: str = Field(primary_key=True)
    failures: int = 0
    until: datetime | None = Field(default=None, sa_column=_time())


class Item(SQLModel, table=True):
    """A line of the agenda."""

    __tablename__ = "meeting_items"

    meeting: str = Field(sa_column=_meeting())
    id: str = Field(primary_key=True)
    number: int
    title: str
    minutes: int
    state: str = "waiting"
    started_at: datetime | None = Field(default=None, sa_column=_time())
    finished_at: datetime | None = Field(default=None, sa_column=_time())
    turned_back_at: datetime | None = Field(default=None, sa_column=_time())


class Document(SQLModel, table=True):
    """A PDF of an item; its bytes are the file named by `sha256` in the documents' folder."""

    __tablename__ = "meeting_documents"

    meeting: str = Field(sa_column=_meeting())
    id: str = Field(primary_key=True)
    item: str
    title: str
    sha256: str
    pages: int
    bytes: int
    added_at: datetime = Field(sa_column=_time(empty=False))


class Motion(SQLModel, table=True):
    """A motion. `paper` is frozen at the opening: the very bytes whose hash is signed."""

    __tablename__ = "meeting_motions"

    meeting: str = Field(sa_column=_meeting())
    id: str = Field(primary_key=True)
    item: str
    place: int
    title: str
    text: str = Field(sa_column=Column(Text, nullable=False))
    rule: str
    state: str = "draft"
    candidates: str = Field(default="[]", sa_column=Column(Text, nullable=False, server_default="[]"))
    """Of an election: [{id, name, about}] in the order of the paper, canonical JSON. Empty: a question."""
    seats: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Of an election: how many are to be elected, and so the most that a ballot may choose."""
    secret: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    """As the frozen rule says; meaningful once opened."""
    paper: bytes | None = Field(default=None, sa_column=Column(LargeBinary, nullable=True))
    paper_sha256: str | None = None
    may_change: bool = True
    """As the frozen rule says; meaningful once opened."""
    eligible: int = 0
    """Voters on the frozen paper."""
    opened_at: datetime | None = Field(default=None, sa_column=_time())
    closed_at: datetime | None = Field(default=None, sa_column=_time())
    roll_index: int | None = None
    """Where the opening roll stands in the log."""
    result_index: int | None = None
    result: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    """The numbers of the result, canonical JSON, as the log has them."""


class Ballot(SQLModel, table=True):
    """Every ballot that was accepted, in the log at `index`; a voter's nonce is used once for a motion."""

    __tablename__ = "meeting_ballots"
    __table_args__ = (
        UniqueConstraint("meeting", "motion", "nonce", "member", name="uq_meeting_ballots_nonce"),
        Index("ix_meeting_ballots_sha256", "meeting", "ballot_sha256"),
    )

    meeting: str = Field(sa_column=_meeting())
    index: int = Field(primary_key=True)
    motion: str
    member: str
    seat: str
    nonce: str
    choice: str
    at: datetime = Field(sa_column=_time(empty=False))
    ballot_sha256: str
    door: str = Field(default="tablet", sa_column_kwargs={"server_default": "tablet"})
    """Which way it came: tablet (phones, too), keypad or roll_call. Informs; the checks do not look at it."""
    receipt: str = Field(sa_column=Column(Text, nullable=False))


class Token(SQLModel, table=True):
    """One voter's right to one secret ballot, used: the blind signature that he was given. The same ask again gets the same one."""

    __tablename__ = "meeting_tokens"

    meeting: str = Field(sa_column=_meeting())
    motion: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    blinded_sha256: str
    blind_signature: str = Field(sa_column=Column(Text, nullable=False))
    index: int
    """Where the log has its token_issued entry."""


class BoxedBallot(SQLModel, table=True):
    """A secret ballot in the box. The table is ordered by the random tracker and has no row numbers: nothing here keeps the order of arrival."""

    __tablename__ = "meeting_box"
    __table_args__ = ({"sqlite_with_rowid": False},)

    meeting: str = Field(sa_column=_meeting())
    motion: str = Field(primary_key=True)
    tracker: str = Field(primary_key=True)
    """SHA-256 (hex) of the prepared message."""
    prepared: str = Field(sa_column=Column(Text, nullable=False))
    signature: str = Field(sa_column=Column(Text, nullable=False))


class ClerkKey(SQLModel, table=True):
    """The ES256 key of a secretary's or chair's browser, which signs roll calls. `jwk` is canonical JSON."""

    __tablename__ = "meeting_clerk_keys"

    meeting: str = Field(sa_column=_meeting())
    kid: str = Field(primary_key=True)
    account: str
    role: str
    jwk: str = Field(sa_column=Column(Text, nullable=False))
    bound_at: datetime = Field(sa_column=_time(empty=False))
    ended_at: datetime | None = Field(default=None, sa_column=_time())


class RollCall(SQLModel, table=True):
    """Votes called out and entered by the secretary; they count from the chair's countersignature on."""

    __tablename__ = "meeting_roll_calls"

    meeting: str = Field(sa_column=_meeting())
    id: str = Field(primary_key=True)
    motion: str
    state: str = "waiting"
    """waiting, counted, withdrawn by the secretary or returned by the chair."""
    lines: str = Field(sa_column=Column(Text, nullable=False))
    secretary: str
    """The account."""
    secretary_name: str = ""
    secretary_jws: str = Field(sa_column=Column(Text, nullable=False))
    chair_jws: str | None = Field(default=None, sa_column=Column(Text, nullable=True))
    made_at: datetime = Field(sa_column=_time(empty=False))


class Current(SQLModel, table=True):
    """The ballot that counts, one for each voter and motion: nobody counts twice, whatever is repeated."""

    __tablename__ = "meeting_current"

    meeting: str = Field(sa_column=_meeting())
    motion: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    seat: str
    choice: str
    """A choice of a question; of an election the chosen candidates' ids in the paper's order, joined by commas, or "none"."""
    index: int


class LogEntry(SQLModel, table=True):
    """One entry of the vote log. Rows are only ever added. `text` is the entry's own bytes, `leaf` its hash in hex."""

    __tablename__ = "meeting_log"
    __table_args__ = (Index("ix_meeting_log_motion", "meeting", "motion"),)

    meeting: str = Field(sa_column=_meeting())
    index: int = Field(primary_key=True)
    kind: str
    motion: str | None = None
    leaf: str
    text: str = Field(sa_column=Column(Text, nullable=False))


class Request(SQLModel, table=True):
    """A wish to speak, through to its end."""

    __tablename__ = "meeting_requests"
    __table_args__ = (Index("ix_meeting_requests_state", "meeting", "state"),)

    meeting: str = Field(sa_column=_meeting())
    id: str = Field(primary_key=True)
    place: int
    member: str
    seat: str
    kind: str
    asked_at: datetime = Field(sa_column=_time(empty=False))
    state: str = "waiting"
    """waiting, called, speaking, paused; or how it ended: spoken, withdrawn, removed."""
    limit_s: int | None = None
    spoken_s: float = 0
    running_since: datetime | None = Field(default=None, sa_column=_time())
    ended_at: datetime | None = Field(default=None, sa_column=_time())


class Asked(SQLModel, table=True):
    """The answer to an ask of a tablet, so that a repeat gets the same one."""

    __tablename__ = "meeting_asks"

    meeting: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    """Behind the id, which a run of asks is looked up by: each tablet draws its own at random."""
    ask_sha256: str
    answer: str = Field(sa_column=Column(Text, nullable=False))
