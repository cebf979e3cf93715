"""The watcher's life: it learns its cameras from the air, runs one thread for each, and starts again what ended.

Nothing heavy is imported before the first camera: a watcher without cameras is a small MQTT client.
"""

import logging
import platform
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from broker.client import Client
from broker.messages.cameras import Health
from broker.messages.devices import About, Desired, Reported, Status
from broker.topics import ABOUT, DESIRED, FEED, GATE, HEALTH, LOOK, REPORTED, SETTLED, STATUS
from cameras.domain.errors import Code
from cameras.watch.baselines import Baselines
from cameras.watch.crashes import Crashes
from cameras.watch.detector.eyes import Eyes
from cameras.watch.honesty import Honesty
from cameras.watch.identity import Identity
from cameras.watch.outlets import Outlets
from cameras.watch.plan import Plan, heads_of, plans_of
from cameras.watch.recordings.keeper import Keeper
from cameras.watch.recordings.pinboard import Pinboard
from cameras.watch.road import Options, road_to
from cameras.watch.shares import Shares
from cameras.watch.spool import Spool
from cameras.watch.tenancy import Tenancy

if TYPE_CHECKING:
    from cameras.watch.camera import Camera

VERSION = "0.1.0"
TICK_S = 0.5
AGAIN_S = (0.5, 2.0, 5.0, 15.0)
"""Waits before a camera's thread that ended by a fault is started again."""
_log = logging.getLogger("cameras.watch")


@dataclass
class _Running:
    """One camera and its thread."""

    plan: Plan
    camera: "Camera"
    thread: threading.Thread
    faults: int = 0
    due: float = 0.0


class Watcher:
    """`start`, then `tick` now and then, then `stop`. Messages come on the client's thread, ticks on the caller's."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.spool = Spool(options.home / "spool", options.spool_bytes)
        offline = Status(state="offline", session=secrets.token_hex(8))
        self._session = offline.session
        where, road = road_to(options)
        self.client = Client(where, options.device, options.password, will=(STATUS, offline, {"device": options.device}), road=road)
        self.identity = Identity(options.home)
        self.tenancy = Tenancy(self.client, options.device, self._session)
        self.shares = Shares(options.home)
        self.honesty = Honesty(options.home, self.client, options.device, rate=options.audit_rate, short=self.shares.short)
        self.keeper = Keeper(options.home)
        self.pinboard = Pinboard(self.keeper, self.client, options.device)
        self.crashes = Crashes(options.home)
        self.eyes = Eyes(options.home / "models")
        self.outlets = Outlets(options, self.client, self.spool, keeper=self.keeper, eyes=self.eyes)
        self._lock = threading.Lock()
        self._wanted: Desired | None = None
        self._applied = self.identity.newest(options.device)
        self._plans: dict[str, Plan] = {}
        self._begun: dict[str, Plan] = {}
        """What is wanted, and what of it was begun because its lease allows it."""
        self._running: dict[str, _Running] = {}

    def start(self) -> None:
        """Open the spool and connect. OSError when the home cannot be written."""
        self.spool.open()
        self.crashes.begin()
        self.honesty.start()
        device = self.options.device
        self.client.on(DESIRED.of(device=device), self._desired)
        self.tenancy.start()
        self.client.retain(STATUS, Status(state="online", session=self._session, at=datetime.now(UTC)), device=device)
        self._introduce()
        self.client.start()
        if any(self.spool.waiting()):
            self.outlets.post()

    def stop(self) -> None:
        """Let every camera cut what it has, then leave."""
        self.outlets.hush()
        for running in self._running.values():
            running.camera.stop()
        for running in self._running.values():
            running.thread.join(timeout=3)
        self.keeper.stop()
        self.outlets.stop()
        self.honesty.stop()
        self.client.retain(STATUS, Status(state="offline", session=self._session, at=datetime.now(UTC)), device=self.options.device)
        self.client.stop()
        self.crashes.end()

    def tick(self, now: float) -> None:
        """Apply what is wanted, start again what ended, pass on what found no room. `now` is time.monotonic()."""
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is not None and wanted.revision < self._applied:
            self._report(wanted.revision, Code.OLDER_REVISION.value, {"revision": wanted.revision, "known": self._applied})
        elif wanted is not None:
            self._apply(wanted)
        self._arrange()
        for running in list(self._running.values()):
            self._revive(running, now)
        for plan in self.crashes.due():
            if plan.id in self._begun:
                self._begin(plan)
        self.keeper.tick()
        self.pinboard.tick(now)
        self.outlets.tick()
        self.honesty.tick(now)
        if self.eyes.refresh():
            self._introduce()

    def _introduce(self) -> None:
        model, detector = platform.machine() or "unknown", self.eyes.told
        about = About(kind="watcher", model=model, version=VERSION, capabilities=("dumping",), detector=detector)
        self.client.retain(ABOUT, about, device=self.options.device)

    def _desired(self, _topic: str, payload: bytes) -> None:
        try:
            wanted = Desired.model_validate_json(payload)
        except ValueError:
            _log.warning("cameras.malformed desired")
            return
        if not self.identity.believes(self.options.device, wanted):
            _log.error("cameras.foreign_desired revision=%d", wanted.revision)
            return
        with self._lock:
            self._wanted = wanted

    def _apply(self, wanted: Desired) -> None:
        self._applied = wanted.revision
        self.identity.applied(self.options.device, wanted.revision)
        try:
            plans = {plan.id: plan for plan in plans_of(wanted.configuration, self.options.password)}
            heads = heads_of(wanted.configuration)
            switched = self.keeper.apply(wanted.configuration)
        except ValueError as error:
            self._report(wanted.revision, code="cameras.malformed", facts={"key": str(error)})
            return
        refused = self.outlets.use(heads)
        self._redraw(plans)
        self.honesty.diary.keep(set(plans))
        self.crashes.keep(plans)
        self._plans = plans
        for camera in list(self._begun):
            if switched or camera not in plans or plans[camera] != self._begun[camera]:
                self._end(camera)
        for plan in plans.values():
            if not plan.enabled:
                now = datetime.now(UTC)
                self.honesty.diary.said(plan.id, "off")
                self.client.retain(HEALTH, Health(state="off", since=now, at=now), camera=plan.id)
        self._report(wanted.revision, code=Code.HEAD_REFUSED.value if refused else None, facts=refused)

    def _arrange(self) -> None:
        """1. What has no lease any more ends. 2. The node is asked. 3. What has one begins."""
        over = [plan.id for plan in self._begun.values() if not self.tenancy.holds(plan.id, plan.fence) or self._gone(plan.id)]
        for camera in over:
            _log.warning("cameras.lease_over camera=%s", camera)
            if camera in self._running:
                self._running[camera].camera.stop()
        for camera in over:
            self._end(camera)
        self.tenancy.tick({plan.id: plan.fence for plan in self._plans.values() if plan.fence is not None})
        for plan in self._plans.values():
            if plan.enabled and plan.id not in self._begun and self.tenancy.holds(plan.id, plan.fence):
                self._begun[plan.id] = plan
                self._begin(plan)

    def _gone(self, camera: str) -> bool:
        """It has stopped by itself: its lease was over for a moment."""
        return camera in self._running and self._running[camera].camera.stopping

    def _redraw(self, plans: dict[str, Plan]) -> None:
        """Where nothing but zones and masks are other ones the camera goes on as it is."""
        for camera, running in self._running.items():
            plan = plans.get(camera)
            if plan is not None and plan != running.plan and plan == running.plan.drawn(plan.areas):
                running.plan = self._begun[camera] = plan
                running.camera.redraw(plan.areas)

    def _report(self, revision: int, code: str | None = None, facts: Mapping[str, Any] | None = None) -> None:
        told = Reported(revision=revision, applied=code is None, code=code, facts=facts or {}, at=datetime.now(UTC))
        self.client.retain(REPORTED, told, device=self.options.device)

    def _begin(self, plan: Plan) -> None:
        if (health := self.crashes.aside(plan)) is not None:
            self.honesty.diary.said(plan.id, health.state)
            self.client.retain(HEALTH, health, camera=plan.id)
            return
        from cameras.watch.camera import Camera, Means  # noqa: PLC0415 - numpy, OpenCV and PyAV come with the first camera

        recordings = self.keeper.taps(plan.id)
        recorder, post, feeds = self.outlets.recorder(), self.outlets.post(), self.outlets.feeds()
        feeds.footage = self.keeper.archive
        self.client.on(SETTLED.of(camera=plan.id), post.settled)
        onlookers = self.honesty.onlookers(plan.id, lambda: camera.plan.areas)
        screen = feeds.show(plan.id, lambda: camera.plan.areas.masks)
        taps = (*recordings, screen, *onlookers.taps)
        told, levels = self.honesty.witness(recorder), Baselines(self.options.home / "gates")
        means = Means(
            *(told, recorder.analyst, levels, taps, onlookers.gauges, recorder.gallery),
            past=self.keeper,
            shares=self.shares,
            held=lambda: self.tenancy.holds(plan.id, plan.fence),
            viewed=lambda: screen.viewed,
        )
        camera = Camera(plan, means)
        self.client.on(FEED.of(camera=plan.id), feeds.asked)
        thread = threading.Thread(target=self.crashes.noted(plan.id, camera.run), name=f"camera-{plan.id}", daemon=True)
        self._running[plan.id] = _Running(plan, camera, thread)
        thread.start()

    def _end(self, camera: str) -> None:
        """Also what it said of itself is another's to say now, and is not sent again."""
        del self._begun[camera]
        for topic in (GATE, HEALTH, LOOK):
            self.client.forget(topic, camera=camera)
        if (running := self._running.pop(camera, None)) is None:
            return
        self.outlets.hide(camera)
        running.camera.stop()
        running.thread.join(timeout=3)

    def _revive(self, running: _Running, now: float) -> None:
        """A thread that ended without being asked died of a fault: its traceback is in the log, and it begins anew."""
        if running.thread.is_alive() or running.camera.stopping:
            return
        if not running.due:
            running.due = now + AGAIN_S[min(running.faults, len(AGAIN_S) - 1)]
            running.faults += 1
            _log.error("cameras.thread_ended camera=%s faults=%d", running.plan.id, running.faults)
        elif now >= running.due:
            faults = running.faults
            self._begin(running.plan)
            self._running[running.plan.id].faults = faults


def run(options: Options, stop: threading.Event) -> None:
    """Watch until `stop` is set."""
    watcher = Watcher(options)
    watcher.start()
    try:
        while not stop.wait(TICK_S):
            watcher.tick(time.monotonic())
    finally:
        watcher.stop()
