"""Writes tests/data/ballots: one ballot for each way to be wrong, named after the check that finds it, and one that is right.

    python -m tests.meeting.make_ballots

Each file has the ballot (a compact JWS), what the meeting knows at that moment, and the code it must be refused with
(null for the right one). Keys and signatures are the same in every run (RFC 6979).
"""

import base64
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

FOLDER = Path(__file__).parents[1] / "data" / "ballots"
PAPER = hashlib.sha256(b"the paper").hexdigest()
Case = dict[str, Any]


def url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def key_of(number: int) -> EllipticCurvePrivateKey:
    return derive_private_key(number, SECP256R1())


VOTER, STRANGER = key_of(2026), key_of(1945)


def jwk_of(key: EllipticCurvePrivateKey) -> dict[str, str]:
    point = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": url(point.x.to_bytes(32, "big")), "y": url(point.y.to_bytes(32, "big"))}


def kid_of(key: EllipticCurvePrivateKey) -> str:
    return url(hashlib.sha256(canonical(jwk_of(key))).digest())


HEADER = {"alg": "ES256", "kid": kid_of(VOTER)}
PAYLOAD = {
    "meeting": "m1",
    "motion": "x1",
    "paper": PAPER,
    "choice": "for",
    "seat": "s1",
    "nonce": "abcdefghijklmnop",
    "at": "2026-03-05T01:00:00Z",
}


def der(key: EllipticCurvePrivateKey, signed: bytes) -> bytes:
    return key.sign(signed, ECDSA(SHA256(), deterministic_signing=True))


def raw(key: EllipticCurvePrivateKey, signed: bytes) -> bytes:
    r, s = decode_dss_signature(der(key, signed))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def sign(payload: bytes, header: object = HEADER, sign_with: Callable[[bytes], bytes] = lambda signed: raw(VOTER, signed)) -> str:
    signed = f"{url(canonical(header))}.{url(payload)}"
    return f"{signed}.{url(sign_with(signed.encode()))}"


def said(**other: object) -> bytes:
    """The right payload, with these fields changed; None leaves a field out."""
    return canonical({name: value for name, value in {**PAYLOAD, **other}.items() if value is not None})


def case(code: str | None, ballot: str, *, sent_from: str = "tablet-1", bound: bool = True, **standing: object) -> Case:
    known = {
        "state": "open",
        "paper_sha256": PAPER,
        "candidates": [],
        "seats": 0,
        "on_paper": True,
        "present": True,
        "nonce_used": False,
        "has_voted": False,
        "may_change": True,
    }
    binding = {"meeting": "m1", "member": "p1", "seat": "s1", "device": "tablet-1", "jwk": jwk_of(VOTER)}
    return {
        "ballot": ballot,
        "binding": binding if bound else None,
        "device": sent_from,
        "refusal": code and f"meeting.ballot_{code}",
        "standing": {**known, **standing},
    }


def elects(code: str | None, choice: str) -> Case:
    """A ballot of an election: at most two of three candidates."""
    return case(code, sign(said(choice=choice)), candidates=["c1", "c2", "c3"], seats=2)


GOOD = sign(said())
HEAD, BODY, SIGNATURE = GOOD.split(".")


def cases() -> dict[str, Case]:
    """Name -> case. The number is that of the check (docs/design/votes.md)."""
    return {
        "00-right": case(None, GOOD),
        "00-right-second-vote": case(None, GOOD, has_voted=True),
        "00-right-election-one": elects(None, "c2"),
        "00-right-election-as-many-as-seats": elects(None, "c1,c3"),
        "00-right-election-nobody": elects(None, "none"),
        "01-bytes-empty": case("bytes", ""),
        "01-bytes-two-parts": case("bytes", f"{HEAD}.{BODY}"),
        "01-bytes-padded-base64": case("bytes", f"{HEAD}.{BODY}.{SIGNATURE}=="),
        "01-bytes-second-spelling-of-base64": case("bytes", GOOD[:-1] + chr(ord(GOOD[-1]) + 1)),
        "01-bytes-header-no-object": case("bytes", sign(said(), ["ES256"])),
        "01-bytes-payload-no-json": case("bytes", sign(b"for")),
        "01-bytes-payload-no-object": case("bytes", sign(b'["for"]')),
        "01-bytes-payload-with-spaces": case("bytes", sign(json.dumps(PAYLOAD, sort_keys=True).encode())),
        "01-bytes-payload-unsorted": case("bytes", sign(json.dumps(PAYLOAD, separators=(",", ":")).encode())),
        "01-bytes-choice-said-twice": case("bytes", sign(said().replace(b'"choice":"for"', b'"choice":"against","choice":"for"'))),
        "01-bytes-field-missing": case("bytes", sign(said(nonce=None))),
        "01-bytes-field-too-many": case("bytes", sign(said(weight="2"))),
        "01-bytes-choice-no-text": case("bytes", sign(said(choice=1))),
        "01-bytes-not-visible-text": case("bytes", sign(said(motion="x1\u0000"))),
        "01-bytes-nonce-short": case("bytes", sign(said(nonce="abc"))),
        "01-bytes-time-without-offset": case("bytes", sign(said(at="2026-03-05T01:00:00"))),
        "01-bytes-too-long": case("bytes", sign(said(nonce="a" * 5000))),
        "02-algorithm-none": case("algorithm", sign(said(), {"alg": "none", "kid": kid_of(VOTER)}, lambda _: b"")),
        "02-algorithm-shared-secret": case("algorithm", sign(said(), {"alg": "HS256", "kid": kid_of(VOTER)})),
        "02-algorithm-unknown-header": case("algorithm", sign(said(), {**HEADER, "crit": ["b64"], "b64": False})),
        "02-algorithm-key-in-header": case(
            "algorithm", sign(said(), {**HEADER, "jwk": jwk_of(STRANGER)}, lambda signed: raw(STRANGER, signed))
        ),
        "02-algorithm-no-key-id": case("algorithm", sign(said(), {"alg": "ES256"})),
        "02-algorithm-key-id-no-thumbprint": case("algorithm", sign(said(), {"alg": "ES256", "kid": "../keys"})),
        "03-key-not-bound": case("key", GOOD, bound=False),
        "03-key-of-another-tablet": case("key", GOOD, sent_from="tablet-2"),
        "04-signature-of-a-foreign-key": case("signature", sign(said(), HEADER, lambda signed: raw(STRANGER, signed))),
        "04-signature-of-other-words": case("signature", f"{HEAD}.{url(said(choice='against'))}.{SIGNATURE}"),
        "04-signature-in-der": case("signature", sign(said(), HEADER, lambda signed: der(VOTER, signed))),
        "04-signature-of-zeros": case("signature", sign(said(), HEADER, lambda _: bytes(64))),
        "05-place-another-meeting": case("place", sign(said(meeting="m2"))),
        "05-place-another-seat": case("place", sign(said(seat="s2"))),
        "06-not-present": case("not_present", GOOD, present=False),
        "07-no-vote": case("no_vote", GOOD, on_paper=False),
        "08-not-open-draft": case("not_open", GOOD, state="draft", paper_sha256=None),
        "08-not-open-closed": case("not_open", GOOD, state="closed"),
        "08-not-open-unknown-motion": case("not_open", sign(said(motion="x9")), state=None, paper_sha256=None),
        "09-paper-of-another-text": case("paper", sign(said(paper=hashlib.sha256(b"another paper").hexdigest()))),
        "10-choice-not-on-the-paper": case("choice", sign(said(choice="maybe"))),
        "10-choice-candidate-of-no-election": case("choice", sign(said(choice="c1"))),
        "10-choice-election-too-many": elects("choice", "c1,c2,c3"),
        "10-choice-election-other-order": elects("choice", "c3,c1"),
        "10-choice-election-same-twice": elects("choice", "c1,c1"),
        "10-choice-election-no-candidate": elects("choice", "c4"),
        "10-choice-election-and-nobody": elects("choice", "none,c1"),
        "10-choice-election-answers-a-question": elects("choice", "for"),
        "10-choice-election-comma-at-the-end": elects("choice", "c1,"),
        "11-nonce-used": case("nonce", GOOD, nonce_used=True),
        "12-final-where-nobody-votes-again": case("final", GOOD, has_voted=True, may_change=False),
    }


def written() -> dict[str, str]:
    """File name -> content."""
    return {f"{name}.json": json.dumps(made, indent=2, sort_keys=True, ensure_ascii=False) + "\n" for name, made in cases().items()}


if __name__ == "__main__":
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for name, text in written().items():
        (FOLDER / name).write_text(text, "utf-8")
