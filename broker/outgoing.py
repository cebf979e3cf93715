"""What a client still owes the broker: QoS 1 messages until they are acknowledged, and the newest snapshot of every retained topic.

paho keeps an unacknowledged message and sends it again after a reconnect; this module bounds that, tells who waits, and makes sure
that an old snapshot never overtakes a newer one: at most one message of a snapshot's topic is on its way at any time.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from enum import StrEnum
from functools import partial

_log = logging.getLogger("broker.client")

PAYLOAD_MAX = 512 * 1024
"""The seat plan of a hall of two thousand has about 430 KB."""
WAITING_MAX = 5000
WAITING_BYTES_MAX = 16 * 1024 * 1024


class Code(StrEnum):
    """Why a message was not delivered."""

    OVERFLOW = "broker.overflow"
    TOO_LARGE = "broker.too_large"
    CLOSED = "broker.closed"


class Undelivered(Exception):
    """A message will not reach the broker. Set on its future, counted and logged; the caller decides what it means."""

    def __init__(self, code: Code, topic: str) -> None:
        super().__init__(f"{code} {topic}")
        self.code = code
        self.topic = topic


Publisher = Callable[[str, bytes, bool], int | None]
"""Hands (topic, payload, retain) at QoS 1 to the MQTT library without waiting; its identifier, or None when it is not taken."""


class Outgoing:
    """Thread-safe. The lock is never held while the library or a caller's code runs, because the library calls back under its own."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._lock = threading.Lock()
        self._expected: dict[int, Callable[[], None]] = {}
        self._early: set[int] = set()
        """Acknowledged before `publisher` had returned their identifier."""
        self._futures: dict[Future[None], int] = {}
        self._bytes = 0
        self._snapshots: dict[str, bytes] = {}
        self._dirty: dict[str, None] = {}
        self._flying: set[str] = set()
        self._online = False
        self._closed = False
        self._idle = threading.Event()
        self._idle.set()
        self.undelivered = 0

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> "Future[None]":
        """Resolves when the broker has acknowledged it; fails with Undelivered, never in silence."""
        future: Future[None] = Future()
        with self._lock:
            code = self._refusal(payload)
            if code is None:
                self._futures[future] = len(payload)
                self._bytes += len(payload)
                self._idle.clear()
        if code:
            return self._fail(future, Undelivered(code, topic))
        number = self._publisher(topic, payload, retain)
        if number is None:
            self._forget(future)
            return self._fail(future, Undelivered(Code.OVERFLOW, topic))
        self._expect(number, partial(self._delivered, future))
        return future

    def snapshot(self, topic: str, payload: bytes) -> None:
        """Keep this as the newest state of a retained topic; the empty payload clears it. Sent now or on the next connect."""
        if len(payload) > PAYLOAD_MAX:
            self._fail(Future(), Undelivered(Code.TOO_LARGE, topic))
            return
        with self._lock:
            self._snapshots[topic] = payload
            self._dirty[topic] = None
        self._push()

    def forget(self, topic: str) -> None:
        """No longer send this snapshot again; what the broker has of it stays."""
        with self._lock:
            self._snapshots.pop(topic, None)
            self._dirty.pop(topic, None)

    def connected(self) -> None:
        """Every snapshot is sent again: the broker may have lost all it had."""
        with self._lock:
            self._online = True
            self._dirty.update(dict.fromkeys(self._snapshots))
        self._push()

    def disconnected(self) -> None:
        with self._lock:
            self._online = False

    def acknowledged(self, number: int) -> None:
        with self._lock:
            done = self._expected.pop(number, None)
            if done is None:
                self._early.add(number)
        if done:
            done()

    def wait_empty(self, timeout_s: float) -> bool:
        """True when nothing is waiting for the broker any more."""
        return self._idle.wait(timeout_s)

    def close(self) -> None:
        """Whatever still waits has failed."""
        with self._lock:
            self._closed = True
            futures = list(self._futures)
            self._futures.clear()
        for future in futures:
            self._fail(future, Undelivered(Code.CLOSED, ""))

    def _refusal(self, payload: bytes) -> Code | None:
        if self._closed:
            return Code.CLOSED
        if len(payload) > PAYLOAD_MAX:
            return Code.TOO_LARGE
        if len(self._futures) >= WAITING_MAX or self._bytes + len(payload) > WAITING_BYTES_MAX:
            return Code.OVERFLOW
        return None

    def _push(self) -> None:
        """Send every changed snapshot that has no older one on its way."""
        with self._lock:
            ready = [topic for topic in self._dirty if topic not in self._flying] if self._online else []
            for topic in ready:
                del self._dirty[topic]
            self._flying.update(ready)
            payloads = [(topic, self._snapshots[topic]) for topic in ready]
            self._note_idle()
        for topic, payload in payloads:
            number = self._publisher(topic, payload, True)
            if number is None:
                self._landed(topic, payload)
                self._fail(Future(), Undelivered(Code.OVERFLOW, topic))
            else:
                self._expect(number, partial(self._landed, topic, payload))

    def _landed(self, topic: str, payload: bytes) -> None:
        with self._lock:
            self._flying.discard(topic)
            if not payload and topic not in self._dirty:
                self._snapshots.pop(topic, None)
            self._note_idle()
            more = topic in self._dirty
        if more:
            self._push()

    def _expect(self, number: int, done: Callable[[], None]) -> None:
        with self._lock:
            early = number in self._early
            self._early.discard(number)
            if not early:
                self._expected[number] = done
        if early:
            done()

    def _delivered(self, future: "Future[None]") -> None:
        self._forget(future)
        try:
            future.set_result(None)
        except InvalidStateError:
            _log.debug("broker.delivered_after_close")

    def _forget(self, future: "Future[None]") -> None:
        with self._lock:
            self._bytes -= self._futures.pop(future, 0)
            self._note_idle()

    def _note_idle(self) -> None:
        if self._futures or self._flying:
            self._idle.clear()
        else:
            self._idle.set()

    def _fail(self, future: "Future[None]", error: Undelivered) -> "Future[None]":
        with self._lock:
            self.undelivered += 1
        _log.error("%s topic=%s", error.code, error.topic)
        try:
            future.set_exception(error)
        except InvalidStateError:
            _log.debug("broker.failed_after_delivery")
        return future
