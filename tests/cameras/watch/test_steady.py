"""A camera that shakes, sinks or is turned: what is found, what is said, and that a still one pays nothing for it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from cameras.domain.areas import Areas, Mask
from cameras.domain.geometry import Box, iou
from cameras.watch.analyst import Analyst, Finding
from cameras.watch.layers import Picture
from cameras.watch.steady import Steady
from tests.cameras.watch import films

LOOKS = range(0, 1000, 2)
"""Every second picture: six looks a second."""

GRAIN = np.random.default_rng(4).normal(0, 2, (7, films.HEIGHT, films.WIDTH, 3)).round().astype(np.int16)
"""A sensor's noise, seven pictures of it."""


@dataclass(frozen=True)
class Pole:
    """How a camera moves on it: pixels and degrees of swing at 2.7, 3.9 and 1.9 Hz, pixels a second of sinking, pixels it is pushed after a second."""

    swing: float = 0.0
    turn: float = 0.0
    sink: float = 0.0
    push: float = 0.0

    def shot(self, picture: Picture, second: float) -> Picture:
        """The picture from there."""
        matrix = cv2.getRotationMatrix2D((films.WIDTH / 2, films.HEIGHT / 2), self.turn * math.sin(11.9 * second), 1)
        matrix[0, 2] += self.swing * math.sin(17 * second) + (self.push if second >= 1 else 0.0)
        matrix[1, 2] += 0.6 * self.swing * math.sin(24.5 * second + 1) + self.sink * second
        turned = cv2.warpAffine(picture, matrix, (films.WIDTH, films.HEIGHT), borderMode=cv2.BORDER_REFLECT)
        return np.asarray(turned, np.uint8)


@dataclass
class Watched:
    """What an analyst without a network said."""

    flagged: list[Finding] = field(default_factory=list)
    dropped: list[Finding] = field(default_factory=list)
    moved_at: list[float] = field(default_factory=list)


def shots(pole: Pole, story: films.Story, seconds: float) -> Iterator[tuple[float, Picture]]:
    for number in LOOKS:
        second = number / films.FPS
        if second >= seconds:
            return
        yield second, np.asarray(cv2.add(pole.shot(story(number), second), GRAIN[number % len(GRAIN)], dtype=cv2.CV_8U), np.uint8)


def watched(pole: Pole, story: films.Story, seconds: float, analyst: Analyst | None = None) -> Watched:
    eyes, seen = analyst or Analyst(), Watched()
    for second, picture in shots(pole, story, seconds):
        found = eyes.look(eyes.veil.over(picture), second)
        seen.flagged += [one for one in found if one.flagged]
        seen.dropped += [one for one in found if not one.flagged]
        if eyes.last is not None and eyes.last.moved:
            seen.moved_at.append(second)
    return seen


def empty(_: int) -> Picture:
    return films.yard()


@pytest.mark.parametrize("pole", [Pole(swing=1), Pole(swing=3, turn=0.5), Pole(swing=6), Pole(swing=1, sink=0.2)])
def test_what_is_left_is_found_by_a_camera_that_shakes(pole: Pole) -> None:
    seen = watched(pole, films.dumping, 18)
    assert len(seen.flagged) == 1
    assert iou(seen.flagged[0].box, Box(*films.BAG)) > 0.6
    assert abs(seen.flagged[0].put_down - 8.5) < 0.5
    assert (seen.dropped, seen.moved_at) == ([], [])


def test_who_only_passes_a_camera_that_shakes_is_not_flagged() -> None:
    seen = watched(Pole(swing=5, turn=0.3), films.passing, 12)
    assert (seen.flagged, seen.dropped, seen.moved_at) == ([], [], [])


def test_what_is_masked_stays_so_and_its_rim_is_no_event() -> None:
    analyst = Analyst()
    analyst.draw(Areas(masks=(Mask("a", ((50, 200), (250, 200), (250, 500), (50, 500))),)))
    seen = watched(Pole(swing=5), films.passing, 12, analyst)
    assert (seen.flagged, seen.dropped, seen.moved_at) == ([], [], [])


@pytest.mark.parametrize("push", [18, 60])
def test_a_camera_that_was_turned_is_said_to_be_once(push: float) -> None:
    seen = watched(Pole(push=push), empty, 14)
    assert len(seen.moved_at) == 1
    assert 1 < seen.moved_at[0] < 12.5


def test_a_camera_that_was_nudged_is_followed_and_boxes_lie_where_its_picture_shows_them() -> None:
    """Only once nothing moves: the story waits for that."""
    push, wait = 5, 13
    seen = watched(Pole(push=push), lambda number: films.dumping(number - wait * films.FPS), wait + 18)
    x0, y0, x1, y1 = films.BAG
    assert [iou(one.box, Box(x0 + push, y0, x1 + push, y1)) > 0.8 for one in seen.flagged] == [True]
    assert seen.moved_at == []


def test_shaking_alone_is_nothing_strange_to_a_camera_that_sleeps() -> None:
    analyst, pole = Analyst(), Pole(swing=5)
    watched(pole, empty, 5, analyst)
    for second in (9.0, 13.3, 17.1):
        assert not analyst.strange(pole.shot(films.yard(), second), 1.0)
        assert analyst.strange(pole.shot(films.with_person(films.yard(), 200), second), 1.0)


def test_a_camera_that_stands_still_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody large passes: the very picture is handed on, and corners are followed now and then at most."""
    background, steady, followed = films.yard(), Steady(), []
    monkeypatch.setattr(steady, "_followed", lambda *_: followed.append(1))
    looks = 0
    for second, picture in shots(Pole(), films.passing, 12):
        looks += 1
        assert steady.lay(picture, background, None, second) is picture
        steady.note(second)
    assert len(followed) < 0.15 * looks
