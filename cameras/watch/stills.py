"""Single pictures of a film: decoded from the keyframe before each wanted moment to the moment itself, and no farther."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from cameras.watch.layers import Picture
from cameras.watch.stream import Parcel, Stream, upright


class Moment(NamedTuple):
    """A second of the file. A keyframe that is shown up to `early_s` before it serves as well, and needs no other picture."""

    at: float
    early_s: float = 0.0


def stills(path: str, wanted: Sequence[Moment]) -> list[Picture]:
    """The picture at full size, upright, that is shown nearest to each wanted moment. What cannot be decoded is missing.

    The packets of the file are held in memory meanwhile. Raises Refusal when it cannot be read.
    """
    stream = Stream(path)
    try:
        stream.open()
        reel = _Reel(stream)
        found = {moment: reel.nearest(moment) for moment in sorted(wanted)}
    finally:
        stream.close()
    return [picture for moment in wanted if (picture := found[moment]) is not None]


class _Reel:
    """An open film. Moments are asked for in order of time: what was decoded for the last one serves for the next in its group."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._parcels = list(stream.parcels())
        self._keys = [number for number, parcel in enumerate(self._parcels) if parcel.key]
        self._next = 0
        self._shown = self._decoded()
        self._last: list[tuple[float, Any]] = []
        """The two pictures decoded last."""

    def nearest(self, moment: Moment) -> Picture | None:
        """The picture shown nearest to it."""
        begin = max((key for key in self._keys if self._parcels[key].at <= moment.at), default=0)
        early = self._keys and moment.at - self._parcels[begin].at <= moment.early_s
        at = self._parcels[begin].at if early else moment.at
        if begin > self._next:
            self.stream.forget()
            self._next, self._last, self._shown = begin, [], self._decoded()
        while not self._last or self._last[-1][0] < at:
            shown = next(self._shown, None)
            if shown is None:
                break
            self._last = [*self._last[-1:], shown]
        return upright(min(self._last, key=lambda shown: abs(shown[0] - at))[1]) if self._last else None

    def _decoded(self) -> Iterator[tuple[float, Any]]:
        while self._next < len(self._parcels):
            parcel = self._parcels[self._next]
            self._next += 1
            yield from self._times(self.stream.pictures(parcel), parcel)
        if self._parcels:
            yield from self._times(self.stream.last_pictures(), self._parcels[-1])

    def _times(self, frames: Iterator[Any], parcel: Parcel) -> Iterator[tuple[float, Any]]:
        for frame in frames:
            yield self.stream.time_of(frame, parcel.at), frame
