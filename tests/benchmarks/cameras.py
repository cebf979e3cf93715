"""What watching costs: `python -m tests.benchmarks.cameras --cameras 17 --busy 3 --rate vbr --gop 30 --size 1920x1080 --seconds 60 --json FILE`.

The whole watcher as a process (scene and network included, a real broker beside it) over RTSP; then in turn, on the same part of the
same streams, one `ffmpeg` for each camera: everything decoded, keyframes only, packets only. CPU seconds are user and system, of the
watching processes alone. A camera's first QUIET_S seconds, in which it learns its scene, are not measured; `asleep_before` says how
many had fallen asleep by then. An event start counts as lost when its sighting is missing, or put down more than 2 s away from the truth.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from broker.messages.cameras import Health
from broker.topics import HEALTH
from tests.benchmarks import streams
from tests.cameras.watch.conftest import served
from tests.cameras.watch.test_watcher import Node

PUT_DOWN_S = 5.0
"""Of the act in the busy film, after its quiet beginning."""
NEAR_S = 2.0
FFMPEG = {
    "decode_all": ((), ("-f", "null", "-")),
    "keyframes": (("-skip_frame", "nokey"), ("-fps_mode", "passthrough", "-f", "null", "-")),
    "demux": ((), ("-c", "copy", "-f", "null", "-")),
}


@dataclass(frozen=True)
class Asked:
    """One cell of the matrix."""

    cameras: int
    busy: int
    """The first so many show an act, and people who pass from then on."""
    kind: streams.Kind
    folder: Path


@dataclass
class Figures:
    """What FILE holds. CPU in seconds, memory in MiB (private to the watcher's process), delay from put-down to flag."""

    cameras: int
    busy: int
    seconds: float
    mbit_per_camera: float
    watcher_cpu_s: float
    decode_all_cpu_s: float
    keyframes_cpu_s: float
    demux_cpu_s: float
    motion_cpu_s: float | None
    ratio_to_decode_all: float
    asleep_before: int
    events: int
    event_starts_lost: int
    peak_rss_mb: float
    flag_delay_s: float | None


@dataclass
class Watched:
    """One run of the watcher."""

    cpu_s: float
    rss_mb: float
    asleep_before: int
    delays: list[float]
    """From put-down to flag, of each event that was found where it is."""


def measure(asked: Asked) -> Figures:
    """All four, in turn."""
    films = {
        busy: streams.film(asked.folder, asked.kind, busy=busy) for busy in sorted({index < asked.busy for index in range(asked.cameras)})
    }
    own = watch(asked, films)
    others = {name: compared(asked, films, name) for name in FFMPEG}
    size = sum(path.stat().st_size for path in films.values()) / len(films)
    return Figures(
        cameras=asked.cameras,
        busy=asked.busy,
        seconds=asked.kind.seconds,
        mbit_per_camera=round(size * 8e-6 / (asked.kind.seconds + streams.QUIET_S), 2),
        watcher_cpu_s=round(own.cpu_s, 2),
        decode_all_cpu_s=round(others["decode_all"], 2),
        keyframes_cpu_s=round(others["keyframes"], 2),
        demux_cpu_s=round(others["demux"], 2),
        motion_cpu_s=None,
        ratio_to_decode_all=round(own.cpu_s / others["decode_all"], 3),
        asleep_before=own.asleep_before,
        events=asked.busy,
        event_starts_lost=asked.busy - len(own.delays),
        peak_rss_mb=round(own.rss_mb, 1),
        flag_delay_s=round(sum(own.delays) / len(own.delays), 1) if own.delays else None,
    )


def watch(asked: Asked, films: dict[bool, Path]) -> Watched:
    """The watcher from its start to the end of the films; measured after their quiet beginning."""
    with tempfile.TemporaryDirectory(prefix="dinh-cameras-") as folder, ExitStack() as stack:
        urls = {busy: stack.enter_context(served(path)) for busy, path in films.items()}
        node = Node(Path(folder), stack)
        heard: dict[str, list[Health]] = {}
        node.client.on(HEALTH.filter(), lambda topic, payload: heard.setdefault(topic, []).append(Health.model_validate_json(payload)))
        process = psutil.Process(node.start_watcher().pid)
        cameras = {f"cam-{number}": number < asked.busy for number in range(asked.cameras)}
        node.want(1, *({"id": camera, "name": camera, "url": urls[acts]} for camera, acts in cameras.items()))
        end = time.monotonic() + 60
        while len(heard) < asked.cameras and time.monotonic() < end:
            time.sleep(0.1)
        time.sleep(streams.QUIET_S)
        asleep = sum(told[-1].state == "idle" for told in heard.values())
        cpu_s, rss_mb = metered([process], asked.kind.seconds - 1)
        end = time.monotonic() + 40
        while len({sighting.camera for sighting in node.sightings}) < asked.busy and time.monotonic() < end:
            time.sleep(0.2)
        put_down = {camera: heard[HEALTH.of(camera=camera)][0].at + timedelta(seconds=streams.QUIET_S + PUT_DOWN_S) for camera in cameras}
        delays = {
            sighting.camera: (sighting.at - sighting.put_down_at).total_seconds()
            for sighting in node.sightings
            if abs((sighting.put_down_at - put_down[sighting.camera]).total_seconds()) < NEAR_S
        }
        return Watched(cpu_s, rss_mb, asleep, list(delays.values()))


def compared(asked: Asked, films: dict[bool, Path], name: str) -> float:
    """CPU seconds of one ffmpeg for each camera, on the measured part of the same films."""
    before, after = FFMPEG[name]
    with ExitStack() as stack:
        urls = {busy: stack.enter_context(served(streams.tail(path))) for busy, path in films.items()}
        length = asked.kind.seconds - 1
        running = []
        for number in range(asked.cameras):
            url = urls[number < asked.busy]
            command = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", *before, "-rtsp_transport", "tcp", "-i", url]
            running.append(subprocess.Popen([*command, "-t", str(length), *after], stderr=subprocess.DEVNULL))
        return sum(_ended(process) for process in running)


def metered(processes: Sequence[psutil.Process], seconds: float) -> tuple[float, float]:
    """CPU seconds taken within the next `seconds`, and the most memory."""
    before, peak, end = sum(map(_taken, processes)), 0.0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        peak = max(peak, sum(process.memory_full_info().uss for process in processes) / 2**20)
        time.sleep(min(1.0, left))
    return sum(map(_taken, processes)) - before, peak


def _taken(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _ended(process: "subprocess.Popen[bytes]") -> float:
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure one cell, print it and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=17)
    parser.add_argument("--busy", type=int, default=0)
    parser.add_argument("--rate", choices=["vbr", "cbr"], default="vbr")
    parser.add_argument("--gop", type=int, default=30)
    parser.add_argument("--size", default="1920x1080")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--films", type=Path, default=Path(tempfile.gettempdir()) / "dinh-benchmark-films")
    parser.add_argument("--json", type=Path, required=True)
    told = parser.parse_args(arguments)
    width, height = (int(side) for side in told.size.split("x"))
    told.films.mkdir(parents=True, exist_ok=True)
    figures = measure(Asked(told.cameras, told.busy, streams.Kind(width, height, told.rate, told.gop, told.seconds), told.films))
    told.json.write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    table = Table("figure", "value", title=f"{told.size} {told.rate}, keyframe every {told.gop} pictures of {streams.FPS} a second")
    for name, value in asdict(figures).items():
        table.add_row(name, str(value))
    Console().print(table)


if __name__ == "__main__":
    main()
