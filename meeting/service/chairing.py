"""What the chair and the secretary do with the meeting's course: state, items, presence, notice, page."""

from dataclasses import dataclass
from typing import Literal

from meeting import store
from meeting.domain import facts
from meeting.domain.agenda import MeetingState, move
from meeting.domain.errors import Code, Refusal
from meeting.domain.roll import Source, Stay
from meeting.log import entries
from meeting.service.house import ALL, House, Show, Work
from meeting.service.preparing import NOT_CLOSED, refuse_while_voting
from meeting.service.words import Changed
from meeting.tables import Key

RUNNING = (MeetingState.OPEN, MeetingState.PAUSED)


@dataclass(frozen=True)
class Chairing:
    """The meeting's course. Each command is one commit."""

    house: House

    def set_state(self, meeting: str, state: Literal["open", "paused", "closed"]) -> Changed:
        """Open, pause, go on, close. A closed meeting stays closed."""

        def act(work: Work) -> str:
            before, to = work.state, move(work.state, MeetingState(state))
            refuse_while_voting(work)
            if before is MeetingState.PLANNED:
                self._begin(work)
            work.meeting.state = to.value
            work.log("meeting_state", entries.meeting_state(to.value))
            if to is MeetingState.CLOSED:
                self._end(work)
            work.show(*ALL)
            return meeting

        return self.house.change(meeting, act)

    def _begin(self, work: Work) -> None:
        roll = store.the_roll(work.session, work.id)
        if not roll.voters:
            raise Refusal(Code.NO_MEMBERS)
        work.begin_log()
        work.meeting.opened_at, work.meeting.floor_open = work.now, False
        title, body = work.meeting.title, work.meeting.body
        work.note(facts.meeting_opened(work.id, title=title, body=body, present=len(roll.here)))

    def _end(self, work: Work) -> None:
        agenda = store.the_agenda(work.session, work.id)
        if agenda.current is not None:
            store.save_agenda(work.session, work.id, agenda.finish(agenda.current.id, work.now))
        roll = store.the_roll(work.session, work.id)
        for stay in roll.here:
            store.save_stay(work.session, work.id, roll.leave(stay.member, work.now, by=Source.CLOSE))
        store.end_all_requests(work.session, work.id, work.now)
        work.meeting.closed_at, work.meeting.floor_open = work.now, False
        voted = sum(one.state == "closed" for one in store.motions(work.session, work.id))
        work.note(facts.meeting_held(work.id, title=work.meeting.title, body=work.meeting.body, motions=voted))

    def start_item(self, meeting: str, item: str) -> Changed:
        def act(work: Work) -> str:
            work.require(MeetingState.OPEN)
            store.save_agenda(work.session, meeting, store.the_agenda(work.session, meeting).start(item, work.now))
            work.show(Show.AGENDA)
            return item

        return self.house.change(meeting, act)

    def finish_item(self, meeting: str, item: str) -> Changed:
        def act(work: Work) -> str:
            work.require(MeetingState.OPEN)
            store.save_agenda(work.session, meeting, store.the_agenda(work.session, meeting).finish(item, work.now))
            work.show(Show.AGENDA)
            return item

        return self.house.change(meeting, act)

    def step_back(self, meeting: str) -> Changed:
        """One item back. What was voted, said or shown in between stays; the two items keep the time as a trace."""

        def act(work: Work) -> str:
            work.require(MeetingState.OPEN)
            refuse_while_voting(work)
            agenda = store.the_agenda(work.session, meeting).back(work.now)
            store.save_agenda(work.session, meeting, agenda)
            work.show(Show.AGENDA)
            return agenda.current.id if agenda.current else meeting

        return self.house.change(meeting, act)

    def set_presence(self, meeting: str, member: str, *, present: bool, reason: str = "") -> Changed:
        """The secretary's word. Who is marked absent loses the floor's queue and his tablet's key, not his ballot."""

        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            store.member(work.session, meeting, member)
            work.begin_log()
            if present:
                arrive(work, member, Source.SECRETARY)
            else:
                self._leave(work, member, reason)
            work.show(Show.ROLL, Show.FLOOR)
            return member

        return self.house.change(meeting, act)

    def _leave(self, work: Work, member: str, reason: str) -> None:
        roll = store.the_roll_of(work.session, work.id, member)
        store.save_stay(work.session, work.id, roll.leave(member, work.now, by=Source.SECRETARY, reason=reason))
        key = store.live_key_of(work.session, work.id, member_id=member)
        if key is not None:
            end_key(work, key, "left")
        work.log("presence", entries.presence(member=member, present=False, by=Source.SECRETARY.value))
        for request in store.the_floor(work.session, work.meeting).queue:
            if request.member == member:
                store.end_request(work.session, work.id, request.id, how="removed", at=work.now)

    def set_notice(self, meeting: str, text: str, *, level: str = "info") -> Changed:
        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            work.meeting.notice_text, work.meeting.notice_level = text, level
            work.show(Show.NOTICE)
            return meeting

        return self.house.change(meeting, act)

    def set_page(self, meeting: str, document: str | None, *, page: int = 1) -> Changed:
        """Where the presenter is; a page past the end is the last one."""

        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            pages = store.document(work.session, meeting, document).pages if document else 1
            work.meeting.page_document, work.meeting.page = document, min(page, pages)
            work.show(Show.PAGE)
            return meeting

        return self.house.change(meeting, act)


def arrive(work: Work, member: str, by: Source) -> None:
    """Begin a stay and log it; refused for one who is here."""
    roll = store.the_roll_of(work.session, work.id, member)
    store.save_stay(work.session, work.id, roll.arrive(Stay(work.house.ids(), member, work.now, by)))
    work.log("presence", entries.presence(member=member, present=True, by=by.value))


def end_key(work: Work, key: Key, reason: str) -> None:
    """The key counts no more from here on. `reason`: replaced or left."""
    key.ended_at, key.online = work.now, False
    work.session.add(key)
    work.session.flush()
    work.log("key_ended", entries.key_ended(member=key.member, kid=key.kid, reason=reason))
