"""A roll call: votes called out in the room, entered and signed by the secretary, countersigned by the chair.

It is one more door to the same ballot path: from the countersignature on each line is that member's ballot, with the checks 6 to 12
of any ballot. What is checked of a roll call before that:

 1 bytes       at most 64 KiB; the payload is canonical JSON with exactly the fields of a roll call; nobody is named twice
 2 key         the header is exactly {"alg": "ES256", "kid": ...}, and the key is bound now to this account as secretary
 3 signature   the signature over the received bytes is that key's
 4 place       it names this meeting, this motion and its frozen paper
 5 open vote   the motion is open and not secret

and of a countersignature:

 1 bytes       canonical JSON with exactly its fields
 2 key         bound now to this account as chair
 3 signature   that key's
 4 place       it names this meeting, this motion and the SHA-256 of the secretary's JWS
 5 own         another account and another key than the secretary's
 6 waiting     the roll call has not been counted, withdrawn or returned
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meeting.domain.ballots import NONCE, PLAIN, TIME, Ballot, Signed
from meeting.domain.errors import Code, Refusal
from meeting.domain.signed import exactly, kid_in

MOST_BYTES = 64 * 1024
"""Of the whole compact JWS. A line has about 70: one for each of 900 members fits."""
CALL = frozenset({"meeting", "motion", "paper", "lines", "nonce", "at"})
APPROVAL = frozenset({"meeting", "motion", "call", "at"})
LINE = frozenset({"member", "choice"})


@dataclass(frozen=True)
class Line:
    """What one member called out."""

    member: str
    choice: str


@dataclass(frozen=True)
class Call:
    """What the secretary signed. `at` is the browser's clock: kept, never relied on."""

    meeting: str
    motion: str
    paper: str
    lines: tuple[Line, ...]
    nonce: str
    at: str

    def ballot(self, line: Line, seat: str) -> Ballot:
        """The line as the ballot of its member."""
        return Ballot(self.meeting, self.motion, self.paper, line.choice, seat, self.nonce, self.at)


@dataclass(frozen=True)
class Approval:
    """What the chair signed: `call` is the SHA-256 (hex) of the secretary's JWS."""

    meeting: str
    motion: str
    call: str
    at: str


LINE_REFUSALS: Mapping[Code, Code] = {
    Code.BALLOT_NOT_PRESENT: Code.CALL_NOT_PRESENT,
    Code.BALLOT_NO_VOTE: Code.CALL_NO_VOTE,
    Code.BALLOT_CHOICE: Code.CALL_CHOICE,
    Code.BALLOT_NONCE: Code.CALL_TWICE,
    Code.BALLOT_FINAL: Code.CALL_FINAL,
}
"""What a ballot is refused for, said of one line of a roll call: the fact `name` says whose."""


def read_call(parts: Signed) -> tuple[str, Call]:
    """Check 1: the key id and the lines. Nothing is verified yet."""
    said = exactly(parts.payload, CALL, Code.CALL_BYTES)
    lines = said.pop("lines")
    _plain(said)
    if not NONCE.fullmatch(said["nonce"]):
        raise Refusal(Code.CALL_BYTES, field="nonce")
    return kid_of(parts), Call(lines=_lines(lines), **said)


def read_approval(parts: Signed) -> tuple[str, Approval]:
    """The key id and what was countersigned."""
    said = exactly(parts.payload, APPROVAL, Code.CALL_BYTES)
    _plain(said)
    return kid_of(parts), Approval(**said)


def kid_of(parts: Signed) -> str:
    """The key id of a header that is exactly {"alg": "ES256", "kid": ...}."""
    if (kid := kid_in(parts.header)) is None:
        raise Refusal(Code.CALL_BYTES, field="header")
    return kid


def ballot_text(call_jws: str, member: str) -> str:
    """What the hash of a called ballot is taken over: the roll call as it was signed, and whose line it is."""
    return f"{call_jws}\n{member}"


def _plain(said: Mapping[str, Any]) -> None:
    for field, value in sorted(said.items()):
        if not isinstance(value, str) or not PLAIN.fullmatch(value):
            raise Refusal(Code.CALL_BYTES, field=field)
    if not TIME.fullmatch(said["at"]):
        raise Refusal(Code.CALL_BYTES, field="at")


def _lines(said: object) -> tuple[Line, ...]:
    if not isinstance(said, list) or not said:
        raise Refusal(Code.CALL_BYTES, field="lines")
    lines = []
    for one in said:
        if (
            not isinstance(one, dict)
            or set(one) != LINE
            or not all(isinstance(value, str) and PLAIN.fullmatch(value) for value in one.values())
        ):
            raise Refusal(Code.CALL_BYTES, field="lines")
        lines.append(Line(one["member"], one["choice"]))
    if len({one.member for one in lines}) != len(lines):
        raise Refusal(Code.CALL_BYTES, field="lines")
    return tuple(lines)
