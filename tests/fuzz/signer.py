"""A tablet's key for fuzzing: signs any bytes quickly, and judges signatures with a library that the node does not use for it."""

import base64
import json
import re
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from tests.fuzz.mutate import base64url

COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")


class Pen:
    """An ES256 key pair that is the same in every run."""

    def __init__(self, number: int) -> None:
        self._private = ec.derive_private_key(number, ec.SECP256R1())
        numbers = self._private.public_key().public_numbers()
        x, y = (base64url(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
        self.jwk = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self.key = ECKey.import_key(dict(self.jwk))
        self.kid = self.key.thumbprint()
        self.header = {"alg": "ES256", "kid": self.kid}

    def sign(self, header: bytes, payload: bytes) -> bytes:
        """r||s over the two parts as a JWS joins them."""
        signed = f"{base64url(header)}.{base64url(payload)}".encode()
        r, s = decode_dss_signature(self._private.sign(signed, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def judged(text: object, key: ECKey, kid: str) -> dict[str, Any] | None:
    """The payload when this is a compact JWS by this key with exactly the right header, in the one right spelling; else None."""
    if not isinstance(text, str) or not COMPACT.fullmatch(text):
        return None
    try:
        opened = jws.deserialize_compact(text, key, algorithms=["ES256"])
        said = json.loads(opened.payload)
        header = json.loads(_bytes(text.split(".")[0]).decode(), object_pairs_hook=list)
    except (JoseError, ValueError, RecursionError):
        return None
    if sorted(header) != [("alg", "ES256"), ("kid", kid)] or opened.headers() != dict(header) or not isinstance(said, dict):
        return None
    again = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return said if again.encode("utf-8", "surrogatepass") == opened.payload else None
