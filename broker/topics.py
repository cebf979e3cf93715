"""Every topic of the air, in one table. The only place in the house where topic strings are made.

Access rules, JSON Schemas, TypeScript types and docs/reference/topics.md are derived from `TOPICS`.
Placeholders stand for one level each; an id is never a wildcard. `{device}` in a topic that a tablet or watcher
may use is always its own id.
"""

import re
from dataclasses import dataclass, replace
from typing import Literal

from broker.identity import Role, is_id
from broker.messages import cameras, devices, meetings, node
from broker.messages.base import Message

ROOT = "dinh/1"
ALL = frozenset({Role.TABLET, Role.KEYPAD, Role.SCREEN, Role.WATCHER, Role.DEVICE})
MEETING = frozenset({Role.TABLET, Role.SCREEN})
VOTERS = frozenset({Role.TABLET, Role.KEYPAD})
SELF = "device"
"""The placeholder that must be the speaker's own id."""


@dataclass(frozen=True)
class Topic:
    """One row. `senders` may publish; `readers` may subscribe; the node may read and the node's own topics it sends.

    `qos` is what its senders use. An ask and its answer go at 0: the answer is the acknowledgement, and who has none asks again
    (docs/design/broker.md). A sender that uses 1 all the same is served at 1.
    """

    name: str
    pattern: str
    payload: type[Message]
    senders: frozenset[Role]
    readers: frozenset[Role]
    retained: bool
    qos: Literal[0, 1] = 1

    def of(self, **ids: str) -> str:
        """The topic for these ids; ValueError when an id could not stand as a topic level."""
        for key, value in ids.items():
            if not is_id(value):
                raise ValueError(f"{key}={value!r} cannot stand in a topic")
        return f"{ROOT}/{self.pattern}".format(**ids)

    def filter(self, **ids: str) -> str:
        """An MQTT filter: the given ids fixed, every other placeholder `+`. For the node itself; devices use `of`."""
        keys = re.findall(r"\{(\w+)\}", self.pattern)
        return f"{ROOT}/{self.pattern}".format(**{key: ids.get(key, "+") for key in keys})

    def ids(self, topic: str) -> dict[str, str] | None:
        """The ids in `topic` when it is of this row, else None."""
        levels, wanted = topic.split("/"), f"{ROOT}/{self.pattern}".split("/")
        if len(levels) != len(wanted):
            return None
        found: dict[str, str] = {}
        for level, want in zip(levels, wanted, strict=True):
            if want.startswith("{") and is_id(level):
                found[want[1:-1]] = level
            elif level != want:
                return None
        return found


NODE_ONLY = frozenset({Role.NODE})


def _from_node(name: str, pattern: str, payload: type[Message], readers: frozenset[Role], *, retained: bool = True) -> Topic:
    return Topic(name, pattern, payload, senders=NODE_ONLY, readers=readers, retained=retained)


def _to_node(name: str, pattern: str, payload: type[Message], senders: frozenset[Role], *, retained: bool = False) -> Topic:
    return Topic(name, pattern, payload, senders=senders, readers=NODE_ONLY, retained=retained)


BIRTH = _from_node("birth", "node/birth", node.Birth, ALL)

STATUS = _to_node("status", "devices/{device}/status", devices.Status, ALL, retained=True)
ABOUT = _to_node("about", "devices/{device}/about", devices.About, ALL, retained=True)
DESIRED = _from_node("desired", "devices/{device}/desired", devices.Desired, ALL)
REPORTED = _to_node("reported", "devices/{device}/reported", devices.Reported, ALL, retained=True)
DO = _from_node("do", "devices/{device}/do", devices.Do, ALL, retained=False)
DONE = _to_node("done", "devices/{device}/done", devices.Done, ALL)
EVENT = _to_node("event", "devices/{device}/event/{kind}", devices.Event, ALL)

AGENDA = _from_node("agenda", "meetings/{meeting}/agenda", meetings.AgendaSnapshot, MEETING)
ROLL = _from_node("roll", "meetings/{meeting}/roll", meetings.RollSnapshot, MEETING)
FLOOR = _from_node("floor", "meetings/{meeting}/floor", meetings.FloorSnapshot, MEETING)
MOTION = _from_node("motion", "meetings/{meeting}/motion", meetings.MotionSnapshot, MEETING | VOTERS)
TURNOUT = _from_node("turnout", "meetings/{meeting}/turnout", meetings.TurnoutSnapshot, frozenset({Role.SCREEN}))
PAGE = _from_node("page", "meetings/{meeting}/page", meetings.PageSnapshot, MEETING)
NOTICE = _from_node("notice", "meetings/{meeting}/notice", meetings.NoticeSnapshot, MEETING)
ASK = replace(_to_node("ask", "meetings/{meeting}/ask/{device}", meetings.MeetingAsk, VOTERS), qos=0)
ANSWER = replace(_from_node("answer", "meetings/{meeting}/answer/{device}", meetings.MeetingAnswer, VOTERS, retained=False), qos=0)

HEALTH = _to_node("health", "cameras/{camera}/health", cameras.Health, frozenset({Role.WATCHER}), retained=True)
LOOK = _to_node("look", "cameras/{camera}/look", cameras.Look, frozenset({Role.WATCHER}), retained=True)
SIGHTING = _to_node("sighting", "cameras/{camera}/sighting", cameras.Sighting, frozenset({Role.WATCHER}))
SETTLED = _from_node("settled", "cameras/{camera}/settled", cameras.Settled, frozenset({Role.WATCHER}), retained=False)
FEED = _from_node("feed", "cameras/{camera}/feed", cameras.Feed, frozenset({Role.WATCHER}), retained=False)
GATE = _to_node("gate", "cameras/{camera}/gate", cameras.GateTrace, frozenset({Role.WATCHER}), retained=True)
LEDGER = _to_node("ledger", "devices/{device}/ledger", cameras.LedgerPage, frozenset({Role.WATCHER}))
ENTERED = _from_node("entered", "devices/{device}/entered", cameras.Entered, frozenset({Role.WATCHER}), retained=False)
PINS = _to_node("pins", "devices/{device}/pins", cameras.Pins, frozenset({Role.WATCHER}), retained=True)
RELEASED = _from_node("released", "devices/{device}/released", cameras.Released, frozenset({Role.WATCHER}), retained=False)
RENEW = _to_node("renew", "devices/{device}/renew", cameras.Renew, frozenset({Role.WATCHER}))
LEASE = _from_node("lease", "devices/{device}/lease", cameras.Lease, frozenset({Role.WATCHER}), retained=False)

TOPICS: tuple[Topic, ...] = (
    BIRTH,
    *(STATUS, ABOUT, DESIRED, REPORTED, DO, DONE, EVENT),
    *(AGENDA, ROLL, FLOOR, MOTION, TURNOUT, PAGE, NOTICE, ASK, ANSWER),
    *(HEALTH, LOOK, SIGHTING, SETTLED, FEED),
    *(GATE, LEDGER, ENTERED, PINS, RELEASED, RENEW, LEASE),
)


def match(topic: str) -> tuple[Topic, dict[str, str]] | None:
    """The row of `topic` and the ids in it, or None when no row has it."""
    for row in TOPICS:
        if (ids := row.ids(topic)) is not None:
            return row, ids
    return None
