"""Which camera brought the watcher down: a decoder that crashes takes the whole process, and the next one must know whom to set aside.

The interpreter's fault handler writes the guilty thread into `crash.txt` of the watcher's home as the process dies; `threads.json` says
whose thread that was. A second crash within an hour puts the camera aside, each further one for twice as long. A death without last
words (power, kill -9, out of memory) is nobody's fault. Losing these files costs a crash more, nothing else: no fault of the disk is fatal.
"""

import faulthandler
import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from broker.messages.cameras import Health
from cameras.domain.errors import Code
from cameras.watch.plan import Plan

FORGET_S = 3600.0
ASIDE_S, ASIDE_MAX_S = 600.0, 6 * 3600.0
PATIENCE = 2
"""So many crashes may be chance less one."""
_GUILTY = re.compile(r"^Current thread 0x([0-9a-f]+)", re.MULTILINE)
_log = logging.getLogger("cameras.watch.crashes")


@dataclass
class Record:
    """Crashes of one camera without an hour of peace between them. `last`: Unix seconds."""

    crashes: int
    last: float

    @property
    def until(self) -> float:
        """Put aside until then, Unix seconds."""
        again = self.crashes - PATIENCE
        return self.last + min(ASIDE_S * 2**again, ASIDE_MAX_S) if again >= 0 else 0.0


class Crashes:
    """One watcher's. `begin` once; threads of cameras run what is `noted`; `aside` before a camera begins."""

    def __init__(self, home: Path, now: Callable[[], float] = time.time) -> None:
        self.home, self._now = home, now
        self._records: dict[str, Record] = {}
        self._threads: dict[str, str] = {}
        self._aside: dict[str, Plan] = {}
        self._lock = threading.Lock()
        self._file: IO[bytes] | None = None

    def begin(self) -> None:
        """Read how the last run ended, and be ready to write how this one does."""
        for camera, told in self._read("crashes.json").items():
            with suppress(TypeError, ValueError, LookupError):
                self._records[camera] = Record(int(told[0]), float(told[1]))
        words = ""
        with suppress(OSError):
            words = (self.home / "crash.txt").read_text(errors="replace")
        guilty = _GUILTY.search(words)
        if guilty is not None:
            self._blame(str(self._read("threads.json").get(str(int(guilty[1], 16)), "")), words)
        with suppress(OSError):
            self._file = (self.home / "crash.txt").open("wb")
            faulthandler.enable(self._file, all_threads=True)

    def end(self) -> None:
        """A watcher that stops in peace leaves no last words."""
        if self._file is not None:
            faulthandler.disable()
            self._file.close()

    def noted(self, camera: str, run: Callable[[], None]) -> Callable[[], None]:
        """`run`, for a thread of this camera: whose thread it is stands on disk before it begins."""

        def entered() -> None:
            with self._lock:
                self._threads[str(threading.get_ident())] = camera
                self._write("threads.json", self._threads)
            run()

        return entered

    def aside(self, plan: Plan) -> Health | None:
        """What is to be said of a camera that is put aside; None when it may begin."""
        record, now = self._records.get(plan.id), self._now()
        if record is None or record.until <= now:
            return None
        self._aside[plan.id] = plan
        facts = {"crashes": record.crashes, "minutes": max(1, round((record.until - now) / 60))}
        at = datetime.fromtimestamp(now, UTC)
        return Health(state="unreadable", since=datetime.fromtimestamp(record.last, UTC), at=at, code=Code.PUT_ASIDE.value, facts=facts)

    def due(self) -> list[Plan]:
        """Those that have been aside for long enough: each is told once."""
        ready = [plan for plan in self._aside.values() if self._records[plan.id].until <= self._now()]
        for plan in ready:
            del self._aside[plan.id]
        return ready

    def keep(self, plans: Mapping[str, Plan]) -> None:
        """These are the cameras now. One that is put aside and has another address, or any other change, gets a new chance."""
        for camera in [camera for camera, plan in self._aside.items() if plans.get(camera) != plan]:
            del self._aside[camera], self._records[camera]
            self._keep()

    def _blame(self, camera: str, words: str) -> None:
        _log.error("the watcher crashed; camera=%s\n%s", camera or "none", words[:4000])
        if not camera:
            return
        known, now = self._records.get(camera), self._now()
        before = known.crashes if known is not None and now - max(known.last, known.until) < FORGET_S else 0
        self._records[camera] = Record(before + 1, now)
        self._keep()

    def _keep(self) -> None:
        self._write("crashes.json", {camera: [record.crashes, record.last] for camera, record in self._records.items()})

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.home / name).read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def _write(self, name: str, content: object) -> None:
        part = self.home / f"{name}.part"
        try:
            part.write_text(json.dumps(content), encoding="utf-8")
            part.replace(self.home / name)
        except OSError as error:
            _log.warning("%s not written: %s", name, type(error).__name__)
