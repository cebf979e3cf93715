"""Tiny detectors: ONNX files of the right shapes that say one known thing, whatever they are shown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from cameras.watch.detector.names import COCO, COCO_IDS

SIDE = 128
CAR, MOTORCYCLE, PERSON = COCO.index("car"), COCO.index("motorcycle"), COCO.index("person")
Values = Mapping[str, NDArray[np.float32]]


def write(  # noqa: PLR0913 - a file has as many parts
    path: Path,
    outputs: Values,
    *,
    sides: Sequence[int | str] = (SIDE, SIDE),
    others: Sequence[str] = (),
    notes: Mapping[str, str] | None = None,
    kind: int = TensorProto.FLOAT,
    channels: int = 3,
) -> Path:
    """A file whose outputs are these values."""
    inputs = [helper.make_tensor_value_info("images", kind, [1, channels, *sides])]
    inputs += [helper.make_tensor_value_info(name, TensorProto.INT64, [1, 2]) for name in others]
    constants = [numpy_helper.from_array(value.astype(np.float32), f"{name}_value") for name, value in outputs.items()]
    nodes = [helper.make_node("Identity", [f"{name}_value"], [name]) for name in outputs]
    told = [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(value.shape)) for name, value in outputs.items()]
    model: Any = helper.make_model(
        helper.make_graph(nodes, "tiny", inputs, told, constants), opset_imports=[helper.make_opsetid("", 17)], ir_version=9
    )
    for key, value in (notes or {}).items():
        entry = model.metadata_props.add()
        entry.key, entry.value = key, value
    onnx.save(model, str(path))
    return path


def yolox(classes: int = 80, chosen: int = MOTORCYCLE) -> Values:
    """Stride 8, cell 3, 2: centre 28, 18 and size 16 x 8 in pixels of the input; 0.9 x 0.8. And the same again, a little less sure."""
    told = np.zeros((1, 336, 5 + classes), np.float32)
    told[0, 35, :5] = (0.5, 0.25, np.log(2), 0, 0.9)
    told[0, 36, :5] = (-0.5, 0.25, np.log(2), 0, 0.8)
    told[0, 35:37, 5 + chosen] = 0.8
    return {"output": told}


def ultralytics(classes: int = 80, chosen: int = CAR) -> Values:
    """Centre 64, 64, size 64 x 16; 0.9."""
    told = np.zeros((1, 4 + classes, 336), np.float32)
    told[0, :4, 40] = (64, 64, 64, 16)
    told[0, 4 + chosen, 40] = 0.9
    return {"output0": told}


def end_to_end() -> Values:
    """32, 56 to 96, 72; 0.9 for class 2."""
    told = np.zeros((1, 300, 6), np.float32)
    told[0, 0] = (32, 56, 96, 72, 0.9, CAR)
    return {"output0": told}


def relative(classes: int = 80, chosen: int = CAR, shares: tuple[float, float] = (0.5, 0.25)) -> Values:
    """In the middle, of so much of the width and of the height; 0.9."""
    told = np.zeros((1, 300, 4 + classes), np.float32)
    told[0, 7, :4] = (0.5, 0.5, *shares)
    told[0, 7, 4 + chosen] = 0.9
    return {"output0": told}


def sized() -> Values:
    """As `relative`, but in pixels of the input."""
    boxes, scores, labels = np.zeros((1, 300, 4), np.float32), np.zeros((1, 300), np.float32), np.zeros((1, 300), np.float32)
    boxes[0, 5], scores[0, 5], labels[0, 5] = (32, 48, 96, 80), 0.9, CAR
    return {"labels": labels, "boxes": boxes, "scores": scores}


def rf_detr(classes: int = 91) -> Values:
    """As `relative`; the logit of 0.9 for car as COCO's own files number it."""
    dets, labels = np.zeros((1, 300, 4), np.float32), np.full((1, 300, classes), -9, np.float32)
    dets[0, 9], labels[0, 9, COCO_IDS.index("car")] = (0.5, 0.5, 0.5, 0.25), np.log(0.9 / 0.1)
    return {"dets": dets, "labels": labels}


def fastestdet(classes: int = 80) -> Values:
    """Cell 2, 4 of 8 x 8: centre 0.3125, 0.5, size 0.5 x 0.5 as shares; 0.9 x 0.8."""
    told = np.zeros((1, 5 + classes, SIDE // 16, SIDE // 16), np.float32)
    told[0, :5, 4, 2] = (0.9, np.arctanh(0.5), 0, 0, 0)
    told[0, 5 + PERSON, 4, 2] = 0.8
    return {"758": told}


def nanodet(places: int = 340, classes: int = 80, bins: int = 8) -> Values:
    """Stride 16, cell 2, 1: 1, 0.5, 2 and 1 strides to the left, top, right and bottom; 0.9. 340 places: Plus; 336: the first one."""
    told = np.zeros((1, places, classes + 4 * bins), np.float32)
    sides = np.zeros((4, bins), np.float32)
    sides[0, 1] = sides[1, 0] = sides[1, 1] = sides[2, 2] = sides[3, 1] = 60
    told[0, 256 + 1 * 8 + 2, classes:] = sides.reshape(-1)
    told[0, 256 + 1 * 8 + 2, PERSON] = 0.9
    return {"output": told}


def dark_is_a_car(path: Path, score: float = 0.9) -> Path:
    """An Ultralytics-style file that says what it sees: where the middle of its input is dark, a car of 23 x 24 pixels stands there."""
    told = ultralytics()["output0"]
    told[0, :4, 40], told[0, 4 + CAR, 40] = (64, 64, 23, 24), 0
    scores = np.zeros_like(told)
    scores[0, 4 + CAR, 40] = score
    values = {
        "told": told,
        "scores": scores,
        "from": np.asarray([60, 60]),
        "to": np.asarray([68, 68]),
        "over": np.asarray([2, 3]),
        "dark": np.asarray(0.2),
    }
    constants = [
        numpy_helper.from_array(value if value.dtype == np.int64 else value.astype(np.float32), name) for name, value in values.items()
    ]
    nodes = [
        helper.make_node("Slice", ["images", "from", "to", "over"], ["middle"]),
        helper.make_node("ReduceMean", ["middle"], ["mean"], keepdims=0),
        helper.make_node("Less", ["mean", "dark"], ["is_dark"]),
        helper.make_node("Cast", ["is_dark"], ["one"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["one", "scores"], ["said"]),
        helper.make_node("Add", ["said", "told"], ["output0"]),
    ]
    inputs = [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])]
    outputs = [helper.make_tensor_value_info("output0", TensorProto.FLOAT, list(told.shape))]
    graph = helper.make_graph(nodes, "dark", inputs, outputs, constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(path))
    return path
