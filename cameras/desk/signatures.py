"""Who signed a manifest: a detached compact JWS (RFC 7515, appendix F) over the manifest's bytes as they came, by a key that was enrolled then."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from broker.envelope import EnvelopeError, base64url, open_envelope
from cameras.domain.errors import Code, Facts, Refusal

LARGEST = 4096
SLACK = timedelta(hours=1)
"""A watcher's wall clock may be so far off from the node's, which wrote down from when until when a key is good."""


@dataclass(frozen=True)
class SigningKey:
    """A key of a watcher, and from when until when it is believed."""

    watcher: str
    jwk: Mapping[str, str]
    since: datetime
    until: datetime | None


Keys = Callable[[str], SigningKey | None]
"""Thumbprint (RFC 7638) -> the key."""


def signer(manifest: bytes, signature: bytes, keys: Keys, *, at: datetime) -> str:
    """The watcher that signed these bytes. `at`: when it is said to have been.

    Raises Refusal SIGNATURE_WRONG, KEY_UNKNOWN (kid), KEY_NOT_THEN (kid, at).
    """
    kid, text = _taken_apart(manifest, signature)
    key = keys(kid)
    if key is None:
        raise Refusal(Code.KEY_UNKNOWN, {"kid": kid})
    try:
        jws.deserialize_compact(text, ECKey.import_key(dict(key.jwk)), algorithms=["ES256"])
    except (JoseError, ValueError):
        raise Refusal(Code.SIGNATURE_WRONG, {"kid": kid}) from None
    if at + SLACK < key.since or (key.until is not None and at - SLACK > key.until):
        raise Refusal(Code.KEY_NOT_THEN, {"kid": kid, "at": at.isoformat()})
    return key.watcher


def flagged_at(manifest: bytes) -> datetime:
    """When the manifest says that it was. Raises Refusal MALFORMED."""
    try:
        moment = datetime.fromisoformat(json.loads(manifest)["flagged_at"])
    except (ValueError, KeyError, TypeError):
        raise Refusal(Code.MALFORMED, {"where": "manifest.json"}) from None
    if moment.tzinfo is None:
        raise Refusal(Code.MALFORMED, {"where": "manifest.json"})
    return moment


def _taken_apart(manifest: bytes, signature: bytes) -> tuple[str, str]:
    """The key's thumbprint and the whole JWS with the manifest put back into its middle."""
    try:
        head, middle, mark = signature[:LARGEST].decode("ascii").strip().split(".")
        text = f"{head}.{base64url(manifest)}.{mark}"
        kid = open_envelope(text).header.get("kid")
    except (ValueError, EnvelopeError):
        raise Refusal(Code.SIGNATURE_WRONG, {"kid": ""}) from None
    if middle or not isinstance(kid, str):
        raise Refusal(Code.SIGNATURE_WRONG, {"kid": ""})
    return kid, text


def findings(folder: Path, keys: Keys) -> list[tuple[Code, Facts]]:
    """What is wrong with the evidence in a folder, as it was sealed or handed out: nothing when it is whole and signed by who was to."""
    try:
        manifest = (folder / "manifest.json").read_bytes()
        said = json.loads(manifest)
        named = [(str(one["name"]), str(one["sha256"])) for one in said["files"]]
        at, watcher = flagged_at(manifest), said["watcher"]
    except FileNotFoundError:
        return [(Code.FILE_MISSING, {"file": "manifest.json"})]
    except (ValueError, KeyError, TypeError, Refusal):
        return [(Code.MALFORMED, {"where": "manifest.json"})]
    found: list[tuple[Code, Facts]] = []
    try:
        if (signed_by := signer(manifest, (folder / "manifest.jws").read_bytes(), keys, at=at)) != watcher:
            found.append((Code.SIGNATURE_WRONG, {"watcher": signed_by}))
    except FileNotFoundError:
        found.append((Code.UNSIGNED, {}))
    except Refusal as refusal:
        found.append((refusal.code, refusal.facts))
    return found + [(code, {"file": name}) for name, sha256 in named if (code := _wrong(folder, name, sha256)) is not None]


def _wrong(folder: Path, name: str, sha256: str) -> Code | None:
    file = folder / Path(name).name
    if not file.is_file():
        return Code.FILE_MISSING
    with file.open("rb") as stream:
        return None if hashlib.file_digest(stream, "sha256").hexdigest() == sha256 else Code.FILE_ALTERED
