"""Judges one candidate with the dumping network. Weights that are not the ones in the manifest are refused."""

import hashlib
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from cameras.watch.strip import CHANNELS, NUMBERS, RECIPE, SIDE, Candidate, strip

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


@dataclass(frozen=True, slots=True)
class Judgement:
    """One candidate judged: probabilities by class (sum 1), and left + thrown against the threshold."""

    scores: dict[Verdict, float]
    score: float
    threshold: float

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


class Verifier:
    """The dumping network on one thread. Loads on `load` or at the first judgement; safe to share between threads."""

    def __init__(self, path: Path = WEIGHTS) -> None:
        self.path = path
        self._loaded: tuple[Any, Manifest] | None = None

    def load(self) -> Manifest:
        """Check the weights and open the network. Raises WeightsRefused."""
        return self._ready()[1]

    def judge(self, candidate: Candidate, threshold: float | None = None) -> Judgement:
        """Score one candidate; `threshold` replaces the manifest's. Raises WeightsRefused, ValueError as `strip` does."""
        session, manifest = self._ready()
        pictures, numbers = strip(candidate)
        (scores,) = session.run(["scores"], {"strip": pictures, "numbers": numbers})[0].tolist()
        by_verdict = dict(zip(Verdict, scores, strict=True))
        return Judgement(
            scores=by_verdict,
            score=min(1.0, sum(by_verdict[verdict] for verdict in DUMPING)),
            threshold=manifest.threshold if threshold is None else threshold,
        )

    def _ready(self) -> tuple[Any, Manifest]:
        if self._loaded is None:
            content, manifest = admit(self.path)
            self._loaded = _session(content, self.path.name), manifest
        return self._loaded


def _session(content: bytes, name: str) -> Any:
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
    shapes = {given.name: list(given.shape[1:]) for given in session.get_inputs()}
    if shapes != {"strip": [CHANNELS, SIDE, SIDE], "numbers": [NUMBERS]}:
        raise WeightsRefused(Fault.BROKEN, file=name, why=f"inputs {shapes}")
    return session
