"""The /mqtt route under a real uvicorn, as the desk configures it: raw WebSocket frames in, and only their binary bytes come out.

The first byte of an input says what is sent: even, a whole handshake with a fresh ticket and then the rest as raw frames; odd, the
rest instead of the handshake. A small parser of RFC 6455 that shares nothing with the server says what may reach the broker.
"""

import socket
import threading
import time
from collections import deque
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import uvicorn

from edge.http.pipe import LARGEST_FRAME
from edge.node.desk import _config
from tests.edge.desk import Desk, Hands, desk, enrolled
from tests.edge.http.served import app_of, until
from tests.fuzz.mutate import mutate
from tests.fuzz.target import Complaints, WrongAnswer

BINARY, TEXT, CONTINUED, CLOSE, PING, PONG = 2, 1, 0, 8, 9, 10
WAIT_S = 8.0
MOST_OPEN = 20
"""Connections of the last few inputs may still be closing."""


def frame(kind: int, payload: bytes, *, mask: bytes = b"mask", final: bool = True, rsv: int = 0) -> bytes:
    """One frame of a client."""
    size = len(payload)
    if size < 126:
        length = bytes((0x80 | size,))
    elif size < 65536:
        length = b"\xfe" + size.to_bytes(2, "big")
    else:
        length = b"\xff" + size.to_bytes(8, "big")
    masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
    return bytes((final << 7 | rsv << 4 | kind,)) + length + mask + masked


SEEDS = [
    frame(BINARY, b"\x10\x0c\0\4MQTT\4\2\0\x3c\0\0"),
    frame(BINARY, b"first ", final=False) + frame(CONTINUED, b"second ", final=False) + frame(PING, b"?") + frame(CONTINUED, b"third"),
    frame(BINARY, b"x" * 126) + frame(BINARY, b"y" * 65536),
    frame(BINARY, b"") + frame(BINARY, b"after nothing"),
    frame(BINARY, b"z" * (LARGEST_FRAME + 1)),
    frame(TEXT, "xin chào".encode()),
    frame(CLOSE, b"\x03\xe8bye"),
    frame(PING, b"p" * 125),
    frame(10, b"pong"),
    frame(BINARY, b"reserved", rsv=4),
    frame(3, b"no such kind"),
    b"\x82\xff" + (2**62).to_bytes(8, "big") + b"mask",
    b"\x82\x05hello",
]


class Sink:
    """The broker's side of the route: takes every connection and keeps what comes."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()[:2]
        self.came: list[bytes] = []
        """What each ended connection had sent."""
        self.open = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                threading.Thread(target=self._read, args=(peer,), daemon=True).start()

    def _read(self, peer: socket.socket) -> None:
        found = b""
        self.open += 1
        with peer, suppress(OSError):
            while block := peer.recv(1 << 20):
                found += block
        self.came.append(found)
        self.open -= 1


class Frames:
    """An enrolled tablet and the route that it comes through."""

    name = "frames"

    def __init__(self) -> None:
        self._held = ExitStack()
        folder = Path(self._held.enter_context(TemporaryDirectory(prefix="dinh-fuzz-")))
        self.desk: Desk = self._held.enter_context(desk(folder, Hands()))
        self.device = enrolled(self.desk)[1]
        self.sink, self.fed = Sink(), 0
        self.tickets: deque[bytes] = deque(maxlen=50)
        self.server = uvicorn.Server(_config(app_of(self.desk, folder, broker_port=self.sink.address[1])))
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.where = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.listener]}, daemon=True)
        self.complaints = self._held.enter_context(Complaints("uvicorn", "asyncio", "edge", "dinh"))
        self.thread.start()
        until(lambda: self.server.started)

    def _hello(self, ticket: str) -> bytes:
        lines = (
            f"GET /mqtt?ticket={ticket} HTTP/1.1",
            f"Host: {self.where}",
            f"Origin: http://{self.where}",
            "Connection: Upgrade",
            "Upgrade: websocket",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Protocol: mqtt",
        )
        return "\r\n".join((*lines, "", "")).encode()

    def _ticket(self) -> str:
        ticket = self.desk.devices.tickets.give(self.device, self.desk.clock.now)[0]
        self.tickets.append(ticket.encode())
        return ticket

    def invent(self, draw: Random) -> bytes:
        if draw.random() < 0.15:
            return b"\1" + mutate(draw, [self._hello(self._ticket() if draw.random() < 0.5 else "guess")])
        parts = [mutate(draw, SEEDS) if draw.random() < 0.5 else draw.choice(SEEDS) for _ in range(draw.choice((1, 2, 3, 5)))]
        return b"\0" + b"".join(parts)

    def feed(self, data: bytes) -> None:
        """An honest handshake is followed by a mark, so that its connection is known at the broker's side."""
        raw, whole = data[1:], not (data and data[0] & 1)
        self.fed += 1
        mark, head = self.fed.to_bytes(8, "big"), b""
        with socket.create_connection(("127.0.0.1", int(self.where.partition(":")[2])), timeout=WAIT_S) as client, suppress(OSError):
            client.sendall(self._hello(self._ticket()) if whole else raw)
            if whole:
                head = _head(client)
                client.sendall(frame(BINARY, mark) + raw)
            client.shutdown(socket.SHUT_WR)
            while block := client.recv(1 << 16):
                head += block if len(head) < 100 else b""
        entered = head.startswith(b"HTTP/1.1 101")
        if whole and not entered:
            raise WrongAnswer("an honest handshake was refused")
        if entered and not whole and not any(ticket in raw for ticket in self.tickets):
            raise WrongAnswer("entered without a ticket")
        self._judge(*messages(raw), mark=mark if whole else b"")
        if not self.thread.is_alive():
            raise WrongAnswer("the server is gone")
        self.complaints.none_said()

    def _judge(self, sound: bytes, clean: bool, *, mark: bytes) -> None:  # noqa: FBT001 - as messages() gives it
        """What the broker's side was given by the connection with this mark; connections without one said nothing."""
        end = time.monotonic() + WAIT_S
        while mark and not any(one.startswith(mark) for one in self.sink.came):
            if time.monotonic() > end:
                raise WrongAnswer(f"the broker's side was not closed: {self.sink.open} open, ended {self.sink.came}")
            time.sleep(0.0005)
        came, self.sink.came = self.sink.came, []
        given = next((one[len(mark) :] for one in came if mark and one.startswith(mark)), b"")
        if mark and (not sound.startswith(given) or (clean and given != sound)):
            raise WrongAnswer(f"the broker was given {given!r} of {sound!r}")
        if self.sink.open > MOST_OPEN:
            raise WrongAnswer(f"{self.sink.open} connections to the broker were left open")

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.listener.close()
        self.sink.listener.close()
        self._held.close()


def _head(client: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        if not byte:
            break
        found += byte
    return found


def messages(raw: bytes) -> tuple[bytes, bool]:
    """The bytes of all binary frames, whole or in fragments, up to the first thing that is wrong; whether nothing was wrong."""
    found, at = b"", 0
    while at < len(raw):
        cut = _frame(raw, at)
        if cut is None:
            return found, False
        kind, payload, at = cut
        if kind in {PING, PONG}:
            continue
        if kind not in {BINARY, CONTINUED} or len(payload) > LARGEST_FRAME:
            return found, False
        found += payload
    return found, True


def _frame(raw: bytes, at: int) -> tuple[int, bytes, int] | None:
    """(kind, payload, where the next begins); None for a frame that is cut short or that no client may send."""
    if at + 2 > len(raw):
        return None
    first, second = raw[at], raw[at + 1]
    kind, size, at = first & 15, second & 127, at + 2
    wide = {126: 2, 127: 8}.get(size, 0)
    if wide:
        size, at = int.from_bytes(raw[at : at + wide], "big"), at + wide
    if first & 0x70 or not second & 0x80 or (kind >= CLOSE and wide) or at + 4 + size > len(raw):
        return None
    mask, body = raw[at : at + 4], raw[at + 4 : at + 4 + size]
    key = (mask * (size // 4 + 1))[:size]
    payload = (int.from_bytes(body, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
    return kind, payload, at + 4 + size
