"""What the cameras of this watcher tell: health and looks to the air, cuts to the spool. Imports pictures' libraries: loaded late."""

import base64
import logging
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cv2

from broker.messages.cameras import Health, Look, Sighting
from broker.topics import HEALTH, LOOK
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.rules import RULES
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst
from cameras.watch.clip import FULL, Clip, write_clip
from cameras.watch.evidence import Case, gather, jpeg, shrunk, word
from cameras.watch.heads import Networks
from cameras.watch.identity import Identity
from cameras.watch.layers import Picture
from cameras.watch.namer import Eyes
from cameras.watch.plan import Air
from cameras.watch.portrait import Gallery
from cameras.watch.recordings.keeper import Fault, Keeper
from cameras.watch.spool import Spool
from cameras.watch.told import Cut
from cameras.watch.verifier import Verifier as Network
from cameras.watch.verifier import WeightsRefused

NO_MODEL = "0" * 64
LOOK_PX = 320
LOOK_BYTES = 85_000
_log = logging.getLogger("cameras.watch.recorder")


class Recorder:
    """Told by all cameras of this watcher. Pictures are taken from clips on one thread of its own."""

    def __init__(self, watcher: str, spool: Spool, air: Air, spooled: Callable[[], None], keeper: Keeper | None = None) -> None:
        cv2.setNumThreads(1)
        self.watcher, self.spool, self.air, self.spooled, self.keeper = watcher, spool, air, spooled, keeper
        self.homeless: list[Sighting] = []
        """Sightings that found no room on the disk: they go out without evidence, once."""
        self._heard: dict[str, tuple[Health, Fault | None]] = {}
        self._lock = threading.Lock()
        self._work = ThreadPoolExecutor(max_workers=1, thread_name_prefix="evidence")
        self.sign = Identity(spool.folder.parent).sign
        self.gallery = Gallery(spool.folder.parent / "portraits")
        self._verifier, self._model = _network()
        self.eyes: Eyes | None = None
        """Who says what an actor is, in cameras that begin from now on."""

    def analyst(self) -> Analyst:
        """A fresh scene for one camera; the network is shared."""
        return Analyst(self._verifier, self.eyes)

    def use(self, live: bytes | None, shadow: bytes | None) -> None:
        """Last layers of the network that the node learned, from the next judgement on. Raises WeightsRefused; then nothing changes."""
        if self._verifier is not None:
            self._verifier.use(live, shadow)

    def stop(self) -> None:
        """Finish what is being written."""
        self._work.shutdown(wait=True)

    def health(self, camera: str, health: Health) -> None:
        fault = self.keeper.fault(camera) if self.keeper is not None else None
        self._heard[camera] = health, fault
        if fault is not None and health.code is None:
            health = health.model_copy(update={"code": fault[0].value, "facts": {**health.facts, **fault[1]}})
        given_up = {"clips": self.spool.clips_given_up, "sightings": self.spool.sightings_given_up}
        if any(given_up.values()) and health.code is None:
            health = health.model_copy(update={"code": Code.SPOOL_FULL.value, "facts": {**health.facts, **given_up}})
        if self._model == NO_MODEL and health.state in ("seen", "idle") and health.code is None:
            health = health.model_copy(update={"code": Code.NO_MODEL.value})
        self.air.retain(HEALTH, health, camera=camera)

    def retell(self) -> None:
        """Now and then: whose recording has failed, or goes on, since its health was told, is told at once."""
        for camera, (health, fault) in list(self._heard.items()):
            if self.keeper is not None and self.keeper.fault(camera) != fault:
                self.health(camera, health)

    def picture(self, camera: str, picture: Picture) -> None:
        factor = LOOK_PX / max(picture.shape[:2])
        size = round(picture.shape[1] * factor), round(picture.shape[0] * factor)
        encoded = jpeg(shrunk(picture, size), 70)
        if len(encoded) <= LOOK_BYTES:
            self.air.retain(LOOK, Look(at=datetime.now(UTC), jpeg_base64=base64.b64encode(encoded).decode()), camera=camera)

    def cut(self, cut: Cut) -> None:
        """Copy the packets while their stream is open; the pictures are taken afterwards, elsewhere."""
        case = self._case(cut)
        if self.keeper is not None and cut.packets:
            first, last = cut.packets[0].at, max(kept.at for kept in cut.packets)
            self.keeper.flagged(cut.camera, case.wall(first), case.wall(last), case.sighting)
        notes = list(cut.notes)
        clip: Clip | None = None
        try:
            place = self.spool.begin(case.sighting)
            clip = write_clip(place / "clip.mp4", cut.packets, cut.template)
            if clip.gaps:
                notes.append((Code.CLIP_HAS_GAPS, {"gaps": len(clip.gaps)}))
        except Refusal as refusal:
            notes.append((refusal.code, refusal.facts))
        except OSError as error:
            notes.append((Code.DISK_FULL if error.errno in FULL else Code.EVIDENCE_MISSING, {"errno": error.errno}))
        self._work.submit(self._finish, case, clip, notes).add_done_callback(_report)

    def take_homeless(self) -> list[Sighting]:
        """The sightings that found no room; the caller publishes them."""
        with self._lock:
            found, self.homeless = self.homeless, []
        return found

    def _finish(self, case: Case, clip: Clip | None, notes: list[tuple[Code, Facts]]) -> None:
        """1. Everything. 2. Without the clip, when the disk is full. 3. The bare word, held in memory."""
        try:
            self.spool.commit(gather(self._place(case), case, clip, notes, sign=self.sign))
        except (Refusal, OSError) as error:
            _log.error("%s sighting=%s clip given up", Code.DISK_FULL.value, case.sighting)
            self._finish_small(case, [*notes, (Code.DISK_FULL, {"why": type(error).__name__})])
        self.spooled()

    def _finish_small(self, case: Case, notes: list[tuple[Code, Facts]]) -> None:
        try:
            place = self.spool.begin(case.sighting)
            self.spool.commit(gather(place, case, None, notes, sign=self.sign))
        except (Refusal, OSError):
            self.spool.drop_part(case.sighting)
            _log.error("%s sighting=%s told without evidence", Code.DISK_FULL.value, case.sighting)
            with self._lock:
                self.homeless.append(word(case, ()))

    def _place(self, case: Case) -> Path:
        place = self.spool.folder / f".part-{case.sighting}"
        return place if place.is_dir() else self.spool.begin(case.sighting)

    def _case(self, cut: Cut) -> Case:
        return Case(
            sighting=secrets.token_hex(10),
            camera=cut.camera,
            watcher=self.watcher,
            finding=cut.finding,
            epoch=cut.epoch,
            clock=cut.clock,
            clock_offset_s=cut.clock_offset_s,
            size=cut.size,
            codec=cut.codec,
            model=self._model,
            settings={"looks_per_s": LOOKS_PER_S, "longest_side_px": LONGEST_SIDE, "rules": asdict(RULES), **self._anchor(cut.camera)},
            areas=cut.areas,
            fence=cut.fence,
        )

    def _anchor(self, camera: str) -> dict[str, Any]:
        return self.keeper.anchor(camera) if self.keeper is not None else {}


def _network() -> tuple[Networks | None, str]:
    network = Network()
    try:
        return Networks(network), network.load().sha256
    except WeightsRefused as refused:
        _log.warning("%s %s", Code.NO_MODEL.value, refused.code.value)
        return None, NO_MODEL


def _report(done: "Future[None]") -> None:
    error = done.exception()
    if error is not None:
        _log.error("evidence failed", exc_info=error)
