"""One feed's connection to the node: opened by the watcher, with its own name and password, and closed when either side has enough."""

import base64
import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect

from cameras.domain.errors import Refusal

PIECE = 64 * 1024
"""Bytes of one message at most; a keyframe takes several."""
OPEN_S = 5.0


@dataclass(frozen=True, slots=True)
class Node:
    """Where feeds go. `url` begins with https or http; `trust` is None for the latter."""

    url: str
    device: str
    password: str = field(repr=False)
    trust: ssl.SSLContext | None = None

    @property
    def authorization(self) -> str:
        """HTTP Basic (RFC 7617)."""
        return "Basic " + base64.b64encode(f"{self.device}:{self.password}".encode()).decode()


class Line:
    """What a feed says. Every call raises websockets' ConnectionClosed when the other side has gone. A call may wait for a slow reader."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def tell(self, **words: Any) -> None:
        """One small JSON message."""
        self._connection.send(json.dumps(words))

    def send(self, data: bytes) -> None:
        """Bytes, in pieces."""
        view = memoryview(data)
        for at in range(0, len(view), PIECE):
            self._connection.send(view[at : at + PIECE])

    def refuse(self, refusal: Refusal) -> None:
        """Why nothing comes."""
        self.tell(refused={"code": refusal.code.value, "facts": refusal.facts})

    def heard(self, seconds: float) -> str | None:
        """A word of the viewer, waiting at most so long."""
        try:
            said = self._connection.recv(timeout=seconds)
        except TimeoutError:
            return None
        return said if isinstance(said, str) else None

    def cut(self) -> None:
        """End it at once, from any thread, also while somebody waits in a call."""
        self._connection.close_socket()


@contextmanager
def line_to(node: Node, feed: str) -> Iterator[Line]:
    """Open the line for one ask. Raises OSError, TimeoutError or websockets' WebSocketException when the node does not take it."""
    url = "ws" + node.url.removeprefix("http") + f"/api/feeds/{feed}"
    with connect(
        url,
        ssl=node.trust,
        additional_headers={"Authorization": node.authorization},
        compression=None,
        proxy=None,
        open_timeout=OPEN_S,
        close_timeout=1,
        max_size=4096,
    ) as connection:
        yield Line(connection)
