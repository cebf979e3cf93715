"""Who has which sighting open. Soft: it lives in memory and fades; the revision is what protects a case."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

FADES = timedelta(seconds=45)
"""A page repeats itself every 15 seconds while it shows a sighting."""


@dataclass(frozen=True)
class _Look:
    sighting: str
    name: str
    until: datetime


class Viewers:
    """One look per account: opening the next one leaves the last."""

    def __init__(self) -> None:
        self._looks: dict[str, _Look] = {}
        self._gate = Lock()

    def look(self, sighting: str, *, account: str, name: str, now: datetime) -> None:
        """`account` has `sighting` open from now on."""
        with self._gate:
            self._looks[account] = _Look(sighting, name, now + FADES)

    def leave(self, account: str) -> None:
        """`account` looks at nothing any more."""
        with self._gate:
            self._looks.pop(account, None)

    def others(self, account: str, now: datetime) -> dict[str, str]:
        """Sighting -> name of another person who has it open."""
        with self._gate:
            self._looks = {who: look for who, look in self._looks.items() if look.until > now}
            return {look.sighting: look.name for who, look in self._looks.items() if who != account}
