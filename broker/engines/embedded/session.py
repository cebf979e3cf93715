"""One client's state, which may outlive its connection: subscriptions, what waits, what was sent and not acknowledged."""

from collections import deque
from typing import Protocol

from broker.engines.embedded.gate import Identity
from broker.engines.embedded.limits import Counters, Limits
from broker.engines.embedded.packets import Publish, publish
from broker.engines.embedded.store import Queued, SavedSession, Store


class Wire(Protocol):
    """What a session needs of its connection."""

    @property
    def writable(self) -> bool:
        """False while the client does not take what was written."""
        ...

    def send(self, data: bytes) -> None: ...


class Session:
    """`keeps` is clean session 0: what it holds is also in the store."""

    def __init__(self, identity: Identity, *, keeps: bool, store: Store, limits: Limits, counters: Counters) -> None:
        self.identity = identity
        self.keeps = keeps
        self.wire: Wire | None = None
        self.subscriptions: dict[str, int] = {}
        self.unreleased: set[int] = set()
        self._store = store
        self._limits = limits
        self._counters = counters
        self._waiting: deque[Queued] = deque()
        self._inflight: dict[int, Queued] = {}
        self._bytes = 0
        self._packet = 0

    def restore(self, saved: SavedSession) -> None:
        """Take over what was on disk. What had been sent is in flight again and will be repeated with its old identifier."""
        self.subscriptions = saved.subscriptions
        self.unreleased = saved.unreleased
        for message in saved.queued:
            self._bytes += message.size
            if message.packet and message.packet not in self._inflight:
                self._inflight[message.packet] = message
            else:
                self._waiting.append(message)

    def attach(self, wire: Wire) -> None:
        """A connection is here: repeat what was not acknowledged, in order and marked as repeated, then what waits (4.4, 4.6)."""
        self.wire = wire
        for message in self._inflight.values():
            wire.send(_publish(message, dup=True))
            self._counters.delivered += 1
        self.pump()

    def detach(self) -> None:
        self.wire = None

    def deliver(self, message: Publish, qos: int, *, retain: bool) -> None:
        """One message for this client. QoS 0 goes now or never; QoS 1 waits, within bounds. What is dropped is counted."""
        if qos == 0:
            self._now(message, retain=retain)
            return
        queued = Queued(0, message.topic, message.payload, retain)
        full = len(self._waiting) + len(self._inflight) >= self._limits.queue_messages
        if full or self._bytes + queued.size > self._limits.queue_bytes:
            self._counters.dropped_queue += 1
            return
        self._bytes += queued.size
        queued.seq = self._store.next_seq()
        if self.keeps:
            self._store.enqueue(self.identity.client, queued)
        self._waiting.append(queued)
        self.pump()

    def _now(self, message: Publish, *, retain: bool) -> None:
        """A retained message that answers a subscription is never dropped for a full buffer: the buffer is bounded by what is retained."""
        if self.wire is None:
            return
        if not retain and not self.wire.writable:
            self._counters.dropped_qos0 += 1
            return
        self.wire.send(publish(Publish(message.topic, message.payload, retain=retain)))
        self._counters.delivered += 1

    def pump(self) -> None:
        """Send what waits, as far as the window and the write buffer allow."""
        wire = self.wire
        while wire and self._waiting and len(self._inflight) < self._limits.inflight and wire.writable:
            message = self._waiting.popleft()
            message.packet = self._free_packet()
            self._inflight[message.packet] = message
            if self.keeps:
                self._store.sent(message)
            wire.send(_publish(message, dup=False))
            self._counters.delivered += 1

    def acked(self, packet: int) -> None:
        """The client has it. An acknowledgement of nothing is ignored."""
        message = self._inflight.pop(packet, None)
        if message is None:
            return
        self._bytes -= message.size
        if self.keeps:
            self._store.acked(message)
        self.pump()

    def _free_packet(self) -> int:
        while True:
            self._packet = self._packet % 0xFFFF + 1
            if self._packet not in self._inflight:
                return self._packet


def _publish(message: Queued, *, dup: bool) -> bytes:
    return publish(Publish(message.topic, message.payload, 1, message.retain, dup, message.packet))
