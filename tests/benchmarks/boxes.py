"""How fast a secret vote is: `python -m tests.benchmarks.boxes --tablets N --json FILE [--engine ...] [--database ...] [--pause]`.

A real node as `dinh up` runs it. N tablets ask for their tokens within one second over `/mqtt`, open them and put their ballots into the box
over HTTPS without a cookie, at once; `--pause` waits 2 to 8 s before the box, as the page does. Meanwhile one more tablet asks to
speak and withdraws, again and again: what it waits is what a token costs everybody else. All ballots are sealed before.
"""

import argparse
import asyncio
import json
import secrets
import statistics
import tempfile
import time
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from edge.demo.booth import PAUSE_S
from edge.demo.calls import Caller
from edge.demo.processes import RunningNode
from edge.demo.sealed import Paper, Sealed
from edge.demo.stage import CHAIR, SECRETARY, new_password, staff
from edge.node.prepare import prepare
from edge.settings import read_settings
from meeting.log.verifier import Beside, verify
from tests.benchmarks import limits
from tests.benchmarks.hall import furnish, stamp
from tests.benchmarks.processes import Meter, database
from tests.benchmarks.voter import Node, Voter, wait_for

WITHIN_S, BEGIN_S, PATIENCE_S = 1.0, 0.5, 60.0
RULE = "hdnd-mien-nhiem"
PROBE_S = 0.3
"""Between two asks of the one who only speaks: a tablet may ask five times a second."""


@dataclass(frozen=True)
class Asked:
    """What is to be measured."""

    tablets: int
    engine: str = "embedded"
    database: str = "sqlite"
    pause: bool = False


@dataclass
class Figures:
    """Seconds unless named otherwise. Token: from the planned moment to an opened signature. Box: from sending to the promise."""

    tablets: int
    engine: str
    database: str
    pause: bool
    load: float
    promised: int = 0
    verified: bool = False
    token_p50_s: float = 0.0
    token_p99_s: float = 0.0
    token_max_s: float = 0.0
    box_p50_s: float = 0.0
    box_p99_s: float = 0.0
    others_p50_s: float = 0.0
    others_p99_s: float = 0.0
    close_s: float = 0.0
    server_cpu_s: float = 0.0
    cpu_ms_per_vote: float = 0.0
    per_process_s: dict[str, float] = field(default_factory=dict)


@dataclass
class Hidden(Voter):
    """A voter whose answers are waited for one by one."""

    _heard: "asyncio.Future[dict[str, Any]]" = field(default_factory=asyncio.Future)

    async def told(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to this ask. Raises RuntimeError when it is refused."""
        self._heard = asyncio.get_running_loop().create_future()
        self.ask(kind, body)
        answer: dict[str, Any] = await asyncio.wait_for(self._heard, PATIENCE_S)
        if not answer["ok"]:
            raise RuntimeError(f"{kind}: {answer['code']} {answer['facts']}")
        return dict(answer["body"])

    def _answered(self, answer: dict[str, Any]) -> None:
        super()._answered(answer)
        if not self._heard.done():
            self._heard.set_result(answer)


@dataclass
class Booths:
    """The running vote."""

    node: Node
    running: RunningNode
    callers: dict[str, Caller]
    voters: list[Hidden]
    speaker: Hidden
    motion: str = ""
    tokens: list[float] = field(default_factory=list)
    boxes: list[float] = field(default_factory=list)
    others: list[float] = field(default_factory=list)

    def call(self, who: str, path: str, body: object = None) -> Any:
        return self.callers[who].post(f"/api/meetings/{self.node.hall.meeting}{path}", body)

    async def open(self) -> list[Sealed]:
        """The vote, and everybody's sealed ballot."""
        item = self.callers[SECRETARY].get(f"/api/meetings/{self.node.hall.meeting}")["items"][0]["id"]
        words = {"item": item, "title": "Miễn nhiệm chức danh", "rule": RULE}
        self.motion = (await asyncio.to_thread(self.call, SECRETARY, "/motions", words))["id"]
        await asyncio.to_thread(self.call, CHAIR, "/floor/open")
        await asyncio.to_thread(self.call, CHAIR, f"/motions/{self.motion}/open")
        everybody = [*self.voters, self.speaker]
        if not await wait_for(lambda: all(one.motion.get("motion") == self.motion for one in everybody), PATIENCE_S):
            raise TimeoutError("not everybody saw the vote opened")
        shown = self.voters[0].motion
        paper = Paper.read(b64decode(shown["paper_base64"]), shown["paper_sha256"])
        return [await asyncio.to_thread(Sealed.make, paper, secrets.choice(("for", "against"))) for _ in self.voters]

    async def cast(self, sealed: list[Sealed], *, pause: bool) -> None:
        """Everybody within a second; the speaker goes on until the last is in the box."""
        begin = time.monotonic() + BEGIN_S
        speaking = asyncio.create_task(self._speak())
        many = zip(self.voters, sealed, strict=True)
        gap = WITHIN_S / len(sealed)
        await asyncio.gather(*(self._one(voter, one, begin + at * gap, pause=pause) for at, (voter, one) in enumerate(many)))
        speaking.cancel()
        with suppress(asyncio.CancelledError):
            await speaking

    async def _one(self, voter: Hidden, sealed: Sealed, planned: float, *, pause: bool) -> None:
        jws = voter.pen.sign(sealed.claims(voter.seated.seat, stamp()))
        await asyncio.sleep(planned - time.monotonic())
        given = await voter.told("token", {"token": jws})
        words = sealed.box_words(str(given["blind_signature"]))
        self.tokens.append(time.monotonic() - planned)
        await asyncio.sleep(secrets.SystemRandom().uniform(*PAUSE_S) if pause else 0)
        began = time.monotonic()
        answer = await self.node.http.post(f"/api/meetings/{self.node.hall.meeting}/box", json=words, headers={"X-Dinh": "1"})
        answer.raise_for_status()
        self.boxes.append(time.monotonic() - began)

    async def _speak(self) -> None:
        while True:
            began = time.monotonic()
            request = (await self.speaker.told("speak", {"kind": "speak"}))["request"]
            middle = time.monotonic()
            await asyncio.sleep(PROBE_S)
            again = time.monotonic()
            await self.speaker.told("withdraw", {"request": request})
            self.others += [middle - began, time.monotonic() - again]
            await asyncio.sleep(PROBE_S)


@asynccontextmanager
async def booths(asked: Asked, home: Path) -> AsyncIterator[Booths]:
    """A furnished hall, a running node, everybody connected."""
    with ExitStack() as held:
        url = held.enter_context(database(asked.database, home))
        extra = {"DINH_BROKER_ENGINE": asked.engine, "DINH_DATABASE_URL": url}
        settings = read_settings(home, extra)
        once = {one.login: one.password for one in prepare(settings).credentials}
        hall = furnish(settings, asked.tablets + 1)
        running = RunningNode.start(home, extra=extra)
        held.callback(running.stop)
        callers = staff(running.node, once, {name: new_password() for name in once})
        for caller in callers.values():
            held.callback(caller.close)
        tls, where = running.node.tls(), running.node.url
        wide = httpx.Limits(max_connections=asked.tablets, max_keepalive_connections=0)
        async with httpx.AsyncClient(
            base_url=where, verify=tls, trust_env=False, timeout=PATIENCE_S, limits=wide, headers={"Origin": where}
        ) as http:
            node = Node(hall, where, tls, http)
            everybody = [Hidden(node, one, one.pen()) for one in hall.seated]
            for one in everybody:
                one.come()
            try:
                if not await wait_for(lambda: all(one.online for one in everybody), PATIENCE_S):
                    raise TimeoutError("not everybody is connected")
                yield Booths(node, running, callers, everybody[:-1], everybody[-1])
            finally:
                for one in everybody:
                    await one.end()


async def measure(asked: Asked, home: Path) -> Figures:
    """One secret vote."""
    async with booths(asked, home) as held:
        sealed = await held.open()
        figures = Figures(asked.tablets, asked.engine, asked.database, asked.pause, limits.load())
        meter = Meter.of(held.running)
        await held.cast(sealed, pause=asked.pause)
        figures.per_process_s = {name: round(one, 3) for name, one in meter.used().items()}
        began = time.monotonic()
        await asyncio.to_thread(held.call, CHAIR, f"/motions/{held.motion}/close")
        figures.close_s = time.monotonic() - began
        path = f"/api/meetings/{held.node.hall.meeting}/motions/{held.motion}/bundle"
        bundle = await asyncio.to_thread(held.callers[CHAIR].bytes_of, path)
        report = verify(bundle, Beside(key=held.node.hall.log_key))
        figures.verified = report.ok and report.summary["ballots"] == asked.tablets
    figures.promised = len(held.boxes)
    figures.token_p50_s, figures.token_p99_s, figures.token_max_s = *_quantiles(held.tokens), max(held.tokens)
    figures.box_p50_s, figures.box_p99_s = _quantiles(held.boxes)
    figures.others_p50_s, figures.others_p99_s = _quantiles(held.others)
    figures.server_cpu_s = sum(figures.per_process_s.values())
    figures.cpu_ms_per_vote = 1000 * figures.server_cpu_s / asked.tablets
    return figures


def _quantiles(values: list[float]) -> tuple[float, float]:
    """p50 and p99."""
    cut = statistics.quantiles(values, n=100, method="inclusive")
    return cut[49], cut[98]


def table(figures: Figures) -> Table:
    """The figures, one to a line."""
    made = Table("figure", "value", title="secret vote")
    for name, value in asdict(figures).items():
        made.add_row(name, f"{value:.3f}" if isinstance(value, float) else str(value))
    return made


def main() -> int:
    """From the command line. Ends with 1 when a ballot has no promise or the bundle is wrong."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.boxes", description=__doc__)
    parser.add_argument("--tablets", type=int, default=200)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--engine", choices=("embedded", "mosquitto"), default="embedded")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--pause", action="store_true", help="wait 2 to 8 s before the box, as the page does")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dinh-boxes-") as folder:
        figures = asyncio.run(measure(Asked(given.tablets, given.engine, given.database, given.pause), Path(folder) / "home"))
    Console().print(table(figures))
    if given.json:
        given.json.write_text(json.dumps(asdict(figures), indent=2) + "\n", "utf-8")
    return 0 if figures.verified and figures.promised == given.tablets else 1


if __name__ == "__main__":
    raise SystemExit(main())
