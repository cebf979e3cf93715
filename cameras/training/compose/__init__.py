"""Composite candidates: a recipe name and a number make the same candidate everywhere.

`example(shelf, seed, index)` is a pure function of the shelf's material, the seed and the index.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from cameras.training.compose import lights
from cameras.training.compose.camera import camera, seen
from cameras.training.compose.shelf import SPLITS, Shelf
from cameras.training.compose.sprites import render
from cameras.training.compose.stories import STORIES, Stage, Take
from cameras.watch.strip import Box, Candidate, Numbers, measure
from cameras.watch.verifier import Verdict

RECIPE = "strips-2"
_ATTEMPTS = 8
_NOTICED = 12.0
_DIM = 70.0
_FRAMES = ((640, 360), (704, 576), (1280, 720), (1920, 1080))


@dataclass(frozen=True)
class Example:
    """A composite candidate with its truth. `kind` is the finer row of the card, `hour` the light."""

    candidate: Candidate
    verdict: Verdict
    kind: str
    hour: str
    ground: str


def example(shelf: Shelf, seed: int, index: int) -> Example:
    """Candidate `index` of that shelf's split under `seed`. Splits never draw from the same random stream."""
    for attempt in range(_ATTEMPTS):
        made = _attempt(shelf, np.random.default_rng([seed, SPLITS.index(shelf.split), index, attempt]))
        if made.verdict is Verdict.LIGHT_OR_NOISE or _visible(made.candidate):
            return made
    return made


def _visible(candidate: Candidate) -> bool:
    """A change that a background model would notice at all."""
    x0, y0, x1, y1 = candidate.box
    area = np.s_[max(y0, 0) : y1, max(x0, 0) : x1]
    change = np.abs(candidate.after[area].astype(np.int16) - candidate.before[area]).max(axis=2)
    return change.size > 0 and float((cv2.blur(change.astype(np.float32), (3, 3)) > _NOTICED).mean()) > 0.25


def _attempt(shelf: Shelf, rng: np.random.Generator) -> Example:
    stage = Stage(shelf, rng)
    tell = STORIES[rng.choice(len(STORIES), p=[share for _, share in STORIES])][0]
    take = tell(stage)
    take = _remembered(take, stage) if rng.random() < 0.08 else take
    take = replace(take, before=lights.averaged(take.before, rng)) if rng.random() < 0.25 else take
    take = replace(take, before=lights.damaged(take.before, _elsewhere(stage), rng)) if rng.random() < 0.05 else take
    take = _without_act(take, rng) if rng.random() < 0.15 else take
    take = _drifted(take, rng) if rng.random() < 0.3 else take
    by = camera(rng, stage.side, stage.side, dim=float(stage.ground.mean()) < _DIM)
    scenes = [scene * gain for scene, gain in zip((take.before, take.act, take.after), rng.normal(1.0, 0.025, 3), strict=True)]
    before, act, after = seen([scene.astype(np.float32) for scene in scenes], by, calm=(float(rng.uniform(0.1, 0.6)), 1.0, 1.0))
    told = measure(before, after, take.box)
    wide, tall = _FRAMES[rng.integers(len(_FRAMES))]
    area = (take.box[2] - take.box[0]) * (take.box[3] - take.box[1])
    numbers = Numbers(
        dwell_s=float(rng.gamma(2.0, 6.0)),
        area_share=min(1.0, area / (wide * tall)),
        size_to_actor=_blurred(take.size_to_actor, rng) if take.actor_seen else 0.0,
        actor_distance=_blurred(take.actor_distance, rng),
        actor_seen=take.actor_seen,
        edge_gain=told.edge_gain,
        luma=told.luma,
    )
    return Example(Candidate(before, act, after, take.box, numbers), take.verdict, take.kind, by.hour, stage.name)


def _remembered(take: Take, stage: Stage) -> Take:
    """A slow background that still remembers somebody who stood about there."""
    rng = stage.rng
    ghost = stage.actor().moved(*(rng.uniform(-1.5, 1.5, 2) * stage.size))
    faint = float(rng.uniform(0.08, 0.35))
    return replace(take, before=take.before * (1 - faint) + render(take.before, [ghost]) * faint)


def _elsewhere(stage: Stage) -> Box:
    """Some box on the stage."""
    x, y = (int(value) for value in stage.rng.uniform(0, 0.8, 2) * stage.side)
    return x, y, x + max(5, int(stage.size * 0.6)), y + max(5, int(stage.size * 0.6))


def _without_act(take: Take, rng: np.random.Generator) -> Take:
    """The moment itself was not seen: the act picture is from just after it, or from before."""
    return replace(take, act=take.after if rng.random() < 0.6 else take.before)


def _drifted(take: Take, rng: np.random.Generator) -> Take:
    """A pole in the wind, a loose bracket: the pictures do not lie exactly on each other, whatever happened."""
    reach = 0.025 * take.before.shape[0]
    before, act = (lights.shifted_view(scene, *rng.normal(0, reach, 2)) for scene in (take.before, take.act))
    return replace(take, before=before, act=act)


def _blurred(value: float, rng: np.random.Generator) -> float:
    """Trackers are not exact."""
    return float(value * np.exp(rng.normal(0, 0.2)))
