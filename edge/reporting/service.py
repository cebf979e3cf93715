"""What an administrator sees and does: connectors, what waits and why, sending again."""

import base64
import secrets
import time
from collections.abc import Callable
from typing import Any, TypeVar

from edge.ports import Entry
from edge.reporting import store
from edge.reporting.connectors import CONNECTORS, Arrived, Later, Never, key_of, lists_service
from edge.reporting.courier import Courier, target_of
from edge.reporting.egress import Answer, Egress, check_url
from edge.reporting.errors import Code, Refusal
from edge.reporting.models import ConnectorAsk, ConnectorMade, ConnectorPatch, ConnectorShown, ProbeResult, Report, Standing
from edge.reporting.settings import ReportingParts, ReportingSettings
from edge.reporting.store import Due
from edge.reporting.tables import ConnectorRow, DeliveryRow

T = TypeVar("T")
ANSWER_S = 10
WANTS = {"webhook": ["meeting.*", "cameras.case_confirmed"], "open311": ["cameras.case_confirmed"]}
"""What a new connector is told unless somebody says otherwise."""


class Reporting:
    """Connectors, the queue, and the courier."""

    def __init__(self, parts: ReportingParts, settings: ReportingSettings) -> None:
        self.parts, self.settings = parts, settings
        self.courier = Courier(parts, settings, Egress(settings))

    def reports(self, state: str | None) -> list[Report]:
        """Newest first."""
        with self.parts.reader() as session:
            return [_report(found) for found in store.reports(session, state)]

    def standing(self) -> Standing:
        """How much waits, and since when."""
        with self.parts.reader() as session:
            counts = store.counts(session)
            oldest = store.oldest_waiting(session)
        by_state = {state: sum(count for (_, key), count in counts.items() if key == state) for state in ("waiting", "dead")}
        return Standing(waiting=by_state["waiting"], dead=by_state["dead"], oldest_waiting_at=oldest)

    def resend(self, report: str) -> None:
        """Send a dead one again, or a waiting one now. Raises Refusal NO_SUCH_REPORT, NOT_DEAD."""

        def job(entry: Entry) -> None:
            row = entry.session.get(DeliveryRow, report)
            if row is None:
                raise Refusal(Code.NO_SUCH_REPORT)
            if row.state not in {"dead", "waiting"}:
                raise Refusal(Code.NOT_DEAD, state=row.state)
            if row.state == "dead":
                row.state, row.attempts, row.first_try_at, row.done_at = "waiting", 0, None, None
                row.next_at = self.parts.clock()
            elif row.attempts:
                row.next_at = self.parts.clock()
            entry.session.add(row)
            entry.after(self.courier.nudge)

        self._done(job)

    def connectors(self) -> list[ConnectorShown]:
        """All that were not removed."""
        with self.parts.reader() as session:
            counts = store.counts(session)
            return [ConnectorShown.model_validate(_shown(row, counts)) for row in store.connectors(session)]

    def connect(self, ask: ConnectorAsk) -> ConnectorMade:
        """Add a connector. Raises Refusal BAD_URL, HTTPS_NEEDED, HOST_NOT_ALLOWED, PRIVATE_ADDRESS, BAD_SECRET, SERVICE_CODE_NEEDED."""
        made = fresh_secret() if ask.kind == "webhook" and not ask.secret else None
        row = ConnectorRow(
            id=self.parts.ids(),
            kind=ask.kind,
            name=ask.name,
            url=ask.url,
            secret=made or ask.secret or "",
            wants=ask.wants or WANTS[ask.kind],
            options=ask.options,
            created_at=self.parts.clock(),
        )
        self._check(row)
        shown = _shown(row, {})
        self._done(lambda entry: entry.session.add(row))
        return ConnectorMade.model_validate(shown | {"secret": made})

    def change(self, connector: str, patch: ConnectorPatch) -> ConnectorShown:
        """Change what is given. Raises Refusal NO_SUCH_CONNECTOR and those of `connect`."""
        given = {key: value for key, value in patch.model_dump(exclude_unset=True).items() if value is not None}

        def job(entry: Entry) -> dict[str, Any]:
            row = entry.session.get(ConnectorRow, connector)
            if row is None or row.state == "removed":
                raise Refusal(Code.NO_SUCH_CONNECTOR)
            row.sqlmodel_update(given)
            if row.state == "removed":
                store.withdraw_all(entry.session, connector, self.parts.clock())
            else:
                self._check(row)
            entry.session.add(row)
            entry.session.flush()
            entry.after(self.courier.nudge)
            return _shown(row, store.counts(entry.session)) | ({"state": "off"} if row.state == "removed" else {})

        return ConnectorShown.model_validate(self._done(job))

    async def probe(self, connector: str) -> ProbeResult:
        """Ask the receiver once, changing nothing there. Raises Refusal NO_SUCH_CONNECTOR."""
        with self.parts.reader() as session:
            row = session.get(ConnectorRow, connector)
        if row is None or row.state == "removed":
            raise Refusal(Code.NO_SUCH_CONNECTOR)
        request = CONNECTORS[row.kind].probe(target_of(row, self.settings), self.parts.clock(), self.parts.ids())
        egress, began = Egress(self.settings), time.monotonic()
        await egress.start()
        try:
            answer = await egress.send(request)
        except Refusal as refusal:
            return ProbeResult(ok=False, code=refusal.code, facts=refusal.facts, ms=_ms_since(began))
        finally:
            await egress.stop()
        return _probed(row, answer, _ms_since(began))

    def _check(self, row: ConnectorRow) -> None:
        check_url(row.url, self.settings)
        if row.kind == "webhook":
            _check_secret(row.secret)
        elif not row.options.get("service_code"):
            raise Refusal(Code.SERVICE_CODE_NEEDED)

    def _done(self, job: Callable[[Entry], T]) -> T:
        return self.parts.writer.submit(job).result(timeout=ANSWER_S)


def fresh_secret() -> str:
    """A Standard Webhooks secret: `whsec_` and 32 random bytes in base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _check_secret(secret: str) -> None:
    try:
        key_of(secret)
    except ValueError as error:
        raise Refusal(Code.BAD_SECRET) from error


def _ms_since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _probed(row: ConnectorRow, answer: Answer, ms: int) -> ProbeResult:
    outcome = CONNECTORS[row.kind].outcome(answer)
    if isinstance(outcome, (Later, Never)):
        return ProbeResult(ok=False, code=outcome.code, facts=outcome.facts, status=answer.status, ms=ms)
    if not isinstance(outcome, Arrived):
        return ProbeResult(ok=False, code=Code.GONE, status=answer.status, ms=ms)
    service = str(row.options.get("service_code"))
    if row.kind == "open311" and not lists_service(answer.body, service):
        return ProbeResult(ok=False, code=Code.SERVICE_UNKNOWN, facts={"service_code": service}, status=answer.status, ms=ms)
    return ProbeResult(ok=True, status=answer.status, ms=ms)


def _shown(row: ConnectorRow, counts: dict[tuple[str, str], int]) -> dict[str, Any]:
    shown = row.model_dump(exclude={"secret"})
    return shown | {"has_secret": bool(row.secret), "waiting": counts.get((row.id, "waiting"), 0), "dead": counts.get((row.id, "dead"), 0)}


def _report(found: Due) -> Report:
    own = found.delivery.model_dump(include=set(Report.model_fields) & set(DeliveryRow.model_fields))
    return Report(**own, kind=found.fact.kind, connector_name=found.connector.name, connector_state=found.connector.state)
