"""Who is asking."""

from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """Roles of people. A device has the role of its kind (tablet, keypad, screen, watcher) and `device` besides."""

    ADMINISTRATOR = "administrator"
    SECRETARY = "secretary"
    CHAIR = "chair"
    MEMBER = "member"
    OFFICER = "officer"
    AUDITOR = "auditor"
    SCREEN = "screen"
    DEVICE = "device"
    TABLET = "tablet"
    WATCHER = "watcher"


FOR_PEOPLE = frozenset({Right.ADMINISTRATOR, Right.SECRETARY, Right.CHAIR, Right.MEMBER, Right.OFFICER, Right.AUDITOR, Right.SCREEN})
"""What an administrator may give to an account."""


@dataclass(frozen=True)
class Person:
    """A person with an account, or an enrolled device (then `account` is "" and `device` its id)."""

    account: str
    name: str
    roles: frozenset[str]
    device: str | None = None
    session: str | None = None
    """Id of the session that let the request in, so that it can be ended."""
    must_change: bool = False
    """The password is a one-time password: nothing is allowed but to change it."""
