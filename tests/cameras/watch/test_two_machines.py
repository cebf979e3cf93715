"""A node and two watchers that were enrolled over its one port: one is killed, one is stopped, and the node's own watcher takes over."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from edge.demo.calls import Caller
from edge.demo.processes import RunningNode
from edge.demo.stage import new_password, staff
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve
from tests.starved import Patience, stretched

TAKEN_OVER_S = 30.0
"""A dead watcher's cameras are seen by another within this."""


def eventually(condition: Callable[[], Any], seconds: float, why: Callable[[], str] = str) -> Any:
    """`seconds` on a machine that has nothing else to do."""
    patience = Patience()
    while not (found := condition()):
        assert not patience.spent(seconds), why()
        time.sleep(0.2)
    return found


@dataclass
class Machine:
    """A second machine: a folder of its own, and nothing of the node but its address and a code."""

    node: str
    home: Path
    admin: Caller
    device: str = ""
    process: "subprocess.Popen[bytes] | None" = field(default=None)

    def command(self, *more: str) -> list[str]:
        return [sys.executable, "-m", "edge.cli", "watch", "--node", self.node, "--home", str(self.home), *more]

    @property
    def log(self) -> Path:
        return self.home.with_suffix(".log")

    def enrol(self, name: str) -> None:
        """The whole code is copied from the administrator's page; he compares the short one and accepts."""
        url = self.admin.post("/api/enrolments", {"kind": "watcher", "name": name})["url"]
        with subprocess.Popen(
            self.command("--enrol", url), stdout=subprocess.PIPE, text=True, env={**os.environ, "DINH_LANG": "en"}
        ) as asking:
            assert asking.stdout is not None
            code = re.search(r"compare: (\w+)", asking.stdout.readline())
            assert code is not None
            waiting = [one for one in self.admin.get("/api/devices") if one["state"] == "waiting"]
            assert [one["code"] for one in waiting] == [code[1]]
            self.device = waiting[0]["id"]
            self.admin.post(f"/api/devices/{self.device}/accept")
            assert asking.wait(stretched(20)) == 0
        assert {(self.home / file).stat().st_mode & 0o777 for file in ("key.pem", "password", "node.key", "node.json", "ca.pem")} == {0o600}

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log)

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def watched(admin: Caller, by: dict[str, str], since: datetime) -> bool:
    """Every camera is held by its watcher here, which has said since then that it sees."""
    cameras = {one["id"]: one for one in admin.get("/api/cameras")}
    healths = [cameras[camera]["health"] or {} for camera in by]
    fresh = all(one.get("state") in ("seen", "idle") and datetime.fromisoformat(one["since"]) > since for one in healths)
    return fresh and all(cameras[camera]["holder"] == watcher for camera, watcher in by.items())


def told(device: dict[str, Any]) -> list[str] | None:
    """The cameras of the configuration that it says it has; None while it has another."""
    same = device["reported"] is not None and device["reported"]["revision"] == device["revision"]
    return [camera["id"] for camera in device["desired"]["cameras"]] if same else None


def test_the_cameras_of_a_dead_and_of_a_stopped_watcher_are_taken_over(tmp_path: Path, serve: Serve, held: ExitStack) -> None:
    film = serve(films.render(tmp_path / "film.mp4", films.passing, 12))
    running = RunningNode.start(tmp_path / "home")
    held.callback(running.stop)
    own = {name: new_password() for name in running.once}
    people = staff(running.node, running.once, own)
    admin = people["admin"]
    machines = [Machine(running.node.url, tmp_path / name, admin) for name in ("market", "bridge")]
    cameras = {}
    for machine in machines:
        machine.enrol(machine.home.name)
        held.callback(machine.stop)
        machine.start()
        asked = {"name": machine.home.name, "url": film, "watcher": machine.device}
        cameras[admin.post("/api/cameras", asked)["id"]] = machine.device

    def logs() -> str:
        return repr(admin.get("/api/cameras")) + "".join(machine.log.read_text()[-2000:] for machine in machines)

    eventually(lambda: watched(admin, cameras, datetime.fromtimestamp(0, UTC)), 40, logs)
    machines[0].send(signal.SIGKILL)
    machines[1].send(signal.SIGSTOP)
    began, moment = time.monotonic(), datetime.now(UTC)
    eventually(lambda: watched(admin, dict.fromkeys(cameras, "watcher-1"), moment), TAKEN_OVER_S, logs)
    sys.stdout.write(f"taken over after {time.monotonic() - began:.1f} s\n")
    machines[1].send(signal.SIGCONT)
    eventually(lambda: told(admin.get(f"/api/devices/{machines[1].device}")) == [], 15, logs)
    assert {one["holder"] for one in admin.get("/api/cameras")} == {"watcher-1"}
    for caller in people.values():
        caller.close()
