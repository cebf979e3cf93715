"""One camera: connect, watch, cut evidence, and say how it is. Runs on a thread of its own; `Camera.run` returns when told to stop."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from broker.messages.cameras import Health
from cameras.domain.areas import Areas
from cameras.domain.duty import Why
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.gate import Gate
from cameras.watch.analyst import Analyst
from cameras.watch.baselines import SAVE_EVERY_S, Baselines
from cameras.watch.connection import Connection, Memory
from cameras.watch.plan import Plan
from cameras.watch.told import Gauge, State, Tap, Told

BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_S = 20.0
"""A connection that lived this long is tried again at once."""
BEFORE_S, AFTER_S = 10.0, 10.0
HEALTH_EVERY_S, LOOK_EVERY_S = 30.0, 10.0
BLIND_SPREAD, DARK_LEVEL = 4.0, 12.0
_STATES: dict[Code, State] = {
    Code.REFUSED: "refused",
    Code.UNAUTHORISED: "refused",
    Code.NOT_FOUND: "refused",
    Code.BAD_ADDRESS: "refused",
    Code.FILE_MISSING: "unreadable",
    Code.FILE_EMPTY: "unreadable",
    Code.NOT_A_VIDEO: "unreadable",
    Code.NO_PICTURE: "unreadable",
}
_FAULTS = {Why.LONG_GOP: Code.LONG_GOP, Why.NO_KEYFRAMES: Code.NO_KEYFRAMES, Why.INTRA_REFRESH: Code.INTRA_REFRESH}
"""Settings of the camera that keep it from being watched cheaply."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a camera works with. `baselines`: where its gate is kept between runs, if anywhere. `taps` see its packets, `gauges` what its gate read."""

    told: Told
    analyst: Callable[[], Analyst]
    baselines: Baselines | None = None
    taps: Sequence[Tap] = ()
    gauges: Sequence[Gauge] = ()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Camera:
    """Give it a plan and whom to tell; `run` until `stop`. `baselines`: where its gate is kept between runs, if anywhere."""

    def __init__(self, plan: Plan, means: Means) -> None:
        self.plan, self.told, self.taps, self._now = plan, means.told, means.taps, means.now
        self.gauges = means.gauges
        self._make_analyst = means.analyst
        self._baselines = means.baselines
        self._saved_at = time.monotonic()
        self._stop = threading.Event()
        self._health: Health | None = None
        self._told_at = 0.0

    def stop(self) -> None:
        """Ask it to end; it does within the read time-out."""
        self._stop.set()

    def redraw(self, areas: Areas) -> None:
        """Other zones and masks, from the next picture on; the connection, the gate and the scene stay. From any thread."""
        self.plan = self.plan.drawn(areas)

    def run(self) -> None:
        """Watch until stopped: connect, watch, wait a little longer after each failure."""
        failures = 0
        scene = Memory(self._make_analyst(), self._baselines.load(self.plan.id) if self._baselines is not None else Gate())
        while not self._stop.is_set():
            began = time.monotonic()
            connection = Connection(self, scene)
            try:
                connection.watch()
                failures = 0
            except Refusal as refusal:
                self.say(_STATES.get(refusal.code, "gap"), refusal.code, refusal.facts)
                failures = 0 if time.monotonic() - began > STEADY_S else failures + 1
            finally:
                connection.close()
                self.keep(scene.gate, now=True)
            self._stop.wait(BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1] if failures else 0.2)

    def say(self, state: State, code: Code | None = None, facts: Facts | None = None, about: tuple[int, int, float] | None = None) -> None:
        """Tell how the camera is: at once when it changed, otherwise now and then."""
        now, known = self.now(), self._health
        changed = known is None or known.state != state or known.code != (code.value if code else None)
        if not changed and time.monotonic() - self._told_at < HEALTH_EVERY_S:
            return
        width, height, fps = about or (None, None, None)
        since = now if changed or known is None else known.since
        told = {key: value for key, value in (facts or {}).items() if value is not None}
        self._health = Health(
            state=state, since=since, at=now, width=width, height=height, fps=fps, code=code.value if code else None, facts=told
        )
        self._told_at = time.monotonic()
        self.told.health(self.plan.id, self._health)

    def keep(self, gate: Gate, *, now: bool = False) -> None:
        """Save the gate's levels, now or when it is time again."""
        if self._baselines is not None and (now or time.monotonic() - self._saved_at > SAVE_EVERY_S):
            self._saved_at = time.monotonic()
            self._baselines.save(self.plan.id, gate)

    def now(self) -> datetime:
        """Wall-clock time, UTC."""
        return self._now()

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, but wake when stopped."""
        if seconds > 0:
            self._stop.wait(seconds)
