"""MQTT 3.1.1 packets as values: bytes in, frozen packets out, and the few answers a server writes. Pure; knows no session.

Everything that the specification calls a protocol violation raises Malformed here, before it can have any effect.
"""

from collections.abc import Callable
from dataclasses import dataclass


class Malformed(ValueError):
    """The bytes are no packet that a client may send. The connection is closed without an answer (4.8.0-1)."""


class Oversize(Malformed):
    """The packet announces more bytes than are allowed at this point."""


class Unsupported(ValueError):
    """Another version of MQTT; answered with code 1 (3.1.2-2)."""


@dataclass(frozen=True, slots=True)
class Publish:
    """`packet` is 0 at QoS 0."""

    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet: int = 0


@dataclass(frozen=True, slots=True)
class Connect:
    """`keep_alive` in seconds, 0 for none. `user` is None when the client named none."""

    client: str
    clean: bool
    keep_alive: int
    user: str | None = None
    password: bytes | None = None
    will: Publish | None = None


@dataclass(frozen=True, slots=True)
class Subscribe:
    packet: int
    filters: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    packet: int
    filters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PubAck:
    packet: int


@dataclass(frozen=True, slots=True)
class PubRel:
    packet: int


@dataclass(frozen=True, slots=True)
class PingReq:
    pass


@dataclass(frozen=True, slots=True)
class Disconnect:
    pass


Packet = Connect | Publish | Subscribe | Unsubscribe | PubAck | PubRel | PingReq | Disconnect

ACCEPTED, BAD_VERSION, BAD_CLIENT, UNAVAILABLE, BAD_PASSWORD, NOT_ALLOWED = range(6)
"""CONNACK return codes (table 3.1)."""
NO_SUBSCRIPTION = 0x80
PINGRESP = b"\xd0\x00"


class Frames:
    """Cuts a byte stream into packets. `limit` is the largest packet taken now, fixed header not counted."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._bytes = bytearray()

    def feed(self, data: bytes) -> None:
        self._bytes += data

    def next(self) -> tuple[int, bytes] | None:
        """The first byte and the body of the next whole packet, or None. Raises before it buffers what is too large."""
        buffer = self._bytes
        length = shift = 0
        for at in range(1, 5):
            if at >= len(buffer):
                return None
            length |= (buffer[at] & 0x7F) << shift
            shift += 7
            if buffer[at] < 0x80:
                return self._take(at + 1, length)
        raise Malformed("remaining length")

    def _take(self, start: int, length: int) -> tuple[int, bytes] | None:
        if length > self.limit:
            raise Oversize(str(length))
        if len(self._bytes) < start + length:
            return None
        first, body = self._bytes[0], bytes(self._bytes[start : start + length])
        del self._bytes[: start + length]
        return first, body


class _Body:
    """Reads the fields of one packet in order."""

    __slots__ = ("at", "raw")

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.at = 0

    def take(self, count: int) -> bytes:
        if self.at + count > len(self.raw):
            raise Malformed("short")
        self.at += count
        return self.raw[self.at - count : self.at]

    def byte(self) -> int:
        return self.take(1)[0]

    def short(self) -> int:
        return int.from_bytes(self.take(2), "big")

    def packet(self) -> int:
        if number := self.short():
            return number
        raise Malformed("packet identifier 0")

    def binary(self) -> bytes:
        return self.take(self.short())

    def text(self) -> str:
        """UTF-8 without surrogates or NUL (1.5.3)."""
        try:
            text = self.binary().decode()
        except UnicodeDecodeError:
            raise Malformed("not UTF-8") from None
        if "\0" in text:
            raise Malformed("NUL")
        return text

    def rest(self) -> bytes:
        return self.take(len(self.raw) - self.at)

    def more(self) -> bool:
        return self.at < len(self.raw)

    def end(self) -> None:
        if self.more():
            raise Malformed("more than a packet")


def valid_topic(topic: str) -> bool:
    return bool(topic) and "+" not in topic and "#" not in topic


def valid_filter(wanted: str) -> bool:
    """`#` only as the last whole level, `+` only as a whole level (4.7.1)."""
    levels = wanted.split("/")
    whole = all(level in {"+", "#"} or valid_topic(level) or not level for level in levels)
    return bool(wanted) and whole and "#" not in levels[:-1]


def decode(first: int, body: bytes) -> Packet:
    """One packet of a client. Raises Malformed, and Unsupported for another version of the protocol."""
    kind, flags = first >> 4, first & 0x0F
    if kind == 3:
        return _publish(flags, _Body(body))
    known = _KINDS.get(kind)
    if known is None or flags != known[0]:
        raise Malformed("type or flags")
    reader = _Body(body)
    packet = known[1](reader)
    reader.end()
    return packet


def _connect(body: _Body) -> Connect:
    name, level = body.binary(), body.byte()
    if (name, level) in {(b"MQTT", 5), (b"MQTT", 3), (b"MQIsdp", 3), (b"MQIsdp", 4)}:
        raise Unsupported(str(level))
    if name != b"MQTT":
        raise Malformed("protocol name")
    if level != 4:
        raise Unsupported(str(level))
    flags, keep_alive, client = body.byte(), body.short(), body.text()
    _refuse_connect_flags(flags)
    will = None
    if flags & 0x04:
        topic, payload = body.text(), body.binary()
        if not valid_topic(topic):
            raise Malformed("will topic")
        will = Publish(topic, payload, qos=flags >> 3 & 3, retain=bool(flags & 0x20))
    user = body.text() if flags & 0x80 else None
    password = body.binary() if flags & 0x40 else None
    return Connect(client, bool(flags & 0x02), keep_alive, user, password, will)


def _refuse_connect_flags(flags: int) -> None:
    if flags & 0x01:
        raise Malformed("reserved flag")
    if flags >> 3 & 3 == 3 or (not flags & 0x04 and flags & 0x38):
        raise Malformed("will flags")
    if flags & 0x40 and not flags & 0x80:
        raise Malformed("password without user")


def _publish(flags: int, body: _Body) -> Publish:
    qos, dup = flags >> 1 & 3, bool(flags & 8)
    if qos == 3 or (dup and qos == 0):
        raise Malformed("publish flags")
    topic = body.text()
    if not valid_topic(topic):
        raise Malformed("topic")
    packet = body.packet() if qos else 0
    return Publish(topic, body.rest(), qos, bool(flags & 1), dup, packet)


def _subscribe(body: _Body) -> Subscribe:
    packet = body.packet()
    filters: list[tuple[str, int]] = []
    while body.more() or not filters:
        wanted, qos = body.text(), body.byte()
        if qos > 2 or not valid_filter(wanted):
            raise Malformed("subscription")
        filters.append((wanted, qos))
    return Subscribe(packet, tuple(filters))


def _unsubscribe(body: _Body) -> Unsubscribe:
    packet = body.packet()
    filters: list[str] = []
    while body.more() or not filters:
        if not valid_filter(wanted := body.text()):
            raise Malformed("subscription")
        filters.append(wanted)
    return Unsubscribe(packet, tuple(filters))


_KINDS: dict[int, tuple[int, Callable[[_Body], Packet]]] = {
    1: (0, _connect),
    4: (0, lambda body: PubAck(body.packet())),
    6: (2, lambda body: PubRel(body.packet())),
    8: (2, _subscribe),
    10: (2, _unsubscribe),
    12: (0, lambda _: PingReq()),
    14: (0, lambda _: Disconnect()),
}
"""Type -> its only flags, its decoder. PUBREC and PUBCOMP are missing, because nothing is sent at QoS 2 that they could answer."""


def connack(code: int, *, present: bool = False) -> bytes:
    return bytes((0x20, 2, present, code))


def puback(packet: int) -> bytes:
    return b"\x40\x02" + packet.to_bytes(2, "big")


def pubrec(packet: int) -> bytes:
    return b"\x50\x02" + packet.to_bytes(2, "big")


def pubcomp(packet: int) -> bytes:
    return b"\x70\x02" + packet.to_bytes(2, "big")


def suback(packet: int, codes: list[int]) -> bytes:
    return b"\x90" + _length(2 + len(codes)) + packet.to_bytes(2, "big") + bytes(codes)


def unsuback(packet: int) -> bytes:
    return b"\xb0\x02" + packet.to_bytes(2, "big")


def publish(message: Publish) -> bytes:
    """A PUBLISH as it is sent to a client."""
    topic = message.topic.encode()
    head = len(topic).to_bytes(2, "big") + topic + (message.packet.to_bytes(2, "big") if message.qos else b"")
    first = 0x30 | message.dup << 3 | message.qos << 1 | message.retain
    return bytes((first,)) + _length(len(head) + len(message.payload)) + head + message.payload


def _length(count: int) -> bytes:
    coded = bytearray()
    while count > 0x7F:
        coded.append(count & 0x7F | 0x80)
        count >>= 7
    coded.append(count)
    return bytes(coded)
