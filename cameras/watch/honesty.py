"""What keeps a watcher honest: the ledger of every camera-minute, the plot of every gate, and audits of slept minutes."""

import logging
import random
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from broker.topics import ENTERED
from cameras.domain.areas import Areas
from cameras.domain.audits import RATE, Lot
from cameras.watch.ledger.book import Book
from cameras.watch.ledger.clerk import Clerk
from cameras.watch.ledger.diary import Diary, Witness
from cameras.watch.plan import Air

if TYPE_CHECKING:
    from broker.client import Client
    from cameras.watch.gauge.shadow import Auditor
    from cameras.watch.told import Gauge, Tap, Told

_log = logging.getLogger("cameras.watch.ledger")


@dataclass(frozen=True, slots=True)
class Onlookers:
    """What looks on while one camera is watched."""

    taps: "tuple[Tap, ...]"
    gauges: "tuple[Gauge, ...]"


class Honesty:
    """One watcher's. `start`, `tick` now and then, `stop` when the cameras have stopped."""

    def __init__(self, home: Path, client: "Client", device: str, *, rate: float = RATE, short: Callable[[], bool] = lambda: False) -> None:
        self.diary = Diary(lambda: datetime.now(UTC))
        self.clerk = Clerk(self.diary, Book(home / "ledger.sqlite"), client, device)
        self._air: Air = client
        self._rate, self._short = rate, short
        self._lots = random.SystemRandom().random
        self._auditor: Auditor | None = None
        client.on(ENTERED.of(device=device), self.clerk.entered)

    def start(self) -> None:
        """Open the book; OSError when there is no folder for it. A disk that takes nothing is tried again later: the watching goes on."""
        try:
            self.clerk.book.open()
        except sqlite3.Error as error:
            _log.warning("the ledger's book cannot be opened: %s", error)

    def tick(self, now: float) -> None:
        """`now` is time.monotonic()."""
        self.clerk.tick(now)

    def stop(self) -> None:
        """Write the last words."""
        if self._auditor is not None:
            self._auditor.stop()
        self.clerk.write()
        self.clerk.book.close()

    def witness(self, told: "Told") -> "Told":
        """Tells `told` everything, and the diary how the cameras are."""
        return Witness(told, self.diary)

    def onlookers(self, camera: str, areas: Callable[[], Areas]) -> Onlookers:
        """For a camera that begins; `areas` are its zones and masks of the moment."""
        from cameras.watch.gauge.scope import Scope  # noqa: PLC0415 - with the first camera
        from cameras.watch.gauge.shadow import Auditor, Shadow  # noqa: PLC0415

        if self._auditor is None:
            self._auditor = Auditor(self.clerk.audited, short=self._short)
            self._auditor.start()
        shadow = Shadow(camera, Lot(self._lots, rate=self._rate), self._auditor, areas)
        return Onlookers((self.diary.beat(camera), shadow), (Scope(camera, self._air), shadow))
