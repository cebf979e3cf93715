"""The chain of a camera's recorded segments: each link is made of the one before and of what its segment says, so neither changes unnoticed.

It shows what was changed by somebody who did not compute all later links anew; against that, a link must be known elsewhere.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

BEGIN = "0" * 64
"""What the first segment of a camera is chained to."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a segment says of itself. Times are capture times: microseconds since 1970-01-01 00:00 UTC."""

    camera: str
    number: int
    start_us: int
    end_us: int
    bytes: int
    packets: int
    sha256: str
    recovered: bool
    """A crash left it unfinished; it was cut to its last whole fragment and hashed only then."""


@dataclass(frozen=True, slots=True)
class Link:
    """A segment in its chain."""

    record: Record
    previous: str
    chain: str


@dataclass(frozen=True, slots=True)
class Hole:
    """Segments `first` to `last` were let go: `previous` is what the first was chained to, `chain` the link of the last."""

    first: int
    last: int
    previous: str
    chain: str


class Broken(StrEnum):
    """Why a chain does not hold at a number."""

    RECORD = "record"
    """What is written about the segment is not what its link was made of."""
    ORDER = "order"
    """It is not chained to the one before."""
    ABSENT = "absent"
    """Numbers are missing that nobody let go."""
    TWICE = "twice"
    """The number is there already."""


@dataclass(frozen=True, slots=True)
class Break:
    """The chain breaks at this number."""

    number: int
    why: Broken


def linked(previous: str, record: Record) -> str:
    """The link of a segment: SHA-256, hexadecimal, over the 32 bytes of the previous link and the record as compact JSON with sorted keys, UTF-8."""
    told = json.dumps(asdict(record), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(bytes.fromhex(previous) + told.encode()).hexdigest()


def breaks(chain: Iterable[Link | Hole]) -> Iterator[Break]:
    """Where a chain, given in the order of its numbers and from its beginning, does not hold."""
    due, previous = 1, BEGIN
    for step in chain:
        first, last = (step.record.number, step.record.number) if isinstance(step, Link) else (step.first, step.last)
        if first != due:
            yield Break(min(first, due), Broken.ABSENT if first > due else Broken.TWICE)
        elif step.previous != previous:
            yield Break(first, Broken.ORDER)
        if isinstance(step, Link) and linked(step.previous, step.record) != step.chain:
            yield Break(first, Broken.RECORD)
        due, previous = last + 1, step.chain
