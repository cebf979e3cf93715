"""What was taken from elsewhere in view and comes to rest again brought nothing."""

import cv2
import numpy as np
import pytest

from cameras.domain.geometry import Box
from cameras.domain.sightings import Suspect, Why
from cameras.watch.analyst import Analyst, Finding
from cameras.watch.known import TAKEN_S, Taken
from tests.cameras.watch import films

FROM = (130, 196)
"""Five of the bag's sides from where it comes to rest."""


def moved(frame: int) -> films.Picture:
    """As `films.dumping`, but the bag lay in view before, until he passed it."""
    picture = films.dumping(frame)
    if frame < 6.2 * films.FPS:
        there = (FROM[0] + films.BAG[2] - films.BAG[0], FROM[1] + films.BAG[3] - films.BAG[1])
        bag = films.with_bag(films.yard())[films.BAG[1] : films.BAG[3], films.BAG[0] : films.BAG[2]]
        person = cv2.absdiff(picture, films.yard()).max(axis=2)[FROM[1] : there[1], FROM[0] : there[0]] > 0
        place = picture[FROM[1] : there[1], FROM[0] : there[0]]
        place[~person] = bag[~person]
    return picture


def told(story: films.Story) -> list[Finding]:
    analyst, findings = Analyst(), []
    for number, picture in enumerate(films.frames(story, 18)):
        if number % 2 == 0:
            findings += analyst.look(picture, number / films.FPS)
    return [*findings, *analyst.finish()]


def test_a_thing_that_was_only_moved_is_not_flagged() -> None:
    assert [finding.why for finding in told(films.dumping) if finding.flagged] == [Why.LEFT], "the same without one that was taken"
    findings = told(moved)
    assert not [finding for finding in findings if finding.flagged]
    assert Why.REMOVED in {finding.why for finding in findings}


@pytest.mark.parametrize(
    ("shift", "box", "colour", "explained"),
    [
        (10.0, Box(0, 0, 30, 30), 1, True),
        (TAKEN_S + 1, Box(0, 0, 30, 30), 1, False),
        (10.0, Box(0, 0, 60, 60), 1, False),
        (10.0, Box(0, 0, 30, 30), 2, False),
    ],
)
def test_what_explains_an_arrival(shift: float, box: Box, colour: int, explained: bool) -> None:  # noqa: FBT001 - a table's column
    colours = np.zeros((3, 8), np.float32)
    colours[1] = 1 / 8
    taken = Taken()
    taken.add(100, box, np.roll(colours, colour - 1, axis=0))
    come = 100 + shift
    assert taken.explain(Suspect(1, Box(200, 0, 230, 30), 900, come, come, come), colours) is explained
