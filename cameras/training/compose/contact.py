"""Contact sheets of films for people to look at: one row a story, before, during and after, the true thing in a green box."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from cameras.training.compose.films import Film, Picture, film
from cameras.training.compose.shelf import Shelf

_TILE = (240, 135)


def write_contact(path: Path, shelf: Shelf, stories: Sequence[str], seed: int) -> Path:
    """One film of each story, each at another place. Raises OSError."""
    rows = [_row(film(shelf, f"{story}@{number + seed}", seed), story) for number, story in enumerate(stories)]
    if not cv2.imwrite(str(path), np.vstack(rows)):
        raise OSError(f"{path} could not be written")
    return path


def _row(made: Film, story: str) -> Picture:
    told, last = made.truth(), made.count - 1
    event = told["events"][0] if told["events"] else None
    down = event["put_down"] if event else made.count // 2
    wanted = [max(0, down - 15), max(0, down - 5), min(last, down + 3), min(last, down + 25), last]
    chosen = {number: picture for number, picture in enumerate(made.frames()) if number in wanted}
    tiles = []
    for number in wanted:
        picture = chosen[number].copy()
        if event and number >= down:
            x0, y0, x1, y1 = event["box"]
            cv2.rectangle(picture, (x0 - 2, y0 - 2), (x1 + 2, y1 + 2), (60, 220, 60), max(1, told["h"] // 250))
        tiles.append(cv2.resize(picture, _TILE, interpolation=cv2.INTER_AREA))
    row = np.hstack(tiles)
    cv2.putText(row, f"{story}, {made.place.hour}", (5, _TILE[1] - 7), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (0, 255, 255), 1, cv2.LINE_AA)
    return row
