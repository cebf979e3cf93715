"""Which pictures of a stream are decoded and looked at: a keyframe now and then while nothing happens, everything once something does.

All decoding goes through the ring. Asleep, keyframes are looked at three seconds late and first only compared with what the scene
knows; so when packets or a keyframe wake the camera, nothing that came before was passed over: decoding begins at a keyframe before,
catches up a few packets for each that comes in, and goes on live. The decoder stays open all the while.

A camera that is awake while the governor has no time for it is held: it gets by with keyframes as if asleep, and goes back to where
it was held as soon as there is time.
"""

from collections.abc import Callable, Iterator
from typing import Protocol

from cameras.domain.duty import NEVER_ASLEEP, RISE_S, Duty, Why
from cameras.domain.governor import FULL, Claim, Grant
from cameras.watch.headers import Headers
from cameras.watch.layers import Picture
from cameras.watch.meter import Meter
from cameras.watch.ring import Kept, Ring
from cameras.watch.sampler import Sampler
from cameras.watch.stream import Parcel, Stream

LAG_S = 3.0
"""A keyframe is looked at this late: what wakes the camera in the meantime is looked at from before it."""
UNEVEN_S = 0.2
"""Keyframes that come so much later than they are wanted are still taken instead of the one before."""
CATCH_UP = 10
"""So many packets are decoded for each that comes in, until the newest is reached; meanwhile the connection is read on."""
BEHIND_S = 2.0
"""When packets themselves come so late, because this thread has not read them, reading comes first: only one is decoded for each."""
CALM_LOOKS_PER_S = 3.0
"""Awake, but nothing moves and nothing new lies there."""
CLAIM_EVERY_S = 0.5
BEGINS = frozenset({Why.STARTING, Why.LEARNING})
FIRST_S = 1.5
"""The first pictures of a connection are looked at whole, however little time there is."""
STARTLED = 1.0
"""A keyframe that shows something counts as much as a gate that stands open so far, in powers of two."""
Pictures = Iterator[tuple[float, Picture]]
Share = Callable[[Claim], Grant]
"""Asks the governor."""


class Judge(Protocol):
    """What the lookout asks of the scene. cameras/watch/analyst.py answers."""

    @property
    def busy(self) -> bool:
        """It must be looked at without a break."""
        ...

    @property
    def waiting(self) -> bool:
        """Something new lies there and waits for its verdict."""
        ...

    @property
    def calm(self) -> bool:
        """Nothing moves, and nothing new lies there."""
        ...

    def strange(self, picture: Picture, patience: float) -> bool:
        """The picture shows something that is not known."""
        ...


class Lookout:
    """One connection's. Whoever takes a picture from it looks at it before taking the next."""

    def __init__(self, stream: Stream, ring: Ring, duty: Duty, *, sampler: Sampler, judge: Judge) -> None:
        self.stream, self.ring, self.duty, self.sampler, self.judge = stream, ring, duty, sampler, judge
        self.share: Share | None = None
        """Without one there is always time for everything."""
        self.grant = FULL
        self.meter = Meter()
        context = stream.template().codec_context
        self._headers = Headers(context.name, context.extradata)
        self._next: int | None = None
        """Number of the packet that is decoded next; None until one can be."""
        self._newest = 0.0
        self._glanced = 0.0
        self._hour = 0
        self._held_from: float | None = None
        """Since when what came in was not decoded whole although the camera is awake."""
        self._claimed_at = -CLAIM_EVERY_S
        self._first_s: float | None = None
        """Until when everything is looked at because it is the first."""
        self._startled = False
        """While it was held, a keyframe showed something."""

    @property
    def newest(self) -> float:
        """Time of the newest packet."""
        return self._newest

    @property
    def late_s(self) -> float:
        """How far decoding is behind what comes in, while everything is to be decoded."""
        following = self.ring.packet(self._next) if self._whole and self._next is not None else None
        return self._newest - following.at if following is not None else 0.0

    def pictures(self, parcel: Parcel, kept: Kept | None, *, hour: int) -> Pictures:
        """Take the next packet, `kept` when the ring took it; the pictures that are to be looked at now, with their time on the stream's time line."""
        self._newest, self._hour = parcel.at, hour
        facts = self._headers.facts(bytes(parcel.packet) if kept is None else kept.data)
        if self.duty.packet(facts, parcel.at, key=parcel.key, hour=hour):
            self._jump(self.ring.start_before(parcel.at - RISE_S))
        if self._next is None and kept is not None:
            self._next = kept.number
            self._first_s = kept.at + FIRST_S if self._first_s is None else self._first_s
        self._ask(parcel)
        if (due := self._due()) is not None:
            yield from self.meter.metered(due, self.sampler, whole=self._whole)

    def rest(self) -> Pictures:
        """The stream is over: what was not decoded yet, when somebody was looking."""
        self._resume()
        if self.duty.awake and self._next is not None:
            yield from self._catch_up(self.ring.added)
            yield from self.sampler.rest()

    @property
    def _whole(self) -> bool:
        return self.duty.awake and self.grant.whole

    def _ask(self, parcel: Parcel) -> None:
        """Now and then, and at once after a change of duty, say what this camera needs, and hear what it may take."""
        if self.share is not None and parcel.at - self._claimed_at >= CLAIM_EVERY_S:
            self._claimed_at = parcel.at
            self.grant = self.share(self._claim())
        self.sampler.pace(min(self.grant.looks_per_s, CALM_LOOKS_PER_S) if self.judge.calm else self.grant.looks_per_s)

    def _claim(self) -> Claim:
        duty, reading, info = self.duty, self.duty.gate.reading, self.stream.info
        return Claim(
            awake=duty.awake,
            needed=self.judge.waiting or duty.why in NEVER_ASLEEP or self._first_s is None or self.sampler.seconds < self._first_s,
            awake_s=self._newest - duty.woke_at if duty.awake else 0.0,
            score=max(reading.excess if reading is not None else 0.0, STARTLED * self._startled),
            decode=self.meter.picture * (info.fps if info is not None else 25.0),
            look=self.meter.look,
            glance=self.meter.glance,
            late_s=self.late_s + self.stream.timeline.late_s,
            begins=duty.why in BEGINS and not self._startled,
            spent=self.meter.spent,
        )

    def _due(self) -> Pictures | None:
        """What is to be decoded. None for most packets of a camera that sleeps: to ask for a thread's time costs more than all else that is done for one."""
        if self._whole:
            self._resume()
            return self._catch_up(CATCH_UP if self.stream.timeline.late_s < BEHIND_S else 1)
        self._hold()
        key = self._key_due()
        return self._glance(key) if key is not None else None

    def _hold(self) -> None:
        if not self.duty.awake:
            self._held_from, self._startled = None, False
        elif self._held_from is None:
            following = self.ring.packet(self._next) if self._next is not None else None
            self._held_from = self.sampler.seconds if following is None else following.at

    def _resume(self) -> None:
        if self._held_from is not None:
            self._jump(self.ring.start_before(self._held_from))
            self._held_from, self._startled = None, False

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

    def _key_due(self) -> Kept | None:
        """The keyframe that is to be looked at now."""
        since = max(self._glanced, self.sampler.seconds)
        pause = max(self.duty.glance_s(self._newest, self._hour), self.grant.glance_s)
        if self._newest - since < pause + LAG_S:
            return None
        key = self.ring.next_start(since, min(since + pause + UNEVEN_S, self._newest - LAG_S))
        return None if key is None or key.at > self._newest - LAG_S else key

    def _glance(self, key: Kept) -> Pictures:
        """Asleep: one keyframe alone, compared before it is learned from."""
        self._glanced = key.at
        before = self.sampler.seconds
        for at, picture in self._alone(key):
            if self.judge.strange(picture, self.duty.patience):
                self.sampler.back_to(before)
                self._wake(Why.PICTURE, before)
                return
            yield at, picture
        self._nothing_strange(key)

    def _nothing_strange(self, key: Kept) -> None:
        if self.judge.busy:
            self._wake(Why.FOLLOWING, self.sampler.seconds)
        elif self.duty.awake:
            self._held_from = key.at
            self._startled = False
            self.duty.glanced(self._newest, self._hour)

    def _alone(self, key: Kept) -> Pictures:
        self.stream.forget()
        yield from self.sampler.due(self.stream.decode(key.data, key.pts, key.dts), key.at)
        yield from self.sampler.due(self.stream.last_pictures(), key.at)

    def _wake(self, why: Why, since: float) -> None:
        """Who is awake already and only held goes on waiting for time, with more reason for it."""
        if self.duty.awake:
            self._startled = True
            self.duty.startled(self._newest)
            return
        self.duty.wake(why, self._newest)
        self._jump(self.ring.start_before(since))

    def _jump(self, to: Kept | None) -> None:
        self.stream.forget()
        self._next = to.number if to is not None else None
