"""Whose picture is this? What each camera's place looks like, held against what comes in: a swapped cable is noticed and never learned.

A portrait is the direction of every edge in a small grey picture, so light and weather change it little. The likeness of two is a
correlation: about 1 for one place, about 0 for two. One gallery serves all cameras of a watcher and is kept in files of 4.5 KB.
"""

import logging
import threading
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from cameras.domain.errors import Code
from cameras.domain.vitals import Trouble
from cameras.watch.address import scrubbed
from cameras.watch.layers import Picture
from cameras.watch.plan import Plan

Portrait = NDArray[np.float32]
"""Shape (2, 36, 64): edges across and down, each at most 1."""
SIZE = (64, 36)
SOFT = 12.0
"""Grey levels below which an edge counts little: noise has no direction."""
OWN_LOW, OTHER_HIGH, MARGIN = 0.35, 0.55, 0.3
"""A picture is another camera's when it is this unlike the own place, this like the other, and by this much more."""
AGAIN_S, LEARN_S, STRANGE_S = 10.0, 60.0, 600.0
"""Looked at this often; learned this often; a place that has looked like nobody's for this long is the camera's new place."""
LEARNED = 0.2
_log = logging.getLogger("cameras.watch.portrait")


def portrait(picture: Picture) -> Portrait:
    """Of a BGR picture of any size."""
    grey = cv2.cvtColor(cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY).astype(np.float32)
    edges = np.stack([cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)])
    return np.asarray(edges / (np.hypot(edges[0], edges[1]) + SOFT), np.float32)


def likeness(one: Portrait, other: Portrait) -> float:
    """1 for the same place, about 0 for another, -1 for its negative."""
    strength = float(np.sqrt(np.sum(one * one) * np.sum(other * other)))
    return float(np.sum(one * other)) / strength if strength else 0.0


class Gallery:
    """The portraits of a watcher's cameras, in `folder` between runs. From any thread. No fault of the disk is fatal here."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self._known: dict[str, tuple[str, Portrait]] = {}
        self._lock = threading.Lock()

    def enter(self, plan: Plan) -> None:
        """A camera begins. What is known of it at another address is forgotten: somebody meant that."""
        with self._lock:
            kept = self._known.get(plan.id, (plan.name, None))[1]
            kept = self._read(plan) if kept is None else kept
            if kept is not None:
                self._known[plan.id] = plan.name, kept

    def leave(self, camera: str) -> None:
        """The camera is not of this watcher any more."""
        with self._lock:
            self._known.pop(camera, None)

    def own(self, camera: str) -> Portrait | None:
        """What is known of it."""
        with self._lock:
            return self._known[camera][1] if camera in self._known else None

    def nearest(self, camera: str, found: Portrait) -> tuple[str, float]:
        """The name of the other camera that a portrait is most like, and how much."""
        with self._lock:
            others = [(name, likeness(known, found)) for other, (name, known) in self._known.items() if other != camera]
        return max(others, key=lambda one: one[1], default=("", 0.0))

    def learn(self, plan: Plan, found: Portrait) -> None:
        """What a camera looks like from now on."""
        with self._lock:
            self._known[plan.id] = plan.name, found
        if self.folder is not None:
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                part = self._path(plan).with_suffix(".part")
                part.write_bytes(_address(plan) + np.rint(found * 127).astype(np.int8).tobytes())
                part.replace(self._path(plan))
            except OSError as error:
                _log.warning("camera=%s portrait not written: %s", plan.id, type(error).__name__)

    def _read(self, plan: Plan) -> Portrait | None:
        try:
            raw = self._path(plan).read_bytes() if self.folder is not None else b""
        except OSError:
            return None
        shape = 2, SIZE[1], SIZE[0]
        if len(raw) != 32 + 2 * SIZE[0] * SIZE[1] or raw[:32] != _address(plan):
            return None
        return np.asarray(np.frombuffer(raw[32:], np.int8).reshape(shape) / np.float32(127), np.float32)

    def _path(self, plan: Plan) -> Path:
        return (self.folder or Path()) / f"{plan.id}.portrait"


class Sitter:
    """One connection of one camera, before the gallery."""

    def __init__(self, gallery: Gallery, plan: Plan) -> None:
        self.gallery, self.plan = gallery, plan
        gallery.enter(plan)
        self.trouble: Trouble | None = None
        self._looked = self._learned = -1e9
        self._strange_since: float | None = None

    def foreign(self, picture: Picture, at: float) -> bool:
        """The picture is another camera's, as far as is known: it must not be learned from. `at`: seconds that only grow."""
        if at - self._looked >= AGAIN_S or self._looked < 0:
            self._looked = at
            self._look(portrait(picture), at)
        return self.trouble is not None

    def _look(self, found: Portrait, at: float) -> None:
        own = self.gallery.own(self.plan.id)
        alike = 1.0 if own is None else likeness(own, found)
        name, other = self.gallery.nearest(self.plan.id, found)
        swapped = own is not None and alike < OWN_LOW and other > OTHER_HIGH and other > alike + MARGIN
        self.trouble = (Code.SWAPPED, {"camera": name, "likeness": round(other, 2)}) if swapped else None
        if swapped:
            self._strange_since = None
        elif alike >= OWN_LOW:
            self._strange_since = None
            self._learn(found if own is None else np.asarray((1 - LEARNED) * own + LEARNED * found, np.float32), at)
        else:
            self._strange_since = at if self._strange_since is None else self._strange_since
            if at - self._strange_since >= STRANGE_S:
                self._learn(found, at)

    def _learn(self, found: Portrait, at: float) -> None:
        if at - self._learned >= LEARN_S or self.gallery.own(self.plan.id) is None:
            self._learned = at
            self.gallery.learn(self.plan, found)


def _address(plan: Plan) -> bytes:
    """Another password is no other camera."""
    return sha256(scrubbed(plan.url).encode()).digest()
