"""What the officer's HTTP doors say and hear. The generated TypeScript types come from here."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from broker.identity import Id
from broker.messages.base import Facts, Sha256
from cameras.domain.budget import LARGEST, Light
from cameras.domain.cases import Reason, State, Verdict
from cameras.domain.ledger import State as MinuteState


class EvidenceLink(BaseModel):
    """One sealed file of a sighting."""

    name: str
    sha256: Sha256
    bytes: int
    url: str
    """Path on this node; answers Range requests."""


class CaseEvent(BaseModel):
    """One line of a case's trace. Nothing is ever taken out of it."""

    number: int
    at: datetime
    what: Literal["flagged", "judged", "undone", "reported", "closed"]
    by: str
    """Name of the person, or empty for the node itself."""
    before: State
    after: State
    reason: Reason | None = None
    note: str = ""
    reference: str | None = None


class SightingBrief(BaseModel):
    """One line of the queue."""

    id: Id
    camera: Id
    camera_name: str
    at: datetime
    put_down_at: datetime
    state: State
    score: float
    reason: Literal["left", "thrown"]
    poster: str | None
    """Path of the thumbnail, null when the watcher sent none."""
    revision: int
    """Given back with a verdict, so that nobody judges over another's head."""
    viewer: str | None = None
    """Name of another person who has it open right now."""
    judged_by: str | None = None
    judged_at: datetime | None = None
    rejected_as: Reason | None = None
    undo_until: datetime | None = None
    """Until when the last verdict can be taken back; null when there is none."""


class SightingWhole(SightingBrief):
    """Everything an officer needs to judge one sighting."""

    actor_gone_at: datetime | None
    clock: Literal["camera", "arrival", "file"]
    box: tuple[float, float, float, float]
    """x0, y0, x1, y1 in pixels of a picture of `width` x `height`."""
    width: int
    height: int
    threshold: float
    """In force when it came: the higher of `level` and what the budget asked for."""
    base: float
    """The network's own threshold."""
    level: float
    """The threshold that the officers' verdicts had earned."""
    explanation: Facts
    model: Sha256
    watcher: Id
    received_at: datetime
    address: str | None
    latitude: float | None
    longitude: float | None
    clip_started_at: datetime | None
    """Capture time of the clip's first picture, from the manifest; null when the watcher did not say."""
    masks: list[list[tuple[float, float]]] = []
    """Privacy masks that were on, corners in thousandths of the picture: to be laid over the clip."""
    evidence: list[EvidenceLink]
    events: list[CaseEvent]


class VerdictAsk(BaseModel):
    """A person's verdict."""

    verdict: Verdict
    reason: Reason | None = None
    """Needed for a rejection, refused otherwise."""
    note: Annotated[str, Field(max_length=1000)] = ""
    revision: int | None = None
    """The revision that was looked at. Without it only a case that nobody has judged yet can be judged."""


class CameraDay(BaseModel):
    """One camera's day."""

    camera: Id
    camera_name: str
    open: int
    confirmed: int
    rejected: int
    watched: int
    """Minutes of the day so far in which it was seen."""
    blind: int
    """Minutes in which it was not: gap, covered, moved, dark, refused, unreadable."""
    state: str | None
    """What its last minute counted as, null when none is over."""


class Summary(BaseModel):
    """One day of all cameras. The day is the commune's (Asia/Ho_Chi_Minh), not UTC."""

    day: str
    open: int
    """Everything flagged that waits for a person, of any day."""
    quiet: int
    """Everything below the threshold that nobody has judged, of any day."""
    confirmed: int
    rejected: int
    unsure: int
    flagged: int
    cameras: list[CameraDay]
    hours: list[int]
    """24 counts of flagged sightings by the commune's hour."""


class Audited(BaseModel):
    """Slept minutes of the last 30 days that were looked at afterwards, and in how many of them the gate missed something."""

    audited: int
    missed: int
    low: float
    high: float
    """The share of missed minutes with its 95 % interval (Wilson), 0 to 1."""


class MissedMinute(BaseModel):
    """An audited minute in which something moved and the gate stayed shut."""

    at: datetime
    moved_s: float
    level: float | None
    threshold: float | None
    """What the gate read nearest to opening, in powers of two."""


class LedgerRun(BaseModel):
    """Minutes of one state that follow each other; `start` in minutes of the commune's day."""

    state: MinuteState
    start: int
    minutes: int


class DayMinutes(BaseModel):
    """How many minutes of a day counted as what. Minutes that are not over yet, or before the camera was registered, are not in it."""

    day: str
    minutes: dict[MinuteState, int]
    blind: int
    """Minutes in which nothing could be seen, for whatever reason; not those that were switched off."""
    last: MinuteState | None
    """What the last minute counted as."""


class LedgerDay(DayMinutes):
    """One camera's day, minute for minute."""

    camera: Id
    camera_name: str
    runs: list[LedgerRun]
    audited: Audited
    missed: list[MissedMinute]


class CameraWeek(BaseModel):
    """One camera's last seven days, today first."""

    camera: Id
    camera_name: str
    days: list[DayMinutes]
    audited: Audited


class LedgerWeek(BaseModel):
    """The last seven days of every registered camera."""

    days: list[str]
    cameras: list[CameraWeek]
    audited: Audited
    """Of all cameras together."""


class LongestGap(BaseModel):
    """The longest time without a break in which a camera could not see, whatever the reasons."""

    since: datetime
    minutes: int


class CameraMonth(BaseModel):
    """One camera's month so far, from when it was registered."""

    camera: Id
    camera_name: str
    minutes: dict[MinuteState, int]
    """How many minutes counted as what; states that did not come are left out."""
    watched: int
    blind: int
    share: float | None
    """Watched minutes of all in which watching was on, 0 to 1; None when there were none."""
    longest: LongestGap | None


class LedgerMonth(BaseModel):
    """A month of the commune, of every camera that is registered; the last minute that counts is before `until`."""

    month: str
    until: datetime
    cameras: list[CameraMonth]


class Kept(BaseModel):
    """Recordings that a watcher keeps past their age because of a sighting."""

    sighting: Id
    camera: Id
    since: datetime
    until: datetime
    kept_until: datetime
    bytes: int
    state: State
    reason: Reason | None
    """Why it was rejected, where it was."""


class BudgetAsk(BaseModel):
    """Flags per camera and day: of one camera, or without `camera` of the node. Null takes a choice back."""

    camera: Id | None = None
    per_day: Annotated[int, Field(ge=1, le=LARGEST)] | None


class Precision(BaseModel):
    """Of what was flagged in the last 90 days and decided, the share that was confirmed, with its 95 % interval (Wilson), 0 to 1."""

    decided: int
    confirmed: int
    low: float
    high: float


class InForce(BaseModel):
    """The threshold of a camera by day or by night. `level` came from `base` through the verdicts, `value` from `level` through the budget."""

    light: Light
    value: float
    level: float
    base: float
    confirmed: int
    decided: int
    """Verdicts that speak for this level so far."""


class CameraBudget(BaseModel):
    """How the number of one camera's flags is held."""

    camera: Id
    camera_name: str
    per_day: int
    own: bool
    """The camera has its own number, not the node's."""
    flagged: int
    quiet: int
    """In the last 24 hours: flagged, and kept below the threshold."""
    precision: Precision
    in_force: list[InForce]
    """Empty before the first sighting."""


class Budgets(BaseModel):
    """Of every registered camera."""

    per_day: int
    """Where a camera has no number of its own."""
    precision: Precision
    """Of all cameras together."""
    cameras: list[CameraBudget]


class Stored(BaseModel):
    """Answer to an upload."""

    sha256: Sha256
    bytes: int
    created: bool
    """False when the very same bytes were there before."""
