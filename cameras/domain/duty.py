"""Whether a camera is decoded whole or only by a keyframe now and then, and why. Pure: times and facts in, decisions out.

Awake is the safe side: a camera starts awake, stays awake while anything is unclear, and sleeps only where going back is possible.
"""

from collections import deque
from enum import StrEnum
from itertools import pairwise

from cameras.domain.gate import SURE, Gate
from cameras.domain.packets import PacketFacts

QUIET_S = 6.0
"""Asleep after this long without a sign of anything."""
ALARM_S = 3.0
"""So long when packets woke it and nobody was there."""
SETTLE_S = 2.0
"""The scene must be quiet this long before its packets teach the gate what quiet is."""
WARM_S = 12.0
"""A new connection is watched whole for this long: the backgrounds are learned."""
LONG_GOP_S = 5.0
REACH_S = 30.0
"""Farther back than this no wake goes: beyond it the camera is not let asleep."""
ROUND_S = 120.0
"""With groups longer than LONG_GOP_S a whole group is decoded this often."""
KEYLESS_S = 10.0
RISE_S = 2.5
"""A wake looks this far behind the packet that woke it, and from there back to the keyframe."""


MORE_PATIENCE, MOST_PATIENCE = 1.5, 4.0
GLANCE_S, LONG_GLANCE_S = 4.0, 8.0
"""Asleep, a keyframe is looked at so often; the longer time while the gate knows this hour well, can tell, and has missed nobody for MISSED_S."""
MISSED_S = 600.0


class Why(StrEnum):
    """Why a camera is awake."""

    STARTING = "starting"
    LEARNING = "learning"
    PACKETS = "packets"
    PICTURE = "picture"
    FOLLOWING = "following"
    ROUND = "round"
    LONG_GOP = "long_gop"
    NO_KEYFRAMES = "no_keyframes"
    INTRA_REFRESH = "intra_refresh"


NEVER_ASLEEP = frozenset({Why.LONG_GOP, Why.NO_KEYFRAMES, Why.INTRA_REFRESH})
"""Faults of the camera's setting, for its page."""


class Rhythm:
    """How far apart keyframes come. `longest` in seconds, over the last few groups and the one that is not over yet."""

    def __init__(self) -> None:
        self._keys: deque[float] = deque(maxlen=5)
        self._first: float | None = None
        self.refreshed = False
        """What is marked as a keyframe is none that a decoder may begin at."""

    def take(self, facts: PacketFacts, at: float, *, key: bool) -> None:
        """Note one packet."""
        self._first = at if self._first is None else self._first
        if key:
            self._keys.append(at)
            self.refreshed = facts.kind in ("P", "B") and not facts.start

    def longest(self, at: float) -> float:
        """Seconds; from the first packet while no keyframe came."""
        times = [*self._keys, at] if self._keys else [at if self._first is None else self._first, at]
        return max(later - earlier for earlier, later in pairwise(times))

    @property
    def keyless(self) -> bool:
        return not self._keys


class Duty:
    """One connection's. Times in seconds of the stream."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.rhythm = Rhythm()
        self.awake = True
        self.why = Why.STARTING
        self._began: float | None = None
        self._busy_at = 0.0
        self._quiet_since: float | None = None
        self._awake_at = 0.0
        self.woke_at = 0.0
        """When it woke last."""
        self._open_at = 0.0
        """The newest packet that the gate was not known and closed for."""
        self._missed_at = -MISSED_S
        self.patience = 1.0
        """Grows when keyframes woke the camera for nothing: leaves in the wind; 1 again once somebody came."""

    def packet(self, facts: PacketFacts, at: float, *, key: bool, hour: int) -> bool:
        """Take one packet; True when it wakes the camera."""
        self._began = at if self._began is None else self._began
        self.rhythm.take(facts, at, key=key)
        reading = self.gate.take(facts, at, key=key, hour=hour)
        opened = reading is not None and reading.open
        if opened:
            self._busy_at = at
        if opened or reading is None or reading.threshold is None:
            self._open_at = at
        if self.awake:
            self._awake_at = at
            if self._quiet_since is not None and at - self._quiet_since >= SETTLE_S:
                self.gate.note(at, hour)
            return False
        if not opened:
            self.gate.note(at, hour)
        why = Why.PACKETS if opened else self._setting(at) or self._due_round(at)
        return why is not None and self.wake(why, at)

    def wake(self, why: Why, at: float) -> bool:
        """Decode everything from here on; `at` is the newest packet's time. Always True."""
        self.awake, self.why, self._busy_at, self._awake_at, self._quiet_since = True, why, at, at, None
        self.woke_at = at
        return True

    def glance_s(self, at: float, hour: int) -> float:
        """Seconds between the keyframes that are looked at while asleep."""
        known = self.gate.notes(hour) >= SURE and at - self._missed_at >= MISSED_S and not self.gate.weak(hour)
        return LONG_GLANCE_S if known else GLANCE_S

    def glanced(self, newest: float, hour: int) -> None:
        """Awake, but without the time to decode: a keyframe showed nothing. Asleep when packets were quiet, too."""
        if self.awake and self._may_sleep(newest, hour):
            self.awake = False

    def startled(self, newest: float) -> None:
        """Awake, but without the time to decode: a keyframe showed something. A gate that is only just learning has learned from it."""
        self._busy_at, self._quiet_since = newest, None
        if self.why in (Why.STARTING, Why.LEARNING):
            self.gate.forget(SURE)

    def looked(self, at: float, newest: float, *, busy: bool, hour: int) -> None:
        """The awake scene was looked at. `at` the picture's time, `newest` the newest packet's; `busy` keeps the camera awake."""
        if busy:
            self._missed_at = newest if self.why is Why.PICTURE else self._missed_at
            self._busy_at, self._quiet_since = newest, None
            self.why, self.patience = Why.FOLLOWING, 1.0
        elif self._quiet_since is None:
            self._quiet_since = newest
        fault = self._setting(newest)
        if fault is not None:
            self.why = fault
        elif self.gate.threshold(hour) is None:
            self.why = Why.LEARNING
        elif (newest - at < 1.0 or at >= self._open_at) and self._may_sleep(newest, hour):
            self.awake = False
            self.patience = min(self.patience * MORE_PATIENCE, MOST_PATIENCE) if self.why is Why.PICTURE else self.patience

    def fault(self) -> Why | None:
        """The camera's setting that keeps it from sleeping, or makes its sleep less sure."""
        if self.why in NEVER_ASLEEP:
            return self.why
        return Why.LONG_GOP if self.rhythm.longest(self._awake_at) > LONG_GOP_S else None

    def _may_sleep(self, newest: float, hour: int) -> bool:
        """As far as packets tell."""
        warm = newest - (self._began or 0.0) >= WARM_S
        quiet = newest - self._busy_at >= self._quiet_s(newest)
        return warm and quiet and self.gate.threshold(hour) is not None and self._setting(newest) is None

    def _quiet_s(self, newest: float) -> float:
        """How long it must be quiet. Where going back is far, as long as that: a wake never costs more than has been looked at since the last."""
        quiet_s, longest = ALARM_S if self.why is Why.PACKETS else QUIET_S, self.rhythm.longest(newest)
        return max(quiet_s, longest) if longest > LONG_GOP_S and self.why is not Why.ROUND else quiet_s

    def _setting(self, at: float) -> Why | None:
        if self.rhythm.keyless:
            return Why.NO_KEYFRAMES if self._began is not None and at - self._began > KEYLESS_S else None
        if self.rhythm.refreshed:
            return Why.INTRA_REFRESH
        return Why.LONG_GOP if self.rhythm.longest(at) > REACH_S else None

    def _due_round(self, at: float) -> Why | None:
        due = self.rhythm.longest(at) > LONG_GOP_S and at - self._awake_at > ROUND_S
        return Why.ROUND if due else None
