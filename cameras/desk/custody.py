"""The sealed files. They come in once, whole and with a checksum, and are never written again.

An upload: 1. bytes go to a file beside the place and through SHA-256 as they come; 2. the sum must be the promised one;
3. fsync, read-only, link; 4. fsync of the folder. What was answered with success is on disk. When the wire breaks, what came stays and
the next upload of the same bytes goes on there; the sum of the whole is what decides.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import IO

from broker.identity import is_id
from cameras.domain.errors import Code, Refusal

NAMES = frozenset({"clip.mp4", "before.jpg", "act.jpg", "after.jpg", "poster.jpg", "strip.npz", "manifest.json", "manifest.jws"})
BLOCK = 1024 * 1024
COMING = ".coming-"
NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@dataclass(frozen=True)
class Place:
    """Where one file of one sighting lies."""

    camera: str
    sighting: str
    name: str

    def under(self, folder: Path) -> Path:
        """Its path; Refusal BAD_NAME for anything that could step out of the folder."""
        if not (is_id(self.camera) and is_id(self.sighting) and self.name in NAMES):
            raise Refusal(Code.BAD_NAME, {"name": self.name[:60]})
        return folder / self.camera / self.sighting / self.name


@dataclass
class Upload:
    """An upload on its way. `write` until done, then `seal`. One that another upload of the same bytes has followed takes no more."""

    custody: "Custody"
    target: Path
    promised: str
    stream: IO[bytes]
    count: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)
    over: bool = False
    gate: Lock = field(default_factory=Lock)

    def write(self, block: bytes) -> None:
        """Take some bytes. Raises Refusal TOO_LARGE, DISK_FULL, OFFSET_WRONG (followed by another)."""
        with self.gate:
            if self.over:
                raise Refusal(Code.OFFSET_WRONG, {"offset": self.count})
            if self.count + len(block) > self.custody.largest_bytes:
                raise Refusal(Code.TOO_LARGE, {"limit_bytes": self.custody.largest_bytes})
            with _space():
                self.stream.write(block)
            self.count += len(block)
            self.digest.update(block)

    def stop(self) -> None:
        """Another upload goes on from here: nothing of this one comes behind it."""
        with self.gate:
            self.over = True

    def seal(self) -> bool:
        """Put the file into its place; False when the same bytes lay there already.

        Raises Refusal DIGEST_WRONG (what came is thrown away), OTHER_CONTENT, DISK_FULL.
        """
        with self.gate:
            if self.over:
                raise Refusal(Code.OFFSET_WRONG, {"offset": self.count})
            came = Path(self.stream.name)
            try:
                return self._put(came)
            finally:
                came.unlink(missing_ok=True)

    def _put(self, came: Path) -> bool:
        if (got := self.digest.hexdigest()) != self.promised:
            raise Refusal(Code.DIGEST_WRONG, {"promised": self.promised, "got": got})
        if self.target.exists():
            return self.custody.same(self.target, self.promised)
        with _space():
            self.stream.flush()
            os.fsync(self.stream.fileno())
        os.fchmod(self.stream.fileno(), 0o440)
        try:
            os.link(came, self.target)  # fails where another upload was first; a rename would replace it
        except FileExistsError:
            return self.custody.same(self.target, self.promised)
        _sync_folder(self.target.parent)
        return True


class Custody:
    """The evidence folder."""

    def __init__(self, folder: Path, *, reserve_bytes: int = 0, largest_bytes: int = 1 << 40) -> None:
        self.folder, self.reserve_bytes, self.largest_bytes = folder, reserve_bytes, largest_bytes
        self._proved: set[tuple[str, int, int, int]] = set()
        self._gate = Lock()
        self._coming: dict[Path, Upload] = {}

    def come(self, place: Place, sha256: str) -> int:
        """How many of these bytes lie here already: an upload goes on there."""
        target = place.under(self.folder)
        came = _coming(target, sha256)
        if target.is_file() and sha256_of(target) == sha256:
            return target.stat().st_size
        return came.stat().st_size if came.is_file() else 0

    @contextmanager
    def upload(self, place: Place, sha256: str, *, offset: int = 0) -> Iterator[Upload]:
        """Begin an upload, or go on with one at `offset`. What came of it stays when the block ends without `seal`.

        Raises Refusal DISK_FULL when less than the reserve would be left free, OFFSET_WRONG (offset) when something else lies here.
        """
        target = place.under(self.folder)
        with _space():
            target.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(target.parent).free
        if free < self.reserve_bytes:
            raise Refusal(Code.DISK_FULL, {"free_bytes": free, "reserve_bytes": self.reserve_bytes})
        upload = self._begin(target, sha256, offset)
        try:
            with _space():
                yield upload
        finally:
            upload.stop()
            upload.stream.close()

    def tidy(self, before: float) -> None:
        """Throw away what was begun and not gone on with since then (Unix seconds)."""
        for came in self.folder.glob(f"*/*/{COMING}*"):
            if came.stat().st_mtime < before:
                came.unlink(missing_ok=True)

    def _begin(self, target: Path, sha256: str, offset: int) -> Upload:
        """One at a time: whoever wrote there has stopped before this one begins, and what lies here goes through the sum once more."""
        came = _coming(target, sha256)
        with self._gate, _space():
            if (before := self._coming.pop(came, None)) is not None:
                before.stop()
            here = came.stat().st_size if came.exists() else 0
            if offset not in (0, here):
                raise Refusal(Code.OFFSET_WRONG, {"offset": here})
            upload = Upload(self, target, sha256, came.open("ab" if offset else "wb", buffering=0))
            if offset:
                with came.open("rb") as stream:
                    while block := stream.read(BLOCK):
                        upload.digest.update(block)
                upload.count = offset
            self._coming = {key: one for key, one in self._coming.items() if not one.over} | {came: upload}
        return upload

    def same(self, path: Path, sha256: str) -> bool:
        """False (nothing created) when `path` has these bytes; Refusal OTHER_CONTENT when it has others."""
        if sha256_of(path) != sha256:
            raise Refusal(Code.OTHER_CONTENT, {"name": path.name})
        return False

    def check(self, place: Place, sha256: str, size: int) -> None:
        """Refusal EVIDENCE_MISSING or EVIDENCE_DIFFERS unless the file is there with just these bytes."""
        path = place.under(self.folder)
        if not path.is_file():
            raise Refusal(Code.EVIDENCE_MISSING, {"name": place.name})
        if path.stat().st_size != size or sha256_of(path) != sha256:
            raise Refusal(Code.EVIDENCE_DIFFERS, {"name": place.name})
        self._remember(path)

    def proved(self, place: Place, sha256: str) -> Path:
        """The path of a sealed file, after its bytes were proved once since this process started or since it changed.

        Raises Refusal NO_SUCH_FILE when it is gone, EVIDENCE_ALTERED when its bytes are others.
        """
        path = place.under(self.folder)
        if not path.is_file():
            raise Refusal(Code.NO_SUCH_FILE, {"name": place.name})
        if _trait(path) not in self._proved:
            if sha256_of(path) != sha256:
                raise Refusal(Code.EVIDENCE_ALTERED, {"name": place.name, "sha256": sha256})
            self._remember(path)
        return path

    def _remember(self, path: Path) -> None:
        with self._gate:
            self._proved.add(_trait(path))


def _coming(target: Path, sha256: str) -> Path:
    """Where the bytes of an upload are gathered: other bytes for the same place are gathered elsewhere."""
    return target.with_name(f"{COMING}{target.name}-{sha256[:32]}")


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file, read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _trait(path: Path) -> tuple[str, int, int, int]:
    stat = path.stat()
    return str(path), stat.st_size, stat.st_mtime_ns, stat.st_ino


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _space() -> Iterator[None]:
    """Turns "no space left" into a Refusal; any other error of the disk stays what it is."""
    try:
        yield
    except OSError as error:
        if error.errno not in NO_SPACE:
            raise
        raise Refusal(Code.DISK_FULL, {"reason": errno.errorcode.get(error.errno, "")}) from error
