"""One function per story: what stood where before, during and after. Each tells its class and its kind."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from cameras.training.compose import lights
from cameras.training.compose.boxes import away, noticed, part_of, ratio, ratio_of, seen, size_of, union, whole
from cameras.training.compose.shelf import Shelf
from cameras.training.compose.sprites import Floats, Layer, placed, render
from cameras.watch.strip import FAR_BOX_SIZES, Box
from cameras.watch.verifier import Verdict


@dataclass(frozen=True)
class Take:
    """Three scenes before the camera saw them, and what the scene logic would know about them."""

    verdict: Verdict
    kind: str
    before: Floats
    act: Floats
    after: Floats
    box: Box
    size_to_actor: float = 0.0
    actor_distance: float = FAR_BOX_SIZES
    actor_seen: float = 1.0


class Stage:
    """An empty place with room for one candidate of `size` px (longer side) near its middle."""

    def __init__(self, shelf: Shelf, rng: Generator) -> None:
        self.shelf, self.rng = shelf, rng
        self.size = float(np.exp(rng.uniform(np.log(14), np.log(105))))
        self.side = int(max(150, self.size * rng.uniform(2.6, 4.0)))
        self.ground, self.name = shelf.ground(rng, self.side, self.side)
        self.foot = (self.side * rng.uniform(0.4, 0.6), self.side * rng.uniform(0.5, 0.7) + self.size * 0.3)

    def thing(self, size: float | None = None) -> Layer:
        return placed(self.shelf.thing(self.rng), foot=self.foot, long_side=size or self.size, ground=self.ground, rng=self.rng)

    def actor(self, *, foot: tuple[float, float] | None = None, tall: float | None = None) -> Layer:
        tall = tall or float(np.clip(self.size * self.rng.uniform(1.3, 5.5), 45, 420))
        return placed(self.shelf.actor(self.rng), foot=foot or self.foot, long_side=tall, ground=self.ground, rng=self.rng)

    def actor_beside(self, thing: Layer, gap: float) -> Layer:
        """An actor whose box is `gap` px from the thing's box, left or right of it, feet about level."""
        actor = self.actor()
        here, there = thing.box, actor.box
        dx = here[0] - gap - there[2] if self.rng.random() < 0.5 else here[2] + gap - there[0]
        return actor.moved(dx, here[3] - there[3] + self.rng.uniform(-0.2, 0.35) * self.size)

    def extras(self) -> list[Layer]:
        """Old things that lie there all the time."""
        count = int(self.rng.choice([0, 0, 0, 0, 1, 2]))
        return [
            self.thing(self.size * self.rng.uniform(0.4, 1.6)).moved(*(self.rng.uniform(-1.4, 1.4, 2) * self.size)) for _ in range(count)
        ]


def left(stage: Stage) -> Take:
    """Somebody put a thing down and went."""
    rng, old, thing = stage.rng, stage.extras(), stage.thing()
    actor = stage.actor_beside(thing, rng.uniform(-0.7, 0.4) * stage.size)
    held = [thing] if rng.random() < 0.6 else [thing.moved(*(rng.uniform(-0.5, 0.1, 2) * stage.size))]
    during = [*old, *held, actor] if rng.random() < 0.6 else [*old, actor, *held]
    gone, distance, passing = rng.random() < 0.6, FAR_BOX_SIZES, []
    if not gone:
        distance = float(rng.uniform(0.8, FAR_BOX_SIZES))
        passing = [away(actor, thing, distance * max(size_of(thing.box)), rng)]
    before, during_scene = render(stage.ground, old), render(stage.ground, during)
    if rng.random() < 0.12:
        during_scene = before
    return Take(
        Verdict.LEFT,
        "put down",
        before,
        during_scene,
        render(stage.ground, [*old, thing, *passing]),
        noticed(thing, rng),
        size_to_actor=ratio(thing, actor),
        actor_distance=distance,
        actor_seen=seen(rng, 0.93),
    )


def thrown(stage: Stage) -> Take:
    """A thing thrown by somebody who does not stop."""
    rng, old = stage.rng, stage.extras()
    thing = stage.thing()
    gap = rng.uniform(0.5, 3.5) * stage.size
    actor = stage.actor_beside(thing, gap).smeared(int(rng.integers(0, 14)))
    flying = thing.moved(*(rng.uniform(-1, 1) * stage.size, -rng.uniform(0.4, 1.5) * stage.size)).smeared(int(rng.integers(0, 10)))
    during = [*old, actor, *([flying] if rng.random() < 0.7 else [])]
    gone, distance, passing = rng.random() < 0.7, FAR_BOX_SIZES, []
    if not gone:
        distance = float(rng.uniform(1.5, FAR_BOX_SIZES))
        passing = [away(actor, thing, distance * max(size_of(thing.box)), rng)]
    return Take(
        Verdict.THROWN,
        "thrown",
        render(stage.ground, old),
        render(stage.ground, during),
        render(stage.ground, [*old, thing, *passing]),
        noticed(thing, rng),
        size_to_actor=ratio(thing, actor),
        actor_distance=distance,
        actor_seen=seen(rng, 0.7),
    )


def removed(stage: Stage) -> Take:
    """A thing that lay there was taken, or somebody who stood so long that he had become background went."""
    rng, old = stage.rng, stage.extras()
    ghost = rng.random() < 0.45
    thing = stage.actor(tall=stage.size) if ghost else stage.thing()
    taker = stage.actor_beside(thing, rng.uniform(-0.8, 0.5) * stage.size)
    empty, full = render(stage.ground, old), render(stage.ground, [*old, thing])
    absorbed = float(rng.uniform(0.45, 1.0)) if ghost else 1.0
    before = full * absorbed + empty * (1 - absorbed)
    during = full if ghost and rng.random() < 0.5 else render(stage.ground, [*old, thing, taker])
    after, distance = empty, FAR_BOX_SIZES
    if rng.random() < 0.3:
        distance = float(rng.uniform(0.3, FAR_BOX_SIZES))
        after = render(stage.ground, [*old, away(taker, thing, distance * max(size_of(thing.box)), rng)])
    box = part_of(thing.box, rng) if ghost and rng.random() < 0.4 else noticed(thing, rng)
    return Take(
        Verdict.REMOVED,
        "ghost" if ghost else "taken away",
        before,
        during,
        after,
        box,
        size_to_actor=ratio(thing, taker),
        actor_distance=distance,
        actor_seen=seen(rng, 0.8),
    )


def wrong_memory(stage: Stage) -> Take:
    """Nothing happened to the place: the background itself was damaged there, and is shown up by what it is compared with."""
    rng, old = stage.rng, stage.extras()
    box, scene = _anywhere(stage, rng), render(stage.ground, old)
    before = lights.damaged(scene, box, rng)
    actor = stage.actor()
    with_actor = rng.random() < 0.6
    during = render(scene, [actor.moved(*(rng.uniform(-1.5, 1.5, 2) * stage.size))]) if with_actor else scene
    return Take(
        Verdict.REMOVED,
        "wrong memory",
        before,
        during,
        scene,
        box,
        size_to_actor=ratio_of(box, actor),
        actor_distance=float(rng.uniform(0.3, FAR_BOX_SIZES)) if rng.random() < 0.3 else FAR_BOX_SIZES,
        actor_seen=seen(rng, 0.8) if with_actor else 0.0,
    )


def attended(stage: Stage) -> Take:
    """The thing is there, and so is its owner."""
    rng, old, thing = stage.rng, stage.extras(), stage.thing()
    distance = float(rng.uniform(0, 0.35))
    actor = stage.actor_beside(thing, (distance if rng.random() < 0.5 else -distance * 1.5) * stage.size)
    order = [thing, actor] if rng.random() < 0.5 else [actor, thing]
    during = render(stage.ground, [*old, *[layer.moved(*rng.uniform(-4, 4, 2)) for layer in order]])
    box = union(thing.box, actor.box, rng) if rng.random() < 0.35 else noticed(thing, rng)
    return Take(
        Verdict.ATTENDED,
        "attended",
        render(stage.ground, old),
        during,
        render(stage.ground, [*old, *order]),
        box,
        size_to_actor=ratio_of(box, actor),
        actor_distance=distance if rng.random() < 0.85 else FAR_BOX_SIZES,
        actor_seen=seen(rng, 0.95),
    )


def standing(stage: Stage) -> Take:
    """The new still thing is the person or the vehicle."""
    rng, old = stage.rng, stage.extras()
    partly = rng.random() < 0.5
    actor = stage.actor(tall=stage.size * (rng.uniform(1.0, 6.0) if partly else rng.uniform(1.0, 1.6)))
    if partly:
        actor, box = _part_in_view(actor, stage)
    else:
        box = noticed(actor, rng)
    moving = actor.moved(*(rng.uniform(-0.25, 0.25, 2) * stage.size)) if rng.random() < 0.75 else actor
    if rng.random() < 0.3:
        moving = moving.smeared(int(rng.integers(2, 10)))
    kind = _kind_of(actor)
    others = [stage.actor_beside(actor, rng.uniform(-0.5, 1.0) * stage.size)] if rng.random() < 0.15 else []
    return Take(
        Verdict.ACTOR,
        f"part of a {kind}" if partly else f"{kind} itself",
        render(stage.ground, old),
        render(stage.ground, [*old, moving]),
        render(stage.ground, [*old, *others, actor]),
        box,
        size_to_actor=ratio_of(box, actor),
        actor_distance=0.0 if rng.random() < 0.75 else float(rng.uniform(0, FAR_BOX_SIZES)),
        actor_seen=seen(rng, 0.9),
    )


def _kind_of(actor: Layer) -> str:
    """Wide actors are vehicles as far as the card's rows go."""
    return "vehicle" if actor.alpha.shape[1] > 1.15 * actor.alpha.shape[0] else "person"


def light_or_noise(stage: Stage) -> Take:
    """Nothing was left: light, weather, sway, shake, or an old thing that lies a little differently."""
    rng, old = stage.rng, stage.extras()
    kind = str(rng.choice(lights.KINDS))
    existing = stage.thing()
    scene = render(stage.ground, [*old, existing] if kind in lights.NEEDS_A_THING else old)
    if kind in lights.NEEDS_A_THING:
        now = lights.shifted(existing, stage.size, rng)
        after = render(stage.ground, [*old, now])
        box = noticed(now if rng.random() < 0.6 else existing, rng)
    else:
        box = _anywhere(stage, rng)
        after = lights.CHANGES[kind](scene, box, rng)
    actor = stage.actor_beside(existing, rng.uniform(-0.8, 2.0) * stage.size)
    with_actor = rng.random() < 0.6
    during = render(scene, [actor]) if with_actor else scene
    distance = FAR_BOX_SIZES
    if with_actor and rng.random() < 0.25:
        distance = float(rng.uniform(0.3, FAR_BOX_SIZES))
        after = render(after, [away(actor, existing, distance * stage.size, rng)])
    take = Take(
        Verdict.LIGHT_OR_NOISE, kind, scene, during, after, box, actor_distance=distance, actor_seen=seen(rng, 0.85) if with_actor else 0.0
    )
    return replace(take, size_to_actor=ratio_of(box, actor)) if with_actor else take


STORIES: tuple[tuple[Callable[[Stage], Take], float], ...] = (
    (left, 0.25),
    (thrown, 0.11),
    (removed, 0.13),
    (wrong_memory, 0.07),
    (attended, 0.11),
    (standing, 0.13),
    (light_or_noise, 0.20),
)


def _part_in_view(actor: Layer, stage: Stage) -> tuple[Layer, Box]:
    """A big actor moved so that one part of it lies in the middle of the stage, and that part."""
    x0, y0, x1, y1 = actor.box
    wide, tall = (min(side, stage.size * stage.rng.uniform(0.5, 1.1)) for side in (x1 - x0, y1 - y0))
    x, y = stage.rng.uniform(x0, x1 - wide), stage.rng.uniform(y0, y1 - tall)
    middle = stage.rng.uniform(0.42, 0.58, 2) * stage.side
    dx, dy = round(middle[0] - x - wide / 2), round(middle[1] - y - tall / 2)
    return actor.moved(dx, dy), whole(np.asarray([x + dx, y + dy, x + wide + dx, y + tall + dy]))


def _anywhere(stage: Stage, rng: Generator) -> Box:
    wide, tall = stage.size * rng.uniform(0.4, 1.0, 2)
    x, y = rng.uniform(0.25, 0.75, 2) * stage.side
    return whole(np.asarray([x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2]))
