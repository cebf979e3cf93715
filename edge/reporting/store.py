"""Rows in, rows out: every query of reporting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from edge.ports import Ids
from edge.reporting.tables import ConnectorRow, DeliveryRow, OutboxRow

HOLD_MARGIN = timedelta(seconds=2)
"""A held fact waits a little longer than its time, so that what takes it back at the last moment still comes first."""
RECALLS = {"cameras.case_reopened": frozenset({"cameras.case_confirmed", "cameras.case_rejected"})}
"""Kind of fact -> kinds of the same subject that it takes back where nobody was told yet."""
SPREAD_AT_ONCE = 200


@dataclass(frozen=True)
class Due:
    """A delivery whose time has come, with all that is needed to make it."""

    delivery: DeliveryRow
    fact: OutboxRow
    connector: ConnectorRow

    @property
    def lane(self) -> tuple[str, str]:
        """Deliveries of one lane are made one after the other."""
        return self.connector.id, self.delivery.subject


def wants(connector: ConnectorRow, kind: str) -> bool:
    """True when the connector is to be told facts of this kind."""
    return any(kind == want or (want.endswith("*") and kind.startswith(want[:-1])) for want in connector.wants)


def spread(session: Session, ids: Ids) -> int:
    """Make the deliveries of new facts, in the order of their commits. How many facts were new."""
    new = session.exec(select(OutboxRow).where(OutboxRow.state == "new").order_by(col(OutboxRow.number)).limit(SPREAD_AT_ONCE)).all()
    connectors = session.exec(select(ConnectorRow).where(ConnectorRow.state != "removed")).all() if new else []
    for fact in new:
        recalled = _recall(session, fact)
        told = [connector for connector in connectors if wants(connector, fact.kind) and connector.id not in recalled]
        session.add_all(_delivery(fact, connector, ids()) for connector in told)
        fact.state = "spread" if told else "none"
        session.add(fact)
        session.flush()
    return len(new)


def due(session: Session, now: datetime, *, limit: int = 64) -> list[Due]:
    """Deliveries whose time has come: of each (connector, subject) only the first that waits."""
    earlier = aliased(DeliveryRow)
    blocked = (
        select(earlier.id)
        .where(
            earlier.connector == DeliveryRow.connector,
            earlier.subject == DeliveryRow.subject,
            earlier.state == "waiting",
            col(earlier.number) < col(DeliveryRow.number),
        )
        .exists()
    )
    query = (
        select(DeliveryRow, OutboxRow, ConnectorRow)
        .join(OutboxRow, col(OutboxRow.id) == col(DeliveryRow.fact))
        .join(ConnectorRow, col(ConnectorRow.id) == col(DeliveryRow.connector))
        .where(DeliveryRow.state == "waiting", col(DeliveryRow.next_at) <= now, ConnectorRow.state == "on", ~blocked)
        .order_by(col(DeliveryRow.next_at), col(DeliveryRow.number))
        .limit(limit)
    )
    return [Due(*found) for found in session.exec(query).all()]


def reports(session: Session, state: str | None, *, limit: int = 200) -> list[Due]:
    """Deliveries with what they carry and where to, newest first."""
    query = (
        select(DeliveryRow, OutboxRow, ConnectorRow)
        .join(OutboxRow, col(OutboxRow.id) == col(DeliveryRow.fact))
        .join(ConnectorRow, col(ConnectorRow.id) == col(DeliveryRow.connector))
    )
    if state is not None:
        query = query.where(DeliveryRow.state == state)
    ordered = query.order_by(col(DeliveryRow.number).desc(), col(DeliveryRow.id)).limit(limit)
    return [Due(*found) for found in session.exec(ordered).all()]


def connectors(session: Session) -> Sequence[ConnectorRow]:
    """All that were not removed, oldest first."""
    query = select(ConnectorRow).where(ConnectorRow.state != "removed").order_by(col(ConnectorRow.created_at), col(ConnectorRow.id))
    return session.exec(query).all()


def counts(session: Session) -> dict[tuple[str, str], int]:
    """(connector, state) -> number of deliveries."""
    query = select(DeliveryRow.connector, DeliveryRow.state, func.count()).group_by(DeliveryRow.connector, DeliveryRow.state)
    return {(connector, state): count for connector, state, count in session.exec(query).all()}


def oldest_waiting(session: Session) -> datetime | None:
    """When the oldest delivery that still waits was made."""
    return session.exec(select(func.min(DeliveryRow.created_at)).where(DeliveryRow.state == "waiting")).one()


def withdraw_all(session: Session, connector: str, now: datetime) -> None:
    """What waited for a removed connector waits no more."""
    for row in session.exec(select(DeliveryRow).where(DeliveryRow.connector == connector, DeliveryRow.state == "waiting")).all():
        row.state, row.done_at = "withdrawn", now
        session.add(row)


def _delivery(fact: OutboxRow, connector: ConnectorRow, fresh: str) -> DeliveryRow:
    return DeliveryRow(
        id=fresh,
        number=fact.number or 0,
        fact=fact.id,
        connector=connector.id,
        subject=fact.subject,
        created_at=fact.at,
        next_at=_not_before(fact),
    )


def _not_before(fact: OutboxRow) -> datetime:
    held = fact.data.get("hold_until")
    try:
        until = datetime.fromisoformat(str(held)) if held else None
    except ValueError:
        until = None
    return until + HOLD_MARGIN if until is not None and until.tzinfo is not None else fact.at


def _recall(session: Session, fact: OutboxRow) -> frozenset[str]:
    """Withdraw what `fact` takes back; the connectors that therefore need not hear of either."""
    kinds = RECALLS.get(fact.kind)
    if kinds is None:
        return frozenset()
    query = (
        select(DeliveryRow)
        .join(OutboxRow, col(OutboxRow.id) == col(DeliveryRow.fact))
        .where(
            DeliveryRow.subject == fact.subject, DeliveryRow.state == "waiting", DeliveryRow.attempts == 0, col(OutboxRow.kind).in_(kinds)
        )
    )
    rows = session.exec(query).all()
    for row in rows:
        row.state, row.done_at = "withdrawn", fact.at
        session.add(row)
    return frozenset(row.connector for row in rows)
