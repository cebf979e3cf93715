"""What was flagged lately: the same thing is not flagged twice."""

from dataclasses import dataclass

import cv2

from cameras.domain.geometry import Box, gap, iou
from cameras.domain.sightings import Suspect
from cameras.watch.layers import Picture

KNOWN_S = 3600.0
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


def patch(picture: Picture, box: Box) -> Picture:
    """A copy of what the box holds."""
    inside = box.clipped(picture.shape[1], picture.shape[0])
    return picture[int(inside.y0) : round(inside.y1), int(inside.x0) : round(inside.x1)].copy()
