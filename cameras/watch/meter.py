"""What one camera's decoding and looking cost, in CPU seconds of its thread."""

import time
from collections.abc import Iterator

from cameras.watch.layers import Picture
from cameras.watch.sampler import Sampler

WEIGHT = 0.05
"""Of the newest measurement in a running mean."""


class Meter:
    """Running means, 0 until something was measured."""

    def __init__(self) -> None:
        self.picture = 0.0
        """Decoding one picture of a stream that is decoded whole, scaling included."""
        self.look = 0.0
        self.glance = 0.0
        """A keyframe alone, with its look."""
        self.spent = 0.0
        """All of it so far, in seconds."""

    def metered(self, pictures: Iterator[tuple[float, Picture]], sampler: Sampler, *, whole: bool) -> Iterator[tuple[float, Picture]]:
        """Pass on `pictures`: what passes before one is decoding, what passes until the next is asked for is the look at it."""
        frames, looks, looking = sampler.frames, 0, 0.0
        began = time.thread_time()
        for shown in pictures:
            given = time.thread_time()
            yield shown
            looking += time.thread_time() - given
            looks += 1
        decoded = sampler.frames - frames
        decoding = time.thread_time() - began - looking
        self.spent += decoding + looking
        if not decoded:
            return
        if whole:
            self.picture = _mean(self.picture, decoding / decoded)
            self.look = _mean(self.look, looking / looks) if looks else self.look
        else:
            self.glance = _mean(self.glance, (decoding + looking) / decoded)


def _mean(known: float, measured: float) -> float:
    return measured if not known else known + WEIGHT * (measured - known)
