"""The browser's door to the meeting room: one router per right."""

from fastapi import APIRouter

from meeting.http.box import box
from meeting.http.calling import calling
from meeting.http.chairing import chairing
from meeting.http.growth import growth
from meeting.http.preparing import preparing
from meeting.http.reading import reading
from meeting.http.status import STATUS
from meeting.ports import PersonGate
from meeting.service import MeetingService

__all__ = ["STATUS", "routers"]


def routers(service: MeetingService, person: PersonGate) -> list[APIRouter]:
    """All routers of the room. `person(*roles)` gives the FastAPI dependency that lets these roles in, or answers 401 or 403."""
    gated = [reading(service, person), preparing(service, person), chairing(service, person), calling(service, person)]
    return [*gated, box(service), growth(service)]
