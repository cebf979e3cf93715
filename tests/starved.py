"""What a promise in seconds means on a machine that has too much to do: as many times longer as there is work for each core."""

import os


def stretched(seconds: float) -> float:
    """`seconds` on a machine with nothing else to do; more by the work that waited for each core in the last minute, where that was more than one's."""
    return seconds * max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
