"""What happened to a device: what people did (audit log), what it said (events), how it answered commands."""

from pydantic import AwareDatetime, BaseModel
from sqlmodel import Session, col, select

from edge.accounts.tables import AccountRow, AuditRow
from edge.devices.tables import CommandRow, EventRow

MOST = 50


class Happening(BaseModel):
    """One line. `what` is a closed word: an audit action, `event.<kind>` or `command.<kind>`."""

    at: AwareDatetime
    what: str
    who: str | None = None
    ok: bool | None = None


def history(session: Session, device: str) -> list[Happening]:
    """The newest first, at most fifty lines."""
    acts = session.exec(select(AuditRow).where(col(AuditRow.subject) == device).order_by(col(AuditRow.seq).desc()).limit(MOST)).all()
    names = {row.id: row.name for row in session.exec(select(AccountRow).where(col(AccountRow.id).in_({act.actor for act in acts})))}
    events = session.exec(select(EventRow).where(col(EventRow.device) == device).order_by(col(EventRow.at).desc()).limit(MOST)).all()
    commands = session.exec(
        select(CommandRow).where(col(CommandRow.device) == device).order_by(col(CommandRow.at).desc()).limit(MOST)
    ).all()
    lines = [
        *(Happening(at=act.at, what=act.action, who=names.get(act.actor)) for act in acts),
        *(Happening(at=event.at, what=f"event.{event.kind}") for event in events),
        *(Happening(at=command.at, what=f"command.{command.kind}", ok=command.ok) for command in commands),
    ]
    return sorted(lines, key=lambda line: line.at, reverse=True)[:MOST]
