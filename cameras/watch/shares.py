"""The governor of this machine, asked by all cameras' threads, and the sightings that it remembers between runs."""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from cameras.domain.errors import Code
from cameras.domain.governor import FULL, Claim, Governor, Grant, Heat
from cameras.domain.vitals import Trouble

SHARE_OF_CORES, SMALLEST_SHARE, WITH_THE_REST = 0.75, 0.25, 0.9
"""Of all cores, for decoding and looking: at most, at least, and together with what else this process does (streams, recordings, viewers)."""
MEASURE_S = 2.0
_log = logging.getLogger("cameras.watch.shares")


class Shares:
    """One watcher's. `home` None: nothing is remembered. `budget`: cores, for decoding and looking."""

    def __init__(self, home: Path | None = None, budget: float | None = None) -> None:
        self._path = home / "sightings.json" if home is not None else None
        self._lock = threading.Lock()
        self._fixed = budget is not None
        self._governor = Governor(SHARE_OF_CORES * _cores() if budget is None else budget, self._load())
        self._rest = Rest()

    def of(self, camera: str) -> Callable[[Claim], Grant]:
        """Whom this camera asks."""

        def ask(claim: Claim) -> Grant:
            with self._lock:
                now = time.monotonic()
                self._rest.spent(camera, claim.spent)
                if self._rest.measured(now, time.process_time()) and not self._fixed:
                    self._governor.budget = allowance(_cores(), self._rest.cores)
                return self._governor.claim(camera, claim, now)

        return ask

    def sighted(self, camera: str) -> None:
        """Something was flagged there."""
        with self._lock:
            self._governor.sighted(camera, time.monotonic())
            self._save()

    def short(self) -> bool:
        """There is less time than the cameras could use: what can wait does."""
        with self._lock:
            return self._governor.short

    def leave(self, camera: str) -> None:
        """Its stream is away."""
        with self._lock:
            self._governor.leave(camera)

    def _load(self) -> Mapping[str, Heat]:
        if self._path is None or not self._path.exists():
            return {}
        since = time.time() - time.monotonic()
        with suppress(OSError, ValueError, AttributeError, TypeError):
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return {str(camera): Heat(float(count), float(at) - since) for camera, (count, at) in told.items()}
        return {}

    def _save(self) -> None:
        if self._path is None:
            return
        since = time.time() - time.monotonic()
        told = {camera: (heat.sightings, heat.at + since) for camera, heat in self._governor.heat.items()}
        part = self._path.with_suffix(".part")
        try:
            part.write_text(json.dumps(told), encoding="utf-8")
            part.replace(self._path)
        except OSError as error:
            _log.warning("%s %s", Code.DISK_FULL.value, error)


class Rest:
    """What a process does besides decoding and looking, in cores: `cores`."""

    def __init__(self) -> None:
        self.cores = 0.0
        self._known: dict[str, float] = {}
        self._watching = 0.0
        self._since: tuple[float, float] | None = None

    def spent(self, camera: str, seconds: float) -> None:
        """What a camera has spent on decoding and looking so far; less than before when it has connected anew."""
        before = self._known.get(camera, 0.0)
        self._watching += seconds - before if seconds >= before else seconds
        self._known[camera] = seconds

    def measured(self, now: float, process: float) -> bool:
        """`process`: CPU seconds of all threads. True when it was time to reckon anew."""
        if self._since is None:
            self._since, self._watching = (now, process), 0.0
        elapsed = now - self._since[0]
        if elapsed < MEASURE_S:
            return False
        found = max(process - self._since[1] - self._watching, 0.0) / elapsed
        self.cores += 0.5 * (found - self.cores)
        self._since, self._watching = (now, process), 0.0
        return True


def allowance(cores: int, rest: float) -> float:
    """Cores for decoding and looking, when the rest of the process takes so many."""
    return min(max(WITH_THE_REST * cores - rest, SMALLEST_SHARE * cores), SHARE_OF_CORES * cores)


def shortage(grant: Grant, *, awake: bool) -> Trouble | None:
    """What a camera gets less of, for its page."""
    if grant == FULL:
        return None
    if awake and grant.whole:
        return Code.FEWER_LOOKS, {"looks": grant.looks_per_s}
    return Code.KEYFRAMES_ONLY, {"seconds": grant.glance_s}


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
