"""What a token and a boxed ballot must say, whatever bytes come."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.envelope import canonical
from meeting.domain.errors import Code, Refusal
from meeting.domain.secrecy import MESSAGE, MOST_PREPARED, PREFIX_BYTES, TOKEN, check_place, read_message, read_token, tracker_of

WORDS = {"choice": "for", "meeting": "m1", "motion": "x1", "paper": "a" * 64, "serial": "s" * 43}
ASKED = {
    "meeting": "m1",
    "motion": "x1",
    "paper": "a" * 64,
    "seat": "s1",
    "blinded": "b" * 342,
    "nonce": "n" * 22,
    "at": "2026-03-05T01:00:00Z",
}
PREFIX = bytes(range(PREFIX_BYTES))
VALUES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=50), st.lists(st.text(max_size=3), max_size=2))


def test_an_honest_message_and_an_honest_ask_are_read() -> None:
    assert vars(read_message(PREFIX + canonical(WORDS))) == WORDS
    asked = read_token(canonical(ASKED))
    assert (asked.blinded, asked.ballot.choice, asked.ballot.seat) == (ASKED["blinded"], "", "s1")


@given(st.binary(max_size=1200))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for read, code in ((read_message, Code.BOX_BYTES), (read_token, Code.BALLOT_BYTES)):
        with pytest.raises(Refusal) as refused:
            read(raw)
        assert refused.value.code is code


@given(field=st.sampled_from(sorted(MESSAGE)), value=VALUES)
def test_any_value_in_a_message_is_read_or_refused(field: str, value: Any) -> None:
    raw = PREFIX + canonical({**WORDS, field: value})
    with suppress(Refusal):
        assert vars(read_message(raw)) == {**WORDS, field: value}


@given(field=st.sampled_from(sorted(TOKEN)), value=VALUES)
def test_any_value_in_an_ask_is_read_or_refused(field: str, value: Any) -> None:
    with suppress(Refusal):
        asked = read_token(canonical({**ASKED, field: value}))
        assert {**vars(asked.ballot), "blinded": asked.blinded} == {**ASKED, field: value, "choice": ""}


@given(place=st.integers(min_value=PREFIX_BYTES, max_value=PREFIX_BYTES + len(canonical(WORDS)) - 1), bit=st.integers(0, 7))
def test_a_changed_bit_gives_another_ballot_or_none(place: int, bit: int) -> None:
    whole = bytearray(PREFIX + canonical(WORDS))
    before = tracker_of(bytes(whole))
    whole[place] ^= 1 << bit
    assert tracker_of(bytes(whole)) != before
    with suppress(Refusal):
        assert vars(read_message(bytes(whole))) != WORDS


@pytest.mark.parametrize(
    "raw", [b"", PREFIX, PREFIX + b"{}", PREFIX + canonical(WORDS).ljust(MOST_PREPARED + 1), PREFIX + json.dumps(WORDS).encode()]
)
def test_a_message_has_one_spelling_and_a_measure(raw: bytes) -> None:
    with pytest.raises(Refusal):
        read_message(raw)


@pytest.mark.parametrize("field", ["meeting", "motion", "paper"])
def test_a_ballot_of_another_vote_is_refused_by_name(field: str) -> None:
    message = read_message(PREFIX + canonical(WORDS))
    here = {"meeting": "m1", "motion": "x1", "paper": "a" * 64}
    check_place(message, **here)
    with pytest.raises(Refusal) as refused:
        check_place(message, **{**here, field: "other"})
    assert (refused.value.code, refused.value.facts) == (Code.BOX_PLACE, {"field": field})
