"""One tablet of the load generator: MQTT 3.1.1 in binary WebSocket frames over TLS, as lean as Python allows.

It says what the tablet page says: the same topics, QoS 1, each message acknowledged. The mask of its frames is zero, so that masking
costs the generator nothing and the node what it always costs.
"""

import asyncio
import base64
import secrets
import time
from dataclasses import dataclass, field
from typing import cast

from broker import topics
from broker.engines.embedded.packets import Frames, Publish, puback, publish

CONNACK, PUBLISH, PUBACK, SUBACK = 2, 3, 4, 9
KEEP_ALIVE_S = 120
OPEN, CLOSED = b'"state":"open"', b'"state":"closed"'


def framed(data: bytes) -> bytes:
    """A masked binary frame of a client, with the mask 0."""
    size = len(data)
    if size < 126:
        return bytes((0x82, 0x80 | size)) + b"\0\0\0\0" + data
    if size < 1 << 16:
        return b"\x82\xfe" + size.to_bytes(2, "big") + b"\0\0\0\0" + data
    return b"\x82\xff" + size.to_bytes(8, "big") + b"\0\0\0\0" + data


def _text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def _packet(first: int, body: bytes) -> bytes:
    length, coded = len(body), bytearray()
    while length > 0x7F:
        coded.append(length & 0x7F | 0x80)
        length >>= 7
    coded.append(length)
    return bytes((first,)) + bytes(coded) + body


@dataclass(frozen=True)
class Ticket:
    """What `/api/ticket` gave, and where to go with it."""

    ticket: str
    user: str
    password: str
    meeting: str
    host: str
    """host:port, as the node's certificate and Origin check want it."""


@dataclass
class Seen:
    """What came, with time.monotonic() seconds."""

    motion: bytes = b""
    """The newest snapshot of the motion."""
    closed_at: float = 0.0
    answer: bytes = b""
    answered_at: float = 0.0
    acknowledged: int = 0
    received: int = 0
    bytes: int = 0


class Tablet(asyncio.Protocol):
    """Connects, subscribes, casts. `ready` resolves when the subscriptions are acknowledged."""

    def __init__(self, ticket: Ticket) -> None:
        self.ticket, self.seen = ticket, Seen()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer = topics.ANSWER.of(meeting=ticket.meeting, device=ticket.user).encode()
        self._motion = topics.MOTION.of(meeting=ticket.meeting).encode()
        self._upgraded = False
        self._raw = bytearray()
        self._frames = Frames(1 << 24)
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = (
            f"GET /mqtt?ticket={self.ticket.ticket} HTTP/1.1",
            f"Host: {self.ticket.host}",
            f"Origin: https://{self.ticket.host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: mqtt",
        )
        self.transport.write("\r\n".join((*lines, "", "")).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        for future in (self.ready, self.answered, self.closed):
            if not future.done():
                future.set_exception(ConnectionError(f"{self.ticket.user}: {exc or 'closed by the node'}"))
                future.exception()  # looked at here: who waits gets it all the same

    def data_received(self, data: bytes) -> None:
        self._raw += data
        if not self._upgraded and not self._upgrade():
            return
        out = bytearray()
        while (payload := self._frame()) is not None:
            self._frames.feed(payload)
            while (packet := self._frames.next()) is not None:
                out += self._take(*packet)
        if out and self.transport is not None:
            self.transport.write(framed(bytes(out)))

    def cast(self, packet: bytes) -> None:
        """Send a frame that was made beforehand."""
        if self.transport is not None:
            self.transport.write(packet)

    def ask(self, payload: bytes) -> bytes:
        """The whole frame of an ask."""
        topic = topics.ASK.of(meeting=self.ticket.meeting, device=self.ticket.user)
        return framed(publish(Publish(topic, payload)))

    def leave(self) -> None:
        if self.transport is not None:
            self.transport.write(framed(b"\xe0\0"))
            self.transport.close()

    def _upgrade(self) -> bool:
        head, whole, rest = bytes(self._raw).partition(b"\r\n\r\n")
        if not whole:
            return False
        if not head.startswith(b"HTTP/1.1 101"):
            self.ready.set_exception(ConnectionError(head.decode(errors="replace").splitlines()[0]))
            return False
        self._upgraded, self._raw = True, bytearray(rest)
        ticket, status = self.ticket, topics.STATUS.of(device=self.ticket.user)
        flags = 0x80 | 0x40 | 0x20 | 0x08 | 0x04 | 0x02
        body = b"\0\4MQTT\4" + bytes((flags,)) + KEEP_ALIVE_S.to_bytes(2, "big") + _text(ticket.user)
        body += _text(status) + _text('{"state":"offline","session":"bench"}') + _text(ticket.user) + _text(ticket.password)
        self._say(_packet(0x10, body))
        return True

    def _say(self, data: bytes) -> None:
        if self.transport is not None:
            self.transport.write(framed(data))

    def _frame(self) -> bytes | None:
        """The payload of the next whole frame of the server; control frames are let go."""
        raw = self._raw
        if len(raw) < 2:
            return None
        size, start = raw[1] & 0x7F, 2
        if size > 125:
            start = 4 if size == 126 else 10
            if len(raw) < start:
                return None
            size = int.from_bytes(raw[2:start], "big")
        if len(raw) < start + size:
            return None
        payload = bytes(raw[start : start + size]) if raw[0] & 0x0F == 2 else b""
        del raw[: start + size]
        return payload

    def _take(self, first: int, body: bytes) -> bytes:
        """Handle one packet; the answer to it."""
        kind = first >> 4
        if kind == PUBLISH:
            return self._message(first, body)
        if kind == PUBACK:
            self.seen.acknowledged += 1
        elif kind == CONNACK:
            return self._subscriptions() if body[1] == 0 else self._refused(body[1])
        elif kind == SUBACK and not self.ready.done():
            self.ready.set_result(None)
        return b""

    def _refused(self, code: int) -> bytes:
        self.ready.set_exception(ConnectionError(f"{self.ticket.user}: CONNACK {code}"))
        return b""

    def _subscriptions(self) -> bytes:
        meeting, device = self.ticket.meeting, self.ticket.user
        shown = (topics.AGENDA, topics.ROLL, topics.FLOOR, topics.MOTION, topics.PAGE, topics.NOTICE)
        wanted = [topics.ANSWER.of(meeting=meeting, device=device), topics.DESIRED.of(device=device), topics.BIRTH.of()]
        wanted += [topic.of(meeting=meeting) for topic in shown]
        return _packet(0x82, b"\0\1" + b"".join(_text(one) + b"\1" for one in wanted))

    def _message(self, first: int, body: bytes) -> bytes:
        self.seen.received += 1
        self.seen.bytes += len(body)
        end = 2 + int.from_bytes(body[:2], "big")
        topic, qos = body[2:end], first & 6
        payload = body[end + 2 :] if qos else body[end:]
        if topic == self._answer:
            self._answered(payload)
        elif topic == self._motion:
            self._moved(payload)
        return puback(int.from_bytes(body[end : end + 2], "big")) if qos else b""

    def _answered(self, payload: bytes) -> None:
        self.seen.answer, self.seen.answered_at = payload, time.monotonic()
        if not self.answered.done():
            self.answered.set_result(None)

    def _moved(self, payload: bytes) -> None:
        self.seen.motion = payload
        if CLOSED in payload and not self.seen.closed_at:
            self.seen.closed_at = time.monotonic()
            self.closed.set_result(None)


@dataclass
class Cast:
    """A ballot on its way. Times are time.monotonic() seconds."""

    jws: str
    frame: bytes
    id: str
    planned: float = 0.0
    sent: float = 0.0
    verified: float = 0.0
    refused: str = ""
    tablet: Tablet | None = field(default=None, repr=False)
