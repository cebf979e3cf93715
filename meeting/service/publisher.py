"""Snapshots leave from one thread, so that a burst of ballots makes a few snapshots and the last state is never lost."""

import logging
import time
from collections.abc import Callable, Iterable
from enum import StrEnum
from threading import Condition, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger("dinh.meeting")
RETRY_S = 1.0
VOTERS_PER_GAP = 100
REST, LONGEST_REST_S = 20.0, 3.0
"""How many times as long as it took to make it a snapshot is let alone: making it is a small part of what carrying it to everybody takes."""


class Show(StrEnum):
    """The snapshots of a meeting."""

    AGENDA = "agenda"
    ROLL = "roll"
    FLOOR = "floor"
    MOTION = "motion"
    TURNOUT = "turnout"
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
        self._rests: dict[tuple[str, Show], float] = {}
        """Until when a meeting rests from a snapshot that grows with the hall (monotonic seconds)."""
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
        """To be shown at once; the seat plan, which is the largest, not before the meeting has rested from showing it."""
        now = time.monotonic()
        with self._wake:
            for kind in kinds:
                due = max(now, self._rests.get((meeting, kind), 0.0)) if kind is Show.ROLL else now
                self._due[meeting, kind] = min(due, self._due.get((meeting, kind), due))
            self._wake.notify()

    def mark_counting(self, meeting: str, *, voters: int) -> None:
        """A ballot was counted: the turnout is shown after a gap, and not before the meeting has rested from the last time.

        The gap grows with the hall, because the turnout names every seat that has voted. It comes first, so that a hall that votes at
        once is shown a few times and not ballot by ballot.
        """
        gap, now = self._gap_s * (1 + voters // VOTERS_PER_GAP), time.monotonic()
        with self._wake:
            due = max(now + gap, self._rests.get((meeting, Show.TURNOUT), 0.0))
            known = self._due.setdefault((meeting, Show.TURNOUT), due)
            if due < known:
                self._due[meeting, Show.TURNOUT] = due
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
                began = time.monotonic()
                try:
                    self._show(meeting, frozenset(kinds))
                except SQLAlchemyError:
                    log.exception("the snapshots of meeting %s could not be read; they are tried again", meeting)
                    self._again(meeting, kinds)
                self._rest(meeting, kinds, time.monotonic() - began)

    def _rest(self, meeting: str, kinds: set[Show], took_s: float) -> None:
        until = time.monotonic() + min(max(self._gap_s, REST * took_s), LONGEST_REST_S)
        with self._wake:
            self._rests.update({(meeting, kind): until for kind in kinds & {Show.ROLL, Show.TURNOUT}})

    def _take(self, until: float) -> dict[str, set[Show]]:
        taken: dict[str, set[Show]] = {}
        with self._wake:
            for key in [key for key, due in self._due.items() if due <= until]:
                del self._due[key]
                taken.setdefault(key[0], set()).add(key[1])
        return taken

    def _again(self, meeting: str, kinds: Iterable[Show]) -> None:
        with self._wake:
            for kind in kinds:
                self._due.setdefault((meeting, kind), time.monotonic() + RETRY_S)
