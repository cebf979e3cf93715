"""Films without an event, each made to be taken for one. One function per recipe."""

from collections.abc import Callable

import cv2
import numpy as np

from cameras.training.compose import paint, people, walks
from cameras.training.compose.deeds import Set, _beside, _ends, _put
from cameras.training.compose.roles import Cast, Item, Script, Spot
from cameras.training.compose.sprites import Sprite
from cameras.training.compose.walks import Body, Cel


def _passing(stage: Set, start: float | None = None) -> Cast:
    side, y = stage.side(), stage.spot()[1]
    return stage.walker(stage.lead() if start is None else start).enter(side, y).leave(-side, stage.row_near(y))


def carrying(stage: Set) -> Script:
    """Somebody carries a thing through."""
    actor = _passing(stage)
    return _ends(stage, Script(0, [actor], [stage.item(actor.legs[0].a).held(actor)]))


def resting(stage: Set) -> Script:
    """Somebody puts a bag down, rests beside it, takes it along."""
    at, side, rng = stage.spot(), stage.side(), stage.rng
    item, actor = stage.item(at), stage.walker(stage.lead())
    item.held(actor)
    actor.enter(side, stage.row_near(at[1])).go(_beside(at, stage.place, side))
    _put(actor, item, at, rng)
    actor.stay(float(rng.uniform(2.0, 9.0))).stay(0.6, "bend")
    item.held(actor, actor.t)
    actor.stay(0.3).leave(-side)
    return _ends(stage, Script(0, [actor], [item]))


def resting_away(stage: Set) -> Script:
    """Somebody puts a bag down, goes a few steps from it, comes back and takes it along."""
    at, side, rng = stage.spot(), stage.side(), stage.rng
    item, actor = stage.item(at), stage.walker(stage.lead())
    item.held(actor)
    actor.enter(side, stage.row_near(at[1])).go(_beside(at, stage.place, side))
    _put(actor, item, at, rng)
    actor.go((at[0] + side * float(rng.uniform(0.8, 1.6)) * stage.place.unit(at[1]), at[1])).stay(float(rng.uniform(1.0, 5.0)))
    actor.go(_beside(at, stage.place, side)).stay(0.6, "bend")
    item.held(actor, actor.t)
    actor.stay(0.3).leave(-side)
    return _ends(stage, Script(0, [actor], [item]))


def delivered(stage: Set) -> Script:
    """One puts a thing down, the other who waits there takes it."""
    at, side, rng = stage.spot(0.3), stage.side(), stage.rng
    item, giver = stage.item(at), stage.walker(stage.lead())
    item.held(giver)
    giver.enter(side, stage.row_near(at[1])).go(_beside(at, stage.place, side))
    _, released = _put(giver, item, at, rng)
    giver.stay(float(rng.uniform(0.5, 2.0))).leave(side)
    taker = stage.walker(1.0).enter(-side, stage.row_near(at[1])).go(_beside(at, stage.place, -side))
    taker.stay(max(0.5, released + float(rng.uniform(1.0, 3.0)) - taker.t)).stay(0.6, "bend")
    item.held(taker, taker.t)
    taker.stay(0.3).leave(-side)
    return _ends(stage, Script(0, [giver, taker], [item]))


def kicked(stage: Set) -> Script:
    """Somebody shoves a thing that lay there a little aside."""
    at, side, rng = stage.spot(0.3), stage.side(), stage.rng
    item = stage.item(at).lies(at)
    actor = stage.walker(stage.lead()).enter(side, stage.row_near(at[1], 0.01)).go(_beside(at, stage.place, side))
    there = (at[0] - side * float(rng.uniform(0.2, 0.7)) * stage.place.unit(at[1]), at[1])
    item.thrown(actor, there, since=actor.t, until=actor.t + 0.3)
    item.spans[-2] = item.spans[-2]._replace(how="ground", spot=((at[0] + there[0]) / 2, at[1]))
    actor.leave(-side if rng.random() < 0.5 else side)
    return _ends(stage, Script(0, [actor], [item]))


def stall(stage: Set) -> Script:
    """A cart comes, stands for a while, and goes."""
    side, at = stage.side(), stage.spot()
    pusher = stage.cast(walks.cart(stage.rng), stage.lead()).enter(side, at[1]).go(at).stay(float(stage.rng.uniform(5, 12)))
    return _ends(stage, Script(0, [pusher.leave(-side)]))


def parking_bicycle(stage: Set) -> Script:
    """Somebody leaves a bicycle standing and walks away from it."""
    return _parked(stage, stage.rider(stage.lead(), motor=False), "stand")


def waiting(stage: Set) -> Script:
    """Somebody waits a long time and goes."""
    at, side, rng = stage.spot(), stage.side(), stage.rng
    actor = stage.walker(stage.lead()).enter(side, stage.row_near(at[1])).go(at).stay(float(rng.uniform(6.0, 14.0)))
    actor.leave(-side if rng.random() < 0.5 else side)
    return _ends(stage, Script(0, [actor]))


def loitering(stage: Set) -> Script:
    """Two stroll to and fro and stop now and then."""
    casts = []
    for _ in range(2):
        side = stage.side()
        actor = stage.walker(stage.lead()).enter(side, stage.spot()[1])
        for _ in range(3):
            actor.go(stage.spot()).stay(float(stage.rng.uniform(0.5, 3.0)))
        casts.append(actor.leave(stage.side()))
    return _ends(stage, Script(0, casts))


def old_waste(stage: Set) -> Script:
    """Somebody passes close by waste that lay there before, and stops at it for a moment."""
    at, side, rng = stage.spot(), stage.side(), stage.rng
    actor = stage.walker(stage.lead()).enter(side, stage.row_near(at[1], 0.02)).go(_beside(at, stage.place, side))
    if rng.random() < 0.6:
        actor.stay(float(rng.uniform(0.5, 3.0)), "bend" if rng.random() < 0.4 else "stand")
    actor.leave(-side)
    return _ends(stage, Script(0, [actor], old=[stage.item(at, larger=1.3).lies(at)]))


def picking_up(stage: Set) -> Script:
    """Somebody picks waste up and carries it off."""
    at, side, rng = stage.spot(), stage.side(), stage.rng
    item = stage.item(at).lies(at)
    actor = stage.walker(stage.lead()).enter(side, stage.row_near(at[1])).go(_beside(at, stage.place, side))
    actor.stay(float(rng.uniform(0.3, 1.0))).stay(float(rng.uniform(0.6, 1.4)), "bend")
    item.held(actor, actor.t)
    actor.stay(0.4).leave(side if rng.random() < 0.5 else -side)
    return _ends(stage, Script(0, [actor], [item]))


def sanitation(stage: Set) -> Script:
    """A truck stops; a worker in orange takes several things to it; it goes on."""
    at, side, rng = stage.spot(0.3), stage.side(), stage.rng
    unit = stage.place.unit(at[1])
    truck = stage.wagon(stage.lead() * 0.6)
    door, behind = (at[0] + side * 1.6 * unit, at[1] + 2), max(0.4 * stage.place.size[1], at[1] - 0.15 * unit)
    truck.enter(side, behind).go((door[0], behind), faster=0.8)
    worker = stage.cast(walks.walker(rng, vest=True), truck.t + 0.4).at(door).stay(0.2)
    items = []
    for _ in range(int(rng.integers(1, 3))):
        there = (at[0] + float(rng.uniform(-0.5, 0.5)) * unit, at[1])
        item = stage.item(there).lies(there)
        worker.go(_beside(there, stage.place, side), faster=1.2).stay(0.7, "bend")
        item.held(worker, worker.t)
        worker.go(door, faster=1.2).stay(0.4)
        items.append(item.gone(worker.t))
    worker.vanish()
    truck.stay(worker.t - truck.t + 0.6, "wait").leave(-side)
    return _ends(stage, Script(0, [truck, worker], items))


def parking_motorcycle(stage: Set) -> Script:
    """Somebody parks a motorcycle and walks away from it."""
    return _parked(stage, stage.rider(stage.lead()), "stand")


def parking_car(stage: Set) -> Script:
    """A car is parked; whoever drove it walks away."""
    return _parked(stage, stage.wagon(stage.lead()), "wait")


def _parked(stage: Set, vehicle: Cast, pose: str) -> Script:
    at, side = stage.spot(0.3), stage.side()
    vehicle.enter(side, at[1]).go(at, faster=0.6).stay(0.8, "wait")
    vehicle.stay(0.2, pose)
    vehicle.stays_after = pose
    walker = stage.walker(vehicle.t - 0.2).at((at[0] - side * 0.3 * stage.place.unit(at[1]), at[1] + 2)).stay(0.5)
    walker.leave(stage.side())
    return _ends(stage, Script(0, [vehicle, walker]))


def traffic(stage: Set) -> Script:
    """Vehicles and people pass."""
    casts = [_passing(stage, float(stage.rng.uniform(1, 9)))]
    for make in (stage.rider, stage.wagon, stage.rider):
        side, y = stage.side(), stage.spot()[1]
        casts.append(make(float(stage.rng.uniform(2, 12))).enter(side, y).leave(-side))
    return _ends(stage, Script(0, casts))


def dog(stage: Set) -> Script:
    """A dog comes, sits for a while, and runs on."""
    side, at = stage.side(), stage.spot()
    actor = stage.cast(walks.dog(stage.rng), stage.lead()).enter(side, at[1]).go(at).stay(float(stage.rng.uniform(1, 6)))
    return _ends(stage, Script(0, [actor.leave(-side)]))


def bin_moved(stage: Set) -> Script:
    """A bin is moved aside and put back."""
    at, side, rng = stage.spot(0.3), stage.side(), stage.rng
    unit = stage.place.unit(at[1])
    item = Item(_bin(stage), float(rng.uniform(0.45, 0.65))).lies(at)
    aside = (at[0] + side * float(rng.uniform(0.8, 1.4)) * unit, at[1])
    actor = stage.walker(stage.lead()).enter(side, stage.row_near(at[1], 0.02)).go(_beside(at, stage.place, side)).stay(0.5, "bend")
    item.held(actor, actor.t)
    actor.go(_beside(aside, stage.place, side), faster=0.6)
    item.lies(aside, actor.t)
    actor.stay(float(rng.uniform(2.0, 6.0)), "bend")
    item.held(actor, actor.t)
    actor.go(_beside(at, stage.place, side), faster=0.6)
    item.lies((at[0] + float(rng.normal(0, 0.06)) * unit, at[1]), actor.t)
    actor.stay(0.5).leave(side)
    return _ends(stage, Script(0, [actor], [item]))


def _bin(stage: Set) -> Sprite:
    bgr, alpha = np.zeros((150, 100, 3), np.float32), np.zeros((150, 100), np.float32)
    colour = people.cloth(stage.rng)
    corners = np.asarray([(12, 30), (88, 30), (80, 145), (20, 145)], np.int32)
    for target, value in ((bgr, colour.tolist()), (alpha, 1.0)):
        cv2.fillPoly(target, [corners], value)
        cv2.rectangle(target, (6, 16), (94, 32), value, -1)
    cv2.rectangle(bgr, (6, 16), (94, 32), (colour * 0.7).tolist(), -1)
    return Sprite(paint.relief(bgr, alpha, stage.rng, depth=0.3, folds=0.06), alpha, "painted bin")


def passing_shadow(stage: Set) -> Script:
    """A shadow comes over the place and stays, while somebody passes."""
    return _with_effect(stage, "shadow")


def headlights(stage: Set) -> Script:
    """Headlights sweep over the place and stop on it for a moment."""
    return _with_effect(stage, "headlights")


def lamp(stage: Set) -> Script:
    """A lamp goes on, or the camera's exposure leaps."""
    return _with_effect(stage, "lamp")


def _with_effect(stage: Set, effect: str) -> Script:
    casts = [_passing(stage)] if stage.rng.random() < 0.7 else []
    return _ends(stage, Script(0, casts, effects={effect}))


def door(stage: Set) -> Script:
    """A door opens, somebody comes out and goes; it stays open."""
    at, rng, unit = stage.spot(0.25), stage.rng, 0.0
    unit = stage.place.unit(at[1])
    start = stage.lead()
    opened, shut = (Item(_leaf(rng, wide), 1.15).lies(at, since) for wide, since in ((0.55, start), (0.42, 0.0)))
    shut.gone(start)
    actor = stage.walker(start + 0.4).at((at[0], at[1] + 2)).stay(0.3).leave(stage.side(), stage.row_near(at[1] + 0.15 * unit))
    return _ends(stage, Script(0, [actor], [opened, shut]))


def _leaf(rng: np.random.Generator, wide: float) -> Sprite:
    """A door: a frame, darker inside the wider it stands open."""
    bgr = np.full((200, int(200 * wide), 3), 25.0 if wide > 0.5 else 95.0, np.float32)
    colour = people.cloth(np.random.default_rng(3)) if wide > 0.5 else np.full(3, 120.0, np.float32)
    cv2.rectangle(bgr, (0, 0), (bgr.shape[1] - 1, 199), (140.0, 145.0, 150.0), 7)
    cv2.rectangle(bgr, (7, 7), (int(bgr.shape[1] * (0.3 if wide > 0.5 else 0.93)), 196), colour.tolist(), -1)
    return Sprite(
        np.clip(bgr + rng.standard_normal((200, bgr.shape[1], 1)) * 3, 0, 255).astype(np.float32),
        np.ones(bgr.shape[:2], np.float32),
        "painted door",
    )


def umbrella(stage: Set) -> Script:
    """Somebody with an umbrella comes, stops, goes."""
    side, at = stage.side(), stage.spot()
    actor = stage.cast(walks.walker(stage.rng, umbrella=True), stage.lead()).enter(side, at[1]).go(at)
    return _ends(stage, Script(0, [actor.stay(float(stage.rng.uniform(2, 7))).leave(-side)], effects={"rain"}))


def blown(stage: Set) -> Script:
    """The wind blows a leaf or a bag in, and leaves it somewhere."""
    side, rng = stage.side(), stage.rng
    sprite = paint.thing(rng)
    body = Body(
        "leaf",
        lambda _pose, _phase: Cel(
            sprite.bgr, sprite.alpha, (sprite.alpha.shape[1] / 2, sprite.alpha.shape[0]), (0, 0), sprite.long_side / 0.2
        ),
        phases=1,
    )
    body.pace = float(rng.uniform(0.3, 1.0))
    actor = stage.cast(body, stage.lead()).enter(side, stage.spot()[1])
    for _ in range(3):
        actor.go(_drift(actor.spot, -side, stage)).stay(float(rng.uniform(0.1, 1.5)))
    passer = [_passing(stage, float(rng.uniform(2, 6)))] if rng.random() < 0.5 else []
    return _ends(stage, Script(0, [actor, *passer]))


def _drift(at: Spot, side: int, stage: Set) -> Spot:
    wide = stage.place.size[0]
    x = float(np.clip(at[0] + side * stage.rng.uniform(0.1, 0.3) * wide, 0.1 * wide, 0.9 * wide))
    return x, stage.row_near(at[1], 0.05)


INNOCENTS: dict[str, tuple[Callable[[Set], Script], int]] = {
    "carrying": (carrying, 3),
    "resting": (resting, 3),
    "resting-away": (resting_away, 2),
    "delivered": (delivered, 1),
    "kicked": (kicked, 2),
    "stall": (stall, 1),
    "parking-bicycle": (parking_bicycle, 1),
    "waiting": (waiting, 3),
    "loitering": (loitering, 2),
    "old-waste": (old_waste, 3),
    "picking-up": (picking_up, 3),
    "sanitation": (sanitation, 3),
    "parking-motorcycle": (parking_motorcycle, 3),
    "parking-car": (parking_car, 2),
    "traffic": (traffic, 2),
    "dog": (dog, 1),
    "bin-moved": (bin_moved, 2),
    "shadow": (passing_shadow, 2),
    "headlights": (headlights, 2),
    "lamp": (lamp, 1),
    "door": (door, 1),
    "umbrella": (umbrella, 1),
    "blown": (blown, 2),
}
"""By recipe, and how often each comes up."""
