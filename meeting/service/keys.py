"""Public ES256 keys of tablets: read strictly, named by thumbprint, and asked whether a signature is theirs."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from broker.envelope import EnvelopeError, base64url, canonical, open_envelope, part
from meeting.domain.ballots import Signed
from meeting.domain.errors import Code, Refusal

MOST_PROOF_BYTES = 2048
_ES256 = ECDSA(SHA256())


def read_jwk(given: object) -> dict[str, str]:
    """A public P-256 key as exactly {kty, crv, x, y}. What a browser adds (ext, key_ops) is dropped; a private key is refused."""
    if not isinstance(given, Mapping) or "d" in given:
        raise Refusal(Code.KEY_MALFORMED, field="key")
    for name, wanted in (("kty", "EC"), ("crv", "P-256")):
        if given.get(name) != wanted:
            raise Refusal(Code.KEY_MALFORMED, field=name)
    jwk = {"kty": "EC", "crv": "P-256", "x": _coordinate(given, "x"), "y": _coordinate(given, "y")}
    try:
        _public_key(jwk["x"], jwk["y"])
    except ValueError:
        raise Refusal(Code.KEY_MALFORMED, field="x") from None
    return jwk


def _coordinate(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    try:
        raw = part(value) if isinstance(value, str) else b""
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise Refusal(Code.KEY_MALFORMED, field=name)
    return str(value)


def thumbprint(jwk: Mapping[str, str]) -> str:
    """RFC 7638: base64url SHA-256 of the canonical JSON of {crv, kty, x, y}."""
    return base64url(hashlib.sha256(canonical({name: jwk[name] for name in ("crv", "kty", "x", "y")})).digest())


@lru_cache(maxsize=4096)
def _public_key(x: str, y: str) -> EllipticCurvePublicKey:
    numbers = EllipticCurvePublicNumbers(int.from_bytes(part(x), "big"), int.from_bytes(part(y), "big"), SECP256R1())
    return numbers.public_key()


def make_ready(jwks: Iterable[Mapping[str, str]]) -> None:
    """Keys that will be asked soon. To make one takes a quarter of a verification, which no ballot has to wait for; a node that has just
    started has none.
    """
    for jwk in jwks:
        _public_key(jwk["x"], jwk["y"])


def is_signed(jwk: Mapping[str, str], signed: bytes, signature: bytes) -> bool:
    """The domain's Verify: ES256, signature r||s of 64 bytes."""
    if len(signature) != 64:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        _public_key(jwk["x"], jwk["y"]).verify(encode_dss_signature(r, s), signed, _ES256)
    except (InvalidSignature, ValueError):
        return False
    return True


def open_signed(text: object, *, most_bytes: int, code: Code) -> Signed:
    """A compact JWS taken apart strictly; `code` is how a text is refused that is none."""
    if not isinstance(text, str) or len(text) > most_bytes:
        raise Refusal(code, field="jws")
    try:
        envelope = open_envelope(text)
    except EnvelopeError:
        raise Refusal(code, field="jws") from None
    return Signed(envelope.header, envelope.payload, envelope.signed, envelope.signature)


def check_proof(text: object, jwk: Mapping[str, str], *, meeting: str, device: str) -> str:
    """The tablet holds this key and means this meeting and itself. Answers the proof as it came.

    1 a compact JWS, header exactly {alg: ES256, kid: the key's thumbprint}
    2 signed by the key
    3 payload canonical {meeting, device, kid, at} with these ids
    """
    parts, kid = open_signed(text, most_bytes=MOST_PROOF_BYTES, code=Code.PROOF_INVALID), thumbprint(jwk)
    if dict(parts.header) != {"alg": "ES256", "kid": kid}:
        raise Refusal(Code.PROOF_INVALID, step="header")
    if not is_signed(jwk, parts.signed, parts.signature):
        raise Refusal(Code.PROOF_INVALID, step="signature")
    if not _says(parts.payload, {"meeting": meeting, "device": device, "kid": kid}):
        raise Refusal(Code.PROOF_INVALID, step="payload")
    return str(text)


def _says(payload: bytes, wanted: Mapping[str, str]) -> bool:
    try:
        said = json.loads(payload)
        whole = canonical(said) == payload
    except (ValueError, TypeError, RecursionError):
        return False
    if not whole or not isinstance(said, dict) or set(said) != {*wanted, "at"} or not isinstance(said["at"], str):
        return False
    return all(said[name] == value for name, value in wanted.items())
