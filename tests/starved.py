"""What a promise in seconds means on a machine that has too much to do."""

import os
import time

BURST_S = 0.005


def stretched(seconds: float) -> float:
    """`seconds` on a machine with nothing else to do; more by the work that waited for each core in the last minute, where that was more than one's."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Patience:
    """Seconds as a machine with nothing else to do would count them: of those that pass, the share that a piece of work gets of a core.

    The load average says only what the last minute was like; this is what it is like now. Ask often.
    """

    def __init__(self) -> None:
        self.passed = 0.0
        self._at = time.monotonic()

    def spent(self, seconds: float) -> bool:
        """So many have passed, by now."""
        began, worked = time.monotonic(), time.thread_time()
        while time.thread_time() - worked < BURST_S:
            pass
        now = time.monotonic()
        self.passed += (now - self._at) * min(BURST_S / max(now - began, BURST_S), 1 / stretched(1.0))
        self._at = now
        return self.passed >= seconds
