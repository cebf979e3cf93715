"""What is known of clips: where they lie, what happens on them and when. Seconds of the file, boxes in pixels of the upright picture."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cameras.domain.geometry import Box


class Origin(StrEnum):
    """Where clips come from. Figures of different origins are never put together."""

    COMPOSITE = "composite"
    DEVELOPMENT = "development"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Event:
    """One act of dumping. What a ground truth does not tell is None, `manner` and `agent` are empty then."""

    put_down_s: float
    gone_s: float | None = None
    """When whoever did it was out of the picture."""
    box: Box | None = None
    manner: str = ""
    """static or thrown."""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Clip:
    """One clip. `tags` are what rows of a report are made of: hour, story, moving."""

    name: str
    path: Path
    origin: Origin
    events: tuple[Event, ...] = ()
    moving: bool = False
    """The camera was carried or turned: not what this is made for, so reported apart."""
    tags: dict[str, str] = field(default_factory=dict)
