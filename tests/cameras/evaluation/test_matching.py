"""What counts as found, what as false, and what the rows make of it."""

from pathlib import Path
from typing import Any

import pytest

from cameras.domain.geometry import Box
from cameras.evaluation.figures import curve, metrics, row, rows
from cameras.evaluation.judge import Judged
from cameras.evaluation.matching import Outcome, matched, outcome
from cameras.evaluation.truth import Clip, Event, Origin
from cameras.evaluation.witness import Attempt, Fate

WINDOW = (-5.0, 10.0)


def seen(at: float, box: tuple[float, float, float, float] = (0, 0, 10, 10), score: float = 0.9) -> dict[str, Any]:
    return {"put_down_s": at, "at_s": at + 4, "box": list(box), "score": score, "reason": "left"}


def clip(name: str, *events: Event, origin: Origin = Origin.REAL, moving: bool = False) -> Clip:
    return Clip(name, Path(name), origin, events, moving=moving)


def told(one: Clip, *sightings: dict[str, Any], seconds: float = 60) -> Outcome:
    return outcome(one, Judged(list(sightings), [Fate() for _ in one.events], seconds=seconds))


@pytest.mark.parametrize(("at", "found"), [(94.9, 0), (95.0, 1), (100, 1), (110.0, 1), (110.1, 0)])
def test_the_window_is_five_before_to_ten_after(at: float, found: int) -> None:
    assert len(matched([Event(100)], [seen(at)], WINDOW)) == found


def test_one_flag_finds_one_event_and_the_other_is_false() -> None:
    one = told(clip("a", Event(10), Event(14)), seen(11), seen(12), seen(13))
    assert ([hit.event for hit in one.hits], len(one.false)) == ([0, 1], 1)


def test_the_flag_on_the_right_thing_is_preferred_to_the_nearer_in_time() -> None:
    hits = matched([Event(10, box=Box(0, 0, 10, 10))], [seen(10, (50, 50, 60, 60)), seen(13, (1, 1, 11, 11))], WINDOW)
    assert [(hit.sighting, round(hit.overlap or 0, 2)) for hit in hits] == [(1, 0.68)]


def test_misses_are_censored_not_left_out() -> None:
    one = row("x", [told(clip("a", Event(10, gone_s=12)), seen(10)), told(clip("b", Event(10))), told(clip("c", Event(10)))])
    assert (one.found, one.recall, one.delay_s, one.delay_with_misses_s, one.after_gone_s) == (1, 0.3333, 4.0, None, 2.0)


def test_the_narrower_window_and_the_rate_are_told() -> None:
    one = row("x", [told(clip("a", Event(10)), seen(6), seconds=1800), told(clip("b"), seen(3), seconds=1800)])
    assert (one.found, one.found_strict, one.false, one.precision, one.f1) == (1, 0, 1, 0.5, 0.6667)
    assert (one.camera_hours, one.false_per_camera_day) == (1.0, 24.0)
    assert one.interval == pytest.approx((24 * 0.0253, 24 * 5.572), abs=0.05)


def test_origins_and_moving_cameras_never_share_a_row() -> None:
    outcomes = [
        told(clip("a", Event(10), origin=Origin.COMPOSITE), seen(10)),
        told(clip("b", Event(10)), seen(10)),
        told(clip("c", Event(10), moving=True)),
    ]
    by_name = {one.name: one for one in rows(outcomes)}
    assert (by_name["composite"].recall, by_name["real"].recall) == (1.0, 0.5)
    assert (by_name["real: fixed camera"].recall, by_name["real: moving camera"].recall) == (1.0, 0.0)
    assert metrics(outcomes)["events"] == 2, "what stands first is of the real clips where there are both"


def test_the_curve_counts_all_events_and_scene_drops_lower_its_end() -> None:
    judged = Judged([], [Fate(), Fate()], seconds=60)
    judged.attempts = [
        Attempt(1, 10, 14, (0, 0, 9, 9), "left", by_network=True, score=0.9),
        Attempt(2, 70, 74, (0, 0, 9, 9), "verifier", by_network=True, score=0.4),
        Attempt(3, 90, 94, (0, 0, 9, 9), "removed", by_network=False, score=0.99),
    ]
    assert curve([outcome(clip("a", Event(10), Event(90)), judged)]) == [(0.9, 1.0, 0.5), (0.4, 0.5, 0.5)]
