"""What a ballot and a receipt cost in a long log: `python -m tests.benchmarks.growth [--entries 10 1000 100000] [--json FILE]`.

The desk's own path (asks, ledger, log, one fsync for what waits together) on SQLite, in this process and without a network; CPU seconds,
not those of the clock. The log is filled beforehand with entries and ballots of an earlier vote.
"""

import argparse
import json
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import insert
from sqlmodel import SQLModel

from broker.messages.base import Message
from broker.messages.meetings import MeetingAnswer, MeetingAsk
from broker.topics import Topic
from edge.node.prepare import prepare
from edge.offices import Offices, fresh_id, open_offices, utc_now
from edge.ports import Entry
from edge.settings import read_settings
from meeting import store
from meeting.log.merkle import Frontier, leaf_hash
from meeting.service import MeetingService
from meeting.service.house import frontier_of
from meeting.settings import MeetingSettings
from tests.benchmarks.hall import WAIT_S, Hall, furnish, stamp
from tests.benchmarks.receipts import LogKey

VOTERS = 200
CHUNK = 20_000


@dataclass(frozen=True)
class Cost:
    """CPU microseconds and bytes, each for one ballot."""

    entries: int
    """In the log before the vote."""
    ballot_us: float
    """All 200 ballots waiting together: check, log, sign the receipt, write, commit."""
    alone_us: float
    """One ballot after the other, each with its own commit."""
    receipt_bytes: int
    proof_hashes: int
    verify_us: float
    """What a tablet does with its receipt, here in Python."""
    snapshot_us: float
    """Making one snapshot of the open vote."""
    close_ms: float
    """Roll, count and result."""


@dataclass
class Air:
    """Everything is published as usual, to nobody."""

    sent: int = 0

    def publish(self, topic: Topic, message: Message, **ids: str) -> None:
        self.sent += len(topic.of(**ids)) + len(message.to_bytes())


@dataclass(frozen=True)
class Room:
    """The desk's meeting room over a home of its own."""

    offices: Offices
    service: MeetingService
    hall: Hall

    def cast(self, ballots: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """(device, ballot) asked all at once; the receipts."""
        waiting: list[Future[MeetingAnswer]] = []
        for device, jws in ballots:
            ask = MeetingAsk(id=secrets.token_hex(10), at=utc_now(), kind="cast", body={"ballot": jws})
            waiting.append(self.service.asks.take(self.hall.meeting, device, ask))
        answers = [one.result(WAIT_S) for one in waiting]
        refused = [one.code for one in answers if not one.ok]
        if refused:
            raise RuntimeError(f"refused: {refused[0]}")
        return [one.body for one in answers]

    def ballots(self, choice: str) -> list[tuple[str, str]]:
        """Everybody's signed ballot in the open motion."""
        with self.offices.means.reader() as session:
            paper = str(store.motion(session, self.hall.meeting, self.hall.motion).paper_sha256)
        claims = {"meeting": self.hall.meeting, "motion": self.hall.motion, "paper": paper, "choice": choice, "at": stamp()}
        return [(one.device, one.pen().sign({**claims, "seat": one.seat, "nonce": secrets.token_urlsafe(16)})) for one in self.hall.seated]

    def fill(self, entries: int) -> None:
        """Bring the log to this length with ballots of an earlier vote."""
        self.offices.ledger.submit(lambda entry: _fill(entry, self.hall.meeting, entries)).result(WAIT_S)
        with self.offices.store.writer.connect() as connection:  # else the next commit would carry all of it into the file
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")


def _fill(entry: Entry, meeting: str, entries: int) -> None:
    row = store.meeting(entry.session, meeting)
    frontier, tables = frontier_of(row), SQLModel.metadata.tables
    while frontier.size < entries:
        log, ballots = [], []
        for index in range(frontier.size, min(entries, frontier.size + CHUNK)):
            frontier, leaf, text = _grown(frontier, index)
            whose = {"meeting": meeting, "motion": "earlier", "index": index}
            log.append({**whose, "kind": "ballot", "leaf": leaf.hex(), "text": text})
            kept = {"member": f"m{index % VOTERS}", "seat": "s1", "nonce": f"nonce-of-entry-{index}", "choice": "for", "at": utc_now()}
            ballots.append({**whose, **kept, "ballot_sha256": leaf.hex(), "door": "tablet", "receipt": "{}"})
        entry.session.execute(insert(tables["meeting_log"]), log)
        entry.session.execute(insert(tables["meeting_ballots"]), ballots)
    row.log_size, row.log_peaks = frontier.size, " ".join(peak.hex() for peak in frontier.peaks)
    entry.session.add(row)


def _grown(frontier: Frontier, index: int) -> tuple[Frontier, bytes, str]:
    text = json.dumps({"index": index, "kind": "ballot", "jws": "x" * 600})
    leaf = leaf_hash(text.encode())
    return frontier.add(leaf)[0], leaf, text


@contextmanager
def room() -> Iterator[Room]:
    """A hall of 200 that is checked in."""
    with tempfile.TemporaryDirectory(prefix="dinh-growth-") as folder:
        settings = read_settings(Path(folder) / "home", {})
        prepare(settings)
        hall = furnish(settings, VOTERS)
        with open_offices(settings) as offices:
            told = MeetingSettings(settings.home.documents, settings.home.secret("log"), f"dinh.local/{settings.node_id}")
            yield Room(offices, MeetingService(offices.ledger, offices.means.reader, Air(), utc_now, fresh_id, told), hall)


def measure(entries: int) -> Cost:
    """One vote on a log of this length."""
    with room() as held:
        held.fill(entries)
        service, meeting, motion = held.service, held.hall.meeting, held.hall.motion
        service.votes.open(meeting, motion)
        first, second, third = (held.ballots(choice) for choice in ("abstain", "against", "for"))
        held.cast(first)
        together = _cpu(lambda: held.cast(second)) / VOTERS
        receipts: list[dict[str, Any]] = []
        alone = _cpu(lambda: receipts.extend(receipt for one in third for receipt in held.cast([one]))) / VOTERS
        service.publisher.flush()
        service.publisher.mark_counting(meeting, voters=VOTERS)
        snapshot = _cpu(service.publisher.flush)
        key = LogKey(held.hall.log_key)
        checked = _cpu(lambda: [key.verify(receipt, jws) for receipt, (_, jws) in zip(receipts, third, strict=True)]) / VOTERS
        close = _cpu(lambda: service.votes.close(meeting, motion))
        size, proof = len(json.dumps(receipts[-1])), len(receipts[-1]["proof"])
    return Cost(entries, together * 1e6, alone * 1e6, size, proof, checked * 1e6, snapshot * 1e6, close * 1e3)


def _cpu(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.benchmarks.growth", description=__doc__)
    parser.add_argument("--entries", type=int, nargs="+", default=[10, 1000, 100_000])
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    costs = []
    console = Console()
    for entries in given.entries:
        with console.status(f"{entries} entries"):
            costs.append(measure(entries))
    made = Table("entries", "ballot µs", "alone µs", "receipt bytes", "proof", "verify µs", "snapshot µs", "close ms")
    for one in costs:
        made.add_row(*(f"{value:.0f}" for value in asdict(one).values()))
    console.print(made)
    if given.json:
        given.json.write_text(json.dumps([asdict(one) for one in costs], indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
