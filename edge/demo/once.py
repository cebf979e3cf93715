"""The demo without a person: everything that the three people do, over the node's own doors, and a table of what came of it."""

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from edge.demo import commune, play
from edge.demo.calls import CallRefused
from edge.demo.doors import vote_through_doors
from edge.demo.election import SEATS, hold_election
from edge.demo.processes import DemoError, Inbox, RunningNode, wait_for
from edge.demo.stage import Progress, Stage
from meeting.log.verifier import Beside, verify

DOORS = 3
"""Tablet, keypad, roll call."""
SIGHTINGS = 2
"""Two of the four clips show dumping."""
SIGHTING_PATIENCE_S, REPORT_PATIENCE_S = 150.0, 60.0


@dataclass(frozen=True)
class Row:
    """One line of the table. `key` names it in the words; `ok`: whether it is what the demo promises, None where it is only measured."""

    key: str
    value: str
    ok: bool | None


@dataclass
class Play:
    """What the unattended demo works with."""

    stage: Stage
    running: RunningNode
    inbox: Inbox
    progress: Progress

    def run(self) -> list[Row]:
        """All steps. A step that fails is a row that is not ok; what can still be tried is tried."""
        rows: list[Row] = []
        for step in (self._members, self._speech, self._votes, self._election, self._doors, self._cameras, self._memory):
            try:
                rows += step()
            except (CallRefused, DemoError, TimeoutError, ConnectionError) as error:
                rows.append(Row(step.__name__.strip("_"), str(error), ok=False))
        return rows

    def _members(self) -> list[Row]:
        view = self.stage.secretary.get(f"/api/meetings/{self.stage.meeting}")
        present = sum(1 for member in view["members"] if member["present"])
        return [
            Row("members", f"{len(view['members'])}", ok=len(view["members"]) == commune.MEMBERS),
            Row("present", f"{present}", ok=present == commune.MEMBERS),
        ]

    def _speech(self) -> list[Row]:
        spoke = [play.one_speech(self.stage, tablet, seconds=0.6) for tablet in list(self.stage.tablets.values())[:2]]
        return [Row("speeches", str(sum(spoke)), ok=all(spoke))]

    def _votes(self) -> list[Row]:
        given = play.vote_all(self.stage, spread_s=1.0, progress=self.progress)
        base = f"/api/meetings/{self.stage.meeting}/motions/{self.stage.motion}"
        began = time.monotonic()
        self.stage.chair.post(f"{base}/close")
        closed_ms = (time.monotonic() - began) * 1000
        count = self.stage.chair.get(base)["motion"]["count"]
        votes = " / ".join(str(count["votes"].get(choice, 0)) for choice in ("for", "against", "abstain"))
        return [
            Row("ballots", str(given), ok=given == commune.MEMBERS),
            Row("result", f"{votes} · {closed_ms:.0f} ms", ok=bool(count["adopted"])),
            *self._bundle(base),
        ]

    def _bundle(self, motion: str) -> list[Row]:
        bundle = self.stage.secretary.bytes_of(f"{motion}/bundle")
        (self.running.settings.home.path / "bundle.json").write_bytes(bundle)
        receipts = [json.dumps(receipt).encode() for tablet in self.stage.tablets.values() for receipt in tablet.receipts]
        verified = sum(verify(bundle, Beside(receipts=(receipt,))).ok for receipt in receipts)
        return [
            Row("receipts", str(verified), ok=verified == commune.MEMBERS),
            Row("verified", f"{len(bundle)} B", ok=verify(bundle).ok),
            Row("tampered", "1 B", ok=not verify(_with_one_byte_changed(bundle)).ok),
        ]

    def _doors(self) -> list[Row]:
        came, verified = vote_through_doors(self.stage, self.running.settings.home.path / "keypad.flash")
        told = " · ".join(f"{door} {count}" for door, count in sorted(came.items()))
        return [Row("doors", told, ok=verified and set(came.values()) == {1} and len(came) == DOORS)]

    def _election(self) -> list[Row]:
        counted = hold_election(self.stage, self.progress)
        whole = (counted.issued, counted.cast, counted.invalid, counted.elected) == (commune.MEMBERS, commune.MEMBERS, 1, SEATS)
        return [Row("election", str(counted), ok=whole and counted.verified)]

    def _cameras(self) -> list[Row]:
        found: list[dict[str, Any]] = []

        def enough() -> bool:
            found[:] = self.stage.officer.get("/api/sightings?state=flagged")
            self.progress("sightings", min(1.0, len(found) / SIGHTINGS))
            return len(found) >= SIGHTINGS

        with suppress(DemoError):
            wait_for("sightings", enough, seconds=SIGHTING_PATIENCE_S)
        expected = {self.stage.cameras["day"], self.stage.cameras["night"]}
        rows = [Row("sightings", str(len(found)), ok={sighting["camera"] for sighting in found} == expected)]
        for sighting in found:
            ask = {"verdict": "confirmed", "revision": sighting["revision"]}
            self.stage.officer.post(f"/api/sightings/{sighting['id']}/verdict", ask)
        return [*rows, *self._reports(len(found))]

    def _reports(self, confirmed: int) -> list[Row]:
        def arrived(kind: str) -> int:
            return sum(1 for line in self.inbox.received() if line["door"] == kind and line["about"] == "cameras.case_confirmed")

        def all_there() -> bool:
            self.progress("reports", arrived("open311") / max(1, confirmed))
            return confirmed > 0 and min(arrived("webhook"), arrived("open311")) >= confirmed

        with suppress(DemoError):
            wait_for("reports", all_there, seconds=REPORT_PATIENCE_S if confirmed else 0)
        counts = {kind: arrived(kind) for kind in ("webhook", "open311")}
        good = confirmed > 0 and set(counts.values()) == {confirmed}
        return [Row("confirmed", str(confirmed), ok=confirmed > 0), Row("reported", json.dumps(counts), ok=good)]

    def _memory(self) -> list[Row]:
        status = self.running.status
        ready = status.ready_s or 0.0
        return [Row("memory", f"{status.children_mib:.0f} MiB", ok=None), Row("ready", f"{ready:.1f} s", ok=status.ready)]


def _with_one_byte_changed(bundle: bytes) -> bytes:
    """The bundle with one byte of its middle changed to another of the same kind."""
    at = next(index for index in range(len(bundle) // 2, len(bundle)) if chr(bundle[index]).isalnum())
    return bundle[:at] + (b"1" if bundle[at : at + 1] == b"0" else b"0") + bundle[at + 1 :]
