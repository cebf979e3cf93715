"""A node for a watcher that is a process of its own: a real broker, a desk that takes evidence, and what was said on the air."""

import base64
import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from broker.client import Client
from broker.engines import Address, Credential
from broker.engines.embedded.engine import EmbeddedEngine
from broker.identity import NODE, Role
from broker.messages.cameras import Health, Settled, Sighting
from broker.messages.devices import Desired
from broker.topics import DESIRED, HEALTH, REPORTED, SETTLED, SIGHTING
from tests.ports import free_port

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
        stack.callback(end, subprocess.Popen(engine.command(), stderr=subprocess.DEVNULL))
        self.files: dict[str, bytes] = {}
        self.down = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Store,), {"files": self.files, "down": self.down}))
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        stack.callback(self.http.server_close)
        stack.callback(self.http.shutdown)
        self.sightings: list[Sighting] = []
        self.health: list[Health] = []
        self.told: list[tuple[float, str, Health]] = []
        """Monotonic seconds, camera and what was said of it."""
        self.reported: list[dict[str, Any]] = []
        self.client = Client(self.address, NODE, "n" * 43)
        self.client.on(SIGHTING.filter(), lambda _, payload: self.sightings.append(Sighting.model_validate_json(payload)))
        self.client.on(HEALTH.filter(), self._hear)
        self.client.on(REPORTED.filter(), lambda _, payload: self.reported.append(json.loads(payload)))
        self.client.start()
        stack.callback(self.client.stop)
        assert self.client.wait_connected(15)

    def want(self, revision: int, *cameras: dict[str, Any], **more: Any) -> None:
        self.client.retain(
            DESIRED, Desired(revision=revision, configuration={"cameras": list(cameras), **more}, signature=""), device=WATCHER
        )

    def settle(self, sighting: Sighting, **told: Any) -> None:
        self.client.publish(SETTLED, Settled(sighting=sighting.id, at=datetime.now(UTC), **told), camera=sighting.camera)

    def _hear(self, topic: str, payload: bytes) -> None:
        health = Health.model_validate_json(payload)
        self.health.append(health)
        self.told.append((time.monotonic(), topic.split("/")[-2], health))

    def command(self, module: str = "cameras.watch") -> list[str]:
        """How the watcher is started."""
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        command = [sys.executable, "-m", module, "--node", f"http://127.0.0.1:{self.http.server_port}", "--device", WATCHER]
        command += ["--password-file", str(secret), "--home", str(self.folder / "watcher")]
        return [*command, "--broker", f"127.0.0.1:{self.address.port}"]

    def start_watcher(self, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        with (self.folder / "watcher.log").open("ab") as log:
            process = subprocess.Popen(self.command(), stderr=log, env={**os.environ, **(environment or {})})
        self.stack.callback(end, process)
        return process

    def spooled(self) -> list[Path]:
        found = (self.folder / "watcher" / "spool").glob("*/sighting.json")
        return [path for path in found if not path.parent.name.startswith(".")]  # what is being written is not in the spool yet


def end(process: "subprocess.Popen[bytes]") -> None:
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
def node_in(folder: Path) -> Iterator[Node]:
    with ExitStack() as stack:
        yield Node(folder, stack)
