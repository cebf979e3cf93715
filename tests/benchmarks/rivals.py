"""What others take for the same streams: `ffmpeg` decoding all, keyframes only, packets only, and Debian's `motion`. CPU seconds."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

FFMPEG = {
    "decode_all": ((), ("-f", "null", "-")),
    "keyframes": (("-skip_frame", "nokey"), ("-fps_mode", "passthrough", "-f", "null", "-")),
    "demux": ((), ("-c", "copy", "-f", "null", "-")),
}
MOTION_OPENS_S = 8.0
"""It connects, reads what the stream is, and sets up a thread for each camera."""
MOTION = """daemon off
setup_mode off
log_level 3
log_file {folder}/motion.log
target_dir {folder}
webcontrol_port 0
stream_port 0
picture_output off
movie_output off
framerate {fps}
"""
MOTION_CAMERA = """camera_name {name}
netcam_url {url}
netcam_params rtsp_transport=tcp
width {width}
height {height}
"""


def ffmpegs(urls: Mapping[str, Sequence[str]], names: Sequence[str], seconds: float, wanted: Mapping[str, int]) -> dict[str, float]:
    """One process of one thread for each stream and name, all at once. `wanted`: what the streams of each film stand for."""
    running = [
        (name, wanted[film] / len(some), _ffmpeg(url, name, seconds)) for name in names for film, some in urls.items() for url in some
    ]
    used = [(name, weight * ended(process)) for name, weight, process in running]
    return {name: sum(took for other, took in used if other == name) for name in names}


def _ffmpeg(url: str, name: str, seconds: float) -> "subprocess.Popen[bytes]":
    before, after = FFMPEG[name]
    command = ["ffmpeg", "-v", "error", "-nostdin", "-threads", "1", *before, "-rtsp_transport", "tcp", "-i", url]
    return subprocess.Popen([*command, "-t", str(seconds), *after], stderr=subprocess.DEVNULL)


def motion(urls: Sequence[str], size: tuple[int, int], fps: int, seconds: float) -> float | None:
    """One process for all streams, at their full size, with its own defaults; nothing is written. None where it is not installed or died."""
    if shutil.which("motion") is None:
        return None
    with tempfile.TemporaryDirectory(prefix="dinh-motion-") as folder:
        place = Path(folder)
        whole = MOTION.format(folder=folder, fps=fps)
        for number, url in enumerate(urls):
            one = place / f"camera{number}.conf"
            one.write_text(MOTION_CAMERA.format(name=number, url=url, width=size[0], height=size[1]))
            whole += f"camera {one}\n"
        (place / "motion.conf").write_text(whole)
        process = subprocess.Popen(
            ["motion", "-n", "-c", str(place / "motion.conf")], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder
        )
        try:
            time.sleep(MOTION_OPENS_S)
            return metered(psutil.Process(process.pid), seconds)[0]
        except psutil.Error:
            return None
        finally:
            process.terminate()
            process.wait(timeout=30)


def metered(process: psutil.Process, seconds: float) -> tuple[float, float]:
    """CPU seconds taken within the next `seconds`, and the most memory that was its own, MiB."""
    before, peak, end = taken(process), 0.0, time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        peak = max(peak, process.memory_full_info().uss / 2**20)
        time.sleep(min(1.0, left))
    return taken(process) - before, peak


def taken(process: psutil.Process) -> float:
    """User and system seconds so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def ended(process: "subprocess.Popen[bytes]") -> float:
    """Wait for it; what it took."""
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    return used.ru_utime + used.ru_stime
