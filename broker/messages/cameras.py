"""The conversation between a watcher and the desk."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from broker.identity import Id
from broker.messages.base import Facts, Message, Sha256

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the analysed picture, upright."""


class Health(Message):
    """Retained. How a camera is, as its watcher sees it."""

    state: Literal["seen", "idle", "gap", "covered", "moved", "dark", "unreadable", "refused", "off"]
    since: AwareDatetime
    at: AwareDatetime
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
    """For example the last words of the native library, without credentials."""


class Look(Message):
    """Retained. The newest small picture of a camera, so that an administrator sees what it sees."""

    at: AwareDatetime
    jpeg_base64: Annotated[str, Field(max_length=120_000)]


class EvidenceFile(Message):
    """One file of a sighting. It is uploaded over HTTPS before the sighting is published."""

    name: Literal["clip.mp4", "before.jpg", "act.jpg", "after.jpg", "poster.jpg", "manifest.json"]
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class Sighting(Message):
    """A candidate that a watcher flagged. Kept in its spool and published again until it is settled."""

    id: Id
    camera: Id
    watcher: Id
    at: AwareDatetime
    """When it was flagged, capture time."""
    put_down_at: AwareDatetime
    actor_gone_at: AwareDatetime | None = None
    clock: Literal["camera", "arrival", "file"]
    """Where the capture time comes from: RTCP sender reports, arrival at the node, or the file's own time line."""
    box: Box
    width: int
    height: int
    score: Annotated[float, Field(ge=0, le=1)]
    threshold: Annotated[float, Field(ge=0, le=1)]
    reason: Literal["left", "thrown"]
    explanation: Facts = Field(default_factory=dict)
    """Numbers behind the flag: dwell_s, area_ratio, distance, luma; shown in words on the officer's page."""
    model: Sha256
    evidence: tuple[EvidenceFile, ...]


class Settled(Message):
    """The desk has the sighting and its evidence on disk; the watcher may forget it."""

    sighting: Id
    at: AwareDatetime
    ok: bool = True
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
