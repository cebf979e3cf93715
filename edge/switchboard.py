"""Between the desk's one MQTT client and everybody in the house who listens to it.

Several doors may listen to the same filter. A message is acknowledged when all of them have it; when one fails, its sender
repeats it, which every door bears.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock
from typing import Any, Protocol

from broker.client import Client
from broker.messages.base import Message
from broker.topics import Topic

log = logging.getLogger("dinh.switchboard")
Take = Callable[[str, bytes], "Future[Any] | None"]


class Door(Protocol):
    """Something that listens: its filters, and what takes a message."""

    def topics(self) -> list[str]: ...

    def take(self, topic: str, payload: bytes) -> "Future[Any] | None": ...


class Switchboard:
    """Connects doors to the client. Also the house's post: retained topics are kept, others are delivered once."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._listeners: dict[str, list[Take]] = {}

    def connect(self, door: Door) -> None:
        """Let a door listen to its filters."""
        for wanted in door.topics():
            self.listen(wanted, door.take)

    def listen(self, wanted: str, take: Take) -> None:
        """Let `take` listen to one filter."""
        listeners = self._listeners.setdefault(wanted, [])
        listeners.append(take)
        if len(listeners) == 1:
            self.client.on(wanted, lambda topic, payload: _all(listeners, topic, payload))

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        """See meeting.ports.Post."""
        if topic.retained:
            self.client.retain(topic, message, **ids)
        else:
            self.client.publish(topic, message, **ids)

    def clear(self, topic: Topic, **ids: str) -> None:
        """Take a retained message away."""
        self.client.clear(topic, **ids)

    def forget(self, topic: Topic, **ids: str) -> None:
        """A retained message is another's to say from now on."""
        self.client.forget(topic, **ids)


def _all(listeners: list[Take], topic: str, payload: bytes) -> "Future[Any] | None":
    futures = [future for take in listeners if (future := take(topic, payload)) is not None]
    if len(futures) == 1:
        return futures[0]
    return _Both(futures).whole if futures else None


class _Both:
    """A future that is done when all of several are; the first error is its error."""

    def __init__(self, futures: list["Future[Any]"]) -> None:
        self.whole: Future[None] = Future()
        self._left, self._lock = len(futures), Lock()
        self._error: BaseException | None = None
        for future in futures:
            future.add_done_callback(self._one)

    def _one(self, future: "Future[Any]") -> None:
        with self._lock:
            self._left -= 1
            self._error = self._error or future.exception()
            last = self._left == 0
        if not last:
            return
        if self._error is not None:
            self.whole.set_exception(self._error)
        else:
            self.whole.set_result(None)
