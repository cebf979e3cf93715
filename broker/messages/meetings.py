"""The conversation of a meeting: whole snapshots from the node, asks from tablets, answers to each."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from broker.identity import Id
from broker.messages.base import Facts, Message, Sha256, Snapshot

MeetingState = Literal["planned", "open", "paused", "closed"]
ItemState = Literal["waiting", "current", "done"]
MotionState = Literal["draft", "open", "closed"]


class DocumentRef(Message):
    """A PDF of the meeting; its bytes come from GET /api/meetings/{meeting}/documents/{id}."""

    id: Id
    title: str
    sha256: Sha256
    pages: Annotated[int, Field(ge=1)]
    bytes: Annotated[int, Field(ge=1)]


class AgendaItem(Message):
    """One line of the agenda."""

    id: Id
    number: int
    title: str
    minutes: int
    state: ItemState
    started_at: AwareDatetime | None = None
    documents: tuple[DocumentRef, ...] = ()
    motions: tuple[Id, ...] = ()


class AgendaSnapshot(Snapshot):
    """The meeting and its agenda."""

    meeting: Id
    title: str
    body: str
    """The deciding body as it is written, for example "Hội đồng nhân dân phường"."""
    place: str
    starts_at: AwareDatetime
    state: MeetingState
    items: tuple[AgendaItem, ...]


class Seat(Message):
    """One seat of the drawn plan. Coordinates are in plan units (see RollSnapshot)."""

    id: Id
    label: str
    x: float
    y: float
    member: Id | None = None
    name: str | None = None
    office: str | None = None
    """What the member is: "Chủ tịch", "Đại biểu"."""
    votes: bool = False
    weight: int = 1
    """Votes that the member carries where a rule weighs."""
    present: bool = False
    since: AwareDatetime | None = None
    tablet: bool = False
    """A tablet holds this seat's key now and is online."""


class RollSnapshot(Snapshot):
    """Who sits where and who is here. The plan is `width` x `height` units, the podium at the top edge."""

    width: float
    height: float
    seats: tuple[Seat, ...]
    voters: int
    present: int
    quorum: int


class Speaker(Message):
    """A place in the speaking queue."""

    request: Id
    seat: Id
    label: str
    name: str
    kind: Literal["speak", "question"]
    asked_at: AwareDatetime


class Speech(Message):
    """Who has the floor. Remaining time = limit_s - spoken_s - (running ? now - running_since : 0)."""

    request: Id
    seat: Id
    label: str
    name: str
    kind: Literal["speak", "question"]
    limit_s: int
    spoken_s: float
    running_since: AwareDatetime | None = None
    state: Literal["called", "speaking", "paused"]


class FloorSnapshot(Snapshot):
    """The speaking queue in order, and who speaks."""

    open: bool
    queue: tuple[Speaker, ...]
    speech: Speech | None = None


class RuleView(Message):
    """The rule of a vote as people read it."""

    id: Id
    body: str
    base: Literal["all", "present", "cast"]
    share: str
    """Threshold as a fraction, "1/2" or "2/3"."""
    strict: bool
    """True: more than the share. False: at least the share."""
    needed: int | None = None
    """Votes for that are needed now; None while the base is not yet known."""
    citation: str
    verified: bool
    secrecy: Literal["open", "secret"] = "open"
    weights: bool = False
    """True: `needed` and every number of the count are weights, not persons."""
    blank: Literal["valid", "invalid"] = "valid"
    """What a ballot of an election is that elects nobody."""


class Choice(Message):
    """One option of a question's ballot paper, in the order in which it is drawn."""

    id: Literal["for", "against", "abstain"]


class Candidate(Message):
    """One who stands for election, in the paper's order. A ballot names him by `id`: c1, c2, ..."""

    id: Annotated[str, Field(pattern=r"^c[1-9][0-9]?$")]
    name: str
    about: str = ""


class SecretKey(Message):
    """The public half of a secret vote's key (RFC 9474); n and e are base64url."""

    scheme: Literal["RSABSSA-SHA384-PSS-Randomized"]
    n: str
    e: str


class Count(Message):
    """The result of a closed motion. All numbers are persons, or weights where the rule weighs."""

    votes: dict[str, int]
    """Choice or candidate -> ballots that count."""
    eligible: int
    present: int
    issued: int | None = None
    """Tokens given out for a secret ballot; None for an open one."""
    cast: int
    """Ballots that came."""
    valid: int
    invalid: int
    blank: int = 0
    """Ballots of an election that elect nobody, valid or not."""
    base: int
    needed: int
    adopted: bool
    """Of an election: as many are elected as were to be."""
    elected: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    """Candidates with equal votes for whom too few seats are left."""


class LogHead(Message):
    """The vote log's newest signed head: a C2SP tlog-checkpoint, as text."""

    size: int
    root: Sha256
    checkpoint: str


class Correction(Message):
    """What the chair said after the close. It stands beside the result and changes no number of it."""

    at: AwareDatetime
    text: str


class MotionSnapshot(Snapshot):
    """The motion that the meeting is at, or none. It is the same from the opening to the close; who has voted by now is the turnout's."""

    motion: Id | None = None
    item: Id | None = None
    title: str = ""
    text: str = ""
    state: MotionState | None = None
    opened_at: AwareDatetime | None = None
    closed_at: AwareDatetime | None = None
    paper_base64: str | None = None
    """The frozen ballot paper, exactly the bytes whose SHA-256 is signed."""
    paper_sha256: Sha256 | None = None
    method: Literal["question", "election"] = "question"
    choices: tuple[Choice, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    seats: int = 0
    """Of an election: how many are to be elected, and so the most that a ballot may choose."""
    secret: SecretKey | None = None
    rule: RuleView | None = None
    may_change: bool = True
    eligible: int = 0
    """Persons who may vote."""
    count: Count | None = None
    corrections: tuple[Correction, ...] = ()
    """Oldest first."""
    head: LogHead | None = None


class TurnoutSnapshot(Snapshot):
    """Who has voted on the motion that the meeting is at, never how. For screens and pages of the desk: what a hall casts at once is
    not sent back to every tablet of it.
    """

    motion: Id | None = None
    issued: int | None = None
    """Tokens given out for a secret ballot; None for an open one."""
    cast: int = 0
    """Ballots that came: persons who have voted."""
    cast_seats: tuple[Id, ...] = ()
    """Of a secret ballot: seats that took a token."""
    head: LogHead | None = None


class PageSnapshot(Snapshot):
    """Where the presenter is in a document."""

    document: Id | None = None
    page: Annotated[int, Field(ge=1)] = 1


class NoticeSnapshot(Snapshot):
    """One line from the chair to all, or nothing."""

    level: Literal["info", "attention"] = "info"
    text: str = ""


class MeetingAsk(Message):
    """What a tablet asks. Safe to repeat with the same id until it is answered.

    kind      body
    check_in  {pin | badge, key: public JWK (ES256), proof: JWS over {meeting, device, kid, at} by that key}
    resume    {key, proof}: the same key comes back after a reload; answered with the seat and all receipts
    speak     {kind: speak | question}
    withdraw  {request}
    cast      {ballot: compact JWS, see docs/design/votes.md}
    token     {token: compact JWS with a blinded message, see docs/design/votes.md}: the right to one secret ballot
    """

    id: Id
    at: AwareDatetime
    kind: Literal["check_in", "resume", "speak", "withdraw", "cast", "token"]
    body: dict[str, Any] = Field(default_factory=dict)


class MeetingAnswer(Message):
    """The node's answer to one ask, published after the commit."""

    id: Id
    at: AwareDatetime
    ok: bool
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
    """check_in and resume: {member, seat, label, name, receipts: [Receipt]}; cast: Receipt; speak: {request};
    token: {motion, blind_signature}."""


class Receipt(Message):
    """Proof that a ballot is in the vote log (RFC 6962 inclusion proof under a signed checkpoint)."""

    motion: Id
    code: str
    """Eight characters in two groups, read aloud and found on the public board."""
    index: int
    size: int
    entry: str
    """The log entry's own bytes as text: what is hashed behind 0x00 into the leaf. It holds the ballot as it was signed."""
    leaf_sha256: Sha256
    proof: tuple[Sha256, ...]
    checkpoint: str
    ballot_sha256: Sha256
