"""What a tablet can say about its receipt: signed by the log's key, for its own ballot, with a proof that leads to the signed head.

Only the tree's arithmetic is shared with the node; signature, note and codes are read here anew.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from meeting.log.merkle import includes

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Kept:
    """What is kept of a verified receipt, to be compared with the bundle after the close."""

    index: int
    leaf: str
    ballot: str


class LogKey:
    """The log's verifier key, taken apart once."""

    def __init__(self, text: str) -> None:
        self.name, said, raw = text.split("+", 2)
        self._mark = bytes.fromhex(said)
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(raw)[1:])

    def head(self, note: str) -> tuple[int, bytes]:
        """Size and root of a signed head. Raises ValueError when this key did not sign it."""
        body, signatures = note.split("\n\n")
        origin, size, root = body.split("\n")
        who, raw = signatures.removeprefix("— ").rstrip("\n").split(" ")
        signature = base64.b64decode(raw)
        if origin != self.name or who != self.name or signature[:4] != self._mark:
            raise ValueError("another log")
        try:
            self._key.verify(signature[4:], f"{body}\n".encode())
        except InvalidSignature:
            raise ValueError("not signed by this log") from None
        return int(size), base64.b64decode(root)

    def verify(self, receipt: dict[str, Any], jws: str) -> Kept:
        """Everything that can be said without the log. Raises ValueError."""
        ballot = hashlib.sha256(jws.encode()).hexdigest()
        size, root = self.head(receipt["checkpoint"])
        if receipt["ballot_sha256"] != ballot or receipt["code"].replace("-", "") != _code(ballot) or receipt["size"] != size:
            raise ValueError("another ballot")
        leaf, proof = bytes.fromhex(receipt["leaf_sha256"]), [bytes.fromhex(one) for one in receipt["proof"]]
        if not includes(root, size, leaf, index=receipt["index"], proof=proof):
            raise ValueError("not in the log")
        return Kept(receipt["index"], receipt["leaf_sha256"], ballot)


def _code(ballot_sha256: str) -> str:
    bits = int(ballot_sha256[:10], 16)
    return "".join(CROCKFORD[bits >> shift & 31] for shift in range(35, -1, -5))


def in_bundle(bundle: bytes, kept: list[Kept]) -> int:
    """How many receipts stand in the bundle at their index, under their leaf, with the very ballot in the text."""
    entries = json.loads(bundle)["entries"]
    return sum(_stands(entries[one.index], one) for one in kept)


def _stands(entry: dict[str, str], one: Kept) -> bool:
    text = entry["text"]
    leaf = hashlib.sha256(b"\x00" + text.encode()).hexdigest()
    return leaf == entry["leaf"] == one.leaf and hashlib.sha256(json.loads(text)["jws"].encode()).hexdigest() == one.ballot
