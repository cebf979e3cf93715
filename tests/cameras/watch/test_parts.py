"""A thing whose middle looks like the ground is seen in two parts, and is one thing."""

from pathlib import Path

import cv2

from cameras.watch.trial import Options, try_file
from tests.cameras.watch import films


def in_two_parts(frame: int) -> films.Picture:
    """As `films.dumping`, but what is left has the ground's colour across its middle."""
    picture, place = films.dumping(frame), films.yard()
    if frame >= 8.5 * films.FPS:
        x0, y0, x1, _ = films.BAG
        cv2.rectangle(picture, (x0, y0 - 24), (x1, y0 - 4), (25, 25, 25), -1)
        picture[y0 - 3 : y0 + 12, x0 : x1 + 1] = place[y0 - 3 : y0 + 12, x0 : x1 + 1]
    return picture


def test_one_thing_seen_in_two_parts_is_flagged_once(tmp_path: Path) -> None:
    film = films.render(tmp_path / "parts.mp4", in_two_parts, 18)
    result = try_file(film, Options(scene_only=True))
    assert len(result.sightings) == 1, result.sightings
