"""What the secretary prepares: the meeting, its plan, members, agenda, and how members prove who they are."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete
from sqlmodel import col

from meeting import store
from meeting.domain.agenda import MeetingState
from meeting.domain.errors import Code, Refusal
from meeting.domain.roll import Member as RollMember
from meeting.domain.roll import check_members
from meeting.log import entries
from meeting.ports import Entry
from meeting.service.house import ALL, WAIT_S, House, Show, Work, as_voter
from meeting.service.words import Changed, ItemChange, MeetingChange, MemberWords, NewItem, NewMeeting, PinView, PlanWords
from meeting.tables import Document, Item, Meeting, Member, Seat

PIN_DIGITS = 6
NOT_CLOSED = (MeetingState.PLANNED, MeetingState.OPEN, MeetingState.PAUSED)


@dataclass(frozen=True)
class Preparing:
    """What exists before a meeting runs, and what may still change while it does."""

    house: House

    def create(self, new: NewMeeting) -> Changed:
        """A new meeting, planned, with an empty plan and agenda."""
        self.house.rule(new.rule)

        def job(entry: Entry) -> Changed:
            row = Meeting(id=self.house.ids(), **new.model_dump())
            entry.session.add(row)
            entry.session.flush()
            entry.after(lambda: self.house.publisher.mark(row.id, ALL))
            return Changed(id=row.id, revision=row.revision)

        return self.house.writer.submit(job).result(WAIT_S)

    def change(self, meeting: str, change: MeetingChange) -> Changed:
        def act(work: Work) -> str:
            work.require(MeetingState.PLANNED)
            if change.rule is not None:
                self.house.rule(change.rule)
            for name, value in change.model_dump(exclude_none=True).items():
                setattr(work.meeting, name, value)
            work.show(Show.AGENDA, Show.ROLL)
            return meeting

        return self.house.change(meeting, act)

    def set_plan(self, meeting: str, plan: PlanWords) -> Changed:
        """Draw the room anew. A seat that a member has must stay."""

        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            ids = [one.id for one in plan.seats]
            _refuse_twice("seat", ids)
            for member in store.members(work.session, meeting):
                if member.seat is not None and member.seat not in ids:
                    raise Refusal(Code.SEAT_IN_USE, seat=member.seat)
            work.session.execute(delete(Seat).where(col(Seat.meeting) == meeting))
            for place, one in enumerate(plan.seats):
                work.session.add(Seat(meeting=meeting, place=place, **one.model_dump()))
            work.meeting.plan_width, work.meeting.plan_height = plan.width, plan.height
            work.show(Show.ROLL, Show.FLOOR)
            return meeting

        return self.house.change(meeting, act)

    def set_members(self, meeting: str, members: Sequence[MemberWords]) -> Changed:
        """Replace the list. While the meeting runs, one who is here or whose tablet is bound stays as he is."""

        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            refuse_while_voting(work)
            seats = frozenset(one.id for one in store.seats(work.session, meeting))
            known = {one.id: one for one in store.members(work.session, meeting)}
            wanted = check_members((self._wanted(one, known) for one in members), seats, most=self.house.settings.members)
            self._replace(work, wanted, known)
            work.show(Show.ROLL, Show.FLOOR)
            return meeting

        return self.house.change(meeting, act)

    def _wanted(self, words: MemberWords, known: dict[str, Member]) -> RollMember:
        if words.id is not None and words.id not in known:
            raise Refusal(Code.UNKNOWN_MEMBER, member=words.id)
        fields = words.model_dump() | {"id": words.id or self.house.ids()}
        return RollMember(**fields)

    def _replace(self, work: Work, wanted: Sequence[RollMember], known: dict[str, Member]) -> None:
        roll = store.the_roll(work.session, work.id)
        bound = {one.member for one in store.live_keys(work.session, work.id)} | {one.member for one in roll.here}
        kept = {one.id for one in wanted}
        for row in known.values():
            if row.id not in kept:
                _refuse_bound(row, bound)
                work.session.delete(row)
                self._log(work, "member_removed", entries.member_removed(row.id))
        work.session.flush()
        for place, one in enumerate(wanted):
            row = known.get(one.id) or Member(meeting=work.id, id=one.id, place=place, name=one.name, name_salt=secrets.token_hex(16))
            before = store.as_member(row) if one.id in known else None
            if before is not None and replace(before, office=one.office) != one:
                _refuse_bound(row, bound)
            row.place, row.name, row.office, row.seat = place, one.name, one.office, one.seat
            row.votes, row.chairs, row.weight = one.votes, one.chairs, one.weight
            work.session.add(row)
            if before != one:
                self._log(work, "member", entries.member(as_voter(row)))

    def _log(self, work: Work, kind: str, data: entries.Data) -> None:
        """Changes are logged once the log has begun; before, it begins with the list as it is then."""
        if work.meeting.log_size:
            work.log(kind, data)

    def add_item(self, meeting: str, new: NewItem) -> Changed:
        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            number = len(store.items(work.session, meeting)) + 1
            row = Item(meeting=meeting, id=self.house.ids(), number=number, **new.model_dump())
            work.session.add(row)
            work.show(Show.AGENDA)
            return row.id

        return self.house.change(meeting, act)

    def change_item(self, meeting: str, item: str, change: ItemChange) -> Changed:
        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            row = store.item(work.session, meeting, item)
            row.title, row.minutes = change.title or row.title, change.minutes or row.minutes
            work.session.add(row)
            work.session.flush()
            if change.number is not None:
                store.save_agenda(work.session, meeting, store.the_agenda(work.session, meeting).place(item, change.number))
            work.show(Show.AGENDA)
            return item

        return self.house.change(meeting, act)

    def remove_item(self, meeting: str, item: str) -> Changed:
        """Only an item that has not begun and has no motion. Its documents leave the meeting; their files stay."""

        def act(work: Work) -> str:
            work.require(*NOT_CLOSED)
            row = store.item(work.session, meeting, item)
            if row.state != "waiting" or any(one.item == item for one in store.motions(work.session, meeting)):
                raise Refusal(Code.ITEM_IN_USE, item=item)
            work.session.execute(delete(Document).where(col(Document.meeting) == meeting, col(Document.item) == item))
            work.session.delete(row)
            work.session.flush()
            store.save_agenda(work.session, meeting, store.the_agenda(work.session, meeting))
            work.show(Show.AGENDA)
            return item

        return self.house.change(meeting, act)

    def make_pins(self, meeting: str) -> list[PinView]:
        """A new PIN and badge for every member. The old ones stop working; nobody can read these again."""

        def act(work: Work) -> list[PinView]:
            work.require(*NOT_CLOSED)
            labels = {one.id: one.label for one in store.seats(work.session, meeting)}
            members = store.members(work.session, meeting)
            for row in members:
                row.pin_hash = row.badge_hash = None
                work.session.add(row)
            work.session.flush()
            return [self._new_pin(work, row, pin, labels) for row, pin in zip(members, _pins(len(members)), strict=True)]

        return self.house.submit(meeting, act).result(WAIT_S)

    def _new_pin(self, work: Work, row: Member, pin: str, labels: dict[str, str]) -> PinView:
        badge = secrets.token_urlsafe(18)
        row.pin_hash = self.house.secret_hash(work.id, "pin", pin)
        row.badge_hash = self.house.secret_hash(work.id, "badge", badge)
        work.session.add(row)
        label = labels.get(row.seat) if row.seat else None
        return PinView(member=row.id, name=row.name, seat=row.seat, label=label, pin=pin, badge=badge)


def refuse_while_voting(work: Work) -> None:
    """Who may vote, and where they sit, stands still while a vote is open."""
    for one in store.motions(work.session, work.id):
        if one.state == "open":
            raise Refusal(Code.VOTE_RUNS, motion=one.id)


def _refuse_bound(row: Member, bound: set[str]) -> None:
    if row.id in bound:
        raise Refusal(Code.MEMBER_IN_USE, member=row.id, name=row.name)


def _refuse_twice(field: str, values: Sequence[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise Refusal(Code.TWICE, field=field, value=value)
        seen.add(value)


def _pins(count: int, draw: Callable[[int], int] = secrets.randbelow) -> list[str]:
    """PINs that differ from each other."""
    pins: set[str] = set()
    while len(pins) < count:
        pins.add(f"{draw(10**PIN_DIGITS):0{PIN_DIGITS}d}")
    return list(pins)


__all__ = ["Preparing", "refuse_while_voting"]
