"""Every byte that a camera can send into the readers of NAL units, parameter sets and slice headers, H.264 and H.265.

The first byte of an input says how it comes: bit 0 the codec, bit 1 as a stream's configuration record instead of a packet, bit 2 with
lengths before units instead of start codes. Readers remember parameter sets, broken ones too, for LIFE inputs.
"""

import time
from fractions import Fraction
from random import Random
from typing import Any

import av
import numpy as np

from cameras.domain.packets import PacketFacts
from cameras.watch.headers import Headers, sequences
from cameras.watch.nal import units
from tests.fuzz.mutate import mutate
from tests.fuzz.target import WrongAnswer

CODECS = {"h264": "libx264", "hevc": "libx265"}
LIFE = 500
SLOW_S = 0.25
"""A header is read in microseconds; an input that takes this long would hold a camera's thread."""


class CameraHeaders:
    """Packets of two small films, changed."""

    name = "headers"

    def __init__(self) -> None:
        self.packets = {codec: film(encoder) for codec, encoder in CODECS.items()}
        self._fed = 0
        self._begin()

    def invent(self, draw: Random) -> bytes:
        how = draw.randrange(8)
        codec = list(CODECS)[how & 1]
        seeds = self.packets[codec]
        whole = b"".join(_with_lengths(one) if how & 4 else one for one in draw.sample(seeds, 2))
        cut = whole[: draw.randrange(20, 400)]
        return bytes([how]) + (mutate(draw, [cut]) if draw.random() < 0.8 else _flipped(draw, cut))

    def feed(self, data: bytes) -> None:
        if not data:
            return
        how, content = data[0], data[1:]
        codec = list(CODECS)[how & 1]
        began = time.thread_time()
        if how & 2:
            self.readers[codec, how >> 2 & 1] = Headers(codec, content)
        else:
            _judge(self.readers[codec, how >> 2 & 1].facts(content), content)
            if len(sequences(codec, content)) > len(content):
                raise WrongAnswer("more parameter sets than bytes")
        if time.thread_time() - began > SLOW_S:
            raise WrongAnswer(f"{len(content)} bytes took more than {SLOW_S} s of CPU")
        self._fed += 1
        if self._fed % LIFE == 0:
            self._begin()

    def close(self) -> None:
        """Honest packets are still read."""
        for codec, packets in self.packets.items():
            reader = Headers(codec)
            kinds = [reader.facts(packet).kind for packet in packets]
            if kinds[0] != "I" or "?" in kinds:
                raise WrongAnswer(f"{codec}: {kinds}")

    def _begin(self) -> None:
        self.readers = {(codec, lengths): Headers(codec) for codec in CODECS for lengths in (0, 1)}
        for codec, packets in self.packets.items():
            self.readers[codec, 0].facts(packets[0])


def film(encoder: str) -> list[bytes]:
    """The packets of twelve small pictures, with start codes, parameter sets in the first."""
    codec: Any = av.CodecContext.create(encoder, "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base, codec.gop_size = 96, 64, "yuv420p", Fraction(1, 12), 6
    codec.options = {"x265-params": "log-level=none"} if encoder == "libx265" else {"preset": "medium", "weightp": "2"}
    draw = np.random.default_rng(4)
    packets: list[bytes] = []
    for number in range(12):
        picture = np.asarray(draw.integers(0, 60, (64, 96, 3)) + 15 * number, np.uint8)
        packets += [bytes(packet) for packet in codec.encode(av.VideoFrame.from_ndarray(picture, format="bgr24"))]
    return packets + [bytes(packet) for packet in codec.encode(None)]


def _judge(facts: PacketFacts, content: bytes) -> None:
    qp_fine = facts.qp is None or -48 <= facts.qp <= 51
    if facts.kind not in ("I", "P", "B", "?") or not qp_fine or not 0 <= facts.size <= len(content) or not 0 <= facts.layer <= 14:
        raise WrongAnswer(repr(facts))


def _with_lengths(packet: bytes) -> bytes:
    return b"".join(len(unit).to_bytes(4, "big") + unit for unit in units(packet, 0))


def _flipped(draw: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.randrange(1, 6)):
        changed[draw.randrange(len(changed))] ^= 1 << draw.randrange(8)
    return bytes(changed)
