"""All recordings of a watcher: a folder with an index and a folder of segments for each camera. One thread writes; anybody reads.

recordings/index.db, recordings/<camera>/<microseconds of its first packet>.mp4
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cameras.watch.recordings.check import Checked, Finding, check
from cameras.watch.recordings.footage import Shot, Span
from cameras.watch.recordings.index import Index
from cameras.watch.recordings.limits import Limits
from cameras.watch.recordings.lookup import Lookup, Pinned, Stored
from cameras.watch.recordings.moments import micros
from cameras.watch.recordings.playback import Player, spans
from cameras.watch.recordings.recording import Recording
from cameras.watch.recordings.reel import Fault
from cameras.watch.recordings.retention import Retention
from cameras.watch.recordings.writer import Writer

FOLDER, INDEX = "recordings", "index.db"
LOOK_BACK = timedelta(minutes=11)
"""A keyframe before the start may stand in a segment that ended before it."""


class Archive:
    """A `recording` for each camera that begins; `tick` now and then; `close` in the end. The reading side is `Footage`.

    Raises OSError or sqlite3.Error when the disk does not take it.
    """

    def __init__(self, home: Path, limits: Limits | None = None) -> None:
        self.folder = home / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o750)
        self._index = Index(self.folder / INDEX)
        self._lookup = Lookup(self.folder / INDEX)
        self._retention = Retention(self.folder, self._index, self._lookup, limits or Limits())
        self._writer = Writer(self.folder, self._index, self._retention)
        self._writer.start()

    def close(self) -> None:
        """Write what waits and finish every segment."""
        if self._writer.stop():
            self._index.close()

    def tick(self) -> None:
        """Begin again what died of a fault."""
        self._writer.tick()

    def apply(self, limits: Limits) -> None:
        """Other limits, from the next segment on; what found no room tries again at once."""
        self._retention.limits = limits
        self._writer.hurry()

    def recording(self, camera: str) -> Recording:
        """The tap of a camera that begins; what is left of an earlier one of its name is finished."""
        return self._writer.recording(camera)

    def fault(self, camera: str) -> Fault | None:
        """Why a camera is not recorded as it should be, if so."""
        return self._writer.fault(camera)

    def packets(self, camera: str, start: datetime, end: datetime) -> Iterator[Shot]:
        """See `Footage`."""
        return Player(self.folder / camera, self._pieces(camera, start - LOOK_BACK, end)).shots(micros(start), micros(end))

    def keyframes(self, camera: str, start: datetime, end: datetime, *, every_s: float = 0.0) -> Iterator[Shot]:
        """See `Footage`."""
        player = Player(self.folder / camera, self._pieces(camera, start - LOOK_BACK, end))
        return player.keyframes(micros(start), micros(end), round(every_s * 1e6))

    def spans(self, camera: str, start: datetime, end: datetime) -> list[Span]:
        """See `Footage`."""
        gaps = self._lookup.gaps(camera, micros(start), micros(end))
        return spans(self._pieces(camera, start, end), gaps, micros(start), micros(end))

    def pin(self, camera: str, start: datetime, end: datetime, why: str, *, until: datetime) -> None:
        """See `Footage`."""
        self._writer.pin((camera, (micros(start), micros(end), micros(until)), why))

    def release(self, why: str) -> None:
        """What was pinned for this ages like everything else from now on."""
        self._writer.release(why)

    def pins(self, most: int) -> list[Pinned]:
        """What is kept for what, the newest first."""
        return self._lookup.pins(micros(datetime.now(UTC)), most)

    def head(self, camera: str) -> tuple[int, str] | None:
        """Number and link of the last finished segment: known elsewhere, it proves everything before it."""
        return self._lookup.head(camera)

    def check(self, *, content: bool) -> Iterator[Finding]:
        """See check.py."""
        return check(self.folder, Checked(), content=content)

    def _pieces(self, camera: str, start: datetime, end: datetime) -> list[Stored]:
        """What is being written is asked first, then the index: what is finished in between is in both, and once in the answer."""
        growing = [stored for reel in self._writer.reels(camera) if (stored := reel.now_open()) is not None]
        found = {stored.file: stored for stored in growing if stored.start_us <= micros(end) and stored.until_us >= micros(start)}
        found |= {stored.file: stored for stored in self._lookup.segments(camera, micros(start), micros(end))}
        return sorted(found.values(), key=lambda stored: stored.start_us)
