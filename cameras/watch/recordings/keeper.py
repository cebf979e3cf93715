"""The recordings as the watcher sees them: on or off, opened with the first camera, opened again when the disk did not let them. Light."""

import logging
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cameras.domain.errors import Code, Facts
from cameras.watch.recordings.limits import Limits, limits_of

if TYPE_CHECKING:
    from cameras.watch.recordings.archive import Archive
    from cameras.watch.recordings.check import Finding
    from cameras.watch.recordings.lookup import Pinned
    from cameras.watch.ring import Kept
    from cameras.watch.told import Lack, Tap

Fault = tuple[Code, Facts]
MOST_PINS = 500
NAMED = 20
"""So many findings are named one by one in the log."""
_log = logging.getLogger("cameras.watch.recordings")


class Keeper:
    """One watcher's. Nothing here raises: a watcher whose disk fails goes on watching, and says so."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.archive: Archive | None = None
        self._limits = Limits()
        self._failed: Fault | None = None

    def apply(self, configuration: dict[str, Any]) -> bool:
        """Take the limits out of a desired configuration; True when recording is switched on or off by that. ValueError, naming the key."""
        before, self._limits = self._limits, limits_of(configuration)
        if self.archive is not None:
            self.archive.apply(self._limits)
        return bool(before.age) != bool(self._limits.age)

    def taps(self, camera: str) -> "tuple[Tap, ...]":
        """For a camera that begins: its recording, unless nothing is to be recorded or the disk does not let us."""
        if not self._limits.age:
            return ()
        archive = self.archive or self._open()
        return (archive.recording(camera),) if archive is not None else ()

    def tick(self) -> None:
        """Begin again what died of a fault."""
        if self.archive is not None:
            self.archive.tick()

    def stop(self) -> None:
        """When the cameras have stopped: finish every segment."""
        if self.archive is not None:
            self.archive.close()

    def fault(self, camera: str) -> Fault | None:
        """Why a camera is not recorded as it should be, if so."""
        return self.archive.fault(camera) if self.archive is not None else self._failed

    def flagged(self, camera: str, start: datetime, end: datetime, sighting: str) -> None:
        """Keep what is recorded around a sighting as long as evidence is kept here."""
        if self.archive is not None and self._limits.evidence:
            self.archive.pin(camera, start, end, sighting, until=datetime.now(UTC) + self._limits.evidence)

    def pins(self) -> "list[Pinned]":
        """What is kept for sightings; nothing where nobody can say."""
        try:
            return self.archive.pins(MOST_PINS) if self.archive is not None else []
        except sqlite3.Error:
            return []

    def release(self, sighting: str) -> None:
        """It was dismissed: what is recorded around it is kept no longer than the rest."""
        if self.archive is not None:
            self.archive.release(sighting)

    def anchor(self, camera: str) -> dict[str, Any]:
        """For a manifest, which leaves this machine: the last link of the camera's chain. Empty without one."""
        try:
            head = self.archive.head(camera) if self.archive is not None else None
        except sqlite3.Error:
            return {}
        return {"recording": {"number": head[0], "link": head[1]}} if head is not None else {}

    def earlier(self, lack: "Lack") -> "tuple[Kept, ...]":
        """The recorded packets that a clip lacks, as far as there are any."""
        from cameras.watch.recordings.earlier import earlier  # noqa: PLC0415 - with the first clip

        return earlier(self.archive, lack) if self.archive is not None else ()

    def _open(self) -> "Archive | None":
        from cameras.watch.recordings.archive import Archive  # noqa: PLC0415 - PyAV comes with the first camera

        try:
            self.archive = Archive(self.home, self._limits)
        except (OSError, sqlite3.Error) as error:
            self._failed = (Code.RECORDING_FAILED, {"why": type(error).__name__})
            _log.error("%s %s", Code.RECORDING_FAILED.value, error)
            return None
        threading.Thread(target=self._check, args=(self.archive,), name="recordings-check", daemon=True).start()
        return self.archive

    def _check(self, archive: "Archive") -> None:
        """What does not agree after a start goes into the log: chain, files and sizes; every byte is read by `dinh cameras check`."""
        found: list[Finding] = []
        try:
            found.extend(archive.check(content=False))
        except (OSError, sqlite3.Error) as error:
            _log.warning("recordings are not checked: %s", type(error).__name__)
        for finding in found[:NAMED]:
            _log.error("%s camera=%s number=%d %s", finding.code.value, finding.camera, finding.number, finding.facts)
        _log.info("recordings checked: %d findings", len(found))
