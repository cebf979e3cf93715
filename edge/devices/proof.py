"""A device proves that it holds its key: a compact ES256 JWS over {device, at, nonce}."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from broker.envelope import EnvelopeError, canonical, open_envelope
from edge.refusals import Code, Refusal

SKEW: Final = timedelta(minutes=2)
PUBLIC_PARTS: Final = frozenset({"kty", "crv", "x", "y"})


def public_key(jwk: Mapping[str, Any]) -> ECKey:
    """An EC P-256 public key, reduced to the parts that its thumbprint covers. Refuses anything else, above all a private key."""
    if "d" in jwk or jwk.get("kty") != "EC" or jwk.get("crv") != "P-256":
        raise Refusal(Code.BAD_KEY)
    try:
        key = ECKey.import_key({name: str(jwk[name]) for name in sorted(PUBLIC_PARTS)})
        key.get_op_key("verify")
    except (JoseError, ValueError, KeyError):
        raise Refusal(Code.BAD_KEY) from None
    return key


def stored(key: ECKey) -> str:
    """The key as it stands in the database."""
    return canonical({name: value for name, value in key.as_dict(private=False).items() if name in PUBLIC_PARTS}).decode()


class Proofs:
    """Checks proofs and remembers their nonces for as long as `at` would let them pass again."""

    def __init__(self) -> None:
        self._used: dict[str, datetime] = {}
        self._lock = Lock()

    def check(self, text: str, *, device: str, key: ECKey, now: datetime) -> None:
        """1. The signature is by `key` with ES256. 2. It is about this device. 3. It was made now. 4. It was never shown before.

        Refuses with BAD_PROOF and `why`: signature, device, clock (with the node's time, so that a tablet with a wrong
        clock can sign again), replayed.
        """
        claims = _claims(text, key)
        if claims.get("device") != device:
            raise Refusal(Code.BAD_PROOF, why="device")
        said = _moment(claims.get("at"))
        if said is None or abs(now - said) > SKEW:
            raise Refusal(Code.BAD_PROOF, why="clock", now=now.isoformat())
        self._use(f"{device} {claims.get('nonce')}", now)

    def _use(self, nonce: str, now: datetime) -> None:
        with self._lock:
            self._used = {key: at for key, at in self._used.items() if now - at <= 2 * SKEW}
            if nonce in self._used:
                raise Refusal(Code.BAD_PROOF, why="replayed")
            self._used[nonce] = now


def _claims(text: str, key: ECKey) -> dict[str, Any]:
    try:
        envelope = open_envelope(text)
        if envelope.header.get("kid") != key.thumbprint():
            raise Refusal(Code.BAD_PROOF, why="key")
        payload = jws.deserialize_compact(text, key, algorithms=["ES256"]).payload
        claims = json.loads(payload)
    except (EnvelopeError, JoseError, ValueError):
        raise Refusal(Code.BAD_PROOF, why="signature") from None
    return claims if isinstance(claims, dict) else {}


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
