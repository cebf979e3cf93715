"""H.265 headers: what kind of picture, in which temporal layer, at which quantiser (ITU-T H.265, 7.3.2, 7.3.3, 7.3.6, 7.3.7)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cameras.watch.h264 import HEADER_BYTES, Slice
from cameras.watch.nal import Bits, OutOfBits

FIRST_IRAP, LAST_IRAP = 16, 23
IDR = (19, 20)
LAST_SLICE, SPS, PPS, FILLER = 21, 33, 34, 38
_PICTURES_MAX = 16
_NO_LEADING = frozenset({0, 2, 4, 6, 8, 10, 12, 14})
"""Sub-layer non-reference pictures: nothing of their own layer is predicted from them."""


@dataclass(frozen=True, slots=True)
class _Set:
    """One short-term reference picture set: distances to its pictures, past first, nearest first, and which are used now."""

    deltas: tuple[int, ...]
    used: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Sps:
    """What a slice header needs of its sequence. `long_used`: of each long-term picture that it names itself, whether it is used."""

    planes: bool
    chroma: bool
    order_bits: int
    sao: bool
    sets: tuple[_Set, ...]
    long_terms: bool
    long_used: tuple[bool, ...]
    temporal_vectors: bool


@dataclass(frozen=True, slots=True)
class Pps:
    """What a slice header needs of its picture set. `qp` is 26 + init_qp_minus26."""

    sps: int
    output_flag: bool
    extra_bits: int
    cabac_init: bool
    references: tuple[int, int]
    qp: int
    weighted: bool
    weighted_b: bool
    lists_modified: bool


class H265:
    """Remembers the parameter sets of one stream. Raises OutOfBits and LookupError for what is not a header."""

    def __init__(self) -> None:
        self._sps: dict[int, Sps] = {}
        self._pps: dict[int, Pps] = {}

    def kind(self, unit: bytes) -> int:
        """nal_unit_type."""
        return unit[0] >> 1 & 63

    def is_slice(self, kind: int) -> bool:
        return kind <= 9 or FIRST_IRAP <= kind <= LAST_SLICE

    def is_start(self, kind: int) -> bool:
        """A decoder may begin here with nothing before."""
        return FIRST_IRAP <= kind <= LAST_SLICE

    def is_filler(self, kind: int) -> bool:
        return kind == FILLER

    def is_sequence(self, kind: int) -> bool:
        return kind == SPS

    def is_parameters(self, kind: int) -> bool:
        return kind in (SPS, PPS)

    def learn(self, unit: bytes) -> None:
        """Take a parameter set."""
        bits = Bits(unit[2:])
        if self.kind(unit) == SPS:
            number, sps = _sps(bits)
            self._sps[number] = sps
        else:
            number, pps = _pps(bits)
            self._pps[number] = pps

    def slice(self, unit: bytes) -> Slice:
        """The header of a picture's first slice. LookupError for a later or dependent one: its header leans on the first."""
        bits = Bits(unit[2:HEADER_BYTES])
        nal = self.kind(unit)
        if not bits.flag():
            raise LookupError("not the first slice of its picture")
        if FIRST_IRAP <= nal <= LAST_IRAP:
            bits.skip(1)
        pps = self._pps[bits.upto(63)]
        sps = self._sps[pps.sps]
        bits.skip(pps.extra_bits)
        kind = bits.upto(2)
        if pps.output_flag:
            bits.skip(1)
        if sps.planes:
            bits.skip(2)
        named = (0, False) if nal in IDR else _pictures(bits, sps)
        if sps.sao:
            bits.skip(2 if sps.chroma else 1)
        if kind != 2:
            _prediction(bits, sps, pps, kind, named)
        layer = 2 * (max(unit[1] & 7, 1) - 1) + (nal in _NO_LEADING)
        return Slice("BPI"[kind], pps.qp + bits.se(), layer)


def _profile(bits: Bits, layers: int) -> None:
    bits.skip(96)
    present = [(bits.flag(), bits.flag()) for _ in range(layers)]
    if layers:
        bits.skip(2 * (8 - layers))
    for profile, level in present:
        bits.skip(88 * profile + 8 * level)


def _sps(bits: Bits) -> tuple[int, Sps]:
    bits.skip(4)
    layers = bits.u(3)
    bits.skip(1)
    _profile(bits, layers)
    number, chroma = bits.upto(15), bits.upto(3)
    planes = chroma == 3 and bits.flag()
    _numbers(bits, 2)
    if bits.flag():
        _numbers(bits, 4)
    _numbers(bits, 2)
    order_bits = bits.upto(12) + 4
    _numbers(bits, 3 * (layers + 1 if bits.flag() else 1) + 6)
    if bits.flag() and bits.flag():
        _scaling(bits)
    bits.skip(1)
    sao = bits.flag()
    if bits.flag():
        bits.skip(8)
        _numbers(bits, 2)
        bits.skip(1)
    sets = _sets(bits)
    long_terms = bits.flag()
    used = tuple(bits.u(order_bits + 1) & 1 == 1 for _ in range(bits.upto(32))) if long_terms else ()
    return number, Sps(planes, chroma != 0 and not planes, order_bits, sao, sets, long_terms, used, bits.flag())


def _numbers(bits: Bits, count: int) -> None:
    """Step over `count` numbers."""
    for _ in range(count):
        bits.ue()


def _scaling(bits: Bits) -> None:
    for size in range(4):
        for _ in range(0, 6, 3 if size == 3 else 1):
            _numbers(bits, (size > 1) + min(64, 1 << (4 + 2 * size)) if bits.flag() else 1)


def _sets(bits: Bits) -> tuple[_Set, ...]:
    sets: list[_Set] = []
    for _ in range(bits.upto(64)):
        sets.append(_set(bits, sets, in_slice=False))
    return tuple(sets)


def _set(bits: Bits, known: Sequence[_Set], *, in_slice: bool) -> _Set:
    """st_ref_pic_set: told by its distances, or as a change of a set before."""
    if known and bits.flag():
        base = known[-1 - (bits.upto(len(known) - 1) if in_slice else 0)]
        sign = bits.u(1)
        return _changed(bits, base, (1 - 2 * sign) * (bits.upto(32767) + 1))
    past, coming = bits.upto(16), bits.upto(16)
    found: list[tuple[int, bool]] = []
    for count, sign in ((past, -1), (coming, 1)):
        distance = 0
        for _ in range(count):
            distance += sign * (bits.upto(32767) + 1)
            found.append((distance, bits.flag()))
    return _Set(tuple(delta for delta, _ in found), tuple(used for _, used in found))


def _changed(bits: Bits, base: _Set, shift: int) -> _Set:
    found: list[tuple[int, bool]] = []
    for delta in (*base.deltas, 0):
        used = bits.flag()
        named = used or bits.flag()
        if named and delta + shift:
            found.append((delta + shift, used))
    found.sort(key=lambda one: (one[0] > 0, abs(one[0])))
    if len(found) > _PICTURES_MAX:
        raise OutOfBits
    return _Set(tuple(delta for delta, _ in found), tuple(used for _, used in found))


def _pps(bits: Bits) -> tuple[int, Pps]:
    number, sps = bits.upto(63), bits.upto(15)
    bits.skip(1)
    output_flag, extra_bits = bits.flag(), bits.u(3)
    bits.skip(1)
    cabac_init = bits.flag()
    references = bits.upto(14) + 1, bits.upto(14) + 1
    qp = 26 + bits.se()
    bits.skip(2)
    if bits.flag():
        bits.ue()
    _numbers(bits, 2)
    bits.skip(1)
    weighted, weighted_b = bits.flag(), bits.flag()
    bits.skip(1)
    tiles = bits.flag()
    bits.skip(1)
    if tiles:
        _tiles(bits)
    bits.skip(1)
    if bits.flag():
        bits.skip(1)
        if not bits.flag():
            _numbers(bits, 2)
    if bits.flag():
        _scaling(bits)
    return number, Pps(sps, output_flag, extra_bits, cabac_init, references, qp, weighted, weighted_b, bits.flag())


def _tiles(bits: Bits) -> None:
    columns, rows = bits.upto(64), bits.upto(64)
    if not bits.flag():
        _numbers(bits, columns + rows)
    bits.skip(1)


def _pictures(bits: Bits, sps: Sps) -> tuple[int, bool]:
    """How many pictures this one may be predicted from, and whether motion vectors come from another picture."""
    bits.skip(sps.order_bits)
    if not bits.flag():
        named = _set(bits, sps.sets, in_slice=True)
    else:
        named = sps.sets[bits.u((len(sps.sets) - 1).bit_length()) if len(sps.sets) > 1 else 0]
    total = sum(named.used)
    if sps.long_terms:
        total += _long_terms(bits, sps)
    return total, sps.temporal_vectors and bits.flag()


def _long_terms(bits: Bits, sps: Sps) -> int:
    of_sps = bits.upto(len(sps.long_used)) if sps.long_used else 0
    own = bits.upto(_PICTURES_MAX)
    total = 0
    for at in range(of_sps + own):
        if at < of_sps:
            total += sps.long_used[bits.u((len(sps.long_used) - 1).bit_length())]
        else:
            total += bits.u(sps.order_bits + 1) & 1
        if bits.flag():
            bits.ue()
    return total


def _prediction(bits: Bits, sps: Sps, pps: Pps, kind: int, named: tuple[int, bool]) -> None:
    """From the counts of references to the last number before the quantiser."""
    pictures, vectors = named
    lists = 2 if kind == 0 else 1
    counts = [bits.upto(14) + 1 for _ in range(lists)] if bits.flag() else list(pps.references[:lists])
    if pps.lists_modified and pictures > 1:
        for count in counts:
            if bits.flag():
                bits.skip(count * (pictures - 1).bit_length())
    if kind == 0:
        bits.skip(1)
    if pps.cabac_init:
        bits.skip(1)
    if vectors:
        first = kind != 0 or bits.flag()
        if counts[0 if first else 1] > 1:
            bits.ue()
    if pps.weighted_b if kind == 0 else pps.weighted:
        _weights(bits, counts, chroma=sps.chroma)
    bits.upto(4)


def _weights(bits: Bits, counts: Sequence[int], *, chroma: bool) -> None:
    bits.upto(7)
    if chroma:
        bits.se()
    for count in counts:
        luma = [bits.flag() for _ in range(count)]
        colour = [bits.flag() if chroma else False for _ in range(count)]
        _numbers(bits, 2 * sum(luma) + 4 * sum(colour))
