"""`dinh check`: what must always be true of what is kept, room by room. Reads only; a running node is not disturbed.

Each invariant is a generator of faults over one consistent view. A fault names the thing and says what is wrong with it.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from broker.messages.base import Facts
from cameras.desk.tables import EvidenceRow, SightingRow
from edge.accounts.audit import first_break
from edge.devices.tables import CameraRow
from edge.devices.vault import Vault
from edge.home import Home
from edge.refusals import Refusal as AccountRefusal
from edge.reporting.tables import DeliveryRow, OutboxRow
from edge.storage.engine import Store
from edge.storage.migrate import current, revisions
from meeting.domain.errors import Refusal as RoomRefusal
from meeting.log.merkle import frontier, leaf_hash
from meeting.secret.blind import PublicKey
from meeting.secret.keys import KeyFolder
from meeting.tables import Ballot, BoxedBallot, Current, Document, LogEntry, Meeting, Motion, Token

BLOCK: Final = 1 << 20


class Wrong(StrEnum):
    """Every invariant that can be broken."""

    DATABASE = "check.database"
    REVISION = "check.revision"
    AUDIT = "check.audit"
    LOG_GAP = "check.log_gap"
    LOG_LEAF = "check.log_leaf"
    LOG_ROOT = "check.log_root"
    BALLOT = "check.ballot"
    BALLOT_KEY = "check.ballot_key"
    BOX = "check.box"
    FILE_MISSING = "check.file_missing"
    FILE_ALTERED = "check.file_altered"
    CAMERA_SEALED = "check.camera_sealed"
    DELIVERY = "check.delivery"


@dataclass(frozen=True)
class Fault:
    """One broken invariant."""

    code: Wrong
    facts: Facts


@dataclass(frozen=True)
class Look:
    """What an invariant looks at."""

    session: Session
    home: Home


Invariant = Callable[[Look], Iterator[Fault]]
Progress = Callable[[str], None]
"""Told the name of each invariant before it is looked at."""


def check(store: Store, home: Home, progress: Progress | None = None) -> list[Fault]:
    """Every fault found. Raises Refusal when the database cannot be read at all."""
    have, newest = current(store), revisions()[-1]
    faults = [] if have == newest else [Fault(Wrong.REVISION, {"has": have, "knows": newest})]
    if have is None:
        return faults
    with store.reader() as session:
        look = Look(session, home)
        for name, invariant in INVARIANTS.items():
            if progress is not None:
                progress(name)
            try:
                faults += list(invariant(look))
            except DBAPIError as error:
                return [*faults, Fault(Wrong.DATABASE, {"detail": str(error.orig)})]
    return faults


def database(look: Look) -> Iterator[Fault]:
    """SQLite's own pages and references are sound (PostgreSQL keeps its own)."""
    if look.session.get_bind().dialect.name != "sqlite":
        return
    for (said,) in look.session.execute(text("PRAGMA integrity_check")):
        if said != "ok":
            yield Fault(Wrong.DATABASE, {"detail": said})
    for table, row, parent, _ in look.session.execute(text("PRAGMA foreign_key_check")):
        yield Fault(Wrong.DATABASE, {"detail": f"{table}[{row}] -> {parent}"})


def audit(look: Look) -> Iterator[Fault]:
    """Every row of the audit log follows from the one before it."""
    row = first_break(look.session)
    if row is not None:
        yield Fault(Wrong.AUDIT, {"row": row})


def vote_logs(look: Look) -> Iterator[Fault]:
    """Each meeting's log has no gap, each leaf is the hash of its entry, and all of them give the kept frontier."""
    for meeting in look.session.exec(select(Meeting)):
        rows = look.session.exec(select(LogEntry).where(col(LogEntry.meeting) == meeting.id).order_by(col(LogEntry.index)))
        leaves: list[bytes] = []
        for row in rows:
            if row.index != len(leaves):
                yield Fault(Wrong.LOG_GAP, {"meeting": meeting.id, "index": len(leaves)})
                break
            if leaf_hash(row.text.encode()).hex() != row.leaf:
                yield Fault(Wrong.LOG_LEAF, {"meeting": meeting.id, "index": row.index})
            leaves.append(bytes.fromhex(row.leaf))
        else:
            kept = meeting.log_peaks.split()
            if len(leaves) != meeting.log_size or [peak.hex() for peak in frontier(leaves).peaks] != kept:
                yield Fault(Wrong.LOG_ROOT, {"meeting": meeting.id, "size": len(leaves), "kept": meeting.log_size})


def ballots(look: Look) -> Iterator[Fault]:
    """What counts for a voter is the last ballot that this voter cast, and it is in the log."""
    for counted in look.session.exec(select(Current)):
        mine = (col(Ballot.meeting) == counted.meeting, col(Ballot.motion) == counted.motion, col(Ballot.member) == counted.member)
        last = look.session.exec(select(Ballot).where(*mine).order_by(col(Ballot.index).desc()).limit(1)).first()
        if last is None or (last.index, last.choice) != (counted.index, counted.choice):
            yield Fault(Wrong.BALLOT, {"meeting": counted.meeting, "motion": counted.motion, "seat": counted.seat})


def ballot_keys(look: Look) -> Iterator[Fault]:
    """Every secret vote that is open has its key, for nobody else's eyes; no key is kept of any other vote."""
    votes = look.session.exec(select(Motion).where(col(Motion.secret), Motion.state == "open"))
    wanted = {(one.meeting, one.id): one for one in votes}
    keys = KeyFolder(look.home.ballot_keys)
    kept = set(keys.kept())
    for meeting, motion in sorted(kept - set(wanted)):
        yield Fault(Wrong.BALLOT_KEY, {"meeting": meeting, "motion": motion, "why": "left"})
    for (meeting, motion), row in wanted.items():
        if why := _key_fault(keys, row):
            yield Fault(Wrong.BALLOT_KEY, {"meeting": meeting, "motion": motion, "why": why})


def _key_fault(keys: KeyFolder, row: Motion) -> str | None:
    try:
        key = keys.load(row.meeting, row.id)
    except RoomRefusal:
        return "missing"
    if keys.path(row.meeting, row.id).stat().st_mode & 0o077:
        return "readable"
    return None if PublicKey.of(key).words() == json.loads(row.paper or b"{}").get("secret") else "other"


def boxes(look: Look) -> Iterator[Fault]:
    """Of a secret vote there are as many tokens and ballots in the log as its numbers say; the box of a closed one is empty."""
    for row in look.session.exec(select(Motion).where(col(Motion.secret), Motion.state != "draft")):
        kinds = Counter(look.session.exec(select(LogEntry.kind).where(LogEntry.meeting == row.meeting, LogEntry.motion == row.id)))
        tokens = len(look.session.exec(select(Token.member).where(Token.meeting == row.meeting, Token.motion == row.id)).all())
        there = len(
            look.session.exec(select(BoxedBallot.tracker).where(BoxedBallot.meeting == row.meeting, BoxedBallot.motion == row.id)).all()
        )
        result = json.loads(row.result) if row.result else {"issued": tokens, "cast": 0}
        right = kinds["token_issued"] == tokens == result["issued"] and kinds["secret_ballot"] == result["cast"]
        if not right or there > (0 if row.result else tokens):
            yield Fault(Wrong.BOX, {"meeting": row.meeting, "motion": row.id, "tokens": tokens, "boxed": there})


def documents(look: Look) -> Iterator[Fault]:
    """Every document is there and is what was hashed."""
    for row in look.session.exec(select(Document)):
        yield from _file(look, look.home.documents / row.sha256[:2] / f"{row.sha256}.pdf", row.sha256)


def evidence(look: Look) -> Iterator[Fault]:
    """Every sealed file of every sighting is there and is what was sealed."""
    camera_of = dict(look.session.exec(select(SightingRow.id, SightingRow.camera)).all())
    for row in look.session.exec(select(EvidenceRow)):
        yield from _file(look, look.home.evidence / camera_of[row.sighting] / row.sighting / row.name, row.sha256)


def cameras(look: Look) -> Iterator[Fault]:
    """The node's secret opens every camera's address."""
    rows = look.session.exec(select(CameraRow).where(col(CameraRow.ended_at).is_(None))).all()
    if not rows:
        return
    vault = Vault(look.home.secret("node"))
    for row in rows:
        try:
            vault.unseal(row.sealed, of=row.id)
        except AccountRefusal:
            yield Fault(Wrong.CAMERA_SEALED, {"camera": row.name})


def deliveries(look: Look) -> Iterator[Fault]:
    """A fact that was spread has its deliveries' numbers; none is told out of its order."""
    found = select(DeliveryRow, OutboxRow).where(
        col(DeliveryRow.fact) == col(OutboxRow.id), col(DeliveryRow.number) != col(OutboxRow.number)
    )
    for delivery, fact in look.session.exec(found):
        yield Fault(Wrong.DELIVERY, {"report": delivery.id, "fact": fact.id})


INVARIANTS: Final[dict[str, Invariant]] = {
    "database": database,
    "audit": audit,
    "vote_logs": vote_logs,
    "ballots": ballots,
    "ballot_keys": ballot_keys,
    "boxes": boxes,
    "documents": documents,
    "evidence": evidence,
    "cameras": cameras,
    "deliveries": deliveries,
}


def _file(look: Look, path: Path, wanted: str) -> Iterator[Fault]:
    name = path.relative_to(look.home.path).as_posix()
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256")
    except FileNotFoundError:
        yield Fault(Wrong.FILE_MISSING, {"file": name})
        return
    if digest.hexdigest() != wanted:
        yield Fault(Wrong.FILE_ALTERED, {"file": name})
