"""When a packet was captured: one time line per connection, mended where the camera's own is broken, and its place on the wall clock.

Pure arithmetic on seconds. Three clocks meet here: the stream's time stamps, this machine's monotonic clock at arrival, and the camera's
wall clock as its RTCP sender reports tell it (RFC 3550, 6.4.1). Order and length come from the first, bounded by the second; the third
is believed only while it agrees with our own.
"""

from dataclasses import dataclass, field
from typing import Literal

Source = Literal["camera", "arrival", "file"]
BACK_S, FUTURE_S = 3.0, 2.0
"""A time stamp further back than this was set back; one that would lie this far ahead of its arrival jumped."""
TRUST_S = 2.0
"""A camera's clock that is further from ours than this is told, and not used."""
SLEW = 0.01
"""Seconds per second by which the wall clock under a stream follows what is measured; more than `LEAP_S` is taken at once."""
LEAP_S, STEP_S = 3.0, 0.5
SETTLE_S, SETTLING, FAR_S = 5.0, 0.9, 0.5
"""At the beginning, when what was buffered while opening comes at once, it follows nearly as fast as time goes: never backwards. So it does while it is
farther off than drift explains: all that was read for a while was read late, and now one packet was not."""
_BUCKET_S = 30.0
_AGREE = 3


@dataclass
class Floor:
    """The least of a measure over the last 30 to 60 s: arrival less time stamp of the packet that was least delayed."""

    _began: float = 0.0
    _before: float | None = None
    _now: float | None = None

    @property
    def value(self) -> float | None:
        """None before the first."""
        if self._before is None or self._now is None:
            return self._now
        return min(self._before, self._now)

    def add(self, measure: float, at: float) -> None:
        """A measure taken at this second of a clock that never goes back."""
        if self._now is None or at - self._began > _BUCKET_S:
            self._before, self._now, self._began = self._now, measure, at
        self._now = min(self._now, measure)


@dataclass
class Timeline:
    """Time stamps as they come, to seconds that never go back, 0 at the first packet. `live`: arrival says what is possible."""

    live: bool
    shift: float = 0.0
    """What was added to the stream's own seconds."""
    jumped_s: float = 0.0
    """The last step of the camera's time line that was taken out, seconds, and how many there were."""
    jumps: int = 0
    floor: Floor = field(default_factory=Floor)
    _last: float | None = None
    _raw: float = 0.0
    _arrived: float = 0.0

    def place(self, raw: float | None, arrived: float, step: float) -> float:
        """Where a packet lies. `raw`: its decoding time as sent, seconds; `arrived`: monotonic; `step`: what a picture lasts."""
        self._last, self._arrived = self._placed(raw, arrived, step), arrived
        return self._last

    @property
    def began(self) -> bool:
        """A packet came."""
        return self._last is not None

    @property
    def late_s(self) -> float:
        """How much later than the least delayed packets the last one came."""
        floor = self.floor.value
        return 0.0 if floor is None or self._last is None else max(0.0, self._arrived - self._last - floor)

    def _placed(self, raw: float | None, arrived: float, step: float) -> float:
        if self._last is None:
            self._raw = raw or 0.0
            self.shift = -self._raw
            return self._said(0.0, arrived)
        onward = self._onward(arrived, step)
        if raw is None:
            return onward
        back, at, self._raw = raw < self._raw - BACK_S, raw + self.shift, raw
        if back or (self.live and self._ahead(arrived - at)):
            self.jumped_s, self.jumps = round(at - onward, 3), self.jumps + 1
            self.shift += onward - at
            return onward
        return self._said(at, arrived) if at > self._last else onward

    def _onward(self, arrived: float, step: float) -> float:
        """Where a packet lies whose time stamp says nothing: one picture on, but never far from its arrival."""
        last, floor = self._last or 0.0, self.floor.value
        if not self.live or floor is None:
            return last + step
        line = arrived - floor
        return last + step / 4 if last + step > line + FUTURE_S else max(last + step, line - FUTURE_S)

    def _said(self, at: float, arrived: float) -> float:
        """A time stamp that is believed: the least delayed of them tell where arrival and time line meet."""
        self.floor.add(arrived - at, arrived)
        return at

    def _ahead(self, delay: float) -> bool:
        floor = self.floor.value
        return floor is not None and delay < floor - FUTURE_S


@dataclass
class WallClock:
    """Where second 0 of a time line lies on the wall clock (Unix seconds, UTC), how that is known, and how far the camera is off."""

    source: Source = "arrival"
    offset_s: float | None = None
    """The camera's clock less ours, seconds; the way of the packets is in it. None while no sender report came."""
    _epoch: float | None = None
    _camera: float | None = None
    _doubts: int = 0
    _at: float = 0.0

    def observe(self, at: float, arrival_epoch: float, told: float | None) -> None:
        """A packet at this second. `arrival_epoch`: second 0 by arrival, least delay; `told`: capture time by the camera's clock."""
        if told is not None:
            self._hear(told - at)
        self.offset_s = None if self._camera is None else round(self._camera - arrival_epoch, 3)
        most = TRUST_S if self.source == "arrival" else 1.5 * TRUST_S  # what is believed is not doubted again at once
        believed = self._camera is not None and self.offset_s is not None and abs(self.offset_s) <= most
        self.source = "camera" if believed else "arrival"
        self._follow(at, self._camera if believed and self._camera is not None else arrival_epoch)

    def epoch(self) -> float | None:
        """Unix seconds of second 0; None before the first packet."""
        return self._epoch

    def _hear(self, camera: float) -> None:
        """A step of the camera's clock counts when several packets agree; one odd report does not."""
        if self._camera is None or abs(camera - self._camera) < STEP_S or self._doubts >= _AGREE:
            self._camera, self._doubts = camera, 0
        else:
            self._doubts += 1

    def _follow(self, at: float, target: float) -> None:
        passed, self._at = max(0.0, at - self._at), max(at, self._at)
        if self._epoch is None or abs(target - self._epoch) > LEAP_S:
            self._epoch = target
        else:
            wrong = at < SETTLE_S or abs(target - self._epoch) > FAR_S
            most = passed * (SETTLING if wrong else SLEW)
            self._epoch += min(max(target - self._epoch, -most), most)
