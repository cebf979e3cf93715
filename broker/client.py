"""A client that reconnects by itself, speaks in typed words, and says so when it cannot deliver.

Built on paho-mqtt with manual acknowledgement: a message is acknowledged after the handler's future has resolved, so what was not
committed is delivered again. Handlers run one after another on a thread of their own; the network thread never waits for them.
"""

import logging
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial
from types import TracebackType
from typing import Any, Literal

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.reasoncodes import ReasonCode

from broker import topics
from broker.engines import Address
from broker.engines.embedded.trie import matches
from broker.identity import NODE
from broker.messages.base import Message
from broker.network import Mqtt, Network, Turn
from broker.outgoing import PAYLOAD_MAX, Code, Letter, Outgoing, Undelivered
from broker.topics import Topic

_log = logging.getLogger("broker.client")

KEEP_ALIVE_S = 20
RECONNECT_S = (1.0, 2.0, 4.0)
INFLIGHT = 512
"""Messages on their way to the broker at a time; as many as one commit of the desk answers."""
HANDED_MAX = 4096
"""QoS 0 messages that were read and not yet handled; more than a hall of two thousand says at once."""
ROUTES_MAX = 10_000
STOP_S = 2.0

Handler = Callable[[str, bytes], "Future[Any] | None"]
"""Takes (topic, payload). None means done; a future means done when it resolves. A cancelled future is not acknowledged."""
Will = tuple[Topic, Message, dict[str, str]]


@dataclass(frozen=True)
class Road:
    """How the broker is reached. With a `path`, in a WebSocket with these headers: through the node's own port, from another machine."""

    tls: ssl.SSLContext | None = None
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Traffic:
    """What a client counted since it was made."""

    connects: int = 0
    refusals: int = 0
    """CONNECT answered with a refusal: a wrong password, a retired identity."""
    received: int = 0
    failed: int = 0
    """Handlers that raised, or whose future did. The message is acknowledged all the same: its sender repeats it until it is answered."""
    stale: int = 0
    """Retained messages on a topic that never retains: a command may not be replayed."""
    dropped: int = 0
    """QoS 0 messages that came faster than they were handled."""
    unsubscribed: int = 0
    """Subscriptions that the broker refused."""
    undelivered: int = 0


class _Kept(AbstractContextManager["_Kept"]):
    """Keeps the error of a handler, so that it is its own and the next message is handled all the same."""

    error: BaseException | None = None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        return isinstance(error, Exception)


class Client:
    """`user` is also the MQTT client id. The node's session is kept by the broker, so that asks wait while the desk restarts."""

    def __init__(self, address: Address, user: str, password: str, *, will: Will | None = None, road: Road | None = None) -> None:
        self._address = address
        self._user = user
        self._handlers: dict[str, Handler] = {}
        self._lock = threading.Lock()
        self._traffic = Traffic()
        self._live = False
        """Subscriptions of this connection have been asked for; a later one must be asked for by itself."""
        self._up = threading.Event()
        self._epoch = 0
        self._handed = 0
        self._inbox = ThreadPoolExecutor(max_workers=1, thread_name_prefix=f"mqtt-in-{user}")
        self._mqtt = self._library(password, will, road or Road())
        self._network = Network(self._mqtt, user, delays_s=RECONNECT_S, turn=Turn(self._pass_on, self._hand_on))
        self._heard: list[paho.MQTTMessage] = []
        """What the network thread has read and not passed on."""
        self._routes: dict[str, tuple[Handler, ...]] = {}
        """Topic -> who takes it; a topic that was looked up once is not matched against every filter again."""
        self._outgoing = Outgoing(self._hand_over, self._network.wake)
        self._mqtt.acknowledged = self._outgoing.acknowledged
        self._owed: deque[tuple[int, int, int]] = deque()
        """Identifier, QoS and connection of what is to be acknowledged."""

    def start(self) -> None:
        """Connect in the background, again and again until `stop`. Never waits."""
        self._mqtt.connect_async(self._address.host, self._address.port, keepalive=KEEP_ALIVE_S)
        self._network.start()

    def stop(self, timeout_s: float = STOP_S) -> None:
        """Wait a moment for what is on its way, say goodbye (no will), fail what was not delivered. Safe to call twice."""
        if self.connected:
            self._outgoing.wait_empty(timeout_s)
        self._network.stop()
        self._inbox.shutdown(wait=True, cancel_futures=True)
        self._outgoing.close()
        self._up.clear()

    def on(self, wanted: str, handler: Handler) -> None:
        """Subscribe to a filter (`Topic.of` or `Topic.filter`), now and after every reconnect. Replaces an earlier handler of the filter."""
        with self._lock:
            self._handlers, self._routes = {**self._handlers, wanted: handler}, {}
            live = self._live
        if live:
            self._mqtt.subscribe(wanted, qos=1)

    def off(self, wanted: str) -> None:
        """End a subscription."""
        with self._lock:
            self._handlers, self._routes = {key: value for key, value in self._handlers.items() if key != wanted}, {}
        if self.connected:
            self._mqtt.unsubscribe(wanted)

    def publish(self, topic: Topic, message: Message, **ids: str) -> "Future[None]":
        """Deliver at least once, or at most once where the topic's QoS is 0: then whoever waits for it asks again. The future resolves when the broker
        has it (QoS 0: when it was given to the connection) and fails with `Undelivered`; nobody has to look at it.

        Waits out a lost connection, within bounds. ValueError when an id cannot stand in a topic.
        """
        return self._outgoing.publish(Letter(topic.of(**ids), message.to_bytes(), topic.qos, topic.retained))

    def retain(self, topic: Topic, message: Message, **ids: str) -> None:
        """Make this the state of a retained topic: only the newest is sent, and it is sent again on every connect."""
        self._outgoing.snapshot(topic.of(**ids), message.to_bytes())

    def forget(self, topic: Topic, **ids: str) -> None:
        """The state of this topic is somebody else's to say from now on: it stays as it is, and is not sent again on a reconnect."""
        self._outgoing.forget(topic.of(**ids))

    def clear(self, topic: Topic, **ids: str) -> None:
        """Take the retained state of a topic away."""
        self._outgoing.snapshot(topic.of(**ids), b"")

    @property
    def connected(self) -> bool:
        return self._up.is_set()

    @property
    def traffic(self) -> Traffic:
        return replace(self._traffic, undelivered=self._outgoing.undelivered)

    def wait_connected(self, timeout_s: float) -> bool:
        """True once connected; False when that took longer."""
        return self._up.wait(timeout_s)

    def _library(self, password: str, will: Will | None, road: Road) -> Mqtt:
        over: Literal["tcp", "websockets"] = "websockets" if road.path else "tcp"
        fresh = self._user != NODE
        mqtt = Mqtt(CallbackAPIVersion.VERSION2, client_id=self._user, clean_session=fresh, manual_ack=True, transport=over)
        if road.path:
            mqtt.ws_set_options(path=road.path, headers=dict(road.headers))
        mqtt.username_pw_set(self._user, password)
        mqtt.max_inflight_messages_set(INFLIGHT)
        if will:
            topic, message, ids = will
            mqtt.will_set(topic.of(**ids), message.to_bytes(), qos=1, retain=topic.retained)
        if road.tls:
            mqtt.tls_set_context(road.tls)
        mqtt.on_connect = self._connected
        mqtt.on_disconnect = self._disconnected
        mqtt.on_message = self._message
        mqtt.on_subscribe = self._subscribed
        return mqtt

    def _hand_over(self, topic: str, payload: bytes, qos: int, retain: bool) -> int | None:  # noqa: FBT001 - a Publisher
        info = self._mqtt.publish(topic, payload, qos=qos, retain=retain)
        return None if info.rc == MQTTErrorCode.MQTT_ERR_QUEUE_SIZE else info.mid

    def _count(self, **more: int) -> None:
        with self._lock:
            self._traffic = replace(self._traffic, **{name: getattr(self._traffic, name) + count for name, count in more.items()})

    # The library's callbacks: on the network thread, short, and never raising.

    def _connected(self, mqtt: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if reason.is_failure:
            self._count(refusals=1)
            _log.error("broker.connection_refused user=%s reason=%s", self._user, reason)
            return
        self._count(connects=1)
        self._network.connected()
        with self._lock:
            filters = [(wanted, 1) for wanted in self._handlers]
            self._live = True
        if filters:
            mqtt.subscribe(filters)
        self._up.set()
        self._outgoing.connected()
        _log.info("broker.connected user=%s", self._user)

    def _disconnected(self, _mqtt: paho.Client, _data: Any, _flags: Any, reason: ReasonCode, _properties: Any) -> None:
        self._epoch += 1
        self._up.clear()
        with self._lock:
            self._live = False
        self._outgoing.disconnected()
        _log.info("broker.disconnected user=%s reason=%s", self._user, reason)

    def _subscribed(self, _mqtt: paho.Client, _data: Any, _number: int, reasons: list[ReasonCode], _properties: Any) -> None:
        refused = sum(reason.is_failure for reason in reasons)
        if refused:
            self._count(unsubscribed=refused)
            _log.error("broker.subscription_refused user=%s count=%d", self._user, refused)

    def _message(self, _mqtt: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        if message.qos == 0 and self._handed + len(self._heard) >= HANDED_MAX:
            self._count(dropped=1)
            return
        self._heard.append(message)

    def _pass_on(self) -> None:
        """Everything that was read at once is one job of the inbox."""
        if not self._heard:
            return
        heard, self._heard = self._heard, []
        self._count(received=len(heard))
        with self._lock:
            self._handed += len(heard)
        self._inbox.submit(self._take, heard, self._epoch)

    # On the inbox thread.

    def _take(self, heard: list[paho.MQTTMessage], epoch: int) -> None:
        for message in heard:
            acknowledge = partial(self._acknowledge, message.mid, message.qos, epoch)
            with _Kept() as kept:
                self._handle(message, acknowledge)
            if kept.error is not None:
                self._failed(kept.error)
                acknowledge()
        with self._lock:
            self._handed -= len(heard)

    def _handle(self, message: paho.MQTTMessage, acknowledge: Callable[[], None]) -> None:
        row = topics.match(message.topic) if message.retain else None
        if message.retain and (row is None or not row[0].retained):
            self._count(stale=1)
            _log.warning("broker.stale_command topic=%s", message.topic)
            acknowledge()
            return
        waiting = [
            future for handler in self._who_takes(message.topic) if (future := handler(message.topic, bytes(message.payload))) is not None
        ]
        self._settle(waiting, acknowledge)

    def _who_takes(self, topic: str) -> tuple[Handler, ...]:
        routes = self._routes
        if topic not in routes:
            if len(routes) >= ROUTES_MAX:
                routes.clear()
            routes[topic] = tuple(handler for wanted, handler in self._handlers.items() if matches(wanted, topic))
        return routes[topic]

    def _settle(self, waiting: "list[Future[Any]]", acknowledge: Callable[[], None]) -> None:
        """Acknowledge when all futures are done; never when one was cancelled."""
        if not waiting:
            acknowledge()
            return

        def step(done: "Future[Any]") -> None:
            if done.cancelled():
                _log.info("broker.not_acknowledged user=%s", self._user)
                return
            if (error := done.exception()) is not None:
                self._failed(error)
            self._settle(waiting[1:], acknowledge)

        waiting[0].add_done_callback(step)

    def _failed(self, error: BaseException) -> None:
        self._count(failed=1)
        _log.error("broker.handler_failed user=%s", self._user, exc_info=error)

    def _acknowledge(self, number: int, qos: int, epoch: int) -> None:
        """Not across a reconnect: there the same identifier may stand for another message, and this one comes again."""
        if qos:
            self._owed.append((number, qos, epoch))
            self._network.wake()

    def _hand_on(self) -> None:
        """On the network thread: acknowledgements and messages."""
        while self._owed:
            number, qos, epoch = self._owed.popleft()
            if epoch == self._epoch:
                self._mqtt.ack(number, qos)
        self._outgoing.hand_over()


__all__ = ["PAYLOAD_MAX", "Client", "Code", "Handler", "Road", "Traffic", "Undelivered", "Will"]
