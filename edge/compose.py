"""The one place that knows the whole house: builds every room, hands each what its ports ask for, and opens the doors."""

import asyncio
import logging
import signal
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from fastapi import APIRouter, FastAPI

import cameras.desk.http
import cameras.domain.errors
import edge.accounts.http
import edge.devices.camera_http
import edge.devices.http
import edge.devices.onvif.http
import edge.reporting.errors
import edge.reporting.http
import meeting.domain.errors
import meeting.http
from broker.client import Client, Road
from broker.identity import NODE
from broker.messages.node import Birth
from broker.topics import ABOUT, BIRTH, DESIRED, HEALTH, REPORTED, STATUS
from cameras.desk.feeds import Feeds
from cameras.desk.intake import SightingDoor
from cameras.desk.ledger import LedgerDoor
from cameras.desk.ports import CameraCard, DeskSettings, Holder, House
from cameras.desk.service import SightingDesk
from edge.accounts.audit import Act
from edge.accounts.gate import Gate
from edge.devices.cameras import Cameras
from edge.devices.enrolment import Enrolments
from edge.devices.intake import DeviceDoor
from edge.devices.keys import signing_key
from edge.devices.onvif.service import Onvif
from edge.devices.tables import CameraRow
from edge.devices.vault import Vault
from edge.http import feeds, live, trust
from edge.http.app import AppParts, build_app
from edge.http.deeds import Deed
from edge.http.errors import RefusalTable
from edge.http.mqtt import MqttRoute
from edge.node import health, post_office
from edge.node.prepare import Prepared, prepare_in
from edge.node.version import program_version
from edge.offices import Offices, assemble, fresh_id, public_url, utc_now
from edge.ports import Entry
from edge.reporting.service import Reporting
from edge.reporting.settings import Delivered, ReportingParts, ReportingSettings
from edge.settings import Settings
from edge.switchboard import Switchboard
from edge.tls import Material
from meeting.service import MeetingService
from meeting.settings import MeetingSettings
from meeting.tablets import TabletDoor

log = logging.getLogger("dinh.desk")
PAGES: Final = Path(__file__).parent / "web" / "built"
BROKEN_OFF_S: Final = 7 * 86400
"""Evidence that was begun and not gone on with for so long is thrown away at a start."""
CONFIRMED: Final = "cameras.case_confirmed"


@dataclass(frozen=True)
class Rooms:
    """Everything behind the doors."""

    offices: Offices
    client: Client
    switchboard: Switchboard
    hub: live.Hub
    post: live.LivePost
    meetings: MeetingService
    sightings: SightingDesk
    sighting_door: SightingDoor
    house: House
    cameras: Cameras
    reporting: Reporting


@dataclass(frozen=True)
class Desk:
    """The desk, ready to be served. `app` starts and stops the house with its own life; `plain` hands out the CA."""

    app: FastAPI
    plain: FastAPI
    tls: Material
    rooms: Rooms

    def prepare(self) -> Prepared:
        """Open the offices and do what must be true before the doors open. `app` does it by itself when nobody did. Raises Refusal."""
        self.rooms.offices.open()
        return prepare_in(self.rooms.offices)


def build(settings: Settings) -> Desk:
    """Build everything; nothing runs and nothing is connected yet. Raises Refusal when keys or certificate are unusable."""
    settings.home.prepare()
    rooms = _rooms(settings)
    tls = rooms.offices.trust()
    app = build_app(
        AppParts(
            version=program_version(),
            routers=_routers(rooms, tls),
            pages=PAGES,
            refusals=(
                RefusalTable(meeting.domain.errors.Refusal, meeting.http.STATUS),
                RefusalTable(cameras.domain.errors.Refusal, cameras.desk.http.STATUS),
                RefusalTable(edge.reporting.errors.Refusal, edge.reporting.errors.STATUS),
            ),
            deeds=lambda deed: rooms.offices.accounts.record(_act(deed)),
            lifespan=lambda _app: _life(rooms),
        )
    )
    return Desk(app, trust.plain_app(tls.ca, settings.https_port), tls, rooms)


def _rooms(settings: Settings) -> Rooms:
    client = _client(settings)
    switchboard, hub = Switchboard(client), live.Hub()
    post = live.LivePost(switchboard, hub)
    offices = assemble(settings, post)
    means = offices.means
    registered = Cameras(offices.devices)
    house = House(
        writer=offices.ledger,
        reader=means.reader,
        post=post,
        clock=utc_now,
        ids=fresh_id,
        cameras=lambda camera: _card(registered.find(camera)),
        listed=lambda: [card for row in registered.all() if (card := _card(row)) is not None],
        tell=hub.tell,
        tenure=offices.devices.leases.tenure,
        keys=lambda kid: signing_key(means.reader, kid),
    )
    desk = SightingDesk(house, _desk_settings(settings))
    return Rooms(
        offices=offices,
        client=client,
        switchboard=switchboard,
        hub=hub,
        post=post,
        meetings=MeetingService(offices.ledger, means.reader, post, utc_now, fresh_id, _meeting_settings(settings), offices.devices.door),
        sightings=desk,
        sighting_door=SightingDoor(desk.arrivals),
        house=house,
        cameras=registered,
        reporting=_reporting(settings, offices, desk),
    )


def _client(settings: Settings) -> Client:
    """The desk's own place in the post office: on loopback, or where the operator says."""
    where = post_office.address(settings)
    if not settings.broker_url:
        return Client(where, NODE, Vault(settings.home.secret("node")).password(NODE, 1))
    url = urlsplit(settings.broker_url)
    tls = ssl.create_default_context() if url.scheme == "mqtts" else None
    return Client(where, unquote(url.username or NODE), unquote(url.password or ""), road=Road(tls))


def _meeting_settings(settings: Settings) -> MeetingSettings:
    home = settings.home
    return MeetingSettings(home.documents, home.secret("log"), f"dinh.local/{settings.node_id}", ballot_keys=home.ballot_keys)


def _desk_settings(settings: Settings) -> DeskSettings:
    return DeskSettings(settings.home.evidence, settings.home.secret("links"), public_url(settings), undo_s=settings.desk_undo_s)


def _reporting(settings: Settings, offices: Offices, desk: SightingDesk) -> Reporting:
    networks = tuple(ip_network(text.strip()) for text in settings.reporting_private_networks.split(",") if text.strip())

    def delivered(entry: Entry, what: Delivered) -> None:
        desk.mark_reported(entry, what.subject, reference=what.reference)

    means = offices.means
    parts = ReportingParts(means.writer, means.reader, means.clock, means.ids, desk.media_link, {CONFIRMED: delivered})
    return Reporting(parts, ReportingSettings(source=f"/dinh/{settings.node_id}", private_networks=networks))


def _routers(rooms: Rooms, tls: Material) -> list[APIRouter]:
    offices, settings = rooms.offices, rooms.offices.settings
    gate = Gate(offices.accounts, offices.devices)
    return [
        *edge.accounts.http.routers(offices.accounts, gate),
        *edge.devices.http.routers(Enrolments(offices.devices), gate),
        *edge.devices.camera_http.routers(rooms.cameras, gate, lambda camera: rooms.hub.latest(HEALTH, camera=camera)),
        *edge.devices.onvif.http.routers(Onvif(rooms.cameras), gate),
        *meeting.http.routers(rooms.meetings, gate),
        *cameras.desk.http.routers(rooms.sightings, gate),
        *edge.reporting.http.routers(rooms.reporting, gate),
        health.router(health.Watched(settings, tls, rooms.reporting, rooms.client), gate),
        trust.router(tls.ca),
        live.router(rooms.hub, gate),
        feeds.router(Feeds(rooms.post, fresh_id, lambda camera: _holder(rooms, camera)), gate),
        MqttRoute(offices.devices, lambda: post_office.address(settings)).router(),
    ]


@asynccontextmanager
async def _life(rooms: Rooms) -> AsyncIterator[None]:
    """The house wakes before its doors open, and sleeps after they are shut."""
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(_wake, rooms)
    with suppress(NotImplementedError, RuntimeError):  # only the main thread's loop takes signals
        loop.add_signal_handler(signal.SIGUSR1, lambda: loop.run_in_executor(None, _nudged, rooms))
    tasks = [asyncio.create_task(rooms.reporting.courier.run()), asyncio.create_task(_ticking(rooms))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(_sleep, rooms)


async def _ticking(rooms: Rooms) -> None:
    """Cameras of a watcher that is heard no more pass on to another."""
    while True:
        await asyncio.sleep(1)
        rooms.offices.devices.leases.tick()


def _wake(rooms: Rooms) -> None:
    """1. The database is of this version and the writer writes. 2. Everybody listens. 3. The air is told that we are here."""
    if not rooms.offices.ledger.running:
        rooms.offices.open()
        prepare_in(rooms.offices)
    devices = DeviceDoor(rooms.offices.devices)

    def tablet(device: str, online: bool) -> None:  # noqa: FBT001 - as the door calls it
        rooms.meetings.tablet(device, online=online)

    devices.on_status.append(tablet)
    for door in (devices, TabletDoor(rooms.meetings), rooms.sighting_door, LedgerDoor(rooms.house), rooms.sightings.keeping):
        rooms.switchboard.connect(door)
    rooms.switchboard.connect(rooms.offices.devices.leases)
    for wanted in rooms.hub.topics():
        rooms.switchboard.listen(wanted, rooms.hub.heard)
    rooms.post.publish(BIRTH, Birth(session=fresh_id(), at=utc_now(), version=program_version()))
    rooms.offices.devices.start()
    rooms.sightings.custody.tidy(utc_now().timestamp() - BROKEN_OFF_S)
    rooms.client.start()
    rooms.meetings.start()


def _sleep(rooms: Rooms) -> None:
    """Nothing new comes in; what was begun is finished; the last commit is on disk."""
    rooms.client.stop()
    rooms.sighting_door.stop()
    rooms.meetings.stop()
    rooms.offices.close()


def _nudged(rooms: Rooms) -> None:
    """A command line has changed devices or cameras: say everything again."""
    devices = rooms.offices.devices
    devices.start()
    for row in devices.all(gone=True):
        if row.state == "retired":
            for topic in (DESIRED, STATUS, ABOUT, REPORTED):
                rooms.post.clear(topic, device=row.id)


def _card(row: CameraRow | None) -> CameraCard | None:
    return None if row is None else CameraCard(row.id, row.name, row.latitude, row.longitude, row.address or None, row.created_at)


def _holder(rooms: Rooms, camera: str) -> Holder | None:
    row = rooms.cameras.find(camera)
    if row is None or row.ended_at is not None:
        return None
    return Holder(row.holder, online=row.holder is not None and rooms.offices.devices.online(row.holder), enabled=row.enabled)


def _act(deed: Deed) -> Act:
    return Act(deed.person.account or deed.person.device or "", "request", deed.path, {"method": deed.method, "status": deed.status})
