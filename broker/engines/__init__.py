"""The post offices this house can run behind one contract. This module stays light, because the embedded broker imports it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from broker.identity import Role


class Address(NamedTuple):
    """Where a broker listens."""

    host: str
    port: int


@dataclass(frozen=True)
class Credential:
    """Who may connect. `user` is also the MQTT client id and the device id; `password` is 256 random bits as base64url."""

    user: str
    password: str = field(repr=False)
    role: Role


class Engine(Protocol):
    """A broker as a child process. Building one does nothing; `write` makes every file that it needs.

    The caller owes: `write` before the first start, `reload` after a later `write`, and starting it again when it ends.
    """

    @property
    def name(self) -> str:
        """`embedded` or `mosquitto`."""
        ...

    @property
    def address(self) -> Address:
        """Where it listens once it runs."""
        ...

    def write(self, credentials: Iterable[Credential]) -> None:
        """Write all its files anew: configuration, passwords (never in clear) and access rules. OSError when it cannot."""
        ...

    def command(self) -> list[str]:
        """The command line that the supervisor runs; it stays in the foreground, logs to stderr and ends with SIGTERM."""
        ...

    def reload(self, pid: int) -> None:
        """Make the running process read its files again: new users may connect, retired ones are cut."""
        ...
