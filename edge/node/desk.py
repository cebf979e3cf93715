"""The desk's process: `python -m edge.node.desk --home H`. HTTPS for everything, plain HTTP only to hand out the CA.

Both servers share one event loop and one end: a signal lets open requests finish, then the house closes its books.
"""

import argparse
import asyncio
import contextlib
import gc
import logging
import resource
import signal
import socket
import ssl
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import uvicorn
import uvloop
from starlette.types import ASGIApp

from edge.compose import Desk, build
from edge.errors import Refusal
from edge.http.pipe import PipedWebSockets
from edge.node.prepare import tell
from edge.node.sockets import adopt, listen
from edge.settings import Settings, read_settings

log = logging.getLogger("dinh.desk")

GRACE_S: Final = 3
RENEW_S: Final = 12 * 3600
"""How often the certificate is looked at while the desk runs."""
GARBAGE: Final = 20_000
"""Objects, net, after which the collector looks at the youngest; Python's own number is 700."""
LARGEST_FRAME: Final = 256 * 1024
"""Bytes of one WebSocket message: a little more than the largest MQTT packet that the broker takes."""


class _Server(uvicorn.Server):
    """Leaves the signals to the desk: there are two servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(desk: Desk, https: socket.socket, plain: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT."""
    _allow_files()
    tls = {"ssl_certfile": str(desk.tls.certificate), "ssl_keyfile": str(desk.tls.key)}
    servers = _Server(_config(desk.app, **tls)), _Server(_config(desk.plain))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(desk, servers, (https, plain)))


def _allow_files() -> None:
    """A tablet needs two descriptors; the usual soft limit of 1024 would end a hall at five hundred."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _settle() -> None:
    """What was built to stay is not looked through for garbage again. A ballot makes some hundred small objects that live until its commit;
    with the usual thresholds a hall that votes at once has the collector walk through the whole house several times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE, 20, 20)


def renew(desk: Desk, context: ssl.SSLContext | None) -> None:
    """Make the certificate again when it is time, and let every connection from now on see it. Open ones go on."""
    tls = desk.rooms.offices.trust()
    if context is not None:
        context.load_cert_chain(tls.certificate, tls.key)


async def _renewing(desk: Desk, server: uvicorn.Server) -> None:
    while True:
        await asyncio.sleep(RENEW_S)
        try:
            await asyncio.to_thread(renew, desk, server.config.ssl)
        except (Refusal, OSError) as error:
            log.warning("the certificate was not looked at: %s", error)


async def _serve(desk: Desk, servers: Sequence[uvicorn.Server], sockets: Sequence[socket.socket]) -> None:
    def end() -> None:
        for server in servers:
            server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, end)
    tasks = [asyncio.create_task(server.serve([listener])) for server, listener in zip(servers, sockets, strict=True)]
    renewing = asyncio.create_task(_renewing(desk, servers[0]))
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    renewing.cancel()
    end()
    await asyncio.gather(*tasks)


def _config(app: ASGIApp, **tls: str) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
        ws=PipedWebSockets,
        ws_max_size=LARGEST_FRAME,
        ws_ping_interval=None,  # paho answers a WebSocket ping with an unmasked pong (RFC 6455, 5.1); MQTT has a keep-alive of its own
        lifespan="on" if tls else "off",
        **tls,  # type: ignore[arg-type]
    )


def sockets(settings: Settings, lent: tuple[int | None, int | None]) -> tuple[socket.socket, socket.socket]:
    """The supervisor's sockets, or our own when nobody lent any."""
    https, plain = lent
    first = adopt(https) if https is not None else listen(settings.https_bind, settings.https_port, key="https.port")
    second = adopt(plain) if plain is not None else listen(settings.https_bind, settings.http_port, key="http.port")
    return first, second


def main(arguments: Iterable[str] | None = None) -> int:
    """The process."""
    parser = argparse.ArgumentParser(prog="edge.node.desk")
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--https-fd", type=int)
    parser.add_argument("--http-fd", type=int)
    parser.add_argument("--tell-fd", type=int, help="a pipe to the supervisor")
    asked = parser.parse_args(list(arguments) if arguments is not None else None)
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    try:
        settings = read_settings(asked.home)
        desk = build(settings)
        tell(asked.tell_fd, desk.prepare())
    except Refusal as refused:
        log.critical("the desk cannot start: %s", refused)
        tell(asked.tell_fd, refused)
        return 1
    _settle()
    serve(desk, *sockets(settings, (asked.https_fd, asked.http_fd)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
