"""Blind signatures against the RFC's own vectors and the laws that they must keep."""

import json
import secrets
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPrivateNumbers, RSAPublicNumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.envelope import base64url
from edge.demo.blind import BadSignature, Chance, Key, blind, encode, finalize, prepare
from meeting.secret.blind import SCHEME, BlindError, PublicKey, blind_sign, make_key, read_blinded

VECTORS = json.loads((Path(__file__).parent.parent / "data" / "rfc9474.json").read_text("utf-8"))["vectors"]
SALTED = [name for name in VECTORS if "PSSZERO" not in name]
"""The two variants with a salt of 48 bytes; ours is the randomized one."""


def values(name: str) -> dict[str, bytes]:
    return {field: bytes.fromhex(text) for field, text in VECTORS[name].items()}


def number(raw: bytes) -> int:
    return int.from_bytes(raw, "big")


def private_key(vector: dict[str, bytes]) -> RSAPrivateKey:
    p, q, d = number(vector["p"]), number(vector["q"]), number(vector["d"])
    public = RSAPublicNumbers(number(vector["e"]), number(vector["n"]))
    return RSAPrivateNumbers(p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public).private_key()


@cache
def own() -> RSAPrivateKey:
    return make_key()


def key_of(private: RSAPrivateKey) -> Key:
    public = PublicKey.of(private)
    return Key(public.n, public.e)


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_rfc_hold_on_the_nodes_side(name: str) -> None:
    vector = values(name)
    assert blind_sign(private_key(vector), number(vector["blinded_msg"])) == vector["blind_sig"]


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_rfc_hold_on_the_voters_side(name: str) -> None:
    vector = values(name)
    key = Key(number(vector["n"]), number(vector["e"]))
    assert vector["prepared_msg"] == vector["msg_prefix"] + vector["msg"]
    assert encode(vector["prepared_msg"], key.n.bit_length() - 1, vector["salt"]) == vector["encoded_msg"]
    mask = pow(number(vector["inv"]), -1, key.n)
    made = blind(key, vector["prepared_msg"], Chance(vector["salt"], mask))
    assert (made.message, made.inverse) == (vector["blinded_msg"], number(vector["inv"]))


@pytest.mark.parametrize("name", SALTED)
def test_the_vectors_signature_is_taken_as_ordinary_pss(name: str) -> None:
    vector = values(name)
    key = Key(number(vector["n"]), number(vector["e"]))
    assert finalize(key, vector["prepared_msg"], vector["blind_sig"], number(vector["inv"])) == vector["sig"]
    public = PublicKey(key.n, key.e)
    assert public.is_signed(vector["prepared_msg"], vector["sig"])
    assert not public.is_signed(vector["prepared_msg"] + b" ", vector["sig"])
    assert not public.is_signed(vector["prepared_msg"], vector["sig"][:-1])


def test_a_signature_without_salt_is_not_of_this_scheme() -> None:
    vector = values("RSABSSA-SHA384-PSSZERO-Randomized")
    assert not PublicKey(number(vector["n"]), number(vector["e"])).is_signed(vector["prepared_msg"], vector["sig"])


@settings(max_examples=15, deadline=None)
@given(message=st.binary(max_size=400))
def test_what_is_signed_blind_is_signed(message: bytes) -> None:
    key, prepared = key_of(own()), prepare(message)
    blinded = blind(key, prepared)
    signature = finalize(key, prepared, blind_sign(own(), number(blinded.message)), blinded.inverse)
    assert PublicKey.of(own()).is_signed(prepared, signature)


@settings(max_examples=15, deadline=None)
@given(first=st.binary(max_size=40), second=st.binary(max_size=40))
def test_every_signature_fits_every_blinded_message(first: bytes, second: bytes) -> None:
    """Unlinkable whatever the adversary can compute: for any signature and any blinded message there is a mask that joins them."""
    key = key_of(own())
    one, other = prepare(first), prepare(second)
    blinded = blind(key, one)
    signature = finalize(key, other, *_signed(key, other))
    encoded = pow(number(signature), key.e, key.n)
    mask_to_e = number(blinded.message) * pow(encoded, -1, key.n) % key.n
    mask = number(blind_sign(own(), mask_to_e))
    assert encoded * pow(mask, key.e, key.n) % key.n == number(blinded.message)
    assert number(blind_sign(own(), number(blinded.message))) == number(signature) * mask % key.n


def _signed(key: Key, prepared: bytes) -> tuple[bytes, int]:
    blinded = blind(key, prepared)
    return blind_sign(own(), number(blinded.message)), blinded.inverse


def test_a_signature_for_one_message_is_none_for_another() -> None:
    key, prepared = key_of(own()), prepare(b"for")
    blinded = blind(key, prepared)
    signed = blind_sign(own(), number(blinded.message))
    with pytest.raises(BadSignature):
        finalize(key, prepare(b"for"), signed, blinded.inverse)
    with pytest.raises(BadSignature):
        finalize(key, prepared, signed[:-1], blinded.inverse)


def test_the_public_half_is_read_as_it_was_written() -> None:
    words = PublicKey.of(own()).words()
    assert words["scheme"] == SCHEME
    assert words["e"] == "AQAB"
    assert PublicKey.read(words) == PublicKey.of(own())


def test_only_a_number_that_a_voter_could_have_made_is_signed() -> None:
    public, private = PublicKey.of(own()), own().private_numbers()
    good = base64url((2).to_bytes(256, "big"))
    assert read_blinded(good, public) == 2
    wrong: list[Any] = [None, 7, "", good[:-1], good + "A", good[:-1] + "=", "€" + good[1:]]
    wrong += [base64url(n.to_bytes(256, "big")) for n in (0, 1, public.n - 1, public.n, public.n + 1, private.p, private.q * 2)]
    for text in wrong:
        with pytest.raises(BlindError):
            read_blinded(text, public)


@pytest.mark.parametrize("blinded", [-1, None])
def test_a_number_out_of_range_is_not_signed(blinded: int | None) -> None:
    with pytest.raises(BlindError):
        blind_sign(own(), PublicKey.of(own()).n if blinded is None else blinded)


def test_a_fault_in_the_arithmetic_does_not_leave_the_house() -> None:
    """A wrong half of the Chinese remainder would give the key away (Boneh, DeMillo, Lipton): nothing is answered then."""
    honest = own().private_numbers()
    bent = RSAPrivateNumbers(honest.p, honest.q, honest.d, honest.dmp1 ^ 2, honest.dmq1, honest.iqmp, honest.public_numbers)

    class Bent:
        def private_numbers(self) -> RSAPrivateNumbers:
            return bent

    with pytest.raises(BlindError):
        blind_sign(Bent(), secrets.randbelow(honest.public_numbers.n - 2) + 2)  # type: ignore[arg-type]
