"""Accounts, sessions and sign-in. Every method blocks on the database; hashing takes a tenth of a second."""

import hashlib
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from sqlmodel import Session, col, select

from edge.accounts import audit, backoff, passwords
from edge.accounts.audit import Act
from edge.accounts.person import FOR_PEOPLE, Person, Right
from edge.accounts.tables import AccountRow, SessionRow
from edge.ports import Entry, Means
from edge.refusals import Code, Refusal

T = TypeVar("T")
PATIENCE_S: Final = 30.0
LASTS, SCREEN_LASTS = timedelta(hours=12), timedelta(days=30)
SEEN_EVERY: Final = timedelta(minutes=5)
COMMAND: Final = Person(account="command", name="dinh", roles=frozenset({Right.ADMINISTRATOR}))
"""Who acts when the command line does: whoever may read the node's own files."""


@dataclass(frozen=True)
class Visitor:
    """Where a sign-in comes from."""

    address: str
    agent: str = ""


@dataclass(frozen=True)
class NewAccount:
    """What an account is made of. Without a password a one-time password is made."""

    login: str
    name: str
    roles: frozenset[str]
    password: str | None = None


@dataclass(frozen=True)
class Made:
    """An account just made or reset; `password` is set only when it is a one-time password, and shown once."""

    account: AccountRow
    password: str | None


@dataclass(frozen=True)
class Changes:
    """What to change of an account; None leaves it."""

    name: str | None = None
    roles: frozenset[str] | None = None
    disabled: bool | None = None


class Accounts:
    """See edge/accounts/http.py for the doors. Raises edge.refusals.Refusal."""

    def __init__(self, means: Means) -> None:
        self.means = means

    def first_start(self) -> Made | None:
        """The first administrator with a one-time password, or None when there is an account already."""

        def empty() -> bool:
            with self.means.reader() as session:
                return session.exec(select(AccountRow.id).limit(1)).first() is None

        if not empty():
            return None
        return self.create(NewAccount("admin", "Quản trị viên", frozenset({Right.ADMINISTRATOR})), by=COMMAND)

    def create(self, new: NewAccount, *, by: Person) -> Made:
        """A new account. Refuses a taken login, an unknown role or a weak password."""
        login, roles = plain_login(new.login), _known_roles(new.roles)
        if new.password is not None:
            passwords.demand(new.password, login)
        password = new.password or passwords.one_time()
        stored = passwords.hashed(password)

        def job(entry: Entry) -> AccountRow:
            if _by_login(entry.session, login) is not None:
                raise Refusal(Code.LOGIN_TAKEN, login=login)
            now = self.means.clock()
            row = AccountRow(
                id=self.means.ids(),
                login=login,
                name=new.name,
                roles=roles,
                password=stored,
                must_change=new.password is None,
                disabled=False,
                created_at=now,
                password_at=now,
            )
            entry.session.add(row)
            self._note(entry, by, "account_created", row.id, login=login, roles=roles)
            return row

        return Made(self._do(job), None if new.password else password)

    def sign_in(self, name: str, password: str, visitor: Visitor) -> tuple[str, Person]:
        """A new session's token and the person. Refuses with one code for a wrong name and a wrong password.

        1. Count the attempt as failed, on disk. 2. Compare. 3. When right, forgive the attempt and open the session.
        """
        login = plain_login(name)
        locked = self._do(lambda entry: backoff.count(entry.session, login, visitor.address, self.means.clock()))
        if locked is not None:
            raise locked
        with self.means.reader() as session:
            row = _by_login(session, login)
        right = passwords.matches(row.password if row else None, password)
        if row is None or not right or row.disabled:
            self._do(lambda entry: self._note_failure(entry, row, visitor))
            raise Refusal(Code.WRONG_NAME_OR_PASSWORD)
        return self._open(row, visitor)

    def person_of(self, token: str) -> Person | None:
        """The person of a session cookie, or None when it is unknown, ended, expired or of a disabled account."""
        now = self.means.clock()
        with self.means.reader() as session:
            found = session.exec(
                select(SessionRow, AccountRow).where(
                    col(SessionRow.token_sha256) == sha256(token), col(SessionRow.account) == col(AccountRow.id)
                )
            ).first()
        if found is None:
            return None
        open_session, account = found
        if open_session.revoked_at or open_session.expires_at <= now or account.disabled:
            return None
        if now - open_session.seen_at > SEEN_EVERY:
            self._do(lambda entry: _seen(entry, open_session.id, self.means))
        return as_person(account, open_session.id)

    def all(self) -> list[AccountRow]:
        """Every account by name."""
        with self.means.reader() as session:
            return list(session.exec(select(AccountRow).order_by(col(AccountRow.name))))

    def change(self, account: str, changes: Changes, *, by: Person) -> AccountRow:
        """Change name, roles or whether the account may sign in. The last administrator stays one."""
        roles = None if changes.roles is None else _known_roles(changes.roles)

        def job(entry: Entry) -> AccountRow:
            row = _account(entry.session, account)
            row.name = changes.name or row.name
            row.roles = row.roles if roles is None else roles
            row.disabled = row.disabled if changes.disabled is None else changes.disabled
            entry.session.add(row)
            entry.session.flush()
            _keep_an_administrator(entry.session)
            if row.disabled:
                self._end(entry, _open_sessions(entry.session, account))
            self._note(entry, by, "account_changed", account, name=row.name, roles=row.roles, disabled=row.disabled)
            return row

        return self._do(job)

    def set_password(self, account: str, password: str, *, by: Person) -> None:
        """A person's own new password. Every other session of the account ends."""
        with self.means.reader() as session:
            login = _account(session, account).login
        passwords.demand(password, login)
        self._store_password(account, password, must_change=False, by=by)

    def reset_password(self, account: str, *, by: Person) -> Made:
        """A one-time password made for somebody who forgot theirs. Every session of the account ends."""
        password = passwords.one_time()
        return Made(self._store_password(account, password, must_change=True, by=by), password)

    def check_password(self, account: str, password: str, visitor: Visitor) -> None:
        """The present password, asked before a new one is taken; counted like a sign-in."""
        with self.means.reader() as session:
            row = _account(session, account)
        locked = self._do(lambda entry: backoff.count(entry.session, row.login, visitor.address, self.means.clock()))
        if locked is not None:
            raise locked
        if not passwords.matches(row.password, password):
            raise Refusal(Code.WRONG_NAME_OR_PASSWORD)
        self._do(lambda entry: backoff.forgive(entry.session, row.login, visitor.address))

    def sessions(self, account: str) -> list[SessionRow]:
        """Open sessions of an account, newest first."""
        with self.means.reader() as session:
            _account(session, account)
            now = self.means.clock()
            return [row for row in _open_sessions(session, account) if row.expires_at > now]

    def end_sessions(self, account: str, *, by: Person, only: str | None = None) -> int:
        """End the sessions of an account, or only one of them; how many were ended."""

        def job(entry: Entry) -> int:
            rows = [row for row in _open_sessions(entry.session, account) if only in {None, row.id}]
            self._end(entry, rows)
            self._note(entry, by, "sessions_ended", account, count=len(rows))
            return len(rows)

        return self._do(job)

    def record(self, act: Act) -> None:
        """Add to the audit log without waiting for it."""
        self.means.writer.submit(lambda entry: audit.append(entry.session, act, self.means.clock()))

    def _open(self, row: AccountRow, visitor: Visitor) -> tuple[str, Person]:
        token = secrets.token_urlsafe(32)

        def job(entry: Entry) -> SessionRow:
            now = self.means.clock()
            backoff.forgive(entry.session, row.login, visitor.address)
            opened = SessionRow(
                id=self.means.ids(),
                token_sha256=sha256(token),
                account=row.id,
                created_at=now,
                expires_at=now + lasts(row),
                seen_at=now,
                address=visitor.address,
                agent=visitor.agent[:200],
            )
            entry.session.add(opened)
            audit.append(entry.session, Act(row.id, "signed_in", opened.id, {"address": visitor.address}), now)
            return opened

        return token, as_person(row, self._do(job).id)

    def _store_password(self, account: str, password: str, *, must_change: bool, by: Person) -> AccountRow:
        stored = passwords.hashed(password)

        def job(entry: Entry) -> AccountRow:
            row = _account(entry.session, account)
            row.password, row.must_change, row.password_at = stored, must_change, self.means.clock()
            entry.session.add(row)
            self._end(entry, [other for other in _open_sessions(entry.session, account) if other.id != by.session])
            self._note(entry, by, "password_changed", account, one_time=must_change)
            return row

        return self._do(job)

    def _end(self, entry: Entry, rows: Sequence[SessionRow]) -> None:
        for row in rows:
            row.revoked_at = self.means.clock()
            entry.session.add(row)

    def _note_failure(self, entry: Entry, row: AccountRow | None, visitor: Visitor) -> None:
        act = Act(row.id if row else "unknown", "sign_in_failed", "", {"address": visitor.address})
        audit.append(entry.session, act, self.means.clock())

    def _note(self, entry: Entry, by: Person, action: str, subject: str, **facts: str | int | bool) -> None:
        audit.append(entry.session, Act(by.account, action, subject, facts), self.means.clock())

    def _do(self, job: Callable[[Entry], T]) -> T:
        return self.means.writer.submit(job).result(PATIENCE_S)


def as_person(row: AccountRow, session: str | None) -> Person:
    """The account as the doors see it."""
    return Person(row.id, row.name, frozenset(row.roles.split()), session=session, must_change=row.must_change)


def lasts(row: AccountRow) -> timedelta:
    """Half a day for people; a hall screen that nobody types at stays signed in for a month."""
    return SCREEN_LASTS if row.roles == Right.SCREEN else LASTS


def plain_login(text: str) -> str:
    """A sign-in name as it is stored: NFC, case-folded, without space around it."""
    return unicodedata.normalize("NFC", text).strip().casefold()[:80]


def sha256(token: str) -> str:
    """How random tokens stand in the database: 256 random bits need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def _known_roles(roles: frozenset[str]) -> str:
    unknown = sorted(set(roles) - FOR_PEOPLE)
    if unknown or not roles:
        raise Refusal(Code.UNKNOWN_ROLE, role=", ".join(unknown))
    return " ".join(sorted(roles))


def _by_login(session: Session, login: str) -> AccountRow | None:
    return session.exec(select(AccountRow).where(col(AccountRow.login) == login)).first()


def _account(session: Session, account: str) -> AccountRow:
    row = session.get(AccountRow, account)
    if row is None:
        raise Refusal(Code.NO_SUCH_ACCOUNT, account=account)
    return row


def _open_sessions(session: Session, account: str) -> list[SessionRow]:
    query = select(SessionRow).where(col(SessionRow.account) == account, col(SessionRow.revoked_at).is_(None))
    return list(session.exec(query.order_by(col(SessionRow.created_at).desc())))


def _keep_an_administrator(session: Session) -> None:
    rows = session.exec(select(AccountRow).where(col(AccountRow.disabled).is_(False)))
    if not any(Right.ADMINISTRATOR in row.roles.split() for row in rows):
        raise Refusal(Code.LAST_ADMINISTRATOR)


def _seen(entry: Entry, session: str, means: Means) -> None:
    row = entry.session.get(SessionRow, session)
    if row is not None:
        row.seen_at = means.clock()
        entry.session.add(row)
