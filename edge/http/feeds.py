"""Cameras' pictures for people: /api/cameras/{camera}/feed for a browser, /api/feeds/{feed} for the watcher that was asked.

Messages pass as they come. What a browser does not take is not read from the watcher either, so a slow viewer holds nobody but itself.
"""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Annotated, Any, Final, Literal, Self

from fastapi import APIRouter, Path, Query, WebSocket
from pydantic import AwareDatetime, BaseModel, Field, model_validator
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from broker.identity import ID_PATTERN
from broker.messages.cameras import Feed
from cameras.desk.feeds import Feeds
from cameras.domain.errors import Refusal
from edge.accounts.gate import Gate, known
from edge.accounts.person import Person, Right
from edge.http.live import CAMERA_EYES, STILL_THERE_S
from edge.http.mqtt import POLICY, from_here
from edge.http.pipe import NORMAL

log = logging.getLogger(__name__)
LONGEST_WORD: Final = 64
"""Letters of what a viewer may say to the watcher."""
ID = Path(pattern=ID_PATTERN)


class Wanted(BaseModel):
    """What a viewer asks for. Capture times, aware; none for `live`."""

    kind: Literal["live", "range", "previews", "spans"]
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    count: Annotated[int | None, Field(ge=1, le=200)] = None

    @model_validator(mode="after")
    def _has_its_times(self) -> Self:
        if self.kind != "live" and (self.start is None or self.end is None or self.start >= self.end):
            raise ValueError("start must be before end")
        return self


def router(feeds: Feeds, gate: Gate) -> APIRouter:
    """Both doors. A session that ends while somebody watches closes his feed within half a minute."""
    doors = APIRouter()

    @doors.websocket("/api/cameras/{camera}/feed")
    async def view(websocket: WebSocket, camera: Annotated[str, ID], wanted: Annotated[Wanted, Query()]) -> None:
        viewer = await run_in_threadpool(_person, gate, websocket, CAMERA_EYES) if from_here(websocket.headers) else None
        if viewer is None:
            await websocket.close(POLICY)
            return
        await websocket.accept()
        await _watch(websocket, feeds, camera, Feed(id=feeds.ids(), **wanted.model_dump()), gate=gate)

    @doors.websocket("/api/feeds/{feed}")
    async def bring(websocket: WebSocket, feed: Annotated[str, ID]) -> None:
        watcher = await run_in_threadpool(_person, gate, websocket, frozenset({Right.WATCHER}))
        waiting = feeds.take(feed, watcher.device) if watcher is not None and watcher.device is not None else None
        if waiting is None:
            await websocket.close(POLICY)
            return
        await websocket.accept()
        if not waiting.arrived.done():
            waiting.arrived.set_result(websocket)
            await waiting.over.wait()
        await _closed(websocket)

    return doors


async def _watch(websocket: WebSocket, feeds: Feeds, camera: str, ask: Feed, *, gate: Gate) -> None:
    """1. The watcher is asked and comes. 2. Its messages pass until either side has enough. 3. A refusal is said before the end."""
    try:
        async with feeds.opened(camera, ask) as watcher:
            await _first(_down(watcher, websocket), _up(websocket, watcher), _still(gate, websocket))
    except Refusal as refusal:
        with suppress(RuntimeError, WebSocketDisconnect):
            await websocket.send_json({"refused": {"code": refusal.code.value, "facts": refusal.facts}})
    await _closed(websocket)


async def _first(*ways: Coroutine[Any, Any, None]) -> None:
    """Until the first of them ends; the others are ended."""
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _down(watcher: WebSocket, viewer: WebSocket) -> None:
    while (message := await watcher.receive())["type"] == "websocket.receive":
        await viewer.send({**message, "type": "websocket.send"})


async def _up(viewer: WebSocket, watcher: WebSocket) -> None:
    while (message := await viewer.receive())["type"] == "websocket.receive":
        await watcher.send_text((message.get("text") or "")[:LONGEST_WORD])


async def _still(gate: Gate, websocket: WebSocket) -> None:
    while True:
        await asyncio.sleep(STILL_THERE_S)
        if await run_in_threadpool(_person, gate, websocket, CAMERA_EYES) is None:
            return


def _person(gate: Gate, websocket: WebSocket, roles: frozenset[Right]) -> Person | None:
    return next((person for person in known(gate, websocket) if person.roles & roles and not person.must_change), None)


async def _closed(websocket: WebSocket) -> None:
    with suppress(RuntimeError, WebSocketDisconnect):
        await websocket.close(NORMAL)
