"""From the diary into the book every ten seconds, and from the book to the desk as soon as a minute is over.

One page is on its way at a time. It is forgotten when the desk says that it has it, and sent again when it does not say so.
"""

import logging
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from broker.messages.cameras import AuditLine, Entered, LedgerLine, LedgerPage
from broker.topics import LEDGER
from cameras.domain.ledger import MINUTE, packed
from cameras.watch.ledger.book import Book
from cameras.watch.ledger.diary import Diary, Minute
from cameras.watch.plan import Air

WRITE_EVERY_S = 10.0
LATE_S = 10
"""A minute is sent this long after its end: the last words about it come a little later."""
AGAIN_S = 20.0
LINE = 120
"""Minutes of one line at most: even seconds that all differ find room in it."""
HELD = 50_000
"""Minutes held in memory while the disk takes none."""
_log = logging.getLogger("cameras.watch.ledger")


@dataclass(frozen=True, slots=True)
class _Sent:
    page: str
    at: float
    minutes: Sequence[Minute]
    audits: Sequence[AuditLine]


class Clerk:
    """`tick` on the watcher's thread; `entered` on the post's."""

    def __init__(self, diary: Diary, book: Book, air: Air, device: str) -> None:
        self.diary, self.book, self.air, self.device = diary, book, air, device
        self._held: list[Minute] = []
        self._audits: list[AuditLine] = []
        self._written = -WRITE_EVERY_S
        self._sent: _Sent | None = None

    def tick(self, now: float) -> None:
        """`now` is time.monotonic()."""
        if now - self._written >= WRITE_EVERY_S:
            self._written = now
            self.write()
        if self.air.connected and (self._sent is None or now - self._sent.at > AGAIN_S):
            self._send(now)

    def write(self) -> None:
        """Everything so far into the book; a disk that takes nothing now is tried again."""
        self._held = [*self._held, *self.diary.taken()][-HELD:]
        try:
            self.book.put(self._held)
            while self._audits:
                self.book.put_audit(self._audits[0])
                del self._audits[0]
        except sqlite3.Error as error:
            _log.warning("the ledger's book takes nothing: %s", error)
            return
        self._held = []

    def audited(self, audit: AuditLine) -> None:
        """What an audit found; from any thread."""
        self._audits.append(audit)

    def entered(self, _topic: str, payload: bytes) -> None:
        """The desk has a page."""
        try:
            told = Entered.model_validate_json(payload)
        except ValueError:
            _log.warning("cameras.malformed entered")
            return
        sent = self._sent
        if sent is None or sent.page != told.page:
            return
        try:
            self.book.settle(sent.minutes, sent.audits)
        except sqlite3.Error as error:
            _log.warning("the ledger's book takes nothing: %s", error)
        self._sent = None

    def _send(self, now: float) -> None:
        over = int(self.diary.now().timestamp()) - MINUTE - LATE_S
        try:
            minutes, audits = self.book.waiting(over), self.book.audits()
        except (sqlite3.Error, ValueError) as error:
            _log.warning("the ledger's book cannot be read: %s", error)
            return
        if minutes or audits:
            self._sent = _Sent(secrets.token_hex(8), now, minutes, audits)
            page = LedgerPage(page=self._sent.page, lines=tuple(_lines(minutes)), audits=tuple(audits))
            self.air.publish(LEDGER, page, device=self.device)


def _lines(minutes: Sequence[Minute]) -> Iterator[LedgerLine]:
    """Minutes that follow each other as one line."""
    for _, run in groupby(enumerate(minutes), lambda one: (one[1].camera, one[1].start - one[0] * MINUTE, one[1].start // (LINE * MINUTE))):
        part = [minute for _, minute in run]
        since = datetime.fromtimestamp(part[0].start, UTC)
        yield LedgerLine(camera=part[0].camera, since=since, runs=packed("".join(minute.seconds for minute in part)))
