"""An MQTT 3.1.1 client made of plain sockets and bytes, so that a test can say anything. Shares no code with the broker."""

import socket
import time
from collections import deque
from dataclasses import dataclass
from typing import Self

from broker.engines import Address

CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 2, 3, 4, 5, 6, 7
SUBACK, UNSUBACK, PINGRESP = 9, 11, 13


def text(value: str | bytes) -> bytes:
    raw = value.encode() if isinstance(value, str) else value
    return len(raw).to_bytes(2, "big") + raw


def packet(first: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length, coded = len(body), bytearray()
    while True:
        length, digit = divmod(length, 128)
        coded.append(digit | (0x80 if length else 0))
        if not length:
            return bytes((first,)) + bytes(coded) + body


@dataclass(frozen=True)
class Will:
    topic: str
    payload: bytes = b"gone"
    qos: int = 1
    retain: bool = False


@dataclass(frozen=True)
class Hello:
    """The rest of a CONNECT."""

    clean: bool = True
    keep_alive: int = 60
    will: Will | None = None
    name: str = "MQTT"
    level: int = 4


def connect_packet(client: str, user: str | None = None, password: str | None = None, hello: Hello | None = None) -> bytes:
    hello = hello or Hello()
    flags = hello.clean << 1 | (user is not None) << 7 | (password is not None) << 6
    parts = [text(client)]
    if will := hello.will:
        flags |= 4 | will.qos << 3 | will.retain << 5
        parts += [text(will.topic), text(will.payload)]
    parts += [text(value) for value in (user, password) if value is not None]
    return packet(0x10, text(hello.name), bytes((hello.level, flags)), hello.keep_alive.to_bytes(2, "big"), *parts)


def publish_packet(topic: str, payload: bytes, qos: int = 0, *, number: int = 0, retain: bool = False) -> bytes:
    return packet(0x30 | qos << 1 | retain, text(topic), number.to_bytes(2, "big") if qos else b"", payload)


def repeated(publish: bytes) -> bytes:
    """The same PUBLISH with the DUP flag."""
    return bytes((publish[0] | 8,)) + publish[1:]


@dataclass(frozen=True)
class Seen:
    """A PUBLISH that came."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    dup: bool
    number: int


class Closed(Exception):
    """The broker closed the connection."""


class Raw:
    """One connection. Messages that come while something else is awaited are kept in `inbox`."""

    def __init__(self, address: Address, *, timeout: float = 5.0) -> None:
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.inbox: deque[Seen] = deque()
        self.acks = True
        self._bytes = b""
        self._number = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, timeout: float | None = None) -> tuple[int, bytes]:
        """The next packet: its first byte and body. TimeoutError or Closed when there is none."""
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        while (found := self._cut()) is None:
            self.socket.settimeout(max(end - time.monotonic(), 0.001))
            try:
                more = self.socket.recv(65536)
            except ConnectionError:
                raise Closed from None
            if not more:
                raise Closed
            self._bytes += more
        return found

    def _cut(self) -> tuple[int, bytes] | None:
        length = 0
        for at, digit in enumerate(self._bytes[1:5]):
            length |= (digit & 0x7F) << 7 * at
            if digit < 0x80:
                start, end = at + 2, at + 2 + length
                if len(self._bytes) < end:
                    return None
                first, body, self._bytes = self._bytes[0], self._bytes[start:end], self._bytes[end:]
                return first, body
        return None

    def connect(self, user: str, password: str, *, client: str | None = None, hello: Hello | None = None) -> tuple[bool, int]:
        """(session present, return code)."""
        self.send(connect_packet(user if client is None else client, user, password, hello))
        return self.connack()

    def connack(self) -> tuple[bool, int]:
        first, body = self.read()
        assert first == 0x20
        assert len(body) == 2
        return bool(body[0]), body[1]

    def await_kind(self, kind: int, timeout: float | None = None) -> bytes:
        """The body of the next packet of this kind; messages before it go to the inbox."""
        while True:
            first, body = self.read(timeout)
            if first >> 4 == kind:
                return body
            assert first >> 4 == PUBLISH, f"unexpected packet {first:#x}"
            self._take(first, body)

    def _take(self, first: int, body: bytes) -> None:
        size = int.from_bytes(body[:2], "big")
        topic, rest = body[2 : 2 + size].decode(), body[2 + size :]
        qos = first >> 1 & 3
        number = int.from_bytes(rest[:2], "big") if qos else 0
        self.inbox.append(Seen(topic, rest[2:] if qos else rest, qos, bool(first & 1), bool(first & 8), number))
        if qos and self.acks:
            self.ack(number)

    def ack(self, number: int) -> None:
        self.send(packet(0x40, number.to_bytes(2, "big")))

    def number(self) -> int:
        self._number += 1
        return self._number

    def publish(self, topic: str, payload: bytes, qos: int = 1, *, retain: bool = False) -> None:
        """Also waits for the acknowledgement, whatever the QoS asks."""
        number = self.number() if qos else 0
        self.send(publish_packet(topic, payload, qos, number=number, retain=retain))
        if qos == 1:
            assert self.await_kind(PUBACK) == number.to_bytes(2, "big")
        if qos == 2:
            assert self.await_kind(PUBREC) == number.to_bytes(2, "big")
            self.send(packet(0x62, number.to_bytes(2, "big")))
            assert self.await_kind(PUBCOMP) == number.to_bytes(2, "big")

    def subscribe(self, *filters: str, qos: int = 1) -> list[int]:
        number = self.number().to_bytes(2, "big")
        self.send(packet(0x82, number, *(text(wanted) + bytes((qos,)) for wanted in filters)))
        body = self.await_kind(SUBACK)
        assert body[:2] == number
        return list(body[2:])

    def unsubscribe(self, *filters: str) -> None:
        number = self.number().to_bytes(2, "big")
        self.send(packet(0xA2, number, *(text(wanted) for wanted in filters)))
        assert self.await_kind(UNSUBACK) == number

    def message(self, timeout: float | None = None) -> Seen:
        """The next message."""
        while not self.inbox:
            first, body = self.read(timeout)
            assert first >> 4 == PUBLISH, f"unexpected packet {first:#x}"
            self._take(first, body)
        return self.inbox.popleft()

    def settle(self) -> list[Seen]:
        """Everything that comes until two pings in a row are answered with nothing between: then the broker has nothing more to send."""
        seen = -1
        while len(self.inbox) > seen:
            seen = len(self.inbox)
            self.send(b"\xc0\x00")
            self.await_kind(PINGRESP)
        found, self.inbox = list(self.inbox), deque()
        return found

    def closed(self, timeout: float | None = None) -> bool:
        """True when the broker closes within the time, whatever it sends before."""
        try:
            while True:
                self.read(timeout)
        except Closed:
            return True
        except TimeoutError:
            return False

    def leave(self) -> None:
        """DISCONNECT, and wait until the broker has seen it."""
        self.send(b"\xe0\x00")
        self.closed(2)
        self.socket.close()
