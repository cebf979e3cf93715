"""One tablet may not take the desk's time from the others, and old answers are forgotten."""

from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from sqlalchemy import func, select
from sqlmodel import col

from broker.messages.meetings import MeetingAnswer, MeetingAsk
from meeting.service.pace import Pace
from meeting.tables import Asked
from tests.meeting.room import Council, Room, Tablet, council, sqlite_room


def test_a_device_has_its_turns_and_gets_new_ones_with_time() -> None:
    now = [0.0]
    pace = Pace(at_once=3, per_s=2.0, clock=lambda: now[0])
    assert [pace.turn("a") for _ in range(3)] == [None, None, None]
    first, second = pace.turn("a"), pace.turn("a")
    assert first is not None
    assert second is not None
    assert (first.tell, second.tell) == (True, False)
    assert pace.turn("b") is None
    now[0] += 0.5
    assert pace.turn("a") is None
    assert pace.turn("a") is not None
    now[0] += 100
    assert [pace.turn("a") for _ in range(3)] == [None, None, None]
    assert pace.turn("a") is not None


def test_a_tablet_that_floods_is_told_once_and_the_others_vote_on(tmp_path: Path) -> None:
    with sqlite_room(tmp_path, asks_at_once=10, asks_per_s=0.001) as made:
        hall = council(made)
        loud, quiet = hall.arrive(0, 1)
        hall.arrive(2, 3)
        hall.opened()
        codes = [flood(loud, made) for _ in range(30)]
        assert codes.count("meeting.too_many_asks") == 1
        assert codes[-1] is None
        assert quiet.cast("for").ok


def flood(tablet: Tablet, made: Room) -> str | None:
    """The code of the answer to a senseless ask; None when it was let go without one."""
    before = len(made.air.answers(tablet.meeting, tablet.device))
    ask = made.door.take(f"dinh/1/meetings/{tablet.meeting}/ask/{tablet.device}", tablet.envelope("speak", {"kind": "shout"}))
    ask.result(20)
    answers = made.air.answers(tablet.meeting, tablet.device)
    return answers[-1].code if len(answers) > before else None


def kept(hall: Council) -> int:
    with hall.room.store.reader() as session:
        return int(session.execute(select(func.count()).select_from(Asked).where(col(Asked.meeting) == hall.meeting)).scalar_one())


def test_the_answers_of_a_closed_meeting_are_forgotten_a_day_later_and_a_receipt_is_not(five: Council) -> None:
    tablet = five.arrive(0, 1, 2, 3)[0]
    motion = five.opened()
    ballot = tablet.ballot("for")
    first = tablet.ask("cast", {"ballot": ballot})
    five.room.service.votes.close(five.meeting, motion)
    five.room.service.chairing.set_state(five.meeting, "closed")
    asked, clock = kept(five), five.room.clock
    assert asked >= 4, "who came; a ballot is known by its own bytes"
    clock.pass_by(hours=23)
    tablet.resume()
    assert kept(five) == asked + 1
    clock.pass_by(days=2)
    again = tablet.ask("cast", {"ballot": ballot})
    assert again.body == first.body
    assert kept(five) == 0


def test_a_run_of_ballots_answers_each_as_if_it_had_come_alone(five: Council) -> None:
    """Repeated, reused, refused and good ones, all waiting for the same commit."""
    tablets = five.arrive(0, 1, 2, 3)
    five.opened("hdnd-nghi-quyet")
    one, two, three = (tablet.ballot(choice) for tablet, choice in zip(tablets, ("for", "against", "abstain"), strict=False))
    asks = [
        (tablets[0], "ask-one", one),
        (tablets[0], "ask-one", one),
        (tablets[0], "ask-again", one),
        (tablets[0], "ask-one", two),
        (tablets[1], "ask-two", two),
        (tablets[2], "ask-two", two),
        (tablets[2], "ask-three", three),
        (tablets[3], "ask-four", three[:-4] + "AAAA"),
        (tablets[3], "ask-five", "no ballot"),
    ]
    answers = together(five, asks)
    codes = [answer.code for answer in answers]
    assert codes[:3] == [None, None, None]
    assert answers[0].body == answers[1].body == answers[2].body
    assert codes[3] == "meeting.ask_reused"
    assert codes[4] is None
    assert codes[5] == "meeting.ballot_key", "another's ballot, though it was taken"
    assert codes[6] is None
    assert codes[7:] == ["meeting.ballot_key", "meeting.ballot_bytes"]
    assert [answers[place].body["index"] for place in (0, 4, 6)] == sorted(answers[place].body["index"] for place in (0, 4, 6))


def together(hall: Council, asks: list[tuple[Tablet, str, str]]) -> list[MeetingAnswer]:
    """The answers to asks that are taken while the writer is held up, in their order."""
    go = Event()
    hall.room.ledger.submit(lambda _entry: go.wait(20))
    at = datetime(2026, 3, 5, 1, tzinfo=UTC)
    take = hall.room.service.asks.take
    waiting = [
        take(hall.meeting, tablet.device, MeetingAsk(id=name, at=at, kind="cast", body={"ballot": ballot})) for tablet, name, ballot in asks
    ]
    go.set()
    return [one.result(20) for one in waiting]
