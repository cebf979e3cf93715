"""RSA blind signatures, the node's side: RSABSSA-SHA384-PSS-Randomized (RFC 9474).

The tablet sends a blinded message; the node signs it without seeing what it says; the tablet takes the blinding away and holds an
ordinary RSA-PSS signature that the node has never seen. Nothing links the two, also for whoever holds the private key.

`cryptography` has no RSA without padding, and whole numbers of Python take another time for each value, 6.5 ms of it, with the
interpreter's lock held. So the two private exponents are GMP's `mpz_powm_sec`, which takes the same time and touches the same memory
for every value of a size, an eighth of that time, with the lock free. What is raised is still never the number that came: it is multiplied
with a fresh random one first (base blinding), and the answer is proved with the public key before it leaves.
"""

import secrets
from dataclasses import dataclass
from math import gcd

import gmpy2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, RSAPublicNumbers, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA384

from broker.envelope import EnvelopeError, base64url, part

SCHEME = "RSABSSA-SHA384-PSS-Randomized"
BITS, EXPONENT = 2048, 65537
SALT_BYTES = 48
"""As long as the hash: the scheme's own (RFC 9474, 5)."""
_PSS = PSS(MGF1(SHA384()), SALT_BYTES)


class BlindError(ValueError):
    """What was sent cannot be signed, or the signature did not come out right."""


def make_key() -> RSAPrivateKey:
    """A fresh RSA-2048 key for one vote."""
    return generate_private_key(EXPONENT, BITS)


@dataclass(frozen=True)
class PublicKey:
    """The half of a vote's key that stands on its paper."""

    n: int
    e: int

    @classmethod
    def of(cls, key: RSAPrivateKey) -> "PublicKey":
        numbers = key.public_key().public_numbers()
        return cls(numbers.n, numbers.e)

    @classmethod
    def read(cls, words: dict[str, str]) -> "PublicKey":
        """From `secret` on a paper: {scheme, n, e}."""
        n, e = (int.from_bytes(part(words[name]), "big") for name in ("n", "e"))
        return cls(n, e)

    @property
    def length(self) -> int:
        """Bytes of the modulus, and so of a blinded message and of a signature."""
        return (self.n.bit_length() + 7) // 8

    def words(self) -> dict[str, str]:
        """As it stands on a paper."""
        e = self.e.to_bytes((self.e.bit_length() + 7) // 8, "big")
        return {"scheme": SCHEME, "n": base64url(self.n.to_bytes(self.length, "big")), "e": base64url(e)}

    def is_signed(self, prepared: bytes, signature: bytes) -> bool:
        """True for an RSA-PSS signature by this key (SHA-384, salt of 48 bytes)."""
        if len(signature) != self.length:
            return False
        try:
            self._rsa().verify(signature, prepared, _PSS, SHA384())
        except (InvalidSignature, ValueError):
            return False
        return True

    def _rsa(self) -> RSAPublicKey:
        return RSAPublicNumbers(self.e, self.n).public_key()


def read_blinded(text: object, key: PublicKey) -> int:
    """A blinded message as the number that is signed, 1 < z < n - 1 and coprime to n. Raises BlindError."""
    try:
        raw = part(text) if isinstance(text, str) else b""
    except (EnvelopeError, ValueError):
        raw = b""
    number = int.from_bytes(raw, "big")
    if len(raw) != key.length or not 1 < number < key.n - 1 or gcd(number, key.n) != 1:
        raise BlindError("no blinded message of this key")
    return number


def blind_sign(key: RSAPrivateKey, blinded: int) -> bytes:
    """BlindSign (RFC 9474, 4.3): RSASP1 with the Chinese remainder theorem, blinded once more, proved before it leaves."""
    private = key.private_numbers()
    n, e = private.public_numbers.n, private.public_numbers.e
    if not 0 <= blinded < n:
        raise BlindError("message representative out of range")
    mask, unmask = _mask(n)
    p, q = gmpy2.mpz(private.p), gmpy2.mpz(private.q)
    with gmpy2.context(allow_release_gil=True):
        hidden = blinded * gmpy2.powmod(mask, e, n) % n
        first = gmpy2.powmod_sec(hidden % p, private.dmp1, p)
        second = gmpy2.powmod_sec(hidden % q, private.dmq1, q)
        signed = (second + q * (private.iqmp * (first - second) % p)) * unmask % n
        if gmpy2.powmod(signed, e, n) != blinded:
            raise BlindError("signing failure")
    return int(signed).to_bytes((n.bit_length() + 7) // 8, "big")


def _mask(n: int) -> tuple[int, int]:
    """A random number that has an inverse, and its inverse."""
    while True:
        mask = secrets.randbelow(n - 2) + 2
        if gcd(mask, n) == 1:
            return mask, int(gmpy2.invert(mask, n))
