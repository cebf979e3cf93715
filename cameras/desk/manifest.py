"""What the desk reads out of a watcher's manifest. The manifest is evidence: it is read, never rewritten."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from cameras.domain.areas import fault, polygon
from cameras.domain.geometry import Polygon

LARGEST = 1024 * 1024


def clip_started_at(path: Path) -> datetime | None:
    """Capture time of the clip's first picture; None when there is no manifest or it does not say so plainly."""
    try:
        started = datetime.fromisoformat(_read(path)["clip_started_at"])
    except (ValueError, KeyError, TypeError):
        return None
    return started if started.tzinfo is not None else None


def masks(path: Path) -> list[Polygon]:
    """The masks that were on, in thousandths of the picture: the page lays them over the clip, whose packets are the camera's own."""
    try:
        drawn = [mask["points"] for mask in _read(path)["masks"]]
        return [polygon(points) for points in drawn if fault(points) is None]
    except (ValueError, KeyError, TypeError):
        return []


def _read(path: Path) -> Any:
    """The whole manifest. KeyError when there is none that can be read."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        raise KeyError(path.name)
    return json.loads(path.read_bytes())
