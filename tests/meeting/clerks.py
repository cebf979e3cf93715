"""The secretary's and the chair's browsers, which sign roll calls with keys of their own."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from joserfc import jws
from joserfc.jwk import ECKey

from broker import topics
from broker.envelope import canonical
from meeting.service.words import Changed, ClerkKeyWords
from tests.meeting.room import Council

AT = "2026-03-05T01:00:00Z"


@dataclass
class Clerk:
    """Somebody who runs the meeting, at a browser with a key."""

    council: Council
    role: Literal["secretary", "chair"]
    account: str = ""
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=False))
    device: str | None = None
    signed: int = 0

    def __post_init__(self) -> None:
        self.account = self.account or f"account-of-{self.role}"

    @property
    def name(self) -> str:
        return f"Người của {self.account}"

    @property
    def roles(self) -> frozenset[str]:
        return frozenset({self.role})

    @property
    def kid(self) -> str:
        return self.key.thumbprint()

    def sign(self, payload: Mapping[str, Any], header: Mapping[str, Any] | None = None) -> str:
        return jws.serialize_compact(dict(header or {"alg": "ES256", "kid": self.kid}), canonical(dict(payload)), self.key)

    def bind(self, **other: Any) -> Changed:
        claims = {"meeting": self.council.meeting, "device": self.account, "kid": self.kid, "at": AT}
        words = ClerkKeyWords(key=self.key.as_dict(private=False), proof=self.sign({**claims, **other}), role=self.role)
        return self.council.room.service.calling.bind_key(self.council.meeting, words, who=self)

    def call(self, motion: str, lines: Iterable[tuple[int, str]], /, **other: Any) -> str:
        """A signed roll call: (place in the list, choice) each."""
        self.signed += 1
        self.council.room.service.publisher.flush()
        shown = self.council.room.air.last(topics.MOTION, meeting=self.council.meeting)
        said = [{"member": self.council.pins[place].member, "choice": choice} for place, choice in lines]
        payload = {"meeting": self.council.meeting, "motion": motion, "paper": shown.paper_sha256, "lines": said, "at": AT}
        return self.sign({**payload, "nonce": f"nonce-of-a-call-{self.signed:06d}", **other})

    def enter(self, motion: str, /, *lines: tuple[int, str], **other: Any) -> str:
        """Sent to the node; its id. The JWS is what `council` keeps nowhere: read it back from the list."""
        return self.council.room.service.calling.enter(self.council.meeting, motion, self.call(motion, lines, **other), who=self).id

    def approval(self, motion: str, secretary_jws: str, /, **other: Any) -> str:
        call = hashlib.sha256(secretary_jws.encode()).hexdigest()
        return self.sign({"meeting": self.council.meeting, "motion": motion, "call": call, "at": AT, **other})

    def countersign(self, motion: str, call: str, /, **other: Any) -> Changed:
        shown = next(one for one in self.council.room.service.calling.all(self.council.meeting, motion) if one.id == call)
        signed = self.approval(motion, shown.jws, **other)
        return self.council.room.service.calling.countersign(self.council.meeting, (motion, call), signed, who=self)


def clerks(council: Council) -> tuple[Clerk, Clerk]:
    """Secretary and chair, both with a bound key."""
    both = Clerk(council, "secretary"), Clerk(council, "chair")
    for one in both:
        one.bind()
    return both
