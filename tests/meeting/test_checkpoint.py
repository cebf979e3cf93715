"""Signed heads, against the vectors of the C2SP signed-note documents and against every changed line."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from meeting.log.checkpoint import Checkpoint, NoteError, Signer, key_id, open_checkpoint
from meeting.log.checks.report import Wrong
from meeting.log.checks.signatures import open_note

# The note and key of the Go module golang.org/x/mod/sumdb/note, the format's first implementation.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
SIGNER = Signer(bytes(range(32)))
ORIGIN = "dinh.local/node/meeting"
HEAD = Checkpoint(ORIGIN, 17, hashlib.sha256(b"root").digest())


def test_the_key_id_is_that_of_the_formats_first_implementation() -> None:
    name, said, raw = GO_KEY.split("+")
    assert key_id(name, base64.b64decode(raw)[1:]).hex() == said


def test_a_note_of_the_formats_first_implementation_is_signed_as_we_sign() -> None:
    """The signed bytes are the text with its last line break, and the signature follows the key id."""
    text, _, line = GO_NOTE.rpartition("\n\n")
    signature = base64.b64decode(line.split()[2])
    public = base64.b64decode(GO_KEY.split("+")[2])[1:]
    assert signature[:4].hex() == GO_KEY.split("+")[1]
    Ed25519PublicKey.from_public_bytes(public).verify(signature[4:], (text + "\n").encode())
    with pytest.raises(NoteError):
        open_checkpoint(GO_NOTE.replace("answer", "question"), GO_KEY)


def test_a_head_is_read_as_it_was_signed_by_both_readers() -> None:
    note, key = SIGNER.sign(HEAD), SIGNER.verifier_key(ORIGIN)
    assert open_checkpoint(note, key) == HEAD
    read = open_note(note, key, "checkpoint")
    assert (read.origin, read.size, read.root) == (HEAD.origin, HEAD.size, HEAD.root)


def test_every_changed_character_of_a_note_or_key_is_refused() -> None:
    note, key = SIGNER.sign(HEAD), SIGNER.verifier_key(ORIGIN)
    for text, is_key in ((note, False), (key, True)):
        for place in range(len(text)):
            changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
            pair = (note, changed) if is_key else (changed, key)
            with pytest.raises(NoteError):
                open_checkpoint(*pair)
            with pytest.raises(Wrong):
                open_note(*pair, "checkpoint")


def test_another_signature_beside_ours_does_not_matter() -> None:
    other = Signer(bytes(32)).sign(HEAD).split("\n\n")[1]
    assert open_checkpoint(SIGNER.sign(HEAD) + other, SIGNER.verifier_key(ORIGIN)) == HEAD
