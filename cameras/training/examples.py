"""Composite examples as arrays. Strips are kept as int8 steps of 1/25, a quarter of the memory of float32."""

from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import parent_process
from pathlib import Path

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cameras.training.compose import example
from cameras.training.compose.shelf import DATA, Shelf, shelves
from cameras.watch.strip import CHANNELS, NUMBERS, SIDE, strip
from cameras.watch.verifier import Verdict

STEPS_PER_UNIT = 25.0
CLASSES = tuple(Verdict)


@dataclass(frozen=True)
class Examples:
    """n strips (n, 12, 80, 80) int8, numbers (n, 7) float32, truths (n,) class index, and per row kind and hour."""

    strips: np.ndarray
    numbers: np.ndarray
    truths: np.ndarray
    kinds: list[str]
    hours: list[str]

    @staticmethod
    def none() -> "Examples":
        """No example at all."""
        return _room(0)

    def rows(self, which: np.ndarray) -> "Examples":
        """These rows, in this order; a row may come more than once."""
        picked = which.tolist()
        return Examples(
            self.strips[which],
            self.numbers[which],
            self.truths[which],
            [self.kinds[at] for at in picked],
            [self.hours[at] for at in picked],
        )

    def part(self, start: int, stop: int) -> "Examples":
        """These rows, not copied: training material takes gigabytes."""
        rows = slice(start, stop)
        return Examples(self.strips[rows], self.numbers[rows], self.truths[rows], self.kinds[rows], self.hours[rows])

    def keep(self, place: Path) -> None:
        """Into one file. A file that is there is always whole."""
        part = place.with_suffix(".part")
        with part.open("wb") as out:
            np.savez(out, strips=self.strips, numbers=self.numbers, truths=self.truths, kinds=self.kinds, hours=self.hours)
        part.replace(place)

    @staticmethod
    def kept(place: Path) -> "Examples":
        """What `keep` wrote."""
        with np.load(place) as told:
            return Examples(told["strips"], told["numbers"], told["truths"], told["kinds"].tolist(), told["hours"].tolist())


def progress() -> Progress:
    """One bar for everything that takes longer than two seconds; of several processes only the parent draws."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.fields[told]}")
    return Progress(*columns, disable=parent_process() is not None)


def open_shelves(data: Path | None = DATA) -> dict[str, Shelf]:
    with progress() as bar:
        task = bar.add_task("material", total=None, told="")
        return shelves(data, step=lambda _: bar.advance(task))


def examples(shelf: Shelf, *, seed: int, count: int, start: int = 0) -> Examples:
    """`count` composites of a shelf from number `start` on."""
    room = _room(count)
    with progress() as bar:
        for index in bar.track(range(count), task_id=bar.add_task(f"composites, {shelf.split}", total=count, told="")):
            made = example(shelf, seed, start + index)
            pictures, row = strip(made.candidate)
            room.strips[index], room.numbers[index] = packed(pictures[0]), row[0]
            room.truths[index] = CLASSES.index(made.verdict)
            room.kinds.append(f"{made.verdict.value}: {made.kind}")
            room.hours.append(made.hour)
    return room


def together(places: Sequence[Path]) -> Examples:
    """What was kept there, one after another; beside the whole never more than one of them is in memory."""
    counts = [_count(place) for place in places]
    whole, at = _room(sum(counts)), 0
    for place, count in zip(places, counts, strict=True):
        one, rows = Examples.kept(place), slice(at, at + count)
        whole.strips[rows], whole.numbers[rows], whole.truths[rows] = one.strips, one.numbers, one.truths
        whole.kinds.extend(one.kinds)
        whole.hours.extend(one.hours)
        at += count
    return whole


def _count(place: Path) -> int:
    with np.load(place) as told:
        return len(told["truths"])


def _room(count: int) -> Examples:
    """For so many, with no kinds and hours yet."""
    strips = np.empty((count, CHANNELS, SIDE, SIDE), np.int8)
    return Examples(strips, np.empty((count, NUMBERS), np.float32), np.empty(count, np.int64), [], [])


def stacked(parts: list[Examples]) -> Examples:
    """One after another."""
    parts = [Examples.none(), *parts]
    return Examples(
        np.concatenate([part.strips for part in parts]),
        np.concatenate([part.numbers for part in parts]),
        np.concatenate([part.truths for part in parts]),
        [kind for part in parts for kind in part.kinds],
        [hour for part in parts for hour in part.hours],
    )


def packed(pictures: np.ndarray) -> np.ndarray:
    """Float strips to int8 steps."""
    return np.clip(np.rint(pictures * STEPS_PER_UNIT), -127, 127).astype(np.int8)


def unpacked(pictures: np.ndarray) -> np.ndarray:
    """int8 steps to float32 strips."""
    return pictures.astype(np.float32) / np.float32(STEPS_PER_UNIT)
