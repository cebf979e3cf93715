"""What is told of why something was flagged, from a rendered scene to the sighting's facts."""

from collections.abc import Iterator

import pytest

from cameras.domain.geometry import Box
from cameras.domain.scene import Look
from cameras.domain.sightings import Why
from cameras.domain.story import Side, side
from cameras.watch.analyst import Analyst, Finding
from cameras.watch.evidence import explain
from cameras.watch.strip import Candidate
from cameras.watch.verifier import Judgement, Verdict
from tests.cameras.watch import films

LOOK = Look(0.0, 400, 200)


class Sure:
    """Judges everything with one score, and counts."""

    def __init__(self, score: float) -> None:
        self.score, self.asked = score, 0

    def judge(self, candidate: Candidate, threshold: float | None = None) -> Judgement:
        self.asked += 1
        assert candidate.before.shape == candidate.after.shape
        scores = dict.fromkeys(Verdict, 0.0) | {Verdict.LEFT: self.score, Verdict.ATTENDED: 1 - self.score}
        return Judgement(scores=scores, score=self.score, threshold=threshold or 0.82)


def findings(verifier: Sure) -> Iterator[Finding]:
    analyst = Analyst(verifier)
    for number, picture in enumerate(films.frames(films.dumping, 26)):
        if number % 2 == 0:
            yield from analyst.look(picture, number / films.FPS)
    yield from analyst.finish()


@pytest.mark.parametrize(
    ("box", "wanted"),
    [
        (Box(0, 50, 40, 150), Side.LEFT),
        (Box(370, 50, 400, 150), Side.RIGHT),
        (Box(180, 0, 220, 60), Side.TOP),
        (Box(180, 120, 220, 199), Side.BOTTOM),
        (Box(180, 60, 220, 120), Side.INSIDE),
    ],
)
def test_the_side_is_the_edge_that_a_box_is_at(box: Box, wanted: Side) -> None:
    assert side(box, LOOK) is wanted


def test_a_flag_tells_who_came_from_where_how_long_he_stayed_and_what_else_was_thought_of() -> None:
    found = next(finding for finding in findings(Sure(0.93)) if finding.flagged)
    told = explain(found)
    assert found.story is not None
    assert (told["came_from"], told["went_to"], found.story.manner) == ("left", "left", Why.LEFT)
    assert told["came_s"] == pytest.approx(4.3, abs=0.8), "he walked in at 4.2 s and put it down at 8.5 s"
    assert told["stayed_s"] == pytest.approx(1.9, abs=0.9)
    assert told["p_attended"] == pytest.approx(0.07)
    assert told["tries"] == 1
    assert found.actor_gone == pytest.approx(12.8, abs=0.7), "out of the picture, not out of reach of the bag"


@pytest.mark.parametrize(("score", "told"), [(0.6, [False]), (0.3, [])])
def test_what_is_below_the_threshold_is_told_when_it_is_as_likely_as_not(score: float, told: list[bool]) -> None:
    network = Sure(score)
    assert [finding.flagged for finding in findings(network) if finding.told] == told
    assert network.asked == 4, "it is looked at again before it is let go"
