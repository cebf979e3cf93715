"""Tables of devices. Secrets stand here only as hashes (tokens) or sealed (camera addresses)."""

from datetime import datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from edge.accounts.tables import UtcTime


class DeviceRow(SQLModel, table=True):
    """A device from the day it showed its QR code; a retired one is kept for the record."""

    __tablename__ = "device_unit"

    id: str = Field(primary_key=True)
    kind: str
    """tablet, keypad, screen, watcher, seat_unit, siren, other."""
    name: str
    state: str
    """waiting, accepted, refused, retired."""
    profile: str
    groups: str = ""
    """Space-separated names of group profiles, later wins."""
    settings: str = Field(default="{}", sa_type=Text)
    """Canonical JSON: what this one device has different from its profile."""
    meeting: str | None = None
    seat: str | None = None
    key: str | None = Field(default=None, sa_type=Text)
    """Public JWK of a device that proves itself by a key; watchers have none."""
    code: str = ""
    """Six characters shown on the device and to the administrator."""
    generation: int = 1
    """Raised to make the broker password a new one."""
    model: str = ""
    version: str = ""
    capabilities: str = ""
    created_at: datetime = Field(sa_type=UtcTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    revision: int = 0
    wanted_sha256: str = ""
    """Of the canonical configuration of `revision`, to see when it has changed."""
    reported_revision: int | None = None
    reported_applied: bool | None = None
    reported_code: str | None = None
    reported_facts: str = Field(default="{}", sa_type=Text)
    reported_at: datetime | None = Field(default=None, sa_type=UtcTime)
    online: bool = False
    online_session: str | None = None
    """Of the connection that last said online; the will of an older one is not believed."""
    seen_at: datetime | None = Field(default=None, sa_type=UtcTime)


class EnrolmentRow(SQLModel, table=True):
    """A QR code: one use, fifteen minutes."""

    __tablename__ = "device_enrolment"

    id: str = Field(primary_key=True)
    token_sha256: str = Field(unique=True)
    kind: str
    name: str
    meeting: str | None = None
    seat: str | None = None
    expires_at: datetime = Field(sa_type=UtcTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcTime)
    device: str | None = None
    by: str


class DeviceSessionRow(SQLModel, table=True):
    """The cookie of an enrolled browser; a new one ends the one before it."""

    __tablename__ = "device_session"

    token_sha256: str = Field(primary_key=True)
    device: str = Field(foreign_key="device_unit.id", index=True)
    created_at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcTime)


class CommandRow(SQLModel, table=True):
    """A command to a device and its answer."""

    __tablename__ = "device_command"

    id: str = Field(primary_key=True)
    device: str = Field(foreign_key="device_unit.id", index=True)
    kind: str
    at: datetime = Field(sa_type=UtcTime)
    expires_at: datetime = Field(sa_type=UtcTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcTime)
    ok: bool | None = None
    code: str | None = None


class EventRow(SQLModel, table=True):
    """Something that happened at a device; told again, it is the same row."""

    __tablename__ = "device_event"

    device: str = Field(primary_key=True, foreign_key="device_unit.id")
    id: str = Field(primary_key=True)
    kind: str
    at: datetime = Field(sa_type=UtcTime)
    facts: str = Field(sa_type=Text)


class CameraRow(SQLModel, table=True):
    """A camera. Its address may carry a password, so it is sealed; `shown` is the address without it."""

    __tablename__ = "device_camera"

    id: str = Field(primary_key=True)
    name: str
    sealed: str = Field(sa_type=Text)
    shown: str = Field(sa_type=Text)
    watcher: str | None = Field(default=None, foreign_key="device_unit.id")
    """Whose camera it is, as the administrator says."""
    holder: str | None = None
    """In whose configuration it stands now: `watcher`, or who stands in for it; nobody while it is being taken back."""
    fence: int = 0
    enabled: bool = True
    profile: str
    settings: str = Field(default="{}", sa_type=Text)
    zones: str = Field(default="[]", sa_type=Text)
    masks: str = Field(default="[]", sa_type=Text)
    onvif: str = Field(default="", sa_type=Text)
    """Sealed JSON {address, user, password, profile} of a camera that is reached by ONVIF, "" otherwise."""
    latitude: float | None = None
    longitude: float | None = None
    address: str = ""
    created_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)


class LeaseRow(SQLModel, table=True):
    """Who had a camera, and when. A sighting that comes late is taken when it was seen within its lease."""

    __tablename__ = "device_lease"

    camera: str = Field(primary_key=True, foreign_key="device_camera.id")
    fence: int = Field(primary_key=True)
    watcher: str = Field(foreign_key="device_unit.id")
    lasts_s: int
    """The longest promise that may still be out, so that a desk which restarts waits for it."""
    begun_at: datetime = Field(sa_type=UtcTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcTime)
    behind_low_ms: int = 0
    behind_high_ms: int = 0
    """How far the watcher's wall clock was behind the node's meanwhile, at least and at most."""


class KeyRow(SQLModel, table=True):
    """A key with which a watcher signs, and from when until when its signature is believed."""

    __tablename__ = "device_key"

    kid: str = Field(primary_key=True)
    """RFC 7638 thumbprint."""
    device: str = Field(foreign_key="device_unit.id", index=True)
    jwk: str = Field(sa_type=Text)
    since: datetime = Field(sa_type=UtcTime)
    until: datetime | None = Field(default=None, sa_type=UtcTime)
