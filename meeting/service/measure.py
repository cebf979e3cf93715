"""One measure for all together, where no measure for each may be: it counts, it knows nobody."""

import threading
import time
from dataclasses import dataclass, field

from meeting.domain.errors import Code, Refusal

AGAIN_S = 2


@dataclass
class Measure:
    """A leaky bucket: `rate` a second go out of it, `burst` fit in."""

    rate: float
    burst: float
    full: Code
    """What who comes when it is full is told."""
    level: float = 0.0
    at: float = field(default_factory=time.monotonic)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> None:
        """One more. Refused when too many came at once."""
        with self.lock:
            now = time.monotonic()
            self.level, self.at = max(0.0, self.level - (now - self.at) * self.rate), now
            if self.level + 1 > self.burst:
                raise Refusal(self.full, retry_after_s=AGAIN_S)
            self.level += 1
