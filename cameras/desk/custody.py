"""The sealed files. They come in once, whole and with a checksum, and are never written again.

An upload: 1. bytes go to a temporary file and through SHA-256 as they come; 2. the sum must be the promised one;
3. fsync, read-only, rename; 4. fsync of the folder. What was answered with success is on disk.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import IO

from broker.identity import is_id
from cameras.domain.errors import Code, Refusal

NAMES = frozenset({"clip.mp4", "before.jpg", "act.jpg", "after.jpg", "poster.jpg", "manifest.json", "manifest.jws"})
BLOCK = 1024 * 1024
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
    """An upload on its way. `write` until done, then `seal`."""

    custody: "Custody"
    target: Path
    promised: str
    stream: IO[bytes]
    count: int = 0
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    def write(self, block: bytes) -> None:
        """Take some bytes. Raises Refusal TOO_LARGE, DISK_FULL."""
        self.count += len(block)
        if self.count > self.custody.largest_bytes:
            raise Refusal(Code.TOO_LARGE, {"limit_bytes": self.custody.largest_bytes})
        self.digest.update(block)
        with _space():
            self.stream.write(block)

    def seal(self) -> bool:
        """Put the file into its place; False when the same bytes lay there already.

        Raises Refusal DIGEST_WRONG, OTHER_CONTENT, DISK_FULL.
        """
        if (got := self.digest.hexdigest()) != self.promised:
            raise Refusal(Code.DIGEST_WRONG, {"promised": self.promised, "got": got})
        if self.target.exists():
            return self.custody.same(self.target, self.promised)
        with _space():
            self.stream.flush()
            os.fsync(self.stream.fileno())
        os.fchmod(self.stream.fileno(), 0o440)
        try:
            os.link(self.stream.name, self.target)  # fails where another upload was first; a rename would replace it
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

    @contextmanager
    def upload(self, place: Place, sha256: str) -> Iterator[Upload]:
        """Begin an upload; nothing of it is left when the block ends without `seal`.

        Raises Refusal DISK_FULL when less than the reserve would be left free.
        """
        target = place.under(self.folder)
        with _space():
            target.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(target.parent).free
        if free < self.reserve_bytes:
            raise Refusal(Code.DISK_FULL, {"free_bytes": free, "reserve_bytes": self.reserve_bytes})
        with _space(), NamedTemporaryFile(dir=target.parent, prefix=".coming-") as stream:
            yield Upload(self, target, sha256, stream)

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
