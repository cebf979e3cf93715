"""What is asked of the meeting room and what it answers, as the doors carry it. Times are UTC with an offset."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from broker.identity import Id
from broker.messages.base import Sha256
from broker.messages.meetings import (
    Candidate,
    Choice,
    Count,
    DocumentRef,
    ItemState,
    LogHead,
    MeetingState,
    MotionState,
    RuleView,
)
from meeting.domain.tally import MOST_CANDIDATES

VISIBLE = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Text without control characters; line breaks and tabs are text."""
Line = Annotated[str, Field(min_length=1, max_length=300, pattern=VISIBLE)]
MaybeLine = Annotated[str, Field(max_length=300, pattern=VISIBLE)]
Name = Annotated[str, Field(min_length=1, max_length=120, pattern=VISIBLE)]
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
Units = Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)]
SpeechKind = Literal["speak", "question"]
DEFAULT_RULE = "hdnd-nghi-quyet"


class Words(BaseModel):
    """Unknown keys are refused, so that a misspelt one is never ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Changed(Words):
    """What a command touched, and the meeting's revision that the next snapshots carry."""

    id: str
    revision: int


class NewMeeting(Words):
    """A meeting to be prepared. `rule` is the rule its motions follow unless they name another; it also sets the quorum."""

    title: Line
    body: Line
    place: MaybeLine = ""
    starts_at: AwareDatetime
    rule: str = DEFAULT_RULE


class MeetingChange(Words):
    """Only what is given is changed; only before the meeting is opened."""

    title: Line | None = None
    body: Line | None = None
    place: MaybeLine | None = None
    starts_at: AwareDatetime | None = None
    rule: str | None = None


class SeatWords(Words):
    """A seat of the drawn plan, in plan units from the top left; the podium is at the top edge."""

    id: Id
    label: Annotated[str, Field(min_length=1, max_length=12, pattern=VISIBLE)]
    x: Units
    y: Units


class PlanWords(Words):
    """The room as it is drawn."""

    width: Units
    height: Units
    seats: Annotated[tuple[SeatWords, ...], Field(max_length=2000)]


class MemberWords(Words):
    """A participant as he is entered. `id` keeps a member who is already there; a new one gets an id."""

    id: Id | None = None
    name: Name
    office: Annotated[str, Field(max_length=120, pattern=VISIBLE)] = ""
    seat: Id | None = None
    votes: bool = True
    chairs: bool = False
    """He is the chair whose vote decides a tie where the rule says so."""
    weight: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    """Votes that he carries where a rule weighs."""


class NewItem(Words):
    """A line of the agenda, put at the end."""

    title: Line
    minutes: Minutes = 15


class ItemChange(Words):
    """Only what is given is changed. `number` moves the item to that place, counted from 1."""

    title: Line | None = None
    minutes: Minutes | None = None
    number: Annotated[int, Field(ge=1)] | None = None


class StateChange(Words):
    state: Literal["open", "paused", "closed"]


class PresenceChange(Words):
    """The secretary's word that a member is here or is not."""

    present: bool
    reason: MaybeLine = ""


class CallWords(Words):
    """Gives the floor, for this long."""

    limit_s: Annotated[int, Field(ge=10, le=24 * 3600)] = 300


class NoticeWords(Words):
    """One line from the chair to all; an empty text takes it away."""

    text: MaybeLine
    level: Literal["info", "attention"] = "info"


class PageWords(Words):
    """Where the presenter is; no document ends the presentation."""

    document: Id | None = None
    page: Annotated[int, Field(ge=1)] = 1


class CandidateWords(Words):
    """One who stands for election, with a line about him."""

    name: Name
    about: MaybeLine = ""


class NewMotion(Words):
    """A motion in draft. Without a rule it follows the meeting's. Candidates and seats where the rule is that of an election."""

    item: Id
    title: Line
    text: Annotated[str, Field(max_length=8000, pattern=VISIBLE)] = ""
    rule: str | None = None
    candidates: Annotated[tuple[CandidateWords, ...], Field(max_length=MOST_CANDIDATES)] = ()
    """In the order in which they will stand on the paper."""
    seats: Annotated[int, Field(ge=0, le=MOST_CANDIDATES)] = 0
    """How many are to be elected."""


class CloseWords(Words):
    """`leave`: close a secret vote though ballots are still on the way; they stay outside."""

    leave: bool = False


class CorrectionWords(Words):
    """What the chair corrects after the close. It stays in the log beside what it corrects."""

    text: Annotated[str, Field(min_length=1, max_length=2000, pattern=VISIBLE)]


class ClerkKeyWords(Words):
    """The ES256 key of this browser, for signing as secretary or as chair; `proof` is a JWS over {meeting, device: the account, kid, at} by it."""

    key: dict[str, Any]
    proof: Annotated[str, Field(max_length=2048)]
    role: Literal["secretary", "chair"]


class SignedWords(Words):
    """A compact JWS, checked by what it is sent to."""

    jws: Annotated[str, Field(max_length=64 * 1024)]


class CalledLine(Words):
    """What one member called out."""

    member: Id
    choice: str


class RollCallView(Words):
    """A roll call as it waits for the chair, or what became of it. What the chair signs is the SHA-256 of `jws`."""

    id: Id
    state: Literal["waiting", "counted", "withdrawn", "returned"]
    account: str
    """Who entered it, and his name."""
    name: str
    made_at: AwareDatetime
    jws: str
    lines: tuple[CalledLine, ...]


class PinView(Words):
    """Shown once. The PIN is typed, the badge is the content of the QR on the member's card."""

    member: Id
    name: str
    seat: Id | None
    label: str | None
    pin: str
    badge: str


class RuleLine(Words):
    """A rule as it stands in the data, with where it comes from."""

    id: str
    title: str
    title_en: str
    body: str
    base: Literal["all", "present", "cast"]
    share: str
    strict: bool
    tie: Literal["rejected", "chair"]
    quorum: str | None
    proxy: bool
    secrecy: Literal["open", "secret"]
    weights: bool
    method: Literal["question", "election"]
    blank: Literal["valid", "invalid"]
    may_change: bool
    valid_from: str
    """A day, YYYY-MM-DD, in the node's own civil calendar."""
    valid_until: str | None
    citation: str
    verified: bool


class MotionView(Words):
    """A motion as staff see it. `rule.needed` is None while the base is not known."""

    id: Id
    item: Id
    title: str
    text: str
    state: MotionState
    rule: RuleView
    method: Literal["question", "election"]
    choices: tuple[Choice, ...]
    candidates: tuple[Candidate, ...]
    seats: int
    may_change: bool
    opened_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    paper_sha256: Sha256 | None
    eligible: int
    issued: int | None
    cast: int
    count: Count | None


class BoardLine(Words):
    """One ballot on the board of an open vote. The code is the one on the voter's receipt."""

    code: str
    seat: str
    """"" for a member without a seat, whose vote was called out."""
    label: str
    name: str | None
    """Only for staff."""
    choice: str
    """Of an election: the chosen candidates' ids joined by commas, or "none"."""
    index: int
    at: AwareDatetime
    counts: bool
    """False when the same voter's later ballot replaced it."""
    door: Literal["tablet", "keypad", "roll_call"]
    """Which way it came."""


class BoxLine(Words):
    """One ballot on the board of a secret vote: whoever knows its code finds it, nobody else knows whose it is."""

    code: str
    """The first 40 bits of the tracker."""
    tracker: str
    """SHA-256 (hex) of the signed message."""
    choice: str
    index: int
    counts: bool
    """False for an invalid ballot: one that says what is not on the paper, or nothing where the rule calls that invalid."""


class CorrectionView(Words):
    at: AwareDatetime
    text: str
    by: str


class ResultView(Words):
    """A motion with everything that its result page shows."""

    meeting: Id
    meeting_title: str
    body: str
    motion: MotionView
    documents: tuple[DocumentRef, ...]
    board: tuple[BoardLine, ...]
    """Empty while the vote is open: how anyone voted is not shown before the close."""
    box: tuple[BoxLine, ...] = ()
    """Of a secret vote, after the close: all ballots in the order of their trackers."""
    corrections: tuple[CorrectionView, ...]
    head: LogHead | None
    log_key: str
    """The log's public key as a C2SP verifier key: name+hash+key."""


class Grown(Words):
    """That the log of `first` entries is a beginning of that of `second` (RFC 6962, 2.1.2)."""

    first: int
    second: int
    proof: tuple[str, ...]
    """Hashes, hex."""
    checkpoint: str
    """The signed head of `second` entries."""


class ItemView(Words):
    """An agenda item with what belongs to it."""

    id: Id
    number: int
    title: str
    minutes: int
    state: ItemState
    started_at: AwareDatetime | None
    finished_at: AwareDatetime | None
    turned_back_at: AwareDatetime | None
    """When the chair last went back to it, or back out of it."""
    documents: tuple[DocumentRef, ...]
    motions: tuple[MotionView, ...]


class MemberView(Words):
    """A participant as staff see him."""

    id: Id
    name: str
    office: str
    seat: Id | None
    label: str | None
    votes: bool
    chairs: bool
    weight: int
    present: bool
    since: AwareDatetime | None
    reason: str
    """The reason of the last leave, as the secretary gave it."""
    has_pin: bool
    tablet: bool


class MeetingLine(Words):
    """A meeting in a list."""

    id: Id
    title: str
    body: str
    place: str
    starts_at: AwareDatetime
    state: MeetingState
    items: int
    members: int


class MeetingView(Words):
    """The whole meeting."""

    id: Id
    title: str
    body: str
    place: str
    starts_at: AwareDatetime
    opened_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    state: MeetingState
    revision: int
    rule: str
    floor_open: bool
    plan: PlanWords
    members: tuple[MemberView, ...]
    items: tuple[ItemView, ...]
