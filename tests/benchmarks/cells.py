"""The cells of the cameras' benchmark, one after another: one JSON, one table, one plot."""

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from matplotlib.figure import Figure
from rich.console import Console
from rich.table import Table

from tests.benchmarks import streams
from tests.benchmarks.cameras import Asked, Figures, measure

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
    (34, 0, "vbr", 30, LARGE, False),
)
WITH_MOTION = 3
"""The first so many cells also run `motion`."""
FILM_S, START_S, BETWEEN_S = 40.0, 12.0, 8.0
"""To make one film, to start a watcher, and between the parts of a cell: for the estimate."""
SHOWN = {
    "watcher_cpu_s": "watcher",
    "decode_all_cpu_s": "all",
    "keyframes_cpu_s": "key",
    "demux_cpu_s": "demux",
    "motion_cpu_s": "motion",
    "ratio_to_decode_all": "ratio",
    "event_starts_lost": "lost",
    "over_budget": "short",
    "flag_delay_s": "delay",
    "peak_rss_mb": "MiB",
    "load_before": "load",
}


def run(films: Path, target: Path, console: Console, *, seconds: float) -> None:
    """Measure all cells; `target` is written anew after each, so that what was measured is kept whatever comes."""
    asked = _asked(films, seconds)
    console.print(f"{len(asked)} cells, about {_estimate_s(asked) / 60:.0f} minutes; load {os.getloadavg()[0]:.1f}")
    done: list[Figures] = []
    for number, cell in enumerate(asked):
        console.print(
            f"[{number + 1}/{len(asked)}] {cell.cameras} cameras, {cell.busy} busy, {_name(cell.kind)}  {time.strftime('%H:%M:%S')}"
        )
        done.append(measure(cell, console))
        target.write_text(json.dumps([asdict(figures) for figures in done], indent=2) + "\n", encoding="utf-8")
    console.print(_table(done))
    _plot(done, target.with_suffix(".png"))


def _asked(films: Path, seconds: float) -> list[Asked]:
    return [
        Asked(
            cameras,
            busy,
            streams.Kind(size[0], size[1], rate, gop, seconds),
            films,
            others=others,
            motion=number < WITH_MOTION,
        )
        for number, (cameras, busy, rate, gop, size, others) in enumerate(CELLS)
    ]


def _estimate_s(asked: Sequence[Asked]) -> float:
    needed = {(cell.kind, busy) for cell in asked for busy in (True, False) if (cell.busy > 0 if busy else cell.busy < cell.cameras)}
    films = sum(not streams.path(asked[0].folder, kind, busy=busy).exists() for kind, busy in needed) * FILM_S
    own = sum(START_S + streams.QUIET_S + cell.kind.seconds for cell in asked)
    return films + own + sum((2 + cell.motion) * (cell.kind.seconds + BETWEEN_S) for cell in asked if cell.others)


def _name(kind: streams.Kind) -> str:
    return f"{kind.width}x{kind.height} {kind.rate} GOP {kind.gop}"


def _table(done: Sequence[Figures]) -> Table:
    table = Table("cell", *SHOWN.values(), title="CPU seconds, of the watcher and of others")
    for figures in done:
        cell = f"{figures.busy}/{figures.cameras} {figures.size} {figures.rate} {figures.gop}"
        table.add_row(cell, *(str(getattr(figures, name)) for name in SHOWN))
    return table


def _plot(done: Sequence[Figures], target: Path) -> None:
    """Left: CPU of each cell as bars. Right: how the watcher's CPU and memory grow with idle cameras."""
    drawn = Figure(figsize=(13, 5), layout="constrained")
    bars, grows = drawn.subplots(1, 2)
    whole = [figures for figures in done if figures.decode_all_cpu_s is not None]
    for index, name in enumerate(("watcher_cpu_s", "decode_all_cpu_s", "keyframes_cpu_s", "demux_cpu_s", "motion_cpu_s")):
        places = [place + 0.16 * (index - 2) for place in range(len(whole))]
        bars.bar(places, [(getattr(figures, name) or 0) / figures.seconds for figures in whole], 0.16, label=name.removesuffix("_cpu_s"))
    names = [f"{figures.busy} of {figures.cameras}\n{figures.size}\n{figures.rate} {figures.gop}" for figures in whole]
    bars.set_xticks(range(len(whole)), names, fontsize=7)
    bars.set_ylabel("cores")
    bars.legend()
    idle = sorted((figures for figures in done if not figures.busy and figures.rate == "vbr"), key=lambda figures: figures.cameras)
    grows.plot([one.cameras for one in idle], [100 * one.watcher_cpu_s / one.seconds for one in idle], "o-", label="% of a core")
    grows.plot([one.cameras for one in idle], [one.peak_rss_mb / 10 for one in idle], "s--", label="memory, 10 MiB")
    grows.set_xlabel("idle cameras")
    grows.set_ylim(bottom=0)
    grows.legend()
    drawn.savefig(target, dpi=120)
