"""What recording costs beside reading a stream: `python -m tests.benchmarks.recordings --cameras 4 --seconds 60 --json FILE`.

Two processes side by side on the same RTSP streams (1080p15, 2.5 Mb/s): one reads packets into rings, as a watcher does for every camera; the
other also records them. CPU seconds are user and system of each process after its connections stand; memory is resident, at the end.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil

from cameras.domain.errors import Refusal
from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.limits import Limits
from cameras.watch.ring import Ring
from cameras.watch.stream import Stream
from cameras.watch.told import Opened, Tap
from tests.benchmarks import streams
from tests.benchmarks.rtsp import serving

SETTLE_S = 8.0


def read(url: str, taps: Sequence[Tap]) -> None:
    """One camera: every packet into the ring and to the taps, until the stream ends."""
    stream, ring, began = Stream(url), Ring(), datetime.now(UTC)
    stream.open()
    if stream.info is None:
        return
    for tap in taps:
        tap.opened(Opened("cam", stream.template(), stream.info))
    try:
        for parcel in stream.parcels():
            kept = ring.add(parcel)
            for tap in taps if kept is not None else ():
                tap.packet(kept, began + timedelta(seconds=kept.at))  # type: ignore[arg-type, union-attr]
    except Refusal:
        pass
    for tap in taps:
        tap.closed()
    stream.close()


def child(urls: Sequence[str], home: str, seconds: float) -> None:
    """One of the two processes; prints its figures."""
    archive = Archive(Path(home), Limits(free_bytes=0)) if home != "-" else None
    for number, url in enumerate(urls):
        taps = (archive.recording(f"cam-{number}"),) if archive is not None else ()
        threading.Thread(target=read, args=(url, taps), daemon=True).start()
    process = psutil.Process()
    time.sleep(SETTLE_S)
    before = process.cpu_times()
    time.sleep(seconds)
    after = process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    recorded = sum(path.stat().st_size for path in Path(home).rglob("*.mp4")) if archive is not None else 0
    _say(json.dumps({"cpu_s": round(cpu, 3), "rss_mib": process.memory_info().rss >> 20, "recorded_mib": recorded >> 20}))


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--films", type=Path, default=Path(tempfile.gettempdir()) / "dinh-benchmark-films")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.child:
        child(told.child[1:], told.child[0], told.seconds)
        return
    told.films.mkdir(exist_ok=True)
    film = streams.film(told.films, streams.Kind(1920, 1080, "vbr", 30, max(told.seconds + SETTLE_S - streams.QUIET_S, 1.0)), busy=False)
    with tempfile.TemporaryDirectory() as home, serving({"film": film}) as server:
        urls = [server.url("film", f"cam-{number}") for number in range(told.cameras)]
        command = [sys.executable, "-m", "tests.benchmarks.recordings", "--seconds", str(told.seconds), "--child"]
        both = [subprocess.Popen([*command, where, *urls], stdout=subprocess.PIPE) for where in ("-", home)]
        reading, recording = (json.loads(one.communicate()[0]) for one in both)
    result = {"cameras": told.cameras, "seconds": told.seconds, "reading": reading, "recording": recording}
    result["ratio"] = round(recording["cpu_s"] / reading["cpu_s"], 2)
    _say(json.dumps(result, indent=1))
    if told.json is not None:
        told.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
