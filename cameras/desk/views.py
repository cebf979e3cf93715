"""From rows to what the page is told."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from cameras.desk.models import CaseEvent, EvidenceLink, SightingBrief, SightingWhole
from cameras.desk.store import case_of
from cameras.desk.tables import CaseEventRow, EvidenceRow, SightingRow
from cameras.domain.cases import State, undo_until


def path_of(sighting: str, name: str) -> str:
    """Path of an evidence file on this node."""
    return f"/api/sightings/{sighting}/{name}"


def brief(row: SightingRow, *, poster: bool, viewer: str | None, window: timedelta) -> SightingBrief:
    """One line of the queue."""
    return SightingBrief.model_validate(_brief(row, poster=poster, viewer=viewer, window=window))


def whole(
    row: SightingRow, files: Iterable[EvidenceRow], trace: Iterable[CaseEventRow], *, viewer: str | None, window: timedelta
) -> SightingWhole:
    """Everything about one sighting."""
    links = [EvidenceLink(name=file.name, sha256=file.sha256, bytes=file.bytes, url=path_of(row.id, file.name)) for file in files]
    own = row.model_dump(include=set(SightingWhole.model_fields) & set(SightingRow.model_fields))
    shown = _brief(row, poster=any(link.name == "poster.jpg" for link in links), viewer=viewer, window=window)
    return SightingWhole.model_validate({**own, **shown, "evidence": links, "events": [_event(line) for line in trace]})


def reported_facts(row: SightingRow, *, reason: bool = False) -> dict[str, Any]:
    """What is told outside about a case. No person is named."""
    facts: dict[str, Any] = {
        "camera": row.camera,
        "camera_name": row.camera_name,
        "address": row.address,
        "latitude": row.latitude,
        "longitude": row.longitude,
        "at": row.at.isoformat(),
        "put_down_at": row.put_down_at.isoformat(),
        "score": round(row.score, 4),
        "reason": row.reason,
        "note": row.note,
    }
    return facts | ({"rejected_as": row.rejected_as} if reason else {})


def _brief(row: SightingRow, *, poster: bool, viewer: str | None, window: timedelta) -> dict[str, Any]:
    shown = row.model_dump(include=set(SightingBrief.model_fields) & set(SightingRow.model_fields))
    shown["poster"] = path_of(row.id, "poster.jpg") if poster else None
    shown["viewer"] = viewer
    shown["undo_until"] = undo_until(case_of(row), window)
    return shown


def _event(row: CaseEventRow) -> CaseEvent:
    return CaseEvent.model_validate(row.model_dump(include=set(CaseEvent.model_fields)))


def change(row: SightingRow) -> dict[str, Any]:
    """What open pages are told after a commit."""
    return {"sighting": row.id, "camera": row.camera, "state": State(row.state).value}
