"""Every byte that a TCP client may send to the embedded broker, in one process with its real hub, gate, rights and store.

The first byte of an input says how it comes: bit 0 after a true CONNECT of a tablet, or as a stranger's first bytes; the rest of
the byte seeds where the stream is cut into pieces. The node listens to everything, and another tablet has secrets waiting.
"""

import asyncio
import re
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from broker.engines import Credential
from broker.engines.embedded.connection import Connection, Reception
from broker.engines.embedded.engine import EmbeddedEngine
from broker.engines.embedded.gate import FileGate
from broker.engines.embedded.hub import Hub
from broker.engines.embedded.limits import Counters, Limits
from broker.engines.embedded.store import Store
from broker.identity import Role
from tests.broker.raw import Hello, Will, connect_packet, packet, publish_packet, text
from tests.fuzz.mutate import mutate
from tests.fuzz.target import Complaints, WrongAnswer

FAST = Path("/dev/shm")  # noqa: S108 - nothing is kept there
ID = "[a-z0-9_-]{1,40}"
MAY_SAY = re.compile(rf"dinh/1/(devices/tablet-1/(status|about|reported|done|event/{ID})|meetings/{ID}/ask/tablet-1)")
MAY_KEEP = re.compile(r"dinh/1/devices/tablet-1/(status|about|reported)")
SECRET = b"for tablet-2 only"
OTHERS = ("dinh/1/meetings/m/answer/tablet-2", "dinh/1/devices/tablet-2/desired", "dinh/1/devices/tablet-2/do")
LIFE = 20_000
TURNS = 60
KNOWN = connect_packet("tablet-1", "tablet-1", "secret-of-tablet-1")
SEEDS = [
    publish_packet("dinh/1/meetings/m/ask/tablet-1", b"an ask", 1, number=7),
    publish_packet("dinh/1/meetings/m/ask/tablet-1", b"an ask", 2, number=8) + packet(0x62, b"\0\10"),
    publish_packet("dinh/1/meetings/m/ask/tablet-2", b"not mine", 1, number=9),
    publish_packet("dinh/1/meetings/m/agenda", b"forged", 1, number=9, retain=True),
    publish_packet("dinh/1/devices/tablet-1/status", b"online", 1, number=1, retain=True),
    publish_packet("dinh/1/devices/tablet-1/event/x", b"0" * 300),
    packet(0x82, b"\0\1", text("dinh/1/meetings/m/answer/tablet-1"), b"\1", text("dinh/1/meetings/m/motion"), b"\0"),
    packet(0x82, b"\0\2", text("dinh/1/meetings/m/answer/tablet-2"), b"\1", text("#"), b"\1", text("+/1/#"), b"\2"),
    packet(0xA2, b"\0\3", text("dinh/1/meetings/m/motion")),
    packet(0x40, b"\0\1") + packet(0x40, b"\0\2"),
    packet(0x82, b"\0\1", text("dinh/1/meetings/m/motion"), b"\1") + packet(0x40, b"\0\1"),
    connect_packet("tablet-1", "tablet-1", "secret-of-tablet-1", Hello(clean=False, will=Will("dinh/1/devices/tablet-1/status"))),
    connect_packet("tablet-1", "tablet-1", "secret-of-tablet-1", Hello(will=Will("dinh/1/devices/tablet-2/status"))),
    connect_packet("tablet-2", "tablet-1", "secret-of-tablet-1"),
    connect_packet("", "node", "guess", Hello(level=5)),
    connect_packet("tablet-2", "tablet-2", "guess"),
    b"\xc0\x00",
    b"\xe0\x00",
    b"\x62\x02\x00\x01",
    b"\x10\xff\xff\xff\x7f",
]


class Line(asyncio.Transport):
    """The other end of a connection: keeps what the broker wrote."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.heard = bytearray()
        self.connection = connection
        self.closing = False
        connection.connection_made(self)

    def write(self, data: Any) -> None:
        self.heard += data

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        if not self.closing:
            self.closing = True
            asyncio.get_running_loop().call_soon(self.connection.connection_lost, None)

    def is_closing(self) -> bool:
        return self.closing

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """The other end always reads."""

    def pause_reading(self) -> None:
        """What comes is already here."""

    def resume_reading(self) -> None:
        """What comes is already here."""


class Packets:
    """The broker, the node that hears everything, and one client after the other."""

    name = "packets"

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(lambda _loop, context: self.escaped.append(str(context)))
        self.escaped: list[str] = []
        self._begin()

    def _begin(self) -> None:
        self._held = ExitStack()
        self.complaints = self._held.enter_context(Complaints("asyncio", "broker.server", "broker.connection"))
        self.fed = 0
        folder = Path(self._held.enter_context(TemporaryDirectory(prefix="dinh-fuzz-", dir=FAST if FAST.is_dir() else None)))
        roles = {"node": Role.NODE, "tablet-1": Role.TABLET, "tablet-2": Role.TABLET}
        EmbeddedEngine(folder, 1).write(Credential(user, f"secret-of-{user}", role) for user, role in roles.items())
        self.hub = Hub(
            FileGate(folder), Store(folder / "messages.sqlite"), limits=Limits(retained_messages=50, gather_s=0.0), counters=Counters()
        )
        self.reception = Reception()
        self._loop.run_until_complete(self._start())

    async def _start(self) -> None:
        self.hub.start()
        self.node = self._line(connect_packet("node", "node", "secret-of-node") + packet(0x82, b"\0\1", text("dinh/1/#"), b"\0"))
        secrets = [publish_packet(topic, SECRET, 1, number=at + 1, retain=topic.endswith("desired")) for at, topic in enumerate(OTHERS)]
        self.node.connection.data_received(b"".join(secrets))
        await self._settle()
        self.node.heard.clear()

    def _line(self, first: bytes) -> Line:
        line = Line(Connection(self.hub, self.reception))
        line.connection.data_received(first)
        return line

    async def _settle(self) -> None:
        """Until the store has written what there is, and everybody has been told."""
        for turn in range(10_000):
            await asyncio.sleep(0 if turn < TURNS else 0.001)
            if turn > 3 and self.hub.store.pending() <= self.hub.store.committed:
                return
        raise WrongAnswer("the store does not come to rest")

    def invent(self, draw: Random) -> bytes:
        parts = [mutate(draw, SEEDS) if draw.random() < 0.7 else draw.choice(SEEDS) for _ in range(draw.choice((1, 1, 2, 3, 6)))]
        return bytes((draw.randrange(256),)) + b"".join(parts)

    def feed(self, data: bytes) -> None:
        if self.fed >= LIFE:
            self._end()
            self._begin()
        self.fed += 1
        self._loop.run_until_complete(self._feed(data[:1], data[1:]))
        if self.escaped:
            text, self.escaped = "\n".join(self.escaped), []
            raise WrongAnswer(f"escaped into the loop: {text}")
        self.complaints.none_said()

    async def _feed(self, how: bytes, data: bytes) -> None:
        known, cut = bool(how and how[0] & 1), Random(how)
        line = self._line(KNOWN if known else b"")
        await self._settle()
        at = 0
        while at < len(data) and not line.closing:
            step = cut.choice((len(data), 1, 3, 50))
            line.connection.data_received(data[at : at + step])
            at += step
            if cut.random() < 0.2:
                self.node.connection.data_received(
                    publish_packet(OTHERS[0], SECRET) + publish_packet("dinh/1/meetings/m/motion", b"seen by all", 1, number=3)
                )
                await asyncio.sleep(0)
        await self._settle()
        line.abort()
        await self._settle()
        self._judge(bytes(line.heard), data, known=known)

    def _judge(self, heard: bytes, data: bytes, *, known: bool) -> None:
        """1. A stranger hears a refusal at most. 2. Nobody hears another's. 3. The node hears only what this tablet may say, as it said it."""
        entered = b"secret-of-tablet-1" in data
        if not known and not entered and heard not in {b"", *(b"\x20\2\0" + bytes((code,)) for code in range(1, 6))}:
            raise WrongAnswer(f"a stranger heard {heard!r}")
        if SECRET in heard:
            raise WrongAnswer(f"heard another's: {heard!r}")
        said = bytes(self.node.heard)
        self.node.heard.clear()
        if self.node.closing:
            raise WrongAnswer("the node was cut")
        for topic, payload in _publishes(said):
            ours = payload in {SECRET, b"seen by all"} and topic in {*OTHERS, "dinh/1/meetings/m/motion"}
            if not ours and (not (known or entered) or not MAY_SAY.fullmatch(topic) or payload not in data):
                raise WrongAnswer(f"the node heard {topic} {payload!r}")
        if len(self.reception.all) != 1 or len(self.reception.newcomers) != 0:
            raise WrongAnswer(f"{len(self.reception.all)} connections are left")
        kept = [topic for topic in self.hub._retained if topic not in OTHERS and topic != "dinh/1/meetings/m/motion"]
        if not all(MAY_KEEP.fullmatch(topic) for topic in kept):
            raise WrongAnswer(f"retained: {kept}")

    def close(self) -> None:
        self._end()
        self._loop.close()

    def _end(self) -> None:
        self._loop.run_until_complete(self._stop())
        self._held.close()

    async def _stop(self) -> None:
        self.hub.stop()
        await asyncio.sleep(0)


def _publishes(stream: bytes) -> list[tuple[str, bytes]]:
    """Topic and payload of every PUBLISH at QoS 0 in what the broker sent; other packets are passed over. Raises WrongAnswer."""
    found, at = [], 0
    while at < len(stream):
        length = shift = 0
        first, at = stream[at], at + 1
        while True:
            byte, at = stream[at], at + 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        body, at = stream[at : at + length], at + length
        if len(body) != length:
            raise WrongAnswer(f"the broker wrote half a packet: {stream!r}")
        if first >> 4 == 3:
            size = int.from_bytes(body[:2], "big")
            found.append((body[2 : 2 + size].decode(), body[2 + size :]))
    return found
