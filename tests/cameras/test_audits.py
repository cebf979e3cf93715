"""Which slept minutes are audited, what that says, and what the plot keeps: from numbers alone."""

import json
import random
from pathlib import Path

import pytest

from cameras.domain.audits import Lot, missed_of
from cameras.domain.duty import Why
from cameras.domain.trace import ASLEEP, AWAY, Point, Steps

FPS, GOP = 10, 20


def slept(lot: Lot, seconds: float, *, begin: float = 0.0) -> list[float]:
    """Ends of the drawn minutes, in seconds."""
    times = [(begin + step / FPS, step % GOP == 0) for step in range(round(seconds * FPS))]
    return [at for at, key in times if lot.sleeping(at, key=key)]


def test_of_many_slept_minutes_so_many_are_drawn_as_asked() -> None:
    ends = slept(Lot(random.Random(3).random, rate=0.1), 60 * 4000)
    assert 330 < len(ends) < 470


def test_a_drawn_minute_is_a_whole_one_from_a_keyframe() -> None:
    assert slept(Lot(lambda: 0.0), 181, begin=1000.0) == [1060.0, 1120.0, 1180.0]


def test_who_wakes_is_not_audited_and_draws_anew() -> None:
    lot = Lot(iter([0.0, 0.9, 0.0]).__next__, rate=0.5)
    assert slept(lot, 30) == []
    assert lot.drawn
    lot.woke()
    assert slept(lot, 60.1, begin=100) == [], "this one was not drawn"
    assert lot.drawn, "the next one is"


@pytest.mark.parametrize(
    ("audited", "missed", "low", "high"),
    [(0, 0, 0.0, 1.0), (120, 0, 0.0, 0.0310), (10, 0, 0.0, 0.2775), (100, 5, 0.0215, 0.1118), (4, 4, 0.5101, 1.0)],
)
def test_the_interval_is_wilsons(audited: int, missed: int, low: float, high: float) -> None:
    """Figures as R's prop.test(correct = FALSE) gives them."""
    share = missed_of(audited, missed)
    assert (round(share.low, 4), round(share.high, 4)) == (low, high)


def test_every_step_keeps_its_highest_reading_and_that_somebody_woke() -> None:
    steps = Steps(30, 4)
    for second in range(1000, 1120):
        awake = second == 1040
        steps.add(Point(second, 12.0 + (second == 1041), 12.5, "packets" if awake else ASLEEP, key=second % 60 == 0))
    steps.add(Point(1121, None, None, ASLEEP, key=False))
    span = steps.span(1121)
    assert span.level == (1300, 1200, 1200, 1200)
    assert span.threshold == (1250, 1250, 1250, None)
    assert span.states == ((1, "packets"), (3, ASLEEP))
    assert span.keys == (0, 2)


def test_a_camera_that_was_away_has_steps_without_a_reading() -> None:
    steps = Steps(1, 5)
    steps.add(Point(100.2, 12.0, 12.5, ASLEEP, key=True))
    steps.add(Point(104.9, 12.0, 12.5, ASLEEP, key=False))
    assert steps.span(104.9).states == ((1, ASLEEP), (3, AWAY), (1, ASLEEP))
    assert steps.span(300).level == (None,) * 5
    steps.add(Point(50.0, 11.0, 12.5, ASLEEP, key=True))
    assert steps.span(50).level[-1] == 1100, "the clock stepped back"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_reason_for_being_awake_has_its_words_on_the_plot(language: str) -> None:
    words = json.loads((Path(__file__).parents[2] / f"edge/web/src/locales/{language}.json").read_text("utf-8"))["camera"]["gate"]
    whys = {why.value for why in Why}
    assert set(words["why"]) == whys
    assert set(words["now"]) == whys | {ASLEEP, AWAY}
