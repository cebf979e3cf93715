"""What an administrator drew on a camera's picture: zones that limit where waste may be flagged, masks that hide.

Corners in thousandths of the upright picture's width and height, so that they hold at every size of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cameras.domain.geometry import Box, Polygon, crosses_itself, foot, inside

SCALE = 1000
FEWEST, MOST = 3, 32
"""Corners of one area."""
AREAS_MAX = 16
"""Zones of one camera, and masks."""


class Kind(StrEnum):
    """What a zone says of the things that stand in it."""

    WATCH = "watch"
    NEVER = "never"


class Wrong(StrEnum):
    """Why corners are no area."""

    CORNERS = "corners"
    OUTSIDE = "outside"
    CROSSING = "crossing"


@dataclass(frozen=True, slots=True)
class Zone:
    """`corners` in thousandths."""

    name: str
    kind: Kind
    corners: Polygon


@dataclass(frozen=True, slots=True)
class Mask:
    """`corners` in thousandths."""

    name: str
    corners: Polygon


@dataclass(frozen=True, slots=True)
class Areas:
    """All that was drawn for one camera."""

    zones: tuple[Zone, ...] = ()
    masks: tuple[Mask, ...] = ()

    def watches(self, thing: Box, width: int, height: int) -> bool:
        """True when a thing may be flagged where it stands: in no zone to be left alone, and in one to be watched where there are any.

        `thing` in pixels of a picture of `width` x `height`.
        """
        x, y = foot(thing)
        at = (x * SCALE / width, y * SCALE / height)
        here = [zone.kind for zone in self.zones if inside(at, zone.corners)]
        if Kind.NEVER in here:
            return False
        return Kind.WATCH in here or not any(zone.kind is Kind.WATCH for zone in self.zones)


NOTHING_DRAWN = Areas()


def fault(corners: Sequence[Sequence[float]]) -> Wrong | None:
    """Why these corners cannot be an area, or None."""
    if not FEWEST <= len(corners) <= MOST or any(len(corner) != 2 for corner in corners):
        return Wrong.CORNERS
    if any(not 0 <= value <= SCALE for corner in corners for value in corner):
        return Wrong.OUTSIDE
    return Wrong.CROSSING if crosses_itself(polygon(corners)) else None


def polygon(corners: Sequence[Sequence[float]]) -> Polygon:
    """Pairs of a JSON list as a polygon."""
    return tuple((corner[0], corner[1]) for corner in corners)
