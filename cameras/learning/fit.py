"""A new last layer from verdicts, held near the current one. Numpy alone.

Minimised is the mean over examples of -log(sum of the probabilities of the classes that the verdict allows), plus
`anchor` / 2 x |new - current|^2 over weight and bias, with each feature measured from its mean in its own spread. With few verdicts little moves; with none, nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cameras.watch.strip import Floats
from cameras.watch.verifier import Head, Verdict

Doubles = NDArray[np.float64]
ANCHORS = (1.0, 0.1, 0.01)
STEPS = 400
CHECKED = 0.25
"""The newest share of what is learned from chooses the anchor."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """n examples, oldest first: features (n, F) and which classes each may be, (n, 6) of 0 and 1."""

    features: Floats
    allowed: Floats

    def __len__(self) -> int:
        return len(self.features)

    def part(self, start: int, end: int) -> "Lessons":
        """Those from `start` to before `end`."""
        return Lessons(self.features[start:end], self.allowed[start:end])

    @property
    def dumping(self) -> Floats:
        """(n,) 1 where dumping was confirmed."""
        return self.allowed[:, 0]


def lessons(features: Sequence[Floats], may_be: Sequence[frozenset[Verdict]]) -> Lessons:
    """From each example's (F,) features and allowed classes."""
    allowed = [[float(verdict in classes) for verdict in Verdict] for classes in may_be]
    return Lessons(np.asarray(features, np.float32), np.asarray(allowed, np.float32))


def fit(known: Lessons, current: Head) -> Head:
    """The new head. The anchor is the one that the newest quarter of `known` likes best, learned from the rest."""
    middle = round(len(known) * (1 - CHECKED))
    older, newer = known.part(0, middle), known.part(middle, len(known))
    best = min(ANCHORS, key=lambda anchor: loss(learned(older, current, anchor), newer))
    return learned(known, current, best)


def loss(head: Head, of: Lessons) -> float:
    """Mean -log of what the verdicts allow."""
    return float(-np.log(np.maximum((head.scores(of.features) * of.allowed).sum(axis=1), 1e-6)).mean())


def learned(known: Lessons, current: Head, anchor: float) -> Head:
    """Accelerated gradient descent from the current head; the step is the inverse of the steepest that the loss can be."""
    middle, spread = known.features.mean(axis=0), np.maximum(known.features.std(axis=0), 1e-3)
    inputs = np.hstack([(known.features - middle) / spread, np.ones((len(known), 1), np.float32)]).astype(np.float64)
    bias = current.bias + middle @ current.weight
    start = np.vstack([current.weight * spread[:, np.newaxis], bias]).astype(np.float64) / current.temperature
    step = 1 / (0.5 * np.linalg.norm(inputs, 2) ** 2 / len(known) + anchor)
    at = ahead = start
    for count in range(STEPS):
        slope = inputs.T @ _surplus(inputs @ ahead, known.allowed) / len(known) + anchor * (ahead - start)
        before, at = at, ahead - step * slope
        ahead = at + count / (count + 3) * (at - before)
    weight = at[:-1] / spread[:, np.newaxis]
    return Head(weight.astype(np.float32), (at[-1] - middle @ weight).astype(np.float32), 1.0, current.threshold)


def _surplus(raised: Doubles, allowed: Floats) -> Doubles:
    """(n, 6): the probabilities less the same ones among what is allowed."""
    grown = np.exp(raised - raised.max(axis=1, keepdims=True))
    inside = grown * allowed
    return np.asarray(grown / grown.sum(axis=1, keepdims=True) - inside / np.maximum(inside.sum(axis=1, keepdims=True), 1e-12), np.float64)
