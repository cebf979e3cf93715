"""The meeting service: every change goes through the one writer, every answer leaves after the commit."""

from dataclasses import dataclass
from typing import Any

from meeting.ports import Clock, Ids, Post, Reader, Writer
from meeting.settings import MeetingSettings


@dataclass
class MeetingService:
    """The room's commands by job."""

    writer: Writer
    reader: Reader
    post: Post
    clock: Clock
    ids: Ids
    settings: MeetingSettings

    def __post_init__(self) -> None:
        """Nothing is opened or started here."""
        self.preparing: Any = None
        self.documents: Any = None
        self.chairing: Any = None
        self.floor: Any = None
        self.votes: Any = None
        self.reading: Any = None
