"""The camera's own packets as a fragmented MP4 in memory, the way a browser's Media Source wants them. Nothing is transcoded."""

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import av

from cameras.watch.ring import Kept

MOVFLAGS = "empty_moov+default_base_moof+skip_trailer"
STRETCH_US = 400_000
"""Of what was recorded, about so much comes in one fragment; of what is live, each picture is one."""
HVC1 = "hvc1"
"""Of the two names of H.265 in an MP4 the one that every browser with a decoder takes: Safari knows no `hev1`. It means that all parameter sets
stand in the head, which holds, because a camera that sends others is connected anew; FFmpeg takes them out of the packets of a camera."""
_LEAST_AVCC, _LEAST_HVCC = 4, 13


class _Sink:
    """A file that only its writer keeps."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def take(self) -> bytes:
        """What was written since."""
        whole = b"".join(self._parts)
        self._parts.clear()
        return whole


class Held:
    """A camera's codec parameters, which outlive its connection."""

    def __init__(self, template: Any) -> None:
        self._container = av.open(_Sink(), "w", format="mp4")
        self.template = self._container.add_stream_from_template(template)
        self.time_base: Fraction = template.time_base


class Mux:
    """One unbroken run of packets, from a keyframe on. Media time 0 is when its first packet is decoded.

    `init` is its head (ftyp, moov); `add` gives the fragments that a packet completes: a picture leaves when the next one comes.
    `time_base` is that of the packets' stamps, as is `base` in `add`, which is taken off them.
    """

    def __init__(self, template: Any, time_base: Fraction, *, live: bool) -> None:
        self._sink, self._time_base = _Sink(), time_base
        cut = {"movflags": f"{MOVFLAGS}+frag_every_frame"} if live else {"movflags": MOVFLAGS, "frag_duration": str(STRETCH_US)}
        self._container: Any = av.open(self._sink, "w", format="mp4", options=cut)
        self._stream = self._container.add_stream_from_template(template)
        if self._stream.codec_context.codec.canonical_name == "hevc":
            self._stream.codec_tag = HVC1
        self._container.start_encoding()
        self._last = -1
        self.init = self._sink.take()

    def add(self, kept: Kept, *, base: int) -> bytes:
        """Take a packet; what is ready to be sent. Raises av.error.FFmpegError or ValueError for what MP4 does not take."""
        shown = kept.pts if kept.pts is not None else kept.dts
        sent = kept.dts if kept.dts is not None else kept.pts
        dts = max(sent - base, self._last + 1) if sent is not None else self._last + max(kept.duration, 1)
        packet = av.Packet(kept.data)
        packet.time_base, packet.stream = self._time_base, self._stream
        packet.dts, packet.pts = dts, max(shown - base, dts) if shown is not None else dts
        packet.duration, packet.is_keyframe = kept.duration, kept.key
        self._container.mux(packet)
        self._last = dts
        return self._sink.take()

    def end(self) -> bytes:
        """The last fragment."""
        self._container.close()
        return self._sink.take()


def first_stamp(kept: Kept) -> int:
    """The `base` of a run that begins with this packet."""
    return kept.dts if kept.dts is not None else kept.pts or 0


def zero_of(kept: Kept, at: datetime, time_base: Fraction) -> datetime:
    """The capture time of media time 0 in a run that begins with this packet, which was shown at `at`."""
    delay = 0 if kept.pts is None else kept.pts - first_stamp(kept)
    return at - timedelta(seconds=float(delay * time_base))


def mime(init: bytes, codec: str) -> str:
    """What `MediaSource.isTypeSupported` is asked: RFC 6381, with the codec's parameters from its box in `init`.

    Codecs other than H.264 and H.265 are named as they are, which no browser supports.
    """
    found = _avc(init) or _hevc(init) or codec
    return f'video/mp4; codecs="{found}"'


def _box(init: bytes, name: bytes, least: int) -> bytes:
    """The content of the first box of that name, or nothing."""
    at = init.find(name)
    content = init[at + 4 : at - 4 + int.from_bytes(init[at - 4 : at], "big")] if at >= 4 else b""
    return content if len(content) >= least else b""


def _avc(init: bytes) -> str | None:
    """ISO 14496-15, 5.3.3.1: profile, compatibility and level are bytes 1 to 3 of avcC."""
    content = _box(init, b"avcC", _LEAST_AVCC)
    return f"avc1.{content[1:4].hex()}" if content else None


def _hevc(init: bytes) -> str | None:
    """ISO 14496-15, 8.3.3.1 and annex E.3: profile, compatibility (its bits reversed), tier, level, constraints without trailing zeros."""
    content = _box(init, b"hvcC", _LEAST_HVCC)
    if not content:
        return None
    space, tier, profile = content[1] >> 6, (content[1] >> 5) & 1, content[1] & 31
    fits = int(f"{int.from_bytes(content[2:6], 'big'):032b}"[::-1], 2)
    limits = "".join(f".{byte:x}" for byte in content[6:12].rstrip(b"\0"))
    return f"{HVC1}.{('', 'A', 'B', 'C')[space]}{profile}.{fits:x}.{'LH'[tier]}{content[12]}{limits}"
