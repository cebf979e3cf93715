"""A secret inside a message, readable for one device alone: whoever else hears the air or reads the broker's store sees nothing of it.

The key comes from the device's own broker password, which the node can make again and the device holds (HKDF-SHA256, RFC 5869), so nothing
new has to be exchanged; AES-256-GCM with a nonce of its own for each text, bound to what the text belongs to.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from broker.envelope import base64url, part

NONCE_BYTES = 12
_PURPOSE = b"dinh sealed for its device"


def seal(text: str, *, password: str, of: str) -> str:
    """base64url of nonce and ciphertext. `of`: the id of the thing that the text belongs to; it opens for that alone."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return base64url(nonce + _box(password).encrypt(nonce, text.encode(), of.encode()))


def unseal(sealed: str, *, password: str, of: str) -> str:
    """The text again. ValueError when it is not whole, not for this password, or not of this thing."""
    raw = part(sealed)
    try:
        return _box(password).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], of.encode()).decode()
    except InvalidTag:
        raise ValueError("sealed for somebody else") from None


def _box(password: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(password.encode()))
