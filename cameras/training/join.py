"""Several finished networks as one: `python -m cameras.training.join A.onnx B.onnx --out DIR`.

The logits of the joined network are the mean of theirs, each at its own temperature. Since a last layer is linear, this is again one last layer, over the
features of all side by side, so head.npz, and what a node learns upon it, are as for any other network. Networks that were trained apart err
apart: what one of them alone believes is believed less.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, compose, helper, numpy_helper
from onnx.utils import Extractor
from rich import print as say

from cameras.training.compose.shelf import DATA
from cameras.training.evaluate import threshold_for
from cameras.training.examples import Examples, examples, open_shelves
from cameras.training.export import HEAD, OPSET, commit, scores, write_manifest
from cameras.training.train import best_temperature
from cameras.watch.strip import CHANNELS, NUMBERS, SIDE
from cameras.watch.verifier import Head, Verdict, shipped_head

_GIVEN = {"strip": ["n", CHANNELS, SIDE, SIDE], "numbers": ["n", NUMBERS]}


def join(paths: Sequence[Path], place: Path, *, temperature: float = 1.0) -> Path:
    """Write `place`/dumping.onnx and head.npz. Each path has its head.npz and manifest.toml beside it. Raises WeightsRefused."""
    heads = [shipped_head(path) for path in paths]
    weight = np.concatenate([head.weight / (len(paths) * head.temperature) for head in heads]).astype(np.float32)
    bias = np.sum([head.bias / (len(paths) * head.temperature) for head in heads], axis=0).astype(np.float32)
    eyes = [compose.add_prefix(_eye(path), f"{number}_") for number, path in enumerate(paths)]
    place.mkdir(parents=True, exist_ok=True)
    onnx.save(_model(eyes, Head(weight, bias, temperature, 0.5)), place / "dumping.onnx")
    np.savez(place / HEAD, weight=weight, bias=bias, temperature=np.float64(temperature))
    return place / "dumping.onnx"


def fitted(paths: Sequence[Path], place: Path, check: Examples) -> tuple[Path, float, float]:
    """Joined, with the temperature and threshold that fit the validation: (weights, temperature, threshold)."""
    told = scores(join(paths, place), check)
    temperature = best_temperature(np.log(np.clip(told, 1e-9, 1)), check.truths)
    path = join(paths, place, temperature=temperature)
    return path, temperature, threshold_for(scores(path, check), check.truths)


def _eye(path: Path) -> Any:
    """All of a network but its last layer."""
    return Extractor(onnx.load(path)).extract_model(list(_GIVEN), ["features"])


def _model(eyes: Sequence[Any], head: Head) -> Any:
    graphs = [eye.graph for eye in eyes]
    seen = [graph.output[0].name for graph in graphs]
    last = {"weight": head.weight, "bias": head.bias, "temperature": np.float32([head.temperature])}
    given = [helper.make_node("Identity", [name], [f"{number}_{name}"]) for number in range(len(eyes)) for name in _GIVEN]
    nodes = [
        helper.make_node("Concat", seen, ["features"], axis=1),
        helper.make_node("Gemm", ["features", "weight", "bias"], ["told"]),
        helper.make_node("Div", ["told", "temperature"], ["logits"]),
        helper.make_node("Softmax", ["logits"], ["scores"], axis=1),
    ]
    graph = helper.make_graph(
        [*given, *(node for graph in graphs for node in graph.node), *nodes],
        "joined",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in _GIVEN.items()],
        [
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", len(Verdict)]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", len(head.weight)]),
        ],
        [one for graph in graphs for one in graph.initializer] + [numpy_helper.from_array(value, name) for name, value in last.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=eyes[0].ir_version)
    onnx.checker.check_model(model)
    return model


def main(words: list[str]) -> int:
    """Join, then fit the temperature and the threshold on validation composites."""
    parser = argparse.ArgumentParser(prog="python -m cameras.training.join", description=__doc__)
    parser.add_argument("networks", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--count", type=int, default=2000, help="validation composites")
    asked = parser.parse_args(words)
    check = examples(open_shelves(asked.data)["val"], seed=asked.seed, count=asked.count)
    path, temperature, threshold = fitted(asked.networks, asked.out, check)
    origin: dict[str, str | int] = {
        "command": f"python -m cameras.training.join with {len(asked.networks)} networks --count {asked.count} --seed {asked.seed}",
        "seed": asked.seed,
        "commit": commit(),
    }
    write_manifest(path, threshold=threshold, origin=origin)
    say(f"temperature {temperature:.2f}, threshold {threshold}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
