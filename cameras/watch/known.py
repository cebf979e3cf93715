"""What was flagged lately: the same thing is not flagged twice."""

from dataclasses import dataclass

import cv2

from cameras.domain.geometry import Box, gap, iou
from cameras.domain.sightings import Suspect
from cameras.watch.layers import Floats, Picture
from cameras.watch.signs import likeness

KNOWN_S = 3600.0
TAKEN_S, SIZED, ALIKE = 60.0, 2.5, 0.5
"""For how long what was taken away explains what comes; how much larger or smaller it may look; how much of its colours must be the same."""
TOGETHER_S, TOGETHER_SIDES = 1.0, 0.6
"""What comes to rest within this time, at most so many of its sides away, is one thing of which a part looks like the ground."""


@dataclass
class _Flagged:
    at: float
    put_down: float
    box: Box
    patch: Picture

    def includes(self, suspect: Suspect) -> bool:
        """The other half of the same thing: it came to rest in the same moment, and close by."""
        together = abs(self.put_down - suspect.since) < TOGETHER_S
        return together and gap(self.box, suspect.box) <= TOGETHER_SIDES * max(self.box.side, suspect.box.side)

    def looks_like(self, suspect: Suspect, now: Picture) -> bool:
        """It lies where it lay, and looks as it looked."""
        if iou(self.box, suspect.box) <= 0.4 or not self.patch.size:
            return False
        seen = patch(now, self.box)
        return seen.shape == self.patch.shape and float(cv2.matchTemplate(seen, self.patch, cv2.TM_CCOEFF_NORMED)[0, 0]) > 0.75


class Known:
    """Of one camera."""

    def __init__(self) -> None:
        self._flagged: list[_Flagged] = []

    def add(self, suspect: Suspect, now: Picture, at: float) -> None:
        """It was flagged."""
        self._flagged.append(_Flagged(at, suspect.since, suspect.box, patch(now, suspect.box)))

    def holds(self, suspect: Suspect, now: Picture, at: float) -> bool:
        """It was flagged before, or a part of it was."""
        self._flagged = [one for one in self._flagged if at - one.at < KNOWN_S]
        return any(one.includes(suspect) or one.looks_like(suspect, now) for one in self._flagged)


@dataclass(frozen=True)
class _Taken:
    at: float
    box: Box
    colours: Floats


class Taken:
    """What was taken away lately, of one camera: who puts it down again close by, or kicks it, brought nothing."""

    def __init__(self) -> None:
        self._taken: list[_Taken] = []

    def add(self, at: float, box: Box, colours: Floats) -> None:
        """It lay there, was so coloured, and was gone at `at`, seconds of the stream."""
        self._taken = [one for one in self._taken if at - one.at < TAKEN_S]
        self._taken.append(_Taken(at, box, colours))

    def explain(self, suspect: Suspect, colours: Floats) -> bool:
        """Something of this size and these colours had gone before this one came to rest."""
        return any(
            one.at > suspect.since - TAKEN_S and like(one.box, suspect.box) and likeness(one.colours, colours) >= ALIKE
            for one in self._taken
        )


def like(one: Box, other: Box) -> bool:
    """They could hold the same thing."""
    return 1 / SIZED <= max(one.area, 1.0) / max(other.area, 1.0) <= SIZED


def patch(picture: Picture, box: Box) -> Picture:
    """A copy of what the box holds."""
    inside = box.clipped(picture.shape[1], picture.shape[0])
    return picture[int(inside.y0) : round(inside.y1), int(inside.x0) : round(inside.x1)].copy()
