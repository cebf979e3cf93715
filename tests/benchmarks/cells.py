"""The cells of the cameras' benchmark, one after another: one JSON, one table, one plot."""

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import psutil
from matplotlib.axes import Axes
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
    (2, 0, "vbr", 30, LARGE, False),
    (4, 0, "vbr", 30, LARGE, False),
    (8, 0, "vbr", 30, LARGE, False),
    (34, 0, "vbr", 30, LARGE, False),
)
IN_FULL, SAMPLE = 3, 4
"""In the first so many cells the others run on every stream, one after another, `motion` among them; in the rest all at once on SAMPLE
idle and SAMPLE busy streams, multiplied."""
FILM_S, START_S, BETWEEN_S, FLAG_S = 40.0, 12.0, 8.0, 12.0
"""To make one film, to start a watcher, and between the parts of a cell: for the estimate."""
COLOURS = {"watcher_cpu_s": "#1F4B7A", "keyframes_cpu_s": "#7A9CC0", "demux_cpu_s": "#C9C2B2", "motion_cpu_s": "#B84A00"}
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
    """Measure all cells; `target` is written anew after each, so that what was measured is kept whatever comes. A cell that fails is said and left out."""
    asked = _asked(films, seconds)
    console.print(f"{len(asked)} cells, about {_estimate_s(asked) / 60:.0f} minutes; load {os.getloadavg()[0]:.1f}")
    done: list[Figures] = []
    for number, cell in enumerate(asked):
        console.print(
            f"[{number + 1}/{len(asked)}] {cell.cameras} cameras, {cell.busy} busy, {_name(cell.kind)}  {time.strftime('%H:%M:%S')}"
        )
        try:
            done.append(measure(cell, console))
        except (OSError, RuntimeError, AssertionError, ValueError, psutil.Error, subprocess.SubprocessError) as error:
            console.print(f"failed: {type(error).__name__} {error}")
            continue
        console.print(f"ratio {done[-1].ratio_to_decode_all}, lost {done[-1].event_starts_lost} of {done[-1].events}")
        target.write_text(json.dumps([asdict(figures) for figures in done], indent=2) + "\n", encoding="utf-8")
    console.print(_table(done))
    if done:
        _plot(done, plot or target.with_suffix(".png"))


def _asked(films: Path, seconds: float) -> list[Asked]:
    return [
        Asked(
            cameras,
            busy,
            streams.Kind(size[0], size[1], rate, gop, seconds),
            films,
            others=others,
            motion=number < IN_FULL,
            sample=None if number < IN_FULL else SAMPLE,
        )
        for number, (cameras, busy, rate, gop, size, others) in enumerate(CELLS)
    ]


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


def _plot(done: Sequence[Figures], target: Path) -> None:
    """Left: CPU of each cell as a share of decoding everything. Right: how the watcher's CPU and memory grow with idle cameras."""
    drawn = Figure(figsize=(13, 5), layout="constrained")
    bars, grows = drawn.subplots(1, 2, width_ratios=(3, 2))
    _draw_ratios(bars, [figures for figures in done if figures.decode_all_cpu_s])
    idle = sorted((one for one in done if not one.busy and (one.rate, one.gop) == ("vbr", 30)), key=lambda one: one.cameras)
    grows.plot([one.cameras for one in idle], [100 * one.watcher_cpu_s / one.seconds for one in idle], "o-", label="% of a core")
    grows.plot([one.cameras for one in idle], [one.peak_rss_mb / 10 for one in idle], "s--", label="memory, 10 MiB")
    grows.set_xlabel("idle cameras")
    grows.set_ylim(bottom=0)
    grows.legend()
    drawn.savefig(target, dpi=110)


def _draw_ratios(panel: Axes, whole: Sequence[Figures]) -> None:
    for index, (name, colour) in enumerate(COLOURS.items()):
        values = [(getattr(figures, name) or 0) / (figures.decode_all_cpu_s or 1) for figures in whole]
        places = [place + 0.2 * (index - 1.5) for place in range(len(whole))]
        panel.bar(places, values, 0.2, label=name.removesuffix("_cpu_s"), color=colour)
        for place, value in zip(places, values, strict=True) if name == "watcher_cpu_s" else ():
            panel.annotate(f"{value:.2f}", (place, value), ha="center", va="bottom", fontsize=8)
    names = [f"{figures.busy} of {figures.cameras}\n{figures.size}\n{figures.rate} {figures.gop}" for figures in whole]
    panel.set_xticks(range(len(whole)), names, fontsize=8)
    for aim in (0.25, 0.5, 1.0):
        panel.axhline(aim, color="#8A6D00", linewidth=0.8, linestyle=":")
    panel.set_ylabel("CPU, decoding everything = 1")
    panel.legend()
