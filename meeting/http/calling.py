"""The fourth door: votes called out, entered by the secretary, countersigned by the chair."""

from typing import Annotated

from fastapi import APIRouter, Depends

from meeting.ports import Person, PersonGate
from meeting.service import MeetingService
from meeting.service.words import Changed, ClerkKeyWords, RollCallView, SignedWords

ONE = "/api/meetings/{meeting}"
CALLS = f"{ONE}/motions/{{motion}}/roll-calls"


def calling(service: MeetingService, person: PersonGate) -> APIRouter:
    """Keys of the secretary's and the chair's browsers, roll calls and countersignatures."""
    router = APIRouter(tags=["calling"])
    desk = service.calling
    both, secretary, chair = Depends(person("chair", "secretary")), Depends(person("secretary")), Depends(person("chair"))

    @router.post(f"{ONE}/clerk-keys", status_code=201)
    def bind_key(meeting: str, words: ClerkKeyWords, who: Annotated[Person, both]) -> Changed:
        return desk.bind_key(meeting, words, who=who)

    @router.get(CALLS, dependencies=[both])
    def list_roll_calls(meeting: str, motion: str) -> list[RollCallView]:
        return desk.all(meeting, motion)

    @router.post(CALLS, status_code=201)
    def enter_roll_call(meeting: str, motion: str, words: SignedWords, who: Annotated[Person, secretary]) -> Changed:
        return desk.enter(meeting, motion, words.jws, who=who)

    @router.post(f"{CALLS}/{{call}}/countersign")
    def countersign_roll_call(meeting: str, motion: str, call: str, words: SignedWords, who: Annotated[Person, chair]) -> Changed:
        return desk.countersign(meeting, (motion, call), words.jws, who=who)

    @router.post(f"{CALLS}/{{call}}/return")
    def return_roll_call(meeting: str, motion: str, call: str, who: Annotated[Person, both]) -> Changed:
        return desk.take_back(meeting, (motion, call), who=who)

    return router
