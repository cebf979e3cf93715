"""What watching costs: `python -m tests.benchmarks.cameras --cameras 17 --busy 3 --rate vbr --gop 30 --size 1920x1080 --seconds 60 --json FILE`.

The whole watcher as a process (scene, network and recordings included, a real broker beside it) over RTSP; then in turn, on the same part
of the same streams: one `ffmpeg` for each camera decoding everything, keyframes only and packets only, and Debian's `motion` where it is
installed. CPU seconds are user and system, of the watching processes alone; what serves the streams is shown apart.

All cameras begin in the same second, the idle ones at five different places of their film. That beginning (`--warm`, in which nothing happens and a camera learns its scene and falls asleep) is measured apart:
`start_cpu_s`, and `all_asleep_s`, when the last of the idle cameras fell asleep for the first time. The other CPU seconds are those after it; `asleep_before` and
`asleep_after` say how many slept when they began and ended. An event start counts as lost when its sighting is missing, or put down more than 2 s
away from the truth, which is when the server sent it.

`--matrix --json FILE` measures the cells of tests/benchmarks/cells.py one after another and writes FILE, a table and a plot beside it.
"""

import argparse
import json
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from tests.benchmarks import rivals, streams
from tests.benchmarks.rtsp import Serving, serving
from tests.cameras.watch.nodes import Node

PUT_DOWN_S = 5.0
"""Of the act in the busy film, after its quiet beginning."""
NEAR_S = 2.0
FLAGGED_S = 60.0
"""After the measured part, sightings are waited for so long: the clip ends ten seconds after the act, and a machine that is too slow is late with it."""
OPEN_S = 60.0
CELL_S, MATRIX_S = 60.0, 24.0


@dataclass(frozen=True)
class Asked:
    """One cell of the matrix."""

    cameras: int
    busy: int
    """The first so many show an act, and people who pass from then on."""
    kind: streams.Kind
    folder: Path
    others: bool = True
    """Measure what the streams cost others, too."""
    motion: bool = True
    sample: int | None = None
    """The others are measured on so many idle and so many busy streams, all kinds at once, and multiplied; None: on every stream."""


@dataclass
class Figures:
    """What FILE holds. CPU in seconds, memory in MiB (private to the watcher's process), delay from put-down to flag, mean and longest."""

    cameras: int
    busy: int
    rate: str
    gop: int
    size: str
    seconds: float
    mbit_per_camera: float
    watcher_cpu_s: float
    decode_all_cpu_s: float | None
    keyframes_cpu_s: float | None
    demux_cpu_s: float | None
    motion_cpu_s: float | None
    ratio_to_decode_all: float | None
    server_cpu_s: float
    others_measured_on: int
    """So many streams, and multiplied; as many as there are cameras: not multiplied."""
    load_before: float
    """Of the machine, one minute's."""
    warm_s: float
    """The beginning, not in the other figures."""
    start_cpu_s: float
    """The watcher's in that beginning, its own start included."""
    asleep_before: int
    all_asleep_s: float | None
    """From the first picture sent; None when one of them never slept."""
    asleep_after: int
    over_budget: int
    """Cameras that the governor gave less than everything at some time."""
    events: int
    event_starts_lost: int
    peak_rss_mb: float
    rss_mb_per_camera: float
    flag_delay_s: float | None
    flag_delay_longest_s: float | None


@dataclass
class Watched:
    """One run of the watcher."""

    cpu_s: float
    rss_mb: float
    start_cpu_s: float
    asleep_before: int
    all_asleep_s: float | None
    asleep_after: int
    over_budget: int
    served_cpu_s: float
    delays: list[float]
    """From put-down to flag, of each event that was found where it is."""


def measure(asked: Asked, console: Console) -> Figures:
    """All in turn."""
    kind, load = asked.kind, os.getloadavg()[0]
    with console.status("films"):
        films = {name: streams.film(asked.folder, kind, busy=name == "busy") for name in _names(asked)}
    with console.status(f"{asked.cameras} cameras, {asked.busy} busy: the watcher, {kind.quiet_s + kind.seconds:.0f} s and more"):
        own = watch(asked, films)
    console.print(
        f"watcher {own.start_cpu_s:.1f} s of CPU for {kind.quiet_s:.0f} s of beginning, {own.cpu_s:.1f} s for {kind.seconds:.0f} s after it; "
        f"{own.rss_mb:.0f} MiB; asleep {own.asleep_before}, in the end {own.asleep_after}; the last idle one after {_rounded(own.all_asleep_s, 1)} s; "
        f"lost {asked.busy - len(own.delays)}; server {own.served_cpu_s:.1f} s"
    )
    others = compared(asked, films, console) if asked.others else {}
    whole = others.get("decode_all")
    size = sum(path.stat().st_size for path in films.values()) / len(films)
    return Figures(
        cameras=asked.cameras,
        busy=asked.busy,
        rate=kind.rate,
        gop=kind.gop,
        size=f"{kind.width}x{kind.height}",
        seconds=kind.seconds,
        mbit_per_camera=round(size * 8e-6 / kind.whole_s, 2),
        watcher_cpu_s=round(own.cpu_s, 2),
        decode_all_cpu_s=_rounded(whole, 2),
        keyframes_cpu_s=_rounded(others.get("keyframes"), 2),
        demux_cpu_s=_rounded(others.get("demux"), 2),
        motion_cpu_s=_rounded(others.get("motion"), 2),
        ratio_to_decode_all=_rounded(own.cpu_s / whole, 3) if whole else None,
        server_cpu_s=round(own.served_cpu_s, 2),
        others_measured_on=sum(_streams(asked).values()) if asked.others else 0,
        load_before=round(load, 2),
        warm_s=kind.quiet_s,
        start_cpu_s=round(own.start_cpu_s, 2),
        asleep_before=own.asleep_before,
        all_asleep_s=_rounded(own.all_asleep_s, 1),
        asleep_after=own.asleep_after,
        over_budget=own.over_budget,
        events=asked.busy,
        event_starts_lost=asked.busy - len(own.delays),
        peak_rss_mb=round(own.rss_mb, 1),
        rss_mb_per_camera=round(own.rss_mb / asked.cameras, 1),
        flag_delay_s=_rounded(sum(own.delays) / len(own.delays), 1) if own.delays else None,
        flag_delay_longest_s=_rounded(max(own.delays, default=None), 1),
    )


def watch(asked: Asked, films: dict[str, Path]) -> Watched:
    """The watcher from its start to the end of the films; measured after their quiet beginning."""
    with tempfile.TemporaryDirectory(prefix="dinh-cameras-") as folder, ExitStack() as stack:
        server = stack.enter_context(serving(films))
        node = Node(Path(folder), stack)
        process = psutil.Process(node.start_watcher().pid)
        cameras = {f"cam-{number}": "busy" if number < asked.busy else "idle" for number in range(asked.cameras)}
        node.want(1, *({"id": camera, "name": camera, "url": _url(server, name, camera)} for camera, name in cameras.items()))
        end = time.monotonic() + OPEN_S
        while len({camera for _, camera, _ in node.told}) < asked.cameras and time.monotonic() < end:
            time.sleep(0.1)
        began = min(float(play["at"]) + float(play["from"]) for play in server.plays) - time.time() + time.monotonic()
        time.sleep(max(asked.kind.quiet_s - (time.monotonic() - began), 1.0))
        start_cpu_s, asleep = rivals.taken(process), _asleep(node)
        serves = psutil.Process(server.process.pid)
        served = rivals.taken(serves)
        cpu_s, rss_mb = rivals.metered(process, asked.kind.seconds - 1)
        served, after = rivals.taken(serves) - served, _asleep(node)
        end = time.monotonic() + FLAGGED_S
        while len({sighting.camera for sighting in node.sightings}) < asked.busy and time.monotonic() < end:
            time.sleep(0.2)
        short = {camera for _, camera, health in node.told if health.code in ("cameras.fewer_looks", "cameras.keyframes_only")}
        first = {camera: at for at, camera, health in reversed(node.told) if health.state == "idle" and cameras[camera] == "idle"}
        slept = max(first.values()) - began if first and len(first) == asked.cameras - asked.busy else None
        return Watched(
            cpu_s, rss_mb, start_cpu_s, len(asleep), slept, len(after), len(short), served, _delays(node, server, asked.kind.quiet_s)
        )


def _url(server: Serving, name: str, camera: str) -> str:
    """Idle cameras show the same film, but not the same moment of it."""
    return server.url(name, camera, second=2.0 * (int(camera.removeprefix("cam-")) % 5) if name == "idle" else 0.0)


def _asleep(node: Node) -> dict[str, float]:
    """Since when each camera sleeps that does, monotonic seconds."""
    since: dict[str, float] = {}
    for at, camera, health in list(node.told):
        if health.state == "idle":
            since.setdefault(camera, at)
        else:
            since.pop(camera, None)
    return since


def _delays(node: Node, server: Serving, quiet_s: float) -> list[float]:
    """Of each sighting that was put down when its film says."""
    found = {}
    for sighting in node.sightings:
        truth = server.began(sighting.camera) + quiet_s + PUT_DOWN_S
        if abs(sighting.put_down_at.timestamp() - truth) < NEAR_S:
            found[sighting.camera] = (sighting.at - sighting.put_down_at).total_seconds()
    return list(found.values())


def compared(asked: Asked, films: dict[str, Path], console: Console) -> dict[str, float | None]:
    """CPU seconds of the others, on the measured part of the same films."""
    cells, length = (("decode_all",), ("keyframes", "demux")), asked.kind.seconds - 1
    counts = _streams(asked)
    with ExitStack() as stack:
        server = stack.enter_context(serving({name: streams.tail(path, asked.kind.quiet_s) for name, path in films.items()}))
        urls = {name: [server.url(name, f"{name}-{number}") for number in range(count)] for name, count in counts.items()}
        found: dict[str, float | None] = {}
        for names in cells if asked.sample is None else (tuple(name for cell in cells for name in cell),):
            with console.status(f"ffmpeg, {' and '.join(names)}: {length:.0f} s"):
                found |= rivals.ffmpegs(urls, names, length, {"busy": asked.busy, "idle": asked.cameras - asked.busy})
        if asked.motion:
            with console.status(f"motion: {length:.0f} s"):
                every = [url for some in urls.values() for url in some]
                found["motion"] = rivals.motion(every, (asked.kind.width, asked.kind.height), streams.FPS, length)
        return found


def _streams(asked: Asked) -> dict[str, int]:
    """How many streams of each film the others are measured on."""
    counts = {"busy": asked.busy, "idle": asked.cameras - asked.busy}
    return {name: count if asked.sample is None else min(count, asked.sample) for name, count in counts.items()}


def _names(asked: Asked) -> list[str]:
    return ["busy"] * (asked.busy > 0) + ["idle"] * (asked.busy < asked.cameras)


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one cell, or all of them; print and write."""
    told = _parser().parse_args(arguments)
    told.films.mkdir(parents=True, exist_ok=True)
    console = Console()
    if told.matrix:
        from tests.benchmarks.cells import run  # noqa: PLC0415 - it imports this module, and matplotlib

        run(told.films, told.json, console, seconds=told.seconds or MATRIX_S, plot=told.plot)
        return
    width, height = (int(side) for side in told.size.split("x"))
    kind = streams.Kind(width, height, told.rate, told.gop, told.seconds or CELL_S, told.warm)
    motion = not (told.no_motion or told.no_others)
    figures = measure(Asked(told.cameras, told.busy, kind, told.films, others=not told.no_others, motion=motion), console)
    told.json.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    table = Table("figure", "value", title=f"{told.size} {told.rate}, keyframe every {told.gop} pictures of {streams.FPS} a second")
    for name, value in asdict(figures).items():
        table.add_row(name, str(value))
    console.print(table)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=17)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--rate", choices=["vbr", "cbr"], default="vbr")
    parser.add_argument("--gop", type=int, default=30)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--seconds", type=float, help=f"measured; {CELL_S:g}, in the matrix {MATRIX_S:g}")
    parser.add_argument("--films", type=Path, default=Path(tempfile.gettempdir()) / "dinh-benchmark-films")
    parser.add_argument("--no-motion", action="store_true")
    parser.add_argument("--no-others", action="store_true", help="the watcher alone")
    parser.add_argument("--warm", type=float, default=streams.QUIET_S, help="seconds of the quiet beginning")
    parser.add_argument("--matrix", action="store_true", help="all cells: about 22 minutes, and 40 s for each film the first time")
    parser.add_argument("--plot", type=Path, help="where the matrix is drawn; beside FILE otherwise")
    parser.add_argument("--json", type=Path, required=True)
    return parser


if __name__ == "__main__":
    main()
