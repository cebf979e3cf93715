"""Doors of devices: enrolment for strangers, tickets for devices, everything else for administrators."""

import io
import json
from typing import Annotated, Any, Literal

import segno
from fastapi import APIRouter, Depends, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from broker.identity import Id
from broker.messages.base import Facts
from broker.messages.devices import About
from edge.accounts.gate import DEVICE_COOKIE
from edge.accounts.http import Body, PersonDependency
from edge.accounts.person import Person, Right
from edge.devices.enrolment import COOKIE_LASTS, Enrolments, NewDevice
from edge.devices.history import Happening, history
from edge.devices.profiles import Profile
from edge.devices.registry import DeviceChanges, Devices
from edge.devices.tables import DeviceRow

Kind = Literal["tablet", "keypad", "screen", "watcher", "seat_unit", "siren", "other"]
Name = Annotated[str, Field(min_length=1, max_length=80)]
Place = Annotated[str, Field(max_length=40)]
"""Id of a meeting or seat, or "" for none."""


class EnrolmentIn(Body):
    """A device that is about to show itself."""

    kind: Kind
    name: Name
    meeting: Id | None = None
    seat: Id | None = None


class EnrolmentView(BaseModel):
    """A QR code to show, once."""

    id: str
    url: str
    qr_svg: str
    expires_at: AwareDatetime


class EnrolIn(Body):
    """What a device shows: the token of the QR code, its public key, what it is."""

    token: Annotated[str, Field(min_length=1, max_length=100)]
    key: dict[str, Any]
    about: About


class EnrolView(BaseModel):
    """The device's new id and the short code to compare."""

    device: str
    code: str


class ProofIn(Body):
    """Compact ES256 JWS over {device, at, nonce}."""

    proof: Annotated[str, Field(max_length=4000)]


class ProofView(BaseModel):
    """Where the device stands. `node_key` signs its configurations (Ed25519, base64url)."""

    state: Literal["waiting", "accepted", "refused", "retired"]
    device: str
    kind: str
    name: str
    code: str
    meeting: str | None
    seat: str | None
    node_key: str


class ReportedView(BaseModel):
    """What the device says of the configuration it has."""

    revision: int
    applied: bool
    code: str | None
    facts: Facts
    at: AwareDatetime


class DeviceView(BaseModel):
    """One line of the device list."""

    id: str
    kind: str
    name: str
    state: Literal["waiting", "accepted", "refused", "retired"]
    code: str | None
    """Shown while it waits, to compare."""
    profile: str
    groups: list[str]
    settings: dict[str, Any]
    meeting: str | None
    seat: str | None
    model: str
    version: str
    capabilities: list[str]
    online: bool
    seen_at: AwareDatetime | None
    created_at: AwareDatetime
    accepted_at: AwareDatetime | None
    revision: int
    reported: ReportedView | None


class DeviceWhole(DeviceView):
    """A device with what it should be and what happened to it."""

    desired: dict[str, Any]
    history: list[Happening]


class DevicePatch(Body):
    """What to change; what is left out stays."""

    name: Name | None = None
    meeting: Place | None = None
    seat: Place | None = None
    profile: Id | None = None
    groups: list[Id] | None = None
    settings: dict[str, Any] | None = None


class TicketView(BaseModel):
    """How this device reaches the broker, for the next minute."""

    ticket: str
    user: str
    password: str
    kind: str
    meeting: str | None
    seat: str | None
    expires_at: AwareDatetime


class ProfileView(BaseModel):
    """A model or group and the settings it comes to."""

    id: str
    kind: str
    layer: str
    title: dict[str, str]
    picture: str
    notes: dict[str, str] | None
    paths: dict[str, str]
    settings: dict[str, Any]


class ProfilesView(BaseModel):
    """Every profile, and the schema that forms are made from."""

    profiles: list[ProfileView]
    settings: dict[str, Any]
    """Setting -> JSON Schema with x-title, x-unit, x-kinds."""


def routers(enrolments: Enrolments, person: PersonDependency) -> list[APIRouter]:
    """The doors of this package but for cameras."""
    devices = enrolments.devices
    return [_strangers(enrolments), _own(devices, person), _life(enrolments, person), _list(devices, person)]


def _strangers(enrolments: Enrolments) -> APIRouter:
    """Public: the token and the key are the right."""
    router = APIRouter(prefix="/api/enrol", tags=["devices"])

    @router.post("")
    def show_token(body: EnrolIn) -> EnrolView:
        row = enrolments.show(body.token, body.key, body.about)
        return EnrolView(device=row.id, code=row.code)

    @router.post("/{device}")
    def prove_key(device: Id, body: ProofIn, response: Response) -> ProofView:
        proven = enrolments.prove(device, body.proof)
        if proven.cookie is not None:
            lasts = int(COOKIE_LASTS.total_seconds())
            response.set_cookie(DEVICE_COOKIE, proven.cookie, max_age=lasts, httponly=True, secure=True, samesite="strict", path="/")
        known = proven.row.model_dump(include={"state", "kind", "name", "code", "meeting", "seat"})
        return ProofView(device=device, node_key=enrolments.devices.parts.vault.public, **known)

    return router


def _own(devices: Devices, person: PersonDependency) -> APIRouter:
    """What a device may ask about itself."""
    router = APIRouter(prefix="/api/ticket", tags=["devices"])

    @router.get("")
    def get_ticket(who: Annotated[Person, Depends(person(Right.DEVICE))]) -> TicketView:
        row, password = devices.pass_of(who.device or "")
        ticket, ends = devices.tickets.give(row.id, devices.parts.means.clock())
        place = {"kind": row.kind, "meeting": row.meeting, "seat": row.seat}
        return TicketView(ticket=ticket, user=row.id, password=password, expires_at=ends, **place)

    return router


def _life(enrolments: Enrolments, person: PersonDependency) -> APIRouter:
    router = APIRouter(tags=["devices"])
    administrator = Annotated[Person, Depends(person(Right.ADMINISTRATOR))]
    inviting = Annotated[Person, Depends(person(Right.ADMINISTRATOR, Right.SECRETARY))]
    devices = enrolments.devices

    @router.post("/api/enrolments", status_code=201)
    def open_enrolment(body: EnrolmentIn, who: inviting) -> EnrolmentView:
        """A secretary invites only a member's own phone or tablet to his seat."""
        opened = enrolments.open(NewDevice(body.kind, body.name, body.meeting, body.seat), by=who)
        return EnrolmentView(id=opened.id, url=opened.url, qr_svg=qr_svg(opened.url), expires_at=opened.expires_at)

    @router.post("/api/devices/{device}/accept")
    def accept_device(device: Id, who: inviting, body: DevicePatch | None = None) -> DeviceView:
        return device_view(enrolments.accept(device, _changes(body), by=who))

    @router.post("/api/devices/{device}/refuse")
    def refuse_device(device: Id, who: inviting) -> DeviceView:
        return device_view(enrolments.refuse(device, by=who))

    @router.post("/api/devices/{device}/retire")
    def retire_device(device: Id, who: administrator) -> DeviceView:
        return device_view(devices.retire(device, by=who))

    @router.post("/api/devices/{device}/identify", status_code=202)
    def identify_device(device: Id, who: administrator) -> dict[str, str]:
        return {"id": devices.identify(device, by=who).id}

    return router


def _list(devices: Devices, person: PersonDependency) -> APIRouter:
    router = APIRouter(tags=["devices"])
    administrator = Annotated[Person, Depends(person(Right.ADMINISTRATOR))]
    staff = Annotated[Person, Depends(person(Right.ADMINISTRATOR, Right.SECRETARY, Right.CHAIR))]

    @router.get("/api/devices")
    def list_devices(who: staff, *, gone: bool = False) -> list[DeviceView]:  # noqa: ARG001 - the right
        return [device_view(row) for row in devices.all(gone=gone)]

    @router.get("/api/devices/{device}")
    def get_device(device: Id, who: administrator) -> DeviceWhole:  # noqa: ARG001 - the right
        desired = devices.configuration(device)
        with devices.parts.means.reader() as session:
            row, happened = session.get_one(DeviceRow, device), history(session, device)
        return DeviceWhole(**device_view(row).model_dump(), desired=desired, history=happened)

    @router.patch("/api/devices/{device}")
    def change_device(device: Id, body: DevicePatch, who: administrator) -> DeviceView:
        return device_view(devices.change(device, _changes(body), by=who))

    @router.get("/api/profiles")
    def list_profiles(who: administrator, request: Request) -> ProfilesView:  # noqa: ARG001 - the right
        catalogue = devices.parts.catalogue
        shown = [_profile_view(one, devices) for one in catalogue.profiles.values() if one.layer != "base"]
        return ProfilesView(profiles=shown, settings=catalogue.properties)

    return router


def device_view(row: DeviceRow) -> DeviceView:
    """The device as JSON, without its key."""
    plain = {
        "id",
        "kind",
        "name",
        "state",
        "profile",
        "meeting",
        "seat",
        "model",
        "version",
        "online",
        "seen_at",
        "created_at",
        "accepted_at",
    }
    reported = None
    if row.reported_revision is not None:
        reported = {
            "revision": row.reported_revision,
            "applied": bool(row.reported_applied),
            "code": row.reported_code,
            "facts": json.loads(row.reported_facts),
            "at": row.reported_at,
        }
    return DeviceView.model_validate(
        {
            **row.model_dump(include=plain),
            "code": row.code if row.state == "waiting" else None,
            "groups": row.groups.split(),
            "settings": json.loads(row.settings),
            "capabilities": row.capabilities.split(),
            "revision": row.revision,
            "reported": reported,
        }
    )


def qr_svg(text: str) -> str:
    """A QR code as an SVG of its own, dark on light in both themes because scanners want that."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, svgns=True, omitsize=True, border=2, dark="#1C2126", light="#FFFFFF"
    )
    return out.getvalue().decode()


def _changes(body: DevicePatch | None) -> DeviceChanges:
    return DeviceChanges(**body.model_dump()) if body is not None else DeviceChanges()


def _profile_view(one: Profile, devices: Devices) -> ProfileView:
    catalogue = devices.parts.catalogue
    settings = one.settings if one.layer == "group" else catalogue.resolve(one.id, kind=one.kind)
    return ProfileView(
        id=one.id,
        kind=one.kind,
        layer=one.layer,
        title=dict(one.title),
        picture=one.picture,
        notes=dict(one.notes) if one.notes else None,
        paths=dict(one.paths),
        settings=settings,
    )
