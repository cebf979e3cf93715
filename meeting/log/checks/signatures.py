"""Signatures: C2SP signed notes (Ed25519) and compact JWS (ES256), from the bytes up."""

import base64
import json
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from meeting.log.checks.reading import DECODER
from meeting.log.checks.report import Found, Wrong


@dataclass(frozen=True)
class Head:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes


def open_note(note: str, key: str, where: str) -> Head:
    """A checkpoint with exactly one signature, by this verifier key, and no extension lines."""
    name, key_id, public = _read_key(key)
    lines = note.split("\n")
    if len(lines) != 6 or lines[3] or lines[5] or not lines[4].startswith("— "):
        raise Wrong(Found.CHECKPOINT_FORM, where)
    signer, _, encoded = lines[4][2:].partition(" ")
    signature, root = _plain(encoded), _plain(lines[2])
    if signature is None or len(signature) != 68 or root is None or len(root) != 32 or not _is_size(lines[1]):
        raise Wrong(Found.CHECKPOINT_FORM, where)
    if signer != name or signature[:4] != key_id:
        raise Wrong(Found.CHECKPOINT_SIGNATURE, where)
    if not _is_ed25519(public, signature[4:], "\n".join(lines[:3]) + "\n"):
        raise Wrong(Found.CHECKPOINT_SIGNATURE, where)
    return Head(lines[0], int(lines[1]), root)


def is_note(note: str, text: str, key: str) -> bool:
    """True when the note is exactly this text (which ends with a line break) under one signature of this verifier key."""
    name, key_id, public = _read_key(key)
    head = f"{text}\n— {name} "
    if not note.startswith(head) or not note.endswith("\n"):
        return False
    signature = _plain(note[len(head) : -1])
    return signature is not None and len(signature) == 68 and signature[:4] == key_id and _is_ed25519(public, signature[4:], text)


def _read_key(key: str) -> tuple[str, bytes, bytes]:
    """Name, key id and public key of a C2SP verifier key."""
    name, said_id, raw = ([*key.split("+", 2), "", ""])[:3]
    public = _plain(raw)
    if public is None or len(public) != 33 or public[0] != 1 or not name:
        raise Wrong(Found.KEY_FORM, "key")
    key_id = sha256(name.encode() + b"\n" + public).digest()[:4]
    if key_id.hex() != said_id:
        raise Wrong(Found.KEY_FORM, "key")
    return name, key_id, public[1:]


def _is_ed25519(public: bytes, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16 and (text == "0" or text[0] != "0")


def _plain(text: str) -> bytes | None:
    """Standard base64 in its one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (Base64Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode() == text else None


@dataclass(frozen=True)
class Jws:
    """A compact JWS taken apart."""

    header: Any
    payload: bytes
    signed: bytes
    signature: bytes


def open_jws(text: str) -> Jws | None:
    """None when it is not three strict base64url parts with a JSON header."""
    parts = text.split(".")
    if len(parts) != 3:
        return None
    header, payload, signature = (from_base64url(one) for one in parts)
    if header is None or payload is None or signature is None:
        return None
    try:
        read = DECODER.decode(header.decode())
    except (ValueError, RecursionError):
        return None
    return Jws(read, payload, f"{parts[0]}.{parts[1]}".encode(), signature)


def from_base64url(text: str) -> bytes | None:
    """base64url without padding in its one spelling."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (Base64Error, ValueError):
        return None
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == text else None


def thumbprint(jwk: dict[str, Any]) -> str:
    """RFC 7638, for an EC key."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    raw = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(sha256(raw).digest()).decode().rstrip("=")


def is_es256(jwk: dict[str, Any], jws: Jws) -> bool:
    """True when the signature is this key's: ECDSA on P-256 with SHA-256, r and s of 32 bytes each."""
    x, y = (from_base64url(str(jwk.get(name))) or b"" for name in ("x", "y"))
    if len(x) != 32 or len(y) != 32 or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256" or len(jws.signature) != 64:
        return False
    r, s = int.from_bytes(jws.signature[:32], "big"), int.from_bytes(jws.signature[32:], "big")
    try:
        key = EllipticCurvePublicNumbers(int.from_bytes(x, "big"), int.from_bytes(y, "big"), SECP256R1()).public_key()
        key.verify(encode_dss_signature(r, s), jws.signed, ECDSA(SHA256()))
    except (InvalidSignature, ValueError):
        return False
    return True
