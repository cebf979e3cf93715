"""Films as files: one H.264 encoder at surveillance rates, sets of films by name, their ground truth and their digest."""

import hashlib
import json
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from cameras.training.compose.deeds import DEEDS
from cameras.training.compose.films import film
from cameras.training.compose.innocents import INNOCENTS
from cameras.training.compose.places import Place
from cameras.training.compose.shelf import Shelf

LISTS = Path(__file__).with_name("sets")
PLACES = {"test": 84, "val": 60, "train": 300}
FIXED = 404
Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Entry:
    """One film of a set. The digests are of the raw pictures and of the file, SHA-256, or empty."""

    name: str
    recipe: str
    seed: int
    raw: str = ""
    file: str = ""

    def line(self) -> str:
        return "\t".join((self.name, self.recipe, str(self.seed), self.raw, self.file)).rstrip()


def entries(split: str, count: int, *, first: int = 0) -> list[Entry]:
    """Films `first` to `first + count` of a split: every other one with an event, stories by their shares, places in turns."""
    deeds, innocents = (_turns(stories) for stories in (DEEDS, INNOCENTS))
    places, made = PLACES[split], []
    for number in range(first, first + count):
        with_event = (number + number // places) % 2 == 0
        turn = number // 2 + number // places
        story = deeds[turn % len(deeds)] if with_event else innocents[turn % len(innocents)]
        made.append(Entry(f"{number:04}-{story}.mp4", f"{story}@{number % places}", number))
    return made


def listed(path: Path) -> tuple[dict[str, str], list[Entry]]:
    """A list as `write_list` wrote it: with what it was made, and its films."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# ") and ": " in line)
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return head, [Entry(row[0], row[1], int(row[2]), *row[3:]) for row in rows]


def write_list(path: Path, found: Iterable[Entry], about: dict[str, str]) -> None:
    """Name, recipe, seed, digest of the raw pictures, digest of the file: one film a line."""
    head = [f"# {name}: {told}" for name, told in about.items()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([*head, *(entry.line() for entry in found)]) + "\n", encoding="utf-8")


def tools() -> dict[str, str]:
    """What decides whether the same recipe gives the same bytes."""
    return {
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "av": av.__version__,
        "libavcodec": ".".join(map(str, av.library_versions["libavcodec"])),
    }


def shot(shelf: Shelf, entry: Entry, folder: Path) -> tuple[Entry, dict[str, Any]]:
    """Make one film's file in `folder`; its entry with digests, and its truth."""
    made, raw = film(shelf, entry.recipe, entry.seed), hashlib.sha256()
    path = folder / entry.name

    def watched() -> Iterator[Picture]:
        for picture in made.frames():
            raw.update(np.ascontiguousarray(picture))
            yield picture

    encode(path, watched(), made.place)
    file = hashlib.sha256(path.read_bytes()).hexdigest()
    return Entry(entry.name, entry.recipe, entry.seed, raw.hexdigest()[:32], file[:32]), made.truth()


def encode(path: Path, pictures: Iterable[Picture], place: Place) -> None:
    """H.264 as that place's camera does it: one thread, no B pictures, a keyframe every few seconds, a ceiling on the rate."""
    partly = path.with_suffix(".part.mp4")
    with av.open(str(partly), "w") as box:
        stream: Any = box.add_stream("libx264", rate=place.fps)
        stream.width, stream.height = place.size
        stream.pix_fmt = "yuv420p"
        stream.options = {
            "crf": str(place.crf),
            "preset": "ultrafast",
            "tune": "zerolatency",
            "threads": "1",
            "x264-params": f"keyint={place.gop * place.fps}:scenecut=0:no-deblock=0:vbv-maxrate={place.kbit}:vbv-bufsize={2 * place.kbit}",
        }
        for picture in pictures:
            box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        box.mux(stream.encode(None))
    partly.replace(path)


def shoot(shelf: Shelf, wanted: list[Entry], folder: Path, step: Callable[[str], None], *, jobs: int = 1) -> list[Entry]:
    """Make all that are not there yet, with clips.json beside them; what was made is kept when this is interrupted."""
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / "clips.json"
    told: dict[str, Any] = json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}
    made = {}
    for entry in wanted:
        known = told.get(entry.name)
        if known and (folder / entry.name).is_file() and (known["recipe"], known["seed"]) == (entry.recipe, entry.seed):
            made[entry.name] = Entry(entry.name, entry.recipe, entry.seed, known["raw"], known["file"])
            step(entry.name)
    for entry, truth in _shots(shelf, [entry for entry in wanted if entry.name not in made], folder, jobs):
        told[entry.name] = {**truth, "raw": entry.raw, "file": entry.file}
        place.write_text(json.dumps(dict(sorted(told.items())), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        made[entry.name] = entry
        step(entry.name)
    return [made[entry.name] for entry in wanted]


def _shots(shelf: Shelf, wanted: list[Entry], folder: Path, jobs: int) -> Iterator[tuple[Entry, dict[str, Any]]]:
    if jobs <= 1:
        yield from (shot(shelf, entry, folder) for entry in wanted)
        return
    with tempfile.NamedTemporaryFile(suffix=".shelf") as packed:
        pickle.dump(shelf, packed)
        packed.flush()
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_unpack, initargs=(packed.name,)) as pool:
            asked = [pool.submit(_shot, entry, folder) for entry in wanted]
            yield from (one.result() for one in as_completed(asked))


_SHELVES: list[Shelf] = []
"""What a worker was given."""


def _unpack(packed: str) -> None:
    cv2.setNumThreads(1)
    _SHELVES[:] = [pickle.loads(Path(packed).read_bytes())]  # noqa: S301 - our own, written a moment ago


def _shot(entry: Entry, folder: Path) -> tuple[Entry, dict[str, Any]]:
    return shot(_SHELVES[0], entry, folder)


def _turns(stories: dict[str, tuple[Any, int]]) -> list[str]:
    """Names as often as their shares, well mixed and always in the same order."""
    spread = [(slot / share, name) for name, (_, share) in stories.items() for slot in range(share)]
    return [name for _, name in sorted(spread)]
