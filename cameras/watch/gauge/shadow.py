"""Shadow audits: a few minutes of every camera's sleep, drawn by lot, are decoded in full afterwards and looked at by fresh eyes.

The packets are kept as they come, the same bytes that the ring holds, from the keyframe at which the lot fell until the minute is over
or the camera wakes. What moved in a minute that was slept through, the gate missed.
"""

import logging
import math
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import av
import av.error

from broker.messages.cameras import AuditLine
from cameras.domain.areas import Areas
from cameras.domain.audits import Lot
from cameras.domain.duty import RISE_S, Duty
from cameras.domain.tracks import Tracker
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S
from cameras.watch.ring import Kept
from cameras.watch.scene import Scene
from cameras.watch.stream import upright
from cameras.watch.told import Opened
from cameras.watch.veil import Veil

BYTES_CAP = 64 * 1024 * 1024
"""A minute larger than this is not audited."""
WAITING = 2
"""Minutes that may wait for the auditor; what is drawn meanwhile is let go."""
LEARN_S = 2.0
"""The fresh eyes learn the place for this long."""
MOVED_S = 0.8
"""Something that goes somewhere for less than this is no event."""
REST = 3.0
"""After each picture the auditor rests this many times as long as the picture took: it never takes more than a quarter of a core."""
SHORT_S, PATIENCE_S = 1.0, 120.0
"""While the cameras themselves have too little time, the auditor looks this often whether they still do, and lets a minute go in the end."""
LOWEST = 19
_log = logging.getLogger("cameras.watch.audit")


@dataclass
class Case:
    """One slept minute, kept whole. `highest` is the gate's reading nearest to opening: (level, threshold)."""

    camera: str
    codec: str
    extradata: bytes | None
    time_base: Any
    areas: Areas
    began: datetime
    packets: list[Kept] = field(default_factory=list)
    bytes: int = 0
    highest: tuple[float, float] | None = None


class Auditor:
    """One thread for all cameras of a watcher, of the lowest priority and with pauses. `found` is told each audit; `short`: the cameras lack time."""

    def __init__(self, found: Callable[[AuditLine], None], *, rest: float = REST, short: Callable[[], bool] = lambda: False) -> None:
        self.found, self.rest, self.short = found, rest, short
        self._cases: queue.Queue[Case] = queue.Queue(WAITING)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="audit", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What was not looked at yet is let go."""
        self._stop.set()
        self._thread.join(timeout=2)

    def take(self, case: Case) -> None:
        """Look at it when there is time. Never waits."""
        try:
            self._cases.put_nowait(case)
        except queue.Full:
            _log.info("camera=%s an audit was let go: others wait", case.camera)

    def _run(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST)
        while not self._stop.is_set():
            try:
                case = self._cases.get(timeout=0.5)
            except queue.Empty:
                continue
            self._audit(case)

    def _audit(self, case: Case) -> None:
        moved_s, began, eyes = 0.0, time.monotonic(), Eyes(case.areas)
        for at, picture in _pictures(case):
            moved_s += eyes.look(at, picture)
            if self._stop.wait((time.monotonic() - began) * self.rest) or not self._has_time(case):
                return
            began = time.monotonic()
        if not eyes.looks:
            _log.warning("camera=%s a minute could not be decoded", case.camera)
            return
        level, threshold = case.highest or (None, None)
        missed = round(moved_s, 1) if moved_s >= MOVED_S else 0.0
        if missed:
            _log.warning("camera=%s at=%s the gate missed %.1f s of movement", case.camera, case.began.isoformat(), missed)
        self.found(AuditLine(camera=case.camera, at=case.began, moved_s=missed, level=level, threshold=threshold))

    def _has_time(self, case: Case) -> bool:
        """Wait until there is; False when this minute is let go, or all of them."""
        end = time.monotonic() + PATIENCE_S
        while self.short():
            if time.monotonic() >= end:
                _log.info("camera=%s an audit was let go: the cameras have too little time", case.camera)
                return False
            if self._stop.wait(SHORT_S):
                return False
        return True


class Eyes:
    """A fresh scene and tracker. Says for how long something went somewhere."""

    def __init__(self, areas: Areas) -> None:
        self.scene, self.tracker, self.veil = Scene(), Tracker(), Veil(areas.masks)
        self.scene.cover(self.veil)
        self.looks = 0
        self._first = self._last = 0.0

    def look(self, at: float, picture: Any) -> float:
        """Seconds since the last look if something that goes somewhere is seen now."""
        self._first = self._first if self.looks else at
        since, self._last = at - self._last if self.looks else 0.0, at
        self.looks += 1
        look = self.scene.look(self.veil.over(picture), at)
        if look.moved or look.relit or at - self._first < LEARN_S:
            self.tracker.clear()
            return 0.0
        self.tracker.step(at, look.movers)
        return since if any(track.acts and track.seen == at for track in self.tracker.live) else 0.0


class Shadow:
    """A tap and a gauge of one camera: keeps a drawn minute and hands it over when it was slept through."""

    def __init__(self, camera: str, lot: Lot, auditor: Auditor, areas: Callable[[], Areas]) -> None:
        self.camera, self.lot, self.auditor, self.areas = camera, lot, auditor, areas
        self._opened: tuple[str, bytes | None, Any] | None = None
        self._newest: Kept | None = None
        self._case: Case | None = None

    def opened(self, opened: Opened) -> None:
        context = opened.template.codec_context
        self._opened = (context.name, context.extradata, opened.template.time_base)
        self._drop()

    def packet(self, kept: Kept, at: datetime) -> None:  # noqa: ARG002 - the gauge's time is used
        self._newest = kept

    def closed(self) -> None:
        self._drop()

    def weighed(self, duty: Duty, at: datetime, *, key: bool) -> None:
        """The packet that came last was weighed."""
        kept, self._newest = self._newest, None
        if kept is None or self._opened is None:
            return
        if duty.awake:
            self._drop()
            return
        over = self.lot.sleeping(kept.at, key=key)
        if self._case is not None:
            self._keep(self._case, duty, kept, over=over)
        if self.lot.drawn and self._case is None:
            self._case = Case(self.camera, *self._opened, self.areas(), at, [kept], len(kept.data))

    def _keep(self, case: Case, duty: Duty, kept: Kept, *, over: bool) -> None:
        if over:
            self._case, case.areas = None, self.areas()
            self.auditor.take(case)
            return
        case.packets.append(kept)
        case.bytes += len(kept.data)
        reading = duty.gate.reading
        if reading is not None and reading.threshold is not None:
            found = (reading.level, reading.threshold)
            if case.highest is None or found[0] - found[1] > case.highest[0] - case.highest[1]:
                case.highest = found
        if case.bytes > BYTES_CAP:
            self._drop()

    def _drop(self) -> None:
        self._case = None
        self.lot.woke()


def _pictures(case: Case) -> Iterator[tuple[float, Any]]:
    """The pictures that are looked at, decoded by a decoder of their own. The last seconds are left: the gate may have opened for them."""
    context: Any = av.CodecContext.create(case.codec, "r")
    context.extradata = case.extradata
    context.thread_count = 1
    due, end = -math.inf, case.packets[-1].at - RISE_S
    for kept in case.packets:
        packet = av.Packet(kept.data)
        packet.pts, packet.dts, packet.time_base = kept.pts, kept.dts, case.time_base
        try:
            frames = context.decode(packet)
        except (av.error.FFmpegError, ValueError):
            continue
        for frame in frames:
            if kept.at >= due and kept.at <= end:
                due = kept.at + 1 / LOOKS_PER_S
                yield kept.at, upright(frame, LONGEST_SIDE)
