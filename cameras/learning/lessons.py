"""Which verdict teaches what. A verdict names no class of the network, only those that it may be."""

from cameras.domain.cases import Reason, Verdict
from cameras.watch.verifier import DUMPING
from cameras.watch.verifier import Verdict as Class

NOT_DUMPING = frozenset(Class) - frozenset(DUMPING)
TAUGHT: dict[Reason, frozenset[Class]] = {
    Reason.NO_WASTE: NOT_DUMPING,
    Reason.OWN_BIN: NOT_DUMPING,
    Reason.ATTENDED: frozenset({Class.ATTENDED}),
    Reason.ANIMAL: frozenset({Class.ACTOR}),
    Reason.LIGHT: frozenset({Class.LIGHT_OR_NOISE}),
}
"""Sanitation and other reasons teach nothing: what was left there looks like what it was, and who left it is not for this network."""


def may_be(verdict: Verdict, reason: Reason | None) -> frozenset[Class]:
    """The classes that agree with the verdict; none for one that teaches nothing."""
    if verdict is Verdict.CONFIRMED:
        return frozenset(DUMPING)
    return TAUGHT.get(reason, frozenset()) if verdict is Verdict.REJECTED and reason is not None else frozenset()
