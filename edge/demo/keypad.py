"""A simulated voting keypad: what an ESP32 unit with three keys, a lamp and two lines of text does, over the node's own doors.

It enrols as a device of the kind `keypad`, reaches the broker through the node's WebSocket, checks its member in by badge, reads the
motion snapshot, and signs what is pressed: 1 for, 2 against, 3 abstain. It signs only for a paper whose bytes it has hashed itself. What it
signed is in its flash before it is sent, and is sent again until the node answers, over lost connections and power cuts.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import httpx
from pydantic import ValidationError

from broker import topics
from broker.messages.devices import About, Desired, Reported
from broker.messages.meetings import MeetingAnswer, MeetingAsk, MotionSnapshot, Receipt
from edge.demo.calls import WAIT_S, Caller, CallRefused, Node
from edge.demo.flash import Flash, as_key, new_key
from edge.demo.panel import Panel, State
from edge.demo.paper import CHOICES, hashed_paper, is_of
from edge.demo.radio import Radio
from edge.demo.tablet import sign, stamp

MOST_BYTES: Final = 128 * 1024
"""The largest message that a unit with 512 KB of memory is given a buffer for; a motion of 600 voters has less than a tenth of it."""


class Keypad:
    """One unit. `enrol`, wait until `accepted`, `power_on`, then `badge` and `press`."""

    def __init__(self, node: Node, flash: Path, *, repeat_s: float = 2.0) -> None:
        self.node, self.repeat_s = node, repeat_s
        self.caller = Caller(node)
        self.flash = Flash(flash) if flash.exists() else Flash.blank(flash)
        self.panel, self.motion = Panel(State.OFF), _nothing(None)
        self.paper = ""
        """SHA-256 of the open paper, hashed here; "" while there is none to vote on."""
        self.meeting = ""
        self.seen: list[State] = []
        """Every state that was shown, for tests."""
        self._refused: str | None = None
        """The motion that the lamp is red for; the next one is a new one."""
        self._asking: dict[str, MeetingAsk] = {}
        self._desired = b""
        """The configuration that came last over this connection."""
        self._changed = threading.Condition(threading.RLock())
        self._radio: Radio | None = None
        self._running = False
        self._loop = threading.Thread()

    # -- enrolment, once, over HTTPS ----------------------------------------------------------------------------------

    def enrol(self, token: str) -> str:
        """Show the single-use token that the administrator gave; returns the short code to compare."""
        key = as_key(self.flash.kept.device_key)
        about = About(kind="keypad", model="ESP32 (mô phỏng)", version="1", capabilities=("keys", "badge")).model_dump(mode="json")
        answer = self.caller.post("/api/enrol", {"token": token, "key": key.as_dict(private=False), "about": about})
        self.flash.keep(device=answer["device"])
        return str(answer["code"])

    @property
    def device(self) -> str:
        return self.flash.kept.device

    def accepted(self) -> bool:
        """Prove the device key; True once the administrator has accepted (the cookie is then set)."""
        claims = {"device": self.device, "at": stamp(), "nonce": secrets.token_urlsafe(12)}
        proof = sign(as_key(self.flash.kept.device_key), claims)
        return bool(self.caller.post(f"/api/enrol/{self.device}", {"proof": proof})["state"] == "accepted")

    # -- power --------------------------------------------------------------------------------------------------------

    def power_on(self) -> None:
        """Start; what flash says was signed and not answered is sent again."""
        self._running = True
        self._loop = threading.Thread(target=self._run, name=f"{self.device}-loop", daemon=True)
        self._loop.start()

    def power_cut(self) -> None:
        """Everything but the flash is gone, at once and without a word to anyone."""
        self._running = False
        with self._changed:
            self._changed.notify_all()
        if self._loop.is_alive():
            self._loop.join(WAIT_S)
        if self._radio is not None:
            self._radio.drop()
        self._show(State.OFF)
        self.caller.close()

    def close(self) -> None:
        """Pull the plug."""
        self.power_cut()

    def _run(self) -> None:
        """The unit's one loop: be connected, ask again what was not answered."""
        while self._running:
            if self._radio is None or not self._radio.connected:
                self._connect()
            with self._changed:
                for ask in self._asking.values():
                    self._send(ask)
                self._changed.wait(self.repeat_s)

    def _connect(self) -> None:
        if self._radio is not None:
            self._radio.drop()
            self._radio = None
        with suppress(CallRefused, httpx.HTTPError, OSError, TimeoutError):
            if self.accepted():
                self._radio = self._tuned()
        if self._radio is None:
            self._show(State.NO_NODE)
            return
        self._configured(self._desired)
        with self._changed:
            self._asking.clear()
            if self.flash.kept.ballot_key is None:
                self._show(State.BADGE)
            else:
                self._ask("resume", self._proof(self.flash.kept.ballot_key))
                self._take_up()

    def _tuned(self) -> Radio:
        ticket, self._desired = self.caller.get("/api/ticket"), b""
        self.meeting = ticket["meeting"] or ""
        wanted: dict[str, Callable[[bytes], None]] = {
            topics.ANSWER.of(meeting=self.meeting, device=self.device): self._answered,
            topics.MOTION.of(meeting=self.meeting): self._told,
            topics.DESIRED.of(device=self.device): self._configured,
        }
        return Radio(self.node, ticket, self.caller.cookie(), wanted)

    def _take_up(self) -> None:
        """What was signed before the lights went out."""
        if self.flash.kept.pending:
            ask = MeetingAsk.model_validate_json(self.flash.kept.pending)
            self._asking[ask.id] = ask
            self._show(State.SENT)

    # -- what people do -----------------------------------------------------------------------------------------------

    def badge(self, text: str) -> None:
        """A badge is held to the reader: a new ballot key for whoever holds it. The key is in flash before it is shown to the node."""
        with self._changed:
            kept = self.flash.keep(trying=new_key())
            self._ask("check_in", {"badge": text, **self._proof(kept.trying or {})})

    def press(self, key: int) -> bool:
        """One of the three keys. False when nothing was signed: no vote that this unit can cast, or the last one still on its way."""
        with self._changed:
            again = self.panel.state is State.ACCEPTED and self.motion.may_change
            if not 1 <= key <= len(CHOICES) or self.paper == "" or not (again or self.panel.state in {State.OPEN, State.REFUSED}):
                return False
            ask = MeetingAsk(id=secrets.token_hex(10), at=datetime.now(UTC), kind="cast", body={"ballot": self._ballot(CHOICES[key - 1])})
            self.flash.keep(pending=ask.to_bytes().decode())
            self._show(State.SENT)
            self._asking[ask.id] = ask
            self._send(ask)
            return True

    def _ballot(self, choice: str) -> str:
        claims = {
            "meeting": self.meeting,
            "motion": self.motion.motion,
            "paper": self.paper,
            "choice": choice,
            "seat": self.flash.kept.seat,
        }
        key = as_key(self.flash.kept.ballot_key or {})
        return sign(key, {**claims, "nonce": secrets.token_urlsafe(16), "at": stamp()})

    def wait_for(self, *states: State, seconds: float = WAIT_S) -> Panel:
        """The panel once it shows one of these. Raises TimeoutError with what it shows instead."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.panel.state in states, seconds):
                raise TimeoutError(f"{self.device} shows {self.panel}")
            return self.panel

    def wait_for_vote(self, motion: str, *, seconds: float = WAIT_S) -> None:
        """Until this vote, and no earlier one, can be cast here. Raises TimeoutError with what it shows instead."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.panel.state is State.OPEN and self.motion.motion == motion, seconds):
                raise TimeoutError(f"{self.device} shows {self.panel}")

    # -- asks and answers ---------------------------------------------------------------------------------------------

    def _proof(self, jwk: dict[str, Any]) -> dict[str, Any]:
        key = as_key(jwk)
        claims = {"meeting": self.meeting, "device": self.device, "kid": key.thumbprint(), "at": stamp()}
        return {"key": key.as_dict(private=False), "proof": sign(key, claims)}

    def _ask(self, kind: Any, body: dict[str, Any]) -> None:
        ask = MeetingAsk(id=secrets.token_hex(10), at=datetime.now(UTC), kind=kind, body=body)
        self._asking[ask.id] = ask
        self._send(ask)

    def _send(self, ask: MeetingAsk) -> None:
        if self._radio is not None:
            self._radio.send(topics.ASK.of(meeting=self.meeting, device=self.device), ask.to_bytes())

    def _answered(self, payload: bytes) -> None:
        answer = MeetingAnswer.model_validate_json(payload)
        with self._changed:
            ask = self._asking.get(answer.id)
            if ask is None or (not answer.ok and str(answer.code).startswith("house.")):
                return  # the node could not write; the ask goes out again
            del self._asking[answer.id]
            if ask.kind == "cast":
                self._cast(ask, answer)
            else:
                self._checked_in(ask, answer)

    def _checked_in(self, ask: MeetingAsk, answer: MeetingAnswer) -> None:
        """A badge that is refused changes nothing for who sits here; a key that the node does not know is nobody's any more."""
        kept = self.flash.kept
        if answer.ok:
            taken = {one["motion"]: one["code"] for one in answer.body["receipts"][-1:]}
            key = kept.trying if ask.kind == "check_in" else kept.ballot_key
            self.flash.keep(ballot_key=key, trying=None, seat=answer.body["seat"], taken=taken)
        elif ask.kind == "check_in":
            self.flash.keep(trying=None)
        else:
            self.flash.keep(ballot_key=None, seat="", pending="", taken={})
            self._asking.clear()
        if self.flash.kept.ballot_key is None:
            self._show(State.BADGE, str(answer.code or ""))
        else:
            self._judge()

    def _cast(self, ask: MeetingAsk, answer: MeetingAnswer) -> None:
        if not answer.ok:
            self.flash.keep(pending="")
            self._refused = self.motion.motion
            self._show(State.REFUSED, str(answer.code))
            return
        receipt = Receipt.model_validate(answer.body)
        if not is_of(receipt, str(ask.body["ballot"])):
            self._show(State.REFUSED, "receipt")
            return
        self.flash.keep(pending="", taken={receipt.motion: receipt.code})
        self._show(State.ACCEPTED, receipt.code)

    # -- what the node says -------------------------------------------------------------------------------------------

    def _told(self, payload: bytes) -> None:
        """A motion snapshot. One that is too big for the unit, or not of our words, is no vote that it can cast."""
        with self._changed:
            try:
                self.motion = MotionSnapshot.model_validate_json(payload if len(payload) <= MOST_BYTES else b"")
            except ValidationError:
                self.motion = _nothing("open")
            self._judge()

    def _judge(self) -> None:
        """What the motion means for who sits here. Nothing replaces the word that a ballot is on its way."""
        seen, kept = self.motion, self.flash.kept
        self.paper = hashed_paper(seen, self.meeting) if seen.state == "open" else ""
        if kept.pending or kept.ballot_key is None or not kept.seat:
            return
        if seen.state != "open":
            self._show(State.IDLE, kept.seat)
        elif seen.motion in kept.taken:
            self._show(State.ACCEPTED, kept.taken[str(seen.motion)])
        elif self.paper == "":
            self._show(State.ELSEWHERE)
        elif not (self.panel.state is State.REFUSED and self._refused == seen.motion):
            self._show(State.OPEN)

    def _configured(self, payload: bytes) -> None:
        """It may come while the radio is still being tuned; then it is answered when that is done."""
        self._desired = payload
        if payload and self._radio is not None:
            wanted = Desired.model_validate_json(payload)
            reported = Reported(revision=wanted.revision, applied=True, at=datetime.now(UTC))
            self._radio.send(topics.REPORTED.of(device=self.device), reported.to_bytes(), retain=True)

    def _show(self, state: State, text: str = "") -> None:
        with self._changed:
            self.panel = Panel(state, text)
            self.seen.append(state)
            self._changed.notify_all()


def _nothing(state: Literal["open"] | None) -> MotionSnapshot:
    """No motion, or one that this unit cannot read."""
    return MotionSnapshot(revision=0, at=datetime.now(UTC), state=state)
