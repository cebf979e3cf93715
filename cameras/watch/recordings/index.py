"""The index, written: by one thread. What its columns mean is in schema.py; who reads it, in lookup.py."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cameras.domain.chain import BEGIN, Hole, Record, linked
from cameras.domain.errors import Code
from cameras.watch.recordings.footage import Format
from cameras.watch.recordings.schema import HEAD, SCHEMA, VERSION
from cameras.watch.recordings.segment import Written, packed

BUSY_S = 5.0


class Index:
    """Everything here raises sqlite3.Error when the disk does not take it; then nothing was changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._base = _opened(path)

    def close(self) -> None:
        self._base.close()

    def add(self, camera: str, written: Written) -> int:
        """A finished file becomes the next link of its camera's chain; its number."""
        with self._transaction() as base:
            number, previous = self._head(camera)
            record = record_of(camera, number + 1, written)
            link = linked(previous, record)
            base.execute(
                "insert into segment values (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    *(camera, number + 1, written.file, written.start_us, written.end_us, written.bytes, written.packets),
                    self._format(written.format),
                    packed(written.entries),
                    bytes.fromhex(written.sha256),
                    int(written.recovered),
                    *(bytes.fromhex(previous), bytes.fromhex(link)),
                ),
            )
        return number + 1

    def let_go(self, camera: str, number: int) -> str:
        """Take a segment out of the index: the chain holds across it, and its file, whose name is returned, is garbage."""
        with self._transaction() as base:
            file, previous, chain = base.execute(
                "select file, previous, chain from segment where camera = ? and number = ?", (camera, number)
            ).fetchone()
            base.execute("delete from segment where camera = ? and number = ?", (camera, number))
            base.execute("insert into garbage values (?, ?)", (camera, file))
            self._widen(camera, Hole(number, number, previous.hex(), chain.hex()))
        return str(file)

    def swept(self, camera: str, file: str) -> None:
        """The file of a segment that was let go is gone."""
        with self._transaction() as base:
            base.execute("delete from garbage where camera = ? and file = ?", (camera, file))

    def gap(self, camera: str, start_us: int, end_us: int, code: Code | None) -> None:
        """Nothing is recorded from here to there, and why."""
        with self._transaction() as base:
            base.execute("insert or replace into gap values (?,?,?,?)", (camera, start_us, end_us, code.value if code else None))

    def forget_gaps(self, before_us: int) -> None:
        """Gaps that ended before anything that is kept began."""
        with self._transaction() as base:
            base.execute("delete from gap where end_us < ?", (before_us,))

    def pin(self, camera: str, times_us: tuple[int, int, int], why: str) -> None:
        """`times_us`: start, end, and until when."""
        with self._transaction() as base:
            base.execute("insert into pin (camera, start_us, end_us, until_us, why) values (?,?,?,?,?)", (camera, *times_us, why))

    def unpin(self, now_us: int) -> None:
        """Let go of the pins whose time has come."""
        with self._transaction() as base:
            base.execute("delete from pin where until_us < ?", (now_us,))

    def release(self, why: str) -> None:
        """Let go of what was pinned for this."""
        with self._transaction() as base:
            base.execute("delete from pin where why = ?", (why,))

    def _head(self, camera: str) -> tuple[int, str]:
        """The last number and link of a camera, let go or not."""
        row = self._base.execute(HEAD, (camera,)).fetchone()
        return (int(row[0]), row[1].hex()) if row else (0, BEGIN)

    def _format(self, form: Format) -> int:
        digest = sha256(form.init).digest()
        self._base.execute(
            "insert or ignore into format (init_sha256, init, codec, width_px, height_px, time_base_num, time_base_den)"
            " values (?,?,?,?,?,?,?)",
            (digest, form.init, form.codec, form.width, form.height, form.time_base.numerator, form.time_base.denominator),
        )
        return int(self._base.execute("select id from format where init_sha256 = ?", (digest,)).fetchone()[0])

    def _widen(self, camera: str, hole: Hole) -> None:
        """One hole with its neighbours."""
        find = "select first, last, previous, chain from hole where camera = ? and "
        left = self._base.execute(f"{find} last = ?", (camera, hole.first - 1)).fetchone()
        right = self._base.execute(f"{find} first = ?", (camera, hole.last + 1)).fetchone()
        self._base.execute("delete from hole where camera = ? and first in (?, ?)", (camera, left[0] if left else -1, hole.last + 1))
        self._base.execute(
            "insert into hole values (?,?,?,?,?)",
            (
                camera,
                left[0] if left else hole.first,
                right[1] if right else hole.last,
                left[2] if left else bytes.fromhex(hole.previous),
                right[3] if right else bytes.fromhex(hole.chain),
            ),
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._base.execute("begin immediate")
        try:
            yield self._base
            self._base.execute("commit")
        finally:
            if self._base.in_transaction:
                self._base.execute("rollback")


def record_of(camera: str, number: int, written: Written) -> Record:
    """What goes into the chain."""
    return Record(
        camera=camera,
        number=number,
        start_us=written.start_us,
        end_us=written.end_us,
        bytes=written.bytes,
        packets=written.packets,
        sha256=written.sha256,
        recovered=written.recovered,
    )


def _opened(path: Path) -> sqlite3.Connection:
    """The index at `path`; made anew, and the old one put aside, when it is damaged or of another version."""
    try:
        return _connected(path)
    except sqlite3.OperationalError:
        raise  # the disk is full or slow: nothing is known against the index
    except sqlite3.DatabaseError:
        for ending in ("", "-wal", "-shm"):
            old = path.with_name(path.name + ending)
            if old.exists():
                old.replace(path.with_name(f"broken-{path.name}{ending}"))
        return _connected(path)


def _connected(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        base.execute("pragma journal_mode = wal")
        base.execute("pragma synchronous = full")
        base.execute("pragma foreign_keys = on")
        (version,) = base.execute("pragma user_version").fetchone()
        if version == 0:
            base.executescript(f"begin; {SCHEMA} pragma user_version = {VERSION}; commit;")
        elif version != VERSION:
            raise sqlite3.DatabaseError(f"version {version}")
        if base.execute("pragma quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("damaged")
    except sqlite3.Error:
        base.close()
        raise
    return base
