"""Leases: which watcher has a camera, so that no two ever have it at one instant. The desk's side is `Book`, a watcher's is `Holdings`.

1. A watcher asks every few seconds. The answer promises it its cameras for so many seconds from the moment when it *asked*, on its own clock.
2. The desk keeps the promise from the moment when it *answered*, on its own clock, and a little longer (`rate`). It answered later than the
   watcher asked, so the watcher's end comes first, whatever the two clocks show: only their rates count.
3. A camera passes on when the promise is over, or when its watcher has said that it let go, having heard every promise before.

Seconds everywhere are of a clock that is never set and runs on during sleep (CLOCK_BOOTTIME), one for each side. Wall clocks play no part.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

NOBODY_KNOWN = -1
REMEMBERED_SESSIONS = 8


@dataclass(frozen=True, slots=True)
class Terms:
    """How long is promised, in seconds."""

    lasts_s: int = 15
    """Where another watcher may take over: what it costs at most until it does."""
    alone_s: int = 3600
    """Where no other may: an outage of the node so long does not end the watching."""
    rate: float = 1.05
    """Two clocks may differ so much in speed."""
    steady_s: float = 60.0
    """A watcher that is back gets its cameras again after so long, so that one which comes and goes does not take them along each time."""

    @property
    def silent_s(self) -> float:
        """Who has not asked for so long is taken for dead."""
        return self.lasts_s * self.rate


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a watcher asks: `number` grows within a session, `heard` is the newest answer it has taken (0: none), `held` what it has now."""

    session: str
    number: int
    heard: int
    held: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hold:
    """One camera in an answer. Evidence carries `fence`, which is another for every holder."""

    fence: int
    lasts_s: int


@dataclass(frozen=True, slots=True)
class Move:
    """A camera is to pass to `watcher`, or to nobody, under a new fence."""

    camera: str
    watcher: str | None
    fence: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where the desk shows a camera: in whose configuration, under which fence, and how long it may have been promised."""

    watcher: str | None
    fence: int
    lasts_s: int


@dataclass(frozen=True, slots=True)
class Silence:
    """Nobody who may have the camera was heard since `since`. `promised`: whoever had it may still be watching."""

    since: float
    promised: bool


@dataclass(slots=True)
class _Tenure:
    watcher: str | None
    fence: int
    home: str | None
    since: float
    lasts_s: int
    """As it was written down."""
    wanted_s: int
    leaving: bool = False
    moving: bool = False


@dataclass(slots=True)
class _Promise:
    number: int
    until: dict[str, float]


@dataclass(slots=True)
class _Side:
    session: str | None = None
    number: int = 0
    heard: int = 0
    held: frozenset[str] = frozenset()
    asked_at: float | None = None
    steady_since: float = 0.0
    promises: list[_Promise] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)


class Book:
    """The desk's side. `now` is the desk's clock. Nothing here waits or writes: `plan` says what is due, the caller commits it and says `done`."""

    def __init__(self, terms: Terms | None = None) -> None:
        self.terms = terms or Terms()
        self._tenures: dict[str, _Tenure] = {}
        self._sides: dict[str, _Side] = {}

    def restore(self, camera: str, place: Place, *, home: str | None, now: float) -> None:
        """What stands in the database after a restart: as if it had been promised just now."""
        self._tenures[camera] = _Tenure(place.watcher, place.fence, home, now, place.lasts_s, self.terms.lasts_s)
        if place.watcher is not None:
            until = now + place.lasts_s * self.terms.rate
            self._side(place.watcher).promises.append(_Promise(NOBODY_KNOWN, {camera: until}))

    def renew(self, watcher: str, ask: Renewal, now: float) -> dict[str, Hold] | None:
        """Answer a watcher; None for what came twice or from a process that has ended."""
        side = self._side(watcher)
        if ask.session in side.ended or (ask.session == side.session and ask.number <= side.number):
            return None
        self._begin(side, ask)
        if side.asked_at is None or now - side.asked_at > self.terms.silent_s:
            side.steady_since = now
        side.asked_at, side.number, side.heard, side.held = now, ask.number, ask.heard, ask.held
        side.promises = [one for one in side.promises if one.number >= ask.heard]
        granted = {
            camera: Hold(one.fence, min(one.lasts_s, one.wanted_s))
            for camera, one in self._tenures.items()
            if one.watcher == watcher and not one.leaving and not one.moving
        }
        until = {camera: now + hold.lasts_s * self.terms.rate for camera, hold in granted.items()}
        side.promises.append(_Promise(ask.number, until))
        return granted

    def plan(self, homes: Mapping[str, str | None], crew: Mapping[str, bool], now: float) -> list[Move]:
        """What is due. `homes`: camera -> the watcher it is given to; `crew`: watcher in service -> may it stand in for others."""
        for camera in [camera for camera in self._tenures if camera not in homes]:
            self._tenures[camera].leaving = True
            if self._free(camera, now):
                del self._tenures[camera]
        moves = [self._judge(camera, home, crew, now=now) for camera, home in sorted(homes.items())]
        return [move for move in moves if move is not None]

    def begin(self, move: Move, now: float) -> None:
        """The move is being written: from now on the old holder is promised nothing more, and the move is not planned again."""
        short = self.terms.lasts_s
        self._tenures.setdefault(move.camera, _Tenure(None, 0, None, now, short, short)).moving = True

    def done(self, move: Move, home: str | None, now: float) -> None:
        """The move is on disk."""
        short = self.terms.lasts_s
        self._tenures[move.camera] = _Tenure(move.watcher, move.fence, home, now, short, short)

    def undo(self, move: Move) -> None:
        """The move was not written."""
        tenure = self._tenures[move.camera]
        tenure.moving = False
        if tenure.fence == 0:
            del self._tenures[move.camera]

    def written(self, camera: str, place: Place) -> None:
        """A place is on disk: no longer than it says is promised."""
        if (tenure := self._tenures.get(camera)) is not None and tenure.fence == place.fence:
            tenure.lasts_s = place.lasts_s

    def retire(self, watcher: str, now: float) -> None:
        """An administrator says that it is out of service: a promise made to it for longer is kept no longer than an ordinary one."""
        for promise in self._side(watcher).promises:
            promise.until = {camera: min(until, now + self.terms.silent_s) for camera, until in promise.until.items()}

    def places(self, now: float) -> dict[str, Place]:
        """Every camera that is not just moving, and where it is to be shown; the length covers every promise that is still out."""
        return {camera: self._place(camera, one, now) for camera, one in self._tenures.items() if not one.moving}

    def silent(self, watcher: str, now: float) -> bool:
        """True when it has not asked for so long that it is taken for dead."""
        at = self._side(watcher).asked_at
        return at is None or now - at > self.terms.silent_s

    def unheard(self, now: float) -> dict[str, Silence]:
        """Cameras of which nothing can have been heard for longer than an ordinary promise lasts. After a restart it counts from then."""
        found = {}
        for camera, one in self._tenures.items():
            asked_at = None if one.watcher is None else self._side(one.watcher).asked_at
            since = max(one.since, one.since if asked_at is None else asked_at)
            if now - since > self.terms.silent_s and not one.moving:
                found[camera] = Silence(since, promised=not self._free(camera, now))
        return found

    def _place(self, camera: str, tenure: _Tenure, now: float) -> Place:
        longer = self._bound(camera) > now + self.terms.silent_s
        return Place(None if tenure.leaving else tenure.watcher, tenure.fence, self.terms.alone_s if longer else tenure.wanted_s)

    def _side(self, watcher: str) -> _Side:
        return self._sides.setdefault(watcher, _Side())

    def _begin(self, side: _Side, ask: Renewal) -> None:
        """A new session of a known one: one process has the folder at a time, so the one before has ended, and what it was promised with it.

        After a restart of the desk nobody knows which session was promised what: it stands until an answer to this ask has been heard.
        """
        if side.session is None:
            for promise in side.promises:
                promise.number = ask.number
        elif ask.session != side.session:
            side.ended = [*side.ended, side.session][-REMEMBERED_SESSIONS:]
            side.promises, side.number = [], 0
        side.session = ask.session

    def _judge(self, camera: str, home: str | None, crew: Mapping[str, bool], *, now: float) -> Move | None:
        tenure = self._tenures.get(camera)
        if tenure is None:
            return Move(camera, home if home in crew else None, 1)
        if tenure.moving:
            return None
        chosen = self._chosen(tenure, home, crew, now=now)
        tenure.wanted_s = self._length(tenure.watcher, home, crew)
        tenure.leaving = chosen != tenure.watcher
        if chosen == tenure.watcher:
            tenure.home = home
            return None
        return Move(camera, chosen, tenure.fence + 1) if self._free(camera, now) else None

    def _chosen(self, tenure: _Tenure, home: str | None, crew: Mapping[str, bool], *, now: float) -> str | None:
        """1. Whom the administrator has just named. 2. The home while it lives, unless a stand-in holds and it is not steady yet.

        3. The stand-in that has it already. 4. The living stand-in with the fewest cameras. 5. When nobody lives, all stays.
        """
        holder = tenure.watcher
        if home is None or home not in crew or home != tenure.home:
            return home if home in crew else None
        fresh = now - tenure.since <= self.terms.silent_s
        stays = holder is not None and holder in crew and (holder == home or crew[holder]) and (fresh or not self.silent(holder, now))
        if not self.silent(home, now):
            steady = now - self._side(home).steady_since >= self.terms.steady_s
            return holder if stays and not steady else home
        if stays:
            return holder
        others = [one for one, stands_in in crew.items() if stands_in and one != home and not self.silent(one, now)]
        return min(others, key=self._load) if others else holder if holder in crew else home

    def _length(self, holder: str | None, home: str | None, crew: Mapping[str, bool]) -> int:
        others = [one for one, stands_in in crew.items() if one != holder and (stands_in or one == home)]
        return self.terms.lasts_s if others else self.terms.alone_s

    def _load(self, watcher: str) -> tuple[int, str]:
        return sum(one.watcher == watcher for one in self._tenures.values()), watcher

    def _free(self, camera: str, now: float) -> bool:
        return self._bound(camera) <= now

    def _bound(self, camera: str) -> float:
        """Until when the holder may believe that it has the camera, on the desk's clock; in the past when it has let go."""
        holder = self._tenures[camera].watcher
        side = self._side(holder) if holder is not None else _Side()
        standing = [one for one in side.promises if one.number != side.heard or camera in side.held]
        return max((one.until[camera] for one in standing if camera in one.until), default=float("-inf"))


class Holdings:
    """A watcher's side. `now` is the watcher's clock. Not locked: the caller sees to that."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.number = self.heard = 0
        self._asked: dict[int, float] = {}
        self._held: dict[str, tuple[int, float]] = {}

    def ask(self, kept: Mapping[str, int], now: float) -> Renewal:
        """What to ask now. `kept`: camera -> fence of what is wanted; everything else is let go, so it must have been stopped before."""
        self._held = {camera: hold for camera, hold in self._held.items() if kept.get(camera) == hold[0] and now < hold[1]}
        self.number += 1
        self._asked[self.number] = now
        return Renewal(self.session, self.number, self.heard, frozenset(self._held))

    def take(self, number: int, answer: Mapping[str, Hold]) -> None:
        """An answer counts from when it was asked for. It replaces what was promised before; an older one than the newest says nothing."""
        if number <= self.heard or number not in self._asked:
            return
        asked_at, self.heard = self._asked[number], number
        self._asked = {key: at for key, at in self._asked.items() if key > number}
        self._held = {camera: (hold.fence, asked_at + hold.lasts_s) for camera, hold in answer.items()}

    def holds(self, camera: str, fence: int, now: float) -> bool:
        """Whether this camera may be watched at this instant."""
        found = self._held.get(camera)
        return found is not None and found[0] == fence and now < found[1]

    def held(self, now: float) -> Collection[str]:
        """The cameras that may be watched at this instant."""
        return [camera for camera, hold in self._held.items() if now < hold[1]]
