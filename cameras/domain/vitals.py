"""Is a stream alive, and is what it shows alive? Slow, frozen and garbage streams told apart. Dead ones end their connection by themselves.

Seconds of arrival are monotonic, seconds `at` those of the stream. Pure counting: no picture comes in here, only its checksum.
"""

from dataclasses import dataclass, field

from cameras.domain.errors import Code, Facts

WINDOW_S = 10.0
LATE_S = 3.0
"""Packets that come this much later than the least delayed ones are late."""
SLOW_SHARE = 0.4
"""Less than this share of the best rate of this camera is slow."""
FROZEN_S, FROZEN_KEYS = 30.0, 3
"""The same pixels for so long, over so many keyframes. A sensor's noise changes some in each, and an encoder draws a keyframe anew."""
GARBAGE_MOST = 25
"""So many more broken packets than pictures can make up for: two for each."""
GARBAGE_S, GARBAGE_LEAST = 15.0, 3
BARREN_S = 12.0
"""So long after its begin a stream that can be watched has given a picture, with keyframes ten seconds apart, too."""
JUMP_TOLD_S = 60.0
Trouble = tuple[Code, Facts]


@dataclass
class Pace:
    """Packets a second over the last window, and the best that this camera has done (it fades). Survives a reconnect."""

    rate: float | None = None
    best: float = 0.0
    _began: float | None = None
    _count: int = 0

    def packet(self, arrived: float) -> None:
        """One more."""
        if self._began is None:
            self._began = arrived
        self._count += 1
        passed = arrived - self._began
        if passed >= WINDOW_S:
            self.rate = (self._count - 1) / passed
            self.best = max(self.rate, 0.999 * self.best)
            self._began, self._count = arrived, 1

    def begin(self) -> None:
        """A new connection: what it buffered while it opened is no rate."""
        self._began, self._count, self.rate = None, 0, None

    @property
    def fps(self) -> float:
        """Packets a second, one digit; 0 before the first window is over."""
        return round(self.rate or 0.0, 1)

    @property
    def slow(self) -> bool:
        """Far below the best rate."""
        return self.rate is not None and self.rate < SLOW_SHARE * self.best


@dataclass
class Stillness:
    """How long the looked-at pictures have been the same to the last pixel."""

    _print: int | None = None
    _since: float = 0.0
    _until: float = 0.0
    _keys: int = 0

    def key(self) -> None:
        """A keyframe came in."""
        self._keys += 1

    def picture(self, checksum: int, at: float) -> None:
        """A picture was looked at."""
        if checksum != self._print:
            self._print, self._since, self._keys = checksum, at, 0
        self._until = at

    @property
    def seconds(self) -> float:
        """How long it is frozen; 0 while it is not."""
        still = self._until - self._since
        return still if still >= FROZEN_S and self._keys >= FROZEN_KEYS else 0.0


@dataclass
class Decoding:
    """What becomes of packets: pictures, or nothing."""

    broken: int = 0
    """Broken packets, less two for each good picture since, 0 at least."""
    _frames: int = 0
    _failed: int = 0
    _good_at: float = 0.0
    _now: float = 0.0

    def count(self, frames: int, broken: int, at: float) -> None:
        """All good pictures and all broken packets of this connection so far."""
        if frames > self._frames:
            self._good_at = at
        self.broken = max(0, self.broken + (broken - self._failed) - 2 * (frames - self._frames))
        self._frames, self._failed, self._now = frames, broken, at

    @property
    def barren(self) -> bool:
        """There never was a picture."""
        return not self._frames and self._now >= BARREN_S

    @property
    def hopeless(self) -> bool:
        """Nothing can be made of it any more."""
        long = self._now - self._good_at >= GARBAGE_S and self.broken >= GARBAGE_LEAST
        return long or self.broken >= GARBAGE_MOST


@dataclass
class Vitals:
    """One connection's. `pace` is the camera's."""

    pace: Pace
    stillness: Stillness = field(default_factory=Stillness)
    decoding: Decoding = field(default_factory=Decoding)
    late_s: float = 0.0
    _jump: tuple[int, float, float] = (0, 0.0, -1e9)

    def packet(self, arrived: float, *, key: bool, late_s: float) -> None:
        """One came; `late_s` behind the least delayed ones."""
        self.pace.packet(arrived)
        self.late_s = late_s
        if key:
            self.stillness.key()

    def jumped(self, jumps: int, seconds: float, at: float) -> None:
        """So many steps of the camera's time line were taken out, the last of so many seconds."""
        if jumps != self._jump[0]:
            self._jump = jumps, seconds, at

    def trouble(self, at: float) -> Trouble | None:
        """The gravest thing to say."""
        if self.stillness.seconds:
            return Code.FROZEN, {"seconds": round(self.stillness.seconds)}
        if self.pace.slow or self.late_s > LATE_S:
            return Code.SLOW, {"late_s": round(self.late_s, 1), "fps": self.pace.fps}
        if at - self._jump[2] < JUMP_TOLD_S:
            return Code.TIME_JUMPED, {"seconds": round(self._jump[1], 1)}
        return None
