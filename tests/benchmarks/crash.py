"""What a vote survives: `python -m tests.benchmarks.crash --rounds 200 [--json FILE] [--engine ...] [--database ...] [--seed N]`.

A real node, voters at tablets of their own through `/mqtt`. In every round a vote is opened, everybody casts within a second, some
change their minds, and meanwhile broker, desk or both are killed with -9, lines are cut, tablets are switched off, and what was said is
said twice, late, in another order, again after the vote or by another tablet. Then everybody comes back, the vote is closed, and
`crash_judge` looks at the tablets' receipts, the bundle, the log and the database. FILE is written after every round.
"""

import argparse
import asyncio
import json
import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.benchmarks.crash_rounds import Asked, Figures, trial

LINE_EVERY = 10
"""Rounds between two lines where nobody watches a bar."""


async def run(asked: Asked, home: Path, progress: Callable[[Figures], None]) -> Figures:
    """All rounds. What is wrong is counted, and the next round goes on; a node that does not come back ends the run."""
    began, times = time.monotonic(), list[float]()
    async with trial(asked, home) as made:
        figures = made.figures
        figures.seed, figures.voters, figures.engine, figures.database = asked.seed, asked.voters, asked.engine, asked.database
        for number in range(asked.rounds):
            started = time.monotonic()
            told = await made.round(number)
            times.append(time.monotonic() - started)
            figures.rounds += 1
            for name in ("acknowledged", "acknowledged_lost", "counted_twice", "told_without_receipt"):
                setattr(figures, name, getattr(figures, name) + getattr(told, name))
            figures.wrong += [f"round {number}: {line}" for line in told.wrong]
            figures.killed, figures.kills = dict(made.running.kills), sum(made.running.kills.values())
            figures.seconds = round(time.monotonic() - began, 1)
            figures.round_p50_s, figures.round_max_s = round(sorted(times)[len(times) // 2], 2), round(max(times), 2)
            progress(figures)
    return figures


def main() -> int:
    """From the command line. Ends with 1 when anything was wrong."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.crash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--voters", type=int, default=16)
    parser.add_argument("--engine", choices=("embedded", "mosquitto"), default="embedded")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    console = Console()
    console.print(f"seed {given.seed}")
    asked = Asked(given.rounds, given.seed, given.voters, given.engine, given.database)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with tempfile.TemporaryDirectory(prefix="dinh-crash-") as folder, Progress(*columns, console=console) as shown:
        bar = shown.add_task("", total=given.rounds)

        def progress(now: Figures) -> None:
            said = f"{now.kills} kills, {now.acknowledged} receipts, {now.acknowledged_lost} lost, {len(now.wrong)} wrong"
            shown.update(bar, completed=now.rounds, description=said)
            if not console.is_terminal and now.rounds % LINE_EVERY == 0:
                console.print(f"{now.rounds} rounds, {said}")
            if given.json:
                given.json.write_text(json.dumps(asdict(now), indent=2, ensure_ascii=False) + "\n", "utf-8")

        figures = asyncio.run(run(asked, Path(folder) / "home", progress))
    show(console, figures)
    return 1 if figures.wrong or figures.acknowledged_lost or figures.counted_twice else 0


def show(console: Console, figures: Figures) -> None:
    """One table, and everything that was wrong."""
    table = Table("what", "figure")
    for name, value in asdict(figures).items():
        if name != "wrong":
            table.add_row(name, str(value))
    console.print(table)
    for line in figures.wrong:
        console.print(line[:2000], style="red", highlight=False)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        raise SystemExit(main())
