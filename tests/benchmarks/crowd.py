"""The load generator's process: its share of the tablets, told what to do over a pipe and telling what it saw.

Ballots are signed before they are cast, because a tablet signs on its own processor; a receipt is verified when it comes, and the time
until then counts. The time of a cast is the planned one, so that a generator that is late makes the figures worse and not better.
"""

import asyncio
import json
import random
import secrets
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvloop

from edge.demo.calls import Node
from tests.benchmarks.hall import Seated, stamp
from tests.benchmarks.receipts import Kept, LogKey
from tests.benchmarks.tablet import CLOSED, Cast, Tablet, Ticket

AT_ONCE = 8
"""Tablets that connect at the same time: handshakes are not what is measured."""
CHOICES = ("for", "for", "against", "abstain")


@dataclass(frozen=True)
class Share:
    """What one process is given."""

    url: str
    ca: Path
    meeting: str
    log_key: str
    seated: tuple[Seated, ...]
    patience_s: float


@dataclass(frozen=True)
class Shown:
    """What one process saw of the casts. Seconds of time.monotonic(), latencies in seconds."""

    latencies: list[float]
    late: list[float]
    """How much later than planned each ballot left the generator."""
    first: float
    last: float
    kept: list[Kept]
    refused: dict[str, int]
    messages: int
    bytes: int
    cpu_s: float


class Crowd:
    """Tablets of one process."""

    def __init__(self, share: Share) -> None:
        self.share, self.node = share, Node(share.url, share.ca)
        self.tablets: list[Tablet] = []
        self.casts: list[Cast] = []
        self.key = LogKey(share.log_key)

    async def connect(self) -> int:
        """A ticket and a connection for everybody."""
        gate, tls = asyncio.Semaphore(AT_ONCE), self.node.tls()
        where = urlsplit(self.share.url)
        host, port = where.hostname or "", where.port or 443
        limits = httpx.Limits(max_connections=AT_ONCE)
        async with httpx.AsyncClient(base_url=self.share.url, verify=tls, limits=limits, timeout=30, trust_env=False) as http:

            async def one(seated: Seated) -> Tablet:
                async with gate:
                    answer = (await http.get("/api/ticket", headers={"Cookie": f"dinh_device={seated.cookie}"})).raise_for_status().json()
                    ticket = Ticket(answer["ticket"], answer["user"], answer["password"], self.share.meeting, where.netloc)
                    _, tablet = await asyncio.get_running_loop().create_connection(
                        lambda: Tablet(ticket), host, port, ssl=tls, server_hostname=host
                    )
                    await asyncio.wait_for(tablet.ready, self.share.patience_s)
                    return tablet

            self.tablets = list(await asyncio.gather(*(one(seated) for seated in self.share.seated)))
        return len(self.tablets)

    async def arm(self, motion: str) -> int:
        """Wait until everybody sees the open vote, and sign everybody's ballot."""
        end = time.monotonic() + self.share.patience_s
        wanted = f'"motion":"{motion}"'.encode()
        while not all(wanted in one.seen.motion and b'"state":"open"' in one.seen.motion for one in self.tablets):
            if time.monotonic() > end:
                raise TimeoutError("not everybody was shown the open vote")
            await asyncio.sleep(0.02)
        paper = json.loads(self.tablets[0].seen.motion)["paper_sha256"]
        self.casts = [self._ballot(*pair, motion=motion, paper=paper) for pair in zip(self.tablets, self.share.seated, strict=True)]
        return len(self.casts)

    def _ballot(self, tablet: Tablet, seated: Seated, *, motion: str, paper: str) -> Cast:
        claims = {"meeting": self.share.meeting, "motion": motion, "paper": paper, "seat": seated.seat}
        choice = CHOICES[secrets.randbelow(len(CHOICES))]
        jws = seated.pen().sign({**claims, "choice": choice, "nonce": secrets.token_urlsafe(16), "at": stamp()})
        name = secrets.token_hex(10)
        ask = {"id": name, "at": stamp(), "kind": "cast", "body": {"ballot": jws}}
        return Cast(jws, tablet.ask(json.dumps(ask, separators=(",", ":")).encode()), name, tablet=tablet)

    async def cast(self, begin: float, within_s: float) -> Shown:
        """Everybody casts at a moment of his own within `within_s` seconds from `begin`; done when all receipts are verified."""
        loop, chance = asyncio.get_running_loop(), random.Random(7)
        cpu = time.process_time()
        for one in self.casts:
            one.planned = begin + chance.random() * within_s
            loop.call_at(one.planned, _send, one)
        waits = [asyncio.wait_for(self._receipt(one), self.share.patience_s) for one in self.casts]
        kept = [one for one in await asyncio.gather(*waits, return_exceptions=True) if isinstance(one, Kept)]
        return self._shown(kept, time.process_time() - cpu)

    async def _receipt(self, cast: Cast) -> Kept:
        assert cast.tablet is not None
        await cast.tablet.answered
        answer: dict[str, Any] = json.loads(cast.tablet.seen.answer)
        if not answer["ok"] or answer["id"] != cast.id:
            cast.refused = str(answer.get("code"))
            raise ValueError(cast.refused)
        kept = self.key.verify(answer["body"], cast.jws)
        cast.verified = time.monotonic()
        return kept

    def _shown(self, kept: list[Kept], cpu_s: float) -> Shown:
        good = [one for one in self.casts if one.verified]
        bad = [one.refused or "no answer" for one in self.casts if not one.verified]
        return Shown(
            latencies=[one.verified - one.planned for one in good],
            late=[one.sent - one.planned for one in self.casts],
            first=min((one.planned for one in self.casts), default=0.0),
            last=max((one.verified for one in good), default=0.0),
            kept=kept,
            refused={code: bad.count(code) for code in set(bad)},
            messages=sum(one.seen.received for one in self.tablets),
            bytes=sum(one.seen.bytes for one in self.tablets),
            cpu_s=cpu_s,
        )

    async def again(self) -> list[bool]:
        """Send every ballot once more; whether each got the very same answer."""
        before = [one.seen.answer for one in self.tablets]
        for cast, tablet in zip(self.casts, self.tablets, strict=True):
            tablet.answered = asyncio.get_running_loop().create_future()
            tablet.cast(cast.frame)
        await asyncio.wait_for(asyncio.gather(*(one.answered for one in self.tablets)), self.share.patience_s)
        return [one.seen.answer == was for one, was in zip(self.tablets, before, strict=True)]

    async def closed(self) -> list[float]:
        """When each tablet held the closed snapshot with its result. Seconds of time.monotonic()."""
        await asyncio.wait_for(asyncio.gather(*(one.closed for one in self.tablets)), self.share.patience_s)
        last = json.loads(self.tablets[0].seen.motion)
        if CLOSED not in self.tablets[0].seen.motion or not last["count"]:
            raise ValueError("a closed vote without a result")
        return [one.seen.closed_at for one in self.tablets]


def _send(one: Cast) -> None:
    one.sent = time.monotonic()
    assert one.tablet is not None
    one.tablet.cast(one.frame)


async def _serve(share: Share, pipe: Connection) -> None:
    crowd, loop = Crowd(share), asyncio.get_running_loop()
    acts: dict[str, Callable[..., Awaitable[object]]] = {
        "connect": crowd.connect,
        "arm": crowd.arm,
        "cast": crowd.cast,
        "closed": crowd.closed,
        "again": crowd.again,
    }
    with ThreadPoolExecutor(1) as listening:
        while (asked := await loop.run_in_executor(listening, pipe.recv)) is not None:
            name, *arguments = asked
            try:
                pipe.send(await acts[name](*arguments))
            except (TimeoutError, ConnectionError, ValueError, httpx.HTTPError) as error:
                pipe.send(RuntimeError(f"{name}: {error!r}"))
    for one in crowd.tablets:
        one.leave()
    await asyncio.sleep(0.2)


def run(share: Share, pipe: Connection) -> None:
    """The process."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(share, pipe))
