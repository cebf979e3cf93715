"""The public board: every ballot that counts is there under the code of its receipt, and nothing else counts."""

from tests.meeting.booth import SECRET, vote
from tests.meeting.room import Council, Tablet


def test_every_receipt_is_found_on_the_board_and_the_counted_ones_are_told_from_the_replaced(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = five.opened()
    first = [tablet.cast("against").body["code"] for tablet in tablets]
    again = tablets[0].cast("for").body["code"]
    five.room.service.votes.close(five.meeting, motion)
    board = five.room.service.reading.result(five.meeting, motion).board
    assert [line.code for line in board] == [*first, again]
    assert {line.code for line in board if line.counts} == {*first[1:], again}


def test_a_receipt_that_came_to_another_tablet_is_found_all_the_same(five: Council) -> None:
    old = five.arrive(0, 1, 2, 3)[0]
    motion = five.opened()
    code = old.cast("for").body["code"]
    new = Tablet(five.room, five.meeting, "tablet-9")
    came = new.check_in(five.pins[0].pin).body["receipts"]
    assert [one["code"] for one in came] == [code]
    five.room.service.votes.close(five.meeting, motion)
    assert [line.code for line in five.room.service.reading.result(five.meeting, motion).board] == [code]


def test_every_tracker_of_a_secret_vote_is_found_on_its_board_without_a_seat(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = five.opened(SECRET)
    codes = {vote(tablet, motion, "for").code for tablet in tablets}
    five.room.service.votes.close(five.meeting, motion)
    result = five.room.service.reading.result(five.meeting, motion, names=True)
    assert {line.code for line in result.box} == codes
    assert result.board == ()
    assert all(line.counts for line in result.box)
    assert not {"member", "name", "seat", "label", "at"} & set(result.box[0].model_dump())
