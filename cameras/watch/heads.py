"""Last layers as files and messages: what a node learned from its officers, and what is tried in its shadow.

One .npz holds `weight` (F, 6), `bias` (6,) float32, `temperature`, `threshold` float64 and `weights`, the SHA-256 of the network that it was learned on: its
features mean nothing to another. Its name is the SHA-256 of its bytes.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass, replace

import numpy as np

from cameras.watch.strip import Candidate, Floats
from cameras.watch.verifier import Fault, Head, Judgement, Verdict, Verifier, WeightsRefused

LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """A last layer with its name, and the network that it belongs to."""

    sha256: str
    weights: str
    head: Head

    def flags(self, features: Floats) -> float:
        """Left + thrown of one candidate's (F,) features, 0 to 1."""
        return float(min(1.0, self.head.scores(features[np.newaxis])[0, :2].sum()))


class Networks:
    """The network with the last layer that its node learned, and another one in its shadow. Safe to share between threads."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self._live: Learned | None = None
        self._shadow: Learned | None = None

    def use(self, live: bytes | None, shadow: bytes | None) -> None:
        """From the next judgement on. Raises WeightsRefused; then everything stays as it was."""
        weights = self.verifier.load().sha256
        taken = [unpack(content, weights) if content is not None else None for content in (live, shadow)]
        for one in taken:
            if one is not None:
                Verifier(self.verifier.path, head=one.head).load()
        self._live, self._shadow = taken

    def judge(self, candidate: Candidate, threshold: float | None = None) -> Judgement:
        """As Verifier.judge does, by the learned layer where there is one."""
        live, shadow = self._live, self._shadow
        judged = self.verifier.judge(candidate, threshold)
        if (features := judged.features) is None:
            return judged
        if live is not None:
            judged = _by(live, judged, features, threshold)
        if shadow is not None:
            judged = replace(judged, beside=(shadow.sha256, shadow.flags(features), shadow.head.threshold))
        return judged


def _by(live: Learned, judged: Judgement, features: Floats, threshold: float | None) -> Judgement:
    scores = live.head.scores(features[np.newaxis])[0].tolist()
    return replace(
        judged,
        scores=dict(zip(Verdict, scores, strict=True)),
        score=min(1.0, scores[0] + scores[1]),
        threshold=live.head.threshold if threshold is None else threshold,
        model=live.sha256,
    )


def pack(head: Head, weights: str) -> bytes:
    """As a file."""
    stream = io.BytesIO()
    np.savez(stream, weight=head.weight, bias=head.bias, temperature=head.temperature, threshold=head.threshold, weights=np.array(weights))
    return stream.getvalue()


def unpack(content: bytes, weights: str) -> Learned:
    """From a file, for the network `weights` (its SHA-256). Raises WeightsRefused HEAD: unreadable, or of another network."""
    if len(content) > LARGEST:
        raise WeightsRefused(Fault.HEAD, expected=f"<= {LARGEST}", found=str(len(content)))
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as told:
            head = Head(
                np.asarray(told["weight"], np.float32),
                np.asarray(told["bias"], np.float32),
                float(told["temperature"]),
                float(told["threshold"]),
            )
            of = str(told["weights"])
    except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise WeightsRefused(Fault.HEAD, why=str(error)) from error
    if of != weights:
        raise WeightsRefused(Fault.HEAD, expected=weights, found=of)
    if not (np.isfinite(head.weight).all() and np.isfinite(head.bias).all() and 0 < head.threshold < 1):
        raise WeightsRefused(Fault.HEAD, why="numbers")
    return Learned(hashlib.sha256(content).hexdigest(), of, head)
