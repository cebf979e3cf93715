"""Documents of an item: first the file is on the shelf, then the row says so."""

from dataclasses import dataclass
from typing import BinaryIO

from broker.messages.meetings import DocumentRef
from meeting import store
from meeting.domain.errors import Code, Refusal
from meeting.papers.shelf import Kept, Shelf
from meeting.service.house import WAIT_S, House, Show, Work
from meeting.service.preparing import NOT_CLOSED
from meeting.service.snapshots import document_ref
from meeting.tables import Document


@dataclass(frozen=True)
class Documents:
    """PDF documents of agenda items."""

    house: House
    shelf: Shelf

    def add(self, meeting: str, item: str, *, title: str, source: BinaryIO) -> DocumentRef:
        """Check and keep a PDF, then show it to the members. Refused while the item's motion is open: its paper names what was there."""
        with self.house.reader() as session:
            store.meeting(session, meeting)
            store.item(session, meeting, item)
        kept = self.shelf.put(source)
        return self.house.submit(meeting, lambda work: self._enter(work, item, title, kept)).result(WAIT_S)

    def _enter(self, work: Work, item: str, title: str, kept: Kept) -> DocumentRef:
        work.require(*NOT_CLOSED)
        store.item(work.session, work.id, item)
        if any(one.item == item and one.state == "open" for one in store.motions(work.session, work.id)):
            raise Refusal(Code.DOCUMENT_FIXED, item=item)
        row = Document(meeting=work.id, id=self.house.ids(), item=item, title=title, added_at=work.now, **vars(kept))
        work.session.add(row)
        work.show(Show.AGENDA)
        return document_ref(row)
