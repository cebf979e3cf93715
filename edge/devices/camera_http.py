"""Doors of cameras, for administrators; officers may read the list."""

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, Field

from broker.identity import Id
from broker.messages.base import Facts
from cameras.domain.areas import AREAS_MAX, Kind
from edge.accounts.http import Body, PersonDependency
from edge.accounts.person import Person, Right
from edge.devices.cameras import CameraChanges, Cameras
from edge.devices.tables import CameraRow

Name = Annotated[str, Field(min_length=1, max_length=80)]
Url = Annotated[str, Field(min_length=1, max_length=1000)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latest = Callable[[str], dict[str, Any] | None]
"""Camera id -> the last Health message of its watcher."""


AreaName = Annotated[str, Field(min_length=1, max_length=60)]
Points = Annotated[list[tuple[int, int]], Field(max_length=100)]
"""Corners in thousandths of the upright picture's width and height."""


class MaskView(Body):
    """Hidden: nothing there is analysed, shown or stored as a picture."""

    name: AreaName
    points: Points


class ZoneView(MaskView):
    """Where things may be flagged (watch), or may not (never)."""

    kind: Kind


class CameraView(BaseModel):
    """A camera; `shown_url` carries no password."""

    id: str
    name: str
    shown_url: str
    watcher: str | None
    holder: str | None
    """Who watches it at the moment: `watcher`, or who stands in for it; nobody while it passes from one to the other."""
    enabled: bool
    profile: str
    settings: dict[str, Any]
    zones: list[ZoneView]
    masks: list[MaskView]
    latitude: float | None
    longitude: float | None
    address: str
    created_at: AwareDatetime
    health: dict[str, Any] | None
    """The last health message of its watcher, as it came."""


class CameraPatch(Body):
    """What to change; what is left out stays."""

    name: Name | None = None
    url: Url | None = None
    watcher: Annotated[str, Field(max_length=40)] | None = None
    enabled: bool | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    address: Annotated[str, Field(max_length=200)] | None = None
    zones: Annotated[list[ZoneView], Field(max_length=AREAS_MAX)] | None = None
    masks: Annotated[list[MaskView], Field(max_length=AREAS_MAX)] | None = None
    settings: dict[str, Any] | None = None


class CameraIn(CameraPatch):
    """A new camera."""

    name: Name
    url: Url


class TestIn(Body):
    """An address to look at, or a camera whose stored address to look at."""

    url: Url | None = None
    camera: Id | None = None


class TestView(BaseModel):
    """What was seen. `code` is one of errors.cameras.*; the picture is there when ok."""

    ok: bool
    code: str | None = None
    facts: Facts = {}
    jpeg_base64: str | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    codec: str | None = None


def routers(cameras: Cameras, person: PersonDependency, latest: Latest = lambda _camera: None) -> list[APIRouter]:
    """The camera doors; `latest` comes from the live hub."""
    router = APIRouter(prefix="/api/cameras", tags=["cameras"])
    administrator = Annotated[Person, Depends(person(Right.ADMINISTRATOR))]
    reader = Annotated[Person, Depends(person(Right.ADMINISTRATOR, Right.OFFICER, Right.AUDITOR))]

    @router.get("")
    def list_cameras(who: reader) -> list[CameraView]:  # noqa: ARG001 - the right
        return [camera_view(row, latest(row.id)) for row in cameras.all()]

    @router.post("", status_code=201)
    def add_camera(body: CameraIn, who: administrator) -> CameraView:
        rest = CameraChanges(**body.model_dump(exclude={"name", "url"}))
        return camera_view(cameras.add(body.name, body.url, rest, by=who), None)

    @router.post("/test")
    def try_camera(body: TestIn, who: administrator) -> TestView:  # noqa: ARG001 - the right
        url = cameras.url_of(body.camera) if body.camera else body.url or ""
        return TestView.model_validate(cameras.test(url, cameras.masks_of(body.camera) if body.camera else "[]"))

    @router.patch("/{camera}")
    def change_camera(camera: Id, body: CameraPatch, who: administrator) -> CameraView:
        return camera_view(cameras.change(camera, CameraChanges(**body.model_dump()), by=who), latest(camera))

    @router.delete("/{camera}", status_code=204)
    def remove_camera(camera: Id, who: administrator) -> None:
        cameras.remove(camera, by=who)

    return [router]


def camera_view(row: CameraRow, health: dict[str, Any] | None) -> CameraView:
    """The camera as JSON."""
    plain = {"id", "name", "watcher", "holder", "enabled", "profile", "latitude", "longitude", "address", "created_at"}
    drawn = {name: json.loads(getattr(row, name)) for name in ("settings", "zones", "masks")}
    return CameraView(**row.model_dump(include=plain), **drawn, shown_url=row.shown, health=health)
