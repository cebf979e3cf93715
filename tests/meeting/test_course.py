"""Agenda, roll, floor: what a meeting decides, as values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting.domain.agenda import Agenda, Item, ItemState, MeetingState, move
from meeting.domain.errors import Code, Refusal
from meeting.domain.floor import Floor, Request
from meeting.domain.roll import Member, Roll, Source, Stay, check_members
from meeting.domain.rules import Base, Rule, Secrecy, Share, Tie, check_opening
from meeting.domain.tally import Numbers, Said, count

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)


def rule(**other: object) -> Rule:
    fields: dict[str, object] = {
        "id": "r",
        "title": "",
        "title_en": "",
        "body": "",
        "base": Base.ALL,
        "share": Share(1, 2),
        "strict": True,
        "tie": Tie.REJECTED,
        "quorum": Share(2, 3),
        "proxy": False,
        "secrecy": Secrecy.OPEN,
        "may_change": True,
        "valid_from": date(2025, 7, 1),
        "valid_until": None,
        "citation": "",
        "verified": False,
    }
    return Rule(**{**fields, **other})  # type: ignore[arg-type] # each test names what it changes


def raises_refusal(code: Code) -> "pytest.RaisesExc[Refusal]":
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code is code)


# --- agenda -----------------------------------------------------------------------------------------------------------

AGENDA = Agenda((Item("a", "Khai mạc", 10), Item("b", "Rác thải", 30), Item("c", "Bế mạc", 5)))


def test_a_closed_meeting_stays_closed() -> None:
    for to in MeetingState:
        with raises_refusal(Code.WRONG_STATE):
            move(MeetingState.CLOSED, to)


def test_starting_an_item_ends_the_one_before_it() -> None:
    agenda = AGENDA.start("a", NOW).start("b", NOW + timedelta(minutes=12))
    assert [one.state for one in agenda.items] == [ItemState.DONE, ItemState.CURRENT, ItemState.WAITING]
    assert agenda.items[0].finished_at == agenda.items[1].started_at == NOW + timedelta(minutes=12)


def test_an_item_that_runs_is_not_started_and_one_that_does_not_is_not_finished() -> None:
    with raises_refusal(Code.ITEM_STATE):
        AGENDA.start("a", NOW).start("a", NOW)
    with raises_refusal(Code.ITEM_STATE):
        AGENDA.finish("a", NOW)


def test_a_finished_item_may_be_taken_up_again_and_keeps_its_first_start() -> None:
    agenda = AGENDA.start("a", NOW).finish("a", NOW).start("a", NOW + timedelta(hours=1))
    assert agenda.item("a").state is ItemState.CURRENT
    assert agenda.item("a").started_at == NOW


def test_one_step_back_leaves_a_trace_and_goes_on_where_the_last_item_was() -> None:
    later = NOW + timedelta(minutes=12)
    agenda = AGENDA.start("a", NOW).start("b", later).back(later + timedelta(minutes=1))
    assert [one.state for one in agenda.items] == [ItemState.CURRENT, ItemState.WAITING, ItemState.WAITING]
    assert (agenda.items[0].started_at, agenda.items[0].finished_at) == (NOW, None)
    assert agenda.items[0].turned_back_at == agenda.items[1].turned_back_at == later + timedelta(minutes=1)
    assert agenda.items[2].turned_back_at is None


def test_a_step_back_goes_to_the_item_that_ended_last_whatever_the_order() -> None:
    agenda = AGENDA.start("b", NOW).start("a", NOW + timedelta(minutes=1)).finish("a", NOW + timedelta(minutes=2))
    assert agenda.back(NOW + timedelta(minutes=3)).current == replace(
        agenda.items[0], state=ItemState.CURRENT, finished_at=None, turned_back_at=NOW + timedelta(minutes=3)
    )
    with raises_refusal(Code.NO_STEP_BACK):
        AGENDA.start("a", NOW).back(NOW)


def test_an_item_moves_to_its_place_and_a_place_past_the_end_is_the_end() -> None:
    assert [one.id for one in AGENDA.place("c", 1).items] == ["c", "a", "b"]
    assert [one.id for one in AGENDA.place("a", 99).items] == ["b", "c", "a"]


# --- roll -------------------------------------------------------------------------------------------------------------

MEMBERS = (Member("m1", "Một", seat="s1", chairs=True), Member("m2", "Hai", seat="s2"), Member("m3", "Khách", seat="s3", votes=False))


def test_presence_is_a_record_with_an_end_and_never_two_at_once() -> None:
    roll = Roll(MEMBERS, (Stay("x", "m1", NOW, Source.TABLET),))
    with raises_refusal(Code.ALREADY_PRESENT):
        roll.arrive(Stay("y", "m1", NOW, Source.SECRETARY))
    left = roll.leave("m1", NOW + timedelta(hours=1), by=Source.SECRETARY, reason="Việc gia đình")
    assert (left.came_at, left.left_at, left.reason) == (NOW, NOW + timedelta(hours=1), "Việc gia đình")
    with raises_refusal(Code.ALREADY_ABSENT):
        roll.leave("m2", NOW, by=Source.SECRETARY)


def test_a_guest_who_is_here_is_no_present_voter() -> None:
    roll = Roll(MEMBERS, (Stay("x", "m3", NOW, Source.TABLET), Stay("y", "m2", NOW, Source.TABLET)))
    assert [one.id for one in roll.present_voters] == ["m2"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ((MEMBERS[1], MEMBERS[1]), Code.TWICE),
        ((Member("m1", "", seat="s1"), Member("m2", "", seat="s1")), Code.SEAT_TAKEN),
        ((Member("m1", "", seat="nowhere"),), Code.UNKNOWN_SEAT),
        ((Member("m1", "", chairs=True), Member("m2", "", chairs=True)), Code.TWO_CHAIRS),
        (tuple(Member(f"m{i}", "") for i in range(4)), Code.TOO_MANY_MEMBERS),
    ],
)
def test_members_that_cannot_meet_are_refused(members: tuple[Member, ...], code: Code) -> None:
    with raises_refusal(code):
        check_members(members, frozenset({"s1", "s2"}), most=3)


# --- floor ------------------------------------------------------------------------------------------------------------


def request(name: str) -> Request:
    return Request(f"r-{name}", name, f"s-{name}", "speak", NOW)


def test_who_asks_first_waits_first_and_nobody_asks_twice() -> None:
    floor = Floor(open=True).ask(request("m1")).ask(request("m2"))
    assert [one.member for one in floor.queue] == ["m1", "m2"]
    with raises_refusal(Code.ALREADY_ASKED):
        floor.ask(request("m1"))


def test_a_closed_floor_takes_no_requests_and_keeps_those_it_has() -> None:
    floor = Floor(open=True).ask(request("m1")).closed()
    assert len(floor.queue) == 1
    with raises_refusal(Code.FLOOR_CLOSED):
        floor.ask(request("m2"))
    with raises_refusal(Code.FLOOR_STATE):
        floor.closed()


def test_only_who_asked_may_withdraw() -> None:
    floor = Floor(open=True).ask(request("m1"))
    with raises_refusal(Code.UNKNOWN_REQUEST):
        floor.withdraw("r-m1", member="m2")
    assert floor.withdraw("r-m1", member="m1").queue == ()


def test_one_speaks_at_a_time_and_the_chair_may_call_out_of_turn() -> None:
    floor = Floor(open=True).ask(request("m1")).ask(request("m2")).call("r-m2", limit_s=180)
    assert [one.member for one in floor.queue] == ["m1"]
    with raises_refusal(Code.FLOOR_TAKEN):
        floor.call("r-m1", limit_s=180)


def test_the_timer_counts_only_while_one_speaks() -> None:
    floor = Floor(open=True).ask(request("m1")).call("r-m1", limit_s=180).start(NOW)
    paused = floor.pause(NOW + timedelta(seconds=60))
    again = paused.start(NOW + timedelta(seconds=600))
    assert again.speech is not None
    assert again.speech.remaining(NOW + timedelta(seconds=660)) == 60
    assert again.speech.remaining(NOW + timedelta(seconds=800)) == -80
    with raises_refusal(Code.SPEECH_STATE):
        paused.pause(NOW)
    with raises_refusal(Code.SPEECH_STATE):
        again.start(NOW)


def test_a_clock_set_back_takes_no_time_away() -> None:
    floor = Floor(open=True).ask(request("m1")).call("r-m1", limit_s=180).start(NOW)
    assert floor.speech is not None
    assert floor.speech.spoken(NOW - timedelta(hours=1)) == 0


def test_nobody_to_start_or_stop_is_said() -> None:
    with raises_refusal(Code.NO_SPEECH):
        Floor().stop()
    with raises_refusal(Code.NO_SPEECH):
        Floor().start(NOW)
    with raises_refusal(Code.NO_SPEECH):
        Floor().pause(NOW)


# --- rules and counting -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "base", "strict", "needed"),
    [
        (Share(1, 2), 30, True, 16),
        (Share(1, 2), 31, True, 16),
        (Share(1, 2), 30, False, 15),
        (Share(2, 3), 30, False, 20),
        (Share(2, 3), 31, False, 21),
        (Share(2, 3), 30, True, 21),
        (Share(1, 1), 7, False, 7),
    ],
)
def test_shares_are_whole_votes(share: Share, base: int, strict: bool, needed: int) -> None:  # noqa: FBT001 - a column of the table
    assert share.needed(base, strict=strict) == needed


@given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 3000), st.booleans())
def test_needed_is_the_least_number_that_satisfies_the_share(number: int, of: int, base: int, strict: bool) -> None:  # noqa: FBT001
    needed = Share(number, of).needed(base, strict=strict)

    def enough(votes: int) -> bool:
        return votes * of > base * number if strict else votes * of >= base * number

    assert enough(needed)
    assert needed == 0 or not enough(needed - 1)


def test_too_few_here_to_adopt_is_refused_with_the_numbers() -> None:
    with pytest.raises(Refusal) as refusal:
        check_opening(rule(quorum=None), voters=30, present=14, day=date(2026, 3, 5))
    assert refusal.value.code is Code.TOO_FEW_TO_ADOPT
    assert refusal.value.facts == {"rule": "r", "title": "", "title_en": "", "needed": 16, "present": 14, "base": 30}


def test_no_quorum_is_refused_with_the_numbers() -> None:
    with pytest.raises(Refusal) as refusal:
        check_opening(rule(), voters=30, present=19, day=date(2026, 3, 5))
    assert refusal.value.facts == {"rule": "r", "title": "", "title_en": "", "needed": 20, "present": 19, "voters": 30}


def test_a_rule_out_of_its_days_is_refused_and_one_without_voters() -> None:
    with raises_refusal(Code.RULE_NOT_IN_FORCE):
        check_opening(rule(), voters=3, present=3, day=date(2025, 6, 30))
    with raises_refusal(Code.RULE_NOT_IN_FORCE):
        check_opening(rule(valid_until=date(2025, 12, 31)), voters=3, present=3, day=date(2026, 1, 1))
    with raises_refusal(Code.NO_VOTERS):
        check_opening(rule(), voters=0, present=0, day=date(2026, 1, 1))


def ballots(yes: int, no: int, abstain: int = 0) -> list[Said]:
    return [Said(choice) for choice in ["for"] * yes + ["against"] * no + ["abstain"] * abstain]


@pytest.mark.parametrize(
    ("base", "given_votes", "numbers", "adopted"),
    [
        (Base.ALL, ballots(16, 0), Numbers(30, 16), True),
        (Base.ALL, ballots(15, 0), Numbers(30, 20), False),
        (Base.PRESENT, ballots(11, 2), Numbers(30, 20), True),
        (Base.PRESENT, ballots(10, 2), Numbers(30, 20), False),
        (Base.CAST, ballots(2, 1), Numbers(30, 20), True),
        (Base.CAST, ballots(1, 1), Numbers(30, 20), False),
        (Base.CAST, ballots(0, 0), Numbers(30, 20), False),
    ],
)
def test_the_base_decides(base: Base, given_votes: list[Said], numbers: Numbers, adopted: bool) -> None:  # noqa: FBT001
    assert count(given_votes, rule(base=base), numbers).adopted is adopted


@pytest.mark.parametrize(
    ("tie", "chair", "adopted"),
    [(Tie.CHAIR, "for", True), (Tie.CHAIR, "against", False), (Tie.CHAIR, None, False), (Tie.REJECTED, "for", False)],
)
def test_a_tie_is_decided_as_the_rule_says(tie: Tie, chair: str | None, adopted: bool) -> None:  # noqa: FBT001
    assert count(ballots(5, 5), rule(tie=tie), Numbers(10, 10, chair)).adopted is adopted


def test_as_many_for_as_against_below_the_share_is_no_tie() -> None:
    assert not count(ballots(3, 3), rule(tie=Tie.CHAIR), Numbers(10, 10, "for")).adopted
