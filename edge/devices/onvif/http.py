"""Doors of ONVIF cameras, for administrators. No answer holds a password, nor an address with one."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field, SecretStr

from broker.identity import Id
from broker.messages.base import Facts
from edge.accounts.http import Body, PersonDependency
from edge.accounts.person import Person, Right
from edge.devices.camera_http import CameraView, Name, TestView, camera_view
from edge.devices.cameras import CameraChanges
from edge.devices.onvif.encoder import What
from edge.devices.onvif.service import Access, Onvif
from edge.refusals import Code, Refusal


def _address(told: str) -> str:
    """`10.0.0.9`, `10.0.0.9:8080` or the whole address of the device service, without a name or password in it."""
    whole = told if "://" in told else f"http://{told}"
    try:
        parts = urlsplit(whole)
        usable = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(ord(letter) < 33 for letter in told):
        raise Refusal(Code.BAD_CAMERA_URL, why="address")
    return whole if parts.path not in ("", "/") else f"{parts.scheme}://{parts.netloc}/onvif/device_service"


Profile = Annotated[str, Field(min_length=1, max_length=100)]


class AccessIn(Body):
    """How a camera is reached."""

    address: Annotated[str, Field(min_length=1, max_length=300), AfterValidator(_address)]
    user: Annotated[str, Field(max_length=60)] = ""
    password: Annotated[SecretStr, Field(max_length=120)] = SecretStr("")

    def access(self) -> Access:
        return Access(address=self.address, user=self.user, password=self.password)


class LookIn(AccessIn):
    """A profile to look at."""

    profile: Profile


class NewIn(LookIn):
    """A camera to be watched by this profile."""

    name: Name
    place: Annotated[str, Field(max_length=200)] = ""
    watcher: Annotated[str, Field(max_length=40)] | None = None


class FoundView(BaseModel):
    """A camera that answered. `camera`: its id when it is watched already."""

    address: str
    host: str
    name: str
    hardware: str
    camera: str | None


class DeviceView(BaseModel):
    """What it says it is."""

    maker: str
    model: str
    firmware: str


class StreamView(BaseModel):
    """One stream. `gop_s`: seconds between keyframes; `constant`: constant bit rate, null when there is no choice."""

    profile: str
    name: str
    codec: str
    width: int
    height: int
    fps: float
    gop_s: float | None
    kbps: int | None
    constant: bool | None


class ChangeView(BaseModel):
    """What should be set otherwise. `what` is also the key of the reason."""

    profile: str
    what: What
    now: str
    wanted: str
    now_s: float | None = None
    wanted_s: float | None = None


class RefusedView(BaseModel):
    """What the camera did not take, and why: one of errors.house.onvif_*."""

    profile: str
    what: What
    code: str
    facts: Facts = {}


class EncoderView(BaseModel):
    """A camera as it is set. `skew_s`: seconds that its clock is ahead, null when it does not tell."""

    device: DeviceView
    skew_s: int | None
    profiles: list[StreamView]
    changes: list[ChangeView]
    refused: list[RefusedView] = []


class Agreed(Body):
    """One change that the administrator has seen and agreed to."""

    profile: Profile
    what: Literal["codec", "gop", "rate", "size"]
    wanted: Annotated[str, Field(max_length=20)]


class SetIn(Body):
    """What to set, and nothing else."""

    agreed: Annotated[list[Agreed], Field(min_length=1, max_length=40)]


class SnapshotView(BaseModel):
    """The camera's own picture, masks painted over."""

    jpeg_base64: str
    width: int
    height: int


def routers(onvif: Onvif, person: PersonDependency) -> list[APIRouter]:
    """Before and after a camera is added."""
    return [_new(onvif, person), _known(onvif, person)]


def _new(onvif: Onvif, person: PersonDependency) -> APIRouter:
    router = APIRouter(prefix="/api/cameras/onvif", tags=["cameras"])
    administrator = Annotated[Person, Depends(person(Right.ADMINISTRATOR))]

    @router.post("/find")
    def find_cameras(who: administrator) -> list[FoundView]:  # noqa: ARG001 - the right
        return [FoundView.model_validate(found) for found in onvif.find()]

    @router.post("/read")
    def read_camera(body: AccessIn, who: administrator) -> EncoderView:  # noqa: ARG001 - the right
        return EncoderView.model_validate(onvif.read(body.access()))

    @router.post("/look")
    def look_at_profile(body: LookIn, who: administrator) -> TestView:  # noqa: ARG001 - the right
        return TestView.model_validate(onvif.look(body.access(), body.profile))

    @router.post("/add", status_code=201)
    def add_profile(body: NewIn, who: administrator) -> CameraView:
        changes = CameraChanges(address=body.place, watcher=body.watcher)
        return camera_view(onvif.add(body.access(), body.profile, body.name, changes, by=who), None)

    return router


def _known(onvif: Onvif, person: PersonDependency) -> APIRouter:
    router = APIRouter(prefix="/api/cameras/{camera}/encoder", tags=["cameras"])
    administrator = Annotated[Person, Depends(person(Right.ADMINISTRATOR))]

    @router.get("")
    def read_encoder(camera: Id, who: administrator) -> EncoderView:  # noqa: ARG001 - the right
        return EncoderView.model_validate(onvif.settings(camera))

    @router.put("")
    def join_camera(camera: Id, body: AccessIn, who: administrator) -> EncoderView:
        return EncoderView.model_validate(onvif.join(camera, body.access(), by=who))

    @router.post("")
    def set_encoder(camera: Id, body: SetIn, who: administrator) -> EncoderView:
        return EncoderView.model_validate(onvif.set(camera, [one.model_dump() for one in body.agreed], by=who))

    @router.post("/time")
    def set_time(camera: Id, who: administrator) -> EncoderView:
        return EncoderView.model_validate(onvif.set_time(camera, by=who))

    @router.post("/keyframe", status_code=204)
    def ask_keyframe(camera: Id, who: administrator) -> None:  # noqa: ARG001 - the right
        onvif.keyframe(camera)

    @router.post("/snapshot")
    def take_snapshot(camera: Id, who: administrator) -> SnapshotView:  # noqa: ARG001 - the right
        return SnapshotView.model_validate(onvif.snapshot(camera))

    return router
