"""What is let go, and whether there is room: by age, by bytes of a camera, by bytes of all, and by what must stay free on the disk.

The oldest that no pin holds goes first. Runs on the writer's thread. A clock that is suddenly years ahead lets little go at once.
"""

import logging
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cameras.watch.recordings.index import Index
from cameras.watch.recordings.limits import Limits
from cameras.watch.recordings.lookup import Candidate, Lookup
from cameras.watch.recordings.moments import micros

BY_AGE_AT_ONCE = 8
BALLAST, BALLAST_BYTES = ".ballast", 4 << 20
"""A file that is given up when the disk is so full that even the index cannot be written: letting go needs a little room."""
_log = logging.getLogger("cameras.watch.recordings")


class Retention:
    """Raises OSError and sqlite3.Error when the disk does not even take that."""

    def __init__(self, folder: Path, index: Index, lookup: Lookup, limits: Limits) -> None:
        self.folder, self.index, self.lookup, self.limits = folder, index, lookup, limits
        self.bytes = lookup.bytes()

    def sweep(self) -> None:
        """Finish deleting what a crash left half deleted, and hold the ballast."""
        for camera, file in self.lookup.garbage():
            self._delete(camera, file)
        self.hold_ballast()

    def added(self, camera: str, size: int) -> None:
        """A segment was finished: what it pushes out goes."""
        self.bytes[camera] = self.bytes.get(camera, 0) + size
        self.enforce(camera)

    def enforce(self, camera: str) -> None:
        """Every limit, for one camera and for all."""
        now = datetime.now(UTC)
        self._by_age(now)
        most = self.limits.camera_bytes
        while most is not None and self.bytes.get(camera, 0) > most and self._let_go(self.lookup.oldest(micros(now), camera)):
            continue
        while sum(self.bytes.values()) > self._total() and self._let_go(self.lookup.oldest(micros(now))):
            continue

    def room(self) -> bool:
        """There is room to record, now or after letting go what may go."""
        now = micros(datetime.now(UTC))
        while self._free() < self.limits.free_bytes:
            if not self._let_go(self.lookup.oldest(now)):
                return False
        return True

    def relieve(self) -> None:
        """The disk is full to the brim: give up the ballast, let go of one segment and of what else must go, take the ballast again."""
        with suppress(OSError):
            os.truncate(self.folder / BALLAST, 0)
        self._let_go(self.lookup.oldest(micros(datetime.now(UTC))))
        self.room()
        self.hold_ballast()

    def hold_ballast(self) -> None:
        """Take the room that letting go needs, where there is any."""
        with suppress(OSError), (self.folder / BALLAST).open("ab") as file:
            os.posix_fallocate(file.fileno(), 0, BALLAST_BYTES)

    def tidy(self) -> None:
        """Forget pins whose time has come, and gaps older than anything kept."""
        self.index.unpin(micros(datetime.now(UTC)))
        begins = self.lookup.begins_us()
        if begins is not None:
            self.index.forget_gaps(begins)

    def _by_age(self, now: datetime) -> None:
        oldest = micros(now - max(self.limits.age, timedelta(hours=1)))
        for _ in range(BY_AGE_AT_ONCE):
            found = self.lookup.oldest(micros(now))
            if found is None or found.end_us >= oldest:
                return
            self._let_go(found)

    def _let_go(self, found: Candidate | None) -> bool:
        if found is None:
            return False
        self._delete(found.camera, self.index.let_go(found.camera, found.number))
        self.bytes[found.camera] = self.bytes.get(found.camera, 0) - found.bytes
        return True

    def _delete(self, camera: str, file: str) -> None:
        (self.folder / camera / file).unlink(missing_ok=True)
        self.index.swept(camera, file)

    def _total(self) -> int:
        return self.limits.total_bytes or shutil.disk_usage(self.folder).total // 2

    def _free(self) -> int:
        return shutil.disk_usage(self.folder).free
