"""The index, read: by any thread and by other processes, while it is being written."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cameras.domain.chain import Hole, Link, Record
from cameras.domain.errors import Code
from cameras.watch.recordings.footage import Format
from cameras.watch.recordings.schema import HEAD
from cameras.watch.recordings.segment import Entry, unpacked

BUSY_S = 5.0
_PINNED = """select why, camera, start_us, end_us, until_us,
 (select coalesce(sum(bytes), 0) from segment where segment.camera = pin.camera and start_us < pin.end_us and end_us > pin.start_us)
 from pin where until_us >= ? order by pin.start_us desc limit ?"""
_UNPINNED = """not exists (select 1 from pin where pin.camera = segment.camera and pin.start_us < segment.end_us
 and pin.end_us > segment.start_us and pin.until_us >= :now)"""


@dataclass(frozen=True, slots=True)
class Stored:
    """A segment that can be read: `bytes` are those of its whole fragments, `until_us` where these end."""

    file: str
    start_us: int
    until_us: int
    bytes: int
    format: Format
    entries: tuple[Entry, ...]
    number: int = 0
    """0: it is still being written."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A segment that may be let go."""

    camera: str
    number: int
    bytes: int
    end_us: int


@dataclass(frozen=True, slots=True)
class Pinned:
    """What is kept for a sighting. Times in microseconds; `bytes` of the finished files that hold it."""

    why: str
    camera: str
    start_us: int
    end_us: int
    until_us: int
    bytes: int


class Lookup:
    """Raises sqlite3.Error when the index cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def segments(self, camera: str, start_us: int, end_us: int) -> list[Stored]:
        """Those that reach into the time, in the order of capture."""
        with self._base() as base:
            rows = base.execute(
                "select file, start_us, end_us, bytes, format, entries, number from segment"
                " where camera = ? and end_us >= ? and start_us <= ? order by start_us",
                (camera, start_us, end_us),
            ).fetchall()
            formats = {row[0]: _format(row[1:]) for row in base.execute("select * from format").fetchall()}
        return [
            Stored(file, begins, until, size, formats[form], tuple(unpacked(entries)), number)
            for file, begins, until, size, form, entries, number in rows
        ]

    def gaps(self, camera: str, start_us: int, end_us: int) -> list[tuple[int, int, Code | None]]:
        """What is known of times that are not recorded."""
        with self._base() as base:
            rows = base.execute(
                "select start_us, end_us, code from gap where camera = ? and end_us > ? and start_us < ? order by start_us",
                (camera, start_us, end_us),
            ).fetchall()
        return [(start, end, Code(code) if code else None) for start, end, code in rows]

    def cameras(self) -> list[str]:
        """Every camera that has segments or had some."""
        with self._base() as base:
            return [row[0] for row in base.execute("select camera from segment union select camera from hole order by 1")]

    def chain(self, camera: str) -> Iterator[tuple[str, Link | Hole]]:
        """File (empty for a hole) and step of a camera's chain, in the order of numbers."""
        with self._base() as base:
            rows = base.execute(
                "select number as first, number, file, start_us, end_us, bytes, packets, sha256, recovered, previous, chain"
                " from segment where camera = ?1 union all"
                " select first, last, '', 0, 0, 0, 0, x'', 0, previous, chain from hole where camera = ?1 order by 1",
                (camera,),
            )
            for first, last, file, start_us, end_us, size, packets, digest, recovered, previous, chain in rows:
                if not file:
                    yield "", Hole(first, last, previous.hex(), chain.hex())
                    continue
                record = Record(camera, first, start_us, end_us, size, packets, digest.hex(), bool(recovered))
                yield file, Link(record, previous.hex(), chain.hex())

    def head(self, camera: str) -> tuple[int, str] | None:
        """The last number and link of a camera's chain."""
        with self._base() as base:
            row = base.execute(HEAD, (camera,)).fetchone()
        return (int(row[0]), row[1].hex()) if row else None

    def bytes(self) -> dict[str, int]:
        """What is kept of each camera."""
        with self._base() as base:
            return {camera: int(total) for camera, total in base.execute("select camera, sum(bytes) from segment group by camera")}

    def oldest(self, now_us: int, camera: str | None = None) -> Candidate | None:
        """The oldest segment that no pin holds, of one camera or of all; `now_us` decides which pins still hold."""
        of = "camera = :camera and" if camera is not None else ""
        with self._base() as base:
            row = base.execute(
                f"select camera, number, bytes, end_us from segment where {of} {_UNPINNED} order by start_us limit 1",  # noqa: S608 - our own words
                {"camera": camera, "now": now_us},
            ).fetchone()
        return Candidate(*row) if row else None

    def pins(self, now_us: int, most: int) -> list[Pinned]:
        """What is kept for what, the newest first."""
        with self._base() as base:
            return [Pinned(*row) for row in base.execute(_PINNED, (now_us, most))]

    def begins_us(self) -> int | None:
        """When the oldest segment of all begins."""
        with self._base() as base:
            row = base.execute("select min(start_us) from segment").fetchone()
        return int(row[0]) if row and row[0] is not None else None

    def garbage(self) -> list[tuple[str, str]]:
        """Camera and name of every file that was let go and may still be there."""
        with self._base() as base:
            return list(base.execute("select camera, file from garbage"))

    def files(self, camera: str) -> set[str]:
        """Every segment file of a camera that has its place in the index."""
        with self._base() as base:
            return {row[0] for row in base.execute("select file from segment where camera = ?", (camera,))}

    @contextmanager
    def _base(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None)) as base:
            yield base


def _format(row: tuple[bytes, bytes, str, int, int, int, int]) -> Format:
    _digest, init, codec, width, height, num, den = row
    return Format(codec, width, height, Fraction(num, den), init)
