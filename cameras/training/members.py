"""The networks that are trained apart and joined: one for each shape, each from a seed of its own, each in a process of its own."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from cameras.training.evaluate import is_dumping, threshold_for
from cameras.training.export import export, scores, write_manifest
from cameras.training.material import Material, hard_rows
from cameras.training.spread import spread
from cameras.training.train import Plan, Trained, averaged, dumping, probabilities, train


@dataclass(frozen=True)
class Rounds:
    """Epochs of the first round, on composed strips, and of the second, with the films' proposals; 0: no second one."""

    first: int
    second: int
    seed: int
    shapes: tuple[str, ...]


def members(learn: Material, check: Material, rounds: Rounds, *, place: Path, cores: int) -> list[Path]:
    """The exported networks, in the order of their shapes, each in a folder below `place` with head and manifest. An interrupted one goes on from its
    notes to the same weights.
    """
    homes = [place / f"{number}-{shape}" for number, shape in enumerate(rounds.shapes)]
    plans = [Plan(seed=rounds.seed + number, epochs=rounds.first, shape=shape) for number, shape in enumerate(rounds.shapes)]
    work = [partial(_member, learn, check, plan, again=rounds.second, home=home) for plan, home in zip(plans, homes, strict=True)]
    spread(work, cores)
    return [home / "dumping.onnx" for home in homes]


def _member(learn: Material, check: Material, plan: Plan, *, again: int, home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    path = export(_trained(learn, check, replace(plan, notes=home / "first.pt"), again), home)
    threshold = threshold_for(scores(path, check.whole), check.whole.truths)
    write_manifest(path, threshold=threshold, origin={"shape": plan.shape, "seed": plan.seed})


def _trained(learn: Material, check: Material, plan: Plan, again: int) -> Trained:
    """First on composed strips; then, shorter and slower, on these and the films' proposals, what the first got wrong more often. Then halfway."""
    first = train(learn.composed, check.composed, plan)
    if not again or plan.notes is None:
        return first
    whole = learn.whole
    rows = hard_rows(dumping(probabilities(first, whole)), is_dumping(whole.truths))
    second = replace(plan, epochs=again, rate=plan.rate / 4, notes=plan.notes.with_name("second.pt"))
    return averaged(first, train(whole, check.whole, second, start=first.network, rows=rows), check.whole)
