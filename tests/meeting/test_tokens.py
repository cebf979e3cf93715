"""Tokens of a secret vote are signed ahead of the house's one writer, and leave only when it has checked everything again."""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from broker.envelope import base64url
from meeting.secret.blind import blind_sign
from tests.meeting.booth import Booth, opened, vote
from tests.meeting.room import Council


def ahead(booth: Booth, **changed: Any) -> bytes | None:
    """What the threads make of this booth's ask."""
    signing, tablet = booth.tablet.room.service.asks.signing, booth.tablet
    body = changed.get("body", {"token": booth.token})
    return signing.ahead(tablet.meeting, changed.get("device", tablet.device), body).result(20)


def test_a_token_is_answered_with_the_very_signature_that_was_made_ahead(five: Council) -> None:
    """A blind signature is a function of key and message, so what the threads made is what the writer gave."""
    tablets = five.arrive(0, 1, 2, 3)
    booth = Booth.enter(tablets[0], opened(five), "for")
    made = ahead(booth)
    assert made is not None
    assert booth.ask().body["blind_signature"] == base64url(made)
    assert ahead(booth) is None, "he has his answer already"


def test_nothing_is_signed_ahead_for_who_will_be_refused(five: Council) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = opened(five)
    booth, late = (Booth.enter(tablet, motion, "for") for tablet in tablets[:2])
    assert ahead(booth, device="tablet-9") is None
    assert ahead(booth, body={"token": booth.token + "A"}) is None
    assert ahead(booth, body={}) is None
    assert ahead(late) is not None
    assert vote(tablets[0], motion, "against").tracker
    assert ahead(booth) is None, "one token for each voter"
    five.room.service.votes.close(five.meeting, motion)
    assert ahead(late) is None, "the vote is closed, and its key is gone"


def test_the_writer_does_other_work_while_a_signature_is_made(five: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signature waits at a gate; something else is written and answered meanwhile, and then the token comes."""
    tablets = five.arrive(0, 1, 2, 3)
    booth = Booth.enter(tablets[0], opened(five), "for")
    gate = threading.Event()

    def slow(key: Any, blinded: int) -> bytes:
        assert threading.current_thread().name.startswith("tokens")
        assert gate.wait(20)
        return blind_sign(key, blinded)

    monkeypatch.setattr("meeting.service.tokens.blind_sign", slow)
    with ThreadPoolExecutor(1) as asking:
        answer = asking.submit(booth.ask)
        assert five.room.service.chairing.set_presence(five.meeting, five.pins[4].member, present=True).id
        assert not answer.done()
        gate.set()
        assert answer.result(20).ok
