"""Tables of people. Times are UTC; tokens and passwords stand here only as hashes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcTime(TypeDecorator[datetime]):
    """A time with offset on every database: SQLite forgets the offset, so UTC is stored and given back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without offset")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class AccountRow(SQLModel, table=True):
    """A person who may sign in."""

    __tablename__ = "account_person"

    id: str = Field(primary_key=True)
    login: str = Field(unique=True)
    """What is typed at sign-in: NFC, case-folded."""
    name: str
    roles: str
    """Space-separated, sorted."""
    password: str = Field(sa_type=Text)
    """argon2id in PHC format."""
    must_change: bool
    disabled: bool
    created_at: datetime = Field(sa_type=UtcTime)
    password_at: datetime = Field(sa_type=UtcTime)


class SessionRow(SQLModel, table=True):
    """A signed-in browser. Ended by `revoked_at` or `expires_at`; kept for the record."""

    __tablename__ = "account_session"

    id: str = Field(primary_key=True)
    token_sha256: str = Field(unique=True)
    account: str = Field(foreign_key="account_person.id", index=True)
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    seen_at: datetime = Field(sa_type=UtcTime)
    """Kept to within five minutes."""
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)
    address: str
    agent: str = Field(sa_type=Text)


class AttemptRow(SQLModel, table=True):
    """Failed sign-ins of one name from one address, or of one address with any name."""

    __tablename__ = "account_attempt"

    key: str = Field(primary_key=True)
    """SHA-256 of name and address, so that a mistyped password in the name field is not kept in clear."""
    failures: int
    last_at: datetime = Field(sa_type=UtcTime)
    locked_until: datetime | None = Field(default=None, sa_type=UtcTime)


class AuditRow(SQLModel, table=True):
    """One action. `hash` covers the row and `previous`, so that no row can be changed or taken out unseen."""

    __tablename__ = "account_audit"

    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_type=UtcTime)
    actor: str
    """Account id, device id, "node" or "command"."""
    action: str
    subject: str = Field(sa_type=Text)
    facts: str = Field(sa_type=Text)
    """Canonical JSON."""
    previous: str
    hash: str
