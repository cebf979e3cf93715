"""The tablets' door: asks from the air. What cannot be read is refused with a code and loses nothing of anyone else's."""

import json
from concurrent.futures import Future
from typing import Any

from pydantic import ValidationError

from broker import topics
from broker.identity import is_id
from broker.messages.meetings import MeetingAsk
from meeting.domain.errors import Code, Refusal
from meeting.service import MeetingService
from meeting.service.pace import Pace

MOST_BYTES = 16 * 1024
"""An honest ask has about one kilobyte."""
NAMELESS = "unreadable"
"""The id of the answer to an ask whose own id cannot be read."""


class TabletDoor:
    """Takes messages of `topics()`. The future resolves when the message may be acknowledged; it never fails."""

    def __init__(self, service: MeetingService) -> None:
        self._asks = service.asks
        self._pace = Pace(at_once=service.settings.asks_at_once, per_s=service.settings.asks_per_s)

    def topics(self) -> list[str]:
        return [topics.ASK.filter()]

    def take(self, topic: str, payload: bytes) -> "Future[Any]":
        """Answer one ask on the asking tablet's own topic. A topic that is no ask is let go."""
        ids = topics.ASK.ids(topic)
        if ids is None:
            return _done()
        meeting, device = ids["meeting"], ids["device"]
        if (wait := self._pace.turn(device)) is not None:
            if wait.tell:
                refusal = Refusal(Code.TOO_MANY_ASKS, retry_after_s=wait.seconds)
                self._asks.publish(meeting, device, self._asks.refused(_salvage_id(payload), refusal))
            return _done()
        try:
            ask = _read(payload)
        except Refusal as refusal:
            self._asks.publish(meeting, device, self._asks.refused(_salvage_id(payload), refusal))
            return _done()
        return self._asks.take(meeting, device, ask)


def _done() -> "Future[None]":
    done: Future[None] = Future()
    done.set_result(None)
    return done


def _read(payload: bytes) -> MeetingAsk:
    if len(payload) > MOST_BYTES:
        raise Refusal(Code.ASK_TOO_BIG, bytes=len(payload), most=MOST_BYTES)
    try:
        json.loads(payload)
        return MeetingAsk.model_validate_json(payload)
    except ValidationError as error:
        field = ".".join(str(part) for part in error.errors()[0]["loc"]) or "json"
        raise Refusal(Code.ASK_MALFORMED, field=field[:80]) from None
    except (ValueError, RecursionError):
        raise Refusal(Code.ASK_MALFORMED, field="json") from None


def _salvage_id(payload: bytes) -> str:
    """The id of an ask that is otherwise refused, so that the tablet knows which one it was."""
    if len(payload) > MOST_BYTES:
        return NAMELESS
    try:
        said = json.loads(payload)
    except (ValueError, RecursionError):
        return NAMELESS
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, str) and is_id(found) else NAMELESS
