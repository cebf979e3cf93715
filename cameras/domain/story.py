"""Who left a thing, as far as boxes tell it: where from, when, for how long, and where to. The words are made on the officer's page."""

from dataclasses import dataclass
from enum import StrEnum

from cameras.domain.geometry import Box, gap
from cameras.domain.scene import Look
from cameras.domain.sightings import Suspect, Why

RIM = 0.06
"""A box this near to an edge, as a share of the picture's side, came or went over that edge."""
CLOSE = 0.15
"""An actor is at the place within so many of its own sizes."""
SEEN_S = 0.6


class Side(StrEnum):
    """Where of the picture."""

    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    INSIDE = "inside"
    """Not at its rim: out of a door, from behind something, or the first that could be seen of it."""


@dataclass(frozen=True, slots=True)
class Story:
    """Of one thing. Times in seconds of the stream."""

    came_from: Side
    came_at: float
    stayed_s: float
    """Between the first and the last time that it was at the place."""
    went_to: Side | None
    gone_at: float | None
    """Where to and when it went out of view; both None while it is in view."""
    manner: Why
    """LEFT or THROWN."""


def story(suspect: Suspect, look: Look) -> Story | None:
    """What is known of who left it; None when nobody was seen.

    Who stands still for a moment is often two tracks, one that came and one that goes; a limb at the place is a track that goes nowhere.
    """
    actors = [track for track in suspect.actors if track.acts] or suspect.actors
    if not actors:
        return None
    first, last = min(actors, key=lambda track: track.born), max(actors, key=lambda track: track.seen)
    in_view = not last.ended and look.at - last.seen < SEEN_S
    near = [at for track in actors for at, box in track.path if gap(box, suspect.box) <= CLOSE * track.size]
    return Story(
        came_from=side(first.first_box, look),
        came_at=first.born,
        stayed_s=max(near) - min(near) if near else 0.0,
        went_to=None if in_view else side(last.predicted(last.seen + SEEN_S), look),
        gone_at=None if in_view else last.seen,
        manner=manner(suspect),
    )


def manner(suspect: Suspect) -> Why:
    """LEFT when somebody stayed at the place for a moment around the put-down, THROWN when everybody only passed."""
    near = [
        at
        for track in suspect.carriers.values()
        for at, box in track.path
        if gap(box, suspect.box) <= 0.15 * track.size and abs(at - suspect.since) < 4.0
    ]
    return Why.LEFT if near and max(near) - min(near) >= 0.8 else Why.THROWN


def side(box: Box, look: Look) -> Side:
    """The edge of the picture that the box is at, the nearest of several."""
    rims = {
        Side.LEFT: box.x0 / look.width,
        Side.RIGHT: 1 - box.x1 / look.width,
        Side.TOP: box.y0 / look.height,
        Side.BOTTOM: 1 - box.y1 / look.height,
    }
    nearest = min(rims, key=lambda one: rims[one])
    return nearest if rims[nearest] <= RIM else Side.INSIDE
