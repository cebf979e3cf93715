"""From verdicts to a new last layer that has been compared with the current one. What it was learned from is older than what it is compared on."""

from collections.abc import Sequence
from dataclasses import dataclass

from cameras.domain.cases import Reason, Verdict
from cameras.learning.compare import Comparison, Scored, compare
from cameras.learning.fit import Lessons, fit, lessons
from cameras.learning.lessons import may_be
from cameras.watch import keepsake
from cameras.watch.heads import Learned
from cameras.watch.strip import Floats
from cameras.watch.verifier import Head, Verifier
from cameras.watch.verifier import Verdict as Class

LEAST, LEAST_EACH = 60, 12
"""Verdicts that teach something: in all, and of each kind (dumping, not dumping)."""
HELD = 0.3


class TooFew(Exception):
    """There are not enough verdicts to learn from; `facts` say how many are missing."""

    def __init__(self, found: int, confirmed: int) -> None:
        super().__init__("too few verdicts")
        rejected = found - confirmed
        lack = max(LEAST - found, max(0, LEAST_EACH - confirmed) + max(0, LEAST_EACH - rejected))
        self.facts = {"found": found, "confirmed": confirmed, "rejected": rejected, "missing": lack, "least": LEAST, "each": LEAST_EACH}


@dataclass(frozen=True, slots=True)
class Example:
    """One judged sighting: its strip.npz, and what the officer said."""

    strip: bytes
    verdict: Verdict
    reason: Reason | None


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """A new head, and how it did on the newest verdicts beside the current one."""

    head: Head
    learned_from: int
    comparison: Comparison


def study(examples: Sequence[Example], network: Verifier, current: Head) -> Course:
    """Learn from the older, compare on the newer; `examples` oldest first. Raises TooFew, WeightsRefused (weights without features)."""
    known = gathered(examples, network)
    middle = round(len(known) * (1 - HELD))
    new = fit(known.part(0, middle), current)
    held = known.part(middle, len(known))
    return Course(new, middle, compare(_scored(current, held), _scored(new, held), [truth > 0 for truth in held.dumping]))


def gathered(examples: Sequence[Example], network: Verifier) -> Lessons:
    """What the verdicts teach. Strips of another recipe are passed over. Raises TooFew, WeightsRefused."""
    found = [
        (seen, classes) for one in examples if (classes := may_be(one.verdict, one.reason)) and (seen := _seen(one, network)) is not None
    ]
    confirmed = sum(Class.LEFT in classes for _, classes in found)
    if len(found) < LEAST or min(confirmed, len(found) - confirmed) < LEAST_EACH:
        raise TooFew(len(found), confirmed)
    return lessons([seen for seen, _ in found], [classes for _, classes in found])


def _seen(example: Example, network: Verifier) -> Floats | None:
    try:
        return network.features(*keepsake.unpack(example.strip))
    except ValueError:
        return None


def _scored(head: Head, held: Lessons) -> Scored:
    judged = Learned("", "", head)
    return Scored([judged.flags(features) for features in held.features], head.threshold)
