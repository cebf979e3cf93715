"""Whether a ballot counts: numbered checks, each with its own refusal.

 1 bytes       the payload is canonical JSON with exactly the fields of a ballot
 2 algorithm   the header is exactly {"alg": "ES256", "kid": ...}
 3 key         the key is bound, now, to a participant of this meeting, at the tablet that sent it
 4 signature   the signature over the received bytes is that key's
 5 place       the ballot names this meeting and that participant's seat
 6 present     he is present
 7 may vote    he stands on the paper as a voter
 8 open        the motion it names is open
 9 paper       the hash is that of the frozen paper
10 choice      the choice is on the paper
11 nonce       the nonce was never used by this voter for this motion
12 final       he has not voted yet, or the rule lets him change

What the caller still owes: the compact JWS taken apart strictly (one spelling of each part), the same bytes stored as they
came, and a repeat of the very same bytes answered with the receipt of the first, before these checks are asked.
"""

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from meeting.domain.errors import Code, Facts, Refusal
from meeting.domain.motions import MotionState
from meeting.domain.signed import exactly, kid_in

MOST_BYTES = 4096
"""Of the whole compact JWS. An honest ballot has about 700."""
FIELDS = frozenset({"meeting", "motion", "paper", "choice", "seat", "nonce", "at"})
PLAIN = re.compile(r"[!-~]{1,200}")
"""Everything in a ballot is an id, a hash, a word or a time: visible ASCII."""
NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True)
class Signed:
    """A compact JWS taken apart and not yet believed. `signed` is what the signature covers."""

    header: Mapping[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


@dataclass(frozen=True)
class Ballot:
    """What a voter said, as he signed it. `at` is his tablet's clock: kept, never relied on."""

    meeting: str
    motion: str
    paper: str
    choice: str
    seat: str
    nonce: str
    at: str


@dataclass(frozen=True)
class Binding:
    """A key that is bound now: participant, seat, key and tablet, in this meeting."""

    meeting: str
    member: str
    seat: str
    device: str
    jwk: Mapping[str, str]


@dataclass(frozen=True)
class Standing:
    """What the meeting knows about the motion and about this voter at this moment."""

    state: MotionState | None
    """None: the meeting has no such motion."""
    paper_sha256: str | None
    choices: Container[str]
    """What the paper lets a ballot say (meeting.domain.tally.Slate)."""
    on_paper: bool
    present: bool
    nonce_used: bool
    has_voted: bool
    may_change: bool


class Verify(Protocol):
    """ES256 (ECDSA P-256 with SHA-256, signature r||s of 64 bytes). True when it is this key's; never raises."""

    def __call__(self, jwk: Mapping[str, str], signed: bytes, signature: bytes) -> bool: ...


def read(parts: Signed) -> tuple[str, Ballot]:
    """Checks 1 and 2: the key id and what was said. Nothing is verified yet."""
    ballot = _payload(parts.payload)
    return key_id(parts), ballot


def key_id(parts: Signed) -> str:
    """Check 2: the key that the header names, when the header is exactly {alg, kid}."""
    if (kid := kid_in(parts.header)) is None:
        raise Refusal(Code.BALLOT_ALGORITHM, alg=ascii(str(parts.header.get("alg")))[1:-1][:20])
    return kid


def check_voter(parts: Signed, ballot: Ballot, binding: Binding | None, *, device: str, verify: Verify) -> Binding:
    """Checks 3 to 5."""
    if binding is None or binding.device != device:
        raise Refusal(Code.BALLOT_KEY)
    if not verify(binding.jwk, parts.signed, parts.signature):
        raise Refusal(Code.BALLOT_SIGNATURE)
    for field, said, known in (("meeting", ballot.meeting, binding.meeting), ("seat", ballot.seat, binding.seat)):
        if said != known:
            raise Refusal(Code.BALLOT_PLACE, field=field)
    return binding


def check_vote(ballot: Ballot, standing: Standing) -> Ballot:
    """Checks 6 to 12."""
    checks: tuple[tuple[bool, Code, Facts], ...] = (
        (standing.present, Code.BALLOT_NOT_PRESENT, {}),
        (standing.state is None or standing.state is MotionState.DRAFT or standing.on_paper, Code.BALLOT_NO_VOTE, {}),
        (standing.state is MotionState.OPEN, Code.BALLOT_NOT_OPEN, {"motion": ballot.motion, "state": standing.state}),
        (ballot.paper == standing.paper_sha256, Code.BALLOT_PAPER, {"paper": standing.paper_sha256}),
        (ballot.choice in standing.choices, Code.BALLOT_CHOICE, {}),
        (not standing.nonce_used, Code.BALLOT_NONCE, {}),
        (standing.may_change or not standing.has_voted, Code.BALLOT_FINAL, {}),
    )
    for holds, code, facts in checks:
        if not holds:
            raise Refusal(code, **facts)
    return ballot


def _payload(payload: bytes) -> Ballot:
    said = exactly(payload, FIELDS, Code.BALLOT_BYTES)
    for field, value in sorted(said.items()):
        if not isinstance(value, str) or not PLAIN.fullmatch(value):
            raise Refusal(Code.BALLOT_BYTES, field=field)
    if not NONCE.fullmatch(said["nonce"]):
        raise Refusal(Code.BALLOT_BYTES, field="nonce")
    if not TIME.fullmatch(said["at"]):
        raise Refusal(Code.BALLOT_BYTES, field="at")
    return Ballot(**said)
