"""The two promises of cameras/domain/budget.py, against streams made to break them; and that these streams do break a wrong rule."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.domain.audits import missed_of
from cameras.domain.budget import ALPHA, HIGHEST, LOWEST, PATIENCE, STEP, TARGET, Outcome, Rate, Threshold, Trust, most, trusted

START = datetime(2026, 3, 5, tzinfo=UTC)
BASE = 0.82
Raise = Callable[[Rate, int], Rate]
Stream = list[tuple[float, float]]
"""Days since the last one, and score."""


def flags(stream: Stream, per_day: int, raised: Raise = Rate.flagged, *, level: float = 0.0) -> list[float]:
    """The days at which something was flagged."""
    rate, day, found = Rate(), 0.0, []
    for gap, score in stream:
        day += gap
        rate = rate.eased(START + timedelta(days=day))
        if score >= Threshold(rate.level, Trust(level)).value:
            rate = raised(rate, per_day)
            found.append(day)
    return found


def excess(found: list[float], per_day: int) -> float:
    """By how much the worst of all spans exceeds what is promised; at most 0 when the promise holds."""
    spans = ((last - first + 1, found[last] - found[first]) for first in range(len(found)) for last in range(first, len(found)))
    return max((count - most(per_day, days) for count, days in spans), default=0.0)


SCORES = st.one_of(st.floats(0, 1), st.just(1.0), st.floats(0.8, 1))
STREAMS = st.lists(st.tuples(st.one_of(st.just(0.0), st.floats(0, 0.2), st.floats(0, 4)), SCORES), max_size=80)


@given(stream=STREAMS, per_day=st.integers(1, 12), level=st.floats(0, 0.98))
def test_no_span_of_any_stream_has_more_flags_than_the_budget(stream: Stream, per_day: int, level: float) -> None:
    assert excess(flags(stream, per_day, level=level), per_day) <= 1e-6


STORM: Stream = [(0.0, 1.0)] * 40 + [(0.01, 1.0)] * 1500


@pytest.mark.parametrize(
    "wrong",
    [
        lambda rate, per_day: rate.flagged(2 * per_day),
        lambda rate, _: rate,
        lambda rate, per_day: replace(rate.flagged(per_day), level=0.5),
    ],
    ids=["half a step", "no step", "a step that forgets"],
)
def test_a_storm_of_sure_scores_shows_a_wrong_update(wrong: Raise) -> None:
    assert excess(flags(STORM, 3), 3) <= 1e-6
    assert excess(flags(STORM, 3, wrong), 3) > 1


def test_the_budget_is_used_while_there_is_enough_to_flag() -> None:
    always = flags([(0.01, 0.97)] * 3000, 3)
    assert len(always) == pytest.approx(3 * 30, abs=4)
    assert max(after - before for before, after in pairwise(always[3:])) < 0.4, "it stays open through the month"


def test_a_clock_that_steps_back_frees_nothing() -> None:
    rate = Rate().eased(START).flagged(2)
    assert rate.eased(START - timedelta(days=9)) == rate


def stream_of(chance: Callable[[list[bool]], float], length: int, seed: int) -> list[bool]:
    dice, said = random.Random(seed), list[bool]()
    for _ in range(length):
        said.append(dice.random() < chance(said))
    return said


def outcomes(said: list[bool]) -> list[Outcome]:
    return [Outcome(BASE, START, confirmed) for confirmed in said]


def lowered(said: list[bool]) -> bool:
    """Whether the rule ever lowers the threshold while `said` comes in; at every verdict it is looked at anew."""
    trust = Trust(BASE)
    for confirmed in said:
        trust = trust.after(confirmed)
        if trust.lowered:
            return True
        if trust.raised:
            trust = Trust(BASE)
    return False


def lowered_by_peeking(said: list[bool]) -> bool:
    """The rule that everybody thinks of first: whenever the 95 % interval lies above the target."""
    return any(missed_of(count, sum(said[:count])).low > TARGET for count in range(5, len(said)))


ADVERSARIES: dict[str, Callable[[list[bool]], float]] = {
    "at the target": lambda _: TARGET,
    "by turns": lambda said: TARGET if len(said) % 3 else 0.5,
    "after a run": lambda said: TARGET if len(said) < 40 or all(said[-3:]) else 0.3,
}


@pytest.mark.parametrize("adversary", ADVERSARIES)
def test_a_threshold_is_hardly_ever_lowered_where_too_little_is_confirmed(adversary: str) -> None:
    runs = 400
    wrong = sum(lowered(stream_of(ADVERSARIES[adversary], 250, seed)) for seed in range(runs))
    assert wrong / runs <= ALPHA


def test_the_same_streams_mislead_who_looks_at_an_interval_again_and_again() -> None:
    wrong = sum(lowered_by_peeking(stream_of(ADVERSARIES["at the target"], 250, seed)) for seed in range(200))
    assert wrong / 200 > 2 * ALPHA


@pytest.mark.parametrize(("chance", "notch", "within"), [(0.97, -1, 120), (0.4, 1, 60)])
def test_clear_verdicts_move_it_within_weeks(chance: float, notch: int, within: int) -> None:
    moved = [trusted(outcomes(stream_of(lambda _: chance, within, seed)), base=BASE, now=START).notch for seed in range(100)]
    assert sum(found == notch for found in moved) >= 90
    assert not any(found == -notch for found in moved)


def test_it_moves_in_steps_within_its_scale() -> None:
    trust = Trust(BASE)
    levels = []
    for number in range(6000):
        trust = trust.after(number >= 3000)
        levels.append(trust.level)
    assert max(levels) == HIGHEST
    assert min(levels) == LOWEST
    assert {round(abs(a - b), 4) for a, b in pairwise(levels)} <= {0.0, STEP, round(BASE + 4 * STEP - HIGHEST, 4)}


def test_the_order_of_the_verdicts_decides_nothing_and_who_waits_is_waited_for() -> None:
    """The officer begins with the 60 sure ones and leaves the first doubtful one: nothing is proven by that."""
    sure = outcomes([True] * 60)
    open_one = Outcome(BASE, START, None)
    soon, late = START + timedelta(days=1), START + PATIENCE
    assert trusted(sure, base=BASE, now=soon).lowered == 1
    assert trusted([open_one, *sure], base=BASE, now=soon) == Trust(BASE)
    missing = [Outcome(BASE, START, None)] * 30
    assert trusted([*missing, *sure], base=BASE, now=late).lowered == 0, "what nobody decided counts against it"
    assert trusted(missing, base=BASE, now=late).raised == 0


def test_flags_of_another_level_prove_nothing_for_this_one() -> None:
    other = [replace(outcome, level=BASE + STEP) for outcome in outcomes([True] * 300)]
    assert trusted(other, base=BASE, now=START) == Trust(BASE)
