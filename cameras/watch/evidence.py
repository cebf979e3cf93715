"""What goes with a sighting: the clip, the pictures before, act and after, a poster, and the manifest that names them all."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

import cv2
import numpy as np

from broker.messages.cameras import EvidenceFile, Shadow, Sighting
from cameras.domain.areas import NOTHING_DRAWN, Areas
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.geometry import Box
from cameras.domain.sightings import Why
from cameras.watch import keepsake
from cameras.watch.analyst import Finding
from cameras.watch.clip import FULL, Clip
from cameras.watch.layers import Picture
from cameras.watch.sheet import boxed
from cameras.watch.stills import Moment, stills
from cameras.watch.strip import Candidate
from cameras.watch.veil import Veil

Name = Literal["clip.mp4", "before.jpg", "act.jpg", "after.jpg", "poster.jpg", "strip.npz", "manifest.json", "manifest.jws"]
NAMES: tuple[Name, ...] = get_args(Name)
POSTER_PX = 480
QUALITY = 88
MANIFEST = 1
EARLY_S = 2.5
"""The picture before may be so much earlier: nobody was there yet."""
Sign = Callable[[bytes], bytes | None]
"""The manifest's bytes -> a detached JWS over them; None where this watcher has no key."""


def unsigned(_manifest: bytes) -> None:
    """Of a watcher without a key."""


@dataclass(frozen=True, slots=True)
class Case:
    """One flagged finding and everything needed to tell it. `epoch` is the wall-clock time of second 0 of the stream."""

    sighting: str
    camera: str
    watcher: str
    finding: Finding
    epoch: datetime
    clock: Literal["camera", "arrival", "file"]
    size: tuple[int, int]
    codec: str
    model: str
    settings: dict[str, Any] = field(default_factory=dict)
    areas: Areas = NOTHING_DRAWN
    clock_offset_s: float | None = None
    fence: int | None = None
    """The lease under which it was seen."""

    def wall(self, at: float) -> datetime:
        """The capture time of a second of the stream, UTC."""
        return (self.epoch + timedelta(seconds=at)).astimezone(UTC)


def gather(place: Path, case: Case, clip: Clip | None, notes: Sequence[tuple[Code, Facts]], *, sign: Sign = unsigned) -> Sighting:
    """Write pictures and manifest beside the clip, hash everything, sign the manifest, and word the sighting.

    Raises Refusal (DISK_FULL). A clip that cannot be decoded is kept and noted; then the pictures are the analysed ones.
    """
    told = list(notes)
    pictures = _from_clip(clip, case.finding, told) if clip is not None else None
    veil = Veil(case.areas.masks)
    before, act, after = (veil.over(picture) for picture in pictures or (case.finding.before, case.finding.act, case.finding.after))
    poster = boxed(after, case.finding)
    try:
        for name, picture in (("before.jpg", before), ("act.jpg", act), ("after.jpg", after), ("poster.jpg", _small(poster))):
            (place / name).write_bytes(jpeg(picture))
        (place / keepsake.NAME).write_bytes(keepsake.pack(_covered(case.finding, veil)))
        manifest = _manifest(place, case, clip, told)
        (place / "manifest.json").write_bytes(manifest)
        if (mark := sign(manifest)) is not None:
            (place / "manifest.jws").write_bytes(mark)
    except OSError as error:
        if error.errno in FULL:
            raise Refusal(Code.DISK_FULL, {"folder": place.name}) from error
        raise
    return word(case, tuple(entry for name in NAMES if (entry := _entry(place, name)) is not None))


def word(case: Case, evidence: tuple[EvidenceFile, ...]) -> Sighting:
    """The sighting as it is published. The box is told on the upright picture at full size."""
    finding = case.finding
    x0, y0, x1, y1 = Box(*finding.box).scaled(case.size[0] / finding.width)
    manner = finding.story.manner if finding.story is not None else finding.why
    return Sighting(
        id=case.sighting,
        camera=case.camera,
        watcher=case.watcher,
        at=case.wall(finding.at),
        put_down_at=case.wall(finding.put_down),
        actor_gone_at=None if finding.actor_gone is None else case.wall(finding.actor_gone),
        clock=case.clock,
        clock_offset_s=case.clock_offset_s,
        box=(round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1)),
        width=case.size[0],
        height=case.size[1],
        score=finding.score,
        threshold=finding.threshold,
        reason="thrown" if manner is Why.THROWN else "left",
        explanation=explain(finding),
        model=_by(case),
        shadow=_shadow(finding),
        fence=case.fence,
        evidence=evidence,
    )


def _by(case: Case) -> str:
    """By what it was judged: the last layer that the node learned, else the network."""
    judged = case.finding.judged
    return (judged.model if judged is not None else "") or case.model


def _shadow(finding: Finding) -> Shadow | None:
    beside = finding.judged.beside if finding.judged is not None else None
    return Shadow(model=beside[0], score=round(beside[1], 4), threshold=round(beside[2], 4)) if beside is not None else None


def _covered(finding: Finding, veil: Veil) -> Candidate:
    """Masks that were drawn since it was judged hold for what is kept, too."""
    candidate = finding.candidate
    before, act, after = (veil.over(picture) for picture in (candidate.before, candidate.act, candidate.after))
    return replace(candidate, before=before, act=act, after=after)


def explain(finding: Finding) -> dict[str, str | int | float | bool | None]:
    """Why it was flagged, as facts; the officer's page makes the sentence. Seconds count from the put-down."""
    numbers = finding.numbers
    told: dict[str, str | int | float | bool | None] = {
        "dwell_s": round(numbers.dwell_s, 1),
        "area_ratio": round(numbers.area_share, 5),
        "size_to_actor": round(numbers.size_to_actor, 3),
        "distance": round(numbers.actor_distance, 2),
        "luma": round(numbers.luma, 3),
        "contrast": round(finding.evidence.contrast, 1),
        "tries": finding.tries,
    }
    if finding.story is not None:
        tale = finding.story
        told |= {
            "came_from": tale.came_from.value,
            "came_s": round(finding.put_down - tale.came_at, 1),
            "stayed_s": round(tale.stayed_s, 1),
            "went_to": tale.went_to.value if tale.went_to is not None else None,
        }
    if finding.agent is not None:
        kind, score = finding.agent
        told |= {"agent": kind.value, "agent_score": score}
    shares = finding.judged.scores if finding.judged is not None else {}
    return told | {f"p_{verdict.value}": round(share, 4) for verdict, share in shares.items()}


def jpeg(picture: Picture, quality: int = QUALITY) -> bytes:
    """JPEG bytes of a BGR picture."""
    fine, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not fine:
        raise ValueError("the picture could not be encoded")
    return encoded.tobytes()


def shrunk(picture: Picture, size: tuple[int, int]) -> Picture:
    """The picture at (width, height) when that is smaller, else as it is."""
    if size[0] >= picture.shape[1]:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def file_sha256(path: Path) -> str:
    """Lower-case hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(place: Path, name: Name) -> EvidenceFile | None:
    path = place / name
    return EvidenceFile(name=name, sha256=file_sha256(path), bytes=path.stat().st_size) if path.is_file() else None


def _manifest(place: Path, case: Case, clip: Clip | None, notes: Sequence[tuple[Code, Facts]]) -> bytes:
    finding = case.finding
    files = [entry.model_dump() for name in NAMES if not name.startswith("manifest.") and (entry := _entry(place, name)) is not None]
    told = {
        "manifest": MANIFEST,
        "sighting": case.sighting,
        "camera": case.camera,
        "watcher": case.watcher,
        "fence": case.fence,
        "clock": case.clock,
        "clock_offset_s": case.clock_offset_s,
        "clip_started_at": case.wall(clip.start).isoformat() if clip else None,
        "clip_ended_at": case.wall(clip.end).isoformat() if clip else None,
        "actor_came_at": case.wall(finding.actor_came).isoformat(),
        "put_down_at": case.wall(finding.put_down).isoformat(),
        "actor_gone_at": case.wall(finding.actor_gone).isoformat() if finding.actor_gone is not None else None,
        "flagged_at": case.wall(finding.at).isoformat(),
        "gaps": [[case.wall(a).isoformat(), case.wall(b).isoformat()] for a, b in (clip.gaps if clip else ())],
        "notes": [{"code": code.value, "facts": dict(facts)} for code, facts in notes],
        "codec": case.codec,
        "transcoded": False,
        "packets": clip.packets if clip else 0,
        "model_sha256": case.model,
        "last_layer_sha256": (finding.judged.model if finding.judged is not None else "") or None,
        "score": finding.score,
        "threshold": finding.threshold,
        "explanation": explain(finding),
        "settings": case.settings,
        "masks": [{"name": mask.name, "points": mask.corners} for mask in case.areas.masks],
        "masks_painted": "pictures",
        "zones": [{"name": zone.name, "kind": zone.kind.value, "points": zone.corners} for zone in case.areas.zones],
        "files": files,
    }
    return json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode()


def _from_clip(clip: Clip, finding: Finding, notes: list[tuple[Code, Facts]]) -> tuple[Picture, Picture, Picture] | None:
    """Three pictures at full size, decoded from the clip itself: so it is known that it can be decoded there."""
    before = Moment(max(finding.actor_came - 1.0, clip.start) - clip.start, EARLY_S)
    wanted = [before, Moment(finding.act_at - clip.start), Moment(finding.at - clip.start)]
    try:
        pictures = stills(str(clip.path), wanted)
    except Refusal as refusal:
        notes.append((Code.PARTLY_BROKEN, refusal.facts))
        return None
    return (pictures[0], pictures[1], pictures[2]) if len(pictures) == 3 else None


def _small(picture: Picture) -> Picture:
    factor = min(1.0, POSTER_PX / max(picture.shape[:2]))
    size = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
    return shrunk(picture, size)
