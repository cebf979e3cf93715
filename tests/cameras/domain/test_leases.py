"""No camera is ever in two hands, whatever is lost, repeated, late, restarted or slow; and a dead watcher's cameras do not wait."""

from dataclasses import dataclass, field, replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from cameras.domain.leases import Book, Hold, Holdings, Move, Place, Renewal, Terms

TERMS = Terms(lasts_s=15, alone_s=120, rate=1.05, steady_s=30)
CAMERAS, WATCHERS = ("c1",), ("a", "b")
"""Few, so that what can go wrong does within a few steps."""


@dataclass
class Watcher:
    """One machine: its clock's rate and offset, its process, what it was last told to watch."""

    rate: float
    offset: float
    holdings: Holdings = field(default_factory=lambda: Holdings("s0"))
    desired: dict[str, int] = field(default_factory=dict)
    lives: int = 0

    def clock(self, true: float) -> float:
        return self.offset + true * self.rate


class Leases(RuleBasedStateMachine):
    """One desk, three watchers, a network that loses, repeats and swaps. `true` is the time of nobody's clock."""

    def __init__(self) -> None:
        super().__init__()
        self.true = 0.0
        self.asks: list[tuple[str, Renewal]] = []
        self.answers: list[tuple[str, str, int, dict[str, Hold]]] = []
        self.homes: dict[str, str | None] = {"c1": "a"}
        self.crew = dict.fromkeys(WATCHERS, True)
        self.disk: dict[str, Place] = {}
        """What is shown to whom."""
        self.leases: dict[str, Place] = {}
        """The last holder of each camera: also of one that is being taken back, and is shown to nobody."""

    @initialize(
        rates=st.lists(st.sampled_from([1.0, 1.05]), min_size=3, max_size=3), offsets=st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3)
    )
    def begin(self, rates: list[float], offsets: list[float]) -> None:
        self.watchers = {name: Watcher(rates[at], offsets[at]) for at, name in enumerate(WATCHERS)}
        self.rate, self.offset = rates[2], offsets[2]
        self.book = Book(TERMS)
        self.desk_decides(fails=False)

    @property
    def now(self) -> float:
        return self.offset + self.true * self.rate

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0, 7.0, 16.0]))
    def time_passes(self, seconds: float) -> None:
        self.true += seconds

    @rule(seconds=st.sampled_from([4, 8, 16, 40]), cut=st.sets(st.sampled_from(WATCHERS), max_size=1))
    def life_goes_on(self, seconds: int, cut: set[str]) -> None:
        """Everybody but those who are cut off asks every four seconds and is answered."""
        for second in range(seconds):
            self.true += 1.0
            self.desk_decides(fails=False)
            self.no_camera_is_in_two_hands()
            for who in WATCHERS:
                if second % 4 == 0 and who not in cut:
                    self.a_watcher_is_told(who)
                    self.a_watcher_asks(who)
                    self.an_ask_comes(-1, again=False)
                    self.an_answer_comes(-1, again=False)

    @rule(who=st.sampled_from(WATCHERS))
    def a_watcher_asks(self, who: str) -> None:
        side = self.watchers[who]
        self.asks.append((who, side.holdings.ask(side.desired, side.clock(self.true))))

    @rule(at=st.integers(0, 50), again=st.booleans())
    def an_ask_comes(self, at: int, again: bool) -> None:  # noqa: FBT001 - drawn
        if not self.asks:
            return
        who, ask = self.asks[at % len(self.asks)]
        if not again:
            self.asks.remove((who, ask))
        granted = self.book.renew(who, ask, self.now)
        if granted is not None:
            self.answers.append((who, ask.session, ask.number, granted))

    @rule(at=st.integers(0, 50), again=st.booleans())
    def an_answer_comes(self, at: int, again: bool) -> None:  # noqa: FBT001 - drawn
        if not self.answers:
            return
        index = at % len(self.answers)
        who, session, number, granted = self.answers[index]
        if not again:
            del self.answers[index]
        if self.watchers[who].holdings.session == session:
            self.watchers[who].holdings.take(number, granted)

    @rule()
    def the_network_loses_everything(self) -> None:
        self.asks.clear()
        self.answers.clear()

    @rule(fails=st.booleans())
    def desk_decides(self, fails: bool) -> None:  # noqa: FBT001 - drawn
        moves = self.book.plan(self.homes, self.crew, self.now)
        for move in moves:
            self.book.begin(move, self.now)
        for camera, place in self.book.places(self.now).items():
            if not fails:
                self.disk[camera] = place
                self.leases[camera] = replace(self.leases[camera], lasts_s=place.lasts_s)
                self.book.written(camera, place)
        for move in moves:
            self._end(move, fails=fails)

    def _end(self, move: Move, *, fails: bool) -> None:
        if fails:
            self.book.undo(move)
            return
        self.disk[move.camera] = self.leases[move.camera] = Place(move.watcher, move.fence, TERMS.lasts_s)
        self.book.done(move, self.homes[move.camera], self.now)

    @rule(who=st.sampled_from(WATCHERS))
    def a_watcher_is_told(self, who: str) -> None:
        self.watchers[who].desired = {camera: place.fence for camera, place in self.disk.items() if place.watcher == who}

    @rule(who=st.sampled_from(WATCHERS))
    def a_watcher_restarts(self, who: str) -> None:
        side = self.watchers[who]
        side.lives += 1
        side.holdings = Holdings(f"s{side.lives}")

    @rule()
    def the_desk_restarts(self) -> None:
        self.book = Book(TERMS)
        for camera, place in self.leases.items():
            self.book.restore(camera, place, home=self.homes[camera], now=self.now)

    @rule(camera=st.sampled_from(CAMERAS), home=st.sampled_from([*WATCHERS, None]))
    def the_administrator_gives(self, camera: str, home: str | None) -> None:
        self.homes[camera] = home

    @rule(who=st.sampled_from(WATCHERS), may=st.booleans())
    def the_administrator_lets_stand_in(self, who: str, may: bool) -> None:  # noqa: FBT001 - drawn
        self.crew[who] = may

    @invariant()
    def no_camera_is_in_two_hands(self) -> None:
        for camera in CAMERAS:
            holders = [name for name, side in self.watchers.items() if camera in side.holdings.held(side.clock(self.true))]
            assert len(holders) <= 1, holders


TestLeases = Leases.TestCase
TestLeases.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)


class Round:
    """A book and watchers that ask every four seconds of one true clock."""

    def __init__(self, homes: dict[str, str | None], crew: dict[str, bool], terms: Terms = TERMS) -> None:
        self.book, self.homes, self.crew, self.now = Book(terms), homes, crew, 100.0
        self.sides = {name: Holdings("s") for name in crew}
        self.alive = set(crew)
        self.places: dict[str, Place] = {}

    def run(self, seconds: int) -> None:
        for _ in range(seconds):
            self.now += 1.0
            self.decide()
            for name in sorted(self.alive):
                if int(self.now) % 4 == 0:
                    self.ask(name)

    def ask(self, name: str) -> None:
        shown = {camera: place.fence for camera, place in self.places.items() if place.watcher == name}
        ask = self.sides[name].ask(shown, self.now)
        answer = self.book.renew(name, ask, self.now)
        assert answer is not None
        self.sides[name].take(ask.number, answer)

    def decide(self) -> None:
        for move in self.book.plan(self.homes, self.crew, self.now):
            self.book.begin(move, self.now)
            self.book.done(move, self.homes[move.camera], self.now)
        self.places = self.book.places(self.now)
        for camera, place in self.places.items():
            self.book.written(camera, place)

    def holder(self, camera: str = "c1") -> str | None:
        found = [name for name in sorted(self.alive) if camera in self.sides[name].held(self.now)]
        return found[0] if found else None


def seconds_until(world: Round, holder: str) -> int:
    for second in range(200):
        if world.holder() == holder:
            return second
        world.run(1)
    raise AssertionError(f"{holder} never had it")


def test_a_dead_watchers_camera_is_taken_over_before_twenty_seconds_and_goes_home_after_a_steady_while() -> None:
    world = Round({"c1": "a"}, {"a": True, "b": True})
    world.run(30)
    assert world.holder() == "a"
    world.alive.remove("a")
    assert 12 <= seconds_until(world, "b") <= 21
    world.alive.add("a")
    world.sides["a"] = Holdings("again")
    world.run(20)
    assert world.holder() == "b"
    assert seconds_until(world, "a") <= 60


def test_where_nobody_may_stand_in_an_outage_of_the_desk_does_not_end_the_watching() -> None:
    world = Round({"c1": "a"}, {"a": True, "b": False})
    world.run(20)
    world.now += 90
    assert world.holder() == "a"
    world.crew["b"] = True
    world.run(10)
    world.alive.remove("a")
    assert seconds_until(world, "b") <= 21


def test_a_camera_given_to_another_passes_on_as_soon_as_the_first_has_let_go() -> None:
    world = Round({"c1": "a"}, {"a": True, "b": True})
    world.run(20)
    world.homes["c1"] = "b"
    assert seconds_until(world, "b") <= 10


def test_who_may_not_stand_in_does_not_even_when_nobody_else_is_there() -> None:
    world = Round({"c1": "a"}, {"a": True, "b": False})
    world.run(20)
    world.alive.remove("a")
    world.run(200)
    assert world.holder() is None


def test_a_retired_watcher_that_was_promised_an_hour_is_waited_for_no_longer_than_any_other() -> None:
    world = Round({"c1": "a"}, {"a": True, "b": False}, Terms())
    world.run(20)
    world.alive.remove("a")
    del world.crew["a"]
    world.homes["c1"] = "b"
    world.book.retire("a", world.now)
    assert seconds_until(world, "b") <= 21


def test_an_ask_of_a_process_that_has_ended_or_that_came_twice_is_not_answered() -> None:
    book = Book(TERMS)
    first = Renewal("s1", 1, 0, frozenset())
    assert book.renew("a", first, 1.0) == {}
    assert book.renew("a", first, 2.0) is None
    assert book.renew("a", Renewal("s2", 1, 0, frozenset()), 3.0) == {}
    assert book.renew("a", Renewal("s1", 2, 1, frozenset()), 4.0) is None


def test_who_still_has_a_camera_that_is_being_taken_back_is_waited_for_on_a_slower_clock_too() -> None:
    book, slow = Book(TERMS), Holdings("s")
    for move in book.plan({"c1": "a"}, {"a": True, "b": True}, 0.0):
        book.done(move, "a", 0.0)
    for moment in (1.0, 2.0):
        ask = slow.ask({"c1": 1}, moment / 1.05)
        slow.take(ask.number, book.renew("a", ask, moment) or {})
    assert book.plan({"c1": "b"}, {"a": True, "b": True}, 3.0) == []
    assert book.renew("a", slow.ask({"c1": 1}, 3.0 / 1.05), 3.0) == {}
    assert slow.holds("c1", 1, 17.0 / 1.05)
    assert book.plan({"c1": "b"}, {"a": True, "b": True}, 17.7) == []
    assert book.plan({"c1": "b"}, {"a": True, "b": True}, 17.8) == [Move("c1", "b", 2)]
    assert not slow.holds("c1", 1, 17.75 / 1.05)
