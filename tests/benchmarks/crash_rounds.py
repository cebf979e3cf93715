"""One round of the crash test: a vote is opened, everybody casts within a second, and meanwhile things die, break and repeat themselves.

What happens in a round follows from the seed and the round's number; what comes of it depends on the moment, as in life.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx

from edge.demo.calls import Caller, CallRefused
from edge.demo.stage import CHAIR, SECRETARY, new_password, staff
from edge.node.prepare import prepare
from edge.settings import read_settings
from tests.benchmarks.crash_judge import CHOICES, Verdict, house, judge, shown_seats
from tests.benchmarks.eyes import seats_shown
from tests.benchmarks.hall import furnish
from tests.benchmarks.processes import database
from tests.benchmarks.restless import RestlessNode
from tests.benchmarks.voter import Node, Voter, wait_for

BURST_S = 0.8
BACK_S, SHOWN_S = 60.0, 5
KILLS: tuple[tuple[str, ...], ...] = ((), ("broker",), ("broker",), ("desk",), ("desk",), ("broker", "desk"), ("broker", "desk"))
"""What dies in a round, drawn from these."""


@dataclass(frozen=True)
class Asked:
    """What is to be tried."""

    rounds: int
    seed: int
    voters: int = 16
    engine: str = "embedded"
    database: str = "sqlite"


@dataclass
class Figures:
    """What all rounds came to."""

    rounds: int = 0
    kills: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    cut_lines: int = 0
    switched_off: int = 0
    repeated: int = 0
    """Asks that were said again on purpose, besides what tablets repeat by themselves."""
    cast: int = 0
    acknowledged: int = 0
    acknowledged_lost: int = 0
    counted_twice: int = 0
    told_without_receipt: int = 0
    wrong: list[str] = field(default_factory=list)
    round_p50_s: float = 0.0
    round_max_s: float = 0.0
    seed: int = 0
    seconds: float = 0.0
    voters: int = 0
    engine: str = ""
    database: str = ""


class Trial:
    """One node, one meeting, many rounds."""

    def __init__(self, running: RestlessNode, node: Node, callers: dict[str, Caller], seed: int) -> None:
        self.running, self.node, self.callers, self.seed = running, node, callers, seed
        self.voters = [Voter(node, seated, seated.pen()) for seated in node.hall.seated]
        self.figures = Figures()
        self.motion = node.hall.motion
        self._item = ""
        self._before: list[tuple[Voter, bytes]] = []
        """Asks of earlier rounds, to be said again."""

    # -- doors of the staff, which bear a node that is just coming back

    async def call(self, who: str, path: str, body: object = None, *, done: tuple[str, ...] = ()) -> Any:
        """POST until it is answered; a refusal with one of these codes means that an earlier try had come through."""
        end = time.monotonic() + BACK_S
        while True:
            try:
                return await asyncio.to_thread(self.callers[who].post, f"/api/meetings/{self.node.hall.meeting}{path}", body)
            except CallRefused as refused:
                if refused.code in done:
                    return None
                if not refused.code.startswith("http.5") or time.monotonic() > end:
                    raise
            except httpx.TransportError:
                if time.monotonic() > end:
                    raise
            await asyncio.sleep(0.05)

    async def round(self, number: int) -> Verdict:
        """One vote under fire."""
        motion, draw = await self._open(number), Random(f"{self.seed}/{number}")
        voters = [self._voter(voter, Random(f"{self.seed}/{number}/{voter.seated.seat}")) for voter in self.voters]
        await asyncio.gather(self._kills(draw), *voters)
        told = await self._settle(motion)
        await self._close(motion, draw)
        bundle = await asyncio.to_thread(self.callers[CHAIR].bytes_of, f"/api/meetings/{self.node.hall.meeting}/motions/{motion}/bundle")
        after = await asyncio.to_thread(judge, self.node.hall, motion, self.voters, bundle)
        after.told_without_receipt, after.wrong = told.told_without_receipt, told.wrong + after.wrong
        settings = self.running.settings
        after.wrong += await asyncio.to_thread(house, settings.database, settings.home)
        return after

    async def _open(self, number: int) -> str:
        if number:
            self._item = self._item or str(self._meeting()["items"][0]["id"])
            made = await self.call(SECRETARY, "/motions", {"item": self._item, "title": f"Biểu quyết {number}"})
            self.motion = made["id"]
        await self.call(CHAIR, f"/motions/{self.motion}/open", done=("meeting.motion_state",))
        for voter in self.voters:
            voter.come() if voter.away else None
        await self._need(lambda: all(voter.online and self._sees(voter) for voter in self.voters), "not everybody saw the vote opened")
        return self.motion

    def _meeting(self) -> Any:
        return self.callers[SECRETARY].get(f"/api/meetings/{self.node.hall.meeting}")

    def _sees(self, voter: Voter) -> bool:
        return (voter.motion.get("motion"), voter.motion.get("state")) == (self.motion, "open")

    async def _need(self, true: Callable[[], bool], what: str) -> None:
        if not await wait_for(true, BACK_S):
            lost = [voter.seated.seat for voter in self.voters if not voter.online or voter.waiting]
            raise TimeoutError(f"{what}: {lost}\n{self.running.said()}")

    # -- the fire

    async def _kills(self, draw: Random) -> None:
        """Kill, perhaps once more while what was killed comes back, and wait until the node is whole."""
        before: dict[str, int] = {}
        for kind in draw.choice(KILLS):
            for _ in range(draw.choice((1, 1, 1, 2))):
                await asyncio.sleep(draw.uniform(0, BURST_S))
                if (pid := self.running.kill(kind)) is not None:
                    before[kind] = pid
        await asyncio.to_thread(self.running.wait_whole, before)

    async def _voter(self, voter: Voter, draw: Random) -> None:
        """One voter's second: votes, changes his mind, is cut off, is repeated, goes away."""
        casts = draw.choice((0, 1, 1, 1, 1, 2, 3))
        deeds: list[tuple[float, Callable[[], None]]] = [(draw.uniform(0, BURST_S), lambda: self._cast(voter, draw)) for _ in range(casts)]
        chances: tuple[tuple[float, Callable[[], None]], ...] = (
            (0.15, lambda: self._cut(voter)),
            (0.08, lambda: self._leave(voter)),
            (0.3, lambda: self._again(voter, draw)),
            (0.1, lambda: self._of_another(voter, draw)),
        )
        deeds += [(draw.uniform(0, BURST_S * 1.2), deed) for chance, deed in chances if draw.random() < chance]
        began = asyncio.get_running_loop().time()
        for at, deed in sorted(deeds, key=lambda pair: pair[0]):
            await asyncio.sleep(max(0.0, began + at - asyncio.get_running_loop().time()))
            deed()

    def _cast(self, voter: Voter, draw: Random) -> None:
        if voter.away or not self._sees(voter):
            return
        name = voter.vote(draw.choice(CHOICES))
        self.figures.cast += 1
        self._before.append((voter, voter.waiting[name]))
        if draw.random() < 0.3:
            voter.say(voter.waiting[name])
            self.figures.repeated += 1

    def _cut(self, voter: Voter) -> None:
        self.figures.cut_lines += 1
        voter.cut()

    def _leave(self, voter: Voter) -> None:
        self.figures.switched_off += 1
        voter.leave()

    def _again(self, voter: Voter, draw: Random) -> None:
        """Something that this tablet said earlier, in this round or another, comes once more."""
        mine = [payload for who, payload in self._before if who is voter]
        if mine:
            self.figures.repeated += 1
            voter.say(draw.choice(mine))

    def _of_another(self, voter: Voter, draw: Random) -> None:
        """Another's ballot from this tablet: it must be refused, and the judge would see it in the log."""
        if self._before and not voter.away:
            self.figures.repeated += 1
            voter.ask("cast", json.loads(draw.choice(self._before)[1])["body"])

    # -- after the fire

    async def _settle(self, motion: str) -> Verdict:
        """Everybody is answered, who went away comes back for his receipts, and the plan shows who has voted."""
        gone = [voter for voter in self.voters if voter.away]
        for voter in gone:
            voter.come()
        await self._need(lambda: all(voter.online for voter in self.voters), "not everybody came back")
        for voter in gone:
            voter.resume()
        await self._need(lambda: not any(voter.waiting for voter in self.voters), "not everybody was answered")
        told = Verdict()
        now = await self._shown(motion)
        for _ in range(SHOWN_S * 10):
            if not now.wrong:
                break
            await asyncio.sleep(0.1)  # the turnout is shown a moment after the ballots
            now = await self._shown(motion)
        told.told_without_receipt += now.told_without_receipt
        told.wrong += now.wrong
        return told

    async def _shown(self, motion: str) -> Verdict:
        """Whether the chair's page shows who has voted."""
        trial = Verdict()
        try:
            seats = await seats_shown(self.callers[CHAIR], self.node.hall.meeting, motion)
        except (TimeoutError, OSError) as error:
            trial.wrong.append(f"the page of motion {motion} shows nothing: {type(error).__name__}")
        else:
            shown_seats(trial, motion, self.voters, seats)
        return trial

    async def _close(self, motion: str, draw: Random) -> None:
        """Close; in some rounds the desk dies in the middle of it."""
        closing = asyncio.create_task(self.call(CHAIR, f"/motions/{motion}/close", done=("meeting.motion_state",)))
        if draw.random() < 0.1:
            await asyncio.sleep(draw.uniform(0, 0.03))
            if (pid := self.running.kill("desk")) is not None:
                await asyncio.to_thread(self.running.wait_whole, {"desk": pid})
        await closing


@asynccontextmanager
async def trial(asked: Asked, home: Path) -> AsyncIterator[Trial]:
    """The hall furnished, the node running, nobody connected yet."""
    with ExitStack() as held:
        url = held.enter_context(database(asked.database, home))
        extra = {"DINH_BROKER_ENGINE": asked.engine, "DINH_DATABASE_URL": url}
        settings = read_settings(home, extra)
        once = {one.login: one.password for one in prepare(settings).credentials}
        hall = furnish(settings, asked.voters)
        running = RestlessNode.start(home, extra)
        held.callback(running.stop)
        callers = staff(running.node, once, {name: new_password() for name in once})
        for caller in callers.values():
            held.callback(caller.close)
        async with httpx.AsyncClient(base_url=running.node.url, verify=running.node.tls(), timeout=10, trust_env=False) as http:
            made = Trial(running, Node(hall, running.node.url, running.node.tls(), http), callers, asked.seed)
            try:
                yield made
            finally:
                for voter in made.voters:
                    await voter.end()
