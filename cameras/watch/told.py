"""What a camera tells, and whom: cuts, pictures and health to the recorder, every packet to its taps."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from broker.messages.cameras import Health
from cameras.domain.areas import Areas
from cameras.domain.clock import Source
from cameras.domain.duty import Duty
from cameras.domain.errors import Code, Facts
from cameras.watch.analyst import Finding
from cameras.watch.layers import Picture
from cameras.watch.ring import Kept
from cameras.watch.stream import Info

State = Literal["seen", "idle", "gap", "covered", "moved", "dark", "unreadable", "refused", "off"]


@dataclass(frozen=True, slots=True)
class Cut:
    """A flagged finding with the packets around it. `epoch` is the wall-clock time of second 0 of `finding` and `packets`."""

    camera: str
    finding: Finding
    packets: tuple[Kept, ...]
    template: Any
    epoch: datetime
    clock: Source
    clock_offset_s: float | None
    """The camera's clock less ours, where it told."""
    size: tuple[int, int]
    codec: str
    notes: tuple[tuple[Code, Facts], ...]
    areas: Areas
    fence: int | None = None


@dataclass(frozen=True, slots=True)
class Lack:
    """What a clip lacks: packets of the scene's seconds from `start` to `end`, to stand before `then` where there is one.

    `epoch`: capture time of second 0. `template`: the native stream that the clip is muxed like.
    """

    camera: str
    start: float
    end: float
    epoch: datetime
    template: Any
    then: Kept | None = None


class Past(Protocol):
    """What came before the ring. The recordings answer."""

    def earlier(self, lack: Lack) -> tuple[Kept, ...]:
        """Packets from a keyframe on, in the framing and with the time stamps of `lack.template`; empty when there are none."""
        ...


class Told(Protocol):
    """Whom a camera tells. Called on the camera's thread."""

    def health(self, camera: str, health: Health) -> None: ...

    def picture(self, camera: str, picture: Picture) -> None:
        """The newest small picture."""
        ...

    def cut(self, cut: Cut) -> None:
        """Write this down now; the packets' native stream is open until the call returns."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection that begins. `template` is the native stream for a muxer, usable until `Tap.closed` returns."""

    camera: str
    template: Any
    info: Info


class Tap(Protocol):
    """Sees every packet of one camera as it came, on the camera's thread: recordings, live views. Must never wait for anybody.

    Calls come as opened, packet..., closed for each connection.
    """

    def opened(self, opened: Opened) -> None: ...

    def packet(self, kept: Kept, at: datetime) -> None:
        """`at`: capture time, UTC. The first packet of a connection may be no keyframe only when the camera sends none."""
        ...

    def closed(self) -> None: ...


class Gauge(Protocol):
    """Sees what a camera's gate read of every packet, after the taps have seen the packet, on the camera's thread. Must never wait for anybody."""

    def weighed(self, duty: Duty, at: datetime, *, key: bool) -> None:
        """`at`: the wall clock of this machine, UTC. `duty` says what the gate read, and whether the camera is awake and why."""
        ...
