"""A simulated tablet: enrols like a browser, reaches the broker through the node's WebSocket, signs its ballots, keeps its receipts.

It does what the tablet page does, over the same doors, so the demo's `--once` proves the doors and not a short cut.
"""

import secrets
import ssl
import threading
import time
from concurrent.futures import Future
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import paho.mqtt.client as paho
from joserfc import jws
from joserfc.jwk import ECKey
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from broker import topics
from broker.envelope import canonical
from broker.messages.devices import Desired, Reported, Status
from broker.messages.meetings import MeetingAnswer, MeetingAsk, MotionSnapshot
from edge.demo.calls import WAIT_S, Caller, Node

Disconnected = paho.DisconnectFlags

REPEAT_S, KEEP_ALIVE_S = 1.5, 5
"""Asked again, and pinged, this often: paho leaves a packet that shared a WebSocket frame with another one unread until the
next bytes come (only its socket is polled, not its frame buffer), so an answer could lie there for a whole keep-alive.
"""


def stamp() -> str:
    """Now, RFC 3339, UTC, whole seconds."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Tablet:
    """One tablet. `enrol`, then `connect`, then ask."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.caller = Caller(node)
        self.device_key = ECKey.generate_key("P-256", private=True)
        self.ballot_key = ECKey.generate_key("P-256", private=True)
        self.device = self.meeting = self.seat = ""
        self.session = secrets.token_hex(10)
        self.receipts: list[dict[str, Any]] = []
        self.motion: MotionSnapshot | None = None
        self._waiting: dict[str, Future[MeetingAnswer]] = {}
        self._changed = threading.Condition()
        self._mqtt: paho.Client | None = None

    # -- enrolment over HTTPS -----------------------------------------------------------------------------------------

    def enrol(self, token: str) -> str:
        """Show the single-use token; returns the short code that the administrator compares."""
        about = {"kind": "tablet", "model": "mô phỏng", "version": "1"}
        answer = self.caller.post("/api/enrol", {"token": token, "key": self.device_key.as_dict(private=False), "about": about})
        self.device = answer["device"]
        return str(answer["code"])

    def accepted(self) -> bool:
        """Prove possession of the device key; True once the administrator has accepted (the cookie is then set)."""
        proof = sign(self.device_key, {"device": self.device, "at": stamp(), "nonce": secrets.token_urlsafe(12)})
        return bool(self.caller.post(f"/api/enrol/{self.device}", {"proof": proof})["state"] == "accepted")

    # -- the air ------------------------------------------------------------------------------------------------------

    def connect(self) -> None:
        """Fetch a ticket and open MQTT over the node's WebSocket; returns when subscribed. Raises TimeoutError."""
        ticket = self.caller.get("/api/ticket")
        self.meeting, self.seat = ticket["meeting"], ticket["seat"]
        where = urlsplit(self.node.url)
        mqtt = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=ticket["user"],
            transport="websockets",
            protocol=paho.MQTTv311,
            reconnect_on_failure=False,
        )
        mqtt.username_pw_set(ticket["user"], ticket["password"])
        mqtt.tls_set(ca_certs=str(self.node.ca), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        headers = {"Origin": self.node.url, "Cookie": self.caller.cookie()}
        mqtt.ws_set_options(path=f"/mqtt?ticket={ticket['ticket']}", headers=headers)
        mqtt.will_set(topics.STATUS.of(device=self.device), self._status("offline"), qos=1, retain=True)
        ready = threading.Event()
        mqtt.on_connect = self._subscribe
        mqtt.on_subscribe = lambda *_rest: ready.set()
        mqtt.on_message = self._take
        mqtt.connect(where.hostname or "", where.port or 443, keepalive=KEEP_ALIVE_S)
        mqtt.loop_start()
        self._mqtt = mqtt
        if not ready.wait(WAIT_S):
            raise TimeoutError(f"{self.device}: the broker did not answer")
        mqtt.publish(topics.STATUS.of(device=self.device), self._status("online"), qos=1, retain=True)

    def _status(self, state: Literal["online", "offline"]) -> bytes:
        return Status(state=state, session=self.session, at=datetime.now(UTC) if state == "online" else None).to_bytes()

    def _subscribe(self, mqtt: paho.Client, _data: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        if not reason.is_failure:
            exact = [
                topics.ANSWER.of(meeting=self.meeting, device=self.device),
                topics.MOTION.of(meeting=self.meeting),
                topics.DESIRED.of(device=self.device),
            ]
            mqtt.subscribe([(topic, 1) for topic in exact])

    def _take(self, mqtt: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        found = topics.match(message.topic)
        if found is None:
            return
        if found[0] is topics.ANSWER:
            answer = MeetingAnswer.model_validate_json(message.payload)
            if future := self._waiting.pop(answer.id, None):
                future.set_result(answer)
        elif found[0] is topics.DESIRED and message.payload:
            wanted = Desired.model_validate_json(message.payload)
            reported = Reported(revision=wanted.revision, applied=True, at=datetime.now(UTC))
            mqtt.publish(topics.REPORTED.of(device=self.device), reported.to_bytes(), qos=1, retain=True)
        elif found[0] is topics.MOTION:
            with self._changed:
                self.motion = MotionSnapshot.model_validate_json(message.payload)
                self._changed.notify_all()

    def reconnect_if_lost(self) -> None:
        """A ticket opens one connection, so a tablet that lost it fetches another, as the page does."""
        if self._mqtt is None or not self._mqtt.is_connected():
            self._hang_up()
            self.connect()

    def ask(self, kind: Any, body: dict[str, Any], *, patience_s: float = WAIT_S) -> MeetingAnswer:
        """Ask the meeting until it answers; a repeat carries the same id and is harmless. Raises TimeoutError."""
        ask = MeetingAsk(id=secrets.token_hex(10), at=datetime.now(UTC), kind=kind, body=body)
        future = self._waiting[ask.id] = Future()
        if self._mqtt is None:
            raise ConnectionError(f"{self.device} is not connected")
        end = time.monotonic() + patience_s
        while True:
            self._mqtt.publish(topics.ASK.of(meeting=self.meeting, device=self.device), ask.to_bytes(), qos=topics.ASK.qos)
            with suppress(TimeoutError):
                return future.result(REPEAT_S)
            if time.monotonic() >= end or self._mqtt is None:
                raise TimeoutError(f"{self.device}: {kind} was not answered")

    def send_raw(self, topic: str, payload: bytes) -> None:
        """Put any bytes on the air, for tests that try the broker's and the desk's patience."""
        if self._mqtt is None:
            raise ConnectionError(f"{self.device} is not connected")
        self._mqtt.publish(topic, payload, qos=1)

    def lost_within(self, seconds: float) -> bool:
        """True once the connection has gone."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._mqtt is not None and self._mqtt.is_connected():
            time.sleep(0.05)
        return self._mqtt is None or not self._mqtt.is_connected()

    # -- the meeting --------------------------------------------------------------------------------------------------

    def check_in(self, pin: str) -> MeetingAnswer:
        """Bind this tablet's ballot key to the member who knows the PIN."""
        return self.ask("check_in", {"pin": pin, **self._proof()})

    def resume(self, *, patience_s: float = 3.0) -> MeetingAnswer:
        """Come back with the same key, as after a reload; the answer carries the seat and all receipts."""
        return self.ask("resume", self._proof(), patience_s=patience_s)

    def _proof(self) -> dict[str, Any]:
        key = self.ballot_key
        claims = {"meeting": self.meeting, "device": self.device, "kid": key.thumbprint(), "at": stamp()}
        return {"key": key.as_dict(private=False), "proof": sign(key, claims)}

    def wait_open(self, motion: str | None = None) -> MotionSnapshot:
        """The motion (this one, or any), once it is open. Raises TimeoutError."""

        def is_open() -> bool:
            seen = self.motion
            return seen is not None and seen.state == "open" and motion in {None, seen.motion}

        with self._changed:
            if not self._changed.wait_for(is_open, WAIT_S) or self.motion is None:
                raise TimeoutError(f"{self.device}: no vote was opened")
            return self.motion

    def ballot(self, choice: str, motion: str | None = None) -> str:
        """A signed ballot in the motion that is open."""
        seen = self.wait_open(motion)
        claims = {"meeting": self.meeting, "motion": seen.motion, "paper": seen.paper_sha256, "choice": choice, "seat": self.seat}
        return sign(self.ballot_key, {**claims, "nonce": secrets.token_urlsafe(16), "at": stamp()})

    def vote(self, choice: str, motion: str | None = None) -> MeetingAnswer:
        """Sign and cast; the receipt is kept when the ballot is taken."""
        answer = self.ask("cast", {"ballot": self.ballot(choice, motion)})
        if answer.ok:
            self.receipts.append(answer.body)
        return answer

    def close(self) -> None:
        """Leave as a tablet that is switched off."""
        self._hang_up()
        self.caller.close()

    def _hang_up(self) -> None:
        if self._mqtt is not None:
            self._mqtt.publish(topics.STATUS.of(device=self.device), self._status("offline"), qos=1, retain=True)
            self._mqtt.disconnect()
            self._mqtt.loop_stop()
            self._mqtt = None


def sign(key: ECKey, claims: dict[str, Any]) -> str:
    """A compact ES256 JWS over canonical JSON, with the key's thumbprint as `kid`."""
    return jws.serialize_compact({"alg": "ES256", "kid": key.thumbprint()}, canonical(claims), key)
