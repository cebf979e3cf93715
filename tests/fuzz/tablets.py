"""Every byte that a tablet can send, and the packets of cameras: `python -m tests.fuzz.tablets --minutes 60 [--json FILE] [--seed N] [--target NAME]`.

The time is shared by the targets, one process after the other. Where atheris is installed (it is no part of the requirements), each
target has half of its time under it, so that what reaches new code is tried further. Ends with 1 when anything was found.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.fuzz.engine import KEPT, TARGETS

UNLED = frozenset({"frames"})
"""Targets whose work is done in another thread's sockets, where coverage says little."""


def turns(asked: argparse.Namespace) -> list[tuple[str, bool, float]]:
    """(target, under atheris, seconds) in their order."""
    led = bool(find_spec("atheris"))
    targets = [asked.target] if asked.target else list(TARGETS)
    each = asked.minutes * 60 / len(targets)
    found: list[tuple[str, bool, float]] = []
    for target in targets:
        both = led and target not in UNLED
        found += [(target, False, each / 2), (target, True, each / 2)] if both else [(target, False, each)]
    return found


def run_all(asked: argparse.Namespace, console: Console) -> Iterator[dict[str, Any]]:
    """Run turn after turn with a bar for each; gives their figures."""
    columns = (TextColumn("{task.description:<18}"), BarColumn(), TextColumn("{task.fields[inputs]:>12,} inputs"), TimeElapsedColumn())
    with TemporaryDirectory() as folder, Progress(*columns, console=console) as progress:
        for number, (target, led, seconds) in enumerate(turns(asked)):
            path, name = Path(folder) / f"{number}.json", f"{target} (atheris)" if led else target
            bar = progress.add_task(name, total=seconds, inputs=0)
            command = [sys.executable, "-m", "tests.fuzz.engine", "--target", target, "--seconds", str(seconds), "--json", str(path)]
            command += ["--seed", str(asked.seed + number), *(["--atheris"] if led else [])]
            with (Path(folder) / "log").open("wb+") as log:
                process = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, "PYTHONWARNINGS": "ignore"})
                while process.poll() is None:
                    time.sleep(0.5)
                    figures = _figures(path)
                    progress.update(bar, completed=min(seconds, figures.get("seconds", 0)), inputs=figures.get("inputs", 0))
                figures = _figures(path) or {"target": target, "engine": "atheris" if led else "own", "inputs": 0, "findings": {}}
                if process.returncode:
                    log.seek(0)
                    last = log.read().decode("utf-8", "replace").strip().splitlines()[-1:]
                    figures["findings"][f"the process ended with {process.returncode}: {last}"] = 1
            yield figures


def _figures(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found


def show(console: Console, rows: list[dict[str, Any]]) -> None:
    """A table, and every finding with where its first input lies."""
    table = Table("target", "engine", "inputs", "per second", "memory, MiB", "findings")
    for row in rows:
        speed = row["inputs"] / max(row.get("seconds", 0), 0.1)
        memory = f"{row.get('memory_first_mib', 0):.0f} -> {row.get('memory_last_mib', 0):.0f}"
        table.add_row(row["target"], row["engine"], f"{row['inputs']:,}", f"{speed:,.0f}", memory, str(len(row["findings"])))
    console.print(table)
    for row in rows:
        for name, count in row["findings"].items():
            console.print(f"[red]{row['target']}[/]: {count} x {name}", highlight=False)
    console.print(f"{sum(row['inputs'] for row in rows):,} inputs; what was found lies in {KEPT}")


def main() -> int:
    """Run all targets."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.tablets", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--target", choices=sorted(TARGETS))
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    console = Console()
    console.print(f"seed {asked.seed}")
    rows = list(run_all(asked, console))
    show(console, rows)
    if asked.json:
        told = {"seed": asked.seed, "inputs": sum(row["inputs"] for row in rows), "runs": rows}
        asked.json.write_text(json.dumps(told, indent=1))
    return 1 if any(row["findings"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
