"""Which pictures of a stream are decoded and looked at: a keyframe now and then while nothing happens, everything once something does.

All decoding goes through the ring. Asleep, keyframes are looked at three seconds late and first only compared with what the scene
knows; so when packets or a keyframe wake the camera, nothing that came before was passed over: decoding begins at a keyframe before,
catches up a few packets for each that comes in, and goes on live. The decoder stays open all the while.
"""

from collections.abc import Iterator
from typing import Protocol

from cameras.domain.duty import RISE_S, Duty, Why
from cameras.watch.headers import Headers
from cameras.watch.layers import Picture
from cameras.watch.ring import Kept, Ring
from cameras.watch.sampler import Sampler
from cameras.watch.stream import Parcel, Stream

LAG_S = 3.0
"""A keyframe is looked at this late: what wakes the camera in the meantime is looked at from before it."""
GLANCE_S = 4.0
"""At least this far apart are two keyframes that are looked at while asleep: the guaranteed look of every camera."""
CATCH_UP = 10
"""So many packets are decoded for each that comes in, until the newest is reached; meanwhile the connection is read on."""
Pictures = Iterator[tuple[float, Picture]]


class Judge(Protocol):
    """What the lookout asks of the scene. cameras/watch/analyst.py answers."""

    @property
    def busy(self) -> bool:
        """It must be looked at without a break."""
        ...

    def strange(self, picture: Picture, patience: float) -> bool:
        """The picture shows something that is not known."""
        ...


class Lookout:
    """One connection's. Whoever takes a picture from it looks at it before taking the next."""

    def __init__(self, stream: Stream, ring: Ring, duty: Duty, *, sampler: Sampler, judge: Judge) -> None:
        self.stream, self.ring, self.duty, self.sampler, self.judge = stream, ring, duty, sampler, judge
        context = stream.template().codec_context
        self._headers = Headers(context.name, context.extradata)
        self._next: int | None = None
        """Number of the packet that is decoded next; None until one can be."""
        self._newest = 0.0
        self._glanced = 0.0

    @property
    def newest(self) -> float:
        """Time of the newest packet."""
        return self._newest

    def pictures(self, parcel: Parcel, kept: Kept | None, *, hour: int) -> Pictures:
        """Take the next packet, `kept` when the ring took it; the pictures that are to be looked at now, with their time on the stream's time line."""
        self._newest = parcel.at
        facts = self._headers.facts(bytes(parcel.packet) if kept is None else kept.data)
        if self.duty.packet(facts, parcel.at, key=parcel.key, hour=hour):
            self._jump(self.ring.start_before(parcel.at - RISE_S))
        if self._next is None and kept is not None:
            self._next = kept.number
        yield from self._catch_up(CATCH_UP) if self.duty.awake else self._glance()

    def rest(self) -> Pictures:
        """The stream is over: what was not decoded yet, when somebody was looking."""
        if self.duty.awake and self._next is not None:
            yield from self._catch_up(self.ring.added)
            yield from self.sampler.rest()

    def _catch_up(self, most: int) -> Pictures:
        for _ in range(most):
            if self._next is None or self._next >= self.ring.added or not self.duty.awake:
                return
            kept = self.ring.packet(self._next)
            if kept is None:
                self._jump(self.ring.start_before(self._newest))
                continue
            self._next += 1
            yield from self.sampler.due(self.stream.decode(kept.data, kept.pts, kept.dts), kept.at)

    def _glance(self) -> Pictures:
        """Asleep: one keyframe alone, compared before it is learned from."""
        if self._newest - max(self._glanced, self.sampler.seconds) < GLANCE_S:
            return
        key = self.ring.start_before(self._newest - LAG_S)
        if key is None or key.at <= max(self._glanced, self.sampler.seconds):
            return
        self._glanced = key.at
        before = self.sampler.seconds
        for at, picture in self._alone(key):
            if self.judge.strange(picture, self.duty.patience):
                self.sampler.back_to(before)
                self._wake(Why.PICTURE, before)
                return
            yield at, picture
        if self.judge.busy:
            self._wake(Why.FOLLOWING, self.sampler.seconds)

    def _alone(self, key: Kept) -> Pictures:
        self.stream.forget()
        yield from self.sampler.due(self.stream.decode(key.data, key.pts, key.dts), key.at)
        yield from self.sampler.due(self.stream.last_pictures(), key.at)

    def _wake(self, why: Why, since: float) -> None:
        self.duty.wake(why, self._newest)
        self._jump(self.ring.start_before(since))

    def _jump(self, to: Kept | None) -> None:
        self.stream.forget()
        self._next = to.number if to is not None else None
