"""Bytes of H.264 and H.265 as units, and bits out of their headers. Nothing is decoded; whatever the bytes are, only `OutOfBits` is raised.

Sources: ITU-T H.264 (7.3.1, annex B, 9.1) and H.265 (7.3.1, annex B, 9.2).
"""

import re
from collections.abc import Iterator

START = b"\x00\x00\x01"
UNITS_MAX = 64
"""A picture in more pieces than this is no camera's; the rest is not looked at."""
_PREVENTED = re.compile(rb"\x00\x00\x03")
_PADDING = b"\x00\x00\x03"


class OutOfBits(Exception):
    """The header ends too early, or a number in it is larger than any header's: the bytes are not what they seem."""


class Bits:
    """Reads a header bit by bit, most significant first. `data` is a unit's payload as sent; emulation prevention is taken out."""

    def __init__(self, data: bytes) -> None:
        clean = _PREVENTED.sub(b"\x00\x00", data)
        self._value = int.from_bytes(clean, "big")
        self._left = 8 * len(clean)

    def u(self, count: int) -> int:
        """The next `count` bits as a number. Raises OutOfBits."""
        self._left -= count
        if self._left < 0:
            raise OutOfBits
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """The next bit."""
        return self.u(1) == 1

    def skip(self, count: int) -> None:
        """Step over `count` bits."""
        self._left -= count
        if self._left < 0:
            raise OutOfBits

    def ue(self) -> int:
        """An unsigned Exp-Golomb number of at most 32 bits. Raises OutOfBits."""
        rest = self._value & ((1 << self._left) - 1) if self._left > 0 else 0
        zeros = self._left - rest.bit_length()
        if not rest or zeros > 32:
            raise OutOfBits
        self.skip(zeros)
        return self.u(zeros + 1) - 1

    def se(self) -> int:
        """A signed Exp-Golomb number."""
        coded = self.ue()
        return (coded + 1) // 2 if coded % 2 else -(coded // 2)

    def upto(self, most: int) -> int:
        """An unsigned number that is to be repeated after: above `most` it cannot be a header's. Raises OutOfBits."""
        count = self.ue()
        if count > most:
            raise OutOfBits
        return count


def units(data: bytes, length_size: int) -> Iterator[bytes]:
    """The units of a packet: after start codes when `length_size` is 0 (Annex B), after their lengths of so many bytes otherwise."""
    return _annex_b(data) if length_size == 0 else _with_lengths(data, length_size)


def without_padding(unit: bytes) -> int:
    """The unit's size less the zero words that constant bit rates append (H.264 7.4.2.10, H.265 7.4.3.2.6)."""
    end = len(unit)
    while end >= len(_PADDING) and unit[end - 3 : end] == _PADDING:
        end -= len(_PADDING)
    return end


def _annex_b(data: bytes) -> Iterator[bytes]:
    begin = data.find(START)
    for _ in range(UNITS_MAX):
        if begin < 0:
            return
        begin += len(START)
        end = data.find(START, begin)
        unit = (data[begin:end] if end >= 0 else data[begin:]).rstrip(b"\x00")
        if unit:
            yield unit
        begin = end


def _with_lengths(data: bytes, length_size: int) -> Iterator[bytes]:
    at = 0
    for _ in range(UNITS_MAX):
        size = int.from_bytes(data[at : at + length_size], "big")
        at += length_size
        if at >= len(data) or size == 0:
            return
        yield data[at : at + size]
        at += size
