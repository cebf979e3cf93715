"""What a voter takes home: proof that his ballot is in the log, and a short code to find it on the board."""

import hashlib
from dataclasses import dataclass

from broker.messages.meetings import Receipt
from meeting.log.checkpoint import Checkpoint, Signer
from meeting.log.merkle import Frontier

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: no I, L, O, U, so that a code can be read aloud."""


def code_of(ballot_sha256: str) -> str:
    """The first 40 bits of the ballot's hash as two groups of four characters."""
    bits = int(ballot_sha256[:10], 16)
    letters = "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"{letters[:4]}-{letters[4:]}"


@dataclass(frozen=True)
class Placed:
    """An entry that was just appended: its own text, its leaf, and its proof in the tree of this size."""

    index: int
    text: str
    leaf: bytes
    proof: tuple[bytes, ...]
    size: int


def head(after: Frontier, *, origin: str, signer: Signer) -> str:
    """The signed head of the log as it is."""
    return signer.sign(Checkpoint(origin, after.size, after.root()))


def receipt(motion: str, jws: str, placed: Placed, *, checkpoint: str) -> Receipt:
    """The receipt under a head that the ballot itself made, alone or with those that were written with it."""
    ballot_sha256 = hashlib.sha256(jws.encode()).hexdigest()
    return Receipt(
        motion=motion,
        code=code_of(ballot_sha256),
        index=placed.index,
        size=placed.size,
        entry=placed.text,
        leaf_sha256=placed.leaf.hex(),
        proof=tuple(one.hex() for one in placed.proof),
        checkpoint=checkpoint,
        ballot_sha256=ballot_sha256,
    )
