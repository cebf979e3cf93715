"""The embedded broker as the supervisor sees it: its files and its command line."""

import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterable
from pathlib import Path

from broker.access import RIGHTS
from broker.engines import Address, Credential
from broker.engines.embedded.gate import ACCESS, CREDENTIALS
from broker.engines.files import write_private


class EmbeddedEngine:
    """The zero set-up default. Passwords are 256 random bits, so their plain SHA-256 is enough at rest."""

    name = "embedded"

    def __init__(self, folder: Path, port: int) -> None:
        self._folder = folder
        self.address = Address("127.0.0.1", port)

    def write(self, credentials: Iterable[Credential]) -> None:
        users = {one.user: {"sha256": hashlib.sha256(one.password.encode()).hexdigest(), "role": one.role.value} for one in credentials}
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        access = {role.value: rights.to_json() for role, rights in RIGHTS.items()}
        write_private(self._folder / ACCESS, json.dumps(access, indent=1))
        write_private(self._folder / CREDENTIALS, json.dumps(users, indent=1))

    def command(self) -> list[str]:
        return [sys.executable, "-m", "broker.engines.embedded", "--folder", str(self._folder), "--port", str(self.address.port)]

    def reload(self, pid: int) -> None:
        os.kill(pid, signal.SIGHUP)
