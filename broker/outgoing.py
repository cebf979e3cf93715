"""What a client still owes the broker: messages until they are acknowledged (QoS 1) or given to the connection (QoS 0), and the
newest snapshot of every retained topic.

paho keeps an unacknowledged message and sends it again after a reconnect; this module bounds that, tells who waits, and makes sure
that an old snapshot never overtakes a newer one: at most one message of a snapshot's topic is on its way at any time.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Literal

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


Publisher = Callable[[str, bytes, int, bool], int | None]
"""Hands (topic, payload, QoS, retain) to the MQTT library without waiting; its identifier, or None when it is not taken."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message. What goes at QoS 0 is delivered, as far as we are told, when the library has it."""

    topic: str
    payload: bytes
    qos: Literal[0, 1] = 1
    retain: bool = False


class Outgoing:
    """Anybody may `publish`, `snapshot` and `forget`; the rest is the network thread's, which alone speaks to the library: a commit that
    answers five hundred tablets hands them over at once, and waits for no lock of the library's.

    `wake` asks the network thread to call `hand_over`. The lock is never held while the library or a caller's code runs.
    """

    def __init__(self, publisher: Publisher, wake: Callable[[], None]) -> None:
        self._publisher, self._wake = publisher, wake
        self._lock = threading.Lock()
        self._queue: list[tuple[Letter, Future[None]]] = []
        """Not yet the library's."""
        self._expected: dict[int, Callable[[], None]] = {}
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

    def publish(self, letter: Letter) -> "Future[None]":
        """Resolves when the broker has acknowledged it; fails with Undelivered, never in silence."""
        future: Future[None] = Future()
        with self._lock:
            code = self._refusal(letter.payload)
            if code is None:
                self._futures[future] = len(letter.payload)
                self._bytes += len(letter.payload)
                self._idle.clear()
                self._queue.append((letter, future))
        if code:
            return self._fail(future, Undelivered(code, letter.topic))
        self._wake()
        return future

    def snapshot(self, topic: str, payload: bytes) -> None:
        """Keep this as the newest state of a retained topic; the empty payload clears it. Sent now or on the next connect."""
        if len(payload) > PAYLOAD_MAX:
            self._fail(Future(), Undelivered(Code.TOO_LARGE, topic))
            return
        with self._lock:
            self._snapshots[topic] = payload
            self._dirty[topic] = None
            self._idle.clear()
        self._wake()

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

    def disconnected(self) -> None:
        with self._lock:
            self._online = False

    def acknowledged(self, number: int) -> None:
        """The broker has it."""
        if (done := self._expected.pop(number, None)) is not None:
            done()

    def hand_over(self) -> None:
        """Give the library what waits, once there is a connection: messages, then every changed snapshot that has no older one on its way."""
        with self._lock:
            if not self._online:
                return
            queue, self._queue = self._queue, []
            ready = [topic for topic in self._dirty if topic not in self._flying]
            for topic in ready:
                del self._dirty[topic]
            self._flying.update(ready)
            snapshots = [(topic, self._snapshots[topic]) for topic in ready]
        for letter, future in queue:
            self._send(letter, future)
        for topic, payload in snapshots:
            number = self._publisher(topic, payload, 1, True)
            if number is not None:
                self._expected[number] = partial(self._landed, topic, payload)
            else:
                self._landed(topic, payload)
                self._fail(Future(), Undelivered(Code.OVERFLOW, topic))

    def _send(self, letter: Letter, future: "Future[None]") -> None:
        number = self._publisher(letter.topic, letter.payload, letter.qos, letter.retain)
        if number is None:
            self._forget(future)
            self._fail(future, Undelivered(Code.OVERFLOW, letter.topic))
        elif letter.qos:
            self._expected[number] = partial(self._delivered, future)
        else:
            self._delivered(future)

    def wait_empty(self, timeout_s: float) -> bool:
        """True when nothing is waiting for the broker any more."""
        return self._idle.wait(timeout_s)

    def close(self) -> None:
        """Whatever still waits has failed."""
        with self._lock:
            self._closed = True
            futures = list(self._futures)
            self._futures.clear()
            self._queue.clear()
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

    def _landed(self, topic: str, payload: bytes) -> None:
        with self._lock:
            self._flying.discard(topic)
            if not payload and topic not in self._dirty:
                self._snapshots.pop(topic, None)
            self._note_idle()

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
        if not (self._futures or self._flying or self._dirty):
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
