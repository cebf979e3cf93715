"""The watcher's own judgement, looked over its shoulder: what it proposed, why it dropped it, and what became of each true thing."""

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from cameras.domain.geometry import Box, cover, iou
from cameras.domain.scene import Evidence, Look
from cameras.domain.sightings import State, Suspect, Why
from cameras.evaluation.truth import Event
from cameras.watch.analyst import Analyst, Finding
from cameras.watch.layers import Picture

_STILL_AFTER_S = 1.5
_TILE_PX = 200
_NOT_BEFORE_S = 3.0


@dataclass
class Fate:
    """How far a true thing came. Higher `step` is farther: 0 never proposed, 1 no actor, 2 never left alone, 3 judged, 4 flagged."""

    step: int = 0
    word: str = "never proposed"
    score: float | None = None

    def better(self, step: int, word: str, score: float | None = None) -> None:
        if step > self.step or (step == self.step and (score or 0.0) > (self.score or 0.0)):
            self.step, self.word, self.score = step, word, score


@dataclass
class Attempt:
    """One suspect that came before the judge: the best of its tries. Seconds; box on the analysed picture."""

    suspect: int
    put_down_s: float
    at_s: float
    box: tuple[float, float, float, float]
    why: str
    by_network: bool
    """The scene's rules let it through, so `score` is the network's."""
    score: float


@dataclass
class Witness(Analyst):
    """An analyst that notes. `events` with boxes in pixels `wide` pictures have; their fates are in `fates`."""

    events: tuple[Event, ...] = ()
    wide: int = 0
    fates: list[Fate] = field(default_factory=list)
    attempts: dict[int, Attempt] = field(default_factory=dict)
    stills: dict[int, Picture] = field(default_factory=dict)
    strips: list[Picture] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.fates = [Fate() for _ in self.events]

    def look(self, picture: Picture, at: float) -> list[Finding]:
        findings = super().look(picture, at)
        for number, event in enumerate(self.events):
            if at >= event.put_down_s + _STILL_AFTER_S and number not in self.stills:
                self.stills[number] = self._marked(picture, event)
        for suspect in self.watch.suspects:
            self._follow(suspect)
        return findings

    def _finding(self, suspect: Suspect, look: Look, evidence: Evidence, why: Why | None) -> Finding:
        made = super()._finding(suspect, look, evidence, why)
        x0, y0, x1, y1 = suspect.box
        attempt = Attempt(suspect.id, made.put_down, made.at, (x0, y0, x1, y1), made.why.value, why is None, made.score)
        known = self.attempts.get(suspect.id)
        if known is None or made.flagged or (attempt.by_network, attempt.score) > (known.by_network, known.score):
            self.attempts[suspect.id] = attempt
        if made.flagged:
            self.strips.append(strip_picture(made))
        for fate in self._fates_of(suspect):
            if made.flagged:
                fate.better(4, "flagged", made.score)
            else:
                fate.better(3, f"network {made.score:.2f}" if why is None else f"scene: {why.value}", made.score if why is None else 0.0)
        return made

    def _follow(self, suspect: Suspect) -> None:
        for fate in self._fates_of(suspect):
            if suspect.state is State.GLIMPSED:
                fate.better(1, "proposed, but no actor was at the place" if not suspect.actors else "proposed, not at rest for long enough")
            elif suspect.state is State.SUSPECTED:
                fate.better(2, "suspected, but never left alone for long enough")

    def _fates_of(self, suspect: Suspect) -> list[Fate]:
        found = []
        for fate, event in zip(self.fates, self.events, strict=True):
            box = self._box(event)
            if suspect.since < event.put_down_s - _NOT_BEFORE_S:
                continue
            if box is None or iou(box, suspect.box) > 0.2 or (cover(box, suspect.box) > 0.6 and suspect.box.area < 6 * box.area):
                found.append(fate)
        return found

    def _box(self, event: Event) -> Box | None:
        if event.box is None or self.scene.picture is None or not self.wide:
            return None
        return event.box.scaled(self.scene.picture.shape[1] / self.wide)

    def _marked(self, picture: Picture, event: Event) -> Picture:
        """The picture with the true thing in a green box, or only the part of it around the box."""
        box = self._box(event)
        if box is None:
            return _tile(picture)
        return tile(picture, box, (60, 220, 60))


def strip_picture(finding: Finding) -> Picture:
    """Before, act and after side by side, around the box."""
    return np.hstack([tile(picture, finding.box, (40, 60, 240)) for picture in (finding.before, finding.act, finding.after)])


def tile(picture: Picture, box: Box, colour: tuple[int, int, int]) -> Picture:
    """A square part of the picture around the box, which is drawn."""
    height, width = picture.shape[:2]
    side = int(min(max(4.5 * box.side, 120.0), width, height))
    middle = box.centre
    x, y = (int(min(max(at - side / 2, 0), limit - side)) for at, limit in zip(middle, (width, height), strict=True))
    part = picture[y : y + side, x : x + side].copy()
    cv2.rectangle(part, (int(box.x0) - x - 1, int(box.y0) - y - 1), (int(box.x1) - x, int(box.y1) - y), colour, 1)
    return _tile(part)


def _tile(picture: Picture) -> Picture:
    scale = _TILE_PX / picture.shape[0]
    size = (round(picture.shape[1] * scale), _TILE_PX)
    made: Any = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(made, np.uint8)
