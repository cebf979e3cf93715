"""What a packet says of itself, and what the gate reads from it."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PacketFacts:
    """What one packet says of itself. `size` in bytes without filler units and padding."""

    size: int
    kind: str | None = None
    """P, B or I of the first slice; "?" when it could not be read; None for a codec whose headers are not read."""
    qp: int | None = None
    """Quantiser of the first slice: init_qp + slice_qp_delta."""
    layer: int = 0
    """0 what others are predicted from; higher what fewer, or none, are predicted from."""
    start: bool = False
    """A decoder may begin here with nothing before: IDR, or any IRAP picture of H.265."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The gate after one packet, in powers of two. `threshold` None while the usual level is unknown.

    `level` is that of half a second; while the slow one is farther out of the usual, one that lies as far above the threshold.
    """

    level: float
    threshold: float | None
    slow: float = -math.inf
    """How far the slow level is beyond what opens the gate; below 0 while it is not, -inf while nothing is known."""

    @property
    def open(self) -> bool:
        """Something moves; False while nothing is known."""
        return self.threshold is not None and self.level > self.threshold

    @property
    def excess(self) -> float:
        """How far it is open, in powers of two; 0 when it is not."""
        return max(self.level - self.threshold, 0.0) if self.threshold is not None else 0.0
