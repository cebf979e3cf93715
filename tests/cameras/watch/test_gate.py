"""The gate and the duty from numbers alone, and the levels that outlive a restart."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.domain.duty import GLANCE_S, KEYLESS_S, LONG_GLANCE_S, MISSED_S, QUIET_S, REACH_S, ROUND_S, WARM_S, Duty, Why
from cameras.domain.gate import Gate
from cameras.domain.packets import PacketFacts
from cameras.watch.baselines import Baselines

FPS, GOP = 15, 30


def packets(seconds: float, *, begin: float = 0.0, louder: float = 1.0, seed: int = 1) -> Iterator[tuple[float, bool, PacketFacts]]:
    """A camera at rest: 8 kB for a predicted picture, a little more late in the group, constant rate from then on by the quantiser."""
    rng = random.Random(seed)
    for number in range(round(seconds * FPS)):
        key = number % GOP == 0
        size = 90_000 if key else 8000 * louder * rng.lognormvariate(0, 0.05) * (1.3 if number % GOP < 3 else 1)
        yield begin + number / FPS, key, PacketFacts(round(size), "I" if key else "P", 28, start=key)


def taught(hour: int = 12) -> Gate:
    gate = Gate()
    for at, key, facts in packets(60):
        gate.take(facts, at, key=key, hour=hour)
        gate.note(at, hour)
    return gate


def opened(gate: Gate, louder: float, *, hour: int = 12, qp: int = 28) -> float:
    """Share of three seconds during which the gate is open."""
    found = []
    for at, key, facts in packets(3, begin=100, louder=louder, seed=7):
        told = PacketFacts(facts.size, facts.kind, facts.qp if key else qp, start=facts.start)
        reading = gate.take(told, at, key=key, hour=hour)
        found.append(reading is not None and reading.open)
    return sum(found) / len(found)


def test_a_gate_that_knows_nothing_says_nothing() -> None:
    assert opened(Gate(), 3.0) == 0
    assert Gate().threshold(12) is None


def test_more_bits_open_it_and_the_usual_noise_does_not() -> None:
    gate = taught()
    assert opened(gate, 1.0) == 0
    assert opened(gate, 1.5) > 0.8


def test_a_constant_rate_hides_nothing_because_the_quantiser_counts() -> None:
    assert opened(taught(), 1.0, qp=32) > 0.8, "as many bytes, but a coarser picture"


def test_the_start_of_a_group_is_held_against_starts_of_groups() -> None:
    gate = taught()
    levels = []
    for at, key, facts in packets(8, begin=100, seed=3):
        reading = gate.take(facts, at, key=key, hour=12)
        levels.append(reading.level if reading else 0.0)
    settled = levels[GOP:]
    assert max(settled) - min(settled) < 0.15, "1.3 times the bytes at each start would be 0.38"


def test_a_layer_is_held_against_its_own_layer() -> None:
    gate = Gate()
    levels = []
    for number in range(1, 1200):
        layer = number % 2
        facts = PacketFacts(2000 if layer else 9000, "P", 28, layer)
        reading = gate.take(facts, number / FPS, key=False, hour=3)
        gate.note(number / FPS, 3)
        levels.append(reading.level if reading else 0.0)
    assert max(levels[300:]) - min(levels[300:]) < 0.2


def test_each_hour_has_its_own_level_and_lends_it_to_its_neighbours() -> None:
    gate = taught(12)
    for at, key, facts in packets(60, louder=3, begin=100):
        gate.take(facts, at, key=key, hour=2)
        gate.note(at, 2)
    assert opened(gate, 3.0, hour=2) < 0.1
    assert opened(gate, 3.0, hour=12) > 0.8
    assert gate.threshold(1) == gate.threshold(3) == gate.threshold(2) != gate.threshold(13)


def test_what_cannot_be_read_is_not_weighed() -> None:
    gate = taught()
    before = gate.reading
    assert gate.take(PacketFacts(90_000, "?"), 70.0, key=False, hour=12) == before


def test_levels_survive_a_restart(tmp_path: Path) -> None:
    gate = taught()
    gate.signature = "h264 1920x1080"
    Baselines(tmp_path / "gates").save("cam-1", gate)
    again = Baselines(tmp_path / "gates").load("cam-1")
    again.belongs("h264 1920x1080")
    assert again.threshold(12) == gate.threshold(12)
    assert opened(again, 1.5) > 0.8
    again.belongs("hevc 1920x1080")
    assert again.threshold(12) is None, "another codec is another scale"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff", b'{"format":1,"signature":"","hours":{"1":3},"places":{}}', b"[" * 99999]
)
def test_a_broken_file_is_an_empty_gate(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "cam-1.json").write_bytes(content)
    assert Baselines(tmp_path).load("cam-1").threshold(12) is None
    assert Baselines(tmp_path).load("cam-2").threshold(12) is None


@given(st.recursive(st.none() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=9))
def test_no_state_but_a_value_error(state: object) -> None:
    for told in (state, {"format": 1, "signature": "", "hours": state, "places": {}}):
        with suppress(ValueError):
            assert Gate.restored(json.loads(json.dumps(told))).state()["signature"] is not None


def on_duty(duty: Duty, seconds: float, *, begin: float, busy: bool = False, gop: float = 2.0) -> float:
    """Let it run with a scene that is `busy` or not; returns the time after."""
    for number in range(round(seconds * FPS)):
        at = begin + number / FPS
        key = number % round(gop * FPS) == 0
        duty.packet(PacketFacts(8000, "I" if key else "P", 28, start=key), at, key=key, hour=12)
        if duty.awake:
            duty.looked(at, at, busy=busy, hour=12)
    return begin + seconds


def test_it_starts_awake_learns_and_falls_asleep() -> None:
    duty = Duty(Gate())
    assert duty.awake
    on_duty(duty, WARM_S - 0.5, begin=0)
    assert duty.awake
    on_duty(duty, 20, begin=WARM_S)
    assert not duty.awake


def test_whoever_is_followed_keeps_it_awake_and_quiet_lets_it_sleep() -> None:
    duty = Duty(taught())
    at = on_duty(duty, 100, begin=0, busy=True)
    assert (duty.awake, duty.why) == (True, Why.FOLLOWING)
    at = on_duty(duty, QUIET_S - 0.5, begin=at)
    assert duty.awake
    on_duty(duty, 2, begin=at)
    assert not duty.awake


def test_packets_wake_it() -> None:
    duty = Duty(taught())
    at = on_duty(duty, 30, begin=0)
    assert not duty.awake
    woke = [duty.packet(PacketFacts(16000, "P", 28), at + n / FPS, key=False, hour=12) for n in range(15)]
    assert woke.count(True) == 1
    assert (duty.awake, duty.why) == (True, Why.PACKETS)


def test_keyframes_too_far_apart_keep_it_awake_and_are_said() -> None:
    duty = Duty(taught())
    at = on_duty(duty, 30, begin=0)
    assert not duty.awake
    on_duty(duty, REACH_S + 5, begin=at, gop=600)
    assert (duty.awake, duty.why, duty.fault()) == (True, Why.LONG_GOP, Why.LONG_GOP)


def test_long_groups_sleep_with_a_round_now_and_then_and_are_said() -> None:
    duty = Duty(taught())
    at = on_duty(duty, 60, begin=0, gop=10)
    assert (duty.awake, duty.fault()) == (False, Why.LONG_GOP)
    on_duty(duty, ROUND_S + 1, begin=at, gop=10)
    assert duty.why is Why.ROUND


def test_the_farther_the_way_back_the_longer_it_must_be_quiet() -> None:
    duty = Duty(taught())
    at = on_duty(duty, 60, begin=0, busy=True, gop=20)
    at = on_duty(duty, 19, begin=at, gop=20)
    assert duty.awake
    on_duty(duty, 6, begin=at, gop=20)
    assert not duty.awake


def test_a_stream_without_keyframes_stays_awake_and_is_said() -> None:
    duty = Duty(taught())
    for number in range(round((KEYLESS_S + 20) * FPS)):
        duty.packet(PacketFacts(8000, "P", 28), number / FPS, key=False, hour=12)
        duty.looked(number / FPS, number / FPS, busy=False, hour=12)
    assert (duty.awake, duty.fault()) == (True, Why.NO_KEYFRAMES)


def test_keyframes_that_are_none_keep_it_awake_and_are_said() -> None:
    duty = Duty(taught())
    for number in range(40 * FPS):
        duty.packet(PacketFacts(8000, "P", 28), number / FPS, key=number % GOP == 0, hour=12)
        duty.looked(number / FPS, number / FPS, busy=False, hour=12)
    assert (duty.awake, duty.fault()) == (True, Why.INTRA_REFRESH)


def test_keyframes_that_woke_it_for_nothing_count_less_next_time() -> None:
    duty = Duty(taught())
    at = on_duty(duty, 30, begin=0)
    duty.wake(Why.PICTURE, at)
    at = on_duty(duty, 10, begin=at)
    assert not duty.awake
    assert duty.patience > 1
    on_duty(duty, 2, begin=on_duty(duty, 1, begin=at), busy=True)
    duty.wake(Why.PICTURE, at + 3)
    on_duty(duty, 2, begin=at + 3, busy=True)
    assert duty.patience == 1


@pytest.mark.parametrize("louder", [1.06, 0.94])
def test_a_little_for_long_opens_it_too_on_either_side(louder: float) -> None:
    gate = taught()
    opened_at, alone = [], 0
    for at, key, facts in packets(8, begin=100, louder=louder, seed=7):
        reading = gate.take(facts, at, key=key, hour=12)
        alone += gate._level > (gate.threshold(12) or 0.0)
        if at > 100.6 and reading is not None and reading.open:
            opened_at.append(at)
    assert 101.5 < opened_at[0] < 104
    assert len(opened_at) > 3 * FPS
    assert alone < len(opened_at) / 4, "half a second alone would hardly have shown it"
    assert opened(gate, 1.0) < 0.1


def test_keyframes_are_looked_at_less_often_once_the_gate_is_known_and_more_often_after_it_missed_somebody() -> None:
    duty = Duty(Gate())
    assert duty.glance_s(0, 12) == GLANCE_S
    duty = Duty(taught())
    at = on_duty(duty, 30, begin=0)
    assert (duty.awake, duty.glance_s(at, 12), duty.glance_s(at, 3)) == (False, LONG_GLANCE_S, GLANCE_S)
    duty.wake(Why.PICTURE, at)
    at = on_duty(duty, 2, begin=at, busy=True)
    assert duty.glance_s(at, 12) == GLANCE_S
    assert duty.glance_s(at + MISSED_S, 12) == LONG_GLANCE_S
