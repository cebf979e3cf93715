"""Contact sheets: every hit, every miss and every false flag as a small picture with its words, for people to look at."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np

from cameras.evaluation.judge import PICTURES
from cameras.evaluation.matching import Outcome
from cameras.watch.layers import Picture

_ROWS, _HIGH, _BAR = 12, 150, 16


def sheets(outcomes: Sequence[Outcome], out: Path) -> dict[str, list[str]]:
    """Files by what they show: hits, misses, false."""
    made = {}
    for name, tiles, columns in (
        ("hits", _hits(outcomes, out), 3),
        ("misses", _misses(outcomes, out), 6),
        ("false", _false(outcomes, out), 3),
    ):
        made[name] = _pages(name, list(tiles), columns, out)
    return made


def _hits(outcomes: Sequence[Outcome], out: Path) -> Iterable[Picture]:
    for one in outcomes:
        for hit in one.hits:
            seen = one.judged.sightings[hit.sighting]
            yield _captioned(
                _strip(one, hit.sighting, out), f"{one.clip.name} {seen['put_down_s']:.1f} s {seen['score']:.2f} {seen['reason']}", 3
            )


def _misses(outcomes: Sequence[Outcome], out: Path) -> Iterable[Picture]:
    for one in outcomes:
        for number in one.missed:
            name = one.judged.stills[number] if number < len(one.judged.stills) else ""
            fate = one.judged.fates[number].word if number < len(one.judged.fates) else ""
            yield _captioned(_read(out, name), f"{one.clip.name} {fate}", 1)


def _false(outcomes: Sequence[Outcome], out: Path) -> Iterable[Picture]:
    for one in outcomes:
        for number in one.false:
            seen = one.judged.sightings[number]
            yield _captioned(
                _strip(one, number, out), f"{one.clip.name} {seen['put_down_s']:.1f} s {seen['score']:.2f} {seen['reason']}", 3
            )


def _strip(one: Outcome, number: int, out: Path) -> Picture | None:
    return _read(out, one.judged.strips[number]) if number < len(one.judged.strips) else None


def _read(out: Path, name: str) -> Picture | None:
    picture = cv2.imread(str(out / PICTURES / name)) if name else None
    return None if picture is None else np.asarray(picture, np.uint8)


def _captioned(picture: Picture | None, words: str, wide: int) -> Picture:
    """The picture on a tile `wide` squares wide, with a line of text under it."""
    tile = np.full((_HIGH + _BAR, _HIGH * wide, 3), 32, np.uint8)
    if picture is not None:
        scale = min(_HIGH / picture.shape[0], _HIGH * wide / picture.shape[1])
        small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        tile[: small.shape[0], : small.shape[1]] = small
    text = words.encode("ascii", "replace").decode()[: 24 * wide]
    cv2.putText(tile, text, (3, _HIGH + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (230, 230, 230), 1, cv2.LINE_AA)
    return tile


def _pages(name: str, tiles: list[Picture], columns: int, out: Path) -> list[str]:
    made = []
    for page, first in enumerate(range(0, len(tiles), columns * _ROWS), start=1):
        part = tiles[first : first + columns * _ROWS]
        part += [np.zeros_like(part[0])] * (-len(part) % columns)
        rows = [np.hstack(part[at : at + columns]) for at in range(0, len(part), columns)]
        file = f"{name}-{page}.jpg"
        cv2.imwrite(str(out / file), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])
        made.append(file)
    return made
