"""The ballot reader alone, so that millions of texts come through it: taken apart, read, checked against a bound key."""

from random import Random
from typing import Any

from meeting.domain.ballots import MOST_BYTES, Binding, check_voter, read
from meeting.domain.errors import Code, Refusal
from meeting.service.keys import is_signed, open_signed
from tests.fuzz.asks import NONCE, TIME
from tests.fuzz.mutate import mutate, signed
from tests.fuzz.signer import Pen, judged
from tests.fuzz.target import WrongAnswer

HONEST = {
    "meeting": "m" * 20,
    "motion": "x" * 20,
    "paper": "0123456789abcdef" * 4,
    "choice": "for",
    "seat": "s1",
    "nonce": "nonce-number-00001",
    "at": "2026-03-05T01:00:00Z",
}
DEVICE = "tablet-1"


class Ballots:
    """One voter's key is bound; another's is not."""

    name = "ballots"

    def __init__(self) -> None:
        self.pen, self.other = Pen(77), Pen(78)
        self.binding = Binding(HONEST["meeting"], "member-1", HONEST["seat"], DEVICE, self.pen.jwk)
        self.accepted = 0

    def invent(self, draw: Random) -> bytes:
        pen = self.pen if draw.random() < 0.9 else self.other
        text = signed(draw, self.pen.header, HONEST, pen.sign).encode("utf-8", "surrogatepass")
        return mutate(draw, [text]) if draw.random() < 0.3 else text

    def feed(self, data: bytes) -> None:
        """What MQTT and JSON can carry is text."""
        text = data.decode("utf-8", "replace")
        try:
            parts = open_signed(text, most_bytes=MOST_BYTES, code=Code.BALLOT_BYTES)
            kid, ballot = read(parts)
            check_voter(parts, ballot, self.binding if kid == self.pen.kid else None, device=DEVICE, verify=is_signed)
        except Refusal as refusal:
            if not all(str(value).isprintable() for value in refusal.facts.values()):
                raise WrongAnswer(f"a fact that cannot be sent: {refusal.facts}") from None
            return
        self.accepted += 1
        if not self._is_right(judged(text, self.pen.key, self.pen.kid)):
            raise WrongAnswer(f"read as a ballot: {text}")

    def _is_right(self, said: dict[str, Any] | None) -> bool:
        if said is None or set(said) != set(HONEST) or not all(isinstance(value, str) and value.isascii() for value in said.values()):
            return False
        place = said["meeting"] == HONEST["meeting"] and said["seat"] == HONEST["seat"]
        return place and bool(NONCE.fullmatch(said["nonce"]) and TIME.fullmatch(said["at"]))

    def close(self) -> None:
        """Honest ballots were among the inputs, and they were accepted."""
        if not self.accepted:
            raise WrongAnswer("no ballot at all was accepted")
