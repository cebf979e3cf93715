"""What may be read: by staff, by the members in the room and by the hall screen."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import FileResponse, Response

from meeting.ports import Person, PersonGate
from meeting.service import MeetingService
from meeting.service.words import MeetingLine, MeetingView, ResultView, RuleLine

STAFF = ("administrator", "secretary", "chair", "auditor")
ROOM = (*STAFF, "member", "tablet", "screen")
NAMES = frozenset({"secretary", "chair", "auditor"})
"""Who sees the names beside the ballots of an open vote."""


def reading(service: MeetingService, person: PersonGate) -> APIRouter:
    """Lists, one meeting, documents, results, bundles, rules."""
    router = APIRouter(prefix="/api", tags=["meetings"])
    staff, room = Depends(person(*STAFF)), Depends(person(*ROOM))

    @router.get("/meetings", dependencies=[room])
    def list_meetings() -> list[MeetingLine]:
        return service.reading.meetings()

    @router.get("/meetings/{meeting}", dependencies=[staff])
    def read_meeting(meeting: str) -> MeetingView:
        return service.reading.meeting(meeting)

    @router.get("/meetings/{meeting}/documents/{document}", dependencies=[room], response_class=FileResponse)
    def read_document(meeting: str, document: str) -> FileResponse:
        found = service.reading.document(meeting, document)
        headers = {
            "Cache-Control": "private, max-age=31536000, immutable",
            "ETag": f'"{found.sha256}"',
            "X-Content-Type-Options": "nosniff",
        }
        return FileResponse(found.path, media_type="application/pdf", headers=headers)

    @router.get("/meetings/{meeting}/motions/{motion}")
    def read_result(meeting: str, motion: str, who: Annotated[Person, room]) -> ResultView:
        return service.reading.result(meeting, motion, names=bool(who.roles & NAMES))

    @router.get("/meetings/{meeting}/motions/{motion}/bundle", response_class=Response)
    def export_bundle(meeting: str, motion: str, who: Annotated[Person, room]) -> Response:
        """The bundle for anyone who may read the result; with names only for those who see them there."""
        headers = {"Content-Disposition": f'attachment; filename="{meeting}-{motion}.dinh.json"', "X-Content-Type-Options": "nosniff"}
        return Response(
            service.reading.bundle(meeting, motion, names=bool(who.roles & NAMES)), media_type="application/json", headers=headers
        )

    @router.get("/rules", dependencies=[staff])
    def list_rules() -> list[RuleLine]:
        return service.reading.rules()

    return router
