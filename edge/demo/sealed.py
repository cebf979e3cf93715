"""A secret ballot in the hands of a simulated voter: sealed, signed blind, opened, put into the box. It does what the tablet page does.

Everything that a tablet must not lose over a power cut is in one value (`Sealed`), which `kept` and `again` write and read.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from broker.envelope import base64url, canonical, part
from edge.demo.blind import Blinded, Key, blind, finalize, prepare


@dataclass(frozen=True)
class Paper:
    """What a voter reads off the frozen paper."""

    meeting: str
    motion: str
    sha256: str
    key: Key

    @classmethod
    def read(cls, raw: bytes, sha256: str) -> "Paper":
        """From the paper's own bytes. Raises KeyError or TypeError when its vote is not secret."""
        paper = json.loads(raw)
        n, e = (int.from_bytes(part(paper["secret"][name]), "big") for name in ("n", "e"))
        return cls(paper["meeting"], paper["motion"], sha256, Key(n, e))


@dataclass(frozen=True)
class Sealed:
    """A ballot whose choice nobody else can read, and what takes its blinding away."""

    paper: Paper
    prepared: bytes
    blinded: Blinded

    @classmethod
    def make(cls, paper: Paper, choice: str) -> "Sealed":
        """Choose and seal."""
        serial = base64url(secrets.token_bytes(32))
        message = {"choice": choice, "meeting": paper.meeting, "motion": paper.motion, "paper": paper.sha256, "serial": serial}
        prepared = prepare(canonical(message))
        return cls(paper, prepared, blind(paper.key, prepared))

    def claims(self, seat: str, at: str) -> dict[str, str]:
        """What the voter signs with the key that is bound to him."""
        where = {"meeting": self.paper.meeting, "motion": self.paper.motion, "paper": self.paper.sha256, "seat": seat}
        return {**where, "blinded": base64url(self.blinded.message), "nonce": secrets.token_urlsafe(16), "at": at}

    def box_words(self, blind_signature: str) -> dict[str, str]:
        """What goes into the box. Raises edge.demo.blind.BadSignature."""
        signature = finalize(self.paper.key, self.prepared, part(blind_signature), self.blinded.inverse)
        return {"motion": self.paper.motion, "prepared": base64url(self.prepared), "signature": base64url(signature)}

    def kept(self) -> str:
        """As it lies on the disk of a tablet, until it is in the box."""
        paper, key = self.paper, self.paper.key
        numbers = {"n": str(key.n), "e": str(key.e), "inverse": str(self.blinded.inverse)}
        sealed = {"prepared": base64url(self.prepared), "blinded": base64url(self.blinded.message)}
        return canonical({"meeting": paper.meeting, "motion": paper.motion, "sha256": paper.sha256, **numbers, **sealed}).decode()

    @classmethod
    def again(cls, kept: str) -> "Sealed":
        """After a power cut."""
        words: dict[str, Any] = json.loads(kept)
        key = Key(int(words["n"]), int(words["e"]))
        paper = Paper(words["meeting"], words["motion"], words["sha256"], key)
        return cls(paper, part(words["prepared"]), Blinded(part(words["blinded"]), int(words["inverse"])))
