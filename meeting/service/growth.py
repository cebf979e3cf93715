"""That a meeting's log only grew: the proof between two of its heads (RFC 6962, 4.4), for whoever kept the earlier one.

It is hashes alone and asks nobody who he is: a head is on the hall screen, in the minutes and in every receipt, and who keeps one need
not have an account. Its cost grows with the log, so all askers together share one measure.
"""

from dataclasses import dataclass, field

from meeting import store
from meeting.domain.errors import Code, Refusal
from meeting.log import merkle
from meeting.service.house import House
from meeting.service.measure import Measure
from meeting.service.words import Grown

RATE, BURST = 20.0, 200.0
"""A proof over 20,000 entries takes some 50 ms of CPU."""


def _measure() -> Measure:
    return Measure(RATE, BURST, Code.LOG_BUSY)


@dataclass(frozen=True)
class Growth:
    """Answers from the last commit."""

    house: House
    measure: Measure = field(default_factory=_measure)

    def proof(self, meeting: str, first: int, second: int | None = None) -> Grown:
        """From the head of `first` entries to that of `second`, or to the newest. Refused where the log never had such heads."""
        self.measure.take()
        with self.house.reader() as session:
            size = store.meeting(session, meeting).log_size
            later = size if second is None else second
            if not 0 < first <= later <= size:
                raise Refusal(Code.UNKNOWN_HEAD, first=first, second=later, size=size)
            leaves = store.leaves(session, meeting, later)
        proof = merkle.consistency(leaves, first)
        checkpoint = self.house.sign_head(meeting, merkle.frontier(leaves))
        return Grown(first=first, second=later, proof=tuple(one.hex() for one in proof), checkpoint=checkpoint)
