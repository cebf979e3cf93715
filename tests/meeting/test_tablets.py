"""What a tablet may ask, and everything that it may get wrong."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker import topics
from broker.envelope import base64url
from broker.outgoing import PAYLOAD_MAX
from meeting.domain.errors import Code
from meeting.log.verifier import verify
from tests.meeting.room import Council, Room, Tablet, council


def test_a_member_checks_in_with_his_pin_and_sits_in_his_seat(five: Council) -> None:
    tablet = Tablet(five.room, five.meeting, "tablet-0")
    answer = tablet.check_in(five.pins[0].pin)
    assert answer.ok
    assert answer.body == {"member": five.pins[0].member, "seat": "s0", "label": "A1", "name": "Đại biểu 1", "receipts": []}
    five.room.service.publisher.flush()
    seat = five.room.air.last(topics.ROLL, meeting=five.meeting).seats[0]
    assert (seat.present, seat.tablet) == (True, True)


def test_a_badge_does_the_same(five: Council) -> None:
    tablet = Tablet(five.room, five.meeting, "tablet-0")
    assert tablet.ask("check_in", {"badge": five.pins[1].badge, "key": tablet.jwk, "proof": tablet.proof()}).body["seat"] == "s1"


def test_five_wrong_pins_lock_the_tablet_and_a_restart_does_not_open_it(five: Council) -> None:
    tablet = Tablet(five.room, five.meeting, "tablet-0")
    for left in (4, 3, 2, 1):
        answer = tablet.check_in("000000x")
        assert (answer.code, answer.facts) == (Code.WRONG_PIN, {"left": left})
    locked = tablet.check_in("000000x")
    assert (locked.code, locked.facts) == (Code.LOCKED, {"retry_after_s": 30})
    tablet.room = five.room.again()
    held = tablet.check_in(five.pins[0].pin)
    assert held.code == Code.LOCKED
    assert 0 < int(held.facts["retry_after_s"] or 0) <= 30
    tablet.room.clock.now += timedelta(seconds=31)
    assert tablet.check_in("000000x").facts == {"retry_after_s": 60}
    tablet.room.clock.now += timedelta(seconds=61)
    assert tablet.check_in(five.pins[0].pin).ok
    tablet.room.ledger.stop()


def test_another_tablet_is_not_locked_with_it(five: Council) -> None:
    first, second = Tablet(five.room, five.meeting, "tablet-0"), Tablet(five.room, five.meeting, "tablet-1")
    for _ in range(5):
        first.check_in("wrong")
    assert second.check_in(five.pins[0].pin).ok


def test_new_pins_end_the_old_ones(five: Council) -> None:
    five.room.service.preparing.make_pins(five.meeting)
    assert Tablet(five.room, five.meeting, "tablet-0").check_in(five.pins[0].pin).code == Code.WRONG_PIN


def test_a_pin_is_nowhere_in_the_database(five: Council) -> None:
    five.arrive(0)
    five.room.ledger.stop()
    for path in five.room.service.settings.documents.parent.glob("room.db*"):
        assert five.pins[0].pin.encode() not in path.read_bytes()
        assert five.pins[0].badge.encode() not in path.read_bytes()


def test_one_tablet_does_not_vote_for_two_who_are_here(five: Council) -> None:
    tablet = five.arrive(0)[0]
    answer = Tablet(five.room, five.meeting, tablet.device).check_in(five.pins[1].pin)
    assert (answer.code, answer.facts["seat"]) == (Code.TABLET_IN_USE, "s0")
    five.room.service.chairing.set_presence(five.meeting, five.pins[0].member, present=False, reason="Về sớm")
    assert Tablet(five.room, five.meeting, tablet.device).check_in(five.pins[1].pin).ok


def test_a_swapped_tablet_takes_the_receipts_along_and_ends_the_old_key(five: Council) -> None:
    old = five.arrive(0, 1, 2, 3)[0]
    five.opened()
    assert old.cast("for").ok
    new = Tablet(five.room, five.meeting, "tablet-spare")
    assert len(new.check_in(five.pins[0].pin).body["receipts"]) == 1
    assert old.cast("against").code == Code.BALLOT_KEY
    assert old.resume().code == Code.KEY_UNKNOWN
    assert new.cast("against").ok


def test_a_reload_brings_back_seat_and_receipts(five: Council) -> None:
    tablet = five.arrive(0, 1, 2, 3)[0]
    five.opened()
    receipt = tablet.cast("for").body
    answer = tablet.resume()
    assert answer.body["seat"] == "s0"
    assert answer.body["receipts"] == [receipt]


@pytest.mark.parametrize(
    "header",
    [
        '{{"alg":"ES256","kid":"{kid}"}}'.encode("utf-16"),
        b'{{"alg":"ES256","kid":"x","kid":"{kid}"}}',
        b'\xef\xbb\xbf{{"alg":"ES256","kid":"{kid}"}}',
    ],
)
def test_a_header_that_verifiers_read_otherwise_is_refused(five: Council, header: bytes) -> None:
    """Signed as it is, and right for who guesses: in the log, it would make the whole vote unverifiable."""
    tablet = five.arrive(0, 1, 2, 3)[0]
    five.opened()
    honest = tablet.ballot("for").split(".")[1]
    encoding = "utf-16" if header.startswith(b"\xff\xfe") else "utf-8"
    said = base64url(header.decode(encoding).format(kid=tablet.kid).encode(encoding))
    key = load_pem_private_key(tablet.key.as_pem(private=True), None)
    assert isinstance(key, EllipticCurvePrivateKey)
    r, s = decode_dss_signature(key.sign(f"{said}.{honest}".encode(), ECDSA(SHA256())))
    signature = base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    answer = tablet.ask("cast", {"ballot": f"{said}.{honest}.{signature}"})
    assert (answer.ok, answer.code) == (False, Code.BALLOT_BYTES)


def test_a_request_that_is_no_id_is_refused_by_every_database(either: Room) -> None:
    """PostgreSQL takes no NUL, and what a database cannot take would be told as a fault of the disk."""
    tablet = council(either).arrive(0)[0]
    answer = tablet.ask("withdraw", {"request": "\0"})
    assert (answer.code, answer.facts) == (Code.ASK_MALFORMED, {"field": "request"})


def test_who_voted_very_often_comes_back_with_his_newest_receipts(five: Council) -> None:
    """All of them would be too large for a message of the air, and the answer would never leave."""
    tablet = five.arrive(0, 1, 2, 3)[0]
    five.opened()
    receipts = [tablet.cast("for").body for _ in range(80)]
    answer = tablet.resume()
    assert len(answer.to_bytes()) < PAYLOAD_MAX
    came = answer.body["receipts"]
    assert 30 < len(came) < 80
    assert came == receipts[-len(came) :]


def test_a_key_that_was_never_bound_cannot_come_back(five: Council) -> None:
    assert Tablet(five.room, five.meeting, "tablet-9").resume().code == Code.KEY_UNKNOWN


def test_a_proof_must_be_this_keys_for_this_meeting_and_tablet(five: Council) -> None:
    tablet, other = Tablet(five.room, five.meeting, "tablet-0"), Tablet(five.room, five.meeting, "tablet-1")
    pin = {"pin": five.pins[0].pin}
    good = {"meeting": five.meeting, "device": "tablet-0", "kid": tablet.kid, "at": "2026-03-05T01:00:00Z"}
    for proof, step in (
        (other.proof(), "header"),
        (other.sign(good, {"alg": "ES256", "kid": tablet.kid}), "signature"),
        (tablet.sign({**good, "meeting": "another"}), "payload"),
        (tablet.sign({**good, "device": "tablet-1"}), "payload"),
    ):
        answer = tablet.ask("check_in", {**pin, "key": tablet.jwk, "proof": proof})
        assert (answer.code, answer.facts) == (Code.PROOF_INVALID, {"step": step})
    assert tablet.ask("check_in", {**pin, "key": tablet.jwk, "proof": "x"}).code == Code.PROOF_INVALID


@pytest.mark.parametrize("field", ["kty", "crv", "x", "y"])
def test_a_key_that_is_none_is_refused(five: Council, field: str) -> None:
    tablet = Tablet(five.room, five.meeting, "tablet-0")
    key = {**tablet.jwk, field: "AAAA"}
    assert tablet.ask("check_in", {"pin": "1", "key": key, "proof": tablet.proof()}).facts == {"field": field}


def test_a_private_key_is_refused_and_a_point_off_the_curve_too(five: Council) -> None:
    tablet = Tablet(five.room, five.meeting, "tablet-0")
    private = tablet.key.as_dict(private=True)
    assert tablet.ask("check_in", {"pin": "1", "key": private, "proof": tablet.proof()}).code == Code.KEY_MALFORMED
    off = {**tablet.jwk, "y": tablet.jwk["x"]}
    assert tablet.ask("check_in", {"pin": "1", "key": off, "proof": tablet.proof()}).code == Code.KEY_MALFORMED


def test_speaking_is_asked_withdrawn_and_only_by_who_is_here(five: Council) -> None:
    tablet = five.arrive(0)[0]
    assert tablet.ask("speak", {"kind": "speak"}).code == Code.FLOOR_CLOSED
    five.room.service.floor.open(five.meeting)
    asked = tablet.ask("speak", {"kind": "question"})
    assert asked.ok
    assert tablet.ask("speak", {"kind": "speak"}).facts == {"request": asked.body["request"]}
    five.room.service.publisher.flush()
    assert five.room.air.last(topics.FLOOR, meeting=five.meeting).queue[0].name == "Đại biểu 1"
    assert tablet.ask("withdraw", {"request": asked.body["request"]}).ok
    assert Tablet(five.room, five.meeting, "tablet-9").ask("speak", {"kind": "speak"}).code == Code.NOT_CHECKED_IN


def test_the_same_ask_gets_the_same_answer_and_changes_nothing_twice(five: Council) -> None:
    tablet = five.arrive(0, 1, 2, 3)[0]
    motion = five.opened()
    raw = tablet.envelope("cast", {"ballot": tablet.ballot("for")}, "the-ask")
    answers = [five.room.ask(five.meeting, tablet.device, raw) for _ in range(3)]
    assert answers[0].ok
    assert answers[1] == answers[2] == answers[0]
    room = five.room.again()
    assert room.ask(five.meeting, tablet.device, raw) == answers[0]
    room.service.votes.close(five.meeting, motion)
    assert len(room.service.reading.result(five.meeting, motion).board) == 1
    room.ledger.stop()


def test_the_same_ballot_under_another_ask_gets_the_first_receipt(five: Council) -> None:
    tablet = five.arrive(0, 1, 2, 3)[0]
    motion = five.opened()
    ballot = tablet.ballot("for")
    first, second = tablet.ask("cast", {"ballot": ballot}), tablet.ask("cast", {"ballot": ballot})
    assert first.body == second.body
    five.room.service.votes.close(five.meeting, motion)
    assert tablet.ask("cast", {"ballot": ballot}).body == first.body


def test_my_receipt_is_not_for_another_tablet(five: Council) -> None:
    """Whoever has not voted is not told that he has, whatever bytes his tablet sends."""
    mine, other = five.arrive(0, 1, 2, 3)[:2]
    five.opened()
    ballot = mine.ballot("for")
    assert mine.ask("cast", {"ballot": ballot}).ok
    assert other.ask("cast", {"ballot": ballot}).code == Code.BALLOT_KEY
    assert other.resume().body["receipts"] == []


def test_an_id_used_for_something_else_is_refused(five: Council) -> None:
    tablet = five.arrive(0)[0]
    five.room.service.floor.open(five.meeting)
    assert tablet.ask("speak", {"kind": "speak"}, "one").ok
    assert tablet.ask("speak", {"kind": "question"}, "one").code == Code.ASK_REUSED


def test_a_replayed_nonce_in_another_ballot_is_refused(five: Council) -> None:
    tablet = five.arrive(0, 1, 2, 3)[0]
    five.opened()
    assert tablet.cast("for", nonce="one-nonce-for-two").ok
    assert tablet.cast("against", nonce="one-nonce-for-two").code == Code.BALLOT_NONCE


def test_another_tablet_cannot_send_my_ballot_first(five: Council) -> None:
    mine, other = five.arrive(0, 1, 2, 3)[:2]
    five.opened()
    ballot = mine.ballot("for")
    assert other.ask("cast", {"ballot": ballot}).code == Code.BALLOT_KEY
    assert mine.ask("cast", {"ballot": ballot}).ok


def test_a_ballot_with_a_foreign_key_is_refused(five: Council) -> None:
    tablet = five.arrive(0, 1, 2, 3)[0]
    five.opened()
    stranger = Tablet(five.room, five.meeting, tablet.device, who=tablet.who)
    assert stranger.cast("for").code == Code.BALLOT_KEY


def test_who_left_does_not_vote_and_what_he_cast_still_counts(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = five.opened()
    assert tablets[0].cast("for").ok
    for place in (0, 1):
        five.room.service.chairing.set_presence(five.meeting, five.pins[place].member, present=False)
    assert tablets[1].cast("for").code in {Code.BALLOT_KEY, Code.BALLOT_NOT_PRESENT}
    five.room.service.votes.close(five.meeting, motion)
    count = five.room.service.reading.result(five.meeting, motion).motion.count
    assert count is not None
    assert (count.cast, count.present) == (1, 3)
    assert verify(five.room.service.reading.bundle(five.meeting, motion)).ok


def test_a_guest_has_no_vote(five: Council) -> None:
    guest = five.arrive(0, 1, 2, 3, 5)[-1]
    five.opened()
    assert guest.cast("for").code == Code.BALLOT_NO_VOTE


def test_one_ballot_stays_where_the_rule_says_so(five: Council) -> None:
    tablet = five.arrive(0, 1, 2, 3)[0]
    motion = five.opened("thu-tuc-mot-lan")
    assert tablet.cast("for").ok
    assert tablet.cast("against").code == Code.BALLOT_FINAL
    five.room.service.votes.close(five.meeting, motion)
    assert verify(five.room.service.reading.bundle(five.meeting, motion)).ok


@pytest.mark.parametrize(
    ("raw", "code", "answered"),
    [
        (b"", Code.ASK_MALFORMED, "unreadable"),
        (b"\xff\xfe", Code.ASK_MALFORMED, "unreadable"),
        (b"[" * 9000, Code.ASK_MALFORMED, "unreadable"),
        (b"{}", Code.ASK_MALFORMED, "unreadable"),
        (b'{"id":"a1","at":"2026-03-05T01:00:00Z","kind":"sing"}', Code.ASK_MALFORMED, "a1"),
        (b'{"id":"a1","at":"2026-03-05T01:00:00Z","kind":"speak","extra":1}', Code.ASK_MALFORMED, "a1"),
        (b'{"id":"a1","at":"2026-03-05T01:00:00Z","kind":"speak","body":{"kind":"shout"}}', Code.ASK_MALFORMED, "a1"),
        (b'{"id":"A B","at":"2026-03-05T01:00:00Z","kind":"speak"}', Code.ASK_MALFORMED, "unreadable"),
        (b'{"id":"a1","at":"yesterday","kind":"speak"}', Code.ASK_MALFORMED, "a1"),
        (b'{"id":"a1","at":"2026-03-05T01:00:00Z","kind":"cast","body":{"ballot":7}}', Code.BALLOT_BYTES, "a1"),
        (b'{"id":"a1","pad":"' + b"x" * 17000 + b'"}', Code.ASK_TOO_BIG, "unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_code(five: Council, raw: bytes, code: Code, answered: str) -> None:
    answer = five.room.ask(five.meeting, "tablet-0", raw)
    assert (answer.ok, answer.code, answer.id) == (False, code, answered)


def test_a_topic_that_is_no_ask_and_a_meeting_that_is_not_are_let_go(five: Council) -> None:
    five.room.door.take("dinh/1/devices/x/status", b"{}").result(5)
    tablet = Tablet(five.room, "no-such-meeting", "tablet-0")
    assert tablet.ask("speak", {"kind": "speak"}).code == Code.UNKNOWN_MEETING


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_nothing_that_a_tablet_can_send_breaks_the_room(five: Council, data: st.DataObject) -> None:
    """Whatever the body, there is one answer, and the next tablet is served."""
    values = st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: st.dictionaries(st.sampled_from(["pin", "key", "proof", "ballot", "kind", "request"]), inner, max_size=4),
        max_leaves=5,
    )
    kind = data.draw(st.sampled_from(["check_in", "resume", "speak", "withdraw", "cast"]))
    body = data.draw(st.dictionaries(st.sampled_from(["pin", "badge", "key", "proof", "ballot", "kind", "request"]), values, max_size=4))
    device = f"fuzz-{data.draw(st.integers(0, 10**12))}"
    ask = {"id": "a", "at": "2026-03-05T01:00:00Z", "kind": kind, "body": body}
    answer = five.room.ask(five.meeting, device, json.dumps(ask).encode())
    assert not answer.ok
    assert answer.code != "house.storage"


def test_nobody_votes_after_the_close_and_everyone_who_did_has_a_receipt(either: Room) -> None:
    five = council(either)
    tablets = five.arrive(0, 1, 2, 3)
    motion = five.opened()
    ballots = [tablet.envelope("cast", {"ballot": tablet.ballot("for")}) for tablet in tablets]
    topic = [topics.ASK.of(meeting=five.meeting, device=tablet.device) for tablet in tablets]
    waiting = [either.door.take(*pair) for pair in zip(topic, ballots, strict=True)]
    either.service.votes.close(five.meeting, motion)
    for one in waiting:
        one.result(10)
    count = either.service.reading.result(five.meeting, motion).motion.count
    assert count is not None
    receipts = [answer for tablet in tablets for answer in either.air.answers(five.meeting, tablet.device) if "code" in answer.body]
    assert count.cast == len(receipts) == 4
    assert tablets[0].cast("against").code == Code.BALLOT_NOT_OPEN
