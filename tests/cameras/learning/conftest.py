"""A network small enough to be written down: channel means and numbers are its features, and its last layer says what a test wants."""

import hashlib
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from cameras.domain.cases import Reason, Verdict
from cameras.learning.course import Example
from cameras.watch import keepsake
from cameras.watch.strip import CHANNELS, NUMBERS, RECIPE, SIDE, Candidate, Numbers
from cameras.watch.verifier import Head, Verifier
from cameras.watch.verifier import Verdict as Class

F = CHANNELS + NUMBERS


def head(*, threshold: float = 0.6) -> Head:
    """Says `left` to whatever is brighter after than before, and `attended` otherwise."""
    weight = np.zeros((F, 6), np.float32)
    weight[9, 0], weight[9, 3] = 2.0, -2.0
    return Head(weight, np.zeros(6, np.float32), 1.0, threshold)


def write(folder: Path, *, features: bool = True) -> Verifier:
    """The network as files, with or without its features."""
    last = head()
    outputs = [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["n", 6])]
    if features:
        outputs.append(helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", F]))
    graph = helper.make_graph(
        [
            helper.make_node("GlobalAveragePool", ["strip"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["means"]),
            helper.make_node("Concat", ["means", "numbers"], ["features"], axis=1),
            helper.make_node("Gemm", ["features", "weight", "bias"], ["logits"]),
            helper.make_node("Softmax", ["logits"], ["scores"], axis=1),
        ],
        "small",
        [
            helper.make_tensor_value_info("strip", TensorProto.FLOAT, ["n", CHANNELS, SIDE, SIDE]),
            helper.make_tensor_value_info("numbers", TensorProto.FLOAT, ["n", NUMBERS]),
        ],
        outputs,
        [numpy_helper.from_array(last.weight, "weight"), numpy_helper.from_array(last.bias, "bias")],
    )
    content = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9).SerializeToString()
    onnx.checker.check_model(content)
    path = folder / "dumping.onnx"
    path.write_bytes(content)
    classes = ", ".join(f'"{one}"' for one in Class)
    lines = [
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"',
        "threshold = 0.6",
        f"classes = [{classes}]",
        *([f"features = {F}"] if features else []),
    ]
    path.with_name("manifest.toml").write_text("\n".join([*lines, "[input]", f"recipe = {RECIPE}"]), encoding="utf-8")
    return Verifier(path)


@pytest.fixture
def network(tmp_path: Path) -> Verifier:
    return write(tmp_path)


def example(dice: np.random.Generator, *, dumping: bool, looks: bool, reason: Reason = Reason.OWN_BIN) -> Example:
    """A bright patch that came (`looks`) or went; `red` of a dumped thing is what the network does not look at."""
    before, after = (dice.integers(60, 90, (90, 120, 3), dtype=np.uint8) for _ in range(2))
    after[40:60, 50:70] = 220 if looks else 20
    act = after.copy()
    act[20:70, 40:80, 2] = 250 if dumping else 10
    numbers = Numbers(dwell_s=4, area_share=0.01, size_to_actor=0.3, actor_distance=8, actor_seen=1, edge_gain=0.4, luma=0.4)
    strip = keepsake.pack(Candidate(before, act, after, (50, 40, 70, 60), numbers))
    return Example(strip, Verdict.CONFIRMED if dumping else Verdict.REJECTED, None if dumping else reason)
