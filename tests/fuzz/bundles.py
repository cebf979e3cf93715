"""The verifier reads files that anyone may hand it: a changed bundle or receipt is refused, or the change is proven harmless.

The first byte of an input says whether the rest is a bundle (even) or a receipt beside the honest bundle (odd).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from meeting.log.verifier import Beside, verify
from tests.fuzz.asks import FAST
from tests.fuzz.mutate import change_json, dumps, mutate
from tests.fuzz.target import WrongAnswer
from tests.meeting.room import council, sqlite_room


@contextmanager
def voted() -> Iterator[tuple[bytes, list[bytes]]]:
    """The bundle of the second of two motions, and its voters' receipts."""
    with TemporaryDirectory(dir=FAST if FAST.is_dir() else None) as folder, sqlite_room(Path(folder)) as made:
        five = council(made)
        tablets = five.arrive(0, 1, 2, 3)
        other = five.opened()
        tablets[0].cast("against")
        made.service.votes.close(five.meeting, other)
        motion = five.opened()
        receipts = [
            json.dumps(tablet.cast(choice).body).encode() for tablet, choice in zip(tablets, ("for", "for", "abstain"), strict=False)
        ]
        made.service.votes.close(five.meeting, motion)
        made.service.votes.correct(five.meeting, motion, text="Đính chính", by="account-1")
        yield made.service.reading.bundle(five.meeting, motion), receipts


class Bundles:
    """One honest bundle and its receipts."""

    name = "bundles"

    def __init__(self) -> None:
        with voted() as (bundle, receipts):
            self.bundle, self.receipts = bundle, receipts
        self.whole: dict[str, Any] = json.loads(bundle)
        told = [json.loads(one.get("text", "{}")) for one in self.whole["entries"]]
        mine = [at for at, one in enumerate(told) if one.get("motion") == self.whole["motion"]]
        self.opening, self.result = min(mine), next(at for at in mine if told[at]["kind"] == "result")
        self.accepted = 0

    def invent(self, draw: Random) -> bytes:
        if draw.random() < 0.3:
            one = draw.choice(self.receipts)
            changed = dumps(draw, change_json(draw, json.loads(one))) if draw.random() < 0.7 else mutate(draw, self.receipts)
            return b"\1" + changed
        if draw.random() < 0.6:
            return b"\0" + dumps(draw, change_json(draw, self.whole))
        return b"\0" + mutate(draw, [self.bundle])

    def feed(self, data: bytes) -> None:
        raw = data[1:]
        if data[:1] and data[0] % 2:
            report = verify(self.bundle, Beside(receipts=[raw]))
            right = report.ok and json.loads(raw) in [json.loads(one) for one in self.receipts]
        else:
            report = verify(raw)
            right = report.ok and self._harmless(json.loads(raw))
        if report.ok and not right:
            raise WrongAnswer(f"found right, but it is changed at {self._differs(raw)}")
        if not report.ok and (raw == self.bundle or raw in self.receipts):
            raise WrongAnswer(f"found wrong: {report.findings}")
        json.dumps([str(finding) for finding in report.findings]).encode()
        self.accepted += report.ok

    def _differs(self, raw: bytes) -> str:
        """Where a bundle is not the honest one."""
        said = json.loads(raw)
        places = [name for name, value in self.whole.items() if name != "entries" and said.get(name) != value]
        pairs = enumerate(zip(said.get("entries", []), self.whole["entries"], strict=False))
        return str(places + [f"entries[{at}]: {one}"[:200] for at, (one, honest) in pairs if one != honest])

    def _harmless(self, said: dict[str, Any]) -> bool:
        """What may be left out: names, and entries that this vote does not need. What may be added: others' signatures under the head."""
        changed = {name for name, value in self.whole.items() if said.get(name) != value}
        if set(said) != set(self.whole) or not changed <= {"names", "checkpoint", "entries"}:
            return False
        names = all(self.whole["names"].get(member) == name for member, name in said["names"].items())
        signed = set(self.whole["checkpoint"].splitlines()) <= set(said["checkpoint"].splitlines())
        pairs = list(zip(said["entries"], self.whole["entries"], strict=False))
        same = len(said["entries"]) == len(self.whole["entries"]) and all(self._same(*pair, at=at) for at, pair in enumerate(pairs))
        return names and signed and same

    def _same(self, said: dict[str, Any], honest: dict[str, Any], *, at: int) -> bool:
        """The entry itself; or its leaf alone: before the vote (the rolls say again what presence and keys came to), of another vote, or
        behind the result, where a correction could also be withheld by showing the bundle from before it.
        """
        entry = json.loads(honest.get("text", "{}"))
        spare = not self.opening <= at <= self.result or entry.get("motion", self.whole["motion"]) != self.whole["motion"]
        return said == honest or (said == {"leaf": honest["leaf"]} and spare)

    def close(self) -> None:
        """The honest ones were among the inputs."""
        if not self.accepted:
            raise WrongAnswer("no bundle at all was found right")
