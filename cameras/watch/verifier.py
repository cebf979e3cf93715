"""Judges one candidate with the dumping network. Weights that are not the ones in the manifest are refused.

The ONNX file gives `scores` (n, 6), probabilities, and `features` (n, F) float32, what goes into its last layer; the
manifest names F. Weights without `features` work too, but nothing can be learned on them. With W (F, 6), b (6,) and T > 0

    scores = softmax((features @ W + b) / T)

and `weights/head.npz` holds that W, b and T as `weight`, `bias` (float32) and `temperature` (float64); the manifest names
its SHA-256 as `head`, `shipped_head` reads it. A node that learned from its officers makes another `Head` with numpy alone
and gives it to `Verifier(head=...)`; the network below stays the one that ships.
"""

import hashlib
import io
import tomllib
import zipfile
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from cameras.watch.strip import CHANNELS, NUMBERS, RECIPE, SIDE, Candidate, Floats, strip

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "dumping.onnx"


class Verdict(StrEnum):
    """What a candidate can be. The order is the order of the network's outputs."""

    LEFT = "left"
    THROWN = "thrown"
    REMOVED = "removed"
    ATTENDED = "attended"
    ACTOR = "actor"
    LIGHT_OR_NOISE = "light_or_noise"


DUMPING = (Verdict.LEFT, Verdict.THROWN)


class Fault(StrEnum):
    """Why weights are refused."""

    MISSING = "weights.missing"
    MANIFEST = "weights.manifest"
    CHECKSUM = "weights.checksum"
    RECIPE = "weights.recipe"
    BROKEN = "weights.broken"
    HEAD = "weights.head"


class WeightsRefused(Exception):
    """The network was not loaded. `facts` holds file names and the two values that disagree."""

    def __init__(self, code: Fault, **facts: str) -> None:
        super().__init__(code.value)
        self.code = code
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Manifest:
    """The part of manifest.toml that the runtime relies on."""

    sha256: str
    recipe: int
    classes: tuple[str, ...]
    threshold: float
    features: int = 0
    """F, or 0 for weights that give no features."""
    head: str = ""
    """SHA-256 of head.npz, empty where there is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A last layer: weight (F, 6) and bias (6,) float32, temperature above 0, and the threshold that was chosen for its scores."""

    weight: Floats
    bias: Floats
    temperature: float
    threshold: float

    def scores(self, features: Floats) -> Floats:
        """(n, F) to probabilities (n, 6)."""
        raised = (features @ self.weight + self.bias) / np.float32(self.temperature)
        grown = np.exp(raised - raised.max(axis=1, keepdims=True))
        return np.asarray(grown / grown.sum(axis=1, keepdims=True), np.float32)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One candidate judged: probabilities by class (sum 1), and left + thrown against the threshold."""

    scores: dict[Verdict, float]
    score: float
    threshold: float
    features: Floats | None = field(default=None, compare=False, repr=False)
    """(F,), what the last layer saw; None where the weights do not give it."""
    model: str = ""
    """SHA-256 of the last layer that a node learned, empty for the network as it ships."""
    beside: tuple[str, float, float] | None = None
    """Of the one in its shadow: SHA-256, score and threshold. It decides nothing."""

    @property
    def flagged(self) -> bool:
        """True when the score reaches the threshold."""
        return self.score >= self.threshold

    @property
    def verdict(self) -> Verdict:
        """The most probable class."""
        return max(self.scores, key=lambda verdict: self.scores[verdict])


def read_manifest(path: Path) -> Manifest:
    """The manifest beside the weights `path`. Raises WeightsRefused (MISSING, MANIFEST)."""
    place = path.with_name("manifest.toml")
    try:
        told = tomllib.loads(place.read_text(encoding="utf-8"))
        return Manifest(
            sha256=str(told["sha256"]),
            recipe=int(told["input"]["recipe"]),
            classes=tuple(str(name) for name in told["classes"]),
            threshold=float(told["threshold"]),
            features=int(told.get("features", 0)),
            head=str(told.get("head", "")),
        )
    except FileNotFoundError as error:
        raise WeightsRefused(Fault.MISSING, file=place.name) from error
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise WeightsRefused(Fault.MANIFEST, file=place.name, why=str(error)) from error


def admit(path: Path) -> tuple[bytes, Manifest]:
    """The weights' bytes and manifest, once they agree.

    1. The manifest is read. 2. The file's SHA-256 is the manifest's. 3. Recipe and classes are the ones of this program.
    The caller must hand exactly these bytes to the runtime. Raises WeightsRefused.
    """
    manifest = read_manifest(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsRefused(Fault.MISSING, file=path.name) from error
    found = hashlib.sha256(content).hexdigest()
    if found != manifest.sha256:
        raise WeightsRefused(Fault.CHECKSUM, file=path.name, expected=manifest.sha256, found=found)
    if manifest.recipe != RECIPE or manifest.classes != tuple(Verdict):
        raise WeightsRefused(Fault.RECIPE, file=path.name, expected=str(RECIPE), found=str(manifest.recipe))
    return content, manifest


def shipped_head(path: Path = WEIGHTS) -> Head:
    """The last layer of the weights `path`, from head.npz beside them. Raises WeightsRefused (also HEAD: none, or not the manifest's)."""
    manifest = read_manifest(path)
    place = path.with_name("head.npz")
    try:
        content = place.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if found != manifest.head:
            raise WeightsRefused(Fault.CHECKSUM, file=place.name, expected=manifest.head, found=found)
        with np.load(io.BytesIO(content)) as told:
            head = Head(told["weight"], told["bias"], float(told["temperature"]), manifest.threshold)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise WeightsRefused(Fault.HEAD, file=place.name, why=str(error)) from error
    _fits(head, manifest)
    return head


class Verifier:
    """The dumping network on one thread. Loads on `load` or at the first judgement; safe to share between threads.

    `head` replaces the network's own last layer and threshold.
    """

    def __init__(self, path: Path = WEIGHTS, *, head: Head | None = None) -> None:
        self.path = path
        self.head = head
        self._loaded: tuple[Any, Manifest] | None = None

    def load(self) -> Manifest:
        """Check the weights and open the network. Raises WeightsRefused; HEAD when `head` does not fit these weights."""
        return self._ready()[1]

    def judge(self, candidate: Candidate, threshold: float | None = None) -> Judgement:
        """Score one candidate; `threshold` replaces the manifest's. Raises WeightsRefused, ValueError as `strip` does."""
        session, manifest = self._ready()
        pictures, numbers = strip(candidate)
        wanted = ["scores", "features"] if manifest.features else ["scores"]
        scores, *more = session.run(wanted, {"strip": pictures, "numbers": numbers})
        features = more[0] if more else None
        if self.head is not None and features is not None:
            scores = self.head.scores(features)
        by_verdict = dict(zip(Verdict, scores[0].tolist(), strict=True))
        own = manifest.threshold if self.head is None else self.head.threshold
        return Judgement(
            scores=by_verdict,
            score=min(1.0, sum(by_verdict[verdict] for verdict in DUMPING)),
            threshold=own if threshold is None else threshold,
            features=None if features is None else features[0],
        )

    def features(self, pictures: Floats, numbers: Floats) -> Floats:
        """(F,) of one strip as `strip` gives it. Raises WeightsRefused; HEAD for weights that give no features."""
        session, manifest = self._ready()
        if not manifest.features:
            raise WeightsRefused(Fault.HEAD, expected="features", found="scores")
        return np.asarray(session.run(["features"], {"strip": pictures, "numbers": numbers})[0][0], np.float32)

    def _ready(self) -> tuple[Any, Manifest]:
        if self._loaded is None:
            content, manifest = admit(self.path)
            if self.head is not None:
                _fits(self.head, manifest)
            self._loaded = _session(content, self.path.name, manifest.features), manifest
        return self._loaded


def _fits(head: Head, manifest: Manifest) -> None:
    wanted = (manifest.features, len(Verdict))
    if not manifest.features or head.weight.shape != wanted or head.bias.shape != wanted[1:] or not head.temperature > 0:
        raise WeightsRefused(Fault.HEAD, expected=str(wanted), found=str(head.weight.shape))


def _session(content: bytes, name: str, features: int) -> Any:
    import onnxruntime  # noqa: PLC0415 - a watcher without candidates never pays for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session = onnxruntime.InferenceSession(content, sess_options=options, providers=["CPUExecutionProvider"])
    except (RuntimeError, ValueError, onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf) as error:
        raise WeightsRefused(Fault.BROKEN, file=name, why=str(error)) from error
    shapes = {wanted.name: list(wanted.shape[1:]) for wanted in session.get_inputs()}
    if shapes != {"strip": [CHANNELS, SIDE, SIDE], "numbers": [NUMBERS]}:
        raise WeightsRefused(Fault.BROKEN, file=name, why=f"inputs {shapes}")
    given = {output.name: list(output.shape[1:]) for output in session.get_outputs()}
    if given != {"scores": [len(Verdict)]} | ({"features": [features]} if features else {}):
        raise WeightsRefused(Fault.BROKEN, file=name, why=f"outputs {given}")
    return session
