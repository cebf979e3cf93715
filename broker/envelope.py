"""The bytes that were signed, who signed them, and the signature. The bytes are the truth; the parsed model is a view."""

import base64
import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Envelope:
    """A compact JWS (RFC 7515) taken apart and not yet believed. `signed` is what the signature covers."""

    text: str
    header: dict[str, Any]
    payload: bytes
    signed: bytes
    signature: bytes


class EnvelopeError(ValueError):
    """The text is no compact JWS: three base64url parts without padding, the first a JSON object."""


def part(text: str) -> bytes:
    """Strict base64url without padding (RFC 7515, 2). A second spelling of the same bytes is refused."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)) if text.isascii() else b""
    if base64url(raw) != text:
        raise EnvelopeError("not base64url")
    return raw


def base64url(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def open_envelope(text: str) -> Envelope:
    """Take a compact JWS apart. Raises EnvelopeError; verifies nothing.

    The header is UTF-8 and nothing else (json.loads would guess UTF-16, too), because a stranger's verifier reads it once more.
    """
    parts = text.split(".")
    if len(parts) != 3:
        raise EnvelopeError("not three parts")
    try:
        header = _HEADER.decode(part(parts[0]).decode())
        payload, signature = part(parts[1]), part(parts[2])
    except (ValueError, RecursionError) as error:
        raise EnvelopeError(str(error)) from None
    if not isinstance(header, dict):
        raise EnvelopeError("header is no object")
    return Envelope(text, header, payload, f"{parts[0]}.{parts[1]}".encode(), signature)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no name stands twice, because two readers may take another one of them each."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise EnvelopeError("a name stands twice")
    return found


def canonical(value: object) -> bytes:
    """Canonical JSON for what the node signs: sorted keys, no spaces, UTF-8 (RFC 8785 for strings, integers, lists, objects).

    Floats are refused, because two languages may write the same number in two ways.
    """
    _refuse_floats(value)
    return _CANONICAL.encode(value).encode()


_HEADER = json.JSONDecoder(object_pairs_hook=_once)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
# Made once: every ballot is read and written, and to make one takes as long as to use it.
_PLAIN = frozenset({str, int, bool, type(None)})


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError("floats are not signed")
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ():
        if type(inner) not in _PLAIN:
            _refuse_floats(inner)
