"""Rows in, rows out: every query of the officer's side."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from broker.messages.cameras import Sighting
from cameras.desk.budget import Decision
from cameras.desk.ports import CameraCard
from cameras.desk.tables import CaseEventRow, EvidenceRow, SightingRow
from cameras.domain.cases import Case, Judgement, Person, Reason, State, Verdict


@dataclass(frozen=True)
class Wanted:
    """What a list is about. Empty states mean all; times are half-open [since, until)."""

    states: frozenset[State] = frozenset()
    camera: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    limit: int = 200


@dataclass(frozen=True)
class Step:
    """A line to be added to a trace."""

    what: str
    at: datetime
    by: Person | None = None
    reason: Reason | None = None
    note: str = ""
    reference: str | None = None


def digest_of(message: Sighting) -> str:
    """SHA-256 of the message in one fixed spelling."""
    spelled = json.dumps(message.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(spelled.encode()).hexdigest()


def find(session: Session, sighting: str) -> SightingRow | None:
    """The row of that id."""
    return session.get(SightingRow, sighting)


def near(session: Session, message: Sighting, span: timedelta) -> Sequence[SightingRow]:
    """What other watchers told of this camera around the same moment."""
    query = select(SightingRow).where(SightingRow.camera == message.camera, SightingRow.watcher != message.watcher)
    since, until = message.put_down_at - span, message.put_down_at + span
    return session.exec(query.where(col(SightingRow.put_down_at) >= since, col(SightingRow.put_down_at) <= until)).all()


def queue(session: Session, wanted: Wanted) -> Sequence[SightingRow]:
    """Newest first; of the same moment the surer first."""
    query = select(SightingRow)
    if wanted.states:
        query = query.where(col(SightingRow.state).in_(sorted(wanted.states)))
    if wanted.camera is not None:
        query = query.where(SightingRow.camera == wanted.camera)
    if wanted.since is not None:
        query = query.where(col(SightingRow.at) >= wanted.since)
    if wanted.until is not None:
        query = query.where(col(SightingRow.at) < wanted.until)
    return session.exec(query.order_by(col(SightingRow.at).desc(), col(SightingRow.score).desc()).limit(wanted.limit)).all()


def counts(session: Session, states: frozenset[State]) -> int:
    """How many sightings stand in these states."""
    return session.exec(select(func.count()).select_from(SightingRow).where(col(SightingRow.state).in_(sorted(states)))).one()


def evidence(session: Session, sighting: str) -> Sequence[EvidenceRow]:
    """The sealed files of a sighting."""
    return session.exec(select(EvidenceRow).where(EvidenceRow.sighting == sighting).order_by(col(EvidenceRow.name))).all()


def posters(session: Session, sightings: Sequence[str]) -> frozenset[str]:
    """Those of `sightings` that have a thumbnail."""
    query = select(EvidenceRow.sighting).where(col(EvidenceRow.sighting).in_(sightings), EvidenceRow.name == "poster.jpg")
    return frozenset(session.exec(query).all())


def events(session: Session, sighting: str) -> Sequence[CaseEventRow]:
    """The trace, oldest first."""
    return session.exec(select(CaseEventRow).where(CaseEventRow.sighting == sighting).order_by(col(CaseEventRow.number))).all()


def case_of(row: SightingRow) -> Case:
    """The pure case of a row."""
    if row.verdict is None or row.judged_at is None or row.verdict_before is None:
        return Case(State(row.state), row.revision)
    given = Judgement(
        Verdict(row.verdict),
        Person(row.judged_account or "", row.judged_by or ""),
        row.judged_at,
        State(row.verdict_before),
        reason=Reason(row.rejected_as) if row.rejected_as else None,
        note=row.note,
    )
    return Case(State(row.state), row.revision, given)


def put_case(session: Session, row: SightingRow, case: Case, *, step: Step) -> None:
    """Write the case back and add `step` to its trace."""
    _add_event(session, row, after=case.state, step=step)
    given = case.judgement
    row.state, row.revision = case.state.value, case.revision
    row.verdict = given.verdict.value if given else None
    row.verdict_before = given.before.value if given else None
    row.rejected_as = given.reason.value if given and given.reason else None
    row.note = given.note if given else ""
    row.judged_account = given.by.account if given else None
    row.judged_by = given.by.name if given else None
    row.judged_at = given.at if given else None
    session.add(row)


def put_new(session: Session, message: Sighting, card: CameraCard, *, decision: Decision, now: datetime) -> SightingRow:
    """Write a fresh sighting, its files and the first line of its trace."""
    shadow = message.shadow
    row = SightingRow(
        **message.model_dump(exclude={"fence", "given_up", "evidence", "box", "threshold", "shadow"}),
        threshold=decision.threshold,
        base=message.threshold,
        level=decision.level,
        shadow_model=shadow.model if shadow else None,
        shadow_score=shadow.score if shadow else None,
        shadow_threshold=shadow.threshold if shadow else None,
        box=list(message.box),
        camera_name=card.name,
        address=card.address,
        latitude=card.latitude,
        longitude=card.longitude,
        digest=digest_of(message),
        received_at=now,
        state=decision.case.state.value,
        revision=decision.case.revision,
    )
    session.add(row)
    session.flush()
    for file in message.evidence:
        session.add(EvidenceRow(sighting=message.id, name=file.name, sha256=file.sha256, bytes=file.bytes))
    _add_event(session, row, after=decision.case.state, step=Step("flagged", now))
    return row


def _add_event(session: Session, row: SightingRow, *, after: State, step: Step) -> None:
    last = session.exec(select(func.max(CaseEventRow.number)).where(CaseEventRow.sighting == row.id)).one()
    session.add(
        CaseEventRow(
            sighting=row.id,
            number=(last or 0) + 1,
            at=step.at,
            what=step.what,
            account=step.by.account if step.by else "",
            by=step.by.name if step.by else "",
            before=row.state,
            after=after.value,
            reason=step.reason.value if step.reason else None,
            note=step.note,
            reference=step.reference,
        )
    )
