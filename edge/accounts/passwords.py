"""Passwords: argon2id, a strength rule without riddles, and one-time passwords that can be read aloud."""

import secrets
import unicodedata
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from edge.refusals import Code, Refusal

HASHER: Final = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)
"""argon2id, 32 MiB, three passes: above the OWASP minimum (19 MiB, two passes), about 60 ms on the smallest node."""
AT_ONCE: Final = BoundedSemaphore(2)
"""No more than 64 MiB for hashing, however many sign in together."""
SHORTEST, LONGEST, KINDS = 10, 200, 5
ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""No i, l, o, 0, 1."""
NOBODY: Final = HASHER.hash(secrets.token_hex(16))
"""Compared with when the name is unknown, so that the answer takes as long."""


def hashed(password: str) -> str:
    """The argon2id hash in PHC format. Slow on purpose: never on the event loop."""
    with AT_ONCE:
        return HASHER.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """True when `password` is the stored one. Takes as long when there is none."""
    if len(password) > LONGEST:
        return False
    with AT_ONCE:
        try:
            return HASHER.verify(stored or NOBODY, _normal(password)) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False


def demand(password: str, login: str) -> None:
    """Refuse a password that is too short, too uniform or contains the sign-in name."""
    text = _normal(password)
    facts = {"shortest": SHORTEST, "longest": LONGEST}
    if not SHORTEST <= len(text) <= LONGEST:
        raise Refusal(Code.WEAK_PASSWORD, why="length", **facts)
    if len(set(text)) < KINDS or login in text.casefold():
        raise Refusal(Code.WEAK_PASSWORD, why="guessable", **facts)


def one_time() -> str:
    """Twelve characters in three groups, 59 bits; good for one sign-in."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


def _normal(password: str) -> str:
    """Vietnamese letters typed on two systems may be composed differently (RFC 8265 normalises to NFC)."""
    return unicodedata.normalize("NFC", password)
