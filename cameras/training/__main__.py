"""`python -m cameras.training`: from nothing to dumping.onnx, head.npz, manifest.toml, CARD.md and its plots."""

import argparse
import os
import resource
import shlex
import sys
import time
from pathlib import Path

import cv2
from rich import print as say

from cameras.training.card import write_card
from cameras.training.compose.shelf import DATA
from cameras.training.evaluate import figures, is_dumping
from cameras.training.examples import open_shelves
from cameras.training.export import FILMS, STRIPS, commit, milliseconds, parameters, scores, write_manifest
from cameras.training.join import fitted
from cameras.training.material import Material, Wanted, material
from cameras.training.members import Rounds, members
from cameras.training.network import SHAPES, SHIPPED
from cameras.training.plots import write_plots
from cameras.training.sheet import write_sheet
from cameras.training.train import dumping
from cameras.watch.verifier import WEIGHTS, read_manifest

_WORK = Path(".cache") / "training"


def main(words: list[str]) -> int:
    asked, started = _asked(words), time.monotonic()
    cv2.setNumThreads(1)
    shelves = open_shelves(None if asked.painted else asked.data)
    if asked.sheet:
        say(f"{write_sheet(asked.sheet, shelves['train'], seed=asked.seed, count=min(asked.count, 60))}")
        return 0
    real = shelves["train"].real
    say(f"material: {'photos and cut-outs, and painted' if real else 'painted only'}")
    made_by = commit(*STRIPS), commit(*FILMS)
    wanted = Wanted(asked.seed, asked.count, asked.films, commits=made_by, painted=not real, place=asked.work, cores=asked.cores)
    learn, check, test = (material(shelves[split], wanted) for split in ("train", "val", "test"))
    rounds = Rounds(asked.epochs, asked.again, asked.seed, tuple(asked.shape or SHIPPED))
    path, temperature, threshold = fitted(members(learn, check, rounds, place=asked.work, cores=asked.cores), asked.out, check.whole)
    origin: dict[str, str | int] = {
        "command": shlex.join(["python", "-m", "cameras.training", *_told(asked)]),
        "seed": asked.seed,
        "composites": asked.count,
        "films": asked.films,
        "shape": ", ".join(rounds.shapes),
        "data": "shared/data/waste and painted" if real else "painted only",
        "commit": commit(),
    }
    write_manifest(path, threshold=threshold, origin=origin)
    spent = {"temperature": f"{temperature:.2f}", "minutes": f"{(time.monotonic() - started) / 60:.0f}", "cpu": f"{_cpu() / 60:.0f}"}
    _report(path, check, test, facts={**origin, **spent})
    return 0


def _cpu() -> float:
    """CPU seconds of this process and of its children."""
    told = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in told)


def _report(path: Path, check: Material, test: Material, *, facts: dict[str, str | int]) -> None:
    threshold = read_manifest(path).threshold
    told = scores(path, test.composed)
    watched = scores(path, check.proposed)
    judged = figures(told, test.composed, threshold)
    films = figures(watched, check.proposed, threshold) if len(watched) else None
    shown = {"composed strips (test)": (dumping(told), is_dumping(test.composed.truths))}
    if len(watched):
        shown["watcher's proposals on films (validation)"] = (dumping(watched), is_dumping(check.proposed.truths))
    write_plots(path.with_name("card.png"), shown, judged.kinds, threshold=threshold)
    write_card(path.parent, told=judged, films=films, facts={**facts, "ms": f"{milliseconds(path):.2f}", "parameters": parameters(path)})
    say(f"test composites: AUC {judged.auc:.4f}, precision {judged.precision:.3f}, recall {judged.recall:.3f} at {threshold}")
    if films is not None:
        say(f"validation films: AUC {films.auc:.4f}, precision {films.precision:.3f}, recall {films.recall:.3f}")
    say(f"{facts['minutes']} minutes, {facts['cpu']} of a processor")


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cameras.training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder with waste/ and models/ (default: ../shared/data beside the project)"
    )
    parser.add_argument("--painted", action="store_true", help="use no files at all")
    parser.add_argument("--count", type=int, default=32000, help="composites to train on")
    parser.add_argument("--films", type=int, default=240, help="composite films whose proposals are trained on as well")
    parser.add_argument("--epochs", type=int, default=7, help="of the first round, on composed strips")
    parser.add_argument("--again", type=int, default=3, help="epochs of the second round, with the films; 0: none")
    parser.add_argument(
        "--shape", choices=sorted(SHAPES), action="append", help="of one network; several are joined (default: " + ", ".join(SHIPPED) + ")"
    )
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--sheet", type=Path, help="only write a contact sheet (PNG) of composites there")
    parser.add_argument("--cores", type=int, default=min(2, os.cpu_count() or 1), help="processes at once")
    parser.add_argument("--work", type=Path, default=_WORK, help="where finished pieces are kept, so that an interrupted run goes on")
    parser.add_argument("--out", type=Path, default=WEIGHTS.parent)
    return parser.parse_args(words)


def _told(asked: argparse.Namespace) -> list[str]:
    numbers = [f"--{name}={getattr(asked, name)}" for name in ("count", "films", "epochs", "again", "seed")]
    return [*(["--painted"] if asked.painted else []), *numbers, *(f"--shape={shape}" for shape in asked.shape or SHIPPED)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
