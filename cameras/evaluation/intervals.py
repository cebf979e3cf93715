"""What a count allows to be said: exact intervals for shares and rates, and how far scores mean what they say."""

from collections.abc import Callable, Sequence
from math import comb, exp, lgamma, log

LEVEL = 0.95
_BINS = 10


def share(hits: int, count: int, level: float = LEVEL) -> tuple[float, float]:
    """Clopper-Pearson (1934), by bisection on the binomial tail. (0, 1) for no trials."""
    if count == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else _root(lambda p: 1 - _at_most(hits - 1, count, p), tail, 1.0)
    high = 1.0 if hits == count else _root(lambda p: 1 - _at_most(hits, count, p), 1 - tail, 1.0)
    return low, high


def rate(count: int, exposure: float, level: float = LEVEL) -> tuple[float, float]:
    """Exact Poisson interval (Garwood 1936) of `count` in `exposure`, per unit of it."""
    if exposure <= 0:
        return 0.0, float("inf")
    tail, most = (1 - level) / 2, 4.0 * count + 40.0
    low = 0.0 if count == 0 else _root(lambda mean: 1 - _poisson_at_most(count - 1, mean), tail, most)
    high = _root(lambda mean: 1 - _poisson_at_most(count, mean), 1 - tail, most)
    return low / exposure, high / exposure


def reliability(scores: Sequence[float], truths: Sequence[bool]) -> list[tuple[float, float, int]]:
    """(mean score, share that was dumping, count) of each tenth of the scale that has any."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(_BINS)]
    for score, truth in zip(scores, truths, strict=True):
        bins[min(int(score * _BINS), _BINS - 1)].append((score, truth))
    return [(sum(s for s, _ in one) / len(one), sum(t for _, t in one) / len(one), len(one)) for one in bins if one]


def _root(rising: Callable[[float], float], target: float, most: float) -> float:
    low, high = 0.0, most
    for _ in range(70):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < target else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, count: int, p: float) -> float:
    """P(X <= hits), X binomial."""
    if not 0 < p < 1:
        return float(p <= 0 or hits >= count)
    return sum(exp(log(comb(count, k)) + k * log(p) + (count - k) * log(1 - p)) for k in range(hits + 1))


def _poisson_at_most(count: int, mean: float) -> float:
    if mean <= 0:
        return 1.0
    return sum(exp(k * log(mean) - mean - lgamma(k + 1)) for k in range(count + 1))
