"""How long recordings are kept, and how much room they may take: the `settings` of a watcher's desired configuration. Light: loaded before any camera."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What a watcher may keep. No bytes of a kind: that kind of limit is not there."""

    age: timedelta = timedelta(days=7)
    """Zero: nothing is recorded."""
    camera_bytes: int | None = None
    total_bytes: int | None = None
    """None: half of the file system."""
    free_bytes: int = 2 * GIB
    """Left free for everything else on this disk: evidence above all."""
    evidence: timedelta = timedelta(days=90)
    """For so long the recording around a flagged sighting is not let go."""


def limits_of(configuration: dict[str, Any]) -> Limits:
    """The limits in a desired configuration; what it does not say is as above. ValueError, naming the key, when it is not understood."""
    told = configuration.get("settings", {})
    if not isinstance(told, dict):
        raise ValueError("settings")  # noqa: TRY004 - configuration is a value, not a type
    standard = Limits()
    return Limits(
        age=timedelta(days=_number(told, "recording_days", standard.age.days)),
        camera_bytes=_number(told, "recording_camera_gib", 0) * GIB or None,
        total_bytes=_number(told, "recording_total_gib", 0) * GIB or None,
        free_bytes=_number(told, "recording_free_gib", standard.free_bytes // GIB) * GIB,
        evidence=timedelta(days=_number(told, "recording_evidence_days", standard.evidence.days)),
    )


def _number(told: dict[str, Any], key: str, otherwise: int) -> int:
    value = told.get(key, otherwise)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
        raise ValueError(f"settings/{key}")
    return value
