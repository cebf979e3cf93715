"""The door for whoever kept a head of the log: open to all, because a head is, too."""

from typing import Annotated

from fastapi import APIRouter, Query

from meeting.service import MeetingService
from meeting.service.words import Grown

Size = Annotated[int, Query(ge=1, le=10**15)]


def growth(service: MeetingService) -> APIRouter:
    """One route, without a gate."""
    router = APIRouter(tags=["log"])

    @router.get("/api/meetings/{meeting}/log/consistency")
    def prove_growth(meeting: str, first: Size, second: Size | None = None) -> Grown:
        """The proof that the log of `first` entries is a beginning of that of `second` (or of the newest), and the signed head of the latter."""
        return service.growth.proof(meeting, first, second)

    return router
