"""Votes: motions, ballots of every door, tokens and the box of secret ones, roll calls, and the log."""

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from meeting.tables.columns import meeting_key, time


class Motion(SQLModel, table=True):
    """A motion. `paper` is frozen at the opening: the very bytes whose hash is signed."""

    __tablename__ = "meeting_motions"

    meeting: str = Field(sa_column=meeting_key())
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
    opened_at: datetime | None = Field(default=None, sa_column=time())
    closed_at: datetime | None = Field(default=None, sa_column=time())
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

    meeting: str = Field(sa_column=meeting_key())
    index: int = Field(primary_key=True)
    motion: str
    member: str
    seat: str
    nonce: str
    choice: str
    at: datetime = Field(sa_column=time(empty=False))
    ballot_sha256: str
    door: str = Field(default="tablet", sa_column_kwargs={"server_default": "tablet"})
    """Which way it came: tablet (phones, too), keypad or roll_call. Informs; the checks do not look at it."""
    receipt: str = Field(sa_column=Column(Text, nullable=False))


class Token(SQLModel, table=True):
    """One voter's right to one secret ballot, used: the blind signature that he was given. The same ask again gets the same one."""

    __tablename__ = "meeting_tokens"

    meeting: str = Field(sa_column=meeting_key())
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

    meeting: str = Field(sa_column=meeting_key())
    motion: str = Field(primary_key=True)
    tracker: str = Field(primary_key=True)
    """SHA-256 (hex) of the prepared message."""
    prepared: str = Field(sa_column=Column(Text, nullable=False))
    signature: str = Field(sa_column=Column(Text, nullable=False))


class ClerkKey(SQLModel, table=True):
    """The ES256 key of a secretary's or chair's browser, which signs roll calls. `jwk` is canonical JSON."""

    __tablename__ = "meeting_clerk_keys"

    meeting: str = Field(sa_column=meeting_key())
    kid: str = Field(primary_key=True)
    account: str
    role: str
    jwk: str = Field(sa_column=Column(Text, nullable=False))
    bound_at: datetime = Field(sa_column=time(empty=False))
    ended_at: datetime | None = Field(default=None, sa_column=time())


class RollCall(SQLModel, table=True):
    """Votes called out and entered by the secretary; they count from the chair's countersignature on."""

    __tablename__ = "meeting_roll_calls"

    meeting: str = Field(sa_column=meeting_key())
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
    made_at: datetime = Field(sa_column=time(empty=False))


class Current(SQLModel, table=True):
    """The ballot that counts, one for each voter and motion: nobody counts twice, whatever is repeated."""

    __tablename__ = "meeting_current"

    meeting: str = Field(sa_column=meeting_key())
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

    meeting: str = Field(sa_column=meeting_key())
    index: int = Field(primary_key=True)
    kind: str
    motion: str | None = None
    leaf: str
    text: str = Field(sa_column=Column(Text, nullable=False))
