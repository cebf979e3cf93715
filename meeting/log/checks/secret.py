"""A secret vote checked again: one token for each voter, every ballot under the vote's key, as many ballots as tokens at most.

What nobody can check, and must not be able to: which ballot belongs to which token.
"""

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA384

from meeting.log.checks.reading import Fields, read_object
from meeting.log.checks.report import Found, Wrong
from meeting.log.checks.signatures import from_base64url, is_note

SCHEME = "RSABSSA-SHA384-PSS-Randomized"
TOKEN = ("meeting", "motion", "paper", "seat", "blinded", "nonce", "at")
MESSAGE = ("choice", "meeting", "motion", "paper", "serial")
PREFIX_BYTES, KEY_BYTES, SALT_BYTES, SERIAL_BYTES = 32, 256, 48, 32
PROMISE = ("motion", "tracker", "code", "promise")


@dataclass(frozen=True)
class Key:
    """The public key of one secret vote, as its paper has it."""

    n: int
    e: int

    def is_signed(self, prepared: bytes, signature: bytes) -> bool:
        """RSASSA-PSS with SHA-384 and a salt of 48 bytes (RFC 9474, 5)."""
        try:
            key = RSAPublicNumbers(self.e, self.n).public_key()
            key.verify(signature, prepared, PSS(MGF1(SHA384()), SALT_BYTES), SHA384())
        except (InvalidSignature, ValueError):
            return False
        return len(signature) == KEY_BYTES


def read_key(paper: Fields) -> Key | None:
    """The key, when the paper's rule is secret; nothing when it is open. A paper that says both, or neither, is wrong."""
    secrecy = paper.object("rule").text("secrecy")
    if secrecy == "open" and paper.values["secret"] is None:
        return None
    words = paper.object("secret").only(("scheme", "n", "e"))
    n, e = (from_base64url(words.text(name)) for name in ("n", "e"))
    right = secrecy == "secret" and words.text("scheme") == SCHEME and not paper.object("rule").flag("weights")
    if not right or n is None or e is None or len(n) != KEY_BYTES or n[0] < 0x80 or e != b"\x01\x00\x01":
        raise Wrong(Found.SECRET_KEY, "paper.secret")
    return Key(int.from_bytes(n, "big"), int.from_bytes(e, "big"))


@dataclass
class Box:
    """Tokens and ballots of the vote that is counted."""

    meeting: str
    motion: str
    paper_sha256: str
    key: Key | None
    issued: set[str] = field(default_factory=set)
    """Members who took a token."""
    said: int | None = None
    """How many ballots the close says there are."""
    choices: list[str] = field(default_factory=list)
    trackers: dict[str, int] = field(default_factory=dict)
    """Tracker -> index, in the order of the log."""

    def demand(self, where: str, *, secret: bool) -> None:
        """An open vote has no tokens, a secret one no ballots under a name."""
        if (self.key is not None) != secret:
            raise Wrong(Found.SECRET_KIND, where)

    def take(self, entry: Fields, index: int) -> None:
        """A ballot out of the box."""
        self.demand(entry.where, secret=True)
        prepared, signature = (from_base64url(entry.text(name)) for name in ("prepared", "signature"))
        tracker = entry.text("tracker")
        if self.said is None:
            raise Wrong(Found.BALLOT_NOT_OPEN, entry.where)
        if prepared is None or signature is None or sha256(prepared).hexdigest() != tracker:
            raise Wrong(Found.SECRET_BALLOT_FORM, entry.where)
        if self.key is None or not self.key.is_signed(prepared, signature):
            raise Wrong(Found.SECRET_SIGNATURE, entry.where)
        choice = self._choice(prepared, entry.where)
        if self.trackers and tracker <= max(self.trackers):
            raise Wrong(Found.SECRET_ORDER, entry.where)
        self.trackers[tracker] = index
        self.choices.append(choice)

    def _choice(self, prepared: bytes, where: str) -> str:
        message = prepared[PREFIX_BYTES:].decode(errors="replace")
        said = read_object(message, f"{where}.prepared", Found.SECRET_BALLOT_FORM).only(MESSAGE)
        serial = from_base64url(said.text("serial"))
        here = (said.text("meeting"), said.text("motion"), said.text("paper")) == (self.meeting, self.motion, self.paper_sha256)
        if not here or serial is None or len(serial) != SERIAL_BYTES:
            raise Wrong(Found.SECRET_BALLOT_FORM, f"{where}.prepared")
        return said.text("choice")

    def done(self, where: str) -> None:
        """At the result: the close counted right, and nobody put in more than was given out."""
        if self.key is None:
            return
        if self.said != len(self.trackers):
            raise Wrong(Found.BALLOTS_COUNT, where, said=self.said, found=len(self.trackers))
        if len(self.trackers) > len(self.issued):
            raise Wrong(Found.SECRET_COUNT, where, issued=len(self.issued), cast=len(self.trackers))


def check_blinded(said: Fields, key: Key | None, where: str) -> None:
    """What the token's signature was asked for is a number of this key."""
    blinded = from_base64url(said.text("blinded"))
    if key is None or blinded is None or len(blinded) != KEY_BYTES or not 1 < int.from_bytes(blinded, "big") < key.n - 1:
        raise Wrong(Found.BALLOT_FORM, f"{where}.jws.payload")


@dataclass(frozen=True)
class Board:
    """Against what a promise of the box is held: the vote, its log's name and key, and the trackers that were published."""

    motion: str
    origin: str
    key: str
    trackers: dict[str, int]


def check_promise(receipt: Fields, board: Board, code: str) -> None:
    """The node promised that this ballot would be on the board, and it is. `code` is what the tracker's short code must be."""
    receipt.only(PROMISE)
    tracker, where = receipt.text("tracker"), receipt.where
    text = f"dinh-box/1\n{board.origin}\n{receipt.text('motion')}\n{tracker}\n"
    checks = (
        (receipt.text("motion") == board.motion, Found.RECEIPT, "motion"),
        (receipt.text("code") == code, Found.RECEIPT, "code"),
        (is_note(receipt.text("promise"), text, board.key), Found.RECEIPT, "promise"),
        (tracker in board.trackers, Found.PROMISE_BROKEN, "tracker"),
    )
    for holds, found, name in checks:
        if not holds:
            raise Wrong(found, f"{where}.{name}")
