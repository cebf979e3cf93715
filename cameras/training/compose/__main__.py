"""`python -m cameras.training.compose --set test --out DIR`: composite films with their ground truth, in the form of clips.json."""

import argparse
import sys
from pathlib import Path

from rich import print as say

from cameras.training.compose.contact import write_contact
from cameras.training.compose.films import STORIES
from cameras.training.compose.reel import FIXED, LISTS, Entry, entries, listed, shoot, tools, write_list
from cameras.training.compose.shelf import DATA, SPLITS
from cameras.training.examples import open_shelves, progress


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m cameras.training.compose", description=__doc__)
    parser.add_argument("--set", choices=SPLITS, default="test", dest="split")
    parser.add_argument("--out", type=Path, required=True, help="folder for the films and clips.json")
    parser.add_argument("--sheet", action="store_true", help="only a contact sheet into that folder, one film of each story")
    parser.add_argument("--count", type=int, default=FIXED)
    parser.add_argument("--first", type=int, default=0, help="number of the first film; another number, other films")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--data", type=Path, default=DATA, help="folder with waste/ and models/ (default: ../shared/data)")
    parser.add_argument("--painted", action="store_true", help="use no files at all")
    parser.add_argument("--fix", action="store_true", help="write down this set's digests as what is to come out")
    asked = parser.parse_args(words)
    shelf = open_shelves(None if asked.painted else asked.data)[asked.split]
    if asked.sheet:
        asked.out.mkdir(parents=True, exist_ok=True)
        say(f"{write_contact(asked.out / 'films.jpg', shelf, sorted(STORIES), asked.first)}")
        return 0
    fixed = LISTS / f"{asked.split}-{'full' if shelf.real else 'painted'}.tsv"
    head, known = listed(fixed) if fixed.is_file() and not asked.fix else ({}, [])
    wanted = known[asked.first : asked.first + asked.count] or entries(asked.split, asked.count, first=asked.first)
    with progress() as bar:
        task = bar.add_task("films", total=len(wanted), told="")
        made = shoot(shelf, wanted, asked.out, lambda name: bar.update(task, advance=1, told=name), jobs=asked.jobs)
    if asked.fix:
        write_list(fixed, made, {"material": "data folder and painted" if shelf.real else "painted only", **tools()})
    return _compared(wanted, made, head)


def _compared(wanted: list[Entry], made: list[Entry], head: dict[str, str]) -> int:
    """Say how many came out as they are written down; other tools may give other bytes, then the raw pictures decide."""
    asked = [(one, other) for one, other in zip(wanted, made, strict=True) if one.raw]
    pictures = sum(one.raw == other.raw for one, other in asked)
    files = sum(one.file == other.file for one, other in asked)
    say(f"{len(made)} films; {pictures} of {len(asked)} picture for picture as written down, {files} byte for byte")
    others = {name: told for name, told in tools().items() if head.get(name, told) != told}
    if others:
        say(f"made with other tools than the list: {others}")
    return int(bool(asked) and pictures < len(asked) and not others)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
