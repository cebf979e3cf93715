"""From decoded pictures to those that are looked at."""

from collections.abc import Iterable, Iterator
from typing import Any

from cameras.watch.layers import Picture
from cameras.watch.stream import Parcel, Stream, upright
from cameras.watch.veil import Veil


class Sampler:
    """Takes about `per_second` pictures of a stream, small and upright. `frames` counts all that were decoded."""

    def __init__(self, stream: Stream, *, per_second: float, longest_side: int) -> None:
        self.stream, self.step, self.longest_side = stream, 1.0 / per_second, longest_side
        self.frames = 0
        self.seconds = 0.0
        self.veil = Veil()
        """What is painted over in every picture."""
        self.frame: Any = None
        """The last native frame that was looked at, not painted over: for its size alone."""
        self._due = 0.0

    def pictures(self, parcel: Parcel) -> Iterator[tuple[float, Picture]]:
        """The pictures that are due with this packet, with their time on the stream's time line."""
        yield from self.due(self.stream.pictures(parcel), parcel.at)

    def rest(self) -> Iterator[tuple[float, Picture]]:
        """What the decoder still held when the file ended."""
        yield from self.due(self.stream.last_pictures(), self.seconds)

    def due(self, frames: Iterable[Any], otherwise: float) -> Iterator[tuple[float, Picture]]:
        """Those of these native frames that are due. What is not later than the last picture is not: it was looked at."""
        for frame in frames:
            yield from self._taken(frame, otherwise)

    def pace(self, per_second: float) -> None:
        """Take so many pictures a second from now on."""
        step = 1.0 / per_second
        self._due += min(step - self.step, 0.0)
        self.step = step

    def back_to(self, seconds: float) -> None:
        """The pictures after this time were not looked at after all."""
        self.seconds, self._due = seconds, seconds + 0.5 * self.step

    def _taken(self, frame: Any, otherwise: float) -> Iterator[tuple[float, Picture]]:
        at = self.stream.time_of(frame, otherwise)
        self.frames += 1
        self.seconds = max(self.seconds, at)
        if at + 1e-3 < self._due:
            return
        self._due = max(self._due + self.step, at + 0.5 * self.step)
        self.frame = frame
        yield at, self.veil.over(upright(frame, self.longest_side))
