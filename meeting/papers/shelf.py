"""A folder of PDF files named by the SHA-256 of their bytes. A file is there whole or not at all.

1 received into a file of its own beside the others, hashed on the way, refused past the limit
2 opened by pypdf: a PDF, not encrypted, with pages
3 fsync, renamed to its hash, fsync of the folder
"""

import errno
import hashlib
import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from meeting.domain.errors import Code, Refusal

CHUNK = 1 << 20
BROKEN = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, AssertionError)
"""What pypdf raises over bytes that are no sound PDF."""
DEEP = (RecursionError, OverflowError, NotImplementedError, zlib.error, struct.error, MemoryError)
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True)
class Kept:
    """A document on the shelf."""

    sha256: str
    bytes: int
    pages: int


@dataclass(frozen=True)
class Shelf:
    """The folder, and how much one document may have."""

    folder: Path
    most_bytes: int
    most_pages: int

    def path(self, sha256: str) -> Path:
        return self.folder / sha256[:2] / f"{sha256}.pdf"

    def put(self, source: BinaryIO) -> Kept:
        """Take a document. Refused: no PDF, encrypted, empty, too big, no room on the disk; then nothing is left behind."""
        with _no_room(), self._scratch() as scratch:
            digest, size = self._receive(source, scratch)
            pages = self._pages(scratch)
            scratch.flush()
            os.fsync(scratch.fileno())
            target = self.path(digest)
            target.parent.mkdir(parents=True, exist_ok=True)
            Path(scratch.name).replace(target)
            for folder in (target.parent, self.folder):
                _sync_folder(folder)
        return Kept(digest, size, pages)

    @contextmanager
    def _scratch(self) -> Iterator[IO[bytes]]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, prefix="receiving-", delete=False) as scratch:
            try:
                yield scratch
            finally:
                Path(scratch.name).unlink(missing_ok=True)

    def _receive(self, source: BinaryIO, scratch: IO[bytes]) -> tuple[str, int]:
        hashed, size = hashlib.sha256(), 0
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > self.most_bytes:
                raise Refusal(Code.PDF_TOO_BIG, bytes=size, most=self.most_bytes)
            hashed.update(chunk)
            scratch.write(chunk)
        if size == 0:
            raise Refusal(Code.PDF_EMPTY)
        return hashed.hexdigest(), size

    def _pages(self, scratch: IO[bytes]) -> int:
        scratch.seek(0)
        if b"%PDF-" not in scratch.read(1024):
            raise Refusal(Code.NOT_A_PDF)
        scratch.seek(0)
        try:
            reader = PdfReader(scratch, strict=False)
            encrypted, pages = reader.is_encrypted, 0
            if not encrypted:
                pages = len(reader.pages)
        except (*BROKEN, *DEEP):
            raise Refusal(Code.NOT_A_PDF) from None
        if encrypted:
            raise Refusal(Code.PDF_ENCRYPTED)
        if pages == 0:
            raise Refusal(Code.PDF_EMPTY)
        if pages > self.most_pages:
            raise Refusal(Code.TOO_MANY_PAGES, pages=pages, most=self.most_pages)
        return pages


@contextmanager
def _no_room() -> Iterator[None]:
    """A full disk is a refusal like any other."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Refusal(Code.DISK_FULL) from None
        raise


def _sync_folder(folder: Path) -> None:
    """So that the new name survives a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
