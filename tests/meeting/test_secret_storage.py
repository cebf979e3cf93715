"""What PostgreSQL keeps beside the rows of a secret vote: places and transaction numbers. They must not tell the order of arrival."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.meeting.booth import Booth, opened
from tests.meeting.room import Council, Room, council, room

VOTERS, VOTES = 9, 3
CHANCE_AT_MOST = 13
"""Of 27 voters chance links 3, one in each vote; 14 or more is less likely than 1 in 100,000."""


@pytest.fixture
def hall_on_postgres(postgres_url: str, tmp_path: Path) -> Iterator[Room]:
    with room(postgres_url, tmp_path / "documents") as made:
        yield made


def ask(made: Room, statement: str) -> list[tuple[object, ...]]:
    with Session(made.store.readers) as session:
        return [tuple(row) for row in session.execute(text(statement))]


def hold(five: Council) -> tuple[list[str], list[str]]:
    """One vote, voters one after the other in a fresh order: trackers as they came, and as ctid and xmin had them while the box was open."""
    motion = opened(five)
    in_turn = random.SystemRandom().sample(five.tablets, VOTERS)
    came = [Booth.enter(tablet, motion, "for").put().tracker for tablet in in_turn]
    open_order = [str(row[0]) for row in ask(five.room, "SELECT tracker FROM meeting_box ORDER BY xmin::text::bigint, ctid")]
    five.room.service.votes.close(five.meeting, motion)
    return came, open_order


def hits(orders: list[list[str]], truth: list[list[str]]) -> int:
    return sum(a == b for order, came in zip(orders, truth, strict=True) for a, b in zip(order, came, strict=True))


def test_neither_ctid_nor_xmin_links_after_the_close(hall_on_postgres: Room) -> None:
    five = council(hall_on_postgres, VOTERS)
    five.arrive(*range(VOTERS))
    before = ask(hall_on_postgres, "SELECT pg_relation_filenode('meeting_box')")
    votes = [hold(five) for _ in range(VOTES)]
    came = [one[0] for one in votes]
    assert hits([one[1] for one in votes], came) == VOTERS * VOTES, "the control: an open box tells"
    for order in ("ctid", "xmin::text::bigint, ctid", '"index"'):
        rows = ask(hall_on_postgres, f"SELECT text FROM meeting_log WHERE kind = 'secret_ballot' ORDER BY {order}")  # noqa: S608 - our own words
        trackers = [json.loads(str(row[0]))["tracker"] for row in rows]
        found = [[one for one in trackers if one in vote] for vote in came]
        assert hits(found, came) <= CHANCE_AT_MOST
        assert hits([one[::-1] for one in found], came) <= CHANCE_AT_MOST
    assert ask(hall_on_postgres, "SELECT pg_relation_size('meeting_box')") == [(0,)], "no dead row is left"
    assert ask(hall_on_postgres, "SELECT pg_relation_filenode('meeting_box')") != before, "and the old file is another one"
    xmins = ask(hall_on_postgres, "SELECT count(DISTINCT xmin::text) FROM meeting_log WHERE kind = 'secret_ballot'")
    assert xmins == [(VOTES,)], "all ballots of a vote were logged by one transaction"
