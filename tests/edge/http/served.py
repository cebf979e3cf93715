"""The app under a real uvicorn, with a real embedded broker behind /mqtt."""

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import paho.mqtt.client as paho
import uvicorn
from fastapi import FastAPI
from paho.mqtt.enums import CallbackAPIVersion

from broker.engines import Credential
from broker.engines.embedded.engine import EmbeddedEngine
from edge.accounts import http as account_doors
from edge.devices import camera_http as camera_doors
from edge.devices import http as device_doors
from edge.devices.onvif import http as onvif_doors
from edge.devices.onvif.service import Onvif
from edge.http import live, trust
from edge.http.app import AppParts, build_app
from edge.http.live import Hub
from edge.http.mqtt import MqttRoute
from edge.http.pipe import PipedWebSockets
from tests.edge.desk import Desk


def app_of(desk: Desk, folder: Path, *, hub: Hub | None = None, broker_port: int = 1) -> FastAPI:
    """The app as compose builds it, without the rooms."""
    routers = [
        *account_doors.routers(desk.accounts, desk.gate),
        *device_doors.routers(desk.enrolments, desk.gate),
        *camera_doors.routers(desk.cameras, desk.gate),
        *onvif_doors.routers(Onvif(desk.cameras), desk.gate),
        live.router(hub or Hub(), desk.gate),
        trust.router(folder / "ca.pem"),
        MqttRoute(desk.devices, lambda: ("127.0.0.1", broker_port)).router(),
    ]
    return build_app(AppParts(version="1.2.3", routers=routers, pages=folder / "built"))


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The app on a port of its own; gives host:port."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws=PipedWebSockets, lifespan="off"))
    sockets = [socket.create_server(("127.0.0.1", 0))]
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield f"127.0.0.1:{sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        sockets[0].close()


@dataclass
class Broker:
    """The embedded broker as a child process."""

    engine: EmbeddedEngine
    child: subprocess.Popen[bytes] | None = None

    def write(self, credentials: list[Credential]) -> None:
        self.engine.write(credentials)
        if self.child is not None:
            self.engine.reload(self.child.pid)

    def start(self) -> None:
        self.child = subprocess.Popen(self.engine.command(), stderr=subprocess.DEVNULL)
        until(lambda: answers(self.engine.address.port))

    def stop(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.wait(5)


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def until(true: object, seconds: float = 8.0) -> None:
    """Wait until a condition holds; an AssertionError when it does not in time."""
    assert callable(true)
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def caller(where: str, cookie: str = "") -> httpx.Client:
    headers = {"X-Dinh": "1", **({"Cookie": cookie} if cookie else {})}
    return httpx.Client(base_url=f"http://{where}", headers=headers, timeout=15, trust_env=False)


def mqtt_client(user: str, password: str, *, websockets: bool) -> paho.Client:
    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=user, transport="websockets" if websockets else "tcp")
    client.username_pw_set(user, password)
    return client
