"""What every camera-minute counts as, and how seconds are written down: from numbers alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cameras.domain.ledger import LASTED_S, LETTERS, NOBODY, Pen, State, better, counts_as, letter, minutes, packed, unpacked, worse

START = 1_772_676_000
"""A whole minute."""
SECONDS = st.text(alphabet=LETTERS + NOBODY, min_size=60, max_size=60)


def written(pen: Pen, until: float) -> str:
    """Every second from START to `until`, as letters."""
    pages = dict(pen.taken(int(until) + 60))
    return "".join(pages.get(minute, NOBODY * 60) for minute in range(START, int(until), 60))[: int(until) - START]


def living(pen: Pen, begin: float, end: float) -> None:
    """Packets twelve times a second, relative to START."""
    for step in range(round((end - begin) * 12)):
        pen.packet(START + begin + step / 12)


def seen(until: float) -> Pen:
    pen = Pen()
    pen.say(State.SEEN, START)
    living(pen, 0, until)
    return pen


@given(SECONDS)
def test_runs_are_read_as_they_were_written(seconds: str) -> None:
    assert unpacked(packed(seconds)) == seconds


@pytest.mark.parametrize("runs", ["x3", "s", "3s", "s3 g4", "s-3", "s99999999", "s604801", "s3g"])
def test_what_are_no_runs_is_refused(runs: str) -> None:
    with pytest.raises(ValueError, match="runs"):
        unpacked(runs)


@given(SECONDS, SECONDS, SECONDS)
def test_two_reports_of_one_minute_join_in_any_order_and_twice_as_once(one: str, other: str, third: str) -> None:
    for join in (worse, better):
        assert join(one, other) == join(other, one)
        assert join(one, one) == one
        assert join(join(one, other), other) == join(one, other)
        assert join(one, NOBODY * 60) == one, "who knows nothing takes nothing away"
    assert worse(worse(one, other), third) == worse(one, worse(other, third))


def test_the_worst_that_lasted_names_the_minute() -> None:
    assert counts_as("s" * 56 + "g" * 4) is State.SEEN, "one short reconnect is no blot"
    assert counts_as("s" * 55 + "g" * LASTED_S) is State.GAP
    assert counts_as("i" * 30 + "s" * 30) is State.IDLE
    assert counts_as("c" * 10 + "d" * 10 + "s" * 40) is State.COVERED
    assert counts_as("o" * 60) is State.OFF


@given(SECONDS)
def test_nobody_is_never_fine(seconds: str) -> None:
    state = counts_as(seconds)
    silent = seconds.count(NOBODY) + seconds.count("g")
    assert (state is State.GAP) == (silent >= LASTED_S)


def test_a_minute_that_nobody_reported_is_a_gap() -> None:
    assert list(minutes("s" * 60 + NOBODY * 60 + "i" * 30)) == [State.SEEN, State.GAP, State.GAP]


def test_a_quiet_stretch_is_written_as_it_was_said() -> None:
    pen = seen(30)
    pen.say(State.IDLE, START + 30)
    living(pen, 30, 90.5)
    assert written(pen, START + 90) == "s" * 30 + "i" * 60


def test_silence_is_a_gap_from_the_last_packet_on() -> None:
    pen = seen(20)
    pen.pass_by(START + 22)
    pen.pass_by(START + 27)
    pen.say(State.GAP, START + 28)
    pen.pass_by(START + 40)
    pen.say(State.SEEN, START + 40)
    living(pen, 40, 50.5)
    assert written(pen, START + 50) == "s" * 20 + "g" * 20 + "s" * 10


def test_a_short_silence_is_none() -> None:
    pen = seen(20)
    living(pen, 23, 30.5)
    assert written(pen, START + 30) == "s" * 30


def test_a_watcher_that_hangs_has_seen_nothing_meanwhile() -> None:
    pen = seen(20)
    pen.pass_by(START + 3600)
    assert written(pen, START + 3600) == "s" * 20 + "g" * 3580


def test_after_its_death_nothing_is_claimed() -> None:
    assert written(seen(20.5), START + 120) == "s" * 20 + NOBODY * 100


def test_a_clock_that_steps_forward_leaves_a_gap() -> None:
    pen = seen(20)
    living(pen, 80, 90.5)
    assert written(pen, START + 90) == "s" * 20 + "g" * 60 + "s" * 10


def test_a_clock_that_steps_back_keeps_the_worse_of_both() -> None:
    pen = seen(50)
    pen.say(State.COVERED, START + 50)
    living(pen, 50, 60.5)
    living(pen, 20, 30)
    pen.say(State.DARK, START + 30)
    living(pen, 30, 40)
    pen.say(State.SEEN, START + 40)
    living(pen, 40, 60.5)
    assert written(pen, START + 60) == "s" * 20 + "c" * 10 + "d" * 10 + "s" * 10 + "c" * 10


def test_silence_after_a_step_back_is_noticed() -> None:
    pen = seen(50)
    pen.pass_by(START + 10)
    pen.pass_by(START + 20)
    assert written(pen, START + 20) == "s" * 11 + "g" * 9


def test_a_camera_that_is_off_stays_off_without_packets() -> None:
    pen = Pen()
    pen.say(State.OFF, START)
    pen.pass_by(START + 61)
    assert written(pen, START + 60) == letter(State.OFF) * 60
