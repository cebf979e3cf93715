"""Flags per camera and day: what is flagged when it comes, and what people see of that. The rules are in cameras/domain/budget.py.

The desk decides and not the watcher: it has the verdicts, one writer and one clock, so the count is in the same commit as the sighting
and goes on where it was when another watcher takes the camera over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import load_only
from sqlmodel import Session, col, select

from broker.messages.cameras import Sighting
from cameras.desk import days
from cameras.desk.models import BudgetAsk, Budgets, CameraBudget, InForce, Precision
from cameras.desk.ports import CameraCard, House
from cameras.desk.tables import BudgetRow, SightingRow
from cameras.domain.audits import missed_of
from cameras.domain.budget import PATIENCE, PER_DAY, Light, Outcome, Rate, Threshold, Trust, light, trusted
from cameras.domain.cases import Case, Verdict, opened
from cameras.domain.errors import Code, Refusal
from cameras.ports import Entry

NODE = ""
MEASURED = timedelta(days=90)
LATELY = timedelta(days=1)
ANSWER_S = 10
NEEDED: Final = load_only(
    *(
        getattr(SightingRow, name)
        for name in ("camera", "at", "score", "threshold", "base", "level", "model", "received_at", "verdict", "judged_at")
    )
)
"""What is read of months of sightings."""


@dataclass(frozen=True)
class Decision:
    """What a fresh sighting became, and by which thresholds."""

    case: Case
    threshold: float
    level: float


@dataclass(frozen=True)
class _Scale:
    """Whose scores mean the same."""

    camera: str
    model: str
    base: float


class Budget:
    """Decides what is flagged. `window`: how long a verdict can be taken back; until then it proves nothing."""

    def __init__(self, house: House, window: timedelta) -> None:
        self.house, self.window = house, window

    def decide(self, entry: Entry, message: Sighting) -> Decision:
        """Flagged or kept below the threshold; what it costs of the budget is written with it."""
        session, now = entry.session, self.house.clock()
        row = _row(session, message.camera)
        rate = _rate(row).eased(now)
        trust = self._trusted(session, _Scale(message.camera, message.model, message.threshold), _light(message.at), now=now)
        threshold = Threshold(rate.level, trust).value
        flagged = message.score >= threshold
        after = rate.flagged(_per_day(session, row)) if flagged else rate
        row.rate, row.at = after.level, after.at
        session.add(row)
        return Decision(opened(score=message.score, threshold=threshold), threshold, trust.level)

    def choose(self, ask: BudgetAsk) -> Budgets:
        """Another number of flags for a camera or the node. Raises Refusal UNKNOWN_CAMERA."""
        if ask.camera is not None and self.house.cameras(ask.camera) is None:
            raise Refusal(Code.UNKNOWN_CAMERA, {"camera": ask.camera})

        def job(entry: Entry) -> None:
            row = _row(entry.session, ask.camera or NODE)
            row.per_day = ask.per_day
            entry.session.add(row)

        self.house.writer.submit(job).result(timeout=ANSWER_S)
        return self.shown()

    def shown(self) -> Budgets:
        """What is in force for every registered camera, and how right it has been."""
        now = self.house.clock()
        with self.house.reader() as session:
            cards = self.house.listed()
            recent = session.exec(select(SightingRow).options(NEEDED).where(col(SightingRow.received_at) > now - MEASURED)).all()
            return Budgets(
                per_day=_per_day(session, None),
                precision=precision(recent),
                cameras=[self._camera(session, card, [row for row in recent if row.camera == card.id]) for card in cards],
            )

    def _camera(self, session: Session, card: CameraCard, recent: Sequence[SightingRow]) -> CameraBudget:
        now = self.house.clock()
        row = _row(session, card.id)
        today = [one for one in recent if one.received_at > now - LATELY]
        last = max(recent, key=lambda one: one.received_at, default=None)
        scale = _Scale(card.id, last.model, last.base) if last is not None else None
        return CameraBudget(
            camera=card.id,
            camera_name=card.name,
            per_day=_per_day(session, row),
            own=row.per_day is not None,
            flagged=sum(_flagged(one) for one in today),
            quiet=sum(not _flagged(one) for one in today),
            precision=precision(recent),
            in_force=[self._in_force(session, scale, which) for which in Light] if scale is not None else [],
        )

    def _in_force(self, session: Session, scale: _Scale, which: Light) -> InForce:
        now = self.house.clock()
        trust = self._trusted(session, scale, which, now=now)
        rate = _rate(_row(session, scale.camera)).eased(now)
        return InForce(
            light=which,
            value=round(Threshold(rate.level, trust).value, 4),
            level=trust.level,
            base=trust.base,
            confirmed=trust.confirmed,
            decided=trust.decided,
        )

    def _trusted(self, session: Session, scale: _Scale, which: Light, *, now: datetime) -> Trust:
        """Another network is trusted anew: its scores mean another thing."""
        query = select(SightingRow).where(
            SightingRow.camera == scale.camera, SightingRow.model == scale.model, SightingRow.base == scale.base
        )
        flags = query.where(col(SightingRow.score) >= col(SightingRow.threshold)).order_by(
            col(SightingRow.received_at), col(SightingRow.id)
        )
        rows = [row for row in session.exec(flags.options(NEEDED)) if _light(row.at) is which]
        return trusted([self._outcome(row, now) for row in rows], base=scale.base, now=now)

    def _outcome(self, row: SightingRow, now: datetime) -> Outcome:
        return Outcome(row.level, row.received_at, self._confirmed(row, now))

    def _confirmed(self, row: SightingRow, now: datetime) -> bool | None:
        """A verdict in time that can no longer be taken back."""
        if row.judged_at is None or row.judged_at + self.window > now or row.judged_at > row.received_at + PATIENCE:
            return None
        return {Verdict.CONFIRMED.value: True, Verdict.REJECTED.value: False}.get(row.verdict or "")


def precision(rows: Sequence[SightingRow]) -> Precision:
    """Of what was flagged and decided."""
    verdicts = [row.verdict for row in rows if _flagged(row) and row.verdict in {Verdict.CONFIRMED, Verdict.REJECTED}]
    found = missed_of(len(verdicts), verdicts.count(Verdict.CONFIRMED.value))
    return Precision(decided=found.audited, confirmed=found.missed, low=found.low, high=found.high)


def _light(at: datetime) -> Light:
    return light(at.astimezone(days.COMMUNE).hour)


def _flagged(row: SightingRow) -> bool:
    return row.score >= row.threshold


def _row(session: Session, camera: str) -> BudgetRow:
    return session.get(BudgetRow, camera) or BudgetRow(camera=camera)


def _rate(row: BudgetRow) -> Rate:
    return Rate(row.rate, row.at)


def _per_day(session: Session, row: BudgetRow | None) -> int:
    own = row.per_day if row is not None else None
    return own or _row(session, NODE).per_day or PER_DAY
