"""The one thread that writes recordings: what cameras hand over, pins, and what a crash left unfinished."""

import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cameras.watch.recordings.index import Index
from cameras.watch.recordings.recording import Recording
from cameras.watch.recordings.recover import recover
from cameras.watch.recordings.reel import AGAIN_S, FAULTS, Fault, Reel
from cameras.watch.recordings.retention import Retention

ROUND_S = 1.0
RETIRED_S = 15.0
"""A recording whose place another has taken is finished after this: its camera has ended or hangs."""
TIDY_S = 600.0
OURS = re.compile(r"\d{1,17}\.mp4")
"""The names of segments. Other files in these folders are left alone."""
Pin = tuple[str, tuple[int, int, int], str]
_log = logging.getLogger("cameras.watch.recordings")


@dataclass
class _Track:
    """A camera's recording, and its reel on this side."""

    recording: Recording
    reel: Reel
    retired: float | None = None


class Writer:
    """`start`, then `tick` now and then, then `stop`. Who asks it from another thread never waits for the disk."""

    def __init__(self, folder: Path, index: Index, retention: Retention) -> None:
        self.folder, self.index, self.retention = folder, index, retention
        self._wake, self._stop = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._tracks: list[_Track] = []
        self._pins: deque[Pin] = deque()
        self._released: deque[str] = deque()
        self._left: deque[tuple[str, Path]] = deque()
        self._again = 0.0
        self._looked = False
        self._tidied = time.monotonic()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="recordings", daemon=True)
        self._thread.start()

    def stop(self) -> bool:
        """Write what waits and finish every segment; False when the disk does not get on with it."""
        self._stop.set()
        self._wake.set()
        self._thread.join(timeout=30)
        return not self._thread.is_alive()

    def tick(self) -> None:
        """Begin again what died of a fault; its traceback is in the log."""
        if not self._thread.is_alive() and not self._stop.is_set():
            _log.error("the recordings' thread ended and begins again")
            self.start()

    def recording(self, camera: str) -> Recording:
        """For a camera that begins; what is left of an earlier one of its name is finished."""
        recording = Recording(camera, self._wake.set)
        reel = Reel(self.folder / camera, self.index, self.retention, self._leave)
        with self._lock:
            for track in self._of(camera):
                track.retired = track.retired or time.monotonic()
            self._tracks.append(_Track(recording, reel))
        return recording

    def reels(self, camera: str) -> list[Reel]:
        """Where this camera is being written; the last is today's."""
        with self._lock:
            return [track.reel for track in self._of(camera)]

    def hurry(self) -> None:
        """There may be room now."""
        with self._lock:
            for track in self._tracks:
                track.reel.hurry()

    def fault(self, camera: str) -> Fault | None:
        """Why the camera is not recorded as it should be, if so."""
        with self._lock:
            track = next((track for track in self._of(camera) if track.retired is None), None)
        if track is None:
            return None
        refused = track.recording.refused
        return (refused.code, refused.facts) if refused is not None else track.reel.fault

    def pin(self, pin: Pin) -> None:
        """Write it down when it is its turn."""
        self._pins.append(pin)
        self._wake.set()

    def release(self, why: str) -> None:
        """Let go of what was pinned for this, when it is its turn."""
        self._released.append(why)
        self._wake.set()

    def _of(self, camera: str) -> list[_Track]:
        return [track for track in self._tracks if track.recording.camera == camera]

    def _leave(self, path: Path) -> None:
        self._left.append((path.parent.name, path))

    def _run(self) -> None:
        if not self._looked:
            self._looked = True
            self._look_back()
        while not self._stop.is_set():
            self._wake.wait(ROUND_S)
            self._wake.clear()
            self._round()
        self._round()
        for track in self._tracks:
            track.reel.end()

    def _round(self) -> None:
        with self._lock:
            tracks = list(self._tracks)
        for track in tracks:
            while (item := track.recording.take()) is not None:
                if self._pins:  # before the end of a segment lets go of what they keep
                    self._try(self._pin)
                track.reel.take(item)
        self._retire(tracks)
        self._try(self._aside)

    def _try(self, act: Callable[[], None]) -> None:
        """Unless it failed a moment ago; what fails is tried again."""
        if time.monotonic() < self._again:
            return
        try:
            act()
        except FAULTS as error:
            _log.warning("recordings: put off: %s", type(error).__name__)
            self._again = time.monotonic() + AGAIN_S

    def _pin(self) -> None:
        while self._pins:
            self.index.pin(*self._pins[0])
            self._pins.popleft()
        while self._released:
            self.index.release(self._released[0])
            self._released.popleft()

    def _retire(self, tracks: list[_Track]) -> None:
        for track in tracks:
            if track.retired is not None and time.monotonic() - track.retired > RETIRED_S:
                track.reel.end()
                with self._lock:
                    self._tracks.remove(track)

    def _aside(self) -> None:
        """What can wait: pins, one unfinished file, and forgetting."""
        self._pin()
        if self._left:
            camera, path = self._left.popleft()
            try:
                self._adopt(camera, path)
            except FAULTS:
                self._left.append((camera, path))
                raise
            self._wake.set()
        if time.monotonic() - self._tidied > TIDY_S:
            self._tidied = time.monotonic()
            self.retention.tidy()

    def _look_back(self) -> None:
        """Files that the index does not know: a crash left them, or the index was lost."""
        try:
            self.retention.sweep()
            for folder in sorted(place for place in self.folder.iterdir() if place.is_dir()):
                known = self.retention.lookup.files(folder.name)
                unknown = (path for path in sorted(folder.iterdir()) if OURS.fullmatch(path.name) and path.name not in known)
                self._left.extend((folder.name, path) for path in unknown)
        except FAULTS as error:
            _log.warning("recordings: what was left is not looked at: %s", type(error).__name__)

    def _adopt(self, camera: str, path: Path) -> None:
        if not path.exists() or path.name in self.retention.lookup.files(camera):
            return
        written = recover(path)
        if written is None:
            _log.info("camera=%s file=%s held nothing whole", camera, path.name)
            return
        number = self.index.add(camera, written)
        self.retention.added(camera, written.bytes)
        _log.warning(
            "camera=%s number=%d file=%s recovered: %d bytes, %d packets", camera, number, path.name, written.bytes, written.packets
        )
