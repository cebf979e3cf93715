"""What the officer's side asks of the house beyond cameras/ports.py, and its settings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from cameras.desk.signatures import Keys
from cameras.ports import Clock, Ids, Post, Reader, Writer


@dataclass(frozen=True)
class CameraCard:
    """A camera as it is registered. The place may be unknown; then the address, then the name stands for it."""

    id: str
    name: str
    latitude: float | None = None
    """Degrees, WGS 84."""
    longitude: float | None = None
    address: str | None = None
    since: datetime | None = None
    """When it was registered, UTC; what was before is not counted as blind."""


@dataclass(frozen=True)
class Holder:
    """Who watches a camera now, as far as the node knows."""

    watcher: str | None
    online: bool
    enabled: bool
    """The camera is meant to be watched at all."""


class Account(Protocol):
    """Who asks through HTTP; edge/accounts supplies it."""

    @property
    def account(self) -> str:
        """Id of the account, empty for a device."""
        ...

    @property
    def name(self) -> str: ...

    @property
    def device(self) -> str | None:
        """Id of the device, None for a person."""
        ...


class Tenure(Protocol):
    """A lease: who had a camera, from when until when by the node's clock, and how far the watcher's own clock was behind meanwhile."""

    @property
    def watcher(self) -> str: ...
    @property
    def begun_at(self) -> datetime: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def behind_low(self) -> timedelta: ...
    @property
    def behind_high(self) -> timedelta: ...


Tell = Callable[[str, dict[str, Any]], None]
"""tell(topic, payload): to every open page that may see it, after the commit. Never blocks."""


@dataclass(frozen=True)
class House:
    """Everything the desk is given."""

    writer: Writer
    reader: Reader
    post: Post
    clock: Clock
    ids: Ids
    cameras: Callable[[str], CameraCard | None]
    """The registered camera of that id."""
    listed: Callable[[], Sequence[CameraCard]]
    """Every camera that is registered now, by name."""
    tell: Tell
    tenure: Callable[[str, int], Tenure | None] | None = None
    """The lease of a camera with that fence; None where no leases are given."""
    keys: Keys | None = None
    """The keys of watchers; None where nothing is signed."""


@dataclass(frozen=True)
class DeskSettings:
    """How the desk keeps and shows. Bytes and seconds."""

    evidence: Path
    """Folder of the sealed files: {camera}/{sighting}/{name}."""
    link_key: bytes
    """Signs the links that leave the node; 32 bytes."""
    public_url: str = ""
    """Where receivers of reports reach this node, for example https://dinh.xa.vn:8443; no media links when empty."""
    undo_s: float = 120
    """A verdict can be taken back for so long, and nobody outside is told before."""
    link_days: int = 30
    reserve_bytes: int = 256 * 1024 * 1024
    """Evidence is refused when less would be left on the disk: the ballots need room too."""
    largest_bytes: int = 256 * 1024 * 1024
