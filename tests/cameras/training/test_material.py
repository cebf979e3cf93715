from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cameras.training.compose.films import film
from cameras.training.compose.shelf import Shelf
from cameras.training.evaluate import Row
from cameras.training.examples import CLASSES, Examples, examples, stacked, together
from cameras.training.material import Material, _finished, _pieces, hard_rows
from cameras.training.plots import precision_recall, reliability, write_plots
from cameras.training.proposals import _truth, proposed
from cameras.training.spread import spread
from cameras.watch.strip import Numbers
from cameras.watch.verifier import Verdict
from tests.cameras.training.scenes import BOX, candidate, street, with_bag

EVENT: dict[str, Any] = {"fps": 10, "label": "put-down", "hour": "day", "events": [{"put_down": 50, "box": list(BOX), "manner": "static"}]}


@pytest.fixture(scope="module")
def few() -> Examples:
    return examples(Shelf("val"), seed=4, count=6)


def test_what_covers_the_thing_after_it_was_put_down_is_left() -> None:
    shown = candidate(street(), with_bag(street()))
    assert _truth(shown, 6.0, EVENT, 1.0) is Verdict.LEFT
    thrown = {**EVENT, "events": [{**EVENT["events"][0], "manner": "thrown"}]}
    assert _truth(shown, 6.0, thrown, 1.0) is Verdict.THROWN


def test_before_the_put_down_or_elsewhere_it_is_not() -> None:
    shown = candidate(street(), with_bag(street()))
    assert _truth(shown, 4.0, EVENT, 1.0) is Verdict.ACTOR
    far = candidate(street(), with_bag(street(), (5, 5, 25, 25)), (5, 5, 25, 25))
    assert _truth(far, 6.0, EVENT, 1.0) is Verdict.ACTOR


def test_what_only_touches_the_thing_teaches_nothing() -> None:
    beside = (BOX[0] + 20, BOX[1], BOX[2] + 20, BOX[3])
    assert _truth(candidate(street(), with_bag(street()), beside), 6.0, EVENT, 1.0) is None


def test_what_lost_its_edges_was_taken_away() -> None:
    shown = candidate(street(), street())
    gone = replace(shown, numbers=Numbers(5.0, 0.05, 0.3, 8.0, 1.0, -0.5, 0.5))
    assert _truth(gone, 6.0, {**EVENT, "events": []}, 1.0) is Verdict.REMOVED


def test_the_watcher_proposes_the_thing_of_a_film() -> None:
    shown = list(proposed(film(Shelf("train"), "put-down@3", 1)))
    assert any(one.verdict is Verdict.LEFT for one in shown)
    assert all(one.candidate.before.shape == one.candidate.after.shape for one in shown)


def test_a_piece_that_is_finished_is_not_made_again(tmp_path: Path, few: Examples) -> None:
    made: list[tuple[int, int]] = []

    def make(start: int, count: int) -> Examples:
        made.append((start, count))
        if len(made) == 2:
            raise KeyboardInterrupt
        return few.rows(np.arange(start, start + count))

    pieces = _pieces(tmp_path / "strips", 6, size=4)
    with pytest.raises(KeyboardInterrupt):
        _finished(pieces, make, cores=1)
    whole = together(_finished(pieces, make, cores=1))
    assert made == [(0, 4), (4, 2), (4, 2)]
    assert np.array_equal(whole.strips, few.strips)
    assert (whole.kinds, whole.hours) == (few.kinds, few.hours)


def test_what_the_first_network_got_wrong_comes_more_often() -> None:
    score, truth = np.asarray([0.9, 0.1, 0.8, 0.2, 1.0, 0.0]), np.asarray([True, True, False, False, True, False])
    assert hard_rows(score, truth, times=2).tolist() == [0, 1, 2, 3, 4, 5, 1, 2, 1, 2]


def test_strips_and_proposals_share_one_memory(few: Examples) -> None:
    given = Material(few, 4)
    assert (len(given.composed.truths), len(given.proposed.truths)) == (4, 2)
    assert np.shares_memory(given.composed.strips, few.strips)
    assert np.array_equal(given.proposed.strips, few.strips[4:])
    assert given.proposed.kinds == few.kinds[4:]


def test_nothing_stacked_is_nothing() -> None:
    assert len(stacked([]).truths) == 0
    assert CLASSES[0] is Verdict.LEFT


def test_the_plot_is_small_and_its_curve_counts_right(tmp_path: Path) -> None:
    score, truth = np.asarray([0.9, 0.8, 0.7, 0.1]), np.asarray([True, False, True, False])
    recall, precision = precision_recall(score, truth)
    assert recall.tolist() == [0.5, 0.5, 1.0, 1.0]
    assert precision.tolist() == pytest.approx([1.0, 0.5, 2 / 3, 0.5])
    assert reliability(np.full(10, 0.25), np.arange(10) < 4) == ([0.25], [0.4])
    rows = [Row("left: put down", 10, 8, 0.44, 0.97), Row("actor: vehicle itself", 10, 1, 0.0, 0.45)]
    assert write_plots(tmp_path / "card.png", {"some": (score, truth)}, rows, threshold=0.5).stat().st_size < 90_000


def test_pieces_made_on_two_cores_are_the_pieces_made_on_one(tmp_path: Path, few: Examples) -> None:
    def make(start: int, count: int) -> Examples:
        return few.rows(np.arange(start, start + count))

    one, two = (together(_finished(_pieces(tmp_path / f"{cores}" / "strips", 6, size=2), make, cores=cores)) for cores in (1, 2))
    assert np.array_equal(one.strips, two.strips)
    assert one.kinds == two.kinds


def test_a_child_that_fails_is_told() -> None:
    def broken() -> None:
        raise ValueError

    with pytest.raises(ChildProcessError):
        spread([broken, broken], 2)
