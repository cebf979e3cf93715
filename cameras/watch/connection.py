"""One connection of a camera: packets into the ring, pictures to the scene, clips when they are due."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from cameras.domain.clock import Source
from cameras.domain.duty import Duty, Why
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.gate import Gate
from cameras.domain.governor import Grant
from cameras.domain.vitals import Pace
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding
from cameras.watch.condition import Condition
from cameras.watch.gathering import Gathering
from cameras.watch.layers import Picture
from cameras.watch.lookout import Lookout
from cameras.watch.plan import Plan
from cameras.watch.portrait import Gallery, Sitter
from cameras.watch.ring import Kept, Ring
from cameras.watch.sampler import Sampler
from cameras.watch.shares import Shares, shortage
from cameras.watch.stream import Parcel, Stream, upright_size
from cameras.watch.told import Cut, Gauge, Lack, Opened, Past, State, Tap, Told

BEFORE_S, AFTER_S = 10.0, 10.0
LOOK_EVERY_S = 10.0
REST_S, FOLLOWED_S = 4.0, 20.0
"""When a stream breaks off, what was not looked at yet is, for so long at most, and for so long while somebody is followed there; then it is connected again."""


class Owner(Protocol):
    """What a connection asks of its camera. cameras/watch/camera.py answers."""

    plan: Plan
    told: Told
    taps: Sequence[Tap]
    clock: tuple[Source, float | None] | None
    """Where capture times come from just now, and how far the camera's own clock is off, seconds."""
    gallery: Gallery
    gauges: Sequence[Gauge]
    past: Past | None
    shares: Shares | None
    """Who has how much time to decode and to look; None: there is always enough."""

    @property
    def stopping(self) -> bool: ...

    @property
    def viewed(self) -> bool:
        """Somebody watches live: packets are passed on as they come."""
        ...

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
    pace: Pace = field(default_factory=Pace)


class Connection:
    """One connection. Times here are seconds of the scene: the stream's own time plus `base`."""

    def __init__(self, camera: Owner, scene: Memory, stream: Stream) -> None:
        self.camera, self.scene, self.stream = camera, scene, stream
        self.live = stream.timeline.live
        self.ring = Ring()
        self.duty = Duty(scene.gate)
        sitter = Sitter(camera.gallery, camera.plan)
        self.condition = Condition(self.stream, self.duty, analyst=scene.analyst, pace=scene.pace, sitter=sitter)
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
        self._open_taps()
        try:
            self._read_to_its_end(lookout)
        finally:
            self._cut_due(None)
            if self.camera.shares is not None:
                self.camera.shares.leave(self.camera.plan.id)
            for tap in self.camera.taps:
                tap.closed()

    def _read_to_its_end(self, lookout: Lookout) -> None:
        try:
            self._read(lookout)
        except Refusal:
            self._look_at_rest(lookout, broken=True)
            raise
        self._look_at_rest(lookout, broken=False)
        if not lookout.sampler.frames and not self.camera.stopping:
            raise Refusal(Code.NO_PICTURE)

    def _read(self, lookout: Lookout) -> None:
        began, gathering = time.monotonic(), Gathering()
        for parcel in self.stream.parcels():
            if not self.live:
                self.camera.wait(parcel.at - (time.monotonic() - began))
            if self.camera.stopping:
                return
            self._take(lookout, parcel)
            if self.live:
                self._gather(gathering, parcel)

    def _gather(self, gathering: Gathering, parcel: Parcel) -> None:
        pause_s = gathering.pause_s(parcel, self.stream.info.fps if self.stream.info is not None else 25.0)
        if not self.camera.viewed:
            self.camera.wait(pause_s)
        gathering.asked()

    def _look_at_rest(self, lookout: Lookout, *, broken: bool) -> None:
        """What came and was not looked at when the stream ended; not all of it where it is to be connected again."""
        began = time.monotonic()
        for at, picture in lookout.rest():
            most_s = FOLLOWED_S if self.scene.analyst.busy else REST_S
            if self.camera.stopping or (broken and time.monotonic() - began > most_s):
                return
            self._look(lookout, at + self.base, picture)

    def _lookout(self) -> Lookout:
        info = self.stream.info
        if info is not None:
            self.scene.gate.belongs(f"{info.codec} {info.width}x{info.height}")
        sampler = Sampler(self.stream, per_second=LOOKS_PER_S, longest_side=LONGEST_SIDE)
        sampler.veil = self.scene.analyst.draw(self._areas)
        lookout = Lookout(self.stream, self.ring, self.duty, sampler=sampler, judge=self.scene.analyst)
        if self.camera.shares is not None and self.live:
            lookout.share = self.camera.shares.of(self.camera.plan.id)
        return lookout

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
        self.condition.packet(parcel, lookout.sampler.frames)
        self._date()
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

    def _date(self) -> None:
        """Where the scene's second 0 lies now: it follows what sender reports and arrivals say."""
        second = self.stream.wall.epoch()
        if second is not None:
            self.epoch = datetime.fromtimestamp(second - self.base, UTC)

    def _redraw(self, lookout: Lookout) -> None:
        """Other zones and masks: also the last small picture is told again, painted over."""
        self._areas = self.camera.plan.areas
        lookout.sampler.veil = self.scene.analyst.draw(self._areas)
        if self.scene.analyst.scene.picture is not None:
            self.camera.told.picture(self.camera.plan.id, self.scene.analyst.scene.picture)

    def _look(self, lookout: Lookout, at: float, picture: Picture) -> None:
        self.size = upright_size(lookout.sampler.frame)
        foreign = self.condition.foreign(picture, at)
        for finding in () if foreign else self.scene.analyst.look(picture, at):
            if finding.told:
                gone = finding.actor_gone if finding.actor_gone is not None else finding.at
                self.due.append(_Due(finding, max(gone + AFTER_S, finding.at + 1.0)))
                if self.camera.shares is not None and finding.flagged:
                    self.camera.shares.sighted(self.camera.plan.id)
        if self.duty.awake:
            self.duty.looked(at - self.base, lookout.newest, busy=self.scene.analyst.busy and not foreign, hour=self.hour)
        self._say(picture, lookout.grant)
        if at - self._pictured >= LOOK_EVERY_S:
            self._pictured = at
            self.camera.told.picture(self.camera.plan.id, picture)

    def _say(self, picture: Picture, grant: Grant) -> None:
        info, wall = self.stream.info, self.stream.wall
        trouble = self.condition.trouble(self.scene.last - self.base) or shortage(grant, awake=self.duty.awake)
        trouble = trouble or self.condition.weakness(self.hour)
        code, facts = trouble or (None, {})
        self.camera.clock = wall.source, wall.offset_s
        about = (*self.size, info.fps) if info is not None else None
        self.camera.say(self.condition.state(picture), code, facts, about)

    def _cut_due(self, now: float | None) -> None:
        """Cut what has its seconds after; with `now` None, everything, because the stream is over."""
        ready = [due for due in self.due if now is None or due.at <= now]
        self.due = [due for due in self.due if due not in ready]
        for due in ready:
            self.camera.told.cut(self._cut(due.finding, early=now is None))

    def _cut(self, finding: Finding, *, early: bool) -> Cut:
        start, end = finding.actor_came - BEFORE_S, max(finding.actor_gone or finding.at, finding.at) + AFTER_S
        packets = self._packets(start, end)
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
            clock=self.stream.wall.source,
            clock_offset_s=self.stream.wall.offset_s,
            size=self.size,
            codec=info.codec if info is not None else "",
            notes=tuple(notes),
            areas=self._areas,
            fence=self.camera.plan.fence,
        )

    def _packets(self, start: float, end: float) -> tuple[Kept, ...]:
        """From the ring, and what it has lost from the recordings, also across a reconnect."""
        kept = self.ring.cut(start - self.base, end - self.base)
        packets = tuple(Kept(one.data, one.pts, one.dts, one.duration, one.key, one.at + self.base) for one in kept)
        first = packets[0] if packets else None
        if self.camera.past is None or (first is not None and first.at <= start):
            return packets
        until = first.at if first is not None else end
        return (*self.camera.past.earlier(Lack(self.camera.plan.id, start, until, self.epoch, self.stream.template(), first)), *packets)
