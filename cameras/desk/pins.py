"""What watchers keep of their recordings for sightings: shown with the reason, and let go when the sighting was dismissed.

A watcher tells what it keeps and is answered with what may go. Both are repeated until they agree, so neither's outage loses anything.
"""

import logging
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import timedelta

from pydantic import ValidationError
from sqlmodel import Session

from broker.messages.cameras import Pins, Released
from broker.topics import PINS, RELEASED
from cameras.desk import store
from cameras.desk.models import Kept
from cameras.desk.ports import House
from cameras.domain.cases import State
from cameras.ports import Entry

log = logging.getLogger(__name__)


class Keeping:
    """A door, and what people ask. A verdict that can still be taken back lets nothing go."""

    def __init__(self, house: House, window: timedelta) -> None:
        self.house, self.window = house, window
        self._told: dict[str, Pins] = {}

    def topics(self) -> list[str]:
        """Filters to subscribe to."""
        return [PINS.filter()]

    def take(self, topic: str, payload: bytes) -> "Future[None] | None":
        """Take what a watcher keeps. A malformed or cleared list is not answered."""
        ids = PINS.ids(topic)
        try:
            told = Pins.model_validate_json(payload)
        except ValidationError as error:
            log.warning("a malformed list of what is kept: %s", error.errors(include_url=False, include_input=False)[0]["loc"])
            return None
        if ids is None:
            return None
        self._told[ids["device"]] = told
        return self.house.writer.submit(lambda entry: self._answer(entry, ids["device"], told))

    def all(self, camera: str | None = None) -> list[Kept]:
        """Everything that is kept, of one camera or of all, the newest first."""
        told = [pin for pins in self._told.values() for pin in pins.pins if camera is None or pin.camera == camera]
        with self.house.reader() as session:
            kept = [
                Kept.model_validate({**pin.model_dump(), "state": row.state, "reason": row.rejected_as})
                for pin in told
                if (row := store.find(session, pin.sighting)) is not None
            ]
        return sorted(kept, key=lambda one: one.since, reverse=True)

    def _answer(self, entry: Entry, device: str, told: Pins) -> None:
        gone = self._dismissed(entry.session, [pin.sighting for pin in told.pins])
        if gone:
            answer = Released(sightings=tuple(gone), at=self.house.clock())
            entry.after(lambda: self.house.post.publish(RELEASED, answer, device=device))

    def _dismissed(self, session: Session, sightings: Sequence[str]) -> list[str]:
        rows = (store.find(session, sighting) for sighting in dict.fromkeys(sightings))
        before = self.house.clock() - self.window
        return [
            row.id
            for row in rows
            if row is not None and row.state == State.REJECTED and row.judged_at is not None and row.judged_at <= before
        ]
