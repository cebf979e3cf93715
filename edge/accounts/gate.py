"""`person(*roles)`: the one dependency by which every route names its right."""

import base64
import binascii
from collections.abc import Callable
from typing import Final, Protocol

from fastapi import Request

from edge.accounts.person import Person
from edge.refusals import Code, Refusal

SESSION_COOKIE: Final = "dinh_session"
DEVICE_COOKIE: Final = "dinh_device"


class PeopleDoor(Protocol):
    """Finds the person of a session."""

    def person_of(self, token: str) -> Person | None: ...


class DeviceDoor(Protocol):
    """Finds the device of a cookie, or of its name and password (watchers)."""

    def device_of(self, token: str) -> Person | None: ...

    def device_by_password(self, device: str, password: str) -> Person | None: ...

    def present(self, device: str, *, online: bool) -> None:
        """A device that is no MQTT client (a hall screen) has opened or left its page."""
        ...


class Permit:
    """A dependency that lets in who holds one of `roles` (any known person when empty) and names them."""

    def __init__(self, gate: "Gate", roles: frozenset[str]) -> None:
        self.gate, self.roles = gate, roles

    def __call__(self, request: Request) -> Person:
        person = self.gate.choose(known(self.gate, request), self.roles)
        request.state.person = person
        return person


class Gate:
    """Makes permits. Both doors are asked, so a browser that is an enrolled tablet may also be signed in as a person."""

    def __init__(self, people: PeopleDoor, devices: DeviceDoor) -> None:
        self.people, self.devices = people, devices

    def __call__(self, *roles: str) -> Callable[[Request], Person]:
        return Permit(self, frozenset(str(role) for role in roles))

    def choose(self, persons: list[Person], roles: frozenset[str]) -> Person:
        """The first person that holds one of `roles`. Raises Refusal: not signed in, must change, not allowed."""
        if not persons:
            raise Refusal(Code.NOT_SIGNED_IN)
        for person in persons:
            if not roles or (person.roles & roles and not person.must_change):
                return person
        if persons[0].must_change:
            raise Refusal(Code.MUST_CHANGE_PASSWORD)
        raise Refusal(Code.NOT_ALLOWED, wanted=", ".join(sorted(roles)))


class HasCookies(Protocol):
    """What a request and a WebSocket have in common."""

    @property
    def cookies(self) -> dict[str, str]: ...

    @property
    def headers(self) -> "Headers": ...


class Headers(Protocol):
    """Case-insensitive header look-up."""

    def get(self, key: str, /) -> str | None: ...


def known(gate: Gate, request: HasCookies) -> list[Person]:
    """Everyone this request can prove to be: the person first, then the device."""
    found = [gate.people.person_of(token) for token in _cookie(request, SESSION_COOKIE)]
    found += [gate.devices.device_of(token) for token in _cookie(request, DEVICE_COOKIE)]
    pair = basic(request.headers.get("authorization"))
    if pair is not None:
        found.append(gate.devices.device_by_password(*pair))
    return [person for person in found if person is not None]


def _cookie(request: HasCookies, name: str) -> list[str]:
    value = request.cookies.get(name)
    return [value] if value else []


def basic(header: str | None) -> tuple[str, str] | None:
    """User and password of an HTTP Basic header (RFC 7617), or None."""
    scheme, _, rest = (header or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (user, password) if colon else None
