"""Runs one detector: picture in, kinds and boxes out. The bytes that were hashed go to onnxruntime, on one thread, without spinning."""

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

import cv2
import numpy as np

from cameras.domain.actors import Kind, kind_of
from cameras.domain.errors import Code, Refusal
from cameras.domain.geometry import Box
from cameras.watch.detector.decode import Outputs, Raw, Size
from cameras.watch.detector.fit import GREY, Floats, Picture, prepare
from cameras.watch.detector.layouts import SIZES_INPUT, Anatomy, Layout, recognise

PROVIDERS: Mapping[str, str] = {
    "cpu": "CPUExecutionProvider",
    "openvino": "OpenVINOExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
}
"""What may be configured, and what onnxruntime calls it."""
TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}
TIMED = 50


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that a detector made out. Box in pixels of the picture that it was given; score 0 to 1."""

    box: Box
    kind: Kind
    name: str
    score: float


class Detector:
    """One file, opened. Safe to share between threads. Raises Refusal on `__init__` when it cannot be used."""

    def __init__(self, content: bytes, classes: tuple[str, ...] = (), provider: str = "cpu") -> None:
        self._session = open_session(content, provider)
        self._image, self._type = _image_input(self._session)
        width, height = _size(self._session, self._image)
        self.size = (width, height)
        self._others = tuple(one.name for one in self._session.get_inputs() if one.name != self._image)
        outputs = self._run(np.full((height, width, 3), GREY, np.uint8).transpose(2, 0, 1)[np.newaxis].astype(np.float32))
        self.notes: dict[str, str] = dict(self._session.get_modelmeta().custom_metadata_map)
        shapes = {name: tuple(int(side) for side in value.shape) for name, value in outputs.items()}
        self.layout, self.classes = recognise(Anatomy(width, height, shapes, self._others, self.notes), classes)
        self._kinds = tuple(kind_of(name) for name in self.classes)
        self._took: deque[float] = deque(maxlen=TIMED)

    @property
    def there(self) -> bool:
        """Always: one that could not be opened was refused."""
        return True

    @property
    def took_ms(self) -> float | None:
        """Median of the last pictures, preparation and decoding included; None before the first."""
        return median(self._took) if self._took else None

    def detect(self, picture: Picture, least: float | None = None) -> list[Found]:
        """What is on a BGR uint8 picture of any size, the surest first. `least` replaces the layout's own score limit.

        Raises Refusal (NONSENSE) when the output is no number or no score.
        """
        began = time.perf_counter()
        tensor, way = prepare(picture, self.size, self.layout.fit)
        raw = self.layout.decode(self._run(tensor), Size(*self.size, len(self.classes)))
        _verify(raw)
        kept = _chosen(raw, self.layout, self.layout.least if least is None else least)
        boxes = way.back(raw.boxes[kept])
        found = [self._found(box, int(raw.classes[index]), float(raw.scores[index])) for box, index in zip(boxes, kept, strict=True)]
        height, width = picture.shape[:2]
        inside = [one for one in (_clipped(one, width, height) for one in found) if one.box.area > 0]
        self._took.append((time.perf_counter() - began) * 1000)
        return inside

    def _found(self, box: Floats, number: int, score: float) -> Found:
        known = 0 <= number < len(self.classes)
        name, kind = (self.classes[number], self._kinds[number]) if known else (str(number), Kind.OTHER)
        return Found(Box(*(float(value) for value in box)), kind, name, min(score, 1.0))

    def _run(self, tensor: Floats) -> Outputs:
        given: dict[str, Any] = {self._image: tensor.astype(self._type, copy=False)}
        for name in self._others:
            given[name] = np.asarray([self.size], np.int64)
        names = [one.name for one in self._session.get_outputs()]
        values = self._session.run(names, given)
        return {name: np.asarray(value, np.float32) for name, value in zip(names, values, strict=True)}


def open_session(content: bytes, provider: str = "cpu") -> Any:
    """An onnxruntime session over these bytes. Raises Refusal (NO_PROVIDER, NOT_ONNX)."""
    import onnxruntime  # noqa: PLC0415 - a watcher without a detector never pays for it

    installed = [name for name, long in PROVIDERS.items() if long in onnxruntime.get_available_providers()]
    if provider not in installed:
        raise Refusal(Code.MODEL_NO_PROVIDER, {"provider": provider, "installed": ", ".join(installed)})
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    said = onnxruntime.capi.onnxruntime_pybind11_state
    faults = (RuntimeError, ValueError, said.InvalidProtobuf, said.InvalidGraph, said.Fail, said.NotImplemented, said.InvalidArgument)
    chosen = [PROVIDERS[provider], *([PROVIDERS["cpu"]] if provider != "cpu" else [])]
    try:
        return onnxruntime.InferenceSession(content, sess_options=options, providers=chosen)
    except faults as error:
        raise Refusal(Code.MODEL_NOT_ONNX, {"why": str(error).strip().splitlines()[0][:200]}) from error


def _image_input(session: Any) -> tuple[str, type[Any]]:
    """Name and number type of the input that takes the picture: the only one of four dimensions with three channels."""
    inputs = session.get_inputs()
    images = [one for one in inputs if len(one.shape) == 4 and one.shape[1] == 3 and one.type in TYPES]
    strangers = [one for one in inputs if one not in images and not (one.name == SIZES_INPUT and one.type == "tensor(int64)")]
    if len(images) != 1 or strangers:
        told = ", ".join(f"{one.name} {'×'.join(map(str, one.shape))} {one.type}" for one in inputs)
        raise Refusal(Code.MODEL_INPUT, {"inputs": told})
    return images[0].name, TYPES[images[0].type]


def _size(session: Any, image: str) -> tuple[int, int]:
    """Width and height: of the input itself, or, where it takes any, as its maker noted (`imgsz`, height first)."""
    (shape,) = [one.shape for one in session.get_inputs() if one.name == image]
    sides = shape[2:]
    if not all(isinstance(side, int) for side in sides):
        noted = session.get_modelmeta().custom_metadata_map.get("imgsz", "")
        sides = [int(word) for word in noted.strip("[]() ").split(",") if word.strip().isdigit()]
        if len(sides) != 2:
            raise Refusal(Code.MODEL_SIZE_UNKNOWN)
    return int(sides[1]), int(sides[0])


def _verify(raw: Raw) -> None:
    if not (np.isfinite(raw.boxes).all() and np.isfinite(raw.scores).all()) or (raw.scores.size and raw.scores.max() > 1.5):
        raise Refusal(Code.MODEL_NONSENSE)


def _chosen(raw: Raw, layout: Layout, least: float) -> list[int]:
    """Numbers of the finds worth a word, the surest first, each thing once within its class."""
    good = np.flatnonzero(raw.scores >= least)
    good = good[np.argsort(-raw.scores[good])][:300]
    if layout.apart is None or not good.size:
        return [int(index) for index in good]
    boxes = raw.boxes[good]
    sides = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxesBatched(sides.tolist(), raw.scores[good].tolist(), raw.classes[good].tolist(), least, layout.apart)
    return [int(good[index]) for index in np.asarray(kept).reshape(-1)]


def _clipped(found: Found, width: int, height: int) -> Found:
    return Found(found.box.clipped(width, height), found.kind, found.name, found.score)
