"""Tells the node what is kept for sightings, and lets go of what it answers was dismissed."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from broker.messages.base import Message
from broker.messages.cameras import Pin, Pins, Released
from broker.topics import PINS, RELEASED, Topic
from cameras.watch.recordings.keeper import Keeper
from cameras.watch.recordings.moments import moment

LOOK_S, AGAIN_S = 10.0, 600.0
"""How often it is looked whether anything has changed, and how soon the same is told again: an answer may have been lost, a verdict given."""
_log = logging.getLogger("cameras.watch.recordings")


class Air(Protocol):
    """The watcher's client."""

    def on(self, wanted: str, handler: Callable[[str, bytes], None]) -> None: ...
    def retain(self, topic: Topic, message: Message, **ids: str) -> None: ...


class Pinboard:
    """One watcher's. Nothing is told before there are recordings."""

    def __init__(self, keeper: Keeper, air: Air, device: str) -> None:
        self.keeper, self.air, self.device = keeper, air, device
        self._told: tuple[Pin, ...] | None = None
        self._told_at = self._looked_at = float("-inf")
        air.on(RELEASED.of(device=device), self._released)

    def tick(self, now: float) -> None:
        """`now` is time.monotonic()."""
        if self.keeper.archive is None or now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        pins = tuple(
            Pin(
                sighting=one.why,
                camera=one.camera,
                since=moment(one.start_us),
                until=moment(one.end_us),
                kept_until=moment(one.until_us),
                bytes=one.bytes,
            )
            for one in self.keeper.pins()
        )
        if pins != self._told or (pins and now - self._told_at >= AGAIN_S):
            self._told, self._told_at = pins, now
            self.air.retain(PINS, Pins(at=datetime.now(UTC), pins=pins), device=self.device)

    def _released(self, _topic: str, payload: bytes) -> None:
        try:
            told = Released.model_validate_json(payload)
        except ValueError:
            _log.warning("cameras.malformed released")
            return
        for sighting in told.sightings:
            self.keeper.release(sighting)
