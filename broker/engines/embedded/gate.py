"""Who is let in, and as what. Reads the two files that `EmbeddedEngine.write` makes."""

import hashlib
import hmac
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from broker.engines.embedded.packets import BAD_CLIENT, BAD_PASSWORD, Connect
from broker.rights import NOTHING, Rights

CREDENTIALS = "credentials.json"
ACCESS = "access.json"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a connection is. `client` is the MQTT client id, which is the user. Equal as long as nothing about it was changed."""

    client: str
    rights: Rights
    secret: bytes = b""
    """SHA-256 of the password; part of the identity, so that a new password is a new identity."""


class Gate(Protocol):
    """Decides about a CONNECT before it has any effect."""

    def admit(self, packet: Connect) -> Identity | int:
        """The identity, or the CONNACK code of the refusal."""
        ...

    def current(self, client: str) -> Identity | None:
        """The identity of a client id as it is now; None when nobody has it (any more)."""
        ...

    def reload(self) -> None:
        """Read everything again. Raises GateError and keeps what was."""
        ...


class GateError(Exception):
    """A file is missing or is not ours."""


class FileGate:
    """Users from `credentials.json`, rights of their roles from `access.json`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Identity] = {}

    def reload(self) -> None:
        try:
            users = json.loads((self._folder / CREDENTIALS).read_bytes())
            roles = json.loads((self._folder / ACCESS).read_bytes())
            rights = {role: Rights.from_json(value) for role, value in roles.items()}
            self._known = {
                user: Identity(user, rights.get(about["role"], NOTHING), bytes.fromhex(about["sha256"])) for user, about in users.items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise GateError(f"{type(error).__name__}: {error}") from error

    def current(self, client: str) -> Identity | None:
        return self._known.get(client)

    def admit(self, packet: Connect) -> Identity | int:
        """1. The password is compared, also for a user that nobody has. 2. The client id, when one is given, must be the user."""
        known = self._known.get(packet.user or "")
        offered = hashlib.sha256(packet.password or b"").digest()
        if not hmac.compare_digest(offered, known.secret if known else bytes(32)) or known is None:
            return BAD_PASSWORD
        if packet.client not in {"", known.client}:
            return BAD_CLIENT
        return known
