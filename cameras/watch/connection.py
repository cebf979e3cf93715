"""One connection of a camera: packets into the ring, pictures to the scene, clips when they are due."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from cameras.domain.duty import Duty, Why
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.gate import Gate
from cameras.watch.address import is_stream
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding
from cameras.watch.layers import Picture
from cameras.watch.lookout import Lookout
from cameras.watch.plan import Plan
from cameras.watch.ring import Kept, Ring
from cameras.watch.sampler import Sampler
from cameras.watch.stream import Parcel, Stream, upright_size
from cameras.watch.told import Cut, Gauge, Opened, State, Tap, Told

BEFORE_S, AFTER_S = 10.0, 10.0
LOOK_EVERY_S = 10.0
BLIND_SPREAD, DARK_LEVEL = 4.0, 12.0
_FAULTS = {Why.LONG_GOP: Code.LONG_GOP, Why.NO_KEYFRAMES: Code.NO_KEYFRAMES, Why.INTRA_REFRESH: Code.INTRA_REFRESH}
"""Settings of the camera that keep it from being watched cheaply."""


class Owner(Protocol):
    """What a connection asks of its camera. cameras/watch/camera.py answers."""

    plan: Plan
    told: Told
    taps: Sequence[Tap]
    gauges: Sequence[Gauge]

    @property
    def stopping(self) -> bool: ...

    def now(self) -> datetime: ...

    def wait(self, seconds: float) -> None: ...

    def keep(self, gate: Gate) -> None: ...

    def say(
        self, state: State, code: Code | None = None, facts: Facts | None = None, about: tuple[int, int, float] | None = None
    ) -> None: ...


@dataclass
class _Due:
    """A finding that waits for the seconds after the act."""

    finding: Finding
    at: float


@dataclass
class Memory:
    """What survives a reconnect: the camera's own time line goes on, and what was learned stays."""

    analyst: Analyst
    gate: Gate
    began: float = field(default_factory=time.monotonic)
    last: float = 0.0


class Connection:
    """One connection. Times here are seconds of the scene: the stream's own time plus `base`."""

    def __init__(self, camera: Owner, scene: Memory) -> None:
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
        self._areas = camera.plan.areas

    def watch(self) -> None:
        """Until the stream ends. A file that ended is simply over; everything else is a Refusal."""
        self.stream.open()
        lookout = self._lookout()
        began = time.monotonic()
        self._open_taps()
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
            for tap in self.camera.taps:
                tap.closed()

    def close(self) -> None:
        self.stream.close()

    def _lookout(self) -> Lookout:
        info = self.stream.info
        if info is not None:
            self.scene.gate.belongs(f"{info.codec} {info.width}x{info.height}")
        sampler = Sampler(self.stream, per_second=LOOKS_PER_S, longest_side=LONGEST_SIDE)
        sampler.veil = self.scene.analyst.draw(self._areas)
        return Lookout(self.stream, self.ring, self.duty, sampler=sampler, judge=self.scene.analyst)

    def _open_taps(self) -> None:
        if self.stream.info is not None:
            for tap in self.camera.taps:
                tap.opened(Opened(self.camera.plan.id, self.stream.template(), self.stream.info))

    def _take(self, lookout: Lookout, parcel: Parcel) -> None:
        if self._areas is not self.camera.plan.areas:
            self._redraw(lookout)
        hold = self.scene.analyst.hold_from()
        earliest = min([due.finding.actor_came for due in self.due] + ([hold] if hold is not None else []), default=None)
        hold_from = None if earliest is None else earliest - self.base - BEFORE_S - 2.0
        self.hour = self.camera.now().astimezone().hour
        kept = self.ring.add(parcel, hold_from=hold_from, keyless=self.duty.why is Why.NO_KEYFRAMES)
        if kept is not None:
            for tap in self.camera.taps:
                tap.packet(kept, self.epoch + timedelta(seconds=kept.at + self.base))
        for at, picture in lookout.pictures(parcel, kept, hour=self.hour):
            self._look(lookout, at + self.base, picture)
        for gauge in self.camera.gauges:
            gauge.weighed(self.duty, self.camera.now(), key=parcel.key)
        self.scene.last = max(self.scene.last, parcel.at + self.base)
        self._cut_due(parcel.at + self.base)
        self.camera.keep(self.scene.gate)

    def _redraw(self, lookout: Lookout) -> None:
        """Other zones and masks: also the last small picture is told again, painted over."""
        self._areas = self.camera.plan.areas
        lookout.sampler.veil = self.scene.analyst.draw(self._areas)
        if self.scene.analyst.scene.picture is not None:
            self.camera.told.picture(self.camera.plan.id, self.scene.analyst.scene.picture)

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
        sample = self.scene.analyst.veil.bare(picture)
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
            areas=self._areas,
        )
