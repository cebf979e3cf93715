"""The demo's processes: the node itself, exactly as `dinh up` runs it, and the commune's inbox beside it."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import httpx

from edge.demo.calls import Node
from edge.errors import Refusal
from edge.node.prepare import prepare
from edge.node.sockets import free_port
from edge.node.status import NodeStatus, read_status
from edge.settings import Settings, read_settings

PATIENCE_S = 60.0
PORTS = {"DINH_HTTPS_PORT": 8443, "DINH_HTTP_PORT": 8080}


class DemoError(RuntimeError):
    """The demo cannot go on; the text says at which step and why."""


def wait_for(what: str, ready: Callable[[], bool], *, seconds: float = PATIENCE_S) -> None:
    """Look every 50 ms until `ready`; raises DemoError naming `what` when it takes longer than `seconds`."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise DemoError(what)
        time.sleep(0.05)


@dataclass
class RunningNode:
    """A node in a home of its own, and the one-time passwords of its first start."""

    settings: Settings
    process: subprocess.Popen[bytes]
    once: dict[str, str]

    @property
    def status(self) -> NodeStatus:
        """What `dinh status` shows. Raises Refusal while no supervisor runs."""
        return read_status(self.settings.home)

    @property
    def node(self) -> Node:
        """Where it answers on this machine."""
        return Node(self.status.addresses["local"], self.settings.home.path / "tls" / "ca.pem")

    @property
    def log(self) -> Path:
        """What the children said."""
        return self.settings.home.path / "run" / "up.log"

    @classmethod
    def start(cls, home: Path, *, ports: Mapping[str, int] | None = None, extra: Mapping[str, str] | None = None) -> Self:
        """Prepare the home and start `dinh up`; returns when all children are ready. Ports of 0 are any free ones."""
        environment = {**os.environ, **(extra or {}), **{key: str(port) for key, port in (ports or dict.fromkeys(PORTS, 0)).items()}}
        settings = read_settings(home, environment)
        prepared = prepare(settings)
        log = settings.home.path / "run" / "up.log"
        with log.open("ab") as sink:
            command = [sys.executable, "-m", "edge.cli", "up", "--home", str(home)]
            process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        running = cls(settings, process, {one.login: one.password for one in prepared.credentials})
        running.wait_whole()
        return running

    def wait_whole(self) -> None:
        """Until every child is ready. Raises DemoError with the end of the log."""
        try:
            wait_for("ready", self._whole)
        except DemoError:
            self.stop()
            raise DemoError("\n".join(self.log.read_text("utf-8", "replace").splitlines()[-12:])) from None

    def _whole(self) -> bool:
        if self.process.poll() is not None:
            raise DemoError("dinh up")
        with suppress(Refusal):
            return self.status.ready and self.status.pid == self.process.pid
        return False

    def stop(self) -> None:
        """End it as Ctrl-C does; killed when it does not listen."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


@dataclass
class Inbox:
    """The commune's own system, played by a small server."""

    url: str
    secret: str
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, folder: Path, *, port: int = 0) -> Self:
        """Start it on loopback."""
        folder.mkdir(parents=True, exist_ok=True)
        port, secret = free_port(port, key="inbox"), f"whsec_{secrets.token_urlsafe(32)}"
        command = [sys.executable, "-m", "edge.reporting.inbox", "--port", str(port), "--folder", str(folder), "--secret", secret]
        with (folder / "inbox.log").open("ab") as sink:
            process = subprocess.Popen(command, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        inbox = cls(f"http://127.0.0.1:{port}", secret, process)
        wait_for("inbox", inbox.answers)
        return inbox

    def answers(self) -> bool:
        """True when it serves."""
        with suppress(httpx.TransportError):
            return httpx.get(f"{self.url}/received.json", trust_env=False).is_success
        return False

    def received(self) -> list[dict[str, object]]:
        """Everything that came, oldest first."""
        found: list[dict[str, object]] = json.loads(httpx.get(f"{self.url}/received.json", trust_env=False).text)
        return found

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(10)
