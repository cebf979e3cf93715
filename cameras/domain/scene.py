"""What one look at a scene says, without the pixels: things that are new and still, and what moves."""

from dataclasses import dataclass

from cameras.domain.geometry import Box


@dataclass(frozen=True, slots=True)
class Thing:
    """A region that differs from the background and has stopped changing. Not yet said to be anything."""

    box: Box
    area: float
    """Pixels that are new and still; less than the box's area."""
    since: float
    """When it came to rest: the median over its pixels, seconds of the stream."""


@dataclass(frozen=True, slots=True)
class Look:
    """One analysed picture. Boxes in its pixels, time in seconds of the stream."""

    at: float
    width: int
    height: int
    things: tuple[Thing, ...] = ()
    movers: tuple[Box, ...] = ()
    relit: bool = False
    """The whole picture changed at once (a lamp, the sun, the camera's night switch) and the background was learned anew."""
    moved: bool = False
    """The camera looks elsewhere now: everything learned was forgotten."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the pixels of one thing say when it is about to be judged."""

    edge_gain: float
    """-1..1: above 0 the thing's outline is in the picture, below 0 it was in the background (something was taken away)."""
    strange: float
    """-1..1: above 0 the place fitted its surroundings better before than now (something came), below 0 better now."""
    alike: float
    """-1..1: correlation of the texture before and now; near 1 only the light changed."""
    texture: float
    """Grey-level spread of the background there; `alike` says nothing about a plain one."""
    contrast: float
    """Mean difference to the background in grey levels."""
    fill: float
    """Share of the box that is really new."""
    moved_from: float
    """-1..1: best correlation with something that stood close by before and is gone there: it was only pushed aside."""
    sharp_before: float = 1.0
    """Fine detail of the place as it is remembered, against that around it: far below 1 is a memory that was smeared by people who stood there."""
    sharp_now: float = 1.0
    """The same of the picture: near 1 it is as detailed as what is around it."""

    @property
    def arrival(self) -> float:
        """-1..1: above 0 something came, below 0 something went. Outlines count less than surroundings: a picture has many edges."""
        return max(-1.0, min(1.0, self.strange + 0.5 * self.edge_gain))
