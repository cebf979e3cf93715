"""Brings together who wants to see a camera and the watcher that has it. The node asks over MQTT, the watcher comes with what was asked.

Everything here runs on one event loop and only passes things on; pictures are neither kept nor looked at.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from broker.messages.cameras import Feed
from broker.topics import FEED
from cameras.desk.ports import Holder
from cameras.domain.errors import Code, Refusal
from cameras.ports import Ids, Post

MOST = 20
"""Feeds at one time, whatever they carry: the meeting shares this process."""
ARRIVE_S = 6.0
"""A watcher that has not come after so long will not."""


@dataclass
class Waiting:
    """One ask. `arrived` is given the watcher's connection; `over` is set when nobody wants more."""

    watcher: str
    arrived: "asyncio.Future[Any]"
    over: asyncio.Event = field(default_factory=asyncio.Event)


class Feeds:
    """`holder` says who watches a camera; it may read the database."""

    def __init__(self, post: Post, ids: Ids, holder: Callable[[str], Holder | None]) -> None:
        self.post, self.ids, self.holder = post, ids, holder
        self._waiting: dict[str, Waiting] = {}
        self._open = 0

    @asynccontextmanager
    async def opened(self, camera: str, ask: Feed) -> AsyncIterator[Any]:
        """The watcher's connection for this ask, until the block ends.

        Raises Refusal: UNKNOWN_CAMERA, CAMERA_OFF, WATCHER_AWAY, FEEDS_FULL, WATCHER_SILENT.
        """
        watcher = self._watcher_of(camera, await asyncio.to_thread(self.holder, camera))
        waiting = Waiting(watcher, asyncio.get_running_loop().create_future())
        self._waiting[ask.id] = waiting
        self._open += 1
        try:
            self.post.publish(FEED, ask, camera=camera)
            yield await _arrival(waiting)
        finally:
            self._open -= 1
            self._waiting.pop(ask.id, None)
            waiting.over.set()

    def take(self, feed: str, watcher: str) -> Waiting | None:
        """The ask of this id, once, for the watcher that it was for."""
        waiting = self._waiting.get(feed)
        if waiting is None or waiting.watcher != watcher or waiting.arrived.done():
            return None
        return self._waiting.pop(feed)

    def _watcher_of(self, camera: str, holder: Holder | None) -> str:
        if holder is None:
            raise Refusal(Code.UNKNOWN_CAMERA, {"camera": camera})
        if not holder.enabled:
            raise Refusal(Code.CAMERA_OFF)
        if holder.watcher is None or not holder.online:
            raise Refusal(Code.WATCHER_AWAY)
        if self._open >= MOST:
            raise Refusal(Code.FEEDS_FULL, {"most": MOST})
        return holder.watcher


async def _arrival(waiting: Waiting) -> Any:
    try:
        return await asyncio.wait_for(waiting.arrived, ARRIVE_S)
    except TimeoutError:
        raise Refusal(Code.WATCHER_SILENT, {"seconds": int(ARRIVE_S)}) from None
