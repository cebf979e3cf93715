"""The administrator's HTTP doors of reporting."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path

from broker.identity import ID_PATTERN
from edge.reporting.models import ConnectorAsk, ConnectorMade, ConnectorPatch, ConnectorShown, ProbeResult, Report, ReportState, Standing
from edge.reporting.service import Reporting

PersonMaker = Callable[..., Callable[..., Any]]
ThingId = Annotated[str, Path(pattern=ID_PATTERN)]


def routers(reporting: Reporting, person: PersonMaker) -> list[APIRouter]:
    """What waits (administrator, officer, auditor), and what is told to whom (administrator)."""
    return [_reports(reporting, person), _sending(reporting, person), _connectors(reporting, person)]


def _reports(reporting: Reporting, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/reports", tags=["reports"], dependencies=[Depends(person("administrator", "officer", "auditor"))])

    @router.get("")
    def list_reports(state: ReportState | None = None) -> list[Report]:
        return reporting.reports(state)

    @router.get("/standing")
    def get_standing() -> Standing:
        return reporting.standing()

    return router


def _sending(reporting: Reporting, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/reports", tags=["reports"], dependencies=[Depends(person("administrator"))])

    @router.post("/{report}/resend", status_code=204)
    def resend(report: ThingId) -> None:
        reporting.resend(report)

    return router


def _connectors(reporting: Reporting, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/connectors", tags=["reports"], dependencies=[Depends(person("administrator"))])

    @router.get("")
    def list_connectors() -> list[ConnectorShown]:
        return reporting.connectors()

    @router.post("", status_code=201)
    def make_connector(ask: ConnectorAsk) -> ConnectorMade:
        return reporting.connect(ask)

    @router.patch("/{connector}")
    def change_connector(connector: ThingId, patch: ConnectorPatch) -> ConnectorShown:
        return reporting.change(connector, patch)

    @router.post("/{connector}/test")
    async def try_connector(connector: ThingId) -> ProbeResult:
        return await reporting.probe(connector)

    return router
