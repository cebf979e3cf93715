"""Sightings on disk until the desk has them. A sighting is here whole or not at all; kill -9 loses nothing that is here.

- spool/<sighting>/ with sighting.json, clip.mp4, before.jpg ...: waiting.
- spool/.part-<sighting>/: being written; removed at the next start.
- spool/aside/<sighting>/: the desk will never take it; kept for a person to look at.

It has bounded room. When that is full, so much is given up in this order, and said: what was put aside, oldest first; clips, those of the least sure
sightings first, so that what was seen is still told with its pictures; whole sightings, the least sure first.
"""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from broker.messages.cameras import Sighting

WORD, CLIP = "sighting.json", "clip.mp4"
PART, ASIDE = ".part-", "aside"


class Spool:
    """One folder. All methods may be called from any thread; one sighting is written by one thread."""

    def __init__(self, folder: Path, most_bytes: int = 1 << 40) -> None:
        self.folder, self.most_bytes = folder, most_bytes
        self.clips_given_up = self.sightings_given_up = 0
        """Since the program began."""
        self._room = threading.Lock()

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
        self.make_room()

    def make_room(self) -> None:
        """Give up what there is no room for, in the order that stands above."""
        with self._room:
            over = _size(self.folder) - self.most_bytes
            steps = [(place, self._forget) for place in _oldest(self.folder / ASIDE)]
            unsure = sorted(self.waiting(), key=lambda entry: (entry[0].score, entry[0].at))
            steps += [(place, self._without_clip) for _, place in unsure]
            steps += [(place, self._forget) for _, place in unsure]
            for place, give_up in steps:
                if over <= 0:
                    return
                before = _size(place)
                give_up(place)
                over -= before - _size(place)

    def _without_clip(self, place: Path) -> None:
        """The word is written anew before the clip goes: a crash between the two leaves a clip that nobody names."""
        sighting = Sighting.model_validate_json((place / WORD).read_bytes())
        kept = tuple(file for file in sighting.evidence if file.name != CLIP)
        if len(kept) == len(sighting.evidence):
            return
        fresh = place / f".{WORD}"
        fresh.write_bytes(sighting.model_copy(update={"evidence": kept, "given_up": (*sighting.given_up, CLIP)}).to_bytes())
        _sync(fresh)
        fresh.replace(place / WORD)
        _sync(place)
        (place / CLIP).unlink(missing_ok=True)
        self.clips_given_up += 1

    def _forget(self, place: Path) -> None:
        shutil.rmtree(place, ignore_errors=True)
        self.sightings_given_up += 1

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


def _size(folder: Path) -> int:
    """Bytes of everything below."""
    sizes = 0
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            sizes += file.stat().st_size if file.is_file() else 0
    return sizes


def _oldest(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda place: place.stat().st_mtime) if folder.is_dir() else []


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
