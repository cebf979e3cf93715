"""Elections and weighted votes from the check-in to a bundle that a stranger counts again."""

import hashlib
import json
from typing import Any

import pytest

from broker import topics
from broker.messages.meetings import MotionSnapshot
from meeting.domain.errors import Code, Refusal
from meeting.log.verifier import Found, verify
from meeting.service.words import CandidateWords, MemberWords, NewMotion
from tests.meeting.room import Council, Room, council
from tests.meeting.test_bundle import forged, last

OPEN, WEIGHTED = "bau-cu-gio-tay", "hoi-nghi-trong-so"
PEOPLE = tuple(CandidateWords(name=f"Ứng viên {letter}", about=about) for letter, about in (("A", "Tổ 1"), ("B", ""), ("C", "Tổ 3")))


def election(five: Council, *, seats: int = 2, rule: str = OPEN) -> str:
    """An election of `seats` of three candidates, opened."""
    new = NewMotion(item=five.item, title="Bầu ban kiểm phiếu", rule=rule, candidates=PEOPLE, seats=seats)
    motion = five.room.service.votes.add(five.meeting, new).id
    five.room.service.votes.open(five.meeting, motion)
    return motion


def closed(five: Council, motion: str) -> MotionSnapshot:
    five.room.service.votes.close(five.meeting, motion)
    five.room.service.publisher.flush()
    shown = five.room.air.last(topics.MOTION, meeting=five.meeting)
    assert isinstance(shown, MotionSnapshot)
    return shown


def weighed(made: Room, *weights: int) -> Council:
    """A council whose members carry these weights, all of them here."""
    some = council(made, members=len(weights), open_now=False)
    view = made.service.reading.meeting(some.meeting)
    known = [MemberWords.model_validate(one.model_dump(include=set(MemberWords.model_fields))) for one in view.members]
    changed = [one.model_copy(update={"weight": weight}) for one, weight in zip(known, [*weights, 1], strict=True)]
    made.service.preparing.set_members(some.meeting, changed)
    made.service.chairing.set_state(some.meeting, "open")
    some.arrive(*range(len(weights)))
    return some


def test_an_election_is_counted_and_anyone_can_count_it_again(either: Room) -> None:
    five = council(either)
    tablets = five.arrive(0, 1, 2, 3, 4)
    motion = election(five)
    for tablet, choice in zip(tablets, ("c1,c3", "c1", "c1,c2", "c3", "none"), strict=True):
        assert tablet.cast(choice).ok
    assert tablets[3].cast("c1,c3").ok
    shown = closed(five, motion)
    assert next((one.id, one.name, one.about) for one in shown.candidates) == ("c1", "Ứng viên A", "Tổ 1")
    assert (shown.method, shown.choices, shown.seats, shown.secret) == ("election", (), 2, None)
    assert shown.count is not None
    assert shown.count.votes == {"c1": 4, "c2": 1, "c3": 2}
    assert (shown.count.elected, shown.count.tied, shown.count.adopted) == (("c1",), (), False)
    assert (shown.count.cast, shown.count.valid, shown.count.invalid, shown.count.needed) == (5, 5, 0, 3)
    report = verify(either.service.reading.bundle(five.meeting, motion))
    assert report.ok, report.findings
    assert report.summary["candidates"] == "Ứng viên A 4; Ứng viên B 1; Ứng viên C 2"
    assert (report.summary["elected"], report.summary["tied"], report.summary["adopted"]) == ("Ứng viên A", "", False)


def test_equals_over_the_last_seat_are_named_and_none_of_them_is_elected(hall: Room) -> None:
    five = council(hall)
    tablets = five.arrive(0, 1, 2)
    motion = election(five)
    for tablet, choice in zip(tablets, ("c1,c2", "c2,c3", "c1,c3"), strict=True):
        assert tablet.cast(choice).ok
    count = closed(five, motion).count
    assert count is not None
    assert (count.elected, count.tied) == ((), ("c1", "c2", "c3"))
    board = hall.service.reading.result(five.meeting, motion).board
    assert [one.choice for one in board] == ["c1,c2", "c2,c3", "c1,c3"]


@pytest.mark.parametrize("choice", ["c1,c2,c3", "c2,c1", "c1,c1", "for", "c4", "", "c1,", "none,c1"])
def test_a_choice_that_the_paper_does_not_have_is_refused_and_the_next_ballot_is_taken(hall: Room, choice: str) -> None:
    five = council(hall)
    tablet = five.arrive(0, 1, 2)[0]
    election(five)
    refused = tablet.cast(choice)
    assert refused.code == (Code.BALLOT_CHOICE if choice else Code.BALLOT_BYTES)
    assert tablet.cast("none").ok


@pytest.mark.parametrize(("rule", "candidates", "code"), [("hdnd-nghi-quyet", PEOPLE, Code.NO_ELECTION), (OPEN, (), Code.ELECTION_SEATS)])
def test_a_motion_without_a_paper_is_refused_when_it_is_added(
    hall: Room, rule: str, candidates: tuple[CandidateWords, ...], code: Code
) -> None:
    five = council(hall)
    with pytest.raises(Refusal) as refusal:
        hall.service.votes.add(five.meeting, NewMotion(item=five.item, title="Bầu", rule=rule, candidates=candidates, seats=1))
    assert refusal.value.code is code


def test_weights_count_only_where_the_rule_weighs(hall: Room) -> None:
    three = weighed(hall, 10, 4, 5)
    outcomes = {}
    for rule in (WEIGHTED, "hoi-nghi-so-phieu"):
        motion = three.opened(rule)
        for tablet, choice in zip(three.tablets, ("against", "for", "for"), strict=True):
            assert tablet.cast(choice).ok
        shown = closed(three, motion)
        assert shown.count is not None
        assert shown.rule is not None
        assert (shown.eligible, shown.count.cast) == (3, 3 if rule != WEIGHTED else 19)
        outcomes[shown.rule.weights] = shown.count
        report = verify(hall.service.reading.bundle(three.meeting, motion))
        assert report.ok, report.findings
    assert outcomes[True].votes == {"for": 9, "against": 10, "abstain": 0}
    assert (outcomes[True].eligible, outcomes[True].present, outcomes[True].cast, outcomes[True].needed) == (19, 19, 19, 10)
    assert not outcomes[True].adopted
    assert outcomes[False].votes == {"for": 2, "against": 1, "abstain": 0}
    assert (outcomes[False].eligible, outcomes[False].adopted) == (3, True)


def test_the_quorum_is_weighed_with_the_rule(hall: Room) -> None:
    three = weighed(hall, 10, 4, 5)
    hall.service.chairing.set_presence(three.meeting, three.pins[0].member, present=False)
    with pytest.raises(Refusal) as refusal:
        three.opened(WEIGHTED)
    wanted = {"rule": WEIGHTED, "needed": 10, "present": 9, "voters": 19}
    assert {name: refusal.value.facts[name] for name in wanted} == wanted
    assert three.opened("thu-tuc-co-mat")


def test_who_is_here_keeps_his_weight(hall: Room) -> None:
    three = weighed(hall, 2, 2, 2)
    view = hall.service.reading.meeting(three.meeting)
    known = [MemberWords.model_validate(one.model_dump(include=set(MemberWords.model_fields))) for one in view.members]
    with pytest.raises(Refusal) as refusal:
        hall.service.preparing.set_members(three.meeting, [known[0].model_copy(update={"weight": 9}), *known[1:]])
    assert refusal.value.code is Code.MEMBER_IN_USE


def heavier_on_the_rolls(told: list[dict[str, Any]], kind: str) -> None:
    for one in told:
        for line in one.get("members", []) if one.get("kind") == kind else [one] if one.get("kind") == "member" else []:
            if line.get("weight") == 5:
                line["weight"] = 50


def say_other_elected(told: list[dict[str, Any]]) -> None:
    last(told, "result")["elected"] = ["c2"]


def test_a_node_that_changes_a_weight_after_the_paper_is_found(hall: Room) -> None:
    three = weighed(hall, 10, 4, 5)
    motion = three.opened(WEIGHTED)
    for tablet in three.tablets:
        assert tablet.cast("for").ok
    closed(three, motion)
    raw = hall.service.reading.bundle(three.meeting, motion)
    assert verify(forged(raw, lambda *_: None)).ok
    assert [one.code for one in verify(forged(raw, lambda _, told: heavier_on_the_rolls(told, "roll"))).findings] == [Found.ROLL]


def test_a_node_that_says_other_people_are_elected_is_found(hall: Room) -> None:
    five = council(hall)
    for tablet in five.arrive(0, 1, 2):
        assert tablet
    motion = election(five, seats=1)
    for tablet in five.tablets:
        assert tablet.cast("c1").ok
    closed(five, motion)
    raw = hall.service.reading.bundle(five.meeting, motion)
    report = verify(forged(raw, lambda _, told: say_other_elected(told)))
    assert [(one.code, one.where.rpartition(".")[2]) for one in report.findings] == [(Found.RESULT, "elected")]


@pytest.mark.parametrize(
    "change",
    [
        {"seats": 4},
        {"seats": 0},
        {"method": "question"},
        {"choices": ["for", "against", "abstain"]},
        {"candidates": [{"id": "c2", "name": "A", "about": ""}, {"id": "c1", "name": "B", "about": ""}]},
    ],
)
def test_a_paper_that_is_no_paper_of_an_election_is_found(hall: Room, change: dict[str, Any]) -> None:
    five = council(hall)
    five.arrive(0, 1, 2)
    motion = election(five)
    closed(five, motion)
    raw = hall.service.reading.bundle(five.meeting, motion)

    def bend(bundle: dict[str, Any], told: list[dict[str, Any]]) -> None:
        paper = {**json.loads(bundle["paper"]), **change}
        bundle["paper"] = json.dumps(paper, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        last(told, "motion_opened")["paper"] = hashlib.sha256(bundle["paper"].encode()).hexdigest()

    assert [one.code for one in verify(forged(raw, bend)).findings] == [Found.PAPER_FORM]
