"""What one packet says of itself without being decoded: its kind, its size without stuffing, its quantiser, its layer.

Whatever the bytes are, the answer is `PacketFacts`; what cannot be read is unknown.
"""

from cameras.domain.packets import PacketFacts
from cameras.watch.h264 import H264, Slice
from cameras.watch.h265 import H265
from cameras.watch.nal import START, OutOfBits, units, without_padding

READERS: dict[str, type[H264] | type[H265]] = {"h264": H264, "hevc": H265}


class Headers:
    """Reads the packets of one stream. `codec` as FFmpeg names it; `extradata` is the stream's configuration record, if any."""

    def __init__(self, codec: str, extradata: bytes | None = None) -> None:
        reader = READERS.get(codec)
        self._reader = reader() if reader is not None else None
        self._length_size = 0
        if self._reader is not None and extradata:
            self._configure(codec, extradata)

    def facts(self, data: bytes) -> PacketFacts:
        """Look at one packet."""
        if self._reader is None:
            return PacketFacts(len(data))
        size = 0
        found = None
        start = False
        for unit in units(data, self._length_size):
            kind = self._reader.kind(unit)
            if self._reader.is_filler(kind):
                continue
            size += without_padding(unit)
            if self._reader.is_parameters(kind):
                self._learn(unit)
            elif self._reader.is_slice(kind) and found is None:
                start = self._reader.is_start(kind)
                found = self._slice(unit)
        return PacketFacts(size, "?", start=start) if found is None else PacketFacts(size, found.kind, found.qp, found.layer, start)

    def _configure(self, codec: str, extradata: bytes) -> None:
        """Parameter sets of an avcC or hvcC record (ISO/IEC 14496-15), or of bare Annex B units."""
        if extradata.startswith((START, b"\x00" + START)):
            for unit in units(extradata, 0):
                self._learn(unit)
            return
        try:
            self._length_size = (extradata[4 if codec == "h264" else 21] & 3) + 1
        except IndexError:
            return
        for unit in _avcc(extradata) if codec == "h264" else _hvcc(extradata):
            self._learn(unit)

    def _learn(self, unit: bytes) -> None:
        try:
            if self._reader is not None and self._reader.is_parameters(self._reader.kind(unit)):
                self._reader.learn(unit)
        except OutOfBits:
            return

    def _slice(self, unit: bytes) -> Slice | None:
        try:
            found = self._reader.slice(unit) if self._reader is not None else None
        except (OutOfBits, LookupError):
            return None
        return found if found is not None and -48 <= found.qp <= 51 else None


def sequences(codec: str, data: bytes) -> bytes:
    """The sequence parameter sets in a packet with start codes, as they stand there: others than before are another size or profile."""
    reader = READERS.get(codec)
    if reader is None:
        return b""
    one = reader()
    return b"".join(unit for unit in units(data, 0) if one.is_sequence(one.kind(unit)))


def _avcc(record: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 5
    for mask in (31, 255):
        if at >= len(record):
            break
        count, at = record[at] & mask, at + 1
        at = _sized(record, at, count, found)
    return found


def _hvcc(record: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 23
    for _ in range(record[22] if len(record) > 22 else 0):
        count = int.from_bytes(record[at + 1 : at + 3], "big")
        at = _sized(record, at + 3, min(count, 64), found)
    return found


def _sized(record: bytes, at: int, count: int, found: list[bytes]) -> int:
    for _ in range(count):
        size = int.from_bytes(record[at : at + 2], "big")
        unit = record[at + 2 : at + 2 + size]
        if unit:
            found.append(unit)
        at += 2 + size
    return at
