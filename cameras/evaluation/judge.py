"""One clip through the whole watcher, once: what came out is kept beside the report under the hashes of film, weights and program."""

import hashlib
import json
import resource
import time
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import av
import av.error
import cv2

import cameras.domain
import cameras.watch
from cameras.domain.errors import Refusal
from cameras.evaluation.truth import Clip
from cameras.evaluation.witness import Attempt, Fate, Witness
from cameras.watch.analyst import LONGEST_SIDE, Verifier
from cameras.watch.layers import Picture
from cameras.watch.trial import Options, try_file
from cameras.watch.verifier import Verifier as Network

PICTURES = "pictures"


@dataclass
class Judged:
    """What the watcher made of one clip. Sightings as `dinh cameras try --json` writes them, boxes in pixels of the clip."""

    sightings: list[dict[str, Any]] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    """Of the true events, in their order."""
    attempts: list[Attempt] = field(default_factory=list)
    seconds: float = 0.0
    took_s: float = 0.0
    frames: int = 0
    peak_mb: float = 0.0
    """The most memory that the judging process had held when this clip was done; 0 when it was judged without looking."""
    findings: list[dict[str, Any]] = field(default_factory=list)
    strips: list[str] = field(default_factory=list)
    """Picture files of the sightings, and of the events."""
    stills: list[str] = field(default_factory=list)


def key_of(path: Path, weights: Path) -> str:
    """The same key means the same film, weights, threshold and eyes: the manifest beside the weights names their hash."""
    return f"{_hash(path)[:20]}-{_hash(weights.with_name('manifest.toml'))[:12]}-{eyes()[:12]}"


def judged(clip: Clip, weights: Path, out: Path) -> Judged:
    """The clip's judgement, from `out` where it was judged before with the same film, weights and program."""
    place = out / "judged" / f"{key_of(clip.path, weights)}.json"
    if place.is_file():
        return _loaded(json.loads(place.read_text(encoding="utf-8")))
    made = _judge(clip, weights, out)
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.write_text(json.dumps(asdict(made), ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(place)
    return made


@cache
def eyes() -> str:
    """A hash of all that decides what is seen: the program text of the watcher and its rules."""
    digest = hashlib.sha256()
    for package in (cameras.domain, cameras.watch):
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _judge(clip: Clip, weights: Path, out: Path) -> Judged:
    seen: list[Witness] = []
    wide = _width(clip.path)

    def watcher(verifier: Verifier | None) -> Witness:
        seen.append(Witness(verifier, events=clip.events, wide=wide))
        return seen[-1]

    began = time.process_time()
    try:
        result = try_file(clip.path, Options(verifier=Network(weights), analyst=watcher))
    except Refusal as refusal:
        return Judged(fates=[Fate() for _ in clip.events], findings=[{"code": refusal.code.value, "facts": dict(refusal.facts)}])
    witness, told = seen[0], result.json()
    scale = result.width / min(result.width, _analysed(result.width, result.height))
    return Judged(
        sightings=told["sightings"],
        fates=witness.fates,
        attempts=[_full(attempt, scale) for attempt in witness.attempts.values()],
        seconds=result.seconds,
        took_s=round(time.process_time() - began, 3),
        frames=result.frames,
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        findings=told["findings"],
        strips=[_picture(out, clip, f"s{number}", picture) for number, picture in enumerate(witness.strips)],
        stills=[_picture(out, clip, f"e{number}", witness.stills.get(number)) for number in range(len(clip.events))],
    )


def _analysed(width: int, height: int) -> int:
    return round(width * min(1.0, LONGEST_SIDE / max(width, height)))


def _full(attempt: Attempt, scale: float) -> Attempt:
    x0, y0, x1, y1 = (round(value * scale, 1) for value in attempt.box)
    attempt.box = (x0, y0, x1, y1)
    return attempt


def _picture(out: Path, clip: Clip, what: str, picture: Picture | None) -> str:
    if picture is None:
        return ""
    name = f"{hashlib.sha256(clip.name.encode()).hexdigest()[:12]}-{what}.jpg"
    (out / PICTURES).mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out / PICTURES / name), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])
    return name


def _width(path: Path) -> int:
    """Of the upright picture."""
    try:
        with av.open(str(path)) as box:
            frame: Any = next(box.decode(video=0), None)
    except (av.error.FFmpegError, OSError, IndexError):
        return 0
    if frame is None:
        return 0
    return int(frame.height if round(getattr(frame, "rotation", 0) / 90) % 2 else frame.width)


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _loaded(told: dict[str, Any]) -> Judged:
    told["fates"] = [Fate(**one) for one in told["fates"]]
    told["attempts"] = [Attempt(**{**one, "box": tuple(one["box"])}) for one in told["attempts"]]
    return Judged(**told)
