"""Listens, reloads on SIGHUP, ends on SIGTERM, and writes down what it counted."""

import asyncio
import json
import logging
import signal
from dataclasses import asdict
from pathlib import Path

from broker.engines.embedded.connection import Connection, Reception
from broker.engines.embedded.gate import Gate, GateError
from broker.engines.embedded.hub import Hub
from broker.engines.embedded.limits import Counters, Limits
from broker.engines.embedded.store import Store

_log = logging.getLogger("broker.server")

STORE = "messages.sqlite"
COUNTERS = "counters.json"
COUNT_S = 10.0


async def serve(gate: Gate, folder: Path, *, host: str, port: int, limits: Limits | None = None) -> None:
    """Run until SIGTERM or SIGINT. Raises OSError when the port is taken, and what `Hub.start` raises."""
    counters = Counters()
    hub = Hub(gate, Store(folder / STORE), limits=limits or Limits(), counters=counters)
    loop, ended, reception = asyncio.get_running_loop(), asyncio.Event(), Reception()
    loop.add_signal_handler(signal.SIGHUP, _reload, hub)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(lambda: Connection(hub, reception), host, port, backlog=256, start_serving=False)
    hub.start()
    await server.start_serving()
    _log.info("broker.listening address=%s:%d", *server.sockets[0].getsockname()[:2])
    counting = loop.create_task(_count(hub, folder / COUNTERS))
    await ended.wait()
    counting.cancel()
    server.close()
    hub.stop()
    _write_counters(folder / COUNTERS, _counted(hub))
    await asyncio.sleep(0.05)  # the last bytes of closing connections


def _reload(hub: Hub) -> None:
    try:
        hub.reload()
    except GateError as error:
        _log.error("broker.reload_failed error=%s", error)
    else:
        _log.info("broker.reloaded")


async def _count(hub: Hub, path: Path) -> None:
    """Every few seconds, when something changed: the counters as a JSON object, for `dinh status`."""
    before: dict[str, int] = {}
    while True:
        now = _counted(hub)
        if now != before:
            _write_counters(path, now)
        before = now
        await asyncio.sleep(COUNT_S)


def _counted(hub: Hub) -> dict[str, int]:
    return {**asdict(hub.counters), "store_errors": hub.store.errors}


def _write_counters(path: Path, counted: dict[str, int]) -> None:
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(json.dumps(counted))
        fresh.replace(path)
    except OSError as error:
        _log.error("broker.counters_failed error=%s", error)
