"""Who kept a head of the log asks whether the log only grew since: the proof that the node gives, checked with what he kept alone."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from meeting.domain.errors import Code, Refusal
from meeting.log.checks.signatures import open_note
from meeting.log.merkle import extends
from meeting.service.measure import Measure
from tests.meeting.booth import SECRET, vote
from tests.meeting.room import Council


def head_of(note: str, five: Council) -> tuple[int, bytes]:
    """Size and root of a head that the meeting's own key signed."""
    head = open_note(note, five.room.service.house.verifier_key(five.meeting), "head")
    return head.size, head.root


def is_grown(five: Council, kept: str, later: str, proof: list[str]) -> bool:
    (first, old), (second, new) = head_of(kept, five), head_of(later, five)
    return extends(new, second, earlier_head=old, earlier=first, proof=[bytes.fromhex(one) for one in proof])


def test_every_receipt_of_a_vote_is_a_beginning_of_the_log_as_it_is_now(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = five.opened()
    kept = [str(tablet.cast("for").body["checkpoint"]) for tablet in tablets]
    five.room.service.votes.close(five.meeting, motion)
    assert vote(tablets[0], five.opened(SECRET), "for").tracker
    for note in kept:
        grown = five.room.service.growth.proof(five.meeting, head_of(note, five)[0])
        assert grown.second > grown.first
        assert is_grown(five, note, grown.checkpoint, list(grown.proof))
        assert not is_grown(five, note, grown.checkpoint, [*grown.proof[1:], "00" * 32])


def test_two_heads_of_the_past_are_proved_too(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    five.opened()
    notes = [str(tablet.cast("for").body["checkpoint"]) for tablet in tablets]
    first, second = head_of(notes[0], five)[0], head_of(notes[2], five)[0]
    grown = five.room.service.growth.proof(five.meeting, first, second)
    assert head_of(grown.checkpoint, five) == head_of(notes[2], five)
    assert is_grown(five, notes[0], notes[2], list(grown.proof))
    assert five.room.service.growth.proof(five.meeting, second, second).proof == ()


def test_an_entry_that_was_changed_afterwards_is_found_out(five: Council) -> None:
    """The node cannot prove that the log in which it changed a ballot begins with the head that the tablet kept."""
    tablets = five.arrive(0, 1, 2, 3)
    five.opened()
    kept = str(tablets[0].cast("for").body["checkpoint"])
    assert all(tablet.cast("for").ok for tablet in tablets[1:])
    with five.room.store.writer.begin() as writing:
        writing.execute(text('UPDATE meeting_log SET leaf = :leaf WHERE "index" = 3'), {"leaf": "ab" * 32})
    grown = five.room.service.growth.proof(five.meeting, head_of(kept, five)[0])
    assert not is_grown(five, kept, grown.checkpoint, list(grown.proof))


@pytest.mark.parametrize(("first", "second"), [(0, None), (10_000, None), (5, 4), (1, 10_000)])
def test_heads_that_the_log_never_had_are_refused_with_its_size(five: Council, first: int, second: int | None) -> None:
    five.arrive(0)
    with pytest.raises(Refusal) as refused:
        five.room.service.growth.proof(five.meeting, first, second)
    assert refused.value.code is Code.UNKNOWN_HEAD
    assert refused.value.facts["size"] == head_of(five.room.service.growth.proof(five.meeting, 1).checkpoint, five)[0]


def test_a_flood_of_questions_is_held_back_for_all_together(five: Council) -> None:
    five.arrive(0)
    growth = five.room.service.growth
    object.__setattr__(growth, "measure", Measure(0.001, 2, Code.LOG_BUSY))
    told: list[Any] = [growth.proof(five.meeting, 1) for _ in range(2)]
    with pytest.raises(Refusal) as refused:
        growth.proof(five.meeting, 1)
    assert refused.value.code is Code.LOG_BUSY
    assert json.loads(told[0].model_dump_json())["first"] == 1
