"""Sightings on disk until the desk has them. A sighting is here whole or not at all; kill -9 loses nothing that is here.

- spool/<sighting>/ with sighting.json, clip.mp4, before.jpg ...: waiting.
- spool/.part-<sighting>/: being written; removed at the next start.
- spool/aside/<sighting>/: the desk will never take it; kept for a person to look at.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from broker.messages.cameras import Sighting

WORD = "sighting.json"
PART, ASIDE = ".part-", "aside"


class Spool:
    """One folder. All methods may be called from any thread; one sighting is written by one thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def open(self) -> None:
        """Make the folder and clear away what a crash left half written."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for place in self.folder.glob(f"{PART}*"):
            shutil.rmtree(place, ignore_errors=True)

    def begin(self, sighting: str) -> Path:
        """An empty folder to gather the evidence in."""
        place = self.folder / f"{PART}{sighting}"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        return place

    def commit(self, sighting: Sighting) -> None:
        """1. Every file is on disk. 2. The folder takes its name, at once and whole. 3. The name is on disk."""
        place = self.folder / f"{PART}{sighting.id}"
        (place / WORD).write_bytes(sighting.to_bytes())
        for file in place.iterdir():
            _sync(file)
        _sync(place)
        place.rename(self.folder / sighting.id)
        _sync(self.folder)

    def drop_part(self, sighting: str) -> None:
        """Give up what was begun."""
        shutil.rmtree(self.folder / f"{PART}{sighting}", ignore_errors=True)

    def waiting(self) -> Iterator[tuple[Sighting, Path]]:
        """Every whole sighting with its folder, oldest first. Unreadable ones are put aside."""
        found = []
        for place in self.folder.iterdir() if self.folder.is_dir() else ():
            if place.name == ASIDE or place.name.startswith(".") or not place.is_dir():
                continue
            try:
                found.append((Sighting.model_validate_json((place / WORD).read_bytes()), place))
            except (OSError, ValueError):
                self.set_aside(place.name)
        yield from sorted(found, key=lambda entry: entry[0].at)

    def settle(self, sighting: str) -> None:
        """The desk has it. Unknown ids are fine: it may say so twice."""
        place, gone = self.folder / sighting, self.folder / f"{PART}{sighting}"
        with suppress(FileNotFoundError):
            place.rename(gone)
            shutil.rmtree(gone, ignore_errors=True)

    def set_aside(self, sighting: str) -> None:
        """The desk will never take it: out of the way, never deleted."""
        aside = self.folder / ASIDE
        aside.mkdir(exist_ok=True)
        with suppress(FileNotFoundError, OSError):
            (self.folder / sighting).rename(aside / sighting)


def _sync(path: Path) -> None:
    with _descriptor(path) as number:
        os.fsync(number)


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    number = os.open(path, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)
