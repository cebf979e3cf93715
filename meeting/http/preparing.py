"""What the secretary prepares."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, UploadFile

from broker.messages.meetings import DocumentRef
from meeting.ports import PersonGate
from meeting.service import MeetingService
from meeting.service.words import (
    VISIBLE,
    Changed,
    ItemChange,
    MeetingChange,
    MemberWords,
    NewItem,
    NewMeeting,
    PinView,
    PlanWords,
)


def preparing(service: MeetingService, person: PersonGate) -> APIRouter:
    """Meetings, members, plan, agenda, documents and PINs."""
    router = APIRouter(prefix="/api/meetings", tags=["preparing"], dependencies=[Depends(person("secretary"))])
    desk = service.preparing

    @router.post("", status_code=201)
    def create_meeting(new: NewMeeting) -> Changed:
        return desk.create(new)

    @router.patch("/{meeting}")
    def change_meeting(meeting: str, change: MeetingChange) -> Changed:
        return desk.change(meeting, change)

    @router.post("/{meeting}/members")
    def replace_members(meeting: str, members: list[MemberWords]) -> Changed:
        return desk.set_members(meeting, members)

    @router.put("/{meeting}/plan")
    def draw_plan(meeting: str, plan: PlanWords) -> Changed:
        return desk.set_plan(meeting, plan)

    @router.post("/{meeting}/items", status_code=201)
    def add_item(meeting: str, new: NewItem) -> Changed:
        return desk.add_item(meeting, new)

    @router.patch("/{meeting}/items/{item}")
    def change_item(meeting: str, item: str, change: ItemChange) -> Changed:
        return desk.change_item(meeting, item, change)

    @router.delete("/{meeting}/items/{item}")
    def remove_item(meeting: str, item: str) -> Changed:
        return desk.remove_item(meeting, item)

    @router.post("/{meeting}/items/{item}/documents", status_code=201)
    def add_document(
        meeting: str, item: str, pdf: UploadFile, title: Annotated[str, Form(min_length=1, max_length=300, pattern=VISIBLE)]
    ) -> DocumentRef:
        return service.documents.add(meeting, item, title=title, source=pdf.file)

    @router.post("/{meeting}/pins")
    def make_pins(meeting: str) -> list[PinView]:
        """New PINs and badges for all members. The old ones stop working; these are shown this once."""
        return desk.make_pins(meeting)

    return router
