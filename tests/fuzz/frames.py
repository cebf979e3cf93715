"""The /mqtt route under a real uvicorn, as the desk configures it: raw WebSocket frames in, and only right ones come out for the broker.

The first byte of an input says what is sent: even, a whole handshake with a fresh ticket and then the rest as raw frames; odd, the
rest instead of the handshake. A small parser of RFC 6455 that shares nothing with the server says what may reach the broker.
"""

import socket
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import uvicorn

from edge.node.desk import LARGEST_FRAME, _config
from tests.edge.desk import Desk, Hands, desk, enrolled
from tests.edge.http.served import app_of, until
from tests.fuzz.mutate import mutate
from tests.fuzz.target import Complaints, WrongAnswer

BINARY, TEXT, CONTINUED, CLOSE, PING = 2, 1, 0, 8, 9
WAIT_S = 8.0


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
        self.opened = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                self.opened += 1
                with peer:
                    self._read(peer)

    def _read(self, peer: socket.socket) -> None:
        found = b""
        with suppress(OSError):
            while block := peer.recv(1 << 20):
                found += block
        self.came.append(found)


class Frames:
    """An enrolled tablet and the route that it comes through."""

    name = "frames"

    def __init__(self) -> None:
        self._held = ExitStack()
        folder = Path(self._held.enter_context(TemporaryDirectory(prefix="dinh-fuzz-")))
        self.desk: Desk = self._held.enter_context(desk(folder, Hands()))
        self.device = enrolled(self.desk)[1]
        self.sink = Sink()
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
        return self.desk.devices.tickets.give(self.device, self.desk.clock.now)[0]

    def invent(self, draw: Random) -> bytes:
        if draw.random() < 0.15:
            return b"\1" + mutate(draw, [self._hello(self._ticket() if draw.random() < 0.5 else "guess")])
        parts = [mutate(draw, SEEDS) if draw.random() < 0.5 else draw.choice(SEEDS) for _ in range(draw.choice((1, 2, 3, 5)))]
        return b"\0" + b"".join(parts)

    def feed(self, data: bytes) -> None:
        raw, whole = data[1:], not (data and data[0] & 1)
        before = self.sink.opened
        with socket.create_connection(("127.0.0.1", int(self.where.partition(":")[2])), timeout=WAIT_S) as client:
            client.sendall(self._hello(self._ticket()) if whole else raw)
            entered = _head(client).startswith(b"HTTP/1.1 101") if whole else False
            with suppress(OSError):
                if whole:
                    client.sendall(raw)
                client.shutdown(socket.SHUT_WR)
                while client.recv(1 << 16):
                    pass
        if whole and not entered:
            raise WrongAnswer("an honest handshake was refused")
        if whole or self.sink.opened > before:
            self._judge(raw, whole=whole)
        if not self.thread.is_alive():
            raise WrongAnswer("the server is gone")
        self.complaints.none_said()

    def _judge(self, raw: bytes, *, whole: bool) -> None:
        end = time.monotonic() + WAIT_S
        while len(self.sink.came) < self.sink.opened or (whole and not self.sink.came):
            if time.monotonic() > end:
                raise WrongAnswer("the broker's side was not closed")
            time.sleep(0.0005)
        came = b"".join(self.sink.came)
        self.sink.came, self.sink.opened = [], 0
        sound, clean = messages(raw) if whole else (b"", False)
        if not sound.startswith(came) or (clean and came != sound):
            raise WrongAnswer(f"the broker was given {came!r} of {sound!r}")

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
    """All binary messages of these frames, up to the first thing that is wrong, and whether nothing was wrong up to the end."""
    found, open_message, at = b"", None, 0
    while at < len(raw):
        cut = _frame(raw, at)
        if cut is None:
            return found, False
        final, kind, payload, at = cut
        if kind in {PING, 10}:
            continue
        if kind not in {BINARY, CONTINUED} or (kind == CONTINUED) != (open_message is not None):
            return found, False
        whole = (open_message or b"") + payload
        if len(whole) > LARGEST_FRAME:
            return found, False
        open_message = None if final else whole
        found += whole if final else b""
    return found, open_message is None


def _frame(raw: bytes, at: int) -> tuple[bool, int, bytes, int] | None:
    """(final, kind, payload, where the next begins); None for a frame that is cut short or that no client may send."""
    if at + 2 > len(raw):
        return None
    first, second = raw[at], raw[at + 1]
    kind, size, at = first & 15, second & 127, at + 2
    wide = {126: 2, 127: 8}.get(size, 0)
    if wide:
        size, at = int.from_bytes(raw[at : at + wide], "big"), at + wide
    control_wrong = kind >= CLOSE and (wide or not first & 0x80)
    if first & 0x70 or not second & 0x80 or control_wrong or at + 4 + size > len(raw):
        return None
    mask, body = raw[at : at + 4], raw[at + 4 : at + 4 + size]
    key = (mask * (size // 4 + 1))[:size]
    payload = (int.from_bytes(body, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")
    return bool(first & 0x80), kind, payload, at + 4 + size
