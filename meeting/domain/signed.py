"""What everything that is signed for a meeting has in common: a payload with one spelling, and a header that names the key."""

import json
import re
from collections.abc import Mapping
from typing import Any

from meeting.domain.errors import Code, Refusal

KID = re.compile(r"[A-Za-z0-9_-]{43}")
"""An RFC 7638 thumbprint."""
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def exactly(raw: bytes, fields: frozenset[str], code: Code) -> dict[str, Any]:
    """A JSON object in its one canonical spelling with exactly these fields. Raises Refusal with `code`."""
    try:
        said = json.loads(raw)
        again = _CANONICAL.encode(said).encode()
    except (ValueError, RecursionError):
        raise Refusal(code, field="payload") from None
    if again != raw or not isinstance(said, dict) or set(said) != fields:
        raise Refusal(code, field="payload")
    return said


def kid_in(header: Mapping[str, Any]) -> str | None:
    """The key id of a header that is exactly {"alg": "ES256", "kid": ...}."""
    kid = header.get("kid")
    return kid if set(header) == {"alg", "kid"} and header["alg"] == "ES256" and isinstance(kid, str) and KID.fullmatch(kid) else None
