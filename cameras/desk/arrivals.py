"""How a sighting comes in.

1. A repetition is settled again and changes nothing. 2. The camera must be registered. 3. Every file that the message
names must lie here with just those bytes. 4. Rows and fact are committed. 5. Only then it is settled.

A Refusal settles it with ok=false; anything else (disk, database) leaves it unanswered, so it comes again.
"""

from broker.messages.cameras import Settled, Sighting
from broker.topics import SETTLED
from cameras.desk import manifest, store, views
from cameras.desk.custody import Custody, Place
from cameras.desk.ports import CameraCard, House
from cameras.domain import cases
from cameras.domain.errors import Code, Refusal
from cameras.domain.facts import CaseFact
from cameras.ports import Entry


class Arrivals:
    """Takes sightings in."""

    def __init__(self, house: House, custody: Custody) -> None:
        self.house, self.custody = house, custody

    def receive(self, message: Sighting) -> None:
        """Take a sighting in and settle it. Blocks until the commit; call it from a worker thread."""
        try:
            card = self._examine(message)
            self.house.writer.submit(lambda entry: self._take_in(entry, message, card)).result()
        except Refusal as refusal:
            self.settle(message.camera, message.id, refusal)

    def settle(self, camera: str, sighting: str, refusal: Refusal | None = None) -> None:
        """Tell the watcher how it stands."""
        answer = Settled(
            sighting=sighting,
            at=self.house.clock(),
            ok=refusal is None,
            code=refusal.code.value if refusal else None,
            facts=refusal.facts if refusal else {},
        )
        self.house.post.publish(SETTLED, answer, camera=camera)

    def _examine(self, message: Sighting) -> CameraCard | None:
        """Steps 1 to 3 for a fresh sighting; None for a known one, whose files are not asked for again."""
        with self.house.reader() as session:
            if store.find(session, message.id) is not None:
                return None
        card = self.house.cameras(message.camera)
        if card is None:
            raise Refusal(Code.UNKNOWN_CAMERA, {"camera": message.camera})
        for file in message.evidence:
            self.custody.check(Place(message.camera, message.id, file.name), file.sha256, file.bytes)
        return card

    def _take_in(self, entry: Entry, message: Sighting, card: CameraCard | None) -> None:
        """Steps 4 and 5. Two copies of one message may both come here; the second finds the first."""
        known = store.find(entry.session, message.id)
        if known is not None and known.digest != store.digest_of(message):
            raise Refusal(Code.OTHER_SIGHTING, {"sighting": message.id})
        if known is None and card is not None:
            self._write(entry, message, card)
        entry.after(lambda: self.settle(message.camera, message.id))

    def _write(self, entry: Entry, message: Sighting, card: CameraCard) -> None:
        case = cases.opened(score=message.score, threshold=message.threshold)
        row = store.put_new(entry.session, message, card, case=case, now=self.house.clock())
        said = Place(message.camera, message.id, "manifest.json").under(self.custody.folder)
        row.clip_started_at = manifest.clip_started_at(said)
        entry.note(CaseFact("cameras.sighting_flagged", row.id, views.reported_facts(row)))
        told = views.change(row)
        entry.after(lambda: self.house.tell("live/sightings", told))
