"""`python -m cameras.training`: from nothing to dumping.onnx, head.npz, manifest.toml, CARD.md and its plots."""

import argparse
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from rich import print as say

from cameras.training.card import write_card
from cameras.training.compose.shelf import DATA
from cameras.training.evaluate import figures, is_dumping, threshold_for
from cameras.training.examples import open_shelves
from cameras.training.export import commit, export, milliseconds, scores, write_manifest
from cameras.training.material import Material, Wanted, material, with_hard_ones
from cameras.training.network import SHAPES, SHIPPED
from cameras.training.plots import write_plots
from cameras.training.sheet import write_sheet
from cameras.training.train import Plan, Trained, averaged, dumping, probabilities, train
from cameras.watch.verifier import WEIGHTS, read_manifest

_WORK = Path(".cache") / "training"


def main(words: list[str]) -> int:
    asked = _asked(words)
    shelves = open_shelves(None if asked.painted else asked.data)
    if asked.sheet:
        say(f"{write_sheet(asked.sheet, shelves['train'], seed=asked.seed, count=min(asked.count, 60))}")
        return 0
    real, made_by = shelves["train"].real, commit()
    say(f"material: {'photos and cut-outs, and painted' if real else 'painted only'}")
    wanted = Wanted(asked.seed, asked.count, asked.films, commit=made_by, painted=not real, place=asked.work)
    learn, check = (material(shelves[split], wanted) for split in ("train", "val"))
    trained = _trained(learn, check, asked)
    path = export(trained, asked.out)
    threshold = threshold_for(scores(path, check.whole), check.whole.truths)
    origin: dict[str, str | int] = {
        "command": shlex.join(["python", "-m", "cameras.training", *_told(asked)]),
        "seed": asked.seed,
        "composites": asked.count,
        "films": asked.films,
        "shape": asked.shape,
        "data": "shared/data/waste and painted" if real else "painted only",
        "commit": made_by,
    }
    write_manifest(path, threshold=threshold, origin=origin)
    _report(path, check, material(shelves["test"], wanted), trained=trained, origin=origin)
    return 0


def _trained(learn: Material, check: Material, asked: argparse.Namespace) -> Trained:
    """First on composed strips; then, shorter and slower, on these and the films' proposals, what the first got wrong more often. Then halfway."""
    plan = Plan(seed=asked.seed, epochs=asked.epochs, shape=asked.shape, notes=asked.work / "first.pt")
    first = train(learn.composed, check.composed, plan)
    if not asked.again:
        return first
    whole = learn.whole
    harder = with_hard_ones(whole, dumping(probabilities(first, whole)), is_dumping(whole.truths))
    second = replace(plan, epochs=asked.again, rate=plan.rate / 4, notes=asked.work / "second.pt")
    return averaged(first, train(harder, check.whole, second, start=first.network), check.whole)


def _report(path: Path, check: Material, test: Material, *, trained: Trained, origin: dict[str, str | int]) -> None:
    threshold = read_manifest(path).threshold
    told = scores(path, test.composed)
    watched = scores(path, check.proposed)
    judged = figures(told, test.composed, threshold)
    films = figures(watched, check.proposed, threshold) if len(watched) else None
    shown = {"composites (test)": (dumping(told), is_dumping(test.composed.truths))}
    if len(watched):
        shown["proposals on films (validation)"] = (dumping(watched), is_dumping(check.proposed.truths))
    write_plots(path.with_name("card.png"), shown, threshold=threshold)
    facts = {**origin, "ms": f"{milliseconds(path):.2f}", "proposals": len(watched)}
    write_card(path.parent, told=judged, films=films, trained=trained, origin=facts)
    say(f"test composites: AUC {judged.auc:.4f}, precision {judged.precision:.3f}, recall {judged.recall:.3f} at {threshold}")
    if films is not None:
        say(f"validation films: AUC {films.auc:.4f}, precision {films.precision:.3f}, recall {films.recall:.3f}")


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cameras.training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder with waste/ and models/ (default: ../shared/data beside the project)"
    )
    parser.add_argument("--painted", action="store_true", help="use no files at all")
    parser.add_argument("--count", type=int, default=16000, help="composites to train on")
    parser.add_argument("--films", type=int, default=500, help="composite films whose proposals are trained on as well")
    parser.add_argument("--epochs", type=int, default=7, help="of the first round, on composed strips")
    parser.add_argument("--again", type=int, default=3, help="epochs of the second round, with the films; 0: none")
    parser.add_argument("--shape", choices=sorted(SHAPES), default=SHIPPED)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--sheet", type=Path, help="only write a contact sheet (PNG) of composites there")
    parser.add_argument("--work", type=Path, default=_WORK, help="where finished pieces are kept, so that an interrupted run goes on")
    parser.add_argument("--out", type=Path, default=WEIGHTS.parent)
    return parser.parse_args(words)


def _told(asked: argparse.Namespace) -> list[str]:
    numbers = (f"--{name}={getattr(asked, name)}" for name in ("count", "films", "epochs", "again", "shape", "seed"))
    return [*(["--painted"] if asked.painted else []), *numbers]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
