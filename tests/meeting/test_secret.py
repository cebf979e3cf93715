"""The secret ballot: one token for each voter, a box that knows nobody, a count that anyone can do again."""

import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.hashes import SHA384
from sqlmodel import Session, col, select

from broker.envelope import base64url, canonical, part
from edge.demo.blind import blind, finalize, prepare
from edge.demo.sealed import Paper, Sealed
from meeting.domain.errors import Code, Refusal
from meeting.secret.blind import make_key
from meeting.service.box import BoxWords
from meeting.service.measure import Measure
from meeting.tables import BoxedBallot, LogEntry, Token
from tests.meeting.booth import Booth, election, opened, paper, shown, turnout, vote
from tests.meeting.room import Council, Room, Tablet, council, sqlite_room


def refused(code: Code, call: Callable[[], object]) -> dict[str, Any]:
    """The facts of the refusal that must come."""
    with pytest.raises(Refusal) as caught:
        call()
    assert caught.value.code is code
    return caught.value.facts


def entries(room: Room, kind: str) -> list[dict[str, Any]]:
    with room.store.reader() as session:
        rows = session.exec(select(LogEntry).where(LogEntry.kind == kind).order_by(col(LogEntry.index)))
        return [json.loads(one.text) for one in rows]


def key_files(room: Room) -> list[Path]:
    return sorted((room.service.settings.documents.parent / "ballot-keys").glob("*"))


def test_a_secret_vote_from_the_paper_to_the_result(either: Room) -> None:
    five = council(either)
    tablets = five.arrive(0, 1, 2, 3, 4)
    motion = opened(five)
    snapshot = shown(either, five.meeting)
    assert snapshot.secret is not None
    assert snapshot.may_change is False
    promises = [vote(tablet, motion, choice) for tablet, choice in zip(tablets, ("for", "against", "for", "for", "abstain"), strict=True)]
    either.service.votes.close(five.meeting, motion)
    count = shown(either, five.meeting).count
    assert count is not None
    assert count.votes == {"for": 3, "against": 1, "abstain": 1}
    assert (count.issued, count.cast, count.valid, count.invalid, count.present, count.adopted) == (5, 5, 5, 0, 5, True)
    board = either.service.reading.result(five.meeting, motion).box
    assert [one.tracker for one in board] == sorted(one.tracker for one in promises)
    assert {one.code for one in board} == {one.code for one in promises}


def test_while_it_is_open_everyone_sees_who_voted_and_nobody_how(five: Council) -> None:
    first, second, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    booth = Booth.enter(first, motion, "against")
    words = booth.words()
    now = turnout(five.room, five.meeting)
    assert (now.issued, now.cast, now.cast_seats) == (1, 0, ("s0",))
    assert shown(five.room, five.meeting).count is None
    booth.put(words)
    vote(second, motion, "for")
    now = turnout(five.room, five.meeting)
    assert (now.issued, now.cast, now.cast_seats) == (2, 2, ("s0", "s1"))
    assert five.room.service.reading.result(five.meeting, motion).box == ()
    told = five.room.service.reading.meeting(five.meeting).items[0].motions[0]
    assert (told.issued, told.cast, told.count) == (2, 2, None)


def test_an_election_can_be_secret(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3, 4)
    motion = election(five, ("Một", "Hai", "Ba"), seats=2)
    for tablet, choice in zip(tablets, ("c1,c2", "c1,c2", "c2", "none", "c1,c2,c3"), strict=True):
        vote(tablet, motion, choice)
    five.room.service.votes.close(five.meeting, motion)
    count = shown(five.room, five.meeting).count
    assert count is not None
    assert count.votes == {"c1": 2, "c2": 3, "c3": 0}
    assert (count.cast, count.valid, count.invalid, count.blank) == (5, 3, 2, 1), "the rule of this election calls a blank ballot invalid"
    assert (count.elected, count.adopted) == (("c2",), False)
    board = five.room.service.reading.result(five.meeting, motion).box
    assert sorted(one.choice for one in board if not one.counts) == ["c1,c2,c3", "none"]


def test_a_choice_that_is_not_on_the_paper_is_taken_and_counted_as_invalid(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    for tablet, choice in zip(tablets, ("for", "for", "for", "perhaps"), strict=True):
        vote(tablet, motion, choice)
    five.room.service.votes.close(five.meeting, motion)
    count = shown(five.room, five.meeting).count
    assert count is not None
    assert (count.cast, count.valid, count.invalid, sum(count.votes.values()), count.adopted) == (4, 3, 1, 3, True)


def test_the_ballots_are_logged_in_the_order_of_their_trackers_at_one_moment(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3, 4)
    motion = opened(five)
    for tablet in tablets:
        vote(tablet, motion, "for")
    five.room.service.votes.close(five.meeting, motion)
    logged = entries(five.room, "secret_ballot")
    assert [one["tracker"] for one in logged] == sorted(one["tracker"] for one in logged)
    assert len({one["at"] for one in logged}) == 1
    assert all(set(one) == {"v", "index", "kind", "meeting", "at", "motion", "tracker", "prepared", "signature"} for one in logged)
    assert [one["member"] for one in entries(five.room, "token_issued")] == [tablet.who["member"] for tablet in tablets]


# -- the token --------------------------------------------------------------------------------------------------------


def test_one_token_for_each_voter(five: Council) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    booth = Booth.enter(first, motion, "for")
    answer = booth.ask()
    assert answer.ok
    assert booth.ask().body == answer.body, "the same bytes are answered with the same signature"
    assert Booth(first, motion, booth.sealed, first.sign(booth.sealed.claims("s0", "2026-03-05T02:00:00Z"))).ask().body == answer.body
    again = Booth.enter(first, motion, "against").ask()
    assert (again.ok, again.code) == (False, Code.BALLOT_FINAL)
    assert len(entries(five.room, "token_issued")) == 1


def test_a_token_is_answered_again_though_the_voter_has_left_and_the_vote_has_closed(five: Council) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3, 4)
    motion = opened(five)
    booth = Booth.enter(first, motion, "for")
    answer = booth.ask()
    five.room.service.chairing.set_presence(five.meeting, first.who["member"], present=False, reason="")
    assert booth.ask().body == answer.body
    booth.put(booth.words(answer))
    five.room.service.votes.close(five.meeting, motion)
    assert booth.ask().body == answer.body
    count = shown(five.room, five.meeting).count
    assert count is not None
    assert count.present == 5, "who took a token was there"


def test_another_tablet_is_not_told_the_token(five: Council) -> None:
    first, second, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    booth = Booth.enter(first, motion, "for")
    assert booth.ask().ok
    answer = second.ask("token", {"token": booth.token})
    assert (answer.ok, answer.code) == (False, Code.BALLOT_KEY)


def change(**fields: Any) -> Callable[[Tablet, dict[str, Any]], str]:
    return lambda tablet, claims: tablet.sign({**claims, **fields})


def foreign_blinded(tablet: Tablet, claims: dict[str, Any]) -> str:
    return tablet.sign({**claims, "blinded": base64url(b"\xff" * 256)})


def without_nonce(tablet: Tablet, claims: dict[str, Any]) -> str:
    return tablet.sign({name: value for name, value in claims.items() if name != "nonce"})


def other_header(tablet: Tablet, claims: dict[str, Any]) -> str:
    return tablet.sign(claims, {"alg": "ES256", "kid": tablet.kid, "typ": "JWT"})


def other_signature(tablet: Tablet, claims: dict[str, Any]) -> str:
    head, body, signature = tablet.sign(claims).split(".")
    raw = bytearray(part(signature))
    raw[5] ^= 1
    return f"{head}.{body}.{base64url(bytes(raw))}"


TOKENS: list[tuple[str, Code, Callable[[Tablet, dict[str, Any]], str]]] = [
    ("not a JWS", Code.BALLOT_BYTES, lambda _tablet, _claims: "a.b"),
    ("no nonce", Code.BALLOT_BYTES, without_nonce),
    ("a choice beside it", Code.BALLOT_BYTES, change(choice="for")),
    ("short nonce", Code.BALLOT_BYTES, change(nonce="abc")),
    ("no time", Code.BALLOT_BYTES, change(at="soon")),
    ("short blinded", Code.BALLOT_BYTES, change(blinded="AAAA")),
    ("blinded zero", Code.BALLOT_BYTES, change(blinded="A" * 342)),
    ("blinded past the modulus", Code.BALLOT_BYTES, foreign_blinded),
    ("blinded no text", Code.BALLOT_BYTES, change(blinded=7)),
    ("another header", Code.BALLOT_ALGORITHM, other_header),
    ("another signature", Code.BALLOT_SIGNATURE, other_signature),
    ("another meeting", Code.BALLOT_PLACE, change(meeting="elsewhere")),
    ("another seat", Code.BALLOT_PLACE, change(seat="s1")),
    ("another motion", Code.BALLOT_NOT_OPEN, change(motion="nothing")),
    ("another paper", Code.BALLOT_PAPER, change(paper="0" * 64)),
]


@pytest.mark.parametrize(("_name", "code", "make"), TOKENS, ids=[one[0] for one in TOKENS])
def test_a_wrong_token_ask_is_refused(five: Council, _name: str, code: Code, make: Callable[[Tablet, dict[str, Any]], str]) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    raw, sha256 = paper(five.room, five.meeting, motion)
    claims = Sealed.make(Paper.read(raw, sha256), "for").claims("s0", "2026-03-05T01:00:00Z")
    answer = first.ask("token", {"token": make(first, claims)})
    assert (answer.ok, answer.code) == (False, code)
    assert entries(five.room, "token_issued") == []
    assert first.ask("token", {"token": first.sign(claims)}).ok, "but for that it would have been right"


def test_who_may_not_vote_gets_no_token(five: Council) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3, 5)
    motion = opened(five)
    guest = Booth.enter(five.tablets[4], motion, "for").ask()
    assert guest.code == Code.BALLOT_NO_VOTE
    five.room.service.chairing.set_presence(five.meeting, first.who["member"], present=False, reason="")
    gone = Booth.enter(first, motion, "for").ask()
    assert gone.code == Code.BALLOT_KEY
    malformed = five.tablets[1].ask("token", {"token": "a.b.c", "more": 1})
    assert malformed.code == Code.ASK_MALFORMED


def test_open_and_secret_votes_do_not_take_each_others_ballots(five: Council) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3)
    secret = opened(five)
    assert first.cast("for").code == Code.VOTE_IS_SECRET
    sealed = Booth.enter(first, secret, "for")
    five.room.service.votes.close(five.meeting, secret)
    public = five.opened()
    _raw, sha256 = paper(five.room, five.meeting, public)
    claims = {**sealed.sealed.claims("s0", "2026-03-05T01:00:00Z"), "motion": public, "paper": sha256}
    assert first.ask("token", {"token": first.sign(claims)}).code == Code.VOTE_IS_OPEN
    words = BoxWords(motion=public, prepared=base64url(b"x" * 32 + message(five, public)), signature="A" * 342)
    assert refused(Code.BOX_NOT_OPEN, lambda: five.room.service.box.put(five.meeting, words)) == {"motion": public, "state": "open"}


def test_without_its_key_a_vote_gives_out_no_token_and_can_be_closed(five: Council) -> None:
    first, second, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    vote(first, motion, "for")
    again = five.room.again()
    key_files(again)[0].unlink()
    second.room = again
    answer = Booth.enter(second, motion, "for").ask()
    assert (answer.code, answer.facts) == (Code.SECRET_KEY_LOST, {"motion": motion})
    again.service.votes.close(five.meeting, motion)
    again.ledger.stop()


# -- the box ----------------------------------------------------------------------------------------------------------


def message(five: Council, of: str, **other: Any) -> bytes:
    _raw, sha256 = paper(five.room, five.meeting, of)
    said = {"choice": "for", "meeting": five.meeting, "motion": of, "paper": sha256, "serial": "s" * 43}
    return canonical({**said, **other})


def signed(five: Council, motion: str, body: bytes) -> BoxWords:
    """A ballot that this vote's key has signed, whatever it says."""
    tablet = five.tablets[0]
    raw, sha256 = paper(five.room, five.meeting, motion)
    key = Paper.read(raw, sha256).key
    prepared = prepare(body)
    blinded = blind(key, prepared)
    sealed = Sealed(Paper.read(raw, sha256), prepared, blinded)
    answer = tablet.ask("token", {"token": tablet.sign(sealed.claims("s0", "2026-03-05T01:00:00Z"))})
    signature = finalize(key, prepared, part(answer.body["blind_signature"]), blinded.inverse)
    return BoxWords(motion=motion, prepared=base64url(prepared), signature=base64url(signature))


def test_the_same_ballot_again_gets_the_same_promise_and_counts_once(five: Council) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    words = Booth.enter(first, motion, "for").words()
    box = five.room.service.box
    promised = box.put(five.meeting, words)
    assert box.put(five.meeting, words) == promised
    assert turnout(five.room, five.meeting).cast == 1
    five.room.service.votes.close(five.meeting, motion)
    assert box.put(five.meeting, words) == promised, "also when the vote has closed meanwhile"
    assert five.room.again().service.box.put(five.meeting, words) == promised


BOXES: list[tuple[str, Code, dict[str, Any], dict[str, Any]]] = [
    ("another meeting", Code.BOX_PLACE, {"meeting": "elsewhere"}, {"field": "meeting"}),
    ("another motion", Code.BOX_PLACE, {"motion": "elsewhere"}, {"field": "motion"}),
    ("another paper", Code.BOX_PLACE, {"paper": "0" * 64}, {"field": "paper"}),
    ("short serial", Code.BOX_BYTES, {"serial": "abc"}, {"field": "serial"}),
    ("no text", Code.BOX_BYTES, {"choice": 1}, {"field": "choice"}),
    ("not visible", Code.BOX_BYTES, {"choice": "f r"}, {"field": "choice"}),
    ("too long", Code.BOX_BYTES, {"choice": "c" * 201}, {"field": "choice"}),
    ("a name", Code.BOX_BYTES, {"member": "m1"}, {"field": "payload"}),
]


@pytest.mark.parametrize(("_name", "code", "other", "facts"), BOXES, ids=[one[0] for one in BOXES])
def test_a_signed_message_that_is_no_ballot_of_this_vote_is_refused(
    five: Council, _name: str, code: Code, other: dict[str, Any], facts: dict[str, Any]
) -> None:
    five.arrive(0, 1, 2, 3)
    motion = opened(five)
    words = signed(five, motion, message(five, motion, **other))
    assert refused(code, lambda: five.room.service.box.put(five.meeting, words)) == facts
    assert turnout(five.room, five.meeting).cast == 0


def test_bytes_that_are_no_ballot_are_refused(five: Council) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    good = Booth.enter(first, motion, "for").words()
    box = five.room.service.box
    spaced = base64url(b"x" * 32 + message(five, motion).replace(b":", b": "))
    wrong = [("prepared", value) for value in ("", "A", "AA==", "AAAA", base64url(b"x" * 32), base64url(b"x" * 1025), spaced)]
    for field, value in [*wrong, ("signature", "A"), ("signature", "€")]:
        facts = refused(Code.BOX_BYTES, partial(box.put, five.meeting, good.model_copy(update={field: value})))
        assert facts["field"] in {field, "payload"}
    other = base64url(os.urandom(256))
    for value in (other, "AAAA", good.signature[:-4] + "AAAA"):
        refused(Code.BOX_SIGNATURE, partial(box.put, five.meeting, good.model_copy(update={"signature": value})))
    refused(Code.UNKNOWN_MOTION, lambda: box.put(five.meeting, good.model_copy(update={"motion": "nothing"})))
    refused(Code.UNKNOWN_MEETING, lambda: box.put("nothing", good))
    assert box.put(five.meeting, good).motion == motion


def test_a_signature_of_another_key_is_none(five: Council) -> None:
    five.arrive(0, 1, 2, 3)
    motion = opened(five)
    prepared = b"x" * 32 + message(five, motion)
    forged = make_key().sign(prepared, PSS(MGF1(SHA384()), 48), SHA384())
    words = BoxWords(motion=motion, prepared=base64url(prepared), signature=base64url(forged))
    assert refused(Code.BOX_SIGNATURE, lambda: five.room.service.box.put(five.meeting, words)) == {}
    assert turnout(five.room, five.meeting).cast == 0


def test_a_flood_is_held_back_and_nobody_is_remembered(five: Council) -> None:
    five.arrive(0, 1, 2, 3)
    motion = opened(five)
    box = five.room.service.box
    object.__setattr__(box, "measure", Measure(0.001, 3, Code.BOX_BUSY))
    words = BoxWords(motion=motion, prepared="AAAA", signature="AAAA")
    for _ in range(3):
        refused(Code.BOX_BYTES, lambda: box.put(five.meeting, words))
    assert refused(Code.BOX_BUSY, lambda: box.put(five.meeting, words)) == {"retry_after_s": 2}
    assert set(vars(box.measure)) == {"rate", "burst", "full", "level", "at", "lock"}


# -- the close --------------------------------------------------------------------------------------------------------


def test_a_vote_is_not_closed_while_ballots_are_on_the_way_unless_the_chair_says_so(five: Council) -> None:
    first, second, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    vote(first, motion, "for")
    late = Booth.enter(second, motion, "against")
    words = late.words()
    votes = five.room.service.votes
    assert refused(Code.BALLOTS_ON_THE_WAY, lambda: votes.close(five.meeting, motion)) == {"issued": 2, "cast": 1}
    assert key_files(five.room), "a refused close changes nothing"
    votes.close(five.meeting, motion, leave=True)
    count = shown(five.room, five.meeting).count
    assert count is not None
    assert (count.issued, count.cast) == (2, 1)
    assert refused(Code.BOX_NOT_OPEN, lambda: late.put(words)) == {"motion": motion, "state": "closed"}


def test_after_the_close_key_box_and_write_ahead_log_are_gone(five: Council, tmp_path: Path) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    assert [file.name for file in key_files(five.room)] == [f"{five.meeting}.{motion}.ballot-key"]
    assert key_files(five.room)[0].stat().st_mode & 0o777 == 0o600
    for tablet in tablets:
        vote(tablet, motion, "for")
    five.room.service.votes.close(five.meeting, motion)
    assert key_files(five.room) == []
    with Session(five.room.store.readers) as session:
        assert session.exec(select(BoxedBallot)).all() == []
        assert len(session.exec(select(Token)).all()) == 4
    assert (tmp_path / "room.db-wal").stat().st_size == 0


def test_an_opening_that_is_refused_leaves_no_key(five: Council) -> None:
    five.arrive(0)
    motion = five.motion("hdnd-mien-nhiem")
    refused(Code.NO_QUORUM, lambda: five.room.service.votes.open(five.meeting, motion))
    assert key_files(five.room) == []


def test_what_a_power_cut_left_is_done_at_the_next_start(five: Council) -> None:
    """Cut after the commit of the close and before the key was spent, and after it was spent and before it was forgotten."""
    tablets = five.arrive(0, 1, 2, 3)
    motion, keys = opened(five), five.room.service.house.keys
    running = keys.path(five.meeting, motion).read_bytes()
    for tablet in tablets:
        vote(tablet, motion, "for")
    five.room.service.votes.close(five.meeting, motion)
    for left in (running, b""):
        keys.path(five.meeting, motion).write_bytes(left)
        five.room.service.start()
        five.room.service.stop()
        assert key_files(five.room) == []


def test_a_start_keeps_the_key_of_a_vote_that_is_open(five: Council) -> None:
    first, *_rest = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    booth = Booth.enter(first, motion, "for")
    answer = booth.ask()
    again = five.room.again()
    again.service.start()
    first.room = again
    assert booth.ask().body == answer.body
    booth.put()
    again.service.stop()
    again.service.votes.close(five.meeting, motion)
    assert key_files(again) == []
    again.ledger.stop()


def test_when_the_storage_cannot_forget_now_it_is_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with sqlite_room(tmp_path) as hall:
        five = council(hall)
        tablets = five.arrive(0, 1, 2, 3)
        motion = opened(five)
        for tablet in tablets:
            vote(tablet, motion, "for")
        with hall.store.reader() as session, pytest.MonkeyPatch.context() as patch:
            patch.setattr("edge.storage.rewrite.TRUNCATE_S", 0.05)
            session.exec(select(Token)).all()
            hall.service.votes.close(five.meeting, motion)
        assert [file.stat().st_size for file in key_files(hall)] == [0], "the key itself is gone"
        assert "still to be forgotten" in caplog.text
        hall.service.start()
        hall.service.stop()
        assert key_files(hall) == []
