"""What must be true after a round, judged from outside: from what tablets hold, the bundle, the log's text and `dinh check`."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from broker.envelope import open_envelope
from edge.home import Home
from edge.storage.check import check
from edge.storage.engine import open_store
from meeting.log.verifier import Beside, verify
from tests.benchmarks.hall import Hall
from tests.benchmarks.receipts import LogKey, in_bundle
from tests.benchmarks.voter import Voter

CHOICES = ("for", "against", "abstain")


@dataclass
class Verdict:
    """What a round came to. `wrong` says everything that is not as it must be."""

    acknowledged: int = 0
    """Ballots of this round for which a tablet holds a receipt."""
    acknowledged_lost: int = 0
    """Receipts that do not verify against log and bundle."""
    counted_twice: int = 0
    """Voters who have more than one vote in the result, or a ballot twice in the log."""
    told_without_receipt: int = 0
    """Seats shown as having voted whose tablet, back again, has no receipt; or the other way round."""
    wrong: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Logged:
    """A ballot as the log has it."""

    index: int
    member: str
    seat: str
    choice: str
    jws: str


def judge(hall: Hall, motion: str, voters: Iterable[Voter], bundle: bytes) -> Verdict:
    """Compare the bundle of a closed vote with what the tablets hold."""
    voters, told = list(voters), Verdict()
    held = {sha: receipt for voter in voters for sha, receipt in voter.receipts.items() if receipt["motion"] == motion}
    told.acknowledged = len(held)
    logged, result = _story(bundle, motion)
    _receipts(told, hall, held, bundle, logged)
    _signed(told, voters, motion, logged)
    _result(told, logged, result)
    report = verify(bundle, Beside(key=hall.log_key, receipts=[json.dumps(one).encode() for one in held.values()]))
    if not report.ok:
        told.wrong.append(f"the verifier: {report.findings}")
    told.wrong += [line for voter in voters for line in voter.contradictions]
    return told


def _story(bundle: bytes, motion: str) -> tuple[list[Logged], dict[str, Any]]:
    """The ballots of this vote and its result, read from the entries' own text."""
    logged, result = [], {}
    for one in json.loads(bundle)["entries"]:
        entry = json.loads(one.get("text", "{}"))
        if entry.get("motion") != motion:
            continue
        if entry["kind"] == "ballot":
            said = json.loads(open_envelope(entry["jws"]).payload)
            logged.append(Logged(entry["index"], entry["member"], said["seat"], said["choice"], entry["jws"]))
        elif entry["kind"] == "result":
            result = entry
    return logged, result


def _receipts(told: Verdict, hall: Hall, held: Mapping[str, Any], bundle: bytes, logged: list[Logged]) -> None:
    """Each receipt: signed by the log's key, for this ballot, with a proof, and in the bundle at its index."""
    key, texts = LogKey(hall.log_key), {hashlib.sha256(one.jws.encode()).hexdigest(): one for one in logged}
    for sha, receipt in held.items():
        one = texts.get(sha)
        try:
            good = one is not None and in_bundle(bundle, [key.verify(receipt, one.jws)]) == 1
        except (ValueError, KeyError, IndexError) as error:
            told.wrong.append(f"the receipt for {sha}: {error}")
            good = False
        if not good:
            told.acknowledged_lost += 1
            told.wrong.append(f"the receipt for {sha} (index {receipt['index']}) does not verify; in the log: {one is not None}")


def _signed(told: Verdict, voters: list[Voter], motion: str, logged: list[Logged]) -> None:
    """The log holds what tablets signed, each ballot once, each by the voter whose seat it names."""
    signed = {one.jws: voter.seated.seat for voter in voters for one in voter.signed.values() if one.motion == motion}
    told.wrong += [f"a ballot in the log that no tablet signed: {one}" for one in logged if signed.get(one.jws) != one.seat]
    if again := len(logged) - len({one.jws for one in logged}):
        told.counted_twice += again
        told.wrong.append(f"{again} ballots are in the log twice")


def _result(told: Verdict, logged: list[Logged], result: Mapping[str, Any]) -> None:
    """The last logged ballot of each voter, counted by hand."""
    last = {one.member: one.choice for one in sorted(logged, key=lambda one: one.index)}
    counted = {choice: list(last.values()).count(choice) for choice in CHOICES}
    if result.get("votes") != counted:
        told.wrong.append(f"the result says {result.get('votes')}, the log {counted}")
    told.counted_twice += max(0, sum(result.get("votes", {}).values()) - len(last))


def shown_seats(told: Verdict, motion: str, voters: Iterable[Voter], cast_seats: Iterable[str]) -> None:
    """Before the close: who is shown as having voted holds a receipt, and who holds one is shown."""
    holding = {voter.seated.seat for voter in voters if any(one["motion"] == motion for one in voter.receipts.values())}
    if different := holding ^ set(cast_seats):
        told.told_without_receipt += len(different)
        told.wrong.append(f"shown as having voted: {sorted(cast_seats)}; holding a receipt: {sorted(holding)}")


def house(url: str, home: Home) -> list[str]:
    """What `dinh check` finds, beside the running node."""
    store = open_store(url)
    try:
        return [f"dinh check: {fault.code} {fault.facts}" for fault in check(store, home)]
    finally:
        store.close()
