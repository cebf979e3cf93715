"""Ground truth in three forms: a clips.json, one JSON beside each video, ViPER XML. Which one a folder has is seen, not told.

1. `clips.json`: an object by file name with w, h, fps, frames, camera, label and events (frames counted from 0).
2. One JSON per video with the same name: `label` (dumping or not), `timestamp` (seconds, or hours:minutes:seconds, of each act), `metadata`.
3. ViPER: `<object name="PutObject" framespan="a:b">` with boxes, for the file named in `<sourcefile>`.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cameras.domain.errors import Code, Refusal
from cameras.domain.geometry import Box
from cameras.evaluation.truth import Clip, Event, Origin

VIDEOS = (".mp4", ".avi", ".mkv", ".mov", ".mpg", ".mpeg", ".webm", ".ts")
MOVING = ("hand-held", "hand held", "pan", "drift", "moving", "dashcam")
_NEGATIVE = {"", "0", "false", "no", "none", "negative", "normal", "no_dumping", "non_dumping", "nodumping", "no dumping"}


def read(dataset: Path, otherwise: Origin = Origin.REAL) -> list[Clip]:
    """The clips of a folder that are there. `otherwise`: the origin of those that are no composites. Raises Refusal (DATASET)."""
    folder = dataset.parent if dataset.is_file() else dataset
    listed = [one for one in (dataset, folder / "clips.json", folder / "annotations" / "clips.json") if one.is_file()]
    try:
        clips = list(_listed(listed[0], otherwise)) if listed else [*_beside(folder, otherwise), *_viper(folder, otherwise)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refusal(Code.DATASET, {"folder": str(dataset), "why": f"{type(error).__name__}: {error}"}) from error
    if not clips:
        raise Refusal(Code.DATASET, {"folder": str(dataset), "why": "-"})
    return clips


def _listed(place: Path, otherwise: Origin) -> Iterator[Clip]:
    """Names are relative to the folder of the list, or to the one above it. Videos beside them that are not listed have no event."""
    told = {name: entry for name, entry in json.loads(place.read_text(encoding="utf-8")).items() if isinstance(entry, dict)}
    homes = [place.parent, place.parent.parent]
    home = next((home for home in homes if any((home / name).is_file() for name in told)), homes[0])
    for name, entry in told.items():
        if (home / name).is_file():
            yield _clip(name, home / name, entry, otherwise)
    for folder in sorted({(home / name).parent for name in told} | {home / "negatives"}):
        for path in sorted(_videos(folder)):
            name = path.relative_to(home).as_posix()
            if name not in told:
                yield Clip(name, path, otherwise, tags={"story": "negative"})


def _clip(name: str, path: Path, entry: dict[str, Any], otherwise: Origin) -> Clip:
    camera = str(entry.get("camera", "")).lower()
    rate = float(entry["fps"])
    tags = {key: str(entry[key]) for key in ("hour", "manner", "recipe", "label") if entry.get(key)}
    tags["story"] = str(entry.get("recipe") or entry.get("label") or "negative").partition("@")[0]
    return Clip(
        name,
        path,
        Origin.COMPOSITE if entry.get("recipe") else otherwise,
        tuple(_event(event, rate) for event in entry.get("events", [])),
        moving=any(word in camera for word in MOVING),
        tags=tags,
    )


def _event(told: dict[str, Any], rate: float) -> Event:
    """One event of a clips.json; a box may be called after the frame it was drawn on."""
    boxes = [told[key] for key in ("box", "box_at_release", *(key for key in told if key.startswith("box"))) if told.get(key)]
    gone = told.get("agent_left")
    return Event(
        put_down_s=float(told["put_down"]) / rate,
        gone_s=None if gone is None else float(gone) / rate,
        box=Box(*map(float, boxes[0])) if boxes else None,
        manner=str(told.get("manner") or ("thrown" if "throw" in str(told.get("type")) else "")),
        agent=str(told.get("agent", "")),
    )


def _beside(folder: Path, otherwise: Origin) -> Iterator[Clip]:
    for path in sorted(folder.rglob("*.json")):
        video = next((path.with_suffix(ending) for ending in VIDEOS if path.with_suffix(ending).is_file()), None)
        if video is None:
            continue
        told = json.loads(path.read_text(encoding="utf-8"))
        about = told.get("metadata") if isinstance(told.get("metadata"), dict) else {}
        events = tuple(Event(put_down_s=at, manner=_manner(told, about)) for at in _times(told)) if _positive(told.get("label")) else ()
        tags = {
            "story": str(told.get("label")),
            **{key: str(value) for key, value in about.items() if isinstance(value, str | int | float)},
        }
        yield Clip(video.relative_to(folder).as_posix(), video, otherwise, events, tags=tags)


def _positive(label: object) -> bool:
    words = label if isinstance(label, list) else [label]
    return any(str(word).strip().lower() not in _NEGATIVE for word in words if word is not None)


def _manner(told: dict[str, Any], about: dict[str, Any]) -> str:
    """Static or thrown, where the label or the metadata say so."""
    words = f"{told.get('label')} {' '.join(map(str, about.values()))}".lower()
    return "thrown" if "dynamic" in words or "throw" in words else "static" if "static" in words else ""


def _times(told: dict[str, Any]) -> list[float]:
    """Seconds of each act. A range counts from its start."""
    stamp = told.get("timestamp")
    if stamp is None:
        return []
    if isinstance(stamp, dict):
        stamp = stamp.get("start", next(iter(stamp.values()), None))
    return [_seconds(one) for one in (stamp if isinstance(stamp, list) else [stamp])]


def _seconds(stamp: object) -> float:
    """12.5, "12.5" or "0:00:12.5"."""
    total = 0.0
    for part in str(stamp).split(":"):
        total = total * 60 + float(part)
    return total


def _viper(folder: Path, otherwise: Origin) -> Iterator[Clip]:
    videos = {path.name.lower(): path for path in folder.rglob("*") if path.suffix.lower() in VIDEOS}
    for path in sorted([*folder.rglob("*.xml"), *folder.rglob("*.xgtf"), *folder.rglob("*.txt")]):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "lamp.cfar.umd.edu/viper" in text:
            for name, events in viper_events(text):
                video = videos.get(Path(name).name.lower()) or next(
                    (videos[one] for one in videos if Path(one).stem == path.stem.lower()), None
                )
                if video is not None:
                    yield Clip(video.relative_to(folder).as_posix(), video, otherwise, events, tags={"story": "left"})


def viper_events(text: str) -> list[tuple[str, tuple[Event, ...]]]:
    """File name and events of each source file. Tags are read one by one: published files are not always well-formed XML.

    An object that was put and later counts as abandoned is one event, at the time it was put.
    """
    found = []
    for source in re.split(r"(?=<sourcefile\b)", text)[1:]:
        rate = re.search(r'name="FRAMERATE".*?value="([\d.]+)"', source, re.DOTALL)
        fps = float(rate.group(1)) if rate is not None and float(rate.group(1)) > 0 else 25.0
        put: dict[str, Event] = {}
        for thing in re.split(r"(?=<object\b)", source)[1:]:
            about = _attributes(thing, "object")
            if about.get("name") in ("PutObject", "AbandonedObject"):
                event = _viper_event(about.get("framespan", "0:0"), _attributes(thing, "data:bbox"), fps)
                known = put.get(about.get("id", ""))
                put[about.get("id", "")] = event if known is None or event.put_down_s < known.put_down_s else known
        name = _attributes(source, "sourcefile").get("filename", "")
        found.append((name, tuple(sorted(put.values(), key=lambda event: event.put_down_s))))
    return found


def _attributes(text: str, tag: str) -> dict[str, str]:
    """Of the first such tag."""
    found = re.search(rf"<{tag}\b([^>]*)>", text)
    return dict(re.findall(r'([\w-]+)="([^"]*)"', found.group(1))) if found is not None else {}


def _viper_event(span: str, box: dict[str, str], fps: float) -> Event:
    corner = None
    if box:
        x, y, width, height = (float(box.get(key, "0")) for key in ("x", "y", "width", "height"))
        corner = Box(x, y, x + width, y + height)
    return Event(put_down_s=float(span.split(":", maxsplit=1)[0]) / fps, box=corner, manner="static")


def _videos(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("*") if path.suffix.lower() in VIDEOS)
