"""What a page of the desk is shown of a vote: the turnout, as /api/live tells it."""

import asyncio
import json
from urllib.parse import urlsplit

from websockets.asyncio.client import connect
from websockets.typing import Origin

from broker import topics
from edge.demo.calls import Caller

FIRST_S = 5.0
"""A page that joins is told everything at once; so long is waited for it, connecting included."""


async def seats_shown(caller: Caller, meeting: str, motion: str) -> tuple[str, ...]:
    """The seats that are shown as having voted on this motion now. Raises TimeoutError when no turnout is told, OSError without a node.

    Without a bound on what waits to be read: the library reads no goodbye behind more messages than that.
    """
    url, wanted = caller.node.url, topics.TURNOUT.of(meeting=meeting)
    address, cookie = f"wss://{urlsplit(url).netloc}/api/live", {"Cookie": caller.cookie()}
    async with (
        asyncio.timeout(FIRST_S),
        connect(
            address, ssl=caller.node.tls(), origin=Origin(url), additional_headers=cookie, max_size=None, max_queue=None, proxy=None
        ) as socket,
    ):
        while True:
            told = json.loads(await socket.recv())
            if told["topic"] == wanted:
                return tuple(told["payload"]["cast_seats"]) if told["payload"]["motion"] == motion else ()
