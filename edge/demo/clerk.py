"""The secretary's and the chair's browsers of the demo, as far as roll calls go: a key of their own, bound to the account, and what it signs."""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, Literal

from joserfc.jwk import ECKey

from edge.demo.calls import Caller
from edge.demo.tablet import sign, stamp


class Clerk:
    """Somebody who has signed in, at a browser whose key is bound to the account. Raises CallRefused."""

    def __init__(self, caller: Caller, meeting: str, role: Literal["secretary", "chair"]) -> None:
        self.caller, self.meeting = caller, meeting
        self.key = ECKey.generate_key("P-256", private=True)
        account = caller.get("/api/session")["account"]
        proof = sign(self.key, {"meeting": meeting, "device": account, "kid": self.key.thumbprint(), "at": stamp()})
        caller.post(f"/api/meetings/{meeting}/clerk-keys", {"key": self.key.as_dict(private=False), "proof": proof, "role": role})

    def enter(self, motion: str, lines: Mapping[str, str]) -> str:
        """Sign and send member -> choice; the roll call's id."""
        paper = self.caller.get(f"/api/meetings/{self.meeting}/motions/{motion}")["motion"]["paper_sha256"]
        said = [{"member": member, "choice": choice} for member, choice in lines.items()]
        claims = {
            "meeting": self.meeting,
            "motion": motion,
            "paper": paper,
            "lines": said,
            "nonce": secrets.token_urlsafe(16),
            "at": stamp(),
        }
        return str(self.caller.post(self._calls(motion), {"jws": sign(self.key, claims)})["id"])

    def countersign(self, motion: str, call: str) -> None:
        """Sign the hash of what waits, so that it counts."""
        waiting = next(one for one in self.waiting(motion) if one["id"] == call)
        digest = hashlib.sha256(waiting["jws"].encode()).hexdigest()
        signed = sign(self.key, {"meeting": self.meeting, "motion": motion, "call": digest, "at": stamp()})
        self.caller.post(f"{self._calls(motion)}/{call}/countersign", {"jws": signed})

    def waiting(self, motion: str) -> list[dict[str, Any]]:
        """What the chair has still to see."""
        found: list[dict[str, Any]] = self.caller.get(self._calls(motion))
        return [one for one in found if one["state"] == "waiting"]

    def _calls(self, motion: str) -> str:
        return f"/api/meetings/{self.meeting}/motions/{motion}/roll-calls"
