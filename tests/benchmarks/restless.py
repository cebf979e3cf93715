"""A real node whose children may be killed as often as one likes: a dead one starts again at once.

The supervisor waits longer before each restart of a child that keeps dying, up to half a minute, so that a broken program does not eat
the machine. Two hundred rounds of kills would be two hours of waiting; nothing else of the supervisor is changed.

`python -m tests.benchmarks.restless up --home H` is `dinh up` without that wait.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Self

from edge.demo.calls import Node
from edge.errors import Refusal
from edge.node import children
from edge.node.status import NodeStatus, read_status
from edge.settings import Settings, read_settings

WHOLE_S = 60.0
LOOK_S = 0.02
PORTS = {"DINH_HTTPS_PORT": "0", "DINH_HTTP_PORT": "0", "DINH_BROKER_PORT": "0"}


class NeverWhole(RuntimeError):
    """The node did not come back; the text is the end of what its children said."""


class RestlessNode:
    """`home` is prepared; the node runs until `stop`."""

    def __init__(self, settings: Settings, process: subprocess.Popen[bytes]) -> None:
        self.settings, self.process, self.kills = settings, process, {"broker": 0, "desk": 0}

    @classmethod
    def start(cls, home: Path, extra: Mapping[str, str]) -> Self:
        """Start it; returns when every child is ready. Raises NeverWhole."""
        environment = {**os.environ, **PORTS, **extra}
        log = home / "run" / "up.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as sink:
            command = [sys.executable, "-m", "tests.benchmarks.restless", "up", "--home", str(home)]
            process = subprocess.Popen(command, env=environment, stdout=sink, stderr=sink, stdin=subprocess.DEVNULL)
        started = cls(read_settings(home, environment), process)
        started.wait_whole({})
        return started

    @property
    def status(self) -> NodeStatus:
        """As `dinh status` shows it. Raises Refusal while nobody supervises."""
        return read_status(self.settings.home)

    @property
    def node(self) -> Node:
        """Where it answers on this machine."""
        return Node(self.status.addresses["local"], self.settings.home.path / "tls" / "ca.pem")

    def pid(self, kind: str) -> int | None:
        """The process of a child, while it has one."""
        return next((child.pid for child in self.status.children if child.name == kind), None)

    def kill(self, kind: str) -> int | None:
        """kill -9; the process that is no more. None when it is down already."""
        pid = self.pid(kind)
        if pid is None:
            return None
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            self.kills[kind] += 1
        return pid

    def wait_whole(self, before: Mapping[str, int]) -> None:
        """Until every child is ready, and these have other processes than `before`. Raises NeverWhole."""
        end = time.monotonic() + WHOLE_S
        while not self._whole(before):
            if time.monotonic() > end or self.process.poll() is not None:
                raise NeverWhole(self.said())
            time.sleep(LOOK_S)

    def _whole(self, before: Mapping[str, int]) -> bool:
        with suppress(Refusal):
            status = self.status
            fresh = all(before.get(child.name) != child.pid for child in status.children)
            return status.ready and status.pid == self.process.pid and fresh
        return False

    def said(self, lines: int = 12) -> str:
        """The end of every child's log."""
        home = self.settings.home
        texts = [(path.name, path.read_text("utf-8", "replace").splitlines()[-lines:]) for path in (home.path / "run").glob("*.log")]
        texts += [(path.name, path.read_text("utf-8", "replace").splitlines()[-lines:]) for path in home.logs.glob("*.log")]
        return "\n".join(f"{name}: {line}" for name, found in texts for line in found)

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(5)


def main() -> None:
    """`dinh` with another table of waits."""
    vars(children)["BACK_OFF_S"] = (0.0,)
    from edge.cli import app  # noqa: PLC0415 - after the table was changed

    app()


if __name__ == "__main__":
    main()
