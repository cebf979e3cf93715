"""Films of a yard for the cameras' benchmark: still, or with somebody who leaves a bag and others who pass. H.264, noise like a sensor's."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

from tests.cameras.watch import films

FPS = 15
MBIT = 2.5
QUIET_S = 32.0
"""Before anything happens: long enough for a camera to learn its scene and fall asleep."""
NOISES = 24
ACT_S = 18.0
SLACK_S = 10
"""After what is measured, so that no camera's film ends before."""


@dataclass(frozen=True)
class Kind:
    """What a stream is like."""

    width: int
    height: int
    rate: str
    """vbr: constant quality with a ceiling; cbr: stuffed up to the rate."""
    gop: int
    seconds: float
    """Measured, after the quiet beginning."""
    quiet_s: float = QUIET_S

    @property
    def whole_s(self) -> float:
        """Of the film."""
        return self.quiet_s + self.seconds + SLACK_S


def path(folder: Path, kind: Kind, *, busy: bool) -> Path:
    """Where the film is, once it was made."""
    quiet = f"-{kind.quiet_s:g}" if kind.quiet_s != QUIET_S else ""
    return folder / f"{'busy' if busy else 'idle'}-{kind.width}x{kind.height}-{kind.rate}-{kind.gop}-{kind.whole_s:g}s{quiet}.mp4"


def film(folder: Path, kind: Kind, *, busy: bool) -> Path:
    """The film, made once."""
    place = path(folder, kind, busy=busy)
    if not place.exists():
        part = place.with_suffix(f".{os.getpid()}.mp4")
        _encode(part, kind, busy=busy)
        part.rename(place)
    return place


def tail(whole: Path, quiet_s: float) -> Path:
    """The film without its quiet beginning, copied: what is compared is the same part of the same stream."""
    rest = whole.with_name(f"tail-{whole.name}")
    if not rest.exists():
        command = ["ffmpeg", "-v", "error", "-ss", str(quiet_s), "-i", str(whole), "-c", "copy", "-avoid_negative_ts", "make_zero"]
        subprocess.run([*command, str(rest)], check=True)
    return rest


def _picture(second: float, *, busy: bool) -> films.Picture:
    """`second` 0: the end of the quiet beginning."""
    if not busy or second < 0:
        return films.yard()
    if second < ACT_S:
        return films.dumping(round((second + 3.5) * films.FPS))
    return films.with_person(films.with_bag(films.yard()), -50 + (second - ACT_S) % 6 * 90)


def _encode(target: Path, kind: Kind, *, busy: bool) -> None:
    rng = np.random.default_rng(9)
    texture = rng.normal(0, 12, (kind.height, kind.width, 3)).astype(np.int8)
    noise = [cv2.merge([rng.normal(0, 3.5, (kind.height, kind.width)).astype(np.int8)] * 3) for _ in range(NOISES)]
    bits = round(MBIT * 1000)
    params = f"vbv-maxrate={bits}:vbv-bufsize={bits}:scenecut=0:force-cfr=1"
    rate = {"vbr": {"crf": "23"}, "cbr": {}}[kind.rate]
    with av.open(str(target), "w") as container:
        stream: Any = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = kind.width, kind.height, "yuv420p", kind.gop
        stream.options = {"preset": "veryfast", "tune": "zerolatency", "x264-params": params, **rate}
        if kind.rate == "cbr":
            stream.bit_rate = bits * 1000
            stream.options |= {"x264-params": f"{params}:nal-hrd=cbr"}
        for number in range(round(kind.whole_s * FPS)):
            small = _picture(number / FPS - kind.quiet_s, busy=busy)
            large = cv2.resize(small, (kind.width, kind.height), interpolation=cv2.INTER_LINEAR)
            rough = cv2.add(large, texture, dtype=cv2.CV_8U)
            noisy = cv2.add(rough, noise[int(rng.integers(NOISES))], dtype=cv2.CV_8U)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.asarray(noisy, np.uint8), format="bgr24")))
        container.mux(stream.encode(None))
