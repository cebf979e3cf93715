"""GET /api/health: how the node is, for its administrator."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel

from broker.client import Client
from edge.errors import Refusal
from edge.node.status import read_status
from edge.node.version import program_version
from edge.reporting.models import Standing
from edge.reporting.service import Reporting
from edge.settings import Settings
from edge.tls import Material, ends_at


class ChildHealth(BaseModel):
    """One process of the node."""

    name: str
    state: str
    pid: int | None
    starts: int
    rss_mib: float | None


class Health(BaseModel):
    """The node now. `children` is empty when no supervisor runs the desk."""

    version: str
    ready: bool
    ready_s: float | None
    children: list[ChildHealth]
    children_mib: float
    broker_connected: bool
    disk_free_bytes: int
    disk_total_bytes: int
    certificate_ends_at: AwareDatetime
    backup_at: AwareDatetime | None
    reports: Standing
    addresses: dict[str, str]


@dataclass(frozen=True)
class Watched:
    """What is looked at."""

    settings: Settings
    tls: Material
    reporting: Reporting
    client: Client


def router(watched: Watched, person: Callable[..., Callable[..., Any]]) -> APIRouter:
    """The door; for administrators and auditors."""
    made = APIRouter(tags=["house"], dependencies=[Depends(person("administrator", "auditor"))])

    @made.get("/api/health")
    def get_health() -> Health:
        return look(watched)

    return made


def look(watched: Watched) -> Health:
    """Measure now."""
    home = watched.settings.home
    disk = shutil.disk_usage(home.path)
    try:
        node = read_status(home)
    except Refusal:
        node = None
    return Health(
        version=program_version(),
        ready=node.ready if node else True,
        ready_s=node.ready_s if node else None,
        children=[ChildHealth(**vars(child)) for child in node.children] if node else [],
        children_mib=node.children_mib if node else 0.0,
        broker_connected=watched.client.connected,
        disk_free_bytes=disk.free,
        disk_total_bytes=disk.total,
        certificate_ends_at=ends_at(watched.tls.certificate),
        backup_at=home.backed_up_at(),
        reports=watched.reporting.standing(),
        addresses=dict(node.addresses) if node else {},
    )
