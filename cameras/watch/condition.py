"""How one connection fares: what its packets, its pictures and its clock say, as one state, one closed code and its facts."""

from zlib import crc32

from cameras.domain.duty import Duty, Why
from cameras.domain.errors import Code, Refusal
from cameras.domain.vitals import Pace, Trouble, Vitals
from cameras.watch.analyst import Analyst
from cameras.watch.layers import Picture
from cameras.watch.portrait import Sitter
from cameras.watch.stream import Parcel, Stream
from cameras.watch.told import State

BLIND_SPREAD, DARK_LEVEL = 4.0, 12.0
_FAULTS = {Why.LONG_GOP: Code.LONG_GOP, Why.NO_KEYFRAMES: Code.NO_KEYFRAMES, Why.INTRA_REFRESH: Code.INTRA_REFRESH}
"""Settings of the camera that keep it from being watched cheaply."""


class Condition:
    """One connection's. `at` are seconds of the scene."""

    def __init__(self, stream: Stream, duty: Duty, *, analyst: Analyst, pace: Pace, sitter: Sitter) -> None:
        self.stream, self.duty, self.analyst, self.sitter = stream, duty, analyst, sitter
        pace.begin()
        self.vitals = Vitals(pace)
        self._keyed = False

    def packet(self, parcel: Parcel, frames: int) -> None:
        """A packet came; `frames` were decoded so far. Raises Refusal when nothing can be made of this stream."""
        line = self.stream.timeline
        if line.live:
            self.vitals.packet(parcel.arrived, key=parcel.key, late_s=line.late_s)
            self.vitals.jumped(line.jumps, line.jumped_s, parcel.at)
        self.vitals.decoding.count(frames, self.stream.broken_packets, parcel.at)
        self._keyed = self._keyed or parcel.key
        if self.vitals.decoding.barren:
            raise Refusal(Code.NO_PICTURE if self._keyed else Code.NO_KEYFRAMES)
        if self.vitals.decoding.hopeless:
            raise Refusal(Code.GARBAGE, {"packets": self.vitals.decoding.broken})

    def foreign(self, picture: Picture, at: float) -> bool:
        """A picture is to be looked at. True: it is another camera's, so the scene must not learn it."""
        if self.stream.timeline.live:
            self.vitals.stillness.picture(crc32(picture[::4, ::4].tobytes()), at)
        return self.sitter.foreign(picture, at)

    def state(self, picture: Picture) -> State:
        """In one word."""
        look = self.analyst.last
        if self.sitter.trouble is not None or (look is not None and look.moved):
            return "moved"
        if self.vitals.stillness.seconds:
            return "gap"
        sample = self.analyst.veil.bare(picture)
        if float(sample.std()) >= BLIND_SPREAD:
            return "seen" if self.duty.awake else "idle"
        return "dark" if float(sample.mean()) < DARK_LEVEL else "covered"

    def trouble(self, at: float) -> Trouble | None:
        """The gravest thing to say: what is wrong with the picture, then with the stream, its settings and its clock. `at`: stream seconds."""
        fault, wall = self.duty.fault(), self.stream.wall
        if self.sitter.trouble is not None:
            return self.sitter.trouble
        if (found := self.vitals.trouble(at)) is not None:
            return found
        if fault is not None:
            return _FAULTS[fault], {"seconds": round(self.duty.rhythm.longest(at), 1)}
        if wall.source == "arrival" and wall.offset_s is not None:
            return Code.CLOCK_OFF, {"seconds": round(wall.offset_s)}
        return None

    def weakness(self, hour: int) -> Trouble | None:
        """Nothing is wrong, but what the packets say tells little."""
        return (Code.GATE_WEAK, {}) if self.duty.gate.weak(hour) else None
