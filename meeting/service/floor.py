"""The floor: what the chair does, and what a member asks from his tablet."""

from collections.abc import Callable
from dataclasses import dataclass

from meeting import store
from meeting.domain.agenda import MeetingState
from meeting.domain.errors import Code, Refusal
from meeting.domain.floor import Floor, Request
from meeting.service.house import House, Show, Work
from meeting.service.words import Changed, SpeechKind


@dataclass(frozen=True)
class FloorDesk:
    """The chair's side of the floor. Each command is one commit."""

    house: House

    def open(self, meeting: str) -> Changed:
        return self._change(meeting, lambda work, floor: self._set_open(work, floor.opened()))

    def close(self, meeting: str) -> Changed:
        return self._change(meeting, lambda work, floor: self._set_open(work, floor.closed()))

    def _set_open(self, work: Work, floor: Floor) -> str:
        work.meeting.floor_open = floor.open
        return work.id

    def call(self, meeting: str, request: str, *, limit_s: int) -> Changed:
        def act(work: Work, floor: Floor) -> str:
            return self._save_speech(work, floor.call(request, limit_s=limit_s))

        return self._change(meeting, act)

    def start(self, meeting: str) -> Changed:
        return self._change(meeting, lambda work, floor: self._save_speech(work, floor.start(work.now)))

    def pause(self, meeting: str) -> Changed:
        return self._change(meeting, lambda work, floor: self._save_speech(work, floor.pause(work.now)))

    def _save_speech(self, work: Work, floor: Floor) -> str:
        if floor.speech is None:
            raise Refusal(Code.NO_SPEECH)
        store.save_speech(work.session, work.id, floor.speech)
        return floor.speech.request.id

    def stop(self, meeting: str) -> Changed:
        """The speech is over; what was spoken is kept."""

        def act(work: Work, floor: Floor) -> str:
            floor.stop()
            if floor.speech is None:
                raise Refusal(Code.NO_SPEECH)
            spoken = floor.pause(work.now).speech if floor.speech.running_since else floor.speech
            if spoken is not None:
                store.save_speech(work.session, work.id, spoken)
            store.end_request(work.session, work.id, floor.speech.request.id, how="spoken", at=work.now)
            return floor.speech.request.id

        return self._change(meeting, act)

    def remove(self, meeting: str, request: str) -> Changed:
        def act(work: Work, floor: Floor) -> str:
            floor.remove(request)
            store.end_request(work.session, work.id, request, how="removed", at=work.now)
            return request

        return self._change(meeting, act)

    def _change(self, meeting: str, act: Callable[[Work, Floor], str]) -> Changed:
        def job(work: Work) -> str:
            work.require(MeetingState.OPEN, MeetingState.PAUSED)
            work.show(Show.FLOOR)
            return act(work, store.the_floor(work.session, work.meeting))

        return self.house.change(meeting, job)


def ask(work: Work, *, member: str, seat: str, kind: SpeechKind) -> str:
    """A member asks for the floor; answers the id of his request."""
    work.require(MeetingState.OPEN, MeetingState.PAUSED)
    request = Request(work.house.ids(), member, seat, kind, work.now)
    store.the_floor(work.session, work.meeting).ask(request)
    store.add_request(work.session, work.id, request)
    work.show(Show.FLOOR)
    return request.id


def withdraw(work: Work, *, member: str, request: str) -> str:
    """A member takes his own request back."""
    store.the_floor(work.session, work.meeting).withdraw(request, member=member)
    store.end_request(work.session, work.id, request, how="withdrawn", at=work.now)
    work.show(Show.FLOOR)
    return request
