"""Last layers that the node has learned or tries, and the verdicts that they are learned from. What is in them is the watchers' business."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from cameras.desk.custody import Place
from cameras.desk.tables import EvidenceRow, HeadRow, SightingRow
from cameras.domain.cases import Reason, Verdict

STRIP = "strip.npz"


class Role(StrEnum):
    """What a head is for; a row without one is only kept."""

    LIVE = "live"
    SHADOW = "shadow"
    BEFORE = "before"


@dataclass(frozen=True)
class Judged:
    """One sighting that an officer has judged."""

    strip: Path | None
    """Where what the network saw lies, if it was sent."""
    verdict: Verdict
    reason: Reason | None
    score: float
    threshold: float
    """Of the live network, before verdicts and budget moved it."""
    shadow: tuple[float, float] | None
    """Score and threshold of the network in the shadow, if it is the one that was asked for."""


def wanted(session: Session) -> dict[str, Any]:
    """What every watcher is told: `heads` with the content of each role, base64; nothing where the network is as it ships."""
    rows = session.exec(select(HeadRow).where(col(HeadRow.role).in_([Role.LIVE, Role.SHADOW]))).all()
    return {"heads": {row.role: row.content for row in rows}} if rows else {}


def find(session: Session, role: Role) -> bytes | None:
    """The head of that role as a file."""
    row = _row(session, role)
    return base64.b64decode(row.content) if row is not None else None


def put(session: Session, role: Role, content: bytes | None, *, weights: str, now: datetime) -> None:
    """Give a role to this head, or to none. What was live is `before` then; what was before is only kept."""
    old = _row(session, role)
    if role is Role.LIVE:
        _leave(session, _row(session, Role.BEFORE), "")
    _leave(session, old, Role.BEFORE if role is Role.LIVE else "")
    if content is not None:
        name = hashlib.sha256(content).hexdigest()
        row = session.get(HeadRow, name) or HeadRow(sha256=name, weights=weights, content=base64.b64encode(content).decode(), made_at=now)
        row.role = role
        session.add(row)
    session.flush()


def back(session: Session) -> bool:
    """The last layer before the present one is live again, the network's own where there was none; False when nothing was learned."""
    live, before = _row(session, Role.LIVE), _row(session, Role.BEFORE)
    _leave(session, live, Role.BEFORE)
    _leave(session, before, Role.LIVE)
    session.flush()
    return live is not None or before is not None


def judged(session: Session, evidence: Path, shadow: str | None = None) -> Sequence[Judged]:
    """Every sighting with a verdict, oldest first; `shadow`: the network whose notes are wanted."""
    strip = select(EvidenceRow.sighting).where(EvidenceRow.name == STRIP)
    sent = set(session.exec(strip).all())
    known = [Verdict.CONFIRMED, Verdict.REJECTED]
    rows = session.exec(
        select(SightingRow).where(col(SightingRow.verdict).in_(known)).order_by(col(SightingRow.received_at), col(SightingRow.id))
    )
    return [_judged(row, evidence if row.id in sent else None, shadow) for row in rows]


def _judged(row: SightingRow, evidence: Path | None, shadow: str | None) -> Judged:
    noted = row.shadow_model == shadow and row.shadow_score is not None and row.shadow_threshold is not None
    return Judged(
        strip=Place(row.camera, row.id, STRIP).under(evidence) if evidence is not None else None,
        verdict=Verdict(row.verdict or ""),
        reason=Reason(row.rejected_as) if row.rejected_as else None,
        score=row.score,
        threshold=row.base,
        shadow=(row.shadow_score or 0.0, row.shadow_threshold or 0.0) if noted else None,
    )


def _row(session: Session, role: Role) -> HeadRow | None:
    return session.exec(select(HeadRow).where(HeadRow.role == role)).first()


def _leave(session: Session, row: HeadRow | None, role: str) -> None:
    if row is not None:
        row.role = role
        session.add(row)
