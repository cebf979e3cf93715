"""Who belongs to the meeting and who is here. Presence is evidence: timed records, ended and never erased."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from meeting.domain.errors import Code, Refusal


class Source(StrEnum):
    """Whose word a record of presence rests on."""

    TABLET = "tablet"
    """A check-in with PIN or badge at a tablet."""
    SECRETARY = "secretary"
    CLOSE = "close"
    """The meeting ended."""


@dataclass(frozen=True)
class Member:
    """A participant of one meeting."""

    id: str
    name: str
    office: str = ""
    seat: str | None = None
    votes: bool = True
    chairs: bool = False
    weight: int = 1
    """Votes that he carries where a rule weighs; at least 1."""


@dataclass(frozen=True)
class Stay:
    """From when to when a member was here."""

    id: str
    member: str
    came_at: datetime
    came_by: Source
    left_at: datetime | None = None
    left_by: Source | None = None
    reason: str = ""


@dataclass(frozen=True)
class Roll:
    """Members, and the stays that have not ended."""

    members: tuple[Member, ...]
    here: tuple[Stay, ...] = ()

    def member(self, member: str) -> Member:
        for one in self.members:
            if one.id == member:
                return one
        raise Refusal(Code.UNKNOWN_MEMBER, member=member)

    def stay(self, member: str) -> Stay | None:
        return next((one for one in self.here if one.member == member), None)

    @property
    def voters(self) -> tuple[Member, ...]:
        return tuple(one for one in self.members if one.votes)

    @property
    def present_voters(self) -> tuple[Member, ...]:
        present = {one.member for one in self.here}
        return tuple(one for one in self.voters if one.id in present)

    def arrive(self, stay: Stay) -> Stay:
        """The record of an arrival; refused for one who is here."""
        self.member(stay.member)
        if self.stay(stay.member):
            raise Refusal(Code.ALREADY_PRESENT, member=stay.member)
        return stay

    def leave(self, member: str, now: datetime, *, by: Source, reason: str = "") -> Stay:
        """The ended record; refused for one who is not here."""
        self.member(member)
        stay = self.stay(member)
        if stay is None:
            raise Refusal(Code.ALREADY_ABSENT, member=member)
        return replace(stay, left_at=now, left_by=by, reason=reason)


def weight_of(members: Iterable[Member], *, weights: bool) -> int:
    """How much these count together: their weights where the rule weighs, else one each."""
    return sum(one.weight if weights else 1 for one in members)


def check_members(members: Iterable[Member], seats: frozenset[str], *, most: int) -> tuple[Member, ...]:
    """A list of members that can meet: every seat exists and has one member, ids differ, there is at most one chair."""
    listed = tuple(members)
    if len(listed) > most:
        raise Refusal(Code.TOO_MANY_MEMBERS, count=len(listed), most=most)
    chairs = sum(one.chairs for one in listed)
    if chairs > 1:
        raise Refusal(Code.TWO_CHAIRS, count=chairs)
    ids: set[str] = set()
    taken: set[str] = set()
    for one in listed:
        if one.id in ids:
            raise Refusal(Code.TWICE, field="id", value=one.id)
        ids.add(one.id)
        _check_seat(one, seats, taken)
    return listed


def _check_seat(member: Member, seats: frozenset[str], taken: set[str]) -> None:
    if member.seat is None:
        return
    if member.seat not in seats:
        raise Refusal(Code.UNKNOWN_SEAT, seat=member.seat)
    if member.seat in taken:
        raise Refusal(Code.SEAT_TAKEN, seat=member.seat)
    taken.add(member.seat)
