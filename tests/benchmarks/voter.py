"""A voter's tablet on a bad line: it keeps what it asked until it is answered, and asks again as the page does.

Asked again: on every connection, on every birth of the node, and when nothing came for a while. Over a line that is cut, it fetches
another ticket and comes back. What it says may be said twice, late, or in another order: all of that is decided by the caller.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ssl import SSLContext
from typing import Any
from urllib.parse import urlsplit

import httpx

from broker import topics
from broker.engines.embedded.packets import puback
from tests.benchmarks.hall import Hall, Pen, Seated, public, stamp
from tests.benchmarks.tablet import Tablet, Ticket

REPEAT_S = 2.0
AGAIN_S = 0.15
READY_S = 8.0
CLOSE = 8
BIRTH = topics.BIRTH.of().encode()


@dataclass(frozen=True)
class Node:
    """Where the node is, for all voters."""

    hall: Hall
    url: str
    tls: SSLContext
    http: httpx.AsyncClient


@dataclass
class Signed:
    """A ballot that this tablet has signed."""

    motion: str
    choice: str
    jws: str
    ask: bytes


class Line(Tablet):
    """One connection; hands everything that comes to its voter."""

    def __init__(self, ticket: Ticket, voter: "Voter") -> None:
        super().__init__(ticket)
        self._voter = voter

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._voter.lost(self)

    def _frame(self) -> bytes | None:
        """A close frame of the node ends the line at once, as a browser does."""
        if self._raw and self._raw[0] & 0x0F == CLOSE and self.transport is not None:
            self.transport.abort()
            return None
        return super()._frame()

    def _message(self, first: int, body: bytes) -> bytes:
        end = 2 + int.from_bytes(body[:2], "big")
        topic, qos = body[2:end], first & 6
        self._voter.heard(topic, body[end + 2 :] if qos else body[end:])
        return puback(int.from_bytes(body[end : end + 2], "big")) if qos else b""


@dataclass
class Voter:
    """One member at his tablet. Everything runs in one event loop."""

    node: Node
    seated: Seated
    pen: Pen
    waiting: dict[str, bytes] = field(default_factory=dict)
    """Asks without an answer, by id."""
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    signed: dict[str, Signed] = field(default_factory=dict)
    """By the id of the ask that carries it."""
    receipts: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What the tablet holds, by SHA-256 of the ballot."""
    contradictions: list[str] = field(default_factory=list)
    motion: dict[str, Any] = field(default_factory=dict)
    away: bool = True
    """Switched off: it neither asks again nor comes back."""
    line: Line | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    @property
    def online(self) -> bool:
        """Connected and subscribed."""
        return self.line is not None and self.line.ready.done() and self.line.ready.exception() is None

    # -- the line

    def come(self) -> None:
        """Switch the tablet on."""
        self.away = False
        self._later(0.0)

    def leave(self) -> None:
        """Switch the tablet off: what it asked and was not told is forgotten, as when a page is closed for good."""
        self.away = True
        self.waiting.clear()
        self.cut()

    def cut(self) -> None:
        """The line breaks, without a word."""
        if self.line is not None and self.line.transport is not None:
            self.line.transport.abort()

    async def end(self) -> None:
        """Switch the tablet off, and wait until it is."""
        self.leave()
        for task in list(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def lost(self, line: Line) -> None:
        """The line is gone."""
        if line is self.line:
            self.line = None
            if not self.away:
                self._later(AGAIN_S * (0.5 + secrets.randbelow(100) / 100))

    def _later(self, seconds: float) -> None:
        task = asyncio.get_running_loop().create_task(self._connect(seconds))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _connect(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if self.away or self.line is not None:
            return
        try:
            await self._open()
        except (httpx.HTTPError, OSError, TimeoutError, ConnectionError):
            self.cut()
            self.line = None
            self._later(AGAIN_S)
            return
        self.repeat()

    async def _open(self) -> None:
        node, where = self.node, urlsplit(self.node.url)
        cookie = {"Cookie": f"dinh_device={self.seated.cookie}"}
        answer = (await node.http.get("/api/ticket", headers=cookie)).raise_for_status().json()
        ticket = Ticket(answer["ticket"], answer["user"], answer["password"], node.hall.meeting, where.netloc)
        line = Line(ticket, self)
        host, port = where.hostname or "", where.port or 443
        await asyncio.get_running_loop().create_connection(lambda: line, host, port, ssl=node.tls, server_hostname=host)
        self.line = line
        await asyncio.wait_for(asyncio.shield(line.ready), READY_S)

    # -- asking

    def ask(self, kind: str, body: Mapping[str, Any]) -> str:
        """Ask, and keep asking until there is an answer; the id."""
        name = secrets.token_hex(10)
        self.waiting[name] = json.dumps({"id": name, "at": stamp(), "kind": kind, "body": dict(body)}, separators=(",", ":")).encode()
        self.say(self.waiting[name])
        asyncio.get_running_loop().call_later(REPEAT_S, self._remind, name)
        return name

    def say(self, payload: bytes) -> None:
        """Put these bytes of an ask on the line, when there is one."""
        if self.online and self.line is not None:
            self.line.cast(self.line.ask(payload))

    def repeat(self) -> None:
        """Say everything again that was not answered."""
        for payload in self.waiting.values():
            self.say(payload)

    def _remind(self, name: str) -> None:
        if name in self.waiting:
            self.say(self.waiting[name])
            asyncio.get_running_loop().call_later(REPEAT_S, self._remind, name)

    def vote(self, choice: str) -> str:
        """Sign a ballot in the motion that is open and cast it; the ask's id."""
        shown = self.motion
        claims = {"meeting": self.node.hall.meeting, "motion": shown["motion"], "paper": shown["paper_sha256"], "seat": self.seated.seat}
        jws = self.pen.sign({**claims, "choice": choice, "nonce": secrets.token_urlsafe(16), "at": stamp()})
        name = self.ask("cast", {"ballot": jws})
        self.signed[name] = Signed(shown["motion"], choice, jws, self.waiting[name])
        return name

    def resume(self) -> str:
        """Come back with the same key; the answer brings every receipt."""
        claims = {"meeting": self.node.hall.meeting, "device": self.seated.device, "kid": self.seated.kid, "at": stamp()}
        return self.ask("resume", {"key": public(self.pen.key), "proof": self.pen.sign(claims)})

    # -- hearing

    def heard(self, topic: bytes, payload: bytes) -> None:
        """One message from the node."""
        if topic == BIRTH:
            self.repeat()
        elif topic.endswith(b"/motion") and payload:
            self.motion = json.loads(payload)
        elif b"/answer/" in topic:
            self._answered(json.loads(payload))

    def _answered(self, answer: dict[str, Any]) -> None:
        name = str(answer["id"])
        before = self.answers.setdefault(name, answer)
        if (before["ok"], before.get("body")) != (answer["ok"], answer.get("body")) and answer.get("code") != "house.storage":
            self.contradictions.append(f"{name}: {before} and then {answer}")
        self.waiting.pop(name, None)
        if answer["ok"]:
            body = answer["body"]
            for receipt in body.get("receipts", [body] if "ballot_sha256" in body else []):
                self._keep(receipt)

    def _keep(self, receipt: dict[str, Any]) -> None:
        known = self.receipts.setdefault(receipt["ballot_sha256"], receipt)
        if known != receipt:
            self.contradictions.append(f"two receipts for {receipt['ballot_sha256']}")


async def wait_for(true: Any, seconds: float) -> bool:
    """Look every 10 ms; False when it did not become true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        await asyncio.sleep(0.01)
    return True
