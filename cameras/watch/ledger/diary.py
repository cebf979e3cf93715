"""Every camera's seconds as they pass, told by the cameras' threads."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cameras.domain.ledger import Pen, State

if TYPE_CHECKING:
    from broker.messages.cameras import Health
    from cameras.watch.layers import Picture
    from cameras.watch.ring import Kept
    from cameras.watch.told import Cut, Opened, Told


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of one camera, or what is known of it: `start` in seconds since 1970 UTC, `seconds` as 60 letters."""

    camera: str
    start: int
    seconds: str


@dataclass(frozen=True, slots=True)
class Beat:
    """A tap: that packets come. The time is this machine's, whatever the camera says."""

    pen: Pen
    lock: threading.Lock
    now: Callable[[], datetime]

    def opened(self, opened: "Opened") -> None:
        """Nothing was seen yet."""

    def packet(self, kept: "Kept", at: datetime) -> None:  # noqa: ARG002 - a tap's
        with self.lock:
            self.pen.packet(self.now().timestamp())

    def closed(self) -> None:
        """Silence says it."""


class Diary:
    """All cameras of one watcher. Any thread."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self._lock = threading.Lock()
        self._pens: dict[str, Pen] = {}
        self._left: list[Minute] = []

    def beat(self, camera: str) -> Beat:
        """What sees this camera's packets."""
        return Beat(self._pen(camera), self._lock, self.now)

    def said(self, camera: str, state: str) -> None:
        """A camera is so from now on."""
        pen = self._pen(camera)
        with self._lock:
            pen.say(State(state), self.now().timestamp())

    def keep(self, cameras: set[str]) -> None:
        """Only these are ours from now on; of others nothing more is said."""
        with self._lock:
            for camera in set(self._pens) - cameras:
                self._pens[camera].pass_by(self.now().timestamp())
                self._left += _minutes(camera, self._pens.pop(camera))

    def taken(self) -> list[Minute]:
        """Everything that was written since, the running minute with it, and forget it."""
        with self._lock:
            found, self._left = self._left, []
            for camera, pen in self._pens.items():
                pen.pass_by(self.now().timestamp())
                found += _minutes(camera, pen)
            return found

    def _pen(self, camera: str) -> Pen:
        with self._lock:
            return self._pens.setdefault(camera, Pen())


def _minutes(camera: str, pen: Pen) -> list[Minute]:
    return [Minute(camera, start, seconds) for start, seconds in pen.taken(1 << 62)]


@dataclass(frozen=True, slots=True)
class Witness:
    """Told by the cameras: notes how they are, and passes everything on."""

    told: "Told"
    diary: Diary

    def health(self, camera: str, health: "Health") -> None:
        self.diary.said(camera, health.state)
        self.told.health(camera, health)

    def picture(self, camera: str, picture: "Picture") -> None:
        self.told.picture(camera, picture)

    def cut(self, cut: "Cut") -> None:
        self.told.cut(cut)
