"""The cells of the cameras' benchmark, one after another: one JSON, one table, one plot."""

import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks import streams
from tests.benchmarks.cameras import Asked, Figures, measure
from tests.benchmarks.cells_plot import plot as draw

LARGE, SMALL = (1920, 1080), (704, 576)
#        cameras busy  rate   gop  size   others
CELLS = (
    (17, 0, "vbr", 30, LARGE, True),
    (17, 3, "vbr", 30, LARGE, True),
    (17, 17, "vbr", 30, LARGE, True),
    (17, 3, "cbr", 30, LARGE, True),
    (17, 3, "vbr", 300, LARGE, True),
    (17, 17, "cbr", 30, SMALL, True),
    (17, 3, "vbr", 300, SMALL, True),
    (1, 0, "vbr", 30, LARGE, False),
    (4, 0, "vbr", 30, LARGE, False),
    (8, 0, "vbr", 30, LARGE, False),
    (34, 0, "vbr", 30, LARGE, False),
)
IN_FULL, SAMPLE = 3, 4
"""In the first so many cells the others run on every stream, one after another, `motion` among them; in the rest all at once on SAMPLE
idle and SAMPLE busy streams, multiplied."""
CALM, MORE_WARM_S = 17, 8.0
"""More cameras than that need so much longer until all of them sleep; it is taken from what is measured, so the film is as long."""
FILM_S, START_S, BETWEEN_S, FLAG_S = 40.0, 12.0, 8.0, 12.0
"""To make one film, to start a watcher, and between the parts of a cell: for the estimate."""
SHOWN = {
    "watcher_cpu_s": "watcher",
    "start_cpu_s": "start",
    "decode_all_cpu_s": "all",
    "keyframes_cpu_s": "key",
    "demux_cpu_s": "demux",
    "motion_cpu_s": "motion",
    "ratio_to_decode_all": "ratio",
    "event_starts_lost": "lost",
    "asleep_before": "asleep",
    "all_asleep_s": "all by",
    "over_budget": "short",
    "flag_delay_s": "delay",
    "peak_rss_mb": "MiB",
    "load_before": "load",
}


def run(films: Path, target: Path, console: Console, *, seconds: float, plot: Path | None = None) -> None:
    """Measure all cells. A cell that fails is said and left out; `target` and the plot are made anew after each that did not."""
    asked = _asked(films, seconds)
    console.print(f"{len(asked)} cells, about {_estimate_s(asked) / 60:.0f} minutes; load {os.getloadavg()[0]:.1f}")
    done: list[Figures] = []
    for number, cell in enumerate(asked):
        left = f"{time.strftime('%H:%M:%S')}, about {_estimate_s(asked[number:]) / 60:.0f} minutes left"
        console.print(f"({number + 1} of {len(asked)}) {cell.cameras} cameras, {cell.busy} busy, {_name(cell.kind)}  {left}")
        figures = _measured(cell)
        if figures is None:
            console.print("failed, and left out")
            continue
        done.append(figures)
        console.print(f"ratio {figures.ratio_to_decode_all}, lost {figures.event_starts_lost} of {figures.events}")
        target.write_text(json.dumps([asdict(figures) for figures in done], indent=2) + "\n", encoding="utf-8")
        draw(done, plot or target.with_suffix(".png"))
    console.print(_table(done))


def _measured(cell: Asked) -> Figures | None:
    """In a process of its own: whatever a cell dies of, the others are measured."""
    with tempfile.TemporaryDirectory(prefix="dinh-cell-") as folder:
        part = Path(folder) / "figures.json"
        process = multiprocessing.get_context("spawn").Process(target=_measure, args=(cell, part))
        process.start()
        process.join()
        return Figures(**json.loads(part.read_text("utf-8"))) if process.exitcode == 0 else None


def _measure(cell: Asked, part: Path) -> None:
    part.write_text(json.dumps(asdict(measure(cell, Console(soft_wrap=True)))), encoding="utf-8")


def _asked(films: Path, seconds: float) -> list[Asked]:
    return [
        Asked(
            cameras,
            busy,
            _kind(size, rate, gop, seconds=seconds, more=MORE_WARM_S if cameras > CALM else 0.0),
            films,
            others=others,
            motion=number < IN_FULL,
            sample=None if number < IN_FULL else SAMPLE,
        )
        for number, (cameras, busy, rate, gop, size, others) in enumerate(CELLS)
    ]


def _kind(size: tuple[int, int], rate: str, gop: int, *, seconds: float, more: float) -> streams.Kind:
    return streams.Kind(size[0], size[1], rate, gop, seconds - more, streams.QUIET_S + more)


def _estimate_s(asked: Sequence[Asked]) -> float:
    needed = {(cell.kind, busy) for cell in asked for busy in (True, False) if (cell.busy > 0 if busy else cell.busy < cell.cameras)}
    films = sum(not streams.path(asked[0].folder, kind, busy=busy).exists() for kind, busy in needed) * FILM_S
    own = sum(START_S + cell.kind.quiet_s + cell.kind.seconds + FLAG_S * (cell.busy > 0) for cell in asked)
    turns = {cell: (1 if cell.sample else 2) + cell.motion for cell in asked if cell.others}
    return films + own + sum(turns[cell] * (cell.kind.seconds + BETWEEN_S) for cell in turns)


def _name(kind: streams.Kind) -> str:
    return f"{kind.width}x{kind.height} {kind.rate} GOP {kind.gop}"


def _table(done: Sequence[Figures]) -> Table:
    table = Table("cell", *SHOWN.values(), title="CPU seconds, of the watcher and of others")
    for figures in done:
        cell = f"{figures.busy}/{figures.cameras} {figures.size} {figures.rate} {figures.gop}"
        table.add_row(cell, *(str(getattr(figures, name)) for name in SHOWN))
    return table
