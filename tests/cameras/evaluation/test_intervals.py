"""Intervals against published values, and against what they promise."""

import pytest

from cameras.evaluation.intervals import rate, reliability, share


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [(0, 10, 0.0, 0.3085), (10, 10, 0.6915, 1.0), (5, 10, 0.1871, 0.8129), (1, 20, 0.0013, 0.2487), (0, 0, 0.0, 1.0)],
)
def test_a_share_has_the_published_clopper_pearson_interval(hits: int, count: int, low: float, high: float) -> None:
    assert share(hits, count) == pytest.approx((low, high), abs=5e-4)


@pytest.mark.parametrize(("count", "low", "high"), [(0, 0.0, 3.689), (1, 0.0253, 5.572), (5, 1.6235, 11.668), (20, 12.217, 30.888)])
def test_a_rate_has_the_published_poisson_interval(count: int, low: float, high: float) -> None:
    assert rate(count, 1.0) == pytest.approx((low, high), abs=2e-3)
    assert rate(count, 10.0) == pytest.approx((low / 10, high / 10), abs=2e-4)


def test_without_any_hour_nothing_is_known_of_a_rate() -> None:
    assert rate(0, 0.0) == (0.0, float("inf"))


def test_reliability_counts_each_score_once_in_its_tenth() -> None:
    bins = reliability([0.05, 0.06, 0.95, 1.0], [False, True, True, True])
    assert [(round(score, 6), true, count) for score, true, count in bins] == [(0.055, 0.5, 2), (0.975, 1.0, 2)]
