"""The conversation between a watcher and the desk."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from broker.identity import Id
from broker.messages.base import Facts, Message, Sha256

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the analysed picture, upright."""


class Health(Message):
    """Retained. How a camera is, as its watcher sees it."""

    state: Literal["seen", "idle", "gap", "covered", "moved", "dark", "unreadable", "refused", "off"]
    since: AwareDatetime
    at: AwareDatetime
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    clock: Literal["camera", "arrival", "file"] | None = None
    """Where capture times come from just now."""
    clock_offset_s: float | None = None
    """The camera's clock less the watcher's, seconds, where sender reports tell it."""
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
    """For example the last words of the native library, without credentials."""


class Look(Message):
    """Retained. The newest small picture of a camera, so that an administrator sees what it sees."""

    at: AwareDatetime
    jpeg_base64: Annotated[str, Field(max_length=120_000)]


class EvidenceFile(Message):
    """One file of a sighting. It is uploaded over HTTPS before the sighting is published."""

    name: Literal["clip.mp4", "before.jpg", "act.jpg", "after.jpg", "poster.jpg", "strip.npz", "manifest.json", "manifest.jws"]
    """`manifest.jws` is the watcher's signature over the manifest's bytes: a detached JWS (RFC 7515, appendix F), ES256. `strip.npz` is what the network
    saw: cameras/watch/keepsake.py."""
    sha256: Sha256
    bytes: Annotated[int, Field(ge=0)]


class Shadow(Message):
    """What a network that is only being tried thought of a sighting. Nobody sees it before the verdict."""

    model: Sha256
    score: Annotated[float, Field(ge=0, le=1)]
    threshold: Annotated[float, Field(ge=0, le=1)]


class Sighting(Message):
    """A candidate that a watcher flagged. Kept in its spool and published again until it is settled."""

    id: Id
    camera: Id
    watcher: Id
    at: AwareDatetime
    """When it was flagged, capture time."""
    put_down_at: AwareDatetime
    actor_gone_at: AwareDatetime | None = None
    clock: Literal["camera", "arrival", "file"]
    """Where the capture time comes from: RTCP sender reports, arrival at the node, or the file's own time line."""
    clock_offset_s: float | None = None
    """The camera's clock less the watcher's, seconds, where sender reports tell it: also when it is too far off to be used."""
    box: Box
    width: int
    height: int
    score: Annotated[float, Field(ge=0, le=1)]
    threshold: Annotated[float, Field(ge=0, le=1)]
    reason: Literal["left", "thrown"]
    explanation: Facts = Field(default_factory=dict)
    """Facts behind the flag, as cameras/watch/evidence.py `explain` lists them, and `agent`, the kind of actor, where a detector told it.
    The officer's page makes the sentences."""
    model: Sha256
    """The network, or the last layer that its node has learned, by which it was judged."""
    shadow: Shadow | None = None
    fence: Annotated[int, Field(ge=0)] | None = None
    """The lease under which it was seen."""
    given_up: tuple[str, ...] = ()
    """Files that the manifest names and that the watcher had to throw away for want of room."""
    evidence: tuple[EvidenceFile, ...]


class Settled(Message):
    """The desk has the sighting and its evidence on disk; the watcher may forget it."""

    sighting: Id
    at: AwareDatetime
    ok: bool = True
    code: str | None = None
    facts: Facts = Field(default_factory=dict)


class Renew(Message):
    """A watcher asks for its leases, every few seconds. The answer counts from when this was asked, on the watcher's own clock."""

    session: Id
    """One for each start of the program."""
    number: Annotated[int, Field(ge=1)]
    heard: Annotated[int, Field(ge=0)]
    """The newest answer that was taken; 0 before the first."""
    held: Annotated[tuple[Id, ...], Field(max_length=1000)]
    """Cameras that it has at this moment; what is missing here it has let go."""
    at: AwareDatetime
    """The watcher's wall clock, from which the desk learns how far that is off."""


class LeaseHold(Message):
    """One camera is this watcher's alone for so long."""

    fence: Annotated[int, Field(ge=1)]
    """Another one for every holder of the camera; sightings carry it."""
    lasts_s: Annotated[int, Field(ge=1)]


class Lease(Message):
    """The answer to a Renew. It replaces every promise before it."""

    session: Id
    number: Annotated[int, Field(ge=1)]
    cameras: dict[Id, LeaseHold]


class LedgerLine(Message):
    """Seconds of one camera as its watcher wrote them down."""

    camera: Id
    since: AwareDatetime
    """A whole minute."""
    runs: Annotated[str, Field(max_length=20_000)]
    """Letter and count: s45-3g12. s seen, i idle, o off, m moved, d dark, c covered, u unreadable, r refused, g gap, - not known."""


class AuditLine(Message):
    """A minute that a camera slept through, decoded afterwards by a fresh pair of eyes."""

    camera: Id
    at: AwareDatetime
    """When it began."""
    moved_s: Annotated[float, Field(ge=0, le=3600)]
    """For how long something went somewhere: above 0, the gate missed it."""
    level: float | None = None
    threshold: float | None = None
    """What the gate read at its highest meanwhile, and what it would have opened at, in powers of two."""


class LedgerPage(Message):
    """Kept by the watcher and sent again until the desk has it. Safe to repeat: the same seconds are the same line."""

    page: Id
    lines: Annotated[tuple[LedgerLine, ...], Field(max_length=2000)]
    audits: Annotated[tuple[AuditLine, ...], Field(max_length=2000)] = ()


class Entered(Message):
    """The desk has this page on disk; the watcher may forget it."""

    page: Id
    at: AwareDatetime


class Pin(Message):
    """Recordings that are kept past their age because of a sighting."""

    sighting: Id
    camera: Id
    since: AwareDatetime
    until: AwareDatetime
    """What is kept: capture times."""
    kept_until: AwareDatetime
    bytes: Annotated[int, Field(ge=0)]
    """Of the files that hold it; two pins may hold one file."""


class Pins(Message):
    """Retained. What a watcher keeps for sightings, the newest first. Told again now and then, and answered with what may go."""

    at: AwareDatetime
    pins: Annotated[tuple[Pin, ...], Field(max_length=500)] = ()


class Released(Message):
    """These sightings were dismissed: what was kept for them ages like everything else."""

    sightings: Annotated[tuple[Id, ...], Field(max_length=500)]
    at: AwareDatetime


class GateSpan(Message):
    """What the gate read, step by step; the last step ends at the trace's `at`."""

    step_s: Annotated[int, Field(ge=1)]
    level: tuple[int | None, ...]
    """The highest of each step, in hundredths of a power of two; null where no picture came."""
    threshold: tuple[int | None, ...]
    """What it had to pass; null while the gate knows nothing yet."""
    states: tuple[tuple[int, str], ...]
    """How many steps, and `asleep` or why the camera was awake: starting, learning, packets, picture, following, round, long_gop,
    no_keyframes, intra_refresh; `away` without a connection."""
    keys: tuple[int, ...] = ()
    """Steps in which a keyframe came, counted from the first."""


class GateTrace(Message):
    """Retained. The gate of a camera, for the plot on its page."""

    at: AwareDatetime
    recent: GateSpan
    hour: GateSpan


class Feed(Message):
    """The node asks the watcher of a camera for its pictures. They come over a WebSocket to /api/feeds/{id}, which takes the id once."""

    id: Id
    kind: Literal["live", "range", "previews", "spans"]
    """What is sent now; what was recorded, to be played; small pictures of it; or what is there at all."""
    start: AwareDatetime | None = None
    """Capture time; absent only for `live`."""
    end: AwareDatetime | None = None
    count: Annotated[int, Field(ge=1, le=200)] | None = None
    """How many previews at most."""
