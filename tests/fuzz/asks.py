"""TabletDoor.take with changed asks, in a room on a real database: what is answered ok is judged again by other code.

The first byte of an input says which tablet sends it and on which kind of topic; the rest is the payload as the air carries it.
"""

import json
import re
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from broker import topics
from broker.messages.meetings import MeetingAnswer
from meeting.domain.errors import Code
from meeting.log.verifier import Beside, verify
from tests.fuzz.mutate import change_json, compact, dumps, mutate, signed
from tests.fuzz.signer import Pen, judged
from tests.fuzz.target import Complaints, WrongAnswer
from tests.meeting.room import Council, council, sqlite_room

VOTERS = 4
ROUND = 400
"""Inputs between two counts: the vote is closed, its result and its bundle are compared with what was accepted."""
LIFE = 6000
"""Inputs that one database takes before a new one is made."""
KNOWN_CODES = frozenset(str(code.value) for code in Code) - {"house.storage", "house.disk_full"}
NONCE, TIME = re.compile(r"[A-Za-z0-9_-]{16,64}"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
FAST = Path("/dev/shm")  # noqa: S108 - nothing is kept there


class Asks:
    """Four members at their tablets, a stranger's tablet, an open vote that may be changed."""

    name = "asks"

    def __init__(self) -> None:
        self._held = ExitStack()
        self.pens = [Pen(1000 + number) for number in range(VOTERS + 1)]
        self.devices = [f"tablet-{number}" for number in range(VOTERS + 1)]
        self._begin()

    def _begin(self) -> None:
        self._held.close()
        self.complaints = self._held.enter_context(Complaints("dinh", "broker"))
        folder = Path(self._held.enter_context(TemporaryDirectory(prefix="dinh-fuzz-", dir=FAST if FAST.is_dir() else None)))
        self.room = self._held.enter_context(sqlite_room(folder))
        self.five: Council = council(self.room)
        self.fed, self.numbers = 0, 0
        self.bound: dict[str, tuple[int, Pen]] = {}
        """Device -> (place of the member, key): who may vote there, as the judge has seen it."""
        self.answered: dict[tuple[str, str], MeetingAnswer] = {}
        self.seats = {pin.member: f"s{place}" for place, pin in enumerate(self.five.pins)}
        self.motion, self.paper = "", ""
        self._come_in()
        self._open()

    # -- the honest side ------------------------------------------------------------------------------------------------

    def _come_in(self) -> None:
        """Everybody who is not at his own tablet with his own key comes (back)."""
        for place in range(VOTERS):
            device, pen = self.devices[place], self.pens[place]
            if self.bound.get(device) != (place, pen):
                self.room.clock.now += timedelta(hours=2)
                answer = self.room.ask(self.five.meeting, device, json.dumps(self._check_in(place)).encode())
                if not answer.ok:
                    raise WrongAnswer(f"an honest check-in was refused: {answer.code} {answer.facts}")
                self._now_bound(place, device, pen)

    def _open(self) -> None:
        self.motion = self.five.opened()
        self.room.service.publisher.flush()
        self.paper = self.room.air.last(topics.MOTION, meeting=self.five.meeting).paper_sha256
        self.cast: dict[int, str] = {}
        """Place of the member -> his last accepted ballot."""
        self.nonces: dict[tuple[int, str], str] = {}
        self.receipts: list[bytes] = []

    def _check_in(self, place: int) -> dict[str, Any]:
        return self._ask("check_in", {"pin": self.five.pins[place].pin, **self._proof(place)})

    def _proof(self, place: int) -> dict[str, Any]:
        pen = self.pens[place]
        return {"key": pen.jwk, "proof": compact(pen.header, self._claims(place), pen.sign)}

    def _claims(self, place: int) -> dict[str, str]:
        return {"meeting": self.five.meeting, "device": self.devices[place], "kid": self.pens[place].kid, "at": "2026-03-05T01:00:00Z"}

    def _ask(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        self.numbers += 1
        return {"id": f"ask-{self.numbers}", "at": "2026-03-05T01:00:00Z", "kind": kind, "body": dict(body)}

    def _ballot(self, place: int) -> dict[str, str]:
        self.numbers += 1
        what = {"meeting": self.five.meeting, "motion": self.motion, "paper": self.paper, "seat": f"s{place}"}
        return {**what, "choice": "for", "nonce": f"nonce-number-{self.numbers:08d}", "at": "2026-03-05T01:00:00.5Z"}

    # -- inputs ---------------------------------------------------------------------------------------------------------

    def invent(self, draw: Random) -> bytes:
        place = draw.choice((0, 0, 0, 1, 2, 3, 4))
        pen = self.pens[place] if draw.random() < 0.9 else draw.choice(self.pens)
        kind = draw.choice(("cast",) * 6 + ("check_in", "resume", "speak", "withdraw", "token", draw.choice(("Cast", "", "close"))))
        ask: Any = self._ask(kind, self._body(draw, kind, place, pen))
        if draw.random() < 0.3:
            ask = change_json(draw, ask)
        raw = json.dumps(ask).encode() if draw.random() < 0.5 else dumps(draw, ask)
        if draw.random() < 0.25:
            raw = mutate(draw, [raw, b'{"id":"x","at":"2026-03-05T01:00:00Z","kind":"resume","body":{}}'])
        return bytes((draw.choice((place, place, place, draw.randrange(256))),)) + raw

    def _body(self, draw: Random, kind: str, place: int, pen: Pen) -> dict[str, Any]:
        if kind == "cast":
            return {"ballot": signed(draw, pen.header, self._ballot(place), pen.sign)}
        if kind == "token":
            blinded = {"blinded": "A" * 342, **self._ballot(place)}
            return {"token": signed(draw, pen.header, blinded, pen.sign)}
        if kind in {"check_in", "resume"}:
            proof = {"key": {**pen.jwk}, "proof": signed(draw, pen.header, self._claims(place), pen.sign)}
            return proof if kind == "resume" else {"pin": self.five.pins[draw.randrange(VOTERS)].pin, **proof}
        return {"kind": draw.choice(("speak", "question"))} if kind == "speak" else {"request": "r" * 20}

    # -- the door and the judge -----------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        if self.fed >= LIFE:
            self._begin()
        self.fed += 1
        if self.fed % ROUND == 0:
            self._count()
        who = data[0] if data else 0
        device, payload = self.devices[who % len(self.devices)], data[1:]
        self.room.clock.now += timedelta(seconds=1)
        self.room.air.sent.clear()
        meeting = "elsewhere" if who >= 250 else self.five.meeting
        answer = self._take(meeting, device, payload)
        self.complaints.none_said()
        if not answer.ok and answer.code not in KNOWN_CODES:
            raise WrongAnswer(f"refused as {answer.code} {answer.facts}")
        answer.to_bytes()
        if answer.ok:
            self._judge(meeting, device, payload, answer)

    def _take(self, meeting: str, device: str, payload: bytes) -> MeetingAnswer:
        self.room.door.take(topics.ASK.of(meeting=meeting, device=device), payload).result(20)
        answers = self.room.air.answers(meeting, device)
        if len(answers) != 1 or any("/answer/" in topic and not topic.endswith(f"/{device}") for topic, _ in self.room.air.sent):
            raise WrongAnswer(f"{len(answers)} answers: {self.room.air.sent}")
        only: MeetingAnswer = answers[0]
        return only

    def _judge(self, meeting: str, device: str, payload: bytes, answer: MeetingAnswer) -> None:
        """Raises WrongAnswer unless this ask is right in every field."""
        ask = json.loads(payload)
        if earlier := self.answered.get((device, answer.id)):
            if earlier != answer:
                raise WrongAnswer(f"the same id was answered in two ways: {earlier} {answer}")
            return
        self.answered[device, answer.id] = answer
        right = (
            meeting == self.five.meeting and isinstance(ask, dict) and set(ask) <= {"id", "at", "kind", "body"} and ask["id"] == answer.id
        )
        judges = {"cast": self._cast_is_right, "check_in": self._check_in_is_right, "resume": self._resume_is_right}
        kind = ask.get("kind") if right else None
        if kind in {"speak", "withdraw"}:
            right = device in self.bound
        elif kind in judges:
            right = judges[str(kind)](device, ask["body"], answer)
        else:
            right = False
        if not right:
            raise WrongAnswer(f"accepted from {device}: {payload!r} -> {answer}")

    def _cast_is_right(self, device: str, body: Any, answer: MeetingAnswer) -> bool:
        if device not in self.bound or set(body) != {"ballot"}:
            return False
        (place, pen), text = self.bound[device], body["ballot"]
        said = judged(text, pen.key, pen.kid)
        expected = {"meeting": self.five.meeting, "motion": self.motion, "paper": self.paper, "seat": f"s{place}"}
        if (
            said is None
            or set(said) != {*expected, "choice", "nonce", "at"}
            or any(said[name] != value for name, value in expected.items())
        ):
            return False
        plain = all(isinstance(value, str) for value in said.values())
        if (
            not plain
            or said["choice"] not in {"for", "against", "abstain"}
            or not NONCE.fullmatch(said["nonce"])
            or not TIME.fullmatch(said["at"])
        ):
            return False
        if (
            self.nonces.setdefault((place, said["nonce"]), text) != text
            or answer.body["ballot_sha256"] != sha256(text.encode()).hexdigest()
        ):
            return False
        if json.dumps(answer.body).encode() not in self.receipts:
            self.receipts.append(json.dumps(answer.body).encode())
            self.cast[place] = said["choice"]
        return True

    def _check_in_is_right(self, device: str, body: Any, answer: MeetingAnswer) -> bool:
        places = [
            at
            for at, pin in enumerate(self.five.pins)
            if body.get("pin", "").strip() == pin.pin or body.get("badge", "").strip() == pin.badge
        ]
        pen = self._held_key(device, body, {"pin", "badge"})
        if pen is None or len(places) != 1 or answer.body["member"] != self.five.pins[places[0]].member:
            return False
        self._now_bound(places[0], device, pen)
        return True

    def _resume_is_right(self, device: str, body: Any, answer: MeetingAnswer) -> bool:
        pen = self._held_key(device, body, set())
        return (
            pen is not None
            and self.bound.get(device, (0, None))[1] is pen
            and answer.body["member"] == self.five.pins[self.bound[device][0]].member
        )

    def _held_key(self, device: str, body: Any, secret: set[str]) -> Pen | None:
        """Whose key it is, when the proof is right."""
        if not isinstance(body, dict) or len(body) != 2 + bool(secret) or not set(body) <= {"key", "proof", *secret}:
            return None
        found = [
            pen for pen in self.pens if isinstance(body["key"], dict) and all(body["key"].get(name) == pen.jwk[name] for name in pen.jwk)
        ]
        said = judged(body["proof"], found[0].key, found[0].kid) if found else None
        expected = {"meeting": self.five.meeting, "device": device, "kid": found[0].kid} if found else {}
        right = said is not None and set(said) == {*expected, "at"} and all(said[name] == value for name, value in expected.items())
        return found[0] if right else None

    def _now_bound(self, place: int, device: str, pen: Pen) -> None:
        self.bound = {at: (who, key) for at, (who, key) in self.bound.items() if at != device and who != place}
        self.bound[device] = (place, pen)

    # -- the count ------------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        """Close, open the next vote, and look whether the log and the result say what was accepted."""
        motion, cast, receipts = self.motion, self.cast, self.receipts
        self.room.service.votes.close(self.five.meeting, motion)
        self._come_in()
        self._open()
        report = verify(self.room.service.reading.bundle(self.five.meeting, motion), Beside(receipts=receipts))
        if not report.ok:
            raise WrongAnswer(f"the bundle is not right: {report.findings}")
        counted = {choice: report.summary.get(choice) for choice in ("for", "against", "abstain")}
        expected = {choice: list(cast.values()).count(choice) for choice in counted}
        if counted != expected:
            raise WrongAnswer(f"counted {counted}, accepted {expected}")

    def close(self) -> None:
        self._count()
        self._held.close()
