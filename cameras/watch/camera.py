"""One camera: connect, watch, cut evidence, and say how it is. Runs on a thread of its own; `Camera.run` returns when told to stop."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from broker.messages.cameras import Health
from cameras.domain.areas import Areas
from cameras.domain.clock import Source
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.gate import Gate
from cameras.watch.analyst import Analyst
from cameras.watch.baselines import SAVE_EVERY_S, Baselines
from cameras.watch.connection import Connection, Memory
from cameras.watch.plan import Plan
from cameras.watch.playlist import Playlist
from cameras.watch.portrait import Gallery
from cameras.watch.shares import Shares
from cameras.watch.stream import OPEN_S, READ_S, Stream
from cameras.watch.told import Gauge, Past, State, Tap, Told

BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_S = 20.0
"""A connection that lived this long is tried again at once."""
READ_MAX_S = 60.0
"""A camera that sends now and then is waited for twice as long after each silence, up to this."""
HEALTH_EVERY_S = 30.0
_STATES: dict[Code, State] = {
    Code.REFUSED: "refused",
    Code.UNAUTHORISED: "refused",
    Code.NOT_FOUND: "refused",
    Code.BAD_ADDRESS: "refused",
    Code.FILE_MISSING: "unreadable",
    Code.FILE_EMPTY: "unreadable",
    Code.NOT_A_VIDEO: "unreadable",
    Code.NO_PICTURE: "unreadable",
    Code.NO_KEYFRAMES: "unreadable",
    Code.GARBAGE: "unreadable",
    Code.FOLDER_EMPTY: "unreadable",
}


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds: to open, of silence, and between tries."""

    open_s: float = OPEN_S
    read_s: float = READ_S
    back_off_s: tuple[float, ...] = BACK_OFF_S


@dataclass(frozen=True, slots=True)
class Means:
    """What a camera works with. `baselines`: where its gate is kept between runs, if anywhere. `taps` see its packets, `gauges` what its gate read; `past`: what came before the ring."""

    told: Told
    analyst: Callable[[], Analyst]
    baselines: Baselines | None = None
    taps: Sequence[Tap] = ()
    gauges: Sequence[Gauge] = ()
    gallery: Gallery = field(default_factory=Gallery)
    patience: Patience = Patience()
    past: Past | None = None
    shares: Shares | None = None
    held: Callable[[], bool] = lambda: True
    """Whether the lease lasts: asked at every packet, so that nothing is looked at that another watcher may have by now."""
    viewed: Callable[[], bool] = lambda: False
    """Whether somebody watches live."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


class Camera:
    """Give it a plan and whom to tell; `run` until `stop`. `baselines`: where its gate is kept between runs, if anywhere."""

    def __init__(self, plan: Plan, means: Means) -> None:
        self.plan, self.told, self.taps, self._now = plan, means.told, means.taps, means.now
        self.gauges = means.gauges
        self.gallery, self.patience, self.past = means.gallery, means.patience, means.past
        self.shares = means.shares
        self._held, self._viewed = means.held, means.viewed
        self.clock: tuple[Source, float | None] | None = None
        self.playlist = Playlist(plan.url)
        self._read_s = means.patience.read_s
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
            failed = self._watch_once(scene)
            failures = failures + 1 if failed and time.monotonic() - began <= STEADY_S else 0
            waits = self.patience.back_off_s
            self._stop.wait(waits[min(failures, len(waits)) - 1] if failures else 0.2)

    def _watch_once(self, scene: Memory) -> bool:
        """One connection, to its end; True when it failed."""
        stream: Stream | None = None
        try:
            stream = Stream(self.playlist.next(), open_s=self.patience.open_s, read_s=self._read_s)
            Connection(self, scene, stream).watch()
            self.playlist.played()
        except Refusal as refusal:
            return self._failed(refusal, stream)
        finally:
            if stream is not None:
                stream.close()
                self.keep(scene.gate, now=stream.timeline.began)
        return False

    def _failed(self, refusal: Refusal, stream: Stream | None) -> bool:
        """Say it, and be more patient with one that does send. A broken film of a folder is skipped, which is no failure."""
        heard = refusal.code is Code.SILENT and stream is not None and stream.timeline.began
        self._read_s = min(2 * self._read_s, READ_MAX_S) if heard else self.patience.read_s
        if self.playlist.is_folder and stream is not None:
            self.playlist.skip(stream.url, played=stream.timeline.began)
            return False
        self.say(_STATES.get(refusal.code, "gap"), refusal.code, refusal.facts)
        return True

    def say(self, state: State, code: Code | None = None, facts: Facts | None = None, about: tuple[int, int, float] | None = None) -> None:
        """Tell how the camera is: at once when it changed, otherwise now and then."""
        if code is None and self.playlist.skipped is not None:
            code, facts = Code.FILE_SKIPPED, {"file": self.playlist.skipped}
        now, known = self.now(), self._health
        clock, offset = self.clock or (None, None)
        changed = known is None or (known.state, known.code) != (state, code.value if code else None)
        if not changed and known is not None and known.clock == clock and time.monotonic() - self._told_at < HEALTH_EVERY_S:
            return
        width, height, fps = about or (None, None, None)
        since = now if changed or known is None else known.since
        told = {key: value for key, value in (facts or {}).items() if value is not None}
        self._health = Health(
            state=state,
            since=since,
            at=now,
            width=width,
            height=height,
            fps=fps,
            clock=clock,
            clock_offset_s=offset,
            code=code.value if code else None,
            facts=told,
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
        if not self._held():
            self._stop.set()
        return self._stop.is_set()

    @property
    def viewed(self) -> bool:
        return self._viewed()

    def wait(self, seconds: float) -> None:
        """Sleep, but wake when stopped."""
        if seconds > 0:
            self._stop.wait(seconds)
