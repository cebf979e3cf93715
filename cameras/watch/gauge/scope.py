"""The plot of one camera's gate, told now and then: seldom while it sleeps, every few seconds while it is awake."""

from datetime import datetime

from broker.messages.cameras import GateSpan, GateTrace
from broker.topics import GATE
from cameras.domain.duty import Duty
from cameras.domain.trace import ASLEEP, Point, Span, Trace
from cameras.watch.plan import Air

ASLEEP_S, AWAKE_S = 15.0, 4.0


class Scope:
    """A gauge of one camera."""

    def __init__(self, camera: str, air: Air) -> None:
        self.camera, self.air = camera, air
        self.trace = Trace()
        self._told = 0.0

    def weighed(self, duty: Duty, at: datetime, *, key: bool) -> None:
        """One packet was weighed."""
        reading, now = duty.gate.reading, at.timestamp()
        level, threshold = (reading.level, reading.threshold) if reading is not None else (None, None)
        self.trace.add(Point(now, level, threshold, duty.why.value if duty.awake else ASLEEP, key))
        if abs(now - self._told) >= (AWAKE_S if duty.awake else ASLEEP_S):
            self._told = now
            told = GateTrace(at=at, recent=_word(self.trace.recent.span(now)), hour=_word(self.trace.hour.span(now)))
            self.air.retain(GATE, told, camera=self.camera)


def _word(span: Span) -> GateSpan:
    return GateSpan(step_s=span.step_s, level=span.level, threshold=span.threshold, states=span.states, keys=span.keys)
