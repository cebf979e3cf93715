"""The governor by numbers alone: the budget is kept, the order is the stated one, and nobody starves."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cameras.domain.errors import Code
from cameras.domain.governor import (
    FEWER_LOOKS_PER_S,
    FULL,
    GLANCE_S,
    GUARANTEE_S,
    HALF_LIFE_S,
    LATE_S,
    SMALLEST_ROOM,
    TURN_S,
    Claim,
    Governor,
    Grant,
    Heat,
)
from cameras.watch.shares import Shares, shortage

ASLEEP = Claim(awake=False, needed=False, awake_s=0, score=0, decode=0.065, look=0.005, glance=0.016)
AWAKE = replace(ASLEEP, awake=True, awake_s=5, score=0.5)
NEEDED = replace(AWAKE, needed=True)


def granted(budget: float, *claims: Claim, at: float = 100.0) -> tuple[Governor, list[Grant]]:
    """What each gets after all have spoken twice."""
    governor = Governor(budget)
    for second in (0.0, 2.0):
        for number, claim in enumerate(claims):
            governor.claim(str(number), claim, at + second)
    return governor, [governor.claim(str(number), claim, at + 2.0) for number, claim in enumerate(claims)]


def test_where_there_is_time_everybody_has_everything() -> None:
    _, grants = granted(1.5, *[ASLEEP] * 14, *[AWAKE] * 3)
    assert set(grants) == {FULL}


def test_first_fewer_looks_for_those_without_a_suspect_the_longest_awake_first() -> None:
    long_awake = replace(AWAKE, awake_s=300)
    _, (patient, fresh, needed, asleep) = granted(0.28, long_awake, AWAKE, NEEDED, ASLEEP)
    assert (patient.looks_per_s, patient.whole) == (FEWER_LOOKS_PER_S, True)
    assert fresh == needed == asleep == FULL


def test_then_keyframes_only_then_longer_glances_then_the_others() -> None:
    _, (fresh, needed, asleep) = granted(0.12, AWAKE, NEEDED, ASLEEP)
    assert (fresh.whole, needed, asleep) == (False, FULL, FULL)
    _, (fresh, needed, asleep) = granted(0.09, AWAKE, NEEDED, ASLEEP)
    assert (fresh.whole, fresh.glance_s, asleep.glance_s) == (False, GUARANTEE_S, GUARANTEE_S)
    assert (needed.whole, needed.looks_per_s) == (True, FEWER_LOOKS_PER_S)


def test_it_is_short_when_somebody_gets_less_but_not_because_many_begin() -> None:
    assert not granted(1.5, AWAKE, NEEDED, ASLEEP)[0].short
    beginning, grants = granted(0.5, *[replace(AWAKE, begins=True)] * 4)
    assert not beginning.short
    assert any(grant.less for grant in grants)
    scarce, _ = granted(0.12, AWAKE, NEEDED, ASLEEP)
    assert scarce.short
    scarce.leave("0")
    assert not scarce.short


def test_what_waits_for_its_verdict_is_always_decoded_whole() -> None:
    governor, grants = granted(0.01, *[NEEDED] * 5)
    assert all(grant.whole for grant in grants)
    assert governor.cost() > 0.01, "nothing is left to take away, and it is said"


def test_an_open_gate_and_former_sightings_come_first() -> None:
    governor = Governor(0.1)
    governor.sighted("hot", 0.0)
    for at in (0.0, 2.0):
        for name, score in (("hot", 0.5), ("cold", 0.5), ("loud", 3.0)):
            governor.claim(name, replace(AWAKE, score=score), at)
    kept = [name for name in ("hot", "cold", "loud") if governor.claim(name, AWAKE, 2.5).whole]
    assert kept == ["loud"]
    governor = Governor(0.1, {"hot": Heat(9.0, 0.0)})
    for at in (0.0, 2.0):
        for name in ("cold", "hot"):
            governor.claim(name, AWAKE, at)
    assert [governor.claim(name, AWAKE, 2.5).whole for name in ("cold", "hot")] == [False, True]
    assert Heat(4.0, 10.0).by(10.0 + HALF_LIFE_S) == pytest.approx(2.0)


def test_a_machine_that_falls_behind_has_less_room_and_gets_it_back() -> None:
    governor = Governor(1.5)
    for second in range(60):
        governor.claim("late", replace(AWAKE, late_s=LATE_S + 1), float(second))
    assert governor.room == SMALLEST_ROOM
    for second in range(60, 120):
        governor.claim("late", AWAKE, float(second))
    assert governor.room == 1.0


def test_who_leaves_makes_room() -> None:
    governor, grants = granted(0.12, AWAKE, AWAKE)
    assert sum(not grant.whole for grant in grants) == 1
    governor.leave("0")
    assert governor.claim("1", AWAKE, 110.0) == FULL


def simulated(budget: float, claims: Sequence[Claim], seconds: int) -> dict[str, list[tuple[float, Grant]]]:
    """Every camera speaks twice a second; the planned cost is checked each time a plan was made."""
    governor, told = Governor(budget), {str(number): list[tuple[float, Grant]]() for number in range(len(claims))}
    for half in range(2 * seconds):
        for number, claim in enumerate(claims):
            told[str(number)].append((half / 2, governor.claim(str(number), claim, half / 2)))
        if half > 4:
            assert governor.cost() <= budget + 1e-9 or all(at_least(*pair) for pair in zip(claims, last(told), strict=True))
    return told


def last(told: dict[str, list[tuple[float, Grant]]]) -> list[Grant]:
    return [grants[-1][1] for grants in told.values()]


def at_least(claim: Claim, grant: Grant) -> bool:
    """It has as little as anybody may have."""
    if claim.awake and claim.needed:
        return grant.looks_per_s == FEWER_LOOKS_PER_S
    return grant.glance_s == GUARANTEE_S and (grant.whole is not claim.awake)


some_claim = st.builds(
    Claim,
    awake=st.booleans(),
    needed=st.booleans(),
    awake_s=st.floats(0, 3600),
    score=st.floats(0, 6),
    decode=st.floats(0.01, 0.2),
    look=st.floats(0.001, 0.02),
    glance=st.floats(0.005, 0.1),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(some_claim, min_size=1, max_size=20), st.floats(0.01, 3.0))
def test_the_budget_is_kept_or_everybody_has_the_least(claims: list[Claim], budget: float) -> None:
    for grants in simulated(budget, claims, 6).values():
        assert all(grant.glance_s <= GUARANTEE_S and grant.looks_per_s >= FEWER_LOOKS_PER_S for _, grant in grants)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.floats(0, 6), min_size=2, max_size=5))
def test_of_those_that_wait_everybody_gets_a_turn(scores: list[float]) -> None:
    """There is time for one of them at once: a camera with a quiet gate waits longer, but not for ever."""
    claims = [replace(AWAKE, score=score) for score in scores]
    told = simulated(0.11, claims, round(40 * TURN_S))
    for grants in told.values():
        assert any(grant.whole for _, grant in grants[10:])


def test_sightings_are_remembered_between_runs(tmp_path: Path) -> None:
    Shares(tmp_path, 0.1).sighted("hot")
    again = Shares(tmp_path, 0.1)
    ask = {camera: again.of(camera) for camera in ("cold", "hot")}
    for share in ask.values():
        share(AWAKE)
    again._governor._planned_at = -1e9
    assert [share(AWAKE).whole for share in ask.values()] == [False, True]
    for broken in ("", "[]", '{"a": 3}', '{"a": ["x", 1]}'):
        (tmp_path / "sightings.json").write_text(broken)
        assert Shares(tmp_path).of("a")(AWAKE) == FULL


def test_what_is_missing_is_said() -> None:
    assert shortage(FULL, awake=True) is None
    assert shortage(replace(FULL, looks_per_s=2.0), awake=True) == (Code.FEWER_LOOKS, {"looks": 2.0})
    assert shortage(replace(FULL, whole=False), awake=True) == (Code.KEYFRAMES_ONLY, {"seconds": GLANCE_S})
    assert shortage(replace(FULL, glance_s=GUARANTEE_S), awake=False) == (Code.KEYFRAMES_ONLY, {"seconds": GUARANTEE_S})
