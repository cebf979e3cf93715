"""Votes by roll call: the secretary enters, the chair countersigns, each line goes the way of any ballot."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from meeting.domain.errors import Code, Refusal
from meeting.log.receipts import code_of
from meeting.log.verifier import Beside, verify
from meeting.service.words import CandidateWords, MemberWords, NewMotion
from meeting.tables import Ballot, LogEntry
from tests.meeting.booth import election as secret_election
from tests.meeting.clerks import Clerk, clerks
from tests.meeting.room import Council, Room, Tablet, council


def here(five: Council, *places: int) -> None:
    """The secretary marks them present: they have no tablet."""
    for place in places:
        five.room.service.chairing.set_presence(five.meeting, five.pins[place].member, present=True)


@pytest.fixture
def present(five: Council) -> Council:
    here(five, 0, 1, 2, 3)
    return five


def votes(made: Council, motion: str) -> dict[str, int]:
    shown = made.room.service.reading.result(made.meeting, motion).motion
    return dict(shown.count.votes) if shown.count else {}


def ballots(made: Council) -> list[Ballot]:
    with made.room.store.reader() as session:
        return list(session.exec(select(Ballot).order_by("index")))


def kinds(made: Council) -> list[str]:
    with made.room.store.reader() as session:
        return [one.kind for one in session.exec(select(LogEntry).order_by("index"))]


def refused(act: Callable[[], object]) -> tuple[Code, dict[str, Any]]:
    with pytest.raises(Refusal) as refusal:
        act()
    return refusal.value.code, refusal.value.facts


def test_a_roll_call_counts_when_the_chair_has_countersigned_it(present: Council) -> None:
    secretary, chair = clerks(present)
    motion = present.opened()
    call = secretary.enter(motion, (0, "for"), (1, "for"), (2, "against"), (3, "for"))
    assert ballots(present) == []
    assert [(one.state, one.name) for one in present.room.service.calling.all(present.meeting, motion)] == [("waiting", secretary.name)]
    chair.countersign(motion, call)
    present.room.service.votes.close(present.meeting, motion)
    assert votes(present, motion) == {"for": 3, "against": 1, "abstain": 0}
    assert {one.door for one in ballots(present)} == {"roll_call"}
    assert [one for one in kinds(present) if "call" in one] == ["roll_call", *["ballot_called"] * 4]
    assert verify(present.room.service.reading.bundle(present.meeting, motion)).ok


def test_a_called_ballot_is_named_by_the_hash_of_the_call_and_whose_line_it_is(present: Council) -> None:
    secretary, chair = clerks(present)
    motion = present.opened()
    text = secretary.call(motion, [(0, "for"), (1, "abstain")])
    call = present.room.service.calling.enter(present.meeting, motion, text, who=secretary).id
    chair.countersign(motion, call)
    wanted = [hashlib.sha256(f"{text}\n{present.pins[place].member}".encode()).hexdigest() for place in (0, 1)]
    assert [one.ballot_sha256 for one in ballots(present)] == wanted
    present.room.service.votes.close(present.meeting, motion)
    bundle = present.room.service.reading.bundle(present.meeting, motion)
    receipts = [one.receipt.encode() for one in ballots(present)]
    assert verify(bundle, Beside(receipts=receipts)).ok
    board = present.room.service.reading.result(present.meeting, motion).board
    assert [(one.code, one.door) for one in board] == [(code_of(one), "roll_call") for one in wanted]


def test_who_checks_in_later_gets_the_receipt_of_his_called_vote(present: Council) -> None:
    secretary, chair = clerks(present)
    motion = present.opened()
    chair.countersign(motion, secretary.enter(motion, (1, "for")))
    tablet = Tablet(present.room, present.meeting, "tablet-late")
    receipts = tablet.check_in(present.pins[1].pin).body["receipts"]
    assert [one["motion"] for one in receipts] == [motion]


def test_a_vote_at_a_tablet_and_a_called_one_of_the_same_member_the_last_counts(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    secretary, chair = clerks(five)
    motion = five.opened()
    assert tablets[0].cast("for").ok
    chair.countersign(motion, secretary.enter(motion, (0, "against")))
    assert tablets[1].cast("for").ok
    chair.countersign(motion, secretary.enter(motion, (1, "against")))
    assert tablets[1].cast("abstain").ok
    five.room.service.votes.close(five.meeting, motion)
    assert votes(five, motion) == {"for": 0, "against": 1, "abstain": 1}
    assert verify(five.room.service.reading.bundle(five.meeting, motion)).ok


def test_a_member_who_has_voted_is_refused_where_nobody_votes_again_and_then_nothing_of_the_call_counts(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    secretary, chair = clerks(five)
    motion = five.opened(final_rule(five))
    call = secretary.enter(motion, (1, "for"), (0, "against"))
    assert tablets[0].cast("for").ok
    assert refused(lambda: chair.countersign(motion, call)) == (Code.CALL_FINAL, {"name": "Đại biểu 1"})
    assert [one.member for one in ballots(five)] == [five.pins[0].member]
    assert "roll_call" not in kinds(five)
    assert refused(lambda: secretary.enter(motion, (0, "against")))[0] is Code.CALL_FINAL
    five.room.service.calling.take_back(five.meeting, (motion, call), who=chair)
    chair.countersign(motion, secretary.enter(motion, (1, "for")))
    five.room.service.votes.close(five.meeting, motion)
    assert votes(five, motion)["for"] == 2


def final_rule(five: Council) -> str:
    """A rule by which an open question is answered once and for all."""
    rules = five.room.service.house.rules.values()
    return next(one.id for one in rules if not one.may_change and one.secrecy.value == "open" and one.method.value == "question")


@pytest.mark.parametrize(
    ("change", "code", "facts"),
    [
        ({"lines": []}, Code.CALL_BYTES, {"field": "lines"}),
        ({"lines": [{"member": "x"}]}, Code.CALL_BYTES, {"field": "lines"}),
        ({"lines": "all"}, Code.CALL_BYTES, {"field": "lines"}),
        ({"nonce": "short"}, Code.CALL_BYTES, {"field": "nonce"}),
        ({"at": "today"}, Code.CALL_BYTES, {"field": "at"}),
        ({"extra": "x"}, Code.CALL_BYTES, {"field": "payload"}),
        ({"meeting": "another"}, Code.CALL_PLACE, {"field": "meeting"}),
        ({"motion": "another"}, Code.CALL_PLACE, {"field": "motion"}),
        ({"paper": "0" * 64}, Code.CALL_PLACE, {"field": "paper"}),
    ],
)
def test_each_way_to_be_wrong_has_its_refusal(present: Council, change: dict[str, Any], code: Code, facts: dict[str, Any]) -> None:
    secretary, _ = clerks(present)
    motion = present.opened()
    text = secretary.call(motion, [(0, "for")], **change)
    assert refused(lambda: present.room.service.calling.enter(present.meeting, motion, text, who=secretary)) == (code, facts)


@pytest.mark.parametrize(
    ("place", "choice", "code", "name"),
    [
        (4, "for", Code.CALL_NOT_PRESENT, "Đại biểu 5"),
        (0, "maybe", Code.CALL_CHOICE, "Đại biểu 1"),
        (5, "for", Code.CALL_NO_VOTE, "Khách mời"),
    ],
)
def test_a_line_is_refused_with_the_name_of_whose_it_is(present: Council, place: int, choice: str, code: Code, name: str) -> None:
    here(present, 5)
    secretary, _ = clerks(present)
    motion = present.opened()
    assert refused(lambda: secretary.enter(motion, (1, "for"), (place, choice))) == (code, {"name": name})
    assert present.room.service.calling.all(present.meeting, motion) == []


def test_nobody_is_named_twice(present: Council) -> None:
    secretary, _ = clerks(present)
    motion = present.opened()
    assert refused(lambda: secretary.enter(motion, (0, "for"), (0, "against"))) == (Code.CALL_BYTES, {"field": "lines"})


def test_only_the_bound_key_of_that_account_in_that_role_signs(present: Council) -> None:
    secretary, chair = clerks(present)
    motion = present.opened()
    stranger = Clerk(present, "secretary", key=Clerk(present, "secretary").key)
    assert refused(lambda: stranger.enter(motion, (0, "for"))) == (Code.CALL_KEY, {})
    text = secretary.call(motion, [(0, "for")])
    assert refused(lambda: present.room.service.calling.enter(present.meeting, motion, text, who=chair)) == (Code.CALL_KEY, {})
    bent = text[:-6] + ("AAAAAA" if text[-6:] != "AAAAAA" else "BBBBBA")
    enter = present.room.service.calling.enter
    assert refused(lambda: enter(present.meeting, motion, bent, who=secretary))[0] in {Code.CALL_SIGNATURE, Code.CALL_BYTES}
    call = secretary.enter(motion, (0, "for"))
    assert refused(lambda: secretary.countersign(motion, call)) == (Code.CALL_KEY, {})
    assert refused(lambda: chair.countersign(motion, call, call="0" * 64)) == (Code.CALL_PLACE, {"field": "call"})
    both = Clerk(present, "chair", account=secretary.account)
    both.bind()
    assert refused(lambda: both.countersign(motion, call)) == (Code.CALL_OWN, {})
    assert ballots(present) == []


def test_a_new_browser_of_the_secretary_ends_the_key_of_the_old_one(present: Council) -> None:
    secretary, chair = clerks(present)
    motion = present.opened()
    call = secretary.enter(motion, (0, "for"))
    new = Clerk(present, "secretary")
    new.bind()
    new.bind()
    assert kinds(present).count("clerk_bound") == 3
    assert refused(lambda: secretary.enter(motion, (1, "for"))) == (Code.CALL_KEY, {})
    assert refused(lambda: chair.countersign(motion, call)) == (Code.CALL_KEY, {})
    assert refused(lambda: Clerk(present, "chair", key=new.key).bind()) == (Code.KEY_TAKEN, {})


def test_a_key_needs_its_proof(present: Council) -> None:
    assert refused(lambda: Clerk(present, "secretary").bind(device="another")) == (Code.PROOF_INVALID, {"step": "payload"})
    assert refused(lambda: Clerk(present, "secretary").bind(meeting="another")) == (Code.PROOF_INVALID, {"step": "payload"})


def test_the_same_bytes_again_are_the_same_call_and_count_once(present: Council) -> None:
    secretary, chair = clerks(present)
    motion, calling = present.opened(), present.room.service.calling
    text = secretary.call(motion, [(0, "for")])
    first, again = (calling.enter(present.meeting, motion, text, who=secretary).id for _ in range(2))
    assert first == again
    assert len(calling.all(present.meeting, motion)) == 1
    signed = chair.approval(motion, text)
    for _ in range(2):
        calling.countersign(present.meeting, (motion, first), signed, who=chair)
    assert len(ballots(present)) == 1
    assert refused(lambda: chair.countersign(motion, first)) == (Code.CALL_STATE, {"state": "counted"})
    assert calling.enter(present.meeting, motion, text, who=secretary).id == first


def test_a_call_that_was_sent_back_never_counts_and_a_vote_does_not_close_over_one_that_waits(present: Council) -> None:
    secretary, chair = clerks(present)
    motion, service = present.opened(), present.room.service
    call = secretary.enter(motion, (0, "for"))
    assert refused(lambda: service.votes.close(present.meeting, motion)) == (Code.CALL_WAITS, {"motion": motion, "count": 1})
    service.calling.take_back(present.meeting, (motion, call), who=chair)
    assert refused(lambda: chair.countersign(motion, call)) == (Code.CALL_STATE, {"state": "returned"})
    other = secretary.enter(motion, (0, "against"))
    service.calling.take_back(present.meeting, (motion, other), who=secretary)
    assert [one.state for one in service.calling.all(present.meeting, motion)] == ["returned", "withdrawn"]
    service.votes.close(present.meeting, motion)
    assert votes(present, motion) == {"for": 0, "against": 0, "abstain": 0}


def test_nothing_is_called_outside_an_open_vote_or_at_another_motion(present: Council) -> None:
    secretary, chair = clerks(present)
    first = present.opened()
    waiting = secretary.call(first, [(0, "for")])
    present.room.service.votes.close(present.meeting, first)
    enter = present.room.service.calling.enter
    assert refused(lambda: enter(present.meeting, first, waiting, who=secretary))[0] is Code.MOTION_STATE
    second = present.opened()
    assert refused(lambda: enter(present.meeting, second, waiting, who=secretary)) == (Code.CALL_PLACE, {"field": "motion"})
    call = secretary.enter(second, (0, "for"))
    wrong = present.room.service.calling.countersign
    assert refused(lambda: wrong(present.meeting, (first, call), "x.y.z", who=chair))[0] is Code.CALL_BYTES
    assert refused(lambda: present.room.service.calling.take_back(present.meeting, (first, call), who=chair))[0] is Code.UNKNOWN_CALL


def test_a_member_without_a_seat_may_be_called(hall: Room) -> None:
    made = council(hall)
    members = [one.model_copy(update={"seat": None}) if i == 2 else one for i, one in enumerate(_as_words(made))]
    hall.service.preparing.set_members(made.meeting, members)
    here(made, 0, 1, 2, 3)
    secretary, chair = clerks(made)
    motion = made.opened()
    chair.countersign(motion, secretary.enter(motion, (2, "for")))
    hall.service.publisher.flush()
    hall.service.votes.close(made.meeting, motion)
    assert votes(made, motion)["for"] == 1
    assert verify(hall.service.reading.bundle(made.meeting, motion)).ok


def _as_words(made: Council) -> list[Any]:
    shown = made.room.service.reading.meeting(made.meeting).members
    wanted = MemberWords.model_fields.keys()
    return [MemberWords.model_validate({k: v for k, v in one.model_dump().items() if k in wanted}) for one in shown]


def test_on_both_databases(either: Room) -> None:
    made = council(either)
    here(made, 0, 1, 2, 3)
    secretary, chair = clerks(made)
    motion = made.opened()
    chair.countersign(motion, secretary.enter(motion, (0, "for"), (1, "against")))
    either.service.votes.close(made.meeting, motion)
    assert verify(either.service.reading.bundle(made.meeting, motion)).ok


def test_a_secret_vote_has_no_roll_call(present: Council) -> None:
    secretary, _ = clerks(present)
    rules = present.room.service.house.rules.values()
    secret = next(one.id for one in rules if one.secrecy.value == "secret" and one.method.value == "question")
    motion = present.opened(secret)
    assert refused(lambda: secretary.enter(motion, (0, "for"))) == (Code.CALL_SECRET, {"motion": motion})


def test_an_election_is_called_out_like_a_question_and_no_line_can_choose_too_many(five: Council) -> None:
    service = five.room.service
    people = tuple(CandidateWords(name=f"Người ứng cử {place}") for place in (1, 2, 3))
    motion = service.votes.add(
        five.meeting, NewMotion(item=five.item, title="Bầu thư ký", rule="bau-cu-gio-tay", candidates=people, seats=2)
    ).id
    for place in range(4):
        service.chairing.set_presence(five.meeting, five.pins[place].member, present=True)
    secretary, chair = clerks(five)
    service.votes.open(five.meeting, motion)
    for choice in ("c1,c2,c3", "c2,c1", "for", "c4"):
        with pytest.raises(Refusal) as refused:
            secretary.enter(motion, (0, "c1"), (1, choice))
        assert refused.value.code is Code.CALL_CHOICE
    chair.countersign(motion, secretary.enter(motion, (0, "c1,c3"), (1, "c1"), (2, "none"), (3, "c1,c3")))
    service.votes.close(five.meeting, motion)
    count = service.reading.result(five.meeting, motion).motion.count
    assert count is not None
    assert (count.votes, count.blank, count.elected) == ({"c1": 3, "c2": 0, "c3": 2}, 1, ("c1",))
    assert {one.door for one in service.reading.result(five.meeting, motion).board} == {"roll_call"}


def test_an_election_in_secret_has_no_roll_call(five: Council) -> None:
    five.arrive(0, 1, 2, 3)
    secretary, _ = clerks(five)
    motion = secret_election(five, ("Một", "Hai"), 1)
    with pytest.raises(Refusal) as refused:
        secretary.enter(motion, (0, "c1"))
    assert refused.value.code is Code.CALL_SECRET
