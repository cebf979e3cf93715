"""From a trained network to what ships: dumping.onnx, and the manifest without which the runtime refuses it."""

import hashlib
import math
import subprocess
import time
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch

from cameras.training.examples import CLASSES, Examples, unpacked
from cameras.training.network import Calibrated
from cameras.training.train import Trained
from cameras.watch.strip import CHANNELS, CONTEXT, NUMBERS, RECIPE, SIDE

OPSET = 17
HEAD = "head.npz"
_TRAINING = "cameras/training"
STRIPS = (*(f"{_TRAINING}/{name}" for name in ("compose", "examples.py")), "cameras/watch/strip.py")
FILMS = (*STRIPS, *(f"{_TRAINING}/{name}" for name in ("material.py", "proposals.py")), "cameras/watch", "cameras/domain")
MAKES = (_TRAINING, "cameras/watch", "cameras/domain")
"""What composed strips, what proposals on films, and what the network depend upon."""


def export(trained: Trained, place: Path) -> Path:
    """Write `place`/dumping.onnx and head.npz: inputs strip and numbers; outputs scores (n, 6), probabilities at the fitted
    temperature, and features (n, F), what the last layer sees. The last layer itself stands in head.npz once more.
    """
    place.mkdir(parents=True, exist_ok=True)
    path = place / "dumping.onnx"
    network = Calibrated(trained.network, trained.temperature).to(memory_format=torch.contiguous_format).eval()
    given = (torch.zeros(1, CHANNELS, SIDE, SIDE), torch.zeros(1, NUMBERS))
    free = {name: {0: "n"} for name in ("strip", "numbers", "scores", "features")}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            given,
            str(path),
            input_names=["strip", "numbers"],
            output_names=["scores", "features"],
            dynamic_axes=free,
            opset_version=OPSET,
            dynamo=False,
        )
    last = trained.network.last
    np.savez(
        path.with_name(HEAD),
        weight=last.weight.detach().numpy().T.astype(np.float32),
        bias=last.bias.detach().numpy().astype(np.float32),
        temperature=np.float64(trained.temperature),
    )
    return path


def scores(path: Path, given: Examples) -> np.ndarray:
    """(n, 6) as the runtime computes them, one candidate at a time."""
    session = _session(path)
    rows = zip(given.strips, given.numbers, strict=True)
    told = [session.run(["scores"], {"strip": unpacked(pictures)[np.newaxis], "numbers": row[np.newaxis]})[0] for pictures, row in rows]
    return np.concatenate([np.empty((0, len(CLASSES)), np.float32), *told])


def milliseconds(path: Path, rounds: int = 200) -> float:
    """Median time of one candidate on one thread, without cutting the strip."""
    session = _session(path)
    given = {"strip": np.zeros((1, CHANNELS, SIDE, SIDE), np.float32), "numbers": np.zeros((1, NUMBERS), np.float32)}
    took = []
    for _ in range(rounds):
        started = time.perf_counter()
        session.run(["scores"], given)
        took.append(time.perf_counter() - started)
    return float(np.median(took) * 1000)


def write_manifest(path: Path, *, threshold: float, origin: dict[str, str | int]) -> Path:
    """manifest.toml beside the weights. `origin` says how they came to be: command, seed, data, commit."""
    head = path.with_name(HEAD)
    with np.load(head) as told:
        features = len(told["weight"])
    lines = [
        "# Written by `python -m cameras.training`. The watcher refuses weights that are not exactly these.",
        f'sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}"',
        f'head = "{hashlib.sha256(head.read_bytes()).hexdigest()}"',
        f"features = {features}",
        f"threshold = {threshold}",
        f"classes = [{', '.join(_quoted(verdict.value) for verdict in CLASSES)}]",
        "",
        "[input]",
        f"recipe = {RECIPE}",
        f"strip = [{CHANNELS}, {SIDE}, {SIDE}]",
        f"numbers = {NUMBERS}",
        f"context = {CONTEXT}",
        "",
        "[origin]",
        *(f"{name} = {value if isinstance(value, int) else _quoted(value)}" for name, value in origin.items()),
    ]
    manifest = path.with_name("manifest.toml")
    manifest.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return manifest


def commit(*of: str) -> str:
    """The last commit of these folders and files (none: of all that training needs), with + when they differ from it; "unknown" outside a checkout."""
    of = of or MAKES
    try:
        return _git("log", "-1", "--format=%H", "--", *of) + ("+" if _git("status", "--porcelain", "--", *of) else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def parameters(path: Path) -> int:
    """How many numbers a network holds."""
    return sum(math.prod(held.dims) for held in onnx.load(path).graph.initializer)


def _git(*words: str) -> str:
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True, cwd=Path(__file__).parents[2]).stdout.strip()


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
