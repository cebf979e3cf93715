"""/api/live: what a signed-in person may see of the air, as it happens."""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from threading import Lock
from typing import Any, Final

from fastapi import APIRouter, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocketDisconnect

from broker import topics
from broker.messages.base import Message
from broker.topics import Topic, match
from edge.accounts.gate import Gate, known
from edge.accounts.person import Person, Right
from edge.devices.parts import Air
from edge.http.mqtt import POLICY, from_here

log = logging.getLogger(__name__)
MEETING_EYES: Final = frozenset({Right.ADMINISTRATOR, Right.SECRETARY, Right.CHAIR, Right.MEMBER, Right.AUDITOR, Right.SCREEN})
DEVICE_EYES: Final = frozenset({Right.ADMINISTRATOR, Right.SECRETARY, Right.CHAIR})
CAMERA_EYES: Final = frozenset({Right.ADMINISTRATOR, Right.OFFICER})
EYES: Final[Mapping[str, frozenset[Right]]] = {
    **dict.fromkeys(
        (row.name for row in (topics.AGENDA, topics.ROLL, topics.FLOOR, topics.MOTION, topics.TURNOUT, topics.PAGE, topics.NOTICE)),
        MEETING_EYES,
    ),
    **dict.fromkeys((row.name for row in (topics.STATUS, topics.ABOUT, topics.REPORTED, topics.EVENT, topics.DONE)), DEVICE_EYES),
    **dict.fromkeys((row.name for row in (topics.HEALTH, topics.LOOK, topics.GATE)), CAMERA_EYES),
    topics.BIRTH.name: MEETING_EYES | CAMERA_EYES,
}
"""Who may see which row. A row that is not here is seen by nobody: `desired` carries camera passwords, `ask` carries PINs."""
LIVE: Final = "live/"
LIVE_EYES: Final[Mapping[str, frozenset[Right]]] = {"devices": DEVICE_EYES, "reports": frozenset({Right.ADMINISTRATOR, Right.OFFICER})}
"""Topics of the node's own, for pages only; those not named are the officer's (sightings)."""
MOST_WAITING: Final = 5000
STILL_THERE_S: Final = 30.0


class _Listener:
    """One page. Of each topic only the newest waits, so a slow page gets less, never older."""

    def __init__(self, roles: frozenset[str]) -> None:
        self.roles, self.loop = roles, asyncio.get_running_loop()
        self.waiting: dict[str, str] = {}
        self.wake = asyncio.Event()

    def put(self, topic: str, text: str) -> None:
        """Called on the loop."""
        self.waiting.pop(topic, None)
        if len(self.waiting) < MOST_WAITING:
            self.waiting[topic] = text
        self.wake.set()

    async def take(self) -> list[str]:
        """Everything that waits, oldest first."""
        await self.wake.wait()
        self.wake.clear()
        texts, self.waiting = list(self.waiting.values()), {}
        return texts


class Hub:
    """Keeps the newest of every retained topic and passes on what comes. Fed from any thread."""

    def __init__(self) -> None:
        self._latest: dict[str, str] = {}
        self._listeners: set[_Listener] = set()
        self._lock = Lock()

    def topics(self) -> list[str]:
        """What to subscribe to on the air; the node's own snapshots come through `LivePost`."""
        return [
            row.filter()
            for row in (
                *(topics.STATUS, topics.ABOUT, topics.REPORTED, topics.DONE, topics.EVENT),
                *(topics.HEALTH, topics.LOOK, topics.GATE),
            )
        ]

    def heard(self, topic: str, payload: bytes) -> None:
        """A message of the air. An empty payload takes a retained one away; what is no JSON is left out."""
        try:
            said = json.loads(payload) if payload else None
        except ValueError:
            return
        self.tell(topic, said)

    def tell(self, topic: str, payload: object) -> None:
        """Tell every page that may see `topic`."""
        text = json.dumps({"topic": topic, "payload": payload}, ensure_ascii=False)
        found = match(topic)
        with self._lock:
            if payload is None:
                self._latest.pop(topic, None)
            elif found is not None and found[0].retained:
                self._latest[topic] = text
            listeners = [one for one in self._listeners if may_see(one.roles, topic)]
        for one in listeners:
            with suppress(RuntimeError):  # its loop has ended
                one.loop.call_soon_threadsafe(one.put, topic, text)

    def latest(self, topic: Topic, **ids: str) -> dict[str, Any] | None:
        """The newest payload of a retained topic."""
        text = self._latest.get(topic.of(**ids))
        payload = json.loads(text)["payload"] if text else None
        return payload if isinstance(payload, dict) else None

    def join(self, roles: frozenset[str]) -> _Listener:
        """A new listener that first gets every current snapshot it may see."""
        listener = _Listener(roles)
        with self._lock:
            self._listeners.add(listener)
            current = [(topic, text) for topic, text in self._latest.items() if may_see(roles, topic)]
        for topic, text in current:
            listener.put(topic, text)
        return listener

    def leave(self, listener: _Listener) -> None:
        """Forget a listener."""
        with self._lock:
            self._listeners.discard(listener)


def may_see(roles: frozenset[str], topic: str) -> bool:
    """True when one of these roles may see this topic."""
    if topic.startswith(LIVE):
        return bool(roles & LIVE_EYES.get(topic.removeprefix(LIVE), CAMERA_EYES))
    found = match(topic)
    return found is not None and bool(roles & EYES.get(found[0].name, frozenset()))


class LivePost:
    """The post office with the hub listening: what the node publishes is on the pages without a way through the broker."""

    def __init__(self, air: Air, hub: Hub) -> None:
        self.air, self.hub = air, hub

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        """See edge.ports.Post."""
        self.air.publish(topic, message, **ids)
        if topic.name in EYES:
            self.hub.heard(topic.of(**ids), message.to_bytes())

    def clear(self, topic: Topic, **ids: str) -> None:
        """See edge.devices.parts.Air."""
        self.air.clear(topic, **ids)
        self.hub.tell(topic.of(**ids), None)

    def forget(self, topic: Topic, **ids: str) -> None:
        """See edge.devices.parts.Air. The pages keep what was said."""
        self.air.forget(topic, **ids)


def router(hub: Hub, gate: Gate) -> APIRouter:
    """The route. A session that ends while the page is open closes it within half a minute."""
    live = APIRouter()

    @live.websocket("/api/live")
    async def watch(websocket: WebSocket) -> None:
        person = await run_in_threadpool(_who, gate, websocket) if from_here(websocket.headers) else None
        if person is None:
            await websocket.close(POLICY)
            return
        await websocket.accept()
        listener = hub.join(person.roles)
        if person.device is not None:
            gate.devices.present(person.device, online=True)
        ways = {asyncio.create_task(way) for way in (_send(websocket, listener), _gone(websocket), _still(gate, websocket))}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            hub.leave(listener)
            if person.device is not None:
                gate.devices.present(person.device, online=False)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            with suppress(RuntimeError, WebSocketDisconnect):
                await websocket.close(POLICY)

    return live


def _who(gate: Gate, websocket: WebSocket) -> Person | None:
    return next((person for person in known(gate, websocket) if not person.must_change), None)


async def _send(websocket: WebSocket, listener: _Listener) -> None:
    while True:
        for text in await listener.take():
            await websocket.send_text(text)


async def _gone(websocket: WebSocket) -> None:
    """Pages say nothing here; the only thing that comes is their end."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass


async def _still(gate: Gate, websocket: WebSocket) -> None:
    while True:
        await asyncio.sleep(STILL_THERE_S)
        if await run_in_threadpool(_who, gate, websocket) is None:
            return
