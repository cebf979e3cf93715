"""What the chair and the secretary do while the meeting runs."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends

from meeting.ports import Person, PersonGate
from meeting.service import MeetingService
from meeting.service.words import (
    CallWords,
    Changed,
    CloseWords,
    CorrectionWords,
    NewMotion,
    NoticeWords,
    PageWords,
    PresenceChange,
    StateChange,
)

ONE = "/api/meetings/{meeting}"


def chairing(service: MeetingService, person: PersonGate) -> APIRouter:
    """State, items, presence, notice, floor and motions."""
    gate = Depends(person("chair", "secretary"))
    router = APIRouter(tags=["chairing"], dependencies=[gate])
    _course(router, service)
    _floor(router, service)
    _motions(router, service, Depends(person("chair")))
    return router


def _course(router: APIRouter, service: MeetingService) -> None:
    course = service.chairing

    @router.post(f"{ONE}/state")
    def change_state(meeting: str, change: StateChange) -> Changed:
        return course.set_state(meeting, change.state)

    @router.post(f"{ONE}/items/{{item}}/start")
    def start_item(meeting: str, item: str) -> Changed:
        return course.start_item(meeting, item)

    @router.post(f"{ONE}/items/{{item}}/finish")
    def finish_item(meeting: str, item: str) -> Changed:
        return course.finish_item(meeting, item)

    @router.post(f"{ONE}/items/back")
    def step_back(meeting: str) -> Changed:
        """Go back to the item that was finished last."""
        return course.step_back(meeting)

    @router.post(f"{ONE}/members/{{member}}/presence")
    def change_presence(meeting: str, member: str, change: PresenceChange) -> Changed:
        return course.set_presence(meeting, member, present=change.present, reason=change.reason)

    @router.post(f"{ONE}/notice")
    def show_notice(meeting: str, notice: NoticeWords) -> Changed:
        return course.set_notice(meeting, notice.text, level=notice.level)

    @router.post(f"{ONE}/page")
    def show_page(meeting: str, page: PageWords) -> Changed:
        return course.set_page(meeting, page.document, page=page.page)


def _floor(router: APIRouter, service: MeetingService) -> None:
    floor = service.floor

    @router.post(f"{ONE}/floor/open")
    def open_floor(meeting: str) -> Changed:
        return floor.open(meeting)

    @router.post(f"{ONE}/floor/close")
    def close_floor(meeting: str) -> Changed:
        return floor.close(meeting)

    @router.post(f"{ONE}/floor/speech/start")
    def start_speech(meeting: str) -> Changed:
        return floor.start(meeting)

    @router.post(f"{ONE}/floor/speech/pause")
    def pause_speech(meeting: str) -> Changed:
        return floor.pause(meeting)

    @router.post(f"{ONE}/floor/speech/stop")
    def stop_speech(meeting: str) -> Changed:
        return floor.stop(meeting)

    @router.post(f"{ONE}/floor/{{request}}/call")
    def call_speaker(meeting: str, request: str, words: Annotated[CallWords | None, Body()] = None) -> Changed:
        return floor.call(meeting, request, limit_s=(words or CallWords()).limit_s)

    @router.post(f"{ONE}/floor/{{request}}/remove")
    def remove_speaker(meeting: str, request: str) -> Changed:
        return floor.remove(meeting, request)


def _motions(router: APIRouter, service: MeetingService, chair: object) -> None:
    votes = service.votes

    @router.post(f"{ONE}/motions", status_code=201)
    def add_motion(meeting: str, new: NewMotion) -> Changed:
        return votes.add(meeting, new)

    @router.post(f"{ONE}/motions/{{motion}}/open")
    def open_motion(meeting: str, motion: str) -> Changed:
        return votes.open(meeting, motion)

    @router.post(f"{ONE}/motions/{{motion}}/close")
    def close_motion(meeting: str, motion: str, words: Annotated[CloseWords | None, Body()] = None) -> Changed:
        return votes.close(meeting, motion, leave=(words or CloseWords()).leave)

    @router.post(f"{ONE}/motions/{{motion}}/corrections", status_code=201)
    def correct_motion(meeting: str, motion: str, words: CorrectionWords, who: Annotated[Person, chair]) -> Changed:
        return votes.correct(meeting, motion, text=words.text, by=who.account)
