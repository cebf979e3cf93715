"""One TCP connection: bytes to packets, packets to the hub, answers in the order of the questions (4.6.0-2)."""

import asyncio
import logging
from collections import deque
from typing import cast

from broker.engines.embedded import packets
from broker.engines.embedded.dialogue import take
from broker.engines.embedded.hub import Hub, Refused
from broker.engines.embedded.limits import worth_a_line
from broker.engines.embedded.packets import Connect, Frames, Malformed, Oversize, Unsupported
from broker.engines.embedded.session import Session

_log = logging.getLogger("broker.connection")

LINGER_S = 5.0
"""A closing connection may send its last bytes for so long."""


class Reception:
    """Counts connections, known or not yet, against their limits."""

    def __init__(self) -> None:
        self.all: set[Connection] = set()
        self.newcomers: set[Connection] = set()


class Connection(asyncio.Protocol):
    """Nothing but CONNECT has an effect before the client is known; then one handler for each packet."""

    def __init__(self, hub: Hub, reception: Reception) -> None:
        self._hub = hub
        self._reception = reception
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._frames = Frames(hub.limits.packet_before)
        self._session: Session | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._patience_s = 0.0
        self._heard = 0.0
        self._out: list[bytes] = []
        self._out_bytes = 0
        self._flushed = 0.0
        """When something was written last, by the loop's clock."""
        self._replies: deque[tuple[int, bytes]] = deque()
        self._blocked = False
        """The client does not take what was written."""
        self._held = False
        """The client is not read, because too many of its messages wait for the disk."""
        self._over = False
        self._touched = 0
        """What the store had seen before the packet that is being handled."""

    # -- asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=self._hub.limits.write_buffer)
        limits, reception = self._hub.limits, self._reception
        if len(reception.all) >= limits.connections or len(reception.newcomers) >= limits.newcomers:
            self._hub.counters.too_many += 1
            self._over = True
            self._transport.abort()
            return
        reception.all.add(self)
        reception.newcomers.add(self)
        self._timer = self._loop.call_later(limits.connect_s, self._too_late)

    def data_received(self, data: bytes) -> None:
        if self._over:
            return
        self._heard = self._loop.time()
        self._frames.feed(data)
        self._work()

    def pause_writing(self) -> None:
        """The client is slow: it is not read either, so that it cannot make us answer without end."""
        self._blocked = True
        self._stall = self._loop.call_later(self._hub.limits.stall_s, self._stalled)
        self._read_or_not()

    def resume_writing(self) -> None:
        self._blocked = False
        if self._stall:
            self._stall.cancel()
        if self._session and not self._over:
            self._session.pump()
        self._read_or_not()
        self._work()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio gives it
        self._finish(with_will=True)

    # -- the session's and the hub's side

    @property
    def writable(self) -> bool:
        return not self._blocked and self._out_bytes < self._hub.limits.write_buffer

    def send(self, data: bytes) -> None:
        """Write with everything else that is written in this turn of the loop, or soon after it when the last time was just now."""
        limits = self._hub.limits
        if not self._out:
            if self._loop.time() - self._flushed < limits.gather_s:
                self._loop.call_later(limits.gather_s, self._flush)
            else:
                self._loop.call_soon(self._flush)
        self._out.append(data)
        self._out_bytes += len(data)
        if self._out_bytes >= limits.gather_bytes:
            self._flush()

    def cut(self) -> None:
        """The will is published, the socket is closed; without mercy when the client does not read."""
        self._close(with_will=True)

    def leave(self) -> None:
        """The client said goodbye: no will."""
        self._close(with_will=False)

    def reply(self, data: bytes) -> None:
        """Answer once everything that the question changed is on disk, and never before an earlier question's answer."""
        store = self._hub.store
        ticket = store.pending() if store.touched != self._touched else 0
        if not self._replies and ticket <= store.committed:
            self.send(data)
            return
        self._replies.append((ticket, data))
        store.when_committed(self._committed)
        if len(self._replies) >= self._hub.limits.replies:
            self._held = True
            self._read_or_not()

    # -- inside

    def _work(self) -> None:
        """Handle every whole packet that is here. A violation ends the connection without an answer."""
        counters = self._hub.counters
        try:
            while not (self._over or self._blocked or self._held) and (frame := self._frames.next()):
                self._handle(packets.decode(*frame))
        except Oversize:
            counters.oversize += 1
            self.cut()
        except Malformed as error:
            counters.malformed += 1
            if worth_a_line(counters.malformed):
                _log.info("broker.malformed client=%s why=%s", self._name(), error)
            self.cut()
        except Unsupported:
            self._refuse(packets.BAD_VERSION)
        except Refused as error:
            _log.error("broker.refused client=%s why=%s", self._name(), error)
            self.cut()

    def _handle(self, packet: packets.Packet) -> None:
        self._touched = self._hub.store.touched
        if self._session is None:
            if not isinstance(packet, Connect):
                raise Malformed("no CONNECT")
            self._connect(packet)
            return
        take(packet, hub=self._hub, session=self._session, speaker=self)

    def _connect(self, packet: Connect) -> None:
        outcome = self._hub.connect(self, packet)
        if isinstance(outcome, int):
            if worth_a_line(self._hub.counters.refused):
                _log.info("broker.connect_refused code=%d client=%.60r", outcome, packet.client)
            self._refuse(outcome)
            return
        session, present = outcome
        self._session = session
        self._reception.newcomers.discard(self)
        self._frames.limit = self._hub.limits.packet_after
        self._patience_s = packet.keep_alive * 1.5
        self._listen_for(self._patience_s)
        self.send(packets.connack(packets.ACCEPTED, present=present))
        session.attach(self)

    def _committed(self) -> None:
        if self._over:
            return
        store = self._hub.store
        while self._replies and self._replies[0][0] <= store.committed:
            self.send(self._replies.popleft()[1])
        if self._replies:
            store.when_committed(self._committed)
        if self._held and len(self._replies) < self._hub.limits.replies // 2:
            self._held = False
            self._read_or_not()
            self._work()

    def _flush(self) -> None:
        if not self._out:
            return
        self._flushed = self._loop.time()
        if self._transport and not self._transport.is_closing():
            self._transport.write(b"".join(self._out))
        self._out.clear()
        self._out_bytes = 0

    def _read_or_not(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._blocked or self._held:
            self._transport.pause_reading()
        else:
            self._heard = self._loop.time()
            self._transport.resume_reading()

    def _listen_for(self, seconds: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._still_there) if self._patience_s else None

    def _still_there(self) -> None:
        """Silence for 1.5 times the keep-alive ends the connection (3.1.2-24); a client that we do not read is not silent."""
        rest = self._heard + self._patience_s - self._loop.time()
        if self._held:
            rest = self._patience_s
        if rest > 0:
            self._listen_for(rest)
        else:
            self._too_late()

    def _too_late(self) -> None:
        self._hub.counters.too_late += 1
        _log.info("broker.too_late client=%s", self._name())
        self.cut()

    def _stalled(self) -> None:
        self._hub.counters.stalled += 1
        _log.warning("broker.stalled client=%s", self._name())
        self.cut()

    def _refuse(self, code: int) -> None:
        self.send(packets.connack(code))
        self._close(with_will=True)

    def _close(self, *, with_will: bool) -> None:
        transport = self._transport
        if self._over or transport is None:
            return
        self._flush()
        self._finish(with_will=with_will)
        if self._blocked:
            transport.abort()
        else:
            transport.close()
            self._timer = self._loop.call_later(LINGER_S, transport.abort)

    def _finish(self, *, with_will: bool) -> None:
        """Once: forget the timers and the place, tell the hub."""
        if self._over:
            if self._timer:
                self._timer.cancel()
            return
        self._over = True
        for timer in (self._timer, self._stall):
            if timer:
                timer.cancel()
        self._reception.all.discard(self)
        self._reception.newcomers.discard(self)
        self._replies.clear()
        if self._session:
            self._hub.closed(self, self._session, with_will=with_will)

    def _name(self) -> str:
        return self._session.identity.client if self._session else "unknown"
