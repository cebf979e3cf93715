"""How a sighting comes in.

1. A repetition is settled again and changes nothing. 2. The camera must be registered. 3. It must have been seen within a
lease of that camera. 4. Every file that the message names must lie here with just those bytes, the manifest signed by the watcher. 5. No other
watcher may have told of the same thing. 6. The budget says whether it is flagged or kept below the threshold; rows, count and fact are committed.
7. Only then it is settled.

A Refusal settles it with ok=false; anything else (disk, database) leaves it unanswered, so it comes again.
"""

from collections.abc import Sequence
from datetime import timedelta

from broker.messages.cameras import Settled, Sighting
from broker.topics import SETTLED
from cameras.desk import manifest, signatures, store, views
from cameras.desk.budget import Budget
from cameras.desk.custody import Custody, Place
from cameras.desk.ports import CameraCard, House, Tenure
from cameras.domain.cases import State
from cameras.domain.errors import Code, Refusal
from cameras.domain.facts import CaseFact
from cameras.ports import Entry

CLOCK_SLACK = timedelta(seconds=15)
"""A camera's or a watcher's wall clock is not known to the second."""
TWIN_SPAN = timedelta(seconds=30)
SAME_PLACE = 0.3
"""Overlap of two boxes (intersection over union) from which they show one thing."""


def within(tenure: Tenure, message: Sighting) -> bool:
    """Whether it was flagged within the lease, for one of the offsets that the watcher's clock had meanwhile."""
    off = timedelta(seconds=message.clock_offset_s or 0) if message.clock == "camera" else timedelta()
    said = message.at - off
    late = tenure.ended_at is not None and said + tenure.behind_low > tenure.ended_at + CLOCK_SLACK
    return not late and said + tenure.behind_high >= tenure.begun_at - CLOCK_SLACK


def same_place(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether two boxes (x0, y0, x1, y1) show one thing."""
    wide = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    high = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    area = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - wide * high
    return area > 0 and wide * high / area >= SAME_PLACE


class Arrivals:
    """Takes sightings in."""

    def __init__(self, house: House, custody: Custody, budget: Budget) -> None:
        self.house, self.custody, self.budget = house, custody, budget

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
        """Steps 1 to 4 for a fresh sighting; None for a known one, whose files are not asked for again."""
        with self.house.reader() as session:
            if store.find(session, message.id) is not None:
                return None
        card = self.house.cameras(message.camera)
        if card is None:
            raise Refusal(Code.UNKNOWN_CAMERA, {"camera": message.camera})
        self._demand_lease(message)
        for file in message.evidence:
            self.custody.check(Place(message.camera, message.id, file.name), file.sha256, file.bytes)
        self._demand_signature(message)
        return card

    def _demand_lease(self, message: Sighting) -> None:
        """A late sighting is taken when its moment lies within its lease: of a watcher that had the camera then, and has it no more."""
        if self.house.tenure is None:
            return
        tenure = self.house.tenure(message.camera, message.fence) if message.fence is not None else None
        if tenure is None or tenure.watcher != message.watcher or not within(tenure, message):
            raise Refusal(Code.NOT_LEASED, {"camera": message.camera, "fence": message.fence})

    def _demand_signature(self, message: Sighting) -> None:
        named = {file.name for file in message.evidence}
        if self.house.keys is None or "manifest.json" not in named:
            return
        if "manifest.jws" not in named:
            raise Refusal(Code.UNSIGNED)
        manifest, mark = (
            Place(message.camera, message.id, name).under(self.custody.folder).read_bytes() for name in ("manifest.json", "manifest.jws")
        )
        watcher = signatures.signer(manifest, mark, self.house.keys, at=message.at)
        if watcher != message.watcher:
            raise Refusal(Code.SIGNATURE_WRONG, {"watcher": watcher})

    def _take_in(self, entry: Entry, message: Sighting, card: CameraCard | None) -> None:
        """Steps 5 to 7. Two copies of one message may both come here; the second finds the first."""
        known = store.find(entry.session, message.id)
        if known is not None and known.digest != store.digest_of(message):
            raise Refusal(Code.OTHER_SIGHTING, {"sighting": message.id})
        if known is None and card is not None:
            for other in store.near(entry.session, message, TWIN_SPAN):
                if same_place(other.box, message.box):
                    raise Refusal(Code.SEEN_ALREADY, {"sighting": other.id})
            self._write(entry, message, card)
        entry.after(lambda: self.settle(message.camera, message.id))

    def _write(self, entry: Entry, message: Sighting, card: CameraCard) -> None:
        decision = self.budget.decide(entry, message)
        row = store.put_new(entry.session, message, card, decision=decision, now=self.house.clock())
        said = Place(message.camera, message.id, "manifest.json").under(self.custody.folder)
        row.clip_started_at = manifest.clip_started_at(said)
        if decision.case.state is State.FLAGGED:
            entry.note(CaseFact("cameras.sighting_flagged", row.id, views.reported_facts(row)))
        told = views.change(row)
        entry.after(lambda: self.house.tell("live/sightings", told))
