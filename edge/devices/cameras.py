"""Cameras as the administrator sees them: a name, an address, who watches. The address with its password is shown to nobody again."""

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit, urlunsplit

from sqlmodel import Session, col, select

from broker.envelope import canonical
from broker.topics import GATE, HEALTH, LOOK
from cameras.domain.areas import fault
from edge.accounts.person import Person
from edge.devices.profiles import DEFAULT_PROFILE
from edge.devices.registry import Devices
from edge.devices.tables import CameraRow, DeviceRow
from edge.ports import Entry
from edge.refusals import Code, Refusal

T = TypeVar("T")
PROBE: Final = (sys.executable, "-m", "cameras.watch.probe")
PROBE_S: Final = 10.0
SCHEMES: Final = frozenset({"rtsp", "rtsps", "rtspt", "http", "https", "file"})
LONGEST: Final = 1000
HIDDEN: Final = "***"
Drawn = list[dict[str, Any]]
"""Zones [{name, kind, points}] or masks [{name, points}]; points [[x, y], ...] in thousandths of the picture's width and height."""


@dataclass(frozen=True)
class CameraChanges:
    """What to change; None leaves it. An empty watcher takes it away."""

    name: str | None = None
    url: str | None = None
    watcher: str | None = None
    enabled: bool | None = None
    latitude: float | None = None
    longitude: float | None = None
    address: str | None = None
    zones: Drawn | None = None
    masks: Drawn | None = None
    settings: dict[str, Any] | None = field(default=None)


class Cameras:
    """The list of cameras, and with it the desired configuration of every watcher."""

    def __init__(self, devices: Devices, probe: Sequence[str] = PROBE) -> None:
        self.devices, self.parts, self.probe = devices, devices.parts, tuple(probe)
        self._testing = BoundedSemaphore(2)

    def all(self) -> list[CameraRow]:
        """Every camera that has not been removed, by name."""
        with self.parts.means.reader() as session:
            return list(session.exec(select(CameraRow).where(col(CameraRow.ended_at).is_(None)).order_by(col(CameraRow.name))))

    def find(self, camera: str) -> CameraRow | None:
        """A camera by id, also a removed one: its sightings stay."""
        with self.parts.means.reader() as session:
            return session.get(CameraRow, camera)

    def add(self, name: str, url: str, changes: CameraChanges, *, by: Person) -> CameraRow:
        """A new camera, watched by `changes.watcher` or the first watcher there is."""
        demand(url)

        def job(entry: Entry) -> CameraRow:
            camera = f"cam-{self.parts.means.ids()[:12]}"
            row = CameraRow(
                id=camera,
                name=name,
                sealed="",
                shown="",
                watcher=_first_watcher(entry.session),
                profile=DEFAULT_PROFILE["camera"],
                created_at=self.parts.means.clock(),
            )
            self._seal(row, url)
            self._apply(entry, row, changes)
            self.devices.note(entry, by, "camera_added", camera, name=name, url=row.shown)
            return row

        return self._do(job)

    def change(self, camera: str, changes: CameraChanges, *, by: Person) -> CameraRow:
        """Change a camera; the watchers concerned get a new revision."""
        if changes.url is not None:
            demand(changes.url)

        def job(entry: Entry) -> CameraRow:
            row = one(entry.session, camera)
            if changes.url is not None:
                self._seal(row, changes.url)
            self._apply(entry, row, changes)
            self.devices.note(entry, by, "camera_changed", camera, name=row.name, url=row.shown, enabled=row.enabled)
            return row

        return self._do(job)

    def remove(self, camera: str, *, by: Person) -> None:
        """Stop watching. The row stays for its sightings, its address does not."""

        def job(entry: Entry) -> None:
            row = one(entry.session, camera)
            row.ended_at, row.enabled, row.sealed, row.onvif = self.parts.means.clock(), False, "", ""
            entry.session.add(row)
            self.devices.note(entry, by, "camera_removed", camera, name=row.name)

        self._do(job)
        for topic in (GATE, HEALTH, LOOK):
            self.parts.air.clear(topic, camera=camera)

    def url_of(self, camera: str) -> str:
        """The address with its password, for the probe alone."""
        with self.parts.means.reader() as session:
            return self.parts.vault.unseal(one(session, camera).sealed, of=camera)

    def masks_of(self, camera: str) -> str:
        """The masks as JSON: what a test of a camera may not show."""
        with self.parts.means.reader() as session:
            return one(session, camera).masks

    def test(self, url: str, masks: str = "[]") -> dict[str, Any]:
        """Look at an address once, in a process of its own that gets it on standard input and at most ten seconds.

        The answer: ok, code, facts, and when ok jpeg_base64, width, height, fps, codec.
        """
        demand(url)
        with self._testing:
            try:
                done = subprocess.run(self.probe, input=f"{url}\n{masks}\n".encode(), capture_output=True, timeout=PROBE_S, check=False)
            except subprocess.TimeoutExpired:
                return {"ok": False, "code": "cameras.no_answer", "facts": {"seconds": int(PROBE_S)}}
        return _read(done.stdout, url)

    def _seal(self, row: CameraRow, url: str) -> None:
        row.sealed, row.shown = self.parts.vault.seal(url, of=row.id), masked(url)

    def _apply(self, entry: Entry, row: CameraRow, changes: CameraChanges) -> None:
        demand_areas([*(changes.zones or ()), *(changes.masks or ())])
        if changes.watcher:
            watcher = entry.session.get(DeviceRow, changes.watcher)
            if watcher is None or watcher.kind != "watcher" or watcher.state != "accepted":
                raise Refusal(Code.NO_SUCH_DEVICE, device=changes.watcher)
        row.watcher = row.watcher if changes.watcher is None else changes.watcher or None
        for name in ("name", "enabled", "latitude", "longitude", "address"):
            if (value := getattr(changes, name)) is not None:
                setattr(row, name, value)
        row.zones = row.zones if changes.zones is None else canonical(changes.zones).decode()
        masks = row.masks if changes.masks is None else canonical(changes.masks).decode()
        if masks != row.masks:
            camera, row.masks = row.id, masks
            entry.after(lambda: self.parts.air.clear(LOOK, camera=camera))  # it was taken before the mask; the watcher tells another
        if changes.settings is not None:
            self.parts.catalogue.demand(changes.settings, kind="camera")
            row.settings = canonical(changes.settings).decode()
        entry.session.add(row)
        entry.session.flush()

    def _do(self, job: Callable[[Entry], T]) -> T:
        """A job, and after its commit leases and configurations as they follow from it."""
        done = self.devices.do(job)
        self.devices.leases.settle()
        return done


def demand(url: str) -> None:
    """Refuse what cannot be a camera: another scheme, no host, control characters. A path stands for a file on the watcher's machine."""
    if not url or len(url) > LONGEST or any(ord(letter) < 33 or ord(letter) == 127 for letter in url):
        raise Refusal(Code.BAD_CAMERA_URL, why="characters")
    if url.startswith("/"):
        return
    try:
        where = urlsplit(url)
        host, _port = where.hostname, where.port
    except ValueError:
        raise Refusal(Code.BAD_CAMERA_URL, why="address") from None
    if where.scheme not in SCHEMES:
        raise Refusal(Code.BAD_CAMERA_URL, why="scheme", wanted=" | ".join(sorted(SCHEMES)))
    if where.scheme != "file" and not host:
        raise Refusal(Code.BAD_CAMERA_URL, why="address")


def demand_areas(areas: Drawn) -> None:
    """Refuse what is no area: fewer than 3 corners or more than 32, one outside the picture, edges that cross."""
    for area in areas:
        wrong = fault(area["points"])
        if wrong is not None:
            raise Refusal(Code.BAD_AREA, why=wrong.value, area=area["name"])


def masked(url: str) -> str:
    """The address without name, password and query, fit for eyes and logs."""
    if url.startswith("/"):
        return url
    where = urlsplit(url)
    host = where.netloc.rpartition("@")[2]
    netloc = f"{HIDDEN}@{host}" if "@" in where.netloc else host
    return urlunsplit((where.scheme, netloc, where.path, HIDDEN if where.query else "", ""))


def one(session: Session, camera: str) -> CameraRow:
    """The camera, or a refusal."""
    row = session.get(CameraRow, camera)
    if row is None or row.ended_at is not None:
        raise Refusal(Code.NO_SUCH_CAMERA, camera=camera)
    return row


def _first_watcher(session: Session) -> str | None:
    query = (
        select(DeviceRow.id).where(col(DeviceRow.kind) == "watcher", col(DeviceRow.state) == "accepted").order_by(col(DeviceRow.created_at))
    )
    return session.exec(query.limit(1)).first()


def _read(output: bytes, url: str) -> dict[str, Any]:
    """The probe's last line. Whatever a native library said, the password is taken out of it."""
    try:
        answer = json.loads(output.decode(errors="replace").strip().rpartition("\n")[2])
    except ValueError:
        answer = None
    if not isinstance(answer, dict) or "ok" not in answer:
        return {"ok": False, "code": "cameras.probe_failed", "facts": {}}
    facts = answer.get("facts") or {}
    answer["facts"] = {key: value.replace(url, masked(url)) if isinstance(value, str) else value for key, value in facts.items()}
    return answer
