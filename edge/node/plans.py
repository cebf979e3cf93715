"""The node's children: what each is, when it is ready, and what it waits for."""

import http.client
import socket
import ssl
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from broker.engines import Engine
from edge.node.children import Plan
from edge.node.names import BROKER, DESK, WATCHER
from edge.node.post_office import address, written
from edge.settings import Settings

ANSWER_S: Final = 2.0
LEAN: Final[Mapping[str, str]] = {"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "", "OMP_NUM_THREADS": "1"}
"""Fewer allocator arenas: threads that mostly wait need none of their own."""


@dataclass(frozen=True)
class Lent:
    """What the supervisor holds and lends to the desk: both listening sockets, and the pipe on which it tells how it began."""

    https: socket.socket
    http: socket.socket
    pipe: int


def plans(settings: Settings, office: Engine | None, lent: Lent) -> list[Plan]:
    """The children in the order in which they start. `settings` carries the real ports, never 0."""
    environment = {**LEAN, **_ports(settings)}
    made: list[Plan] = []
    if office is not None:
        made.append(_broker(settings, environment, office))
    made.append(_desk(settings, environment, lent))
    made.append(_watcher(settings, environment))
    return made


def _broker(settings: Settings, environment: Mapping[str, str], office: Engine) -> Plan:
    """On the first start, and with another engine or port, its files are not right before the desk has written them."""
    after = () if written(settings, office) else (DESK,)
    log = settings.home.logs / "broker.log"
    return Plan(BROKER, office.command(), _tcp(office.address.port), log, after=after, environment=environment)


def _desk(settings: Settings, environment: Mapping[str, str], lent: Lent) -> Plan:
    numbers = lent.https.fileno(), lent.http.fileno(), lent.pipe
    command = [sys.executable, "-m", "edge.node.desk", "--home", str(settings.home.path)]
    command += ["--https-fd", str(numbers[0]), "--http-fd", str(numbers[1]), "--tell-fd", str(numbers[2])]
    log = settings.home.logs / "desk.log"
    return Plan(DESK, command, _answers(settings.https_port), log, files=numbers, environment=environment)


def _watcher(settings: Settings, environment: Mapping[str, str]) -> Plan:
    home = settings.home
    folder = home.watcher(WATCHER)
    command = [
        sys.executable,
        "-m",
        "cameras.watch",
        "--node",
        f"https://localhost:{settings.https_port}",
        "--ca",
        str(home.tls / "ca.pem"),
    ]
    command += ["--device", WATCHER, "--password-file", str(folder / "password"), "--home", str(folder)]
    command += ["--broker", "{0.host}:{0.port}".format(address(settings))]
    command += ["--audit-rate", str(settings.cameras_audit_per_mille / 1000)]
    return Plan(WATCHER, command, _lives(), home.logs / f"{WATCHER}.log", after=(DESK,), environment=environment)


def _ports(settings: Settings) -> dict[str, str]:
    ports = {"DINH_HTTPS_PORT": settings.https_port, "DINH_HTTP_PORT": settings.http_port, "DINH_BROKER_PORT": settings.broker_port}
    return {name: str(port) for name, port in ports.items()}


def _tcp(port: int) -> Callable[[], bool]:
    def ready() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), ANSWER_S):
            return True
        return False

    return ready


def _answers(port: int) -> Callable[[], bool]:
    """The desk answers a request. The certificate is not checked: this is our own socket, on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE

    def ready() -> bool:
        connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=ANSWER_S)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/api/version")
            return connection.getresponse().status == http.client.OK
        connection.close()
        return False

    return ready


def _lives() -> Callable[[], bool]:
    """A watcher has no door to knock at: it is ready when it runs, and says the rest about itself on the air."""
    return lambda: True
