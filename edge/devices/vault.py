"""What the node's one secret opens: broker passwords, sealed camera addresses, the signature under configurations."""

import hashlib
import hmac
import secrets
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from broker.envelope import base64url, canonical, part
from edge.refusals import Code, Refusal

NONCE_BYTES = 12


class Vault:
    """Derives one key for each purpose (HKDF, RFC 5869), so that none says anything about another."""

    def __init__(self, secret: bytes) -> None:
        if len(secret) < 32:
            raise ValueError("the node secret needs 32 bytes")
        self._secret = secret

    def password(self, device: str, generation: int) -> str:
        """The broker password of a device: never stored, made again when needed."""
        return base64url(hmac.digest(self._secret, f"mqtt:{device}:{generation}".encode(), hashlib.sha256))

    def seal(self, text: str, *, of: str) -> str:
        """Encrypt for the database (AES-256-GCM); `of` binds it to its row."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return base64url(nonce + self._box.encrypt(nonce, text.encode(), of.encode()))

    def unseal(self, sealed: str, *, of: str) -> str:
        """The text again. Refuses when the node's secret is not the one that sealed it (a restore without its keys)."""
        raw = part(sealed)
        try:
            return self._box.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], of.encode()).decode()
        except InvalidTag:
            raise Refusal(Code.BAD_CAMERA_URL, why="sealed_by_another_node", camera=of) from None

    def sign(self, device: str, revision: int, configuration: dict[str, object]) -> str:
        """Ed25519 over the canonical JSON of {device, revision, configuration}, base64url."""
        said = {"device": device, "revision": revision, "configuration": configuration}
        return base64url(self._signer.sign(canonical(said)))

    @property
    def public(self) -> str:
        """The Ed25519 public key that devices check configurations with, base64url of 32 bytes."""
        return base64url(self._signer.public_key().public_bytes_raw())

    @cached_property
    def _box(self) -> AESGCM:
        return AESGCM(self._derived(b"dinh camera address"))

    @cached_property
    def _signer(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self._derived(b"dinh device configuration"))

    def _derived(self, purpose: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(self._secret)
