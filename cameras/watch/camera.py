"""One camera: connect, watch, cut evidence, and say how it is. Runs on a thread of its own; `Camera.run` returns when told to stop."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Protocol

from broker.messages.cameras import Health
from cameras.domain.duty import Duty, Why
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.gate import Gate
from cameras.watch.address import is_stream
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding
from cameras.watch.baselines import SAVE_EVERY_S, Baselines
from cameras.watch.layers import Picture
from cameras.watch.lookout import Lookout
from cameras.watch.plan import Plan
from cameras.watch.ring import Kept, Ring
from cameras.watch.sampler import Sampler
from cameras.watch.stream import Parcel, Stream, upright_size

BACK_OFF_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
STEADY_S = 20.0
"""A connection that lived this long is tried again at once."""
BEFORE_S, AFTER_S = 10.0, 10.0
HEALTH_EVERY_S, LOOK_EVERY_S = 30.0, 10.0
BLIND_SPREAD, DARK_LEVEL = 4.0, 12.0
State = Literal["seen", "idle", "gap", "covered", "moved", "dark", "unreadable", "refused", "off"]
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
class Cut:
    """A flagged finding with the packets around it. `epoch` is the wall-clock time of second 0 of `finding` and `packets`."""

    camera: str
    finding: Finding
    packets: tuple[Kept, ...]
    template: Any
    epoch: datetime
    clock: Literal["arrival", "file"]
    size: tuple[int, int]
    codec: str
    notes: tuple[tuple[Code, Facts], ...]


class Told(Protocol):
    """Whom a camera tells. Called on the camera's thread."""

    def health(self, camera: str, health: Health) -> None: ...

    def picture(self, camera: str, picture: Picture) -> None:
        """The newest small picture."""
        ...

    def cut(self, cut: Cut) -> None:
        """Write this down now; the packets' native stream is open until the call returns."""
        ...


@dataclass
class _Due:
    """A finding that waits for the seconds after the act."""

    finding: Finding
    at: float


class Camera:
    """Give it a plan and whom to tell; `run` until `stop`. `baselines`: where its gate is kept between runs, if anywhere."""

    def __init__(
        self,
        plan: Plan,
        told: Told,
        analyst: Callable[[], Analyst],
        *,
        baselines: Baselines | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.plan, self.told, self.now = plan, told, now
        self._make_analyst = analyst
        self._baselines = baselines
        self._saved_at = time.monotonic()
        self._stop = threading.Event()
        self._health: Health | None = None
        self._told_at = 0.0

    def stop(self) -> None:
        """Ask it to end; it does within the read time-out."""
        self._stop.set()

    def run(self) -> None:
        """Watch until stopped: connect, watch, wait a little longer after each failure."""
        failures = 0
        scene = _Scene(self._make_analyst(), self._baselines.load(self.plan.id) if self._baselines is not None else Gate())
        while not self._stop.is_set():
            began = time.monotonic()
            connection = _Connection(self, scene)
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

    @property
    def stopping(self) -> bool:
        return self._stop.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, but wake when stopped."""
        if seconds > 0:
            self._stop.wait(seconds)


@dataclass
class _Scene:
    """What survives a reconnect: the camera's own time line goes on, and what was learned stays."""

    analyst: Analyst
    gate: Gate
    began: float = field(default_factory=time.monotonic)
    last: float = 0.0


class _Connection:
    """One connection. Times here are seconds of the scene: the stream's own time plus `base`."""

    def __init__(self, camera: Camera, scene: _Scene) -> None:
        self.camera, self.scene = camera, scene
        self.stream = Stream(camera.plan.url)
        self.live = is_stream(camera.plan.url)
        self.ring = Ring()
        self.duty = Duty(scene.gate)
        self.hour = 0
        self.due: list[_Due] = []
        self.base = max(time.monotonic() - scene.began, scene.last + 0.2)
        self.epoch = camera.now() - timedelta(seconds=self.base)
        self.size = (0, 0)
        self._pictured = -1e9

    def watch(self) -> None:
        """Until the stream ends. A file that ended is simply over; everything else is a Refusal."""
        self.stream.open()
        lookout = self._lookout()
        began = time.monotonic()
        try:
            for parcel in self.stream.parcels():
                if not self.live:
                    self.camera.wait(parcel.at - (time.monotonic() - began))
                if self.camera.stopping:
                    return
                self._take(lookout, parcel)
            for at, picture in lookout.rest():
                self._look(lookout, at + self.base, picture)
            if not lookout.sampler.frames:
                raise Refusal(Code.NO_PICTURE)
        finally:
            self._cut_due(None)

    def close(self) -> None:
        self.stream.close()

    def _lookout(self) -> Lookout:
        info = self.stream.info
        if info is not None:
            self.scene.gate.belongs(f"{info.codec} {info.width}x{info.height}")
        sampler = Sampler(self.stream, per_second=LOOKS_PER_S, longest_side=LONGEST_SIDE)
        return Lookout(self.stream, self.ring, self.duty, sampler=sampler, judge=self.scene.analyst)

    def _take(self, lookout: Lookout, parcel: Parcel) -> None:
        hold = self.scene.analyst.hold_from()
        earliest = min([due.finding.actor_came for due in self.due] + ([hold] if hold is not None else []), default=None)
        hold_from = None if earliest is None else earliest - self.base - BEFORE_S - 2.0
        self.hour = self.camera.now().astimezone().hour
        for at, picture in lookout.pictures(parcel, hour=self.hour, hold_from=hold_from):
            self._look(lookout, at + self.base, picture)
        self.scene.last = max(self.scene.last, parcel.at + self.base)
        self._cut_due(parcel.at + self.base)
        self.camera.keep(self.scene.gate)

    def _look(self, lookout: Lookout, at: float, picture: Picture) -> None:
        self.size = upright_size(lookout.sampler.frame)
        for finding in self.scene.analyst.look(picture, at):
            if finding.flagged:
                gone = finding.actor_gone if finding.actor_gone is not None else finding.at
                self.due.append(_Due(finding, max(gone + AFTER_S, finding.at + 1.0)))
        if self.duty.awake:
            self.duty.looked(at - self.base, lookout.newest, busy=self.scene.analyst.busy, hour=self.hour)
        self._say(picture)
        if at - self._pictured >= LOOK_EVERY_S:
            self._pictured = at
            self.camera.told.picture(self.camera.plan.id, picture)

    def _say(self, picture: Picture) -> None:
        info, fault = self.stream.info, self.duty.fault()
        facts = {} if fault is None else {"seconds": round(self.duty.rhythm.longest(self.scene.last - self.base), 1)}
        about = (*self.size, info.fps) if info is not None else None
        self.camera.say(self._state(picture), _FAULTS[fault] if fault is not None else None, facts, about)

    def _state(self, picture: Picture) -> State:
        look = self.scene.analyst.last
        if look is not None and look.moved:
            return "moved"
        sample = picture[::8, ::8]
        if float(sample.std()) >= BLIND_SPREAD:
            return "seen" if self.duty.awake else "idle"
        return "dark" if float(sample.mean()) < DARK_LEVEL else "covered"

    def _cut_due(self, now: float | None) -> None:
        """Cut what has its seconds after; with `now` None, everything, because the stream is over."""
        ready = [due for due in self.due if now is None or due.at <= now]
        self.due = [due for due in self.due if due not in ready]
        for due in ready:
            self.camera.told.cut(self._cut(due.finding, early=now is None))

    def _cut(self, finding: Finding, *, early: bool) -> Cut:
        start, end = finding.actor_came - BEFORE_S, max(finding.actor_gone or finding.at, finding.at) + AFTER_S
        kept = self.ring.cut(start - self.base, end - self.base)
        packets = tuple(Kept(one.data, one.pts, one.dts, one.duration, one.key, one.at + self.base) for one in kept)
        notes: list[tuple[Code, Facts]] = []
        if not packets or packets[0].at > start + 1.0:
            notes.append((Code.CLIP_BEGINS_LATE, {"seconds": round((packets[0].at if packets else end) - start, 1)}))
        if early:
            notes.append((Code.STREAM_ENDED, {}))
        info = self.stream.info
        return Cut(
            camera=self.camera.plan.id,
            finding=finding,
            packets=packets,
            template=self.stream.template(),
            epoch=self.epoch,
            clock="arrival" if self.live else "file",
            size=self.size,
            codec=info.codec if info is not None else "",
            notes=tuple(notes),
        )
