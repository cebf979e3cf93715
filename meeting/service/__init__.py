"""The meeting service: every change goes through the one writer, every answer and snapshot leaves after the commit."""

from concurrent.futures import Future
from dataclasses import dataclass, field

from meeting import rules, store
from meeting.log.checkpoint import Signer
from meeting.papers.shelf import Shelf
from meeting.ports import Clock, Doors, Ids, Post, Reader, Writer, tablets_only
from meeting.secret.keys import KeyFolder
from meeting.service import snapshots
from meeting.service.asks import Asks
from meeting.service.box import Box
from meeting.service.calling import Calling
from meeting.service.chairing import Chairing
from meeting.service.documents import Documents
from meeting.service.floor import FloorDesk
from meeting.service.growth import Growth
from meeting.service.house import House
from meeting.service.preparing import Preparing
from meeting.service.publisher import ALL, Publisher, Show
from meeting.service.reading import Reading
from meeting.service.secret import forget_left_over
from meeting.service.votes import Votes
from meeting.settings import MeetingSettings

__all__ = ["MeetingService"]


@dataclass
class MeetingService:
    """The room's commands by job: preparing, documents, chairing, floor, votes, roll calls, reading; `asks` is what tablets ask.

    Commands wait for their commit and raise meeting.domain.errors.Refusal. A start reads the rules, publishes all
    snapshots of meetings that are not closed, and begins to publish what changes.
    """

    writer: Writer
    reader: Reader
    post: Post
    clock: Clock
    ids: Ids
    settings: MeetingSettings
    doors: Doors = field(default=tablets_only)

    def __post_init__(self) -> None:
        """Puts the parts together; nothing is opened but the rules' file, nothing runs."""
        settings = self.settings
        self.publisher = Publisher(self._show, gap_s=settings.motion_gap_s)
        self.house = House(
            writer=self.writer,
            reader=self.reader,
            post=self.post,
            clock=self.clock,
            ids=self.ids,
            settings=settings,
            rules=rules.load(settings.extra_rules),
            signer=Signer(settings.log_key),
            doors=self.doors,
            publisher=self.publisher,
            keys=KeyFolder(settings.ballot_keys or settings.documents.parent / "ballot-keys"),
        )
        shelf = Shelf(settings.documents, settings.document_bytes, settings.document_pages)
        self.preparing = Preparing(self.house)
        self.documents = Documents(self.house, shelf)
        self.chairing = Chairing(self.house)
        self.floor = FloorDesk(self.house)
        self.votes = Votes(self.house)
        self.calling = Calling(self.house)
        self.reading = Reading(self.house, shelf)
        self.box = Box(self.house)
        self.growth = Growth(self.house)
        self.asks = Asks(self.house)

    def start(self) -> None:
        """Forget what is left of secret votes that have closed, publish all snapshots again, and from now on what changes."""
        forget_left_over(self.house)
        self.announce()
        self.publisher.start()

    def stop(self) -> None:
        """Publish what is still to be published, then end."""
        self.publisher.stop()

    def announce(self) -> None:
        """Mark all snapshots of every meeting that is not closed, to be published again from the database alone."""
        with self.reader() as session:
            alive = [row.id for row in store.meetings(session) if row.state != "closed"]
        for meeting in alive:
            self.publisher.mark(meeting, ALL)

    def tablet(self, device: str, *, online: bool) -> "Future[None]":
        """A tablet's last will (or its return) was heard."""
        return self.asks.tablet(device, online=online)

    def _show(self, meeting: str, kinds: frozenset[Show]) -> None:
        snapshots.publish(self.house, meeting, kinds)
