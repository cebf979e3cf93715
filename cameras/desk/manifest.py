"""What the desk reads out of a watcher's manifest. The manifest is evidence: it is read, never rewritten."""

import json
from datetime import datetime
from pathlib import Path

LARGEST = 1024 * 1024


def clip_started_at(path: Path) -> datetime | None:
    """Capture time of the clip's first picture; None when there is no manifest or it does not say so plainly."""
    if not path.is_file() or path.stat().st_size > LARGEST:
        return None
    try:
        said = json.loads(path.read_bytes())
        started = datetime.fromisoformat(said["clip_started_at"])
    except (ValueError, KeyError, TypeError):
        return None
    return started if started.tzinfo is not None else None
