"""RSA blind signatures, the voter's side: RSABSSA-SHA384-PSS-Randomized (RFC 9474), for simulated tablets and for tests.

It is the counterpart of meeting/secret/blind.py and shares no code with it. Browsers use a library of another author.
"""

import hashlib
import secrets
from dataclasses import dataclass
from math import gcd

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA384

HASH_BYTES = SALT_BYTES = 48
PREFIX_BYTES = 32


class BadSignature(ValueError):
    """What the node answered is no signature over this message."""


@dataclass(frozen=True)
class Key:
    """A public RSA key."""

    n: int
    e: int

    @property
    def length(self) -> int:
        """Bytes of the modulus."""
        return (self.n.bit_length() + 7) // 8


@dataclass(frozen=True)
class Blinded:
    """What is sent (`message`), and what is kept to take the blinding away (`inverse`)."""

    message: bytes
    inverse: int


@dataclass(frozen=True)
class Chance:
    """The random values of one blinding, for test vectors; None: fresh ones."""

    salt: bytes | None = None
    mask: int | None = None


def prepare(message: bytes) -> bytes:
    """PrepareRandomize: 32 random bytes before the message (RFC 9474, 4.1)."""
    return secrets.token_bytes(PREFIX_BYTES) + message


def blind(key: Key, prepared: bytes, chance: Chance | None = None) -> Blinded:
    """Blind (RFC 9474, 4.2)."""
    given = chance or Chance()
    salt = secrets.token_bytes(SALT_BYTES) if given.salt is None else given.salt
    encoded = int.from_bytes(encode(prepared, key.n.bit_length() - 1, salt), "big")
    if gcd(encoded, key.n) != 1:
        raise ValueError("the message shares a factor with the key")
    mask = given.mask if given.mask is not None else _mask(key.n)
    blinded = encoded * pow(mask, key.e, key.n) % key.n
    return Blinded(blinded.to_bytes(key.length, "big"), pow(mask, -1, key.n))


def finalize(key: Key, prepared: bytes, blind_signature: bytes, inverse: int) -> bytes:
    """Finalize (RFC 9474, 4.4): the signature without its blinding, proved. Raises BadSignature."""
    if len(blind_signature) != key.length:
        raise BadSignature("unexpected input size")
    number = int.from_bytes(blind_signature, "big") * inverse % key.n
    signature = number.to_bytes(key.length, "big")
    try:
        RSAPublicNumbers(key.e, key.n).public_key().verify(signature, prepared, PSS(MGF1(SHA384()), SALT_BYTES), SHA384())
    except InvalidSignature:
        raise BadSignature("invalid signature") from None
    return signature


def encode(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE (RFC 8017, 9.1.1) with SHA-384 and MGF1 of SHA-384."""
    length = (bits + 7) // 8
    hashed = hashlib.sha384(bytes(8) + hashlib.sha384(message).digest() + salt).digest()
    block = bytes(length - len(salt) - HASH_BYTES - 2) + b"\x01" + salt
    masked = bytearray(a ^ b for a, b in zip(block, _mgf1(hashed, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * length - bits)
    return bytes(masked) + hashed + b"\xbc"


def _mgf1(seed: bytes, length: int) -> bytes:
    blocks = (hashlib.sha384(seed + counter.to_bytes(4, "big")).digest() for counter in range(-(-length // HASH_BYTES)))
    return b"".join(blocks)[:length]


def _mask(n: int) -> int:
    while True:
        mask = secrets.randbelow(n - 1) + 1
        if gcd(mask, n) == 1:
            return mask
