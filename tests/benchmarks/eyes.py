"""What a page of the desk is shown of a vote: the turnout, as /api/live tells it."""

import json
from urllib.parse import urlsplit

from websockets.sync.client import connect
from websockets.typing import Origin

from broker import topics
from edge.demo.calls import Caller

FIRST_S = 2.0
"""A page that joins is told everything at once; so long is waited for it."""


def seats_shown(caller: Caller, meeting: str, motion: str) -> tuple[str, ...]:
    """The seats that are shown as having voted on this motion now. Raises TimeoutError when no turnout is told, OSError without a node."""
    url, wanted = caller.node.url, topics.TURNOUT.of(meeting=meeting)
    address = f"wss://{urlsplit(url).netloc}/api/live"
    with connect(
        address, ssl=caller.node.tls(), origin=Origin(url), additional_headers={"Cookie": caller.cookie()}, max_size=None
    ) as socket:
        while True:
            told = json.loads(socket.recv(FIRST_S))
            if told["topic"] == wanted:
                return tuple(told["payload"]["cast_seats"]) if told["payload"]["motion"] == motion else ()
