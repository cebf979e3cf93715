"""How much one tablet may ask: a bucket of turns that fills again, so that nobody takes the desk's time from the others."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

REMEMBERED = 10_000
"""Devices. Past it the fullest buckets are forgotten: a full one says nothing."""


@dataclass
class _Bucket:
    turns: float
    at: float
    told: float = float("-inf")


@dataclass(frozen=True)
class Wait:
    """A device has no turn left. `tell`: it has not been told so within the last second, so that refusing is no work without end either."""

    seconds: int
    tell: bool


class Pace:
    """`at_once` asks without a pause, then `per_s` of them a second, for each device. Thread-safe."""

    def __init__(self, *, at_once: int, per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._per_s, self._clock = at_once, per_s, clock
        self._buckets: dict[str, _Bucket] = {}
        self._lock = Lock()

    def turn(self, device: str) -> Wait | None:
        """None when it may ask now."""
        now = self._clock()
        with self._lock:
            bucket = self._bucket(device, now)
            bucket.turns, bucket.at = min(self._at_once, bucket.turns + (now - bucket.at) * self._per_s), now
            if bucket.turns >= 1:
                bucket.turns -= 1
                return None
            tell = now - bucket.told >= 1.0
            bucket.told = now if tell else bucket.told
            return Wait(int((1 - bucket.turns) / self._per_s) + 1, tell)

    def _bucket(self, device: str, now: float) -> _Bucket:
        if device not in self._buckets and len(self._buckets) >= REMEMBERED:
            self._buckets = {name: one for name, one in self._buckets.items() if self._spent(one, now)}
        return self._buckets.setdefault(device, _Bucket(self._at_once, now))

    def _spent(self, bucket: _Bucket, now: float) -> bool:
        return bucket.turns + (now - bucket.at) * self._per_s < self._at_once
