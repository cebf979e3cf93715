"""The MQTT door of sightings. A future resolves when the message may be acknowledged."""

import json
import logging
from concurrent.futures import Future, ThreadPoolExecutor

from pydantic import ValidationError

from broker.identity import is_id
from broker.messages.cameras import Sighting
from broker.topics import SIGHTING
from cameras.desk.arrivals import Arrivals
from cameras.domain.errors import Code, Refusal

log = logging.getLogger(__name__)


class SightingDoor:
    """Takes sightings. Hashing and waiting for the commit happen on threads of its own, never on the caller's."""

    def __init__(self, arrivals: Arrivals, *, threads: int = 2) -> None:
        self.arrivals = arrivals
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="sightings")

    def topics(self) -> list[str]:
        """Filters to subscribe to."""
        return [SIGHTING.filter()]

    def take(self, topic: str, payload: bytes) -> "Future[None]":
        """Take one message. The future fails (no acknowledgement, it comes again) only when the disk or database did."""
        return self._pool.submit(self._take, topic, payload)

    def stop(self) -> None:
        """Finish what was begun."""
        self._pool.shutdown()

    def _take(self, topic: str, payload: bytes) -> None:
        ids = SIGHTING.ids(topic)
        if ids is None:
            log.warning("a sighting on a foreign topic was dropped: %s", topic[:120])
            return
        try:
            message = Sighting.model_validate_json(payload)
        except ValidationError as error:
            self._refuse_malformed(ids["camera"], payload, error)
            return
        if message.camera != ids["camera"]:
            self.arrivals.settle(ids["camera"], message.id, Refusal(Code.FOREIGN_TOPIC, {"camera": message.camera}))
            return
        self.arrivals.receive(message)

    def _refuse_malformed(self, camera: str, payload: bytes, error: ValidationError) -> None:
        """Answer when it says at least which sighting it is; otherwise nobody could be waiting for an answer."""
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        log.warning("a malformed sighting of camera %s: %s at %s", camera, first["type"], where)
        sighting = _id_in(payload)
        if sighting is not None:
            self.arrivals.settle(camera, sighting, Refusal(Code.MALFORMED, {"where": where[:120], "what": str(first["type"])}))


def _id_in(payload: bytes) -> str | None:
    try:
        said = json.loads(payload)
    except ValueError:
        return None
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, str) and is_id(found) else None
