"""The box of a secret vote and the asks for its tokens: who is nobody there, and whatever a voter had blindly signed may come back.

The first byte of an input says where the rest goes: even to the box, as the body of its request; odd to the tablets' door, as an ask. The
vote's key is lent to the inventor, because a voter may have any bytes signed: what he hides from the signer is his to choose.
"""

import base64
import hashlib
import json
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA384
from pydantic import ValidationError

from broker import topics
from meeting.domain.errors import Refusal
from meeting.log.verifier import verify
from meeting.secret.keys import KeyFolder
from meeting.service.box import BoxWords
from tests.fuzz.asks import FAST, KNOWN_CODES, NONCE
from tests.fuzz.mutate import base64url, change_json, dumps, mutate, signed
from tests.fuzz.signer import Pen, judged
from tests.fuzz.target import Complaints, WrongAnswer
from tests.meeting.booth import SECRET
from tests.meeting.room import council, sqlite_room

PSS_384 = PSS(mgf=MGF1(SHA384()), salt_length=48)
ROUND = 300


class Box:
    """One secret vote after the other; four voters."""

    name = "box"

    def __init__(self) -> None:
        self._held = ExitStack()
        self.complaints = self._held.enter_context(Complaints("dinh", "broker"))
        folder = Path(self._held.enter_context(TemporaryDirectory(prefix="dinh-fuzz-", dir=FAST if FAST.is_dir() else None)))
        self.room = self._held.enter_context(sqlite_room(folder))
        self.keys = KeyFolder(folder / "ballot-keys")
        self.five = council(self.room)
        self.tablets = self.five.arrive(0, 1, 2, 3)
        self.pen = Pen(4242)
        self.fed = self.numbers = 0
        self._open()

    def _open(self) -> None:
        self.motion = self.five.opened(SECRET)
        self.room.service.publisher.flush()
        self.paper = self.room.air.last(topics.MOTION, meeting=self.five.meeting).paper_sha256
        self.key: RSAPrivateKey = self.keys.load(self.five.meeting, self.motion)
        self.boxed: dict[str, str] = {}
        """Tracker -> choice of every ballot that was taken."""
        self.issued: dict[str, str] = {}
        """Tablet -> the blinded message that was signed for it."""

    def invent(self, draw: Random) -> bytes:
        self.numbers += 1
        if draw.random() < 0.3:
            tablet = draw.choice(self.tablets)
            where = {"meeting": self.five.meeting, "motion": self.motion, "paper": self.paper, "seat": str(tablet.who.get("seat"))}
            claims = {
                **where,
                "blinded": base64url(draw.randbytes(256)),
                "nonce": f"nonce-number-{self.numbers:08d}",
                "at": "2026-03-05T01:00:00Z",
            }
            token = tablet.sign(claims) if draw.random() < 0.5 else signed(draw, self.pen.header, claims, self.pen.sign)
            ask = {"id": f"ask-{self.numbers}", "at": "2026-03-05T01:00:00Z", "kind": "token", "body": {"token": token}}
            return bytes((draw.randrange(128) * 2 + 1,)) + dumps(draw, change_json(draw, ask) if draw.random() < 0.2 else ask)
        serial = base64url(draw.randbytes(32))
        message: Any = {"choice": draw.choice(("for", "x,y", "against")), "meeting": self.five.meeting, "motion": self.motion}
        message |= {"paper": self.paper, "serial": serial}
        raw = dumps(draw, change_json(draw, message) if draw.random() < 0.5 else message)
        prepared = draw.randbytes(32) + (mutate(draw, [raw]) if draw.random() < 0.2 else raw)
        words = {"motion": self.motion, "prepared": base64url(prepared), "signature": base64url(self.key.sign(prepared, PSS_384, SHA384()))}
        body = dumps(draw, change_json(draw, words) if draw.random() < 0.3 else words)
        return b"\0" + (mutate(draw, [body]) if draw.random() < 0.15 else body)

    def feed(self, data: bytes) -> None:
        self.fed += 1
        if self.fed % ROUND == 0:
            self._count()
        self.room.clock.now += timedelta(seconds=1)
        self.room.service.box.measure.level = 0.0
        self.room.air.sent.clear()
        if data[:1] and data[0] & 1:
            self._ask(self.tablets[data[0] // 2 % len(self.tablets)].device, data[1:])
        else:
            self._put(data[1:])
        self.complaints.none_said()

    def _put(self, raw: bytes) -> None:
        try:
            words = BoxWords.model_validate_json(raw)
            boxed = self.room.service.box.put(self.five.meeting, words)
        except (Refusal, ValidationError):
            return
        prepared, signature = (_bytes(text) for text in (words.prepared, words.signature))
        try:
            self.key.public_key().verify(signature, prepared, PSS_384, SHA384())
            said = json.loads(prepared[32:].decode(), object_pairs_hook=list)
        except (InvalidSignature, ValueError):
            raise WrongAnswer(f"put into the box: {raw!r}") from None
        expected = {"meeting": self.five.meeting, "motion": self.motion, "paper": self.paper}
        message = dict(said)
        right = {name: message.get(name) for name in expected} == expected and sorted(message) == sorted((*expected, "choice", "serial"))
        if not right or len(said) != len(message) or boxed.tracker != hashlib.sha256(prepared).hexdigest():
            raise WrongAnswer(f"put into the box: {said}")
        self.boxed[boxed.tracker] = str(message["choice"])

    def _ask(self, device: str, raw: bytes) -> None:
        """A token is given to a voter who is here, once, for an ask that he signed."""
        self.room.door.take(topics.ASK.of(meeting=self.five.meeting, device=device), raw).result(20)
        answer = self.room.air.answers(self.five.meeting, device)[0]
        if not answer.ok:
            if answer.code not in KNOWN_CODES:
                raise WrongAnswer(f"refused as {answer.code} {answer.facts}")
            return
        tablet = next(one for one in self.tablets if one.device == device)
        token = json.loads(raw)["body"]["token"]
        said = judged(token, tablet.key, tablet.kid)
        expected = {"meeting": self.five.meeting, "motion": self.motion, "paper": self.paper, "seat": tablet.who.get("seat")}
        right = (
            said is not None and {name: said.get(name) for name in expected} == expected and bool(NONCE.fullmatch(str(said.get("nonce"))))
        )
        blinded = str((said or {}).get("blinded"))
        if not right or self.issued.setdefault(device, blinded) != blinded:
            raise WrongAnswer(f"a token for {device}: {raw!r}")

    def _count(self) -> None:
        """Close, count by hand, verify: as many ballots as came, invalid ones among them; more than tokens were given is found."""
        motion, boxed, issued = self.motion, self.boxed, self.issued
        self.room.service.votes.close(self.five.meeting, motion, leave=True)
        self._open()
        report = verify(self.room.service.reading.bundle(self.five.meeting, motion))
        if report.ok == (len(boxed) > len(issued)):
            raise WrongAnswer(f"{len(boxed)} ballots, {len(issued)} tokens: {report.findings}")

    def close(self) -> None:
        self._held.close()


def _bytes(text: str) -> bytes:
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(found) != text:
        raise WrongAnswer(f"a second spelling was taken: {text}")
    return found
