"""Films with an event: waste is put down, or thrown by somebody who does not stop. One function per recipe."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from cameras.training.compose import walks
from cameras.training.compose.places import Place
from cameras.training.compose.roles import Cast, Event, Item, Script, Spot, spot
from cameras.training.compose.shelf import Shelf
from cameras.training.compose.walks import Body

STATIC, THROWN = "static", "thrown"


@dataclass
class Set:
    """Where one film is made."""

    shelf: Shelf
    place: Place
    rng: Generator

    def spot(self, side: float = 0.2) -> Spot:
        return spot(self.place, self.rng, side=side)

    def side(self) -> int:
        return int(self.rng.choice([-1, 1]))

    def item(self, at: Spot, *, larger: float = 1.0) -> Item:
        """A piece of waste that is 12 to 75 px long (of 360 rows) where it comes to lie."""
        unit, scale = self.place.unit(at[1]), self.place.size[1] / 360
        pixels = float(np.clip(unit * self.rng.uniform(0.18, 0.55) * larger, 12 * scale, 75 * scale))
        return Item(self.shelf.thing(self.rng), pixels / unit)

    def walker(self, start: float) -> Cast:
        return Cast(walks.on_foot(self.shelf, self.rng), self.place, start=start)

    def rider(self, start: float, *, motor: bool = True) -> Cast:
        return Cast(walks.two_wheeler(self.rng, motor=motor), self.place, start=start, pose="ride")

    def wagon(self, start: float) -> Cast:
        return Cast(walks.on_wheels(self.shelf, self.rng), self.place, start=start, pose="ride")

    def cast(self, body: Body, start: float, pose: str = "walk") -> Cast:
        return Cast(body, self.place, start=start, pose=pose)

    def lead(self) -> float:
        """Seconds before anything happens."""
        return float(self.rng.uniform(3.0, 5.0))

    def tail(self) -> float:
        """Seconds after the last has gone."""
        return float(self.rng.uniform(5.0, 8.0))

    def row_near(self, y: float, reach: float = 0.06) -> float:
        return float(
            np.clip(y + self.rng.uniform(-reach, reach) * self.place.size[1], 0.42 * self.place.size[1], 0.97 * self.place.size[1])
        )


def _put(actor: Cast, item: Item, at: Spot, rng: Generator) -> tuple[float, float]:
    """Bend, put it down, rise. When it touches the ground and when the hand lets go."""
    actor.stay(float(rng.uniform(0.1, 0.8)))
    down = actor.t + float(rng.uniform(0.2, 0.5))
    actor.stay(float(rng.uniform(0.7, 1.8)), "bend")
    item.lies(at, down)
    released = actor.t - 0.1
    actor.stay(float(rng.uniform(0.1, 0.6)))
    return down, released


def _beside(at: Spot, place: Place, side: int) -> Spot:
    """Where somebody stands who puts something there, coming from that side."""
    return at[0] + side * 0.28 * place.unit(at[1]), at[1] - 1


def _ends(stage: Set, script: Script) -> Script:
    """Long enough to see the place without whoever has gone."""
    last = max([cast.gone if cast.gone is not None else cast.t for cast in script.casts] or [8.0])
    script.seconds = min(max(last + stage.tail(), 16.0), 45.0)
    return script


def put_down(stage: Set, linger: float = 0.0) -> Script:
    """Somebody walks in with a thing, puts it down, goes."""
    at, side, rng = stage.spot(), stage.side(), stage.rng
    item, actor = stage.item(at), stage.walker(stage.lead())
    item.held(actor)
    actor.enter(side, stage.row_near(at[1])).go(_beside(at, stage.place, side))
    down, released = _put(actor, item, at, rng)
    if linger:
        unit = stage.place.unit(at[1])
        actor.go((at[0] + side * float(rng.uniform(0.5, 1.2)) * unit, at[1])).stay(linger)
    actor.leave(side if rng.random() < 0.6 else -side, stage.row_near(at[1]))
    return _ends(stage, Script(0, [actor], [item], [Event(item, actor, STATIC, down, released)]))


def put_down_lingering(stage: Set) -> Script:
    """He stands about for a while before he goes."""
    return put_down(stage, linger=float(stage.rng.uniform(2.0, 6.0)))


def put_down_staying(stage: Set) -> Script:
    """He goes a few steps and stays in the picture."""
    at, side, rng = stage.spot(), stage.side(), stage.rng
    item, actor = stage.item(at), stage.walker(stage.lead())
    item.held(actor)
    actor.enter(side, stage.row_near(at[1])).go(_beside(at, stage.place, side))
    down, released = _put(actor, item, at, rng)
    away = side * float(rng.uniform(1.8, 3.0)) * stage.place.unit(at[1])
    actor.go((float(np.clip(at[0] + away, 0.03 * stage.place.size[0], 0.97 * stage.place.size[0])), stage.row_near(at[1]))).stay(14.0)
    return _ends(stage, Script(0, [actor], [item], [Event(item, actor, STATIC, down, released)]))


def put_down_among_others(stage: Set) -> Script:
    """Others pass before and after, some of them in front of the thing."""
    script = put_down(stage)
    place = script.events[0].item.spans[-1].spot
    for start in (stage.rng.uniform(0.5, 4), script.events[0].released + stage.rng.uniform(0.5, 4)):
        other, side = stage.walker(float(start)), stage.side()
        row = place[1] + stage.rng.uniform(0.0, 0.1) * stage.place.size[1] if stage.rng.random() < 0.5 else stage.spot()[1]
        other.enter(side, row).leave(-side)
        script.casts.append(other)
    return _ends(stage, script)


def put_down_on_a_pile(stage: Set) -> Script:
    """Waste comes to waste: old things lie there already."""
    script = put_down(stage)
    at, unit = script.events[0].item.spans[-1].spot, stage.place.unit(script.events[0].item.spans[-1].spot[1])
    for _ in range(int(stage.rng.integers(1, 4))):
        dx, dy = stage.rng.uniform(-0.5, 0.5) * unit, -stage.rng.uniform(0.02, 0.12) * unit
        script.old.append(stage.item(at, larger=1.2).lies((at[0] + dx, at[1] + dy)))
    return script


def put_down_bulky(stage: Set) -> Script:
    """A mattress, a cupboard: as large as who brings it."""
    script = put_down(stage)
    script.events[0].item.share = float(stage.rng.uniform(0.6, 1.05))
    return script


def in_trips(stage: Set) -> Script:
    """The same person comes twice."""
    script, rng = put_down(stage), stage.rng
    first = script.events[0]
    at, actor = (
        first.item.spans[-1].spot,
        Cast(first.agent.body, stage.place, start=(first.agent.gone or first.agent.t) + float(rng.uniform(2, 4))),
    )
    there = (at[0] + stage.side() * float(rng.uniform(0.3, 0.7)) * stage.place.unit(at[1]), at[1])
    item, side = stage.item(there).held(actor), stage.side()
    actor.enter(side, stage.row_near(there[1])).go(_beside(there, stage.place, side), faster=1.3)
    down, released = _put(actor, item, there, rng)
    actor.leave(side)
    script.casts.append(actor)
    script.items.append(item)
    script.events.append(Event(item, actor, STATIC, down, released))
    return _ends(stage, script)


def by_vehicle(stage: Set, vehicle: Cast) -> Script:
    """The vehicle stops, somebody puts a thing down beside it, and it goes on."""
    at, side, rng = stage.spot(0.3), stage.side(), stage.rng
    unit = stage.place.unit(at[1])
    item = stage.item(at)
    door = at[0] + side * float(rng.uniform(1.0, 1.8)) * unit
    behind = max(0.4 * stage.place.size[1], at[1] - 0.12 * unit)
    vehicle.enter(side, behind).go((door, behind), faster=0.6)
    walker = stage.walker(vehicle.t + 0.6).at((door, at[1] + 1)).stay(0.3)
    item.held(walker, walker.t)
    walker.go(_beside(at, stage.place, side))
    down, released = _put(walker, item, at, rng)
    walker.go((door, at[1] + 1)).vanish()
    vehicle.stay(walker.t - vehicle.t + 0.8, "wait").leave(side if rng.random() < 0.3 else -side)
    script = Script(0, [vehicle, walker], [item], [Event(item, vehicle, STATIC, down, released)])
    return _ends(stage, script)


def from_car(stage: Set) -> Script:
    """A car or truck stops; somebody gets out, leaves a thing, gets in."""
    return by_vehicle(stage, stage.wagon(stage.lead()))


def from_motorcycle(stage: Set) -> Script:
    """The rider stops and drops a thing beside the machine."""
    at, side, rng = stage.spot(0.25), stage.side(), stage.rng
    item, rider = stage.item(at), stage.rider(stage.lead())
    item.held(rider)
    unit = stage.place.unit(at[1])
    rider.enter(side, max(0.4 * stage.place.size[1], at[1] - 0.1 * unit)).go((at[0] + side * 0.55 * unit, at[1] - 0.1 * unit), faster=0.7)
    down = rider.t + float(rng.uniform(0.6, 1.5))
    rider.stay(down - rider.t + float(rng.uniform(0.4, 1.2)), "wait")
    item.lies(at, down)
    released = rider.t - 0.2
    rider.leave(-side if rng.random() < 0.6 else side)
    return _ends(stage, Script(0, [rider], [item], [Event(item, rider, STATIC, down, released)]))


def from_cart(stage: Set) -> Script:
    """A handcart is emptied."""
    at, side, rng = stage.spot(0.25), stage.side(), stage.rng
    item = stage.item(at, larger=1.4)
    pusher = stage.cast(walks.cart(rng), stage.lead())
    item.held(pusher)
    unit = stage.place.unit(at[1])
    pusher.enter(side, stage.row_near(at[1])).go((at[0] + side * 0.75 * unit, at[1] - 2))
    down = pusher.t + float(rng.uniform(0.8, 1.8))
    item.lies(at, down)
    pusher.stay(down - pusher.t + float(rng.uniform(0.6, 2.0)))
    released = pusher.t - 0.3
    pusher.leave(side)
    return _ends(stage, Script(0, [pusher], [item], [Event(item, pusher, STATIC, down, released)]))


def _throws(stage: Set, actor: Cast, *, reach: tuple[float, float], pose: str) -> Script:
    """Somebody on the way throws a thing aside and goes on."""
    at, side, rng = stage.spot(0.25), stage.side(), stage.rng
    item = stage.item(at, larger=0.85)
    item.held(actor)
    unit = stage.place.unit(at[1])
    far = float(rng.uniform(*reach)) * unit * stage.side()
    y = float(np.clip(at[1] + far * 0.35, 0.42 * stage.place.size[1], 0.97 * stage.place.size[1]))
    actor.enter(side, y).go((at[0] + side * abs(far) * float(rng.uniform(0.4, 1.0)), y))
    let_go = actor.t
    if pose == "throw":
        actor.go((actor.spot[0] - side * 0.2 * unit, y), faster=0.5, pose="throw")
    actor.leave(-side, y)
    down = let_go + float(rng.uniform(0.35, 0.8))
    item.thrown(actor, at, since=let_go, until=down)
    return _ends(stage, Script(0, [actor], [item], [Event(item, actor, THROWN, down, let_go)]))


def thrown_walking(stage: Set) -> Script:
    return _throws(stage, stage.walker(stage.lead()), reach=(0.4, 1.5), pose="throw")


def thrown_from_motorcycle(stage: Set) -> Script:
    return _throws(stage, stage.rider(stage.lead()), reach=(0.5, 1.6), pose="ride")


def thrown_from_bicycle(stage: Set) -> Script:
    return _throws(stage, stage.rider(stage.lead(), motor=False), reach=(0.4, 1.3), pose="ride")


def thrown_from_cart(stage: Set) -> Script:
    return _throws(stage, stage.cast(walks.cart(stage.rng), stage.lead()), reach=(0.5, 1.4), pose="walk")


def thrown_from_car(stage: Set) -> Script:
    return _throws(stage, stage.wagon(stage.lead()), reach=(0.8, 2.2), pose="ride")


DEEDS: dict[str, tuple[Callable[[Set], Script], int]] = {
    "put-down": (put_down, 3),
    "put-down-lingering": (put_down_lingering, 2),
    "put-down-staying": (put_down_staying, 2),
    "put-down-among-others": (put_down_among_others, 3),
    "put-down-on-a-pile": (put_down_on_a_pile, 2),
    "put-down-bulky": (put_down_bulky, 2),
    "in-trips": (in_trips, 1),
    "from-motorcycle": (from_motorcycle, 3),
    "from-car": (from_car, 3),
    "from-cart": (from_cart, 2),
    "thrown-walking": (thrown_walking, 3),
    "thrown-from-motorcycle": (thrown_from_motorcycle, 3),
    "thrown-from-bicycle": (thrown_from_bicycle, 1),
    "thrown-from-cart": (thrown_from_cart, 1),
    "thrown-from-car": (thrown_from_car, 2),
}
"""By recipe, and how often each comes up."""
