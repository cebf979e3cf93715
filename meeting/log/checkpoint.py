"""Signed heads of the log: C2SP tlog-checkpoint in a C2SP signed note with an Ed25519 signature.

    dinh.local/8k2m/h7f3          origin: the node and the meeting
    17                            number of entries
    q1b2...=                      base64 of the root

    — dinh.local/8k2m/h7f3 base64(key id (4 bytes) || signature (64 bytes))

The key id is the first four bytes of SHA-256(name || 0x0A || 0x01 || public key).
"""

import base64
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"
"""The signature type of C2SP signed-note."""


class NoteError(ValueError):
    """The text is no checkpoint signed by this key."""


@dataclass(frozen=True)
class Checkpoint:
    """A head, as the note says it."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def key_id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


class Signer:
    """Signs heads for the logs of one node. `seed` is 32 bytes; it never leaves."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._key.public_key().public_bytes_raw()

    def verifier_key(self, origin: str) -> str:
        """The public key as people hand it on: name+hash+base64(0x01 || key)."""
        return f"{origin}+{key_id(origin, self._public).hex()}+{base64.b64encode(ED25519 + self._public).decode()}"

    def sign(self, checkpoint: Checkpoint) -> str:
        """The signed note."""
        return self.sign_note(checkpoint.origin, checkpoint.body())

    def sign_note(self, origin: str, body: str) -> str:
        """Any text that ends with a line break, as a signed note under the name of this log."""
        signature = key_id(origin, self._public) + self._key.sign(body.encode())
        return f"{body}\n— {origin} {base64.b64encode(signature).decode()}\n"


def open_checkpoint(note: str, verifier_key: str) -> Checkpoint:
    """The head, when this key signed it. Other signatures on the note are ignored. Raises NoteError."""
    name, public = _read_key(verifier_key)
    body, blank, signatures = note.rpartition("\n\n")
    if not blank:
        raise NoteError("no signatures")
    text = body + "\n"
    wanted = key_id(name, public)
    for line in signatures.removesuffix("\n").split("\n"):
        mark, _, rest = line.partition(" ")
        who, _, raw = rest.partition(" ")
        signature = _base64(raw)
        if mark == "—" and who == name and signature[:4] == wanted and _is_signed(public, signature[4:], text):
            return _read_body(text)
    raise NoteError("not signed by this key")


def _is_signed(public: bytes, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _read_key(verifier_key: str) -> tuple[str, bytes]:
    name, _, rest = verifier_key.partition("+")
    said, _, raw = rest.partition("+")
    key = _base64(raw)
    if key[:1] != ED25519 or len(key) != 33 or key_id(name, key[1:]).hex() != said:
        raise NoteError("no Ed25519 verifier key")
    return name, key[1:]


def _read_body(text: str) -> Checkpoint:
    lines = text.split("\n")
    if len(lines) < 4 or not lines[1].isdigit():
        raise NoteError("no checkpoint")
    return Checkpoint(lines[0], int(lines[1]), _base64(lines[2]))


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise NoteError("not base64") from None
