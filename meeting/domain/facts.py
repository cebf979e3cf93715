"""What happened, for those outside the room. Facts carry ids and numbers; names stay in the room."""

from dataclasses import dataclass, field
from typing import Any

from meeting.domain.tally import Result


@dataclass(frozen=True)
class Happened:
    """A fact, noted in the same commit as the state that it changed."""

    kind: str
    subject: str
    details: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        return dict(self.details)


def meeting_opened(meeting: str, *, title: str, body: str, present: int) -> Happened:
    return Happened("meeting.opened", meeting, {"title": title, "body": body, "present": present})


def meeting_held(meeting: str, *, title: str, body: str, motions: int) -> Happened:
    """The meeting was closed; `motions` were voted on."""
    return Happened("meeting.held", meeting, {"title": title, "body": body, "motions": motions})


def motion_opened(motion: str, *, meeting: str, title: str, paper_sha256: str) -> Happened:
    return Happened("meeting.motion_opened", motion, {"meeting": meeting, "title": title, "paper_sha256": paper_sha256})


def motion_closed(motion: str, *, meeting: str, title: str, result: Result) -> Happened:
    """`meeting.resolution_adopted` or `meeting.motion_rejected`, with every number of the result."""
    kind = "meeting.resolution_adopted" if result.adopted else "meeting.motion_rejected"
    numbers = {"votes": dict(result.votes), "eligible": result.eligible, "present": result.present, "cast": result.cast}
    return Happened(kind, motion, {"meeting": meeting, "title": title, **numbers, "base": result.base, "needed": result.needed})


def motion_corrected(motion: str, *, meeting: str, text: str) -> Happened:
    return Happened("meeting.motion_corrected", motion, {"meeting": meeting, "text": text})
