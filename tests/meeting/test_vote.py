"""A whole vote: from the check-in to a bundle that a stranger counts again."""

import json

from broker import topics
from broker.messages.meetings import MotionSnapshot, Receipt
from meeting.log.checkpoint import open_checkpoint
from meeting.log.merkle import includes
from meeting.log.verifier import Beside, verify
from meeting.service import keys
from tests.meeting.room import Council, Room, council


def voted(made: Room) -> tuple[Council, str, list[Receipt]]:
    """Five voters: three for, one against, one first for and then abstaining."""
    five = council(made)
    tablets = five.arrive(0, 1, 2, 3, 4)
    motion = five.opened()
    receipts = []
    for tablet, choice in zip(tablets, ("for", "for", "for", "against", "for"), strict=True):
        answer = tablet.cast(choice)
        assert answer.ok, answer
        receipts.append(Receipt.model_validate(answer.body))
    changed = tablets[4].cast("abstain")
    assert changed.ok, changed
    receipts.append(Receipt.model_validate(changed.body))
    made.service.votes.close(five.meeting, motion)
    return five, motion, receipts


def test_a_vote_is_counted_and_anyone_can_count_it_again(either: Room) -> None:
    five, motion, receipts = voted(either)
    either.service.publisher.flush()
    shown = either.air.last(topics.MOTION, meeting=five.meeting)
    assert isinstance(shown, MotionSnapshot)
    assert shown.count is not None
    assert shown.count.votes == {"for": 3, "against": 1, "abstain": 1}
    assert (shown.count.needed, shown.count.base, shown.count.adopted) == (3, 5, True)
    bundle = either.service.reading.bundle(five.meeting, motion)
    report = verify(bundle, Beside(receipts=[one.model_dump_json().encode() for one in receipts]))
    assert report.ok, report.findings
    assert report.summary["ballots"] == 6
    assert report.summary["for"] == 3
    assert report.summary["adopted"] is True
    assert report.summary["receipts"] == 6
    assert either.noted.kinds()[-1] == "meeting.resolution_adopted"


def test_a_receipt_proves_its_ballot_under_the_head_it_carries(hall: Room) -> None:
    five, _, receipts = voted(hall)
    key = hall.service.house.verifier_key(five.meeting)
    for one in receipts:
        head = open_checkpoint(one.checkpoint, key)
        proof = [bytes.fromhex(part) for part in one.proof]
        assert head.size == one.size
        assert includes(head.root, head.size, bytes.fromhex(one.leaf_sha256), index=one.index, proof=proof)


def test_the_board_shows_codes_and_choices_after_the_close_and_names_only_to_staff(hall: Room) -> None:
    five, motion, receipts = voted(hall)
    board = hall.service.reading.result(five.meeting, motion).board
    assert [one.code for one in board] == [one.code for one in receipts]
    assert {one.name for one in board} == {None}
    assert [one.counts for one in board] == [True, True, True, True, False, True]
    named = hall.service.reading.result(five.meeting, motion, names=True).board
    assert named[0].name == "Đại biểu 1"


def test_other_votes_ballots_are_not_shown_in_a_bundle(hall: Room) -> None:
    five, first, _ = voted(hall)
    second = five.opened()
    for tablet in five.tablets:
        assert tablet.cast("against").ok
    hall.service.votes.close(five.meeting, second)
    for motion, shown in ((first, "for"), (second, "against")):
        raw = hall.service.reading.bundle(five.meeting, motion)
        report = verify(raw)
        assert report.ok, report.findings
        ballots = [json.loads(one["text"]) for one in json.loads(raw)["entries"] if "text" in one]
        assert {one["motion"] for one in ballots if one["kind"] == "ballot"} == {motion}
        assert report.summary["adopted"] is (shown == "for")


def test_the_bundle_of_a_vote_stays_the_same_bytes(hall: Room) -> None:
    five, motion, _ = voted(hall)
    before = hall.service.reading.bundle(five.meeting, motion)
    five.opened()
    assert hall.service.reading.bundle(five.meeting, motion) == before


def test_a_correction_stays_beside_what_it_corrects(hall: Room) -> None:
    five, motion, _ = voted(hall)
    hall.service.votes.correct(five.meeting, motion, text="Ghế A4 bấm nhầm", by="account-1")
    result = hall.service.reading.result(five.meeting, motion)
    assert result.motion.count is not None
    assert result.motion.count.votes["for"] == 3
    assert [one.text for one in result.corrections] == ["Ghế A4 bấm nhầm"]
    assert verify(hall.service.reading.bundle(five.meeting, motion)).ok


def test_a_hidden_name_leaves_the_log_whole(hall: Room) -> None:
    five, motion, _ = voted(hall)
    raw = hall.service.reading.bundle(five.meeting, motion, hidden=frozenset({five.pins[0].member}))
    assert verify(raw).ok
    assert "Đại biểu 1" not in raw.decode()
    assert "Đại biểu 2" in raw.decode()


def test_with_the_opening_everybodys_key_is_ready_after_a_restart_too(hall: Room) -> None:
    five = council(hall)
    five.arrive(0, 1, 2, 3)
    keys._public_key.cache_clear()  # a node that has just started
    five.opened()
    assert keys._public_key.cache_info().currsize == 4
