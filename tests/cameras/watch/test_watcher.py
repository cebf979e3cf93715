"""The watcher as a process: a real broker, a desk that answers, and kill -9 in between."""

import base64
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from broker.client import Client
from broker.engines import Address, Credential
from broker.engines.embedded.engine import EmbeddedEngine
from broker.identity import NODE, Role
from broker.messages.cameras import Health, Settled, Sighting
from broker.messages.devices import Desired
from broker.topics import DESIRED, HEALTH, REPORTED, SETTLED, SIGHTING
from cameras.domain.errors import Code
from tests.broker.conftest import free_port
from tests.cameras.watch import films

WATCHER, PASSWORD = "watcher-1", "w" * 43


class Store(BaseHTTPRequestHandler):
    """Takes evidence as the desk does: checked against its digest."""

    files: dict[str, bytes]
    down: threading.Event

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        digest = "sha-256=" + base64.b64encode(hashlib.sha256(content).digest()).decode()
        right = self.headers["Authorization"] == "Basic " + base64.b64encode(f"{WATCHER}:{PASSWORD}".encode()).decode()
        fine = right and digest == self.headers["Digest"] and self.headers["X-Dinh"] == "1" and not self.down.is_set()
        if fine:
            self.files[self.path] = content
        self.send_response(201 if fine else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Silence."""


class Node:
    """A broker process, a store for evidence, and the node's own client that collects what is said."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.address = Address("127.0.0.1", free_port())
        engine = EmbeddedEngine(folder / "broker", self.address.port)
        engine.write([Credential(NODE, "n" * 43, Role.NODE), Credential(WATCHER, PASSWORD, Role.WATCHER)])
        stack.callback(_end, subprocess.Popen(engine.command(), stderr=subprocess.DEVNULL))
        self.files: dict[str, bytes] = {}
        self.down = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Store,), {"files": self.files, "down": self.down}))
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        stack.callback(self.http.server_close)
        stack.callback(self.http.shutdown)
        self.sightings: list[Sighting] = []
        self.health: list[Health] = []
        self.reported: list[dict[str, Any]] = []
        self.client = Client(self.address, NODE, "n" * 43)
        self.client.on(SIGHTING.filter(), lambda _, payload: self.sightings.append(Sighting.model_validate_json(payload)))
        self.client.on(HEALTH.filter(), lambda _, payload: self.health.append(Health.model_validate_json(payload)))
        self.client.on(REPORTED.filter(), lambda _, payload: self.reported.append(json.loads(payload)))
        self.client.start()
        stack.callback(self.client.stop)
        assert self.client.wait_connected(15)

    def want(self, revision: int, *cameras: dict[str, Any]) -> None:
        self.client.retain(DESIRED, Desired(revision=revision, configuration={"cameras": list(cameras)}, signature=""), device=WATCHER)

    def settle(self, sighting: Sighting, **told: Any) -> None:
        self.client.publish(SETTLED, Settled(sighting=sighting.id, at=datetime.now(UTC), **told), camera=sighting.camera)

    def start_watcher(self) -> "subprocess.Popen[bytes]":
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        command = [sys.executable, "-m", "cameras.watch", "--node", f"http://127.0.0.1:{self.http.server_port}", "--device", WATCHER]
        command += ["--password-file", str(secret), "--home", str(self.folder / "watcher"), "--broker", f"127.0.0.1:{self.address.port}"]
        with (self.folder / "watcher.log").open("ab") as log:
            process = subprocess.Popen(command, stderr=log)
        self.stack.callback(_end, process)
        return process

    def spooled(self) -> list[Path]:
        found = (self.folder / "watcher" / "spool").glob("*/sighting.json")
        return [path for path in found if not path.parent.name.startswith(".")]  # what is being written is not in the spool yet


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def eventually(condition: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.1)


@contextmanager
def _node(folder: Path) -> Iterator[Node]:
    with ExitStack() as stack:
        yield Node(folder, stack)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with _node(tmp_path) as made:
        yield made


def test_a_sighting_survives_kill_9_and_reaches_the_desk_with_its_evidence(node: Node, tmp_path: Path) -> None:
    film = films.render(tmp_path / "quick.mp4", lambda frame: films.dumping(frame, faster=1.5), 12)
    node.down.set()
    first = node.start_watcher()
    node.want(1, {"id": "cam-1", "name": "Cổng chợ", "url": str(film)})
    eventually(node.spooled, 90)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    node.down.clear()
    node.want(2)
    node.start_watcher()
    eventually(lambda: node.sightings, 90)
    sighting = node.sightings[0]
    assert {entry.name for entry in sighting.evidence} >= {"clip.mp4", "before.jpg", "act.jpg", "after.jpg", "manifest.json"}
    for entry in sighting.evidence:
        content = node.files[f"/api/evidence/cam-1/{sighting.id}/{entry.name}"]
        assert hashlib.sha256(content).hexdigest() == entry.sha256
    node.settle(sighting)
    eventually(lambda: not node.spooled(), 10)


def test_a_camera_that_does_not_answer_is_told_with_a_code_and_without_its_password(node: Node) -> None:
    process = node.start_watcher()
    node.want(
        1,
        {"id": "refused", "name": "1", "url": "rtsp://xem:bi-mat@127.0.0.1:1/film"},
        {"id": "missing", "name": "2", "url": "/nowhere/film.mp4"},
        {"id": "asleep", "name": "3", "url": "rtsp://127.0.0.1:1/film", "enabled": False},
    )
    wanted = {("refused", Code.REFUSED.value), ("unreadable", Code.FILE_MISSING.value), ("off", None)}
    eventually(lambda: {(health.state, health.code) for health in node.health} >= wanted, 30)
    node.want(2, {"id": "refused", "name": "1"})
    eventually(lambda: any(not told["applied"] for told in node.reported), 10)
    _end(process)
    said = (node.folder / "watcher.log").read_text() + repr(node.health) + repr(node.reported)
    assert "bi-mat" not in said
    assert "Traceback" not in said


def test_a_watcher_without_cameras_is_small() -> None:
    code = "import sys, cameras.watch.main; print(sorted({'numpy', 'cv2', 'av', 'onnxruntime', 'httpx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
