"""The audit log: rows chained by SHA-256, written in the same commit as what they tell."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session, col, desc, select

from broker.envelope import canonical
from edge.accounts.tables import AuditRow

START = "0" * 64
"""What the first row follows."""


@dataclass(frozen=True)
class Act:
    """Who did what to whom."""

    actor: str
    action: str
    subject: str = ""
    facts: Mapping[str, str | int | bool | None] | None = None


def append(session: Session, act: Act, at: datetime) -> None:
    """Add a row to the chain. Only inside the writer's transaction: two writers would fork the chain."""
    last = session.exec(select(AuditRow).order_by(desc(AuditRow.seq)).limit(1)).first()
    facts = canonical(dict(act.facts or {})).decode()
    row = AuditRow(
        seq=last.seq + 1 if last else 1,
        at=at,
        actor=act.actor,
        action=act.action,
        subject=act.subject,
        facts=facts,
        previous=last.hash if last else START,
        hash="",
    )
    row.hash = link(row)
    session.add(row)
    session.flush()


def link(row: AuditRow) -> str:
    """SHA-256 over the row's content and the hash of the row before it."""
    said = {
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "facts": json.loads(row.facts),
        "previous": row.previous,
    }
    return hashlib.sha256(canonical(said)).hexdigest()


def first_break(session: Session) -> int | None:
    """The number of the first row that does not follow from the row before it; None when the chain is whole."""
    previous, expected = START, 1
    for row in session.exec(select(AuditRow).order_by(col(AuditRow.seq))):
        if row.seq != expected or row.previous != previous or row.hash != link(row):
            return row.seq
        previous, expected = row.hash, expected + 1
    return None
