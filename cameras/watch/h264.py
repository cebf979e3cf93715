"""H.264 headers: what kind of picture, and at which quantiser, from the slice header alone (ITU-T H.264, 7.3.2 and 7.3.3)."""

from dataclasses import dataclass

from cameras.watch.nal import Bits, OutOfBits

SLICE, IDR, SPS, PPS, FILLER = 1, 5, 7, 8, 12
HEADER_BYTES = 160
"""More than a slice header without weight tables needs; the entropy-coded rest is never touched."""
_HIGH = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_SP, _SI = 3, 4


@dataclass(frozen=True, slots=True)
class Sps:
    """What a slice header needs of its sequence."""

    colour_planes: bool
    chroma: bool
    frame_num_bits: int
    order_type: int
    order_bits: int
    order_delta_zero: bool
    frames_only: bool


@dataclass(frozen=True, slots=True)
class Pps:
    """What a slice header needs of its picture set. `qp` is 26 + pic_init_qp_minus26."""

    sps: int
    cabac: bool
    bottom_order: bool
    references: tuple[int, int]
    weighted: bool
    weighted_b: int
    qp: int
    redundant: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """One slice: P, B or I (SP and SI count as P and I), its quantiser, and whether other pictures are predicted from it."""

    kind: str
    qp: int
    layer: int


class H264:
    """Remembers the parameter sets of one stream. Raises OutOfBits and LookupError for what is not a header."""

    def __init__(self) -> None:
        self._sps: dict[int, Sps] = {}
        self._pps: dict[int, Pps] = {}

    def kind(self, unit: bytes) -> int:
        """nal_unit_type."""
        return unit[0] & 31

    def is_slice(self, kind: int) -> bool:
        return kind in (SLICE, IDR)

    def is_start(self, kind: int) -> bool:
        """A decoder may begin here with nothing before."""
        return kind == IDR

    def is_filler(self, kind: int) -> bool:
        return kind == FILLER

    def is_sequence(self, kind: int) -> bool:
        return kind == SPS

    def is_parameters(self, kind: int) -> bool:
        return kind in (SPS, PPS)

    def learn(self, unit: bytes) -> None:
        """Take a parameter set."""
        bits = Bits(unit[1:])
        if self.kind(unit) == SPS:
            number, sps = _sps(bits)
            self._sps[number] = sps
        else:
            number, pps = _pps(bits)
            self._pps[number] = pps

    def slice(self, unit: bytes) -> Slice:
        """The header of a slice unit."""
        bits = Bits(unit[1:HEADER_BYTES])
        reference, idr = unit[0] >> 5 & 3, self.kind(unit) == IDR
        bits.ue()
        kind = bits.upto(9) % 5
        pps = self._pps[bits.upto(255)]
        sps = self._sps[pps.sps]
        _to_lists(bits, sps, pps, idr=idr)
        counts = _references(bits, pps, kind)
        _modifications(bits, kind)
        if (pps.weighted and kind in (0, _SP)) or (pps.weighted_b == 1 and kind == 1):
            _weights(bits, counts, chroma=sps.chroma)
        if reference:
            _marking(bits, idr=idr)
        if pps.cabac and kind not in (2, _SI):
            bits.upto(2)
        return Slice("PBIPI"[kind], pps.qp + bits.se(), 0 if reference else 1)


def _sps(bits: Bits) -> tuple[int, Sps]:
    profile = bits.u(8)
    bits.skip(16)
    number = bits.upto(31)
    planes, chroma = (False, 1) if profile not in _HIGH else _high(bits)
    frame_num_bits = bits.upto(12) + 4
    order_type = bits.upto(2)
    order_bits, delta_zero = 0, False
    if order_type == 0:
        order_bits = bits.upto(12) + 4
    elif order_type == 1:
        delta_zero = bits.flag()
        for _ in range(2):
            bits.se()
        for _ in range(bits.upto(255)):
            bits.se()
    bits.ue()
    bits.skip(1)
    bits.ue()
    bits.ue()
    return number, Sps(planes, chroma != 0 and not planes, frame_num_bits, order_type, order_bits, delta_zero, bits.flag())


def _high(bits: Bits) -> tuple[bool, int]:
    chroma = bits.upto(3)
    planes = chroma == 3 and bits.flag()
    bits.upto(6)
    bits.upto(6)
    bits.skip(1)
    if bits.flag():
        for at in range(8 if chroma != 3 else 12):
            if bits.flag():
                _scaling(bits, 16 if at < 6 else 64)
    return planes, chroma


def _scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _pps(bits: Bits) -> tuple[int, Pps]:
    number, sps = bits.upto(255), bits.upto(31)
    cabac, bottom = bits.flag(), bits.flag()
    if bits.ue():
        raise OutOfBits  # slice groups: no camera sends them, and their map has no place here
    references = bits.upto(31) + 1, bits.upto(31) + 1
    weighted, weighted_b = bits.flag(), bits.u(2)
    qp = 26 + bits.se()
    bits.se()
    bits.se()
    bits.skip(2)
    return number, Pps(sps, cabac, bottom, references, weighted, weighted_b, qp, bits.flag())


def _to_lists(bits: Bits, sps: Sps, pps: Pps, *, idr: bool) -> None:
    if sps.colour_planes:
        bits.skip(2)
    bits.skip(sps.frame_num_bits)
    field = not sps.frames_only and bits.flag()
    if field:
        bits.skip(1)
    if idr:
        bits.upto(65535)
    if sps.order_type == 0:
        bits.skip(sps.order_bits)
        if pps.bottom_order and not field:
            bits.se()
    elif sps.order_type == 1 and not sps.order_delta_zero:
        bits.se()
        if pps.bottom_order and not field:
            bits.se()
    if pps.redundant:
        bits.upto(127)


def _references(bits: Bits, pps: Pps, kind: int) -> tuple[int, ...]:
    """How many pictures each list names: none for I, one list for P, two for B."""
    if kind == 1:
        bits.skip(1)
    if kind in (2, _SI):
        return ()
    lists = 2 if kind == 1 else 1
    return tuple(bits.upto(31) + 1 for _ in range(lists)) if bits.flag() else pps.references[:lists]


def _modifications(bits: Bits, kind: int) -> None:
    for _ in range({0: 1, 1: 2, _SP: 1}.get(kind, 0)):
        if bits.flag():
            for _ in range(66):
                if bits.upto(3) == 3:
                    break
                bits.ue()


def _weights(bits: Bits, counts: tuple[int, ...], *, chroma: bool) -> None:
    bits.upto(7)
    if chroma:
        bits.upto(7)
    for count in counts:
        for _ in range(count):
            for numbers in (2, 4) if chroma else (2,):
                if bits.flag():
                    for _ in range(numbers):
                        bits.se()


def _marking(bits: Bits, *, idr: bool) -> None:
    if idr:
        bits.skip(2)
    elif bits.flag():
        for _ in range(66):
            operation = bits.upto(6)
            if operation == 0:
                return
            for _ in range({1: 1, 2: 1, 3: 2, 4: 1, 6: 1}.get(operation, 0)):
                bits.ue()
