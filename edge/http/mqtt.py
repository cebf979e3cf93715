"""/mqtt: a browser's way to the broker through the node's one origin, port and certificate."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Final

from fastapi import APIRouter, WebSocket
from starlette.datastructures import Headers
from starlette.websockets import WebSocketDisconnect

from edge.devices.registry import Devices
from edge.http.guard import same_origin

log = logging.getLogger(__name__)
CHUNK: Final = 64 * 1024
LARGEST_FRAME: Final = 512 * 1024
POLICY, TOO_BIG, NOT_BYTES, TRY_LATER = 1008, 1009, 1003, 1013
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
        """1. Origin is this host. 2. The subprotocol is mqtt. 3. The ticket is fresh and unused. 4. The broker answers. 5. Bytes pass."""
        if not from_here(websocket.headers) or "mqtt" not in websocket.scope.get("subprotocols", ()):
            await websocket.close(POLICY)
            return
        device = self.devices.tickets.take(ticket, self.devices.parts.means.clock())
        if device is None:
            await websocket.close(POLICY)
            return
        await websocket.accept(subprotocol="mqtt")
        try:
            reader, writer = await asyncio.open_connection(*self.broker())
        except OSError as error:
            log.warning("the broker does not answer: %s", error)
            await websocket.close(TRY_LATER)
            return
        await self._kept(device, _carry(websocket, reader, writer))

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


async def _carry(websocket: WebSocket, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Both ways until one side goes; then the other is closed at once, so that the broker sends the last will."""
    ways = {asyncio.create_task(_up(websocket, writer)), asyncio.create_task(_down(websocket, reader))}
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        writer.close()
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.close()


async def _up(websocket: WebSocket, writer: asyncio.StreamWriter) -> None:
    """Device to broker. `drain` waits while the broker is slower, and with it the device."""
    while True:
        message = await websocket.receive()
        data = message.get("bytes")
        if message["type"] != "websocket.receive":
            return
        if data is None or len(data) > LARGEST_FRAME:
            await websocket.close(NOT_BYTES if data is None else TOO_BIG)
            return
        writer.write(data)
        await writer.drain()


async def _down(websocket: WebSocket, reader: asyncio.StreamReader) -> None:
    """Broker to device. The next read waits until the last chunk has been taken."""
    while data := await reader.read(CHUNK):
        await websocket.send_bytes(data)
