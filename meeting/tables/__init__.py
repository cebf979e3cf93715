"""The room's tables. Times are UTC; ids are text; everything works on SQLite and PostgreSQL."""

from meeting.tables.columns import UtcTime
from meeting.tables.course import Asked, Document, Item, Key, Lock, Meeting, Member, Request, Seat, Stay
from meeting.tables.votes import Ballot, BoxedBallot, ClerkKey, Current, LogEntry, Motion, RollCall, Token

__all__ = [
    "Asked",
    "Ballot",
    "BoxedBallot",
    "ClerkKey",
    "Current",
    "Document",
    "Item",
    "Key",
    "Lock",
    "LogEntry",
    "Meeting",
    "Member",
    "Motion",
    "Request",
    "RollCall",
    "Seat",
    "Stay",
    "Token",
    "UtcTime",
]
