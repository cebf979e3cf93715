"""/mqtt: a browser's way to the broker through the node's one origin, port and certificate."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress

from fastapi import APIRouter, WebSocket
from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect

from edge.accounts.gate import basic
from edge.accounts.person import Right
from edge.devices.registry import Devices
from edge.http.guard import same_origin
from edge.http.pipe import EXTENSION, NORMAL, Pipe

log = logging.getLogger(__name__)
POLICY, TRY_LATER = 1008, 1013
"""RFC 6455, 7.4.1, and the registry of close codes."""
Address = Callable[[], tuple[str, int]]


class MqttRoute:
    """Lets a device in by Origin and ticket and then passes bytes both ways; what they say is between it and the broker."""

    def __init__(self, devices: Devices, broker: Address) -> None:
        self.devices, self.broker = devices, broker
        self._open: dict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]]] = {}
        devices.on_retired.append(self.cut)

    def router(self) -> APIRouter:
        """The route."""
        router = APIRouter()

        @router.websocket("/mqtt")
        async def mqtt(websocket: WebSocket, ticket: str = "") -> None:
            await self._serve(websocket, ticket)

        return router

    def cut(self, device: str) -> None:
        """End every connection of a device at once. May be called from any thread."""
        for loop, task in tuple(self._open.get(device, ())):
            loop.call_soon_threadsafe(task.cancel)

    async def _serve(self, websocket: WebSocket, ticket: str) -> None:
        """1. Who it is. 2. The broker answers. 3. Bytes pass."""
        device = await self._known(websocket, ticket)
        if device is None:
            await websocket.close(POLICY)
            return
        try:
            _, pipe = await asyncio.get_running_loop().create_connection(Pipe, *self.broker())
        except OSError as error:
            log.warning("the broker does not answer: %s", error)
            with suppress(RuntimeError, WebSocketDisconnect):  # the device may have gone, too
                await websocket.accept(subprotocol="mqtt")
                await websocket.close(TRY_LATER)
            return
        with closing(pipe), suppress(RuntimeError, WebSocketDisconnect):
            websocket.scope["extensions"][EXTENSION](pipe)  # first, because the device may speak as soon as it has the answer
            await websocket.accept(subprotocol="mqtt")
            await self._kept(device, _carry(websocket, pipe))

    async def _known(self, websocket: WebSocket, ticket: str) -> str | None:
        """A browser: 1. Origin is this host. 2. The subprotocol is mqtt. 3. The ticket is fresh and unused.

        A watcher on another machine shows its name and password instead, which no page can make a browser send.
        """
        pair = basic(websocket.headers.get("authorization"))
        if "mqtt" not in websocket.scope.get("subprotocols", ()) or not (pair or from_here(websocket.headers)):
            return None
        if pair is None:
            return self.devices.tickets.take(ticket, self.devices.parts.means.clock())
        person = await asyncio.to_thread(self.devices.device_by_password, *pair) if same_origin(websocket.headers) else None
        return person.device if person is not None and Right.WATCHER in person.roles else None

    async def _kept(self, device: str, carrying: Coroutine[None, None, None]) -> None:
        """Run under the device's name, so that `cut` finds it."""
        task = asyncio.create_task(carrying)
        entry = (asyncio.get_running_loop(), task)
        self._open.setdefault(device, set()).add(entry)
        try:
            with suppress(asyncio.CancelledError):
                await task
        finally:
            task.cancel()
            self._open[device].discard(entry)


def from_here(headers: Headers) -> bool:
    """A WebSocket is not covered by the same-origin policy, so the Origin must be there and be this host."""
    return headers.get("origin") is not None and same_origin(headers)


async def _carry(websocket: WebSocket, pipe: Pipe) -> None:
    """Both ways until one side goes; then the other is closed at once, so that the broker sends the last will."""
    code = NORMAL
    try:
        code = await pipe.ended
    finally:
        pipe.end()
        pipe.close()
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close(code)
