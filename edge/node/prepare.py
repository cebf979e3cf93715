"""What must be true before the doors open: a certificate, a database of this version, the first accounts, who may enter.

Every step is safe to repeat and is repeated at every start. What it did is told to the supervisor as one line of JSON, so
that the one-time passwords of the first start reach the operator's terminal and no log.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge.errors import Code, Refusal
from edge.settings import Settings, read_settings

if TYPE_CHECKING:
    from edge.offices import Offices


@dataclass(frozen=True)
class FirstCredential:
    """A one-time password of the first start. It is told once and stored nowhere in clear."""

    login: str
    name: str
    role: str
    password: str


@dataclass(frozen=True)
class Prepared:
    """First credentials, if any were made, and this machine's addresses on the network."""

    credentials: tuple[FirstCredential, ...]
    addresses: tuple[str, ...]


def prepare(settings: Settings) -> Prepared:
    """Prepare a home without serving it. Raises Refusal."""
    from edge.offices import open_offices  # noqa: PLC0415 - heavy, and not for the supervisor

    with open_offices(settings) as offices:
        return prepare_in(offices)


def prepare_in(offices: "Offices") -> Prepared:
    """Prepare with offices that are open. Raises Refusal."""
    from edge.tls import network_addresses  # noqa: PLC0415 - heavy, and not for the supervisor

    offices.trust()
    offices.admit_everyone()
    return Prepared(offices.first_people(), tuple(network_addresses()))


def tell(descriptor: int | None, said: "Prepared | Refusal") -> None:
    """Write the line to the supervisor's pipe and close it."""
    if descriptor is None:
        return
    content = {"code": said.code.value, "facts": said.facts} if isinstance(said, Refusal) else asdict(said)
    with suppress(BrokenPipeError), os.fdopen(descriptor, "w", encoding="utf-8") as pipe:
        pipe.write(json.dumps(content) + "\n")


def prepare_apart(settings: Settings, environment: Mapping[str, str]) -> Prepared:
    """Prepare a home in a process of its own (`python -m edge.node.prepare HOME`). Raises the Refusal that it met."""
    command = [sys.executable, "-m", "edge.node.prepare", str(settings.home.path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=False)
    lines = done.stdout.decode().splitlines()
    if not lines:
        raise Refusal(Code.CHILD_NOT_READY, child="prepare")
    return heard(lines[-1])


def heard(line: str) -> Prepared:
    """What a desk said. Raises the Refusal that it met."""
    said: Mapping[str, Any] = json.loads(line)
    if "code" in said:
        raise Refusal(Code(said["code"]), **said["facts"])
    return Prepared(tuple(FirstCredential(**one) for one in said["credentials"]), tuple(said["addresses"]))


def main() -> int:
    """The process."""
    try:
        tell(os.dup(1), prepare(read_settings(Path(sys.argv[1]))))
    except Refusal as refused:
        tell(os.dup(1), refused)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
