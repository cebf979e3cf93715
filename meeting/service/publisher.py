"""Snapshots leave from one thread, so that a burst of ballots makes a few snapshots and the last state is never lost."""

import logging
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from threading import Condition, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger("dinh.meeting")
RETRY_S = 1.0
VOTERS_PER_GAP = 200


class Show(StrEnum):
    """The snapshots of a meeting."""

    AGENDA = "agenda"
    ROLL = "roll"
    FLOOR = "floor"
    MOTION = "motion"
    PAGE = "page"
    NOTICE = "notice"


ALL = frozenset(Show)
ShowNow = Callable[[str, frozenset[Show]], None]
"""Reads the committed state of a meeting and publishes these snapshots of it."""


class Publisher:
    """`mark` after a commit says what changed. What changed several times before it was shown is shown once."""

    def __init__(self, show: ShowNow, *, gap_s: float) -> None:
        self._show = show
        self._gap_s = gap_s
        self._due: dict[tuple[str, Show], float] = {}
        self._shown: dict[str, float] = {}
        """When a meeting's motion was last shown (monotonic seconds)."""
        self._wake = Condition()
        self._one = Lock()
        self._thread: Thread | None = None
        self._running = False

    def start(self) -> None:
        with self._wake:
            self._running = True
            self._thread = Thread(target=self._run, name="meeting-snapshots", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Shows what is still to be shown, then ends."""
        with self._wake:
            self._running = False
            self._wake.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.flush()

    def mark(self, meeting: str, kinds: Iterable[Show]) -> None:
        """To be shown at once."""
        now = time.monotonic()
        with self._wake:
            for kind in kinds:
                self._due[meeting, kind] = now
            self._wake.notify()

    def mark_counting(self, meeting: str, *, voters: int) -> None:
        """A ballot was counted: the motion is shown when the gap since the last time is over.

        The gap grows with the hall, because a snapshot goes to every tablet and names every seat that has voted.
        """
        gap = self._gap_s * (1 + voters // VOTERS_PER_GAP)
        with self._wake:
            due = max(time.monotonic(), self._shown.get(meeting, 0.0) + gap)
            known = self._due.setdefault((meeting, Show.MOTION), due)
            if due < known:
                self._due[meeting, Show.MOTION] = due
            self._wake.notify()

    def flush(self) -> None:
        """Show everything that is marked, whatever its time."""
        self._show_due(float("inf"))

    def _run(self) -> None:
        while True:
            with self._wake:
                wait = self._wait_s()
                if self._running and wait > 0:
                    self._wake.wait(None if wait == float("inf") else wait)
                if not self._running:
                    return
            self._show_due(time.monotonic())

    def _wait_s(self) -> float:
        return min(self._due.values(), default=float("inf")) - time.monotonic()

    def _show_due(self, until: float) -> None:
        with self._one:
            for meeting, kinds in self._take(until).items():
                try:
                    self._show(meeting, frozenset(kinds))
                except SQLAlchemyError:
                    log.exception("the snapshots of meeting %s could not be read; they are tried again", meeting)
                    self._again(meeting, kinds)

    def _take(self, until: float) -> dict[str, set[Show]]:
        taken: dict[str, set[Show]] = {}
        with self._wake:
            for key in [key for key, due in self._due.items() if due <= until]:
                del self._due[key]
                taken.setdefault(key[0], set()).add(key[1])
                if key[1] is Show.MOTION:
                    self._shown[key[0]] = time.monotonic()
        return taken

    def _again(self, meeting: str, kinds: Iterable[Show]) -> None:
        with self._wake:
            for kind in kinds:
                self._due.setdefault((meeting, kind), time.monotonic() + RETRY_S)
