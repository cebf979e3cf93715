"""How fast an open vote is: `python -m tests.benchmarks.ballots --tablets N --json FILE [--engine ...] [--database ...]`.

A real node as `dinh up` runs it, N tablets with a key and a connection each through the `/mqtt` route, all casting within one second.
Prints one table and writes the same figures to FILE.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from edge.demo.calls import Caller
from edge.demo.processes import RunningNode
from edge.demo.stage import CHAIR, new_password, staff
from edge.node.prepare import prepare
from edge.settings import read_settings
from meeting.log.verifier import Beside, verify
from tests.benchmarks import limits
from tests.benchmarks.crowd import Share, Shown, run
from tests.benchmarks.figures import Figures, Measured, Run, table
from tests.benchmarks.hall import Hall, furnish
from tests.benchmarks.processes import Meter, database

WITHIN_S = 1.0
BEGIN_S = 0.5
"""From the word to the first cast: every process has heard it."""


@dataclass(frozen=True)
class Asked:
    """What is to be measured."""

    tablets: int
    engine: str = "embedded"
    database: str = "sqlite"
    generators: int = 1
    limits: bool = True
    patience_s: float = 60.0


class Generators:
    """The processes of the load generator, asked all at once."""

    def __init__(self, shares: list[Share]) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self.processes = []
        for share in shares:
            ours, theirs = context.Pipe()
            process = context.Process(target=run, args=(share, theirs), daemon=True)
            process.start()
            self._pipes.append(ours)
            self.processes.append(process)

    def ask(self, *what: object) -> list[Any]:
        """The answers of all. Raises RuntimeError with what went wrong in one."""
        self.tell(*what)
        return self.answers()

    def tell(self, *what: object) -> None:
        for pipe in self._pipes:
            pipe.send(what)

    def answers(self) -> list[Any]:
        said = [pipe.recv() for pipe in self._pipes]
        for one in said:
            if isinstance(one, Exception):
                raise one
        return said

    def end(self) -> None:
        for pipe in self._pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)


@dataclass
class Vote:
    """A running node with everybody connected."""

    hall: Hall
    running: RunningNode
    chair: Caller
    crowd: Generators

    def hold(self, patience_s: float) -> Run:
        """Open, cast, close; what was seen."""
        base = f"/api/meetings/{self.hall.meeting}/motions/{self.hall.motion}"
        self.chair.post(f"{base}/open")
        self.crowd.ask("arm", self.hall.motion)
        time.sleep(1.0)  # the snapshot of the opening has reached everybody, too
        load, meter = limits.load(), Meter.of(self.running)
        shown: list[Shown] = self.crowd.ask("cast", time.monotonic() + BEGIN_S, WITHIN_S)
        used = meter.used()
        time.sleep(min(2.0, patience_s))
        began = time.monotonic()
        self.crowd.tell("closed")
        self.chair.post(f"{base}/close")
        closed_s = time.monotonic() - began
        held = sorted(at - began for one in self.crowd.answers() for at in one)
        return Run(shown, used, load, closed_s, held)

    def bundle(self) -> bytes:
        return self.chair.bytes_of(f"/api/meetings/{self.hall.meeting}/motions/{self.hall.motion}/bundle")


@contextmanager
def vote(asked: Asked, home: Path, progress: Progress) -> Iterator[Vote]:
    """Furnish the hall, start the node, connect everybody."""
    with ExitStack() as held:
        url = held.enter_context(database(asked.database, home))
        extra = {"DINH_BROKER_ENGINE": asked.engine, "DINH_DATABASE_URL": url}
        task = progress.add_task(f"{asked.tablets} tablets: the hall", total=None)
        settings = read_settings(home, extra)
        once = {one.login: one.password for one in prepare(settings).credentials}
        hall = furnish(settings, asked.tablets)
        progress.update(task, description="the node starts")
        running = RunningNode.start(home, extra=extra)
        held.callback(running.stop)
        callers = staff(running.node, once, {name: new_password() for name in once})
        for caller in callers.values():
            held.callback(caller.close)
        progress.update(task, description="the tablets connect")
        crowd = Generators(_shares(asked, hall, running))
        held.callback(crowd.end)
        crowd.ask("connect")
        progress.update(task, description="the vote")
        yield Vote(hall, running, callers[CHAIR], crowd)


def _shares(asked: Asked, hall: Hall, running: RunningNode) -> list[Share]:
    node, count = running.node, min(asked.generators, asked.tablets)
    return [Share(node.url, node.ca, hall.meeting, hall.log_key, hall.seated[at::count], asked.patience_s) for at in range(count)]


def measure(asked: Asked, progress: Progress) -> Figures:
    """One vote. Raises RuntimeError when it went wrong."""
    with tempfile.TemporaryDirectory(prefix="dinh-ballots-") as folder, vote(asked, Path(folder) / "home", progress) as held:
        began = time.monotonic()
        seen = held.hold(asked.patience_s)
        bundle = held.bundle()
        report = verify(bundle, Beside(key=held.hall.log_key))
        held_s = time.monotonic() - began
    verify_rate = relay_rate = relay_wall = 0.0
    if asked.limits:
        verify_rate = limits.verify_per_s()
        relay_rate, relay_wall = limits.relay_per_s(asked.engine)
    measured = Measured(asked.tablets, asked.engine, asked.database, verify_rate, relay_rate, relay_wall, held_s, report.ok)
    return Figures.of(seen, bundle, measured)


def main() -> int:
    """From the command line. Ends with 1 when a ballot has no verified receipt."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.ballots", description=__doc__)
    parser.add_argument("--tablets", type=int, default=90)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--engine", choices=("embedded", "mosquitto"), default="embedded")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--generators", type=int, default=1, help="processes of the load generator")
    given = parser.parse_args()
    console = Console()
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True) as progress:
        figures = measure(Asked(given.tablets, given.engine, given.database, given.generators), progress)
    console.print(table(figures))
    if given.json:
        given.json.write_text(json.dumps(figures.as_json(), indent=2) + "\n", "utf-8")
    return 0 if figures.receipts_verified == given.tablets and figures.bundle_ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
