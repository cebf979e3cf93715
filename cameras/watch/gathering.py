"""Packets of a live stream are left to gather in the socket for a moment and read together: a thread that is woken for each of them pays for
waking, for cold caches and for the interpreter's lock every time, which for a camera that sleeps is most of what it costs.

How long: until about GATHERED bytes have come, so that the kernel's window has room for all of it and the camera's never fills, and MOST_S at most.
A packet that had to be waited for is the newest there is: it alone says when it arrived, so the time line's floor stays true.
"""

import time

from cameras.watch.stream import Parcel

MOST_S = 0.3
"""Less than anything here that waits: keyframes are looked at 3 s late, recordings are handed over every 2 s."""
GATHERED = 64 * 1024
"""Half of what Linux gives a new connection (net.ipv4.tcp_rmem); it gives more to one that uses it."""
WAITED_S = 0.003
RATE_OF = 0.05
"""Share of the newest packet in the running mean of their sizes."""


class Gathering:
    """One connection's."""

    def __init__(self) -> None:
        self._asked = time.monotonic()
        self._mean = float(GATHERED)

    def asked(self) -> None:
        """From now on the next packet is waited for."""
        self._asked = time.monotonic()

    def pause_s(self, parcel: Parcel, fps: float) -> float:
        """How long the next packets may be left after this one; 0 while there may be more in the socket already."""
        self._mean += RATE_OF * (parcel.packet.size - self._mean)
        if parcel.arrived - self._asked < WAITED_S:
            return 0.0
        return min(MOST_S, GATHERED / max(self._mean * fps, 1.0))
