"""One-time tickets for the /mqtt route: a WebSocket cannot carry a header of its own, and a cookie alone would let any page try."""

import secrets
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from edge.accounts.service import sha256

LASTS: Final = timedelta(seconds=60)
MOST: Final = 2000


class Tickets:
    """In memory: a ticket lives for a minute, and a desk that restarted is asked for a new one."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, datetime]] = {}
        self._lock = Lock()

    def give(self, device: str, now: datetime) -> tuple[str, datetime]:
        """A fresh ticket for this device and when it ends."""
        ticket, ends = secrets.token_urlsafe(32), now + LASTS
        with self._lock:
            self._open = {key: value for key, value in self._open.items() if value[1] > now}
            while len(self._open) >= MOST:
                self._open.pop(next(iter(self._open)))
            self._open[sha256(ticket)] = (device, ends)
        return ticket, ends

    def take(self, ticket: str, now: datetime) -> str | None:
        """The device of a ticket that is used for the first time and in time; else None."""
        with self._lock:
            device, ends = self._open.pop(sha256(ticket), ("", now))
        return device if ends > now and device else None

    def drop(self, device: str) -> None:
        """Forget the tickets of a device that may no longer enter."""
        with self._lock:
            self._open = {key: value for key, value in self._open.items() if value[0] != device}
