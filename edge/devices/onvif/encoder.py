"""What a camera's encoder should be set to so that it can be watched cheaply and its clips are evidence, told as a difference."""

from dataclasses import dataclass, field
from typing import Literal

What = Literal["codec", "gop", "rate", "size"]
GOP_S, SHORTEST_S, LONGEST_S = 2.0, 0.9, 2.6
"""Seconds between keyframes: wanted, and what is left as it is."""
SMALL: tuple[tuple[int, int], ...] = ((640, 360), (704, 576))
"""Sizes of a substream, for wide and for older pictures."""


@dataclass(frozen=True, slots=True)
class Encoder:
    """One profile's encoder as the camera tells it. `gop` in pictures; None where the camera does not say."""

    profile: str
    name: str
    configuration: str
    codec: str
    width: int
    height: int
    fps: float
    gop: int | None = None
    kbps: int | None = None
    constant: bool | None = None
    """True: constant bit rate; None: the camera offers no choice."""
    codecs: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()
    gops: tuple[int, int] = (1, 1000)

    @property
    def gop_s(self) -> float | None:
        return self.gop / self.fps if self.gop and self.fps else None


@dataclass(frozen=True, slots=True)
class Change:
    """`now` and `wanted` as the camera writes them; `now_s` and `wanted_s` of a group of pictures in seconds. `what` is also the reason's key."""

    profile: str
    what: What
    now: str
    wanted: str
    now_s: float | None = field(default=None)
    wanted_s: float | None = field(default=None)


def by_size(encoders: list[Encoder]) -> list[Encoder]:
    """The largest picture first: that is the main stream."""
    return sorted(encoders, key=lambda one: -one.width * one.height)


def changes(encoders: list[Encoder]) -> list[Change]:
    """Everything that should be set otherwise and can be, main stream first. Two profiles with one configuration are set once."""
    found: list[Change] = []
    done: set[str] = set()
    ordered = by_size(encoders)
    for encoder in ordered:
        if encoder.configuration not in done:
            done.add(encoder.configuration)
            found += _of(encoder, main=ordered[0])
    return found


def _of(encoder: Encoder, *, main: Encoder) -> list[Change]:
    told = (_codec(encoder), _gop(encoder), _rate(encoder), None if encoder is main else _size(encoder, main))
    return [change for change in told if change is not None]


def _codec(encoder: Encoder) -> Change | None:
    if encoder.codec == "H264" or "H264" not in encoder.codecs:
        return None
    return Change(encoder.profile, "codec", encoder.codec, "H264")


def _gop(encoder: Encoder) -> Change | None:
    now = encoder.gop_s
    if now is None or encoder.gop is None or SHORTEST_S <= now <= LONGEST_S:
        return None
    wanted = min(max(round(GOP_S * encoder.fps), encoder.gops[0]), encoder.gops[1])
    if wanted == encoder.gop:
        return None
    return Change(encoder.profile, "gop", str(encoder.gop), str(wanted), round(now, 1), round(wanted / encoder.fps, 1))


def _rate(encoder: Encoder) -> Change | None:
    return Change(encoder.profile, "rate", "CBR", "VBR") if encoder.constant else None


def _size(encoder: Encoder, main: Encoder) -> Change | None:
    """Of the sizes offered the one whose shape is nearest to the main stream's, so that zones lie alike on both."""
    if (encoder.width, encoder.height) in SMALL:
        return None
    shape = main.width / max(main.height, 1)
    offered = sorted((size for size in SMALL if size in encoder.sizes), key=lambda size: abs(size[0] / size[1] - shape))
    if not offered:
        return None
    return Change(encoder.profile, "size", f"{encoder.width}x{encoder.height}", "{}x{}".format(*offered[0]))
