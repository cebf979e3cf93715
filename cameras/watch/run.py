"""The watcher's life: it learns its cameras from the air, runs one thread for each, and starts again what ended.

Nothing heavy is imported before the first camera: a watcher without cameras is a small MQTT client.
"""

import base64
import logging
import platform
import secrets
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from broker.client import Client, Road
from broker.engines import Address
from broker.messages.cameras import Health
from broker.messages.devices import About, Desired, Reported, Status
from broker.topics import ABOUT, DESIRED, FEED, GATE, HEALTH, LOOK, REPORTED, SETTLED, SIGHTING, STATUS
from cameras.domain.audits import RATE
from cameras.domain.errors import Code
from cameras.watch.baselines import Baselines
from cameras.watch.crashes import Crashes
from cameras.watch.detector.eyes import Eyes
from cameras.watch.honesty import Honesty
from cameras.watch.identity import Identity
from cameras.watch.plan import Plan, heads_of, plans_of
from cameras.watch.recordings.keeper import Keeper
from cameras.watch.recordings.pinboard import Pinboard
from cameras.watch.shares import Shares
from cameras.watch.spool import Spool
from cameras.watch.tenancy import Tenancy

if TYPE_CHECKING:
    from cameras.watch.camera import Camera
    from cameras.watch.feed.feeds import Feeds
    from cameras.watch.post import Post
    from cameras.watch.recorder import Recorder

VERSION = "0.1.0"
TICK_S = 0.5
SPOOL_MIB = 4096
AGAIN_S = (0.5, 2.0, 5.0, 15.0)
"""Waits before a camera's thread that ended by a fault is started again."""
_log = logging.getLogger("cameras.watch")


@dataclass(frozen=True, slots=True)
class Options:
    """How a watcher finds its node. `broker` is a plain MQTT listener on this machine; None: through the node's own HTTPS port."""

    node: str
    device: str
    password: str = field(repr=False)
    home: Path
    broker: Address | None
    ca: Path | None = None
    audit_rate: float = RATE
    """Share of slept minutes that are decoded afterwards."""
    spool_bytes: int = SPOOL_MIB * 1024 * 1024
    """Room for what waits to be sent."""


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
        self._lock = threading.Lock()
        self._wanted: Desired | None = None
        self._applied = self.identity.newest(options.device)
        self._plans: dict[str, Plan] = {}
        self._begun: dict[str, Plan] = {}
        """What is wanted, and what of it was begun because its lease allows it."""
        self._running: dict[str, _Running] = {}
        self._recorder: Recorder | None = None
        self._post: Post | None = None
        self._feeds: Feeds | None = None
        self._heads: tuple[bytes | None, bytes | None] = (None, None)

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
            self._start_post()

    def stop(self) -> None:
        """Let every camera cut what it has, then leave."""
        if self._feeds is not None:
            self._feeds.stop()
        for running in self._running.values():
            running.camera.stop()
        for running in self._running.values():
            running.thread.join(timeout=3)
        self.keeper.stop()
        if self._recorder is not None:
            self._recorder.stop()
        if self._post is not None:
            self._post.stop()
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
        for sighting in self._recorder.take_homeless() if self._recorder is not None else ():
            self.client.publish(SIGHTING, sighting, camera=sighting.camera)
        self.keeper.tick()
        self.pinboard.tick(now)
        if self._recorder is not None:
            self._recorder.retell()
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
        refused = self._use(heads)
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
        recorder, post, feeds = self._start_recorder(), self._start_post(), self._start_feeds()
        feeds.footage = self.keeper.archive
        self.client.on(SETTLED.of(camera=plan.id), post.settled)
        onlookers = self.honesty.onlookers(plan.id, lambda: camera.plan.areas)
        taps = (*recordings, feeds.show(plan.id, lambda: camera.plan.areas.masks), *onlookers.taps)
        told, levels = self.honesty.witness(recorder), Baselines(self.options.home / "gates")
        means = Means(
            *(told, recorder.analyst, levels, taps, onlookers.gauges, recorder.gallery),
            past=self.keeper,
            shares=self.shares,
            held=lambda: self.tenancy.holds(plan.id, plan.fence),
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
        if self._feeds is not None:
            self._feeds.hide(camera)
        if self._recorder is not None:
            self._recorder.gallery.leave(camera)
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

    def _use(self, heads: tuple[bytes | None, bytes | None]) -> dict[str, str] | None:
        """Last layers that the node learned; why they were refused, None when they are in use. The cameras are watched either way."""
        self._heads = heads
        if self._recorder is None and heads == (None, None):
            return None
        from cameras.watch.verifier import WeightsRefused  # noqa: PLC0415 - a network's words come with the network

        try:
            self._start_recorder().use(*heads)
        except WeightsRefused as refused:
            _log.error("%s %s", refused.code.value, refused.facts)
            return {"why": refused.code.value, **refused.facts}
        return None

    def _start_recorder(self) -> "Recorder":
        from cameras.watch.recorder import Recorder  # noqa: PLC0415

        if self._recorder is None:
            self._recorder = Recorder(self.options.device, self.spool, self.client, self._start_post().wake, self.keeper)
            self._recorder.eyes = self.eyes
        return self._recorder

    def _start_feeds(self) -> "Feeds":
        if self._feeds is None:
            from cameras.watch.feed.feeds import Feeds  # noqa: PLC0415
            from cameras.watch.feed.line import Node  # noqa: PLC0415

            self._feeds = Feeds(Node(self.options.node, self.options.device, self.options.password, trust(self.options.ca)))
        return self._feeds

    def _start_post(self) -> "Post":
        if self._post is None:
            import httpx  # noqa: PLC0415

            from cameras.watch.post import UPLOAD_S, Post  # noqa: PLC0415

            http = httpx.Client(
                base_url=self.options.node,
                auth=(self.options.device, self.options.password),
                verify=trust(self.options.ca),
                timeout=UPLOAD_S,
                trust_env=False,
            )
            self._post = Post(self.spool, self.client, http)
            for camera in {sighting.camera for sighting, _ in self.spool.waiting()}:
                self.client.on(SETTLED.of(camera=camera), self._post.settled)
            self._post.start()
        return self._post


def trust(ca: Path | None) -> ssl.SSLContext:
    """Whom to believe: this CA alone, or the machine's own list where the node has a public certificate."""
    return ssl.create_default_context(cafile=str(ca) if ca is not None else None)


def road_to(options: Options) -> tuple[Address, Road]:
    """The way to the broker: straight, or in a WebSocket through the node's one port, with the watcher's own name and password."""
    if options.broker is not None:
        return options.broker, Road()
    url = urlsplit(options.node)
    secure = url.scheme == "https"
    pair = base64.b64encode(f"{options.device}:{options.password}".encode()).decode()
    headers = {"Authorization": f"Basic {pair}", "Origin": options.node}
    where = Address(url.hostname or "", url.port or (443 if secure else 80))
    return where, Road(trust(options.ca) if secure else None, "/mqtt", headers)


def run(options: Options, stop: threading.Event) -> None:
    """Watch until `stop` is set."""
    watcher = Watcher(options)
    watcher.start()
    try:
        while not stop.wait(TICK_S):
            watcher.tick(time.monotonic())
    finally:
        watcher.stop()
