"""A disk that fails when a test says so, for programs started in a process of their own (faulty_disk.c stands between them and libc)."""

import errno
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

SOURCE = Path(__file__).with_suffix(".c")
FULL, BROKEN = errno.ENOSPC, errno.EIO


@dataclass(frozen=True)
class FaultyDisk:
    """`environment` loads it into a program; the program's disk is sound until `fails`."""

    library: Path
    control: Path

    @property
    def environment(self) -> dict[str, str]:
        """For the program and its children."""
        return {"LD_PRELOAD": str(self.library), "DINH_FAULT": str(self.control)}

    @contextmanager
    def slow(self, call: Literal["fsync", "write"], milliseconds: int, part: str) -> Iterator[None]:
        """Every such call takes so much longer."""
        with self.fails(call, -milliseconds, part):
            yield

    @contextmanager
    def fails(self, call: Literal["fsync", "write"], number: int, part: str) -> Iterator[None]:
        """Every such call on a file whose path has `part` in it ends with this errno, for as long as the block lasts."""
        self.control.write_text(f"{call} {number} {part}")
        try:
            yield
        finally:
            self.control.unlink()


@pytest.fixture(scope="module")
def faulty_disk(tmp_path_factory: pytest.TempPathFactory) -> FaultyDisk:
    """Compiled for this run."""
    folder = tmp_path_factory.mktemp("faulty")
    library = folder / "faulty_disk.so"
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", str(library), str(SOURCE), "-ldl"], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("no C compiler is installed (apt-get install gcc)")
    return FaultyDisk(library, folder / "fault")
