"""What every second and every minute of a camera counts as. Pure: times are arguments, whole seconds since 1970-01-01 UTC.

A span of seconds is written as runs, letter and count: `s45-3g12` is 45 s seen, 3 s that nobody reported, 12 s without pictures.

A minute counts as the worst state that lasted at least LASTED_S seconds of it; nobody's seconds are `gap`. So one short reconnect
does not blot a minute, and ten seconds behind a cloth do. A minute of which nobody said anything is a gap, never fine.
"""

import re
from collections.abc import Iterator
from enum import StrEnum
from itertools import groupby


class State(StrEnum):
    """How a camera was, from the best to the worst."""

    SEEN = "seen"
    IDLE = "idle"
    OFF = "off"
    """A person switched the watching off: not seen, but nobody's fault."""
    MOVED = "moved"
    DARK = "dark"
    COVERED = "covered"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    GAP = "gap"


ORDER = tuple(State)
BLIND = frozenset(ORDER[ORDER.index(State.MOVED) :])
WATCHED = frozenset({State.SEEN, State.IDLE})
STANDING = frozenset({State.OFF, State.UNREADABLE, State.REFUSED, State.GAP})
"""States that need no packets to go on; the others lapse when nothing comes."""
MINUTE, HOUR = 60, 3600
LASTED_S = 5
"""A state that lasted this long within a minute counts for it."""
SILENT_S = 4.0
"""Longer without a packet, and nothing was seen since the last one."""
NOBODY = "-"
LETTERS = "siomdcurg"
_OF = dict(zip(LETTERS, ORDER, strict=True))
_RANK = NOBODY + LETTERS
_RUN = re.compile(rf"([{LETTERS}{NOBODY}])(\d{{1,7}})")
LONGEST_S = 7 * 86_400
"""No message covers more."""


def letter(state: State) -> str:
    """The letter of a state in runs."""
    return LETTERS[ORDER.index(state)]


def packed(seconds: str) -> str:
    """A letter for each second, as runs."""
    return "".join(f"{mark}{sum(1 for _ in run)}" for mark, run in groupby(seconds))


def unpacked(runs: str) -> str:
    """Runs as a letter for each second. ValueError for anything else, or for more than a week."""
    found = _RUN.findall(runs)
    lengths = [int(count) for _, count in found]
    if sum(len(count) + 1 for _, count in found) != len(runs) or sum(lengths) > LONGEST_S:
        raise ValueError("runs")
    return "".join(mark * length for (mark, _), length in zip(found, lengths, strict=True))


def worse(one: str, other: str) -> str:
    """Two reports of the same watcher about the same seconds, as when its clock stepped back: the worse is believed."""
    return one if one == other else "".join(map(_worse, one, other))


def better(one: str, other: str) -> str:
    """Two watchers about the same seconds, as when one took over: what one saw was seen."""
    return one if one == other else "".join(map(_better, one, other))


def counts_as(minute: str) -> State:
    """The state of one minute, from a letter for each of its seconds, or for those that are known. Of sixty seconds some state lasts five."""
    lasted = {mark: minute.count(mark) for mark in LETTERS}
    lasted["g"] += MINUTE - sum(lasted.values())
    return _OF[max((mark for mark in LETTERS if lasted[mark] >= LASTED_S), key=LETTERS.index)]


def minutes(seconds: str) -> Iterator[State]:
    """The state of each minute of a span that begins with a minute. The last may be short."""
    for start in range(0, len(seconds), MINUTE):
        minute = seconds[start : start + MINUTE]
        yield _OF[minute[0]] if minute[0] != NOBODY and minute.count(minute[0]) == MINUTE else counts_as(minute)


def _worse(one: str, other: str) -> str:
    return max(one, other, key=_RANK.index)


def _better(one: str, other: str) -> str:
    if NOBODY in (one, other):
        return _worse(one, other)
    return min(one, other, key=_RANK.index)


class Pen:
    """Writes down one camera's seconds as they pass. What is written is taken out by minutes."""

    def __init__(self) -> None:
        self._state: State | None = None
        self._upto = 0
        self._alive = 0.0
        self._book: dict[int, bytearray] = {}

    def packet(self, at: float) -> None:
        """A packet came: what was said of the camera still holds, unless it was silent for too long before."""
        self._write(at)
        self._alive = at

    def say(self, state: State, at: float) -> None:
        """The camera is so from `at` on."""
        if self._state is None:
            self._upto = int(at)
        elif state != self._state:
            self._write(at)
        if self._state in STANDING or self._state is None:
            self._alive = at
        self._state = state

    def pass_by(self, at: float) -> None:
        """Time went on, and maybe nothing came."""
        if self._state in STANDING or at - self._alive > SILENT_S or at < self._upto:
            self._write(at)

    def taken(self, before: int) -> list[tuple[int, str]]:
        """What is written about minutes that begin before `before`, as (first second, 60 letters), and forget it."""
        over = sorted(minute for minute in self._book if minute < before)
        return [(minute, self._book.pop(minute).decode()) for minute in over]

    def _write(self, at: float) -> None:
        """The seconds up to `at`. A clock that stepped back writes them again; the worse stays."""
        if self._state is None:
            return
        silent = self._state not in STANDING and at - self._alive > SILENT_S
        begin, end = min(self._upto, int(at)), int(at)
        lived = min(max(int(self._alive) + 1, begin), end) if silent else end
        self._put(begin, lived, self._state)
        self._put(lived, end, State.GAP)
        self._upto, self._alive = end, min(self._alive, at)

    def _put(self, begin: int, end: int, state: State) -> None:
        mark = letter(state)
        while begin < end:
            minute = begin - begin % MINUTE
            upto = min(end, minute + MINUTE)
            page = self._book.setdefault(minute, bytearray(NOBODY.encode() * MINUTE))
            part = slice(begin - minute, upto - minute)
            page[part] = worse(page[part].decode(), mark * (upto - begin)).encode()
            begin = upto
