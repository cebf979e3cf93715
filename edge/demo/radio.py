"""The connection of a simulated unit: MQTT over the node's WebSocket, opened with a one-time ticket."""

import secrets
import ssl
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from broker import topics
from broker.messages.devices import Status
from edge.demo.calls import WAIT_S, Node
from edge.demo.tablet import KEEP_ALIVE_S

Take = Callable[[bytes], None]


class Radio:
    """One connection: exact topics, each with what takes its messages. Raises TimeoutError when the broker does not let it in."""

    def __init__(self, node: Node, ticket: Mapping[str, Any], cookie: str, wanted: Mapping[str, Take]) -> None:
        self.device, self.wanted = str(ticket["user"]), wanted
        self._session = secrets.token_hex(10)
        self._ready = threading.Event()
        self._mqtt = self._made(node, ticket, cookie)
        where = urlsplit(node.url)
        self._mqtt.connect(where.hostname or "", where.port or 443, keepalive=KEEP_ALIVE_S)
        self._mqtt.loop_start()
        if not self._ready.wait(WAIT_S):
            self.drop()
            raise TimeoutError(f"{self.device}: the broker did not answer")
        self.send(topics.STATUS.of(device=self.device), self._status("online"), retain=True)

    @property
    def connected(self) -> bool:
        return self._mqtt.is_connected()

    def send(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """At least once while connected; who needs more asks again."""
        self._mqtt.publish(topic, payload, qos=1, retain=retain)

    def drop(self) -> None:
        """End without goodbye, as when the power goes: the broker sends the last will."""
        self._mqtt.on_message = None
        if (line := self._mqtt.socket()) is not None:
            line.close()
        self._mqtt.loop_stop()

    def _made(self, node: Node, ticket: Mapping[str, Any], cookie: str) -> paho.Client:
        mqtt = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=self.device, transport="websockets", protocol=paho.MQTTv311, reconnect_on_failure=False
        )
        mqtt.username_pw_set(self.device, ticket["password"])
        mqtt.tls_set(ca_certs=str(node.ca), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        mqtt.ws_set_options(path=f"/mqtt?ticket={ticket['ticket']}", headers={"Origin": node.url, "Cookie": cookie})
        mqtt.will_set(topics.STATUS.of(device=self.device), self._status("offline"), qos=1, retain=True)
        mqtt.on_connect, mqtt.on_message = self._connected, self._message
        mqtt.on_subscribe = lambda *_rest: self._ready.set()
        return mqtt

    def _connected(self, mqtt: paho.Client, _data: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        if not reason.is_failure:
            mqtt.subscribe([(topic, 1) for topic in self.wanted])

    def _message(self, _mqtt: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if (take := self.wanted.get(message.topic)) is not None:
            take(bytes(message.payload))

    def _status(self, state: Literal["online", "offline"]) -> bytes:
        return Status(state=state, session=self._session, at=datetime.now(UTC) if state == "online" else None).to_bytes()
