"""Which cameras this watcher has: it asks its node every few seconds, and lets go by its own clock when it is not answered."""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from broker.client import Client
from broker.messages.cameras import Lease, Renew
from broker.topics import LEASE, RENEW
from cameras.domain.leases import Hold, Holdings

RENEW_S = 4.0
_log = logging.getLogger("cameras.watch")


def steady_clock() -> float:
    """Seconds of a clock that nobody sets and that runs on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Tenancy:
    """The watcher's leases. `holds` may be called from any thread."""

    def __init__(self, client: Client, device: str, session: str) -> None:
        self.client, self.device = client, device
        self._holdings = Holdings(session)
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._kept: Mapping[str, int] = {}

    def start(self) -> None:
        """Listen to the node's answers."""
        self.client.on(LEASE.of(device=self.device), self._answered)

    def holds(self, camera: str, fence: int | None) -> bool:
        """Whether this camera may be watched at this instant. A camera without a fence was given by somebody who gives no leases."""
        if fence is None:
            return True
        with self._lock:
            return self._holdings.holds(camera, fence, steady_clock())

    def tick(self, wanted: Mapping[str, int]) -> None:
        """Ask, when it is time or something else is wanted. `wanted`: camera -> fence; all others must have been stopped before."""
        now = steady_clock()
        if not self.client.connected or (wanted == self._kept and now - self._asked_at < RENEW_S):
            return
        self._asked_at, self._kept = now, dict(wanted)
        with self._lock:
            ask = self._holdings.ask(wanted, now)
        told = Renew(session=ask.session, number=ask.number, heard=ask.heard, held=tuple(sorted(ask.held)), at=datetime.now(UTC))
        self.client.publish(RENEW, told, device=self.device)

    def _answered(self, _topic: str, payload: bytes) -> None:
        try:
            told = Lease.model_validate_json(payload)
        except ValueError:
            _log.warning("cameras.malformed lease")
            return
        with self._lock:
            if told.session == self._holdings.session:
                self._holdings.take(told.number, {camera: Hold(one.fence, one.lasts_s) for camera, one in told.cameras.items()})
