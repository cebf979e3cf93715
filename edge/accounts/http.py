"""Doors of accounts: sign in and out, and the administrator's list."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from edge.accounts.gate import SESSION_COOKIE
from edge.accounts.person import Person, Right
from edge.accounts.service import Accounts, Changes, NewAccount, Visitor
from edge.accounts.tables import AccountRow, SessionRow
from edge.refusals import Code, Refusal

PersonDependency = Callable[..., Callable[..., Any]]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Password = Annotated[str, Field(min_length=1, max_length=200)]


class Body(BaseModel):
    """A request body: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SignIn(Body):
    """What is typed at sign-in."""

    name: Name
    password: Password


class PersonView(BaseModel):
    """Who is signed in."""

    account: str
    name: str
    roles: list[str]
    device: str | None = None
    must_change: bool = False


class AccountView(BaseModel):
    """One line of the administrator's list."""

    id: str
    login: str
    name: str
    roles: list[str]
    must_change: bool
    disabled: bool
    created_at: AwareDatetime
    password_at: AwareDatetime


class AccountIn(Body):
    """A new account. Without a password a one-time password is made and answered once."""

    login: Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[\w.-]+$")]
    name: Name
    roles: Annotated[list[str], Field(min_length=1, max_length=8)]
    password: Password | None = None


class AccountPatch(Body):
    """What to change; what is left out stays."""

    name: Name | None = None
    roles: Annotated[list[str], Field(min_length=1, max_length=8)] | None = None
    disabled: bool | None = None


class OneTime(BaseModel):
    """An account and its one-time password, shown once."""

    account: AccountView
    password: str | None


class PasswordIn(Body):
    """One's own new password; an administrator sends nothing and gets a one-time password for somebody else."""

    present: Password | None = None
    new: Password | None = None


class SessionView(BaseModel):
    """A signed-in browser."""

    id: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str
    agent: str
    mine: bool


def routers(accounts: Accounts, person: PersonDependency) -> list[APIRouter]:
    """One router for whoever is signed in, one for administrators."""
    return [_session(accounts, person), _own_password(accounts, person), _administration(accounts, person), _sessions(accounts, person)]


def _session(accounts: Accounts, person: PersonDependency) -> APIRouter:
    router = APIRouter(prefix="/api/session", tags=["accounts"])

    @router.post("")
    def sign_in(body: SignIn, request: Request, response: Response) -> PersonView:
        token, who = accounts.sign_in(body.name, body.password, visitor(request))
        response.set_cookie(SESSION_COOKIE, token, httponly=True, secure=True, samesite="strict", path="/")
        return person_view(who)

    @router.get("")
    def get_session(who: Annotated[Person, Depends(person())]) -> PersonView:
        return person_view(who)

    @router.delete("", status_code=204)
    def sign_out(who: Annotated[Person, Depends(person())], response: Response) -> None:
        if who.session:
            accounts.end_sessions(who.account, by=who, only=who.session)
        response.delete_cookie(SESSION_COOKIE, httponly=True, secure=True, samesite="strict", path="/")

    return router


def _own_password(accounts: Accounts, person: PersonDependency) -> APIRouter:
    router = APIRouter(prefix="/api/accounts", tags=["accounts"])

    @router.post("/{account}/password")
    def set_password(account: str, body: PasswordIn, request: Request, who: Annotated[Person, Depends(person())]) -> OneTime:
        if account == who.account and body.new is not None:
            accounts.check_password(account, body.present or "", visitor(request))
            accounts.set_password(account, body.new, by=who)
            return OneTime(account=account_view(_one(accounts, account)), password=None)
        if Right.ADMINISTRATOR not in who.roles or who.must_change:
            raise Refusal(Code.NOT_ALLOWED, wanted=Right.ADMINISTRATOR)
        made = accounts.reset_password(account, by=who)
        return OneTime(account=account_view(made.account), password=made.password)

    return router


def _administration(accounts: Accounts, person: PersonDependency) -> APIRouter:
    router = APIRouter(prefix="/api/accounts", tags=["accounts"])
    administrator = Annotated[Person, Depends(person(Right.ADMINISTRATOR))]

    @router.get("")
    def list_accounts(who: administrator) -> list[AccountView]:  # noqa: ARG001 - the right
        return [account_view(row) for row in accounts.all()]

    @router.post("", status_code=201)
    def create_account(body: AccountIn, who: administrator) -> OneTime:
        made = accounts.create(NewAccount(body.login, body.name, frozenset(body.roles), body.password), by=who)
        return OneTime(account=account_view(made.account), password=made.password)

    @router.patch("/{account}")
    def change_account(account: str, body: AccountPatch, who: administrator) -> AccountView:
        roles = None if body.roles is None else frozenset(body.roles)
        return account_view(accounts.change(account, Changes(body.name, roles, body.disabled), by=who))

    return router


def _sessions(accounts: Accounts, person: PersonDependency) -> APIRouter:
    router = APIRouter(prefix="/api/accounts", tags=["accounts"])
    administrator = Annotated[Person, Depends(person(Right.ADMINISTRATOR))]

    @router.get("/{account}/sessions")
    def list_sessions(account: str, who: administrator) -> list[SessionView]:
        return [session_view(row, who) for row in accounts.sessions(account)]

    @router.delete("/{account}/sessions", status_code=204)
    def end_sessions(account: str, who: administrator, only: str | None = None) -> None:
        accounts.end_sessions(account, by=who, only=only)

    return router


def visitor(request: Request) -> Visitor:
    """Where a request comes from: the TCP peer, since nothing stands before the node."""
    return Visitor(request.client.host if request.client else "", request.headers.get("user-agent", ""))


def person_view(who: Person) -> PersonView:
    """The person as JSON."""
    return PersonView(account=who.account, name=who.name, roles=sorted(who.roles), device=who.device, must_change=who.must_change)


def account_view(row: AccountRow) -> AccountView:
    """The account as JSON, without its password."""
    return AccountView(**row.model_dump(exclude={"roles", "password"}), roles=row.roles.split())


def session_view(row: SessionRow, who: Person) -> SessionView:
    """The session as JSON, without its token."""
    return SessionView(**row.model_dump(include=set(SessionView.model_fields) - {"mine"}), mine=row.id == who.session)


def _one(accounts: Accounts, account: str) -> AccountRow:
    return next(row for row in accounts.all() if row.id == account)
