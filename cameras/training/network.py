"""The network: a small residual CNN over the strip, joined by the numbers. About 0.6 M parameters."""

import torch
from torch import nn

from cameras.watch.strip import CHANNELS, NUMBERS
from cameras.watch.verifier import Verdict

_FIRST_CHANGE = 9


class Block(nn.Module):
    """Two 3x3 convolutions around a short cut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.path = nn.Sequential(_conv(width, width), nn.ReLU(), _conv(width, width))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(x + self.path(x))


class Network(nn.Module):
    """strip (n, 12, 80, 80) and numbers (n, 7) to logits (n, 6)."""

    def __init__(self, widths: tuple[int, int, int, int] = (24, 48, 80, 112)) -> None:
        super().__init__()
        a, b, c, d = widths
        self.eye = nn.Sequential(
            *(_conv(CHANNELS, a, stride=2), nn.ReLU()),
            *(_conv(a, b, stride=2), nn.ReLU(), Block(b)),
            *(_conv(b, c, stride=2), nn.ReLU(), Block(c)),
            *(_conv(c, d, stride=2), nn.ReLU(), Block(d)),
        )
        self.count = nn.Sequential(nn.Linear(NUMBERS, 24), nn.ReLU())
        self.judge = nn.Sequential(nn.Dropout(0.3), nn.Linear(2 * d + 24, 96), nn.ReLU(), nn.Dropout(0.2), nn.Linear(96, len(Verdict)))

    def forward(self, strip: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        told = self.eye(strip)
        return self.judge(torch.cat([told.mean(dim=(2, 3)), told.amax(dim=(2, 3)), self.count(numbers)], dim=1))


class Calibrated(nn.Module):
    """What ships: probabilities at the temperature that fits the validation composites."""

    def __init__(self, network: Network, temperature: float) -> None:
        super().__init__()
        self.network = network
        self.temperature = temperature

    def forward(self, strip: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        return torch.softmax(self.network(strip, numbers) / self.temperature, dim=1)


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


def _conv(a: int, b: int, *, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(a, b, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(b))
