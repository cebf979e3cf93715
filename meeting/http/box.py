"""The door of the box. It asks nobody who he is: whoever has a ballot that this vote's key has signed may put it in."""

from fastapi import APIRouter

from meeting.service import MeetingService
from meeting.service.box import Boxed, BoxWords


def box(service: MeetingService) -> APIRouter:
    """One route, without a gate and without a request to read anything else from."""
    router = APIRouter(tags=["box"])

    @router.post("/api/meetings/{meeting}/box", status_code=201)
    def put_in_box(meeting: str, words: BoxWords) -> Boxed:
        return service.box.put(meeting, words)

    return router
