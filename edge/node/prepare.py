"""What must be true before the children start: a database of this version, a certificate, the first accounts, who may enter.

Runs in a process of its own (`python -m edge.node.prepare --home H`), so that the supervisor stays small. Says what it did
as one line of JSON: {"credentials": [...], "addresses": [...]}, or {"code", "facts"} and exit status 1.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from edge.errors import Code, Refusal
from edge.settings import Settings, read_settings


@dataclass(frozen=True)
class FirstCredential:
    """A one-time password of the first start. It is told once and stored nowhere in clear."""

    login: str
    name: str
    role: str
    password: str


@dataclass(frozen=True)
class Prepared:
    """What the supervisor is told: first credentials, if any, and this machine's addresses on the network."""

    credentials: tuple[FirstCredential, ...]
    addresses: tuple[str, ...]


def prepare(settings: Settings) -> Prepared:
    """Do all of it in this process; every step is safe to repeat. Raises Refusal."""
    from edge.offices import open_offices  # noqa: PLC0415 - heavy, and not for the supervisor
    from edge.tls import ensure, local_names, network_addresses  # noqa: PLC0415

    settings.home.prepare()
    ensure(settings.home.tls, local_names(), now=datetime.now(UTC), title=settings.node_name)
    with open_offices(settings) as offices:
        offices.admit_everyone()
        made = offices.first_people()
        return Prepared(made, tuple(network_addresses()))


def prepare_apart(settings: Settings, environment: Mapping[str, str]) -> Prepared:
    """The same in a process of its own. Raises the Refusal that it met."""
    command = [sys.executable, "-m", "edge.node.prepare", "--home", str(settings.home.path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=False)
    said = _last_line(done.stdout)
    if done.returncode != 0:
        raise _refusal(said)
    return Prepared(tuple(FirstCredential(**one) for one in said["credentials"]), tuple(said["addresses"]))


def _last_line(output: bytes) -> dict[str, Any]:
    lines = output.decode().splitlines()
    said: dict[str, Any] = json.loads(lines[-1]) if lines else {}
    return said


def _refusal(said: Mapping[str, Any]) -> Refusal:
    known = {code.value: code for code in Code}
    code = known.get(said.get("code", ""), Code.CHILD_NOT_READY)
    return Refusal(code, **(said.get("facts") or {"child": "prepare"}))


def _say(said: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(said) + "\n")


def main(arguments: Iterable[str] | None = None) -> int:
    """The process."""
    parser = argparse.ArgumentParser(prog="edge.node.prepare")
    parser.add_argument("--home", type=Path, required=True)
    asked = parser.parse_args(list(arguments) if arguments is not None else None)
    try:
        _say(asdict(prepare(read_settings(asked.home))))
    except Refusal as refused:
        _say({"code": refused.code.value, "facts": refused.facts})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
