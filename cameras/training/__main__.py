"""`python -m cameras.training`: from nothing to dumping.onnx, manifest.toml and CARD.md."""

import argparse
import shlex
import sys
from pathlib import Path

from rich import print as say

from cameras.training.card import write_card
from cameras.training.compose.shelf import DATA
from cameras.training.evaluate import figures, threshold_for
from cameras.training.examples import examples, open_shelves
from cameras.training.export import commit, export, milliseconds, scores, write_manifest
from cameras.training.sheet import write_sheet
from cameras.training.train import Plan, train
from cameras.watch.verifier import WEIGHTS


def main(words: list[str]) -> int:
    asked = _asked(words)
    shelves = open_shelves(None if asked.painted else asked.data)
    if asked.sheet:
        say(f"{write_sheet(asked.sheet, shelves['train'], seed=asked.seed, count=min(asked.count, 60))}")
        return 0
    real, made_by = shelves["train"].real, commit()
    say(f"material: {'photos and cut-outs, and painted' if real else 'painted only'}")
    learn = examples(shelves["train"], seed=asked.seed, count=asked.count)
    check = examples(shelves["val"], seed=asked.seed, count=max(60, asked.count // 8))
    trained = train(learn, check, Plan(seed=asked.seed, epochs=asked.epochs))
    del learn
    path = export(trained, asked.out)
    threshold = threshold_for(scores(path, check), check.truths)
    origin: dict[str, str | int] = {
        "command": shlex.join(["python", "-m", "cameras.training", *_told(asked)]),
        "seed": asked.seed,
        "composites": asked.count,
        "data": "shared/data/waste and painted" if real else "painted only",
        "commit": made_by,
    }
    write_manifest(path, threshold=threshold, origin=origin)
    test = examples(shelves["test"], seed=asked.seed, count=max(60, asked.count // 5))
    told = figures(scores(path, test), test, threshold)
    write_card(asked.out, told=told, trained=trained, threshold=threshold, origin={**origin, "ms": f"{milliseconds(path):.2f}"})
    say(f"test composites: AUC {told.auc:.4f}, precision {told.precision:.3f}, recall {told.recall:.3f} at {threshold}")
    return 0


def _asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m cameras.training", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=DATA, help="folder with waste/ and models/ (default: ../shared/data beside the project)"
    )
    parser.add_argument("--painted", action="store_true", help="use no files at all")
    parser.add_argument("--count", type=int, default=16000, help="composites to train on")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--sheet", type=Path, help="only write a contact sheet (PNG) of composites there")
    parser.add_argument("--out", type=Path, default=WEIGHTS.parent)
    return parser.parse_args(words)


def _told(asked: argparse.Namespace) -> list[str]:
    return [
        *(["--painted"] if asked.painted else []),
        "--count",
        str(asked.count),
        "--epochs",
        str(asked.epochs),
        "--seed",
        str(asked.seed),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
