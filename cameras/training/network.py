"""The networks that were tried: one look at the whole strip, three eyes with shared weights, the same read in turn, and two of them together."""

from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import nn

from cameras.watch.strip import CHANNELS, NUMBERS
from cameras.watch.verifier import Verdict

_FIRST_CHANGE = 9
_BOX = 11
_NUMBER_WIDTH = 24


@dataclass(frozen=True)
class Shape:
    """Widths of the eye over the whole strip, of the eye over single pictures and of the one that reads them in turn; empty: there is none.
    `features` is F.
    """

    whole: tuple[int, int, int, int] | tuple[()] = ()
    single: tuple[int, int, int, int] | tuple[()] = ()
    turns: tuple[int, int, int, int] | tuple[()] = ()
    features: int = 96


SHAPES = {
    "early": Shape(whole=(24, 48, 80, 112)),
    "narrow": Shape(whole=(16, 32, 48, 72)),
    "wide": Shape(whole=(32, 64, 112, 160)),
    "eyes": Shape(single=(16, 32, 64, 112)),
    "turns": Shape(turns=(16, 32, 64, 112)),
    "fused": Shape(whole=(24, 48, 80, 112), single=(12, 24, 48, 80)),
}
SHIPPED = ("fused", "early")
"""Trained apart and joined: what only one of them believes is believed less."""


class Block(nn.Module):
    """Two 3x3 convolutions around a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.path = nn.Sequential(_conv(width, width), nn.ReLU(), _conv(width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.path(x))


class Whole(nn.Module):
    """Early fusion: strip (n, 12, 80, 80) to a map (n, d, 5, 5)."""

    def __init__(self, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        self.path = nn.Sequential(*_steps((CHANNELS, *widths)))

    def forward(self, strip: torch.Tensor) -> torch.Tensor:
        return self.path(strip)


class Single(nn.Module):
    """The same eye sees before, act and after, each with the box; what differs is seen late. Map (n, d, 5, 5)."""

    def __init__(self, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        a, b, c, d = widths
        self.eye = nn.Sequential(*_steps((4, a, b, c)))
        self.change = nn.Sequential(*_steps((4 * c, d)))

    def forward(self, strip: torch.Tensor) -> torch.Tensor:
        before, act, after = _each_seen(self.eye, strip)
        return self.change(torch.cat([after, after - before, act - after, (after - before).abs()], dim=1))


class Turns(nn.Module):
    """Temporal: the same eye reads before, act and after one after another into a map that it remembers (a gated recurrent cell). Map (n, d, 5, 5)."""

    def __init__(self, widths: tuple[int, int, int, int]) -> None:
        super().__init__()
        a, b, c, d = widths
        self.eye = nn.Sequential(*_steps((4, a, b, c)))
        self.gate, self.told = (nn.Conv2d(2 * c, c, 3, padding=1) for _ in range(2))
        self.last = nn.Sequential(*_steps((c, d)))

    def forward(self, strip: torch.Tensor) -> torch.Tensor:
        before, *later = _each_seen(self.eye, strip)
        known = torch.tanh(before)
        for seen in later:
            both = torch.cat([seen, known], dim=1)
            share = torch.sigmoid(self.gate(both))
            known = (1 - share) * known + share * torch.tanh(self.told(both))
        return self.last(known)


class Network(nn.Module):
    """strip (n, 12, 80, 80) and numbers (n, 7) to logits (n, 6). `features` is what the last layer sees."""

    def __init__(self, shape: Shape = SHAPES[SHIPPED[0]]) -> None:
        super().__init__()
        wanted = ((Whole, shape.whole), (Single, shape.single), (Turns, shape.turns))
        eyes = [eye(widths) for eye, widths in wanted if widths]
        self.eyes = nn.ModuleList(eyes)
        self.count = nn.Sequential(nn.Linear(NUMBERS, _NUMBER_WIDTH), nn.ReLU())
        width = sum(3 * widths[-1] for _, widths in wanted if widths) + _NUMBER_WIDTH
        self.judge = nn.Sequential(nn.Dropout(0.3), nn.Linear(width, shape.features), nn.ReLU(), nn.Dropout(0.2))
        self.last = nn.Linear(shape.features, len(Verdict))

    def features(self, strip: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        """(n, F)."""
        told = [_pooled(eye(strip), strip[:, _BOX:]) for eye in self.eyes]
        return self.judge(torch.cat([*told, self.count(numbers)], dim=1))

    def forward(self, strip: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        return self.last(self.features(strip, numbers))


class Calibrated(nn.Module):
    """What ships: probabilities at the temperature that fits the validation, and the features they come from."""

    def __init__(self, network: Network, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature

    def forward(self, strip: torch.Tensor, numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        features = self.network.features(strip, numbers)
        return torch.softmax(self.network.last(features) / self.temperature, dim=1), features


def jittered(strips: torch.Tensor, numbers: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Training only: mirror, contrast, noise, a missing act picture, forgotten numbers. All from torch's own generator."""
    n = len(strips)
    flip = torch.rand(n) < 0.5
    strips[flip] = strips[flip].flip(-1)
    strips[:, :_FIRST_CHANGE] *= 1 + 0.15 * torch.randn(n, 1, 1, 1)
    grey = torch.rand(n) < 0.15
    colours = strips[grey][:, :_FIRST_CHANGE].unflatten(1, (3, 3))
    strips[grey, :_FIRST_CHANGE] = colours.mean(dim=2, keepdim=True).expand_as(colours).flatten(1, 2)
    strips += 0.05 * torch.rand(n, 1, 1, 1) * torch.randn_like(strips)
    numbers = numbers * torch.where(torch.rand(numbers.shape) < 0.12, 0.0, 1.0)
    return strips, numbers


def _each_seen(eye: nn.Module, strip: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Before, act and after as one eye sees them, each with the box."""
    box = strip[:, _BOX:]
    seen: torch.Tensor = eye(torch.cat([torch.cat([strip[:, at : at + 3], box], dim=1) for at in (0, 3, 6)]))
    return seen.chunk(3)


def _pooled(seen: torch.Tensor, box: torch.Tensor) -> torch.Tensor:
    """Mean and maximum of the map, and its mean over the box alone."""
    inside = nn.functional.avg_pool2d(box, box.shape[-1] // seen.shape[-1])
    own = (seen * inside).sum(dim=(2, 3)) / inside.sum(dim=(2, 3)).clamp_min(1e-3)
    return torch.cat([seen.mean(dim=(2, 3)), seen.amax(dim=(2, 3)), own], dim=1)


def _steps(widths: tuple[int, ...]) -> list[nn.Module]:
    """Each step halves the side; all but the first of a strip or picture go on with a block."""
    steps: list[nn.Module] = []
    for a, b in pairwise(widths):
        first = a in (CHANNELS, 4)
        steps += [_conv(a, b, stride=2), nn.ReLU(), *([] if first else [Block(b)])]
    return steps


def _conv(a: int, b: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(a, b, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(b))
