"""A secret ballot in two halves that nothing links: a token, which the voter asks for under his name, and a ballot in the box.

The token is asked for like a ballot (meeting/domain/ballots.py, checks 1 to 12) but for its choice: instead of one it carries the
blinded message. The ballot comes without a name, by another way, later:

 1 bytes      two strict base64url texts; behind 32 random bytes canonical JSON with exactly the fields of a message
 2 open       the motion is open, and its vote is secret
 3 signature  RSA-PSS by the key on the paper, over exactly these bytes
 4 place      it names this meeting, this motion and the paper's hash

A choice that is not on the paper is taken and counted as invalid: a box that refused it would tell whoever listens how somebody voted.
"""

import hashlib
import re
from dataclasses import dataclass

from meeting.domain.ballots import NONCE, PLAIN, TIME, Ballot
from meeting.domain.errors import Code, Refusal
from meeting.domain.signed import exactly

TOKEN = frozenset({"meeting", "motion", "paper", "seat", "blinded", "nonce", "at"})
MESSAGE = frozenset({"choice", "meeting", "motion", "paper", "serial"})
PREFIX_BYTES = 32
"""RFC 9474, 4.1: PrepareRandomize."""
MOST_PREPARED = 1024
"""Bytes of a prepared message. An honest one has about 400."""
BLINDED = re.compile(r"[A-Za-z0-9_-]{342}")
"""256 bytes."""
SERIAL = re.compile(r"[A-Za-z0-9_-]{43}")
"""32 random bytes, so that two equal ballots are two messages."""


@dataclass(frozen=True)
class TokenAsk:
    """What a voter signed when he asked: a ballot without a choice, and the blinded message."""

    ballot: Ballot
    blinded: str


@dataclass(frozen=True)
class Message:
    """What a boxed ballot says."""

    choice: str
    meeting: str
    motion: str
    paper: str
    serial: str


def read_token(payload: bytes) -> TokenAsk:
    """Check 1 of a token's payload: canonical JSON, exactly its fields. Raises Refusal as a ballot does."""
    said = exactly(payload, TOKEN, Code.BALLOT_BYTES)
    patterns = {"blinded": BLINDED, "nonce": NONCE, "at": TIME}
    for field, value in sorted(said.items()):
        if not isinstance(value, str) or not patterns.get(field, PLAIN).fullmatch(value):
            raise Refusal(Code.BALLOT_BYTES, field=field)
    blinded = said.pop("blinded")
    return TokenAsk(Ballot(choice="", **said), blinded)


def read_message(prepared: bytes) -> Message:
    """Check 1 of a boxed ballot: the message behind its random prefix."""
    if not PREFIX_BYTES < len(prepared) <= MOST_PREPARED:
        raise Refusal(Code.BOX_BYTES, field="prepared")
    said = exactly(prepared[PREFIX_BYTES:], MESSAGE, Code.BOX_BYTES)
    for field, value in sorted(said.items()):
        if not isinstance(value, str) or not (SERIAL if field == "serial" else PLAIN).fullmatch(value):
            raise Refusal(Code.BOX_BYTES, field=field)
    return Message(**said)


def check_place(message: Message, *, meeting: str, motion: str, paper: str | None) -> None:
    """Check 4 of a boxed ballot."""
    for field, said, known in (("meeting", message.meeting, meeting), ("motion", message.motion, motion), ("paper", message.paper, paper)):
        if said != known:
            raise Refusal(Code.BOX_PLACE, field=field)


def tracker_of(prepared: bytes) -> str:
    """The name of a boxed ballot: SHA-256 (hex) of its prepared message. Whoever made the message knows it; nobody else can guess it."""
    return hashlib.sha256(prepared).hexdigest()
