"""A watcher's own key and its node's, in the watcher's folder: it signs its manifests, and believes no configuration that its node did not sign.

- key.pem: EC P-256, made here, readable by its owner alone; it never leaves the machine.
- node.key: the node's Ed25519 public key, base64url; learned at enrolment.
- revision.json: the newest configuration that was applied, of which device and node; an older one is not applied after a restart either.
"""

import json
import os
import secrets
from functools import cached_property
from pathlib import Path
from typing import Any

from broker.envelope import base64url, canonical, part
from broker.messages.devices import Desired

KEY, NODE_KEY, REVISION = "key.pem", "node.key", "revision.json"


def write_private(file: Path, content: bytes) -> None:
    """A file for its owner's eyes only, whole or not at all."""
    fresh = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(file)


class Identity:
    """The keys of one watcher's folder. Cryptography is loaded when a key is first used."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def make(self) -> dict[str, Any]:
        """The public key as a JWK; the pair is made when there is none. Raises OSError, ValueError for a broken file."""
        from joserfc.jwk import ECKey  # noqa: PLC0415

        file = self.home / KEY
        if not file.exists():
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_private(file, ECKey.generate_key("P-256", private=True).as_pem(private=True))
        return dict(self._key.as_dict(private=False))

    def trust(self, node_key: str) -> None:
        """Remember whose configurations are believed."""
        write_private(self.home / NODE_KEY, node_key.encode())

    def believes(self, device: str, wanted: Desired) -> bool:
        """Whether the node signed this for this device. True as well where no node is known yet: then the broker's rights are all there is."""
        if self._node_key is None:
            return True
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        said = {"device": device, "revision": wanted.revision, "configuration": wanted.configuration}
        try:
            Ed25519PublicKey.from_public_bytes(self._node_key).verify(part(wanted.signature), canonical(said))
        except (InvalidSignature, ValueError, TypeError):
            return False
        return True

    def newest(self, device: str) -> int:
        """The revision of the newest configuration that was applied for this device of this node, -1 for none. A broken file says nothing."""
        try:
            kept = json.loads((self.home / REVISION).read_bytes())
            return int(kept["revision"]) if kept["of"] == self._whose(device) else -1
        except (OSError, ValueError, KeyError, TypeError):
            return -1

    def applied(self, device: str, revision: int) -> None:
        """Remember that this one was applied. OSError when the home cannot be written."""
        if revision != self.newest(device):
            write_private(self.home / REVISION, json.dumps({"of": self._whose(device), "revision": revision}).encode())

    def _whose(self, device: str) -> list[str]:
        return [device, "" if self._node_key is None else base64url(self._node_key)]

    def sign(self, manifest: bytes) -> bytes | None:
        """A detached compact JWS over these bytes (RFC 7515, appendix F); None where this watcher has no key."""
        if not (self.home / KEY).exists():
            return None
        return self.proof(manifest, detached=True).encode()

    def proof(self, payload: bytes, *, detached: bool = False) -> str:
        """A compact ES256 JWS by this watcher's key."""
        from joserfc import jws  # noqa: PLC0415

        whole = jws.serialize_compact({"alg": "ES256", "kid": self._key.thumbprint()}, payload, self._key)
        head, _, signature = whole.split(".")
        return f"{head}..{signature}" if detached else whole

    @cached_property
    def _key(self) -> Any:
        from joserfc.jwk import ECKey  # noqa: PLC0415

        return ECKey.import_key((self.home / KEY).read_bytes())

    @cached_property
    def _node_key(self) -> bytes | None:
        file = self.home / NODE_KEY
        return part(file.read_text("ascii").strip()) if file.exists() else None
