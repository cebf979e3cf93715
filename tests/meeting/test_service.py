"""What secretary and chair do, what everyone is shown of it, and what a restart and a full disk change: nothing."""

import errno
import os
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter

from broker import topics
from meeting.domain.errors import Code, Refusal
from meeting.domain.facts import Happened
from meeting.log.verifier import verify
from meeting.papers.shelf import Shelf
from meeting.service.publisher import Publisher, Show
from meeting.service.words import ItemChange, MeetingChange, MemberWords, NewItem, PlanWords, SeatWords
from tests.meeting.room import Council, Room, council, pdf, sqlite_room


def raises_refusal(code: Code) -> "pytest.RaisesExc[Refusal]":
    return pytest.RaisesExc(Refusal, check=lambda refusal: refusal.code is code)


def test_no_vote_without_a_quorum_and_the_numbers_are_said(five: Council) -> None:
    five.arrive(0, 1, 2)
    with pytest.raises(Refusal) as refusal:
        five.opened()
    assert refusal.value.code is Code.NO_QUORUM
    numbers = {"rule": "hdnd-nghi-quyet", "needed": 4, "present": 3, "voters": 5}
    assert refusal.value.facts == {**numbers, "title": "Nghị quyết của Hội đồng nhân dân", "title_en": "Resolution of the People's Council"}


def test_a_committee_with_too_few_to_adopt_does_not_vote(five: Council) -> None:
    five.arrive(0, 1)
    with pytest.raises(Refusal) as refusal:
        five.opened("ubnd-quyet-dinh")
    numbers = {"rule": "ubnd-quyet-dinh", "needed": 3, "present": 2, "base": 5}
    named = {"title": "Quyết định của tập thể Ủy ban nhân dân", "title_en": "Decision of the People's Committee"}
    assert refusal.value.facts == numbers | named


def test_the_chairs_vote_decides_a_committees_tie(hall: Room) -> None:
    four = council(hall, 4, rule="ubnd-quyet-dinh")
    tablets = four.arrive(0, 1, 2, 3)
    motion = four.opened()
    for tablet, choice in zip(tablets, ("for", "for", "against", "against"), strict=True):
        assert tablet.cast(choice).ok
    hall.service.votes.close(four.meeting, motion)
    count = hall.service.reading.result(four.meeting, motion).motion.count
    assert count is not None
    assert (count.votes["for"], count.needed, count.adopted) == (2, 3, True)
    assert verify(hall.service.reading.bundle(four.meeting, motion)).ok


def test_one_vote_at_a_time_and_a_closed_one_stays_closed(five: Council) -> None:
    votes = five.room.service.votes
    five.arrive(0, 1, 2, 3)
    first, second = five.opened(), five.motion()
    with raises_refusal(Code.VOTE_RUNS):
        votes.open(five.meeting, second)
    with raises_refusal(Code.VOTE_RUNS):
        five.room.service.chairing.set_state(five.meeting, "closed")
    votes.close(five.meeting, first)
    for again in (votes.open, votes.close):
        with raises_refusal(Code.MOTION_STATE):
            again(five.meeting, first)
    with raises_refusal(Code.MOTION_STATE):
        votes.correct(five.meeting, second, text="Sai", by="x")


def test_the_paper_is_frozen(five: Council) -> None:
    service = five.room.service
    service.documents.add(five.meeting, five.item, title="Tờ trình", source=BytesIO(pdf()))
    five.arrive(0, 1, 2, 3)
    five.opened()
    with raises_refusal(Code.DOCUMENT_FIXED):
        service.documents.add(five.meeting, five.item, title="Khác", source=BytesIO(pdf(3)))
    with raises_refusal(Code.VOTE_RUNS):
        service.preparing.set_members(five.meeting, [])


def test_an_open_vote_shows_who_has_voted_and_never_how(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = five.opened()
    assert tablets[2].cast("against").ok
    five.room.service.publisher.flush()
    shown = five.room.air.last(topics.MOTION, meeting=five.meeting)
    turnout = five.room.air.last(topics.TURNOUT, meeting=five.meeting)
    assert (turnout.cast, turnout.cast_seats, shown.count, shown.eligible) == (1, ("s2",), None, 5)
    assert five.room.service.reading.result(five.meeting, motion).board == ()
    with raises_refusal(Code.MOTION_STATE):
        five.room.service.reading.bundle(five.meeting, motion)


def test_the_course_of_a_meeting_is_told_to_the_house(five: Council) -> None:
    five.arrive(0, 1, 2, 3)
    motion = five.opened()
    five.room.service.votes.close(five.meeting, motion)
    five.room.service.chairing.set_state(five.meeting, "closed")
    assert five.room.noted.kinds() == ["meeting.opened", "meeting.motion_opened", "meeting.motion_rejected", "meeting.held"]
    kind, subject, data = five.room.noted.facts[2]
    assert (kind, subject, data["meeting"], data["needed"]) == ("meeting.motion_rejected", motion, five.meeting, 3)
    assert Happened("a", "b").data() == {}


def test_a_closed_meeting_takes_nothing_more(five: Council) -> None:
    service, tablet = five.room.service, five.arrive(0)[0]
    service.chairing.set_state(five.meeting, "closed")
    steps: list[Callable[[], Any]] = [
        lambda: service.chairing.set_state(five.meeting, "open"),
        lambda: service.chairing.start_item(five.meeting, five.item),
        lambda: service.chairing.set_notice(five.meeting, "x"),
        lambda: service.floor.open(five.meeting),
        lambda: service.preparing.add_item(five.meeting, NewItem(title="x")),
        lambda: service.preparing.make_pins(five.meeting),
        five.motion,
        lambda: service.chairing.set_presence(five.meeting, five.pins[0].member, present=True),
    ]
    for step in steps:
        with raises_refusal(Code.WRONG_STATE):
            step()
    assert tablet.check_in(five.pins[0].pin).code == Code.WRONG_STATE
    assert tablet.resume().ok


def test_who_is_here_is_not_changed_or_removed_and_others_are(five: Council) -> None:
    service = five.room.service
    five.arrive(0)
    members = [
        one.model_dump(include={"id", "name", "office", "seat", "votes", "chairs"}) for one in service.reading.meeting(five.meeting).members
    ]
    words = [MemberWords(**one) for one in members]
    with raises_refusal(Code.MEMBER_IN_USE):
        service.preparing.set_members(five.meeting, words[1:])
    with raises_refusal(Code.MEMBER_IN_USE):
        service.preparing.set_members(five.meeting, [words[0].model_copy(update={"votes": False}), *words[1:]])
    renamed = words[1].model_copy(update={"name": "Đại biểu mới", "office": "Phó ban"})
    service.preparing.set_members(five.meeting, [words[0], renamed, *words[3:]])
    names = [one.name for one in service.reading.meeting(five.meeting).members]
    assert names == ["Đại biểu 1", "Đại biểu mới", "Đại biểu 4", "Đại biểu 5", "Khách mời"]
    five.arrive(1, 3, 4)
    motion = five.opened()
    service.votes.close(five.meeting, motion)
    report = verify(service.reading.bundle(five.meeting, motion))
    assert report.ok, report.findings
    assert report.summary["voters"] == 4


def test_a_seat_that_someone_has_stays_in_the_plan(five: Council) -> None:
    plan = PlanWords(width=2, height=2, seats=(SeatWords(id="s0", label="A1", x=0, y=0),))
    with raises_refusal(Code.SEAT_IN_USE):
        five.room.service.preparing.set_plan(five.meeting, plan)
    with raises_refusal(Code.TWICE):
        five.room.service.preparing.set_plan(five.meeting, plan.model_copy(update={"seats": plan.seats * 2}))


def test_what_is_not_there_is_said_by_name(five: Council) -> None:
    service = five.room.service
    steps: list[tuple[Code, Callable[[], Any]]] = [
        (Code.UNKNOWN_MEETING, lambda: service.reading.meeting("nope")),
        (Code.UNKNOWN_MEETING, lambda: service.chairing.set_state("\x00", "open")),
        (Code.UNKNOWN_ITEM, lambda: service.chairing.start_item(five.meeting, "nope")),
        (Code.UNKNOWN_MEMBER, lambda: service.chairing.set_presence(five.meeting, "nope", present=True)),
        (Code.UNKNOWN_MOTION, lambda: service.votes.open(five.meeting, "nope")),
        (Code.UNKNOWN_REQUEST, lambda: service.floor.call(five.meeting, "nope", limit_s=60)),
        (Code.UNKNOWN_RULE, lambda: five.motion("nope")),
        (Code.UNKNOWN_DOCUMENT, lambda: service.reading.document(five.meeting, "nope")),
        (Code.UNKNOWN_RULE, lambda: service.preparing.change(five.meeting, MeetingChange(rule="nope"))),
    ]
    for code, step in steps:
        with pytest.raises(Refusal) as refusal:
            step()
        assert refusal.value.code in {code, Code.WRONG_STATE}


def test_items_move_change_and_go(five: Council) -> None:
    service = five.room.service
    second = service.preparing.add_item(five.meeting, NewItem(title="Bế mạc")).id
    service.preparing.change_item(five.meeting, second, ItemChange(number=1, title="Khai mạc"))
    items = service.reading.meeting(five.meeting).items
    assert [(one.number, one.title) for one in items] == [(1, "Khai mạc"), (2, "Tờ trình về rác thải")]
    five.motion()
    with raises_refusal(Code.ITEM_IN_USE):
        service.preparing.remove_item(five.meeting, five.item)
    service.preparing.remove_item(five.meeting, second)
    assert [one.number for one in service.reading.meeting(five.meeting).items] == [1]


def test_the_floor_goes_from_hand_to_hand(five: Council) -> None:
    floor, tablets = five.room.service.floor, five.arrive(0, 1)
    floor.open(five.meeting)
    first, second = (tablet.ask("speak", {"kind": "speak"}).body["request"] for tablet in tablets)
    floor.call(five.meeting, first, limit_s=180)
    floor.start(five.meeting)
    five.room.clock.pass_by(seconds=60)
    floor.pause(five.meeting)
    five.room.service.publisher.flush()
    speech = five.room.air.last(topics.FLOOR, meeting=five.meeting).speech
    assert (speech.state, speech.label, round(speech.spoken_s)) == ("paused", "A1", 60)
    with raises_refusal(Code.FLOOR_TAKEN):
        floor.call(five.meeting, second, limit_s=60)
    floor.stop(five.meeting)
    floor.remove(five.meeting, second)
    five.room.service.publisher.flush()
    shown = five.room.air.last(topics.FLOOR, meeting=five.meeting)
    assert (shown.queue, shown.speech) == ((), None)
    with raises_refusal(Code.NO_SPEECH):
        floor.stop(five.meeting)


def test_a_restart_shows_everything_again_from_the_database_alone(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    five.opened()
    assert tablets[0].cast("for").ok
    five.room.service.publisher.flush()
    before = five.room.air.last(topics.TURNOUT, meeting=five.meeting)
    closed = council(five.room)
    five.room.service.chairing.set_state(closed.meeting, "closed")
    again = five.room.again()
    again.service.start()
    again.service.stop()
    names = {name for name, _ in again.air.sent}
    assert names == {
        row.of(meeting=five.meeting)
        for row in (topics.AGENDA, topics.ROLL, topics.FLOOR, topics.MOTION, topics.TURNOUT, topics.PAGE, topics.NOTICE)
    }
    after = again.air.last(topics.TURNOUT, meeting=five.meeting)
    assert after.model_dump(exclude={"at"}) == before.model_dump(exclude={"at"})
    again.ledger.stop()


def test_every_change_has_a_higher_revision(five: Council) -> None:
    service = five.room.service
    seen: list[int] = []
    seen.append(service.chairing.set_notice(five.meeting, "a").revision)
    service.publisher.flush()
    seen.append(service.floor.open(five.meeting).revision)
    service.publisher.flush()
    assert five.room.air.last(topics.NOTICE, meeting=five.meeting).revision == seen[0]
    assert five.room.air.last(topics.FLOOR, meeting=five.meeting).revision == seen[1] > seen[0]


def test_a_refused_command_changes_nothing_and_publishes_nothing(five: Council) -> None:
    five.room.service.publisher.flush()
    revision, sent = five.room.service.reading.meeting(five.meeting).revision, len(five.room.air.sent)
    with raises_refusal(Code.NO_QUORUM):
        five.opened()
    five.room.service.publisher.flush()
    assert len(five.room.air.sent) == sent + 1  # the agenda with the new draft
    assert five.room.service.reading.meeting(five.meeting).revision == revision + 1


def test_a_last_will_is_shown_on_the_plan_and_sends_nobody_away(five: Council) -> None:
    tablet = five.arrive(0)[0]
    five.room.service.tablet(tablet.device, online=False).result(5)
    five.room.service.publisher.flush()
    seat = five.room.air.last(topics.ROLL, meeting=five.meeting).seats[0]
    assert (seat.present, seat.tablet) == (True, False)
    assert tablet.resume().ok
    five.room.service.publisher.flush()
    assert five.room.air.last(topics.ROLL, meeting=five.meeting).seats[0].tablet


def test_a_burst_of_ballots_makes_few_snapshots_and_the_last_one_counts_all(tmp_path: Path) -> None:
    with sqlite_room(tmp_path) as made:
        hall = council(made, 40)
        tablets = hall.arrive(*range(40))
        hall.opened()
        ballots = [(tablet, tablet.envelope("cast", {"ballot": tablet.ballot("for")})) for tablet in tablets]
        made.service.start()
        before = len(made.air.snapshots(topics.TURNOUT, meeting=hall.meeting))
        began = time.monotonic()
        waiting = [made.door.take(topics.ASK.of(meeting=hall.meeting, device=tablet.device), raw) for tablet, raw in ballots]
        for one in waiting:
            one.result(20)
        took = time.monotonic() - began
        made.service.stop()
        shown = made.air.snapshots(topics.TURNOUT, meeting=hall.meeting)[before:]
        assert made.air.last(topics.TURNOUT, meeting=hall.meeting).cast == 40
        assert len(shown) <= 4 + took / 0.1


def test_a_publisher_keeps_what_it_was_told_before_its_start() -> None:
    shown: list[tuple[str, frozenset[Show]]] = []
    publisher = Publisher(lambda meeting, kinds: shown.append((meeting, kinds)), gap_s=0.05)
    publisher.mark("m", {Show.ROLL})
    publisher.start()
    for _ in range(100):
        publisher.mark_counting("m", voters=10)
    publisher.stop()
    assert ("m", frozenset({Show.ROLL})) in shown or shown[0][1] >= {Show.ROLL}
    assert sum(Show.TURNOUT in kinds for _, kinds in shown) in {1, 2, 3}


# --- documents --------------------------------------------------------------------------------------------------------


def encrypted() -> bytes:
    writer, out = PdfWriter(), BytesIO()
    writer.append(PdfReader(BytesIO(pdf())))
    writer.encrypt("bí mật", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


def test_a_document_is_shown_by_its_hash_and_read_back_whole(five: Council) -> None:
    service, raw = five.room.service, pdf(3)
    ref = service.documents.add(five.meeting, five.item, title="Tờ trình số 12", source=BytesIO(raw))
    assert (ref.pages, ref.bytes) == (3, len(raw))
    found = service.reading.document(five.meeting, ref.id)
    assert found.path.read_bytes() == raw
    service.publisher.flush()
    assert five.room.air.last(topics.AGENDA, meeting=five.meeting).items[0].documents == (ref,)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", Code.PDF_EMPTY),
        (b"PK\x03\x04 a word document", Code.NOT_A_PDF),
        (b"%PDF-1.7\n" + b"rubbish " * 50, Code.NOT_A_PDF),
        (pdf()[:200], Code.NOT_A_PDF),
        (pdf(pages=0), Code.PDF_EMPTY),
        (encrypted(), Code.PDF_ENCRYPTED),
        (pdf(pages=6), Code.TOO_MANY_PAGES),
        (pdf() + b" " * 200_000, Code.PDF_TOO_BIG),
    ],
)
def test_what_is_no_sound_pdf_is_refused_and_leaves_nothing(tmp_path: Path, raw: bytes, code: Code) -> None:
    shelf = Shelf(tmp_path / "shelf", most_bytes=100_000, most_pages=5)
    with raises_refusal(code):
        shelf.put(BytesIO(raw))
    assert list((tmp_path / "shelf").rglob("*")) == []


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_full_disk_is_a_refusal_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    """The system itself says ENOSPC, at the last moments at which it can."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    shelf = Shelf(tmp_path / "shelf", most_bytes=100_000, most_pages=5)
    with raises_refusal(Code.DISK_FULL):
        shelf.put(BytesIO(pdf()))
    assert not [path for path in (tmp_path / "shelf").rglob("*") if path.is_file()]


def test_a_tablet_hears_of_a_full_disk_and_votes_when_there_is_room(five: Council) -> None:
    """SQLite itself refuses to grow: the ask is told so, nothing is half written, and the same ask works afterwards."""
    tablet = five.arrive(0, 1, 2, 3)[0]
    five.opened()
    raw = tablet.envelope("cast", {"ballot": tablet.ballot("for")})
    with five.room.store.writer.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    answers = []
    for _ in range(200):
        answers.append(five.room.ask(five.meeting, tablet.device, raw))
        if not answers[-1].ok:
            break
        raw = tablet.envelope("cast", {"ballot": tablet.ballot("against")})
    assert answers[-1].code == Code.DISK_FULL
    with five.room.store.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    assert five.room.ask(five.meeting, tablet.device, raw).ok


def test_who_was_marked_absent_comes_back_with_the_same_key(five: Council) -> None:
    tablet = five.arrive(0)[0]
    five.room.service.chairing.set_presence(five.meeting, five.pins[0].member, present=False)
    assert tablet.check_in(five.pins[0].pin).ok
