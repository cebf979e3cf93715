"""The meeting's course: its own state, and the items of its agenda, at most one of them current."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from meeting.domain.errors import Code, Refusal


class MeetingState(StrEnum):
    PLANNED = "planned"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


_MOVES: dict[MeetingState, frozenset[MeetingState]] = {
    MeetingState.PLANNED: frozenset({MeetingState.OPEN}),
    MeetingState.OPEN: frozenset({MeetingState.PAUSED, MeetingState.CLOSED}),
    MeetingState.PAUSED: frozenset({MeetingState.OPEN, MeetingState.CLOSED}),
    MeetingState.CLOSED: frozenset(),
}


def move(state: MeetingState, to: MeetingState) -> MeetingState:
    """The next state, or a refusal: a closed meeting stays closed, and a running one never becomes a plan again."""
    if to not in _MOVES[state]:
        raise Refusal(Code.WRONG_STATE, state=state.value, wanted=to.value)
    return to


def require(state: MeetingState, *wanted: MeetingState) -> None:
    """Refuses what may only be done in one of the wanted states."""
    if state not in wanted:
        raise Refusal(Code.WRONG_STATE, state=state.value, wanted=" ".join(one.value for one in wanted))


class ItemState(StrEnum):
    WAITING = "waiting"
    CURRENT = "current"
    DONE = "done"


@dataclass(frozen=True)
class Item:
    """One line of the agenda."""

    id: str
    title: str
    minutes: int
    state: ItemState = ItemState.WAITING
    started_at: datetime | None = None
    finished_at: datetime | None = None
    turned_back_at: datetime | None = None
    """When the chair went back to it, or back out of it: the trace of a step that was taken back."""


@dataclass(frozen=True)
class Agenda:
    """The items in order. Numbers are places, counted from 1."""

    items: tuple[Item, ...] = ()

    def item(self, item: str) -> Item:
        for one in self.items:
            if one.id == item:
                return one
        raise Refusal(Code.UNKNOWN_ITEM, item=item)

    @property
    def current(self) -> Item | None:
        return next((one for one in self.items if one.state is ItemState.CURRENT), None)

    def start(self, item: str, now: datetime) -> "Agenda":
        """Begin an item; the one before it is done. A finished item may be taken up again."""
        wanted = self.item(item)
        if wanted.state is ItemState.CURRENT:
            raise Refusal(Code.ITEM_STATE, item=item, state=wanted.state.value)
        before = self.finish(self.current.id, now) if self.current else self
        begun = replace(wanted, state=ItemState.CURRENT, started_at=wanted.started_at or now, finished_at=None)
        return Agenda(tuple(begun if one.id == begun.id else one for one in before.items))

    def finish(self, item: str, now: datetime) -> "Agenda":
        wanted = self.item(item)
        if wanted.state is not ItemState.CURRENT:
            raise Refusal(Code.ITEM_STATE, item=item, state=wanted.state.value)
        done = replace(wanted, state=ItemState.DONE, finished_at=now)
        return Agenda(tuple(done if one.id == done.id else one for one in self.items))

    def back(self, now: datetime) -> "Agenda":
        """One step back: the item under way waits again, as if it had not begun, and the one that was finished last goes on."""
        done = [one for one in self.items if one.state is ItemState.DONE]
        if not done:
            raise Refusal(Code.NO_STEP_BACK)
        again = max(done, key=lambda one: one.finished_at or now)
        went_on = replace(again, state=ItemState.CURRENT, finished_at=None, turned_back_at=now)
        changed = {again.id: went_on}
        if self.current is not None:
            changed[self.current.id] = replace(self.current, state=ItemState.WAITING, started_at=None, turned_back_at=now)
        return Agenda(tuple(changed.get(one.id, one) for one in self.items))

    def place(self, item: str, number: int) -> "Agenda":
        """Move an item to this place; a place past the end is the end."""
        wanted = self.item(item)
        rest = [one for one in self.items if one.id != item]
        rest.insert(number - 1, wanted)
        return Agenda(tuple(rest))
