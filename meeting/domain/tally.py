"""Counting: the ballots that count, against the rule."""

from collections.abc import Mapping
from dataclasses import dataclass

from meeting.domain.rules import Base, Rule, Tie

CHOICES: tuple[str, ...] = ("for", "against", "abstain")
"""Tán thành, không tán thành, không biểu quyết: in the order in which they are drawn."""


@dataclass(frozen=True)
class Numbers:
    """What the rule is applied to."""

    eligible: int
    present: int
    """Voters on the closing roll, and those whose ballot counts though they have left since."""
    chair: str | None = None
    """What the chair voted, when there is a chair and he voted."""


@dataclass(frozen=True)
class Result:
    """The outcome with every number that it rests on."""

    votes: dict[str, int]
    eligible: int
    present: int
    cast: int
    base: int
    needed: int
    adopted: bool


def count(ballots: Mapping[str, str], rule: Rule, numbers: Numbers) -> Result:
    """`ballots` maps each voter to the choice that counts. The result does not depend on their order."""
    votes = {choice: sum(one == choice for one in ballots.values()) for choice in CHOICES}
    base = {Base.ALL: numbers.eligible, Base.PRESENT: numbers.present, Base.CAST: len(ballots)}[rule.base]
    needed = rule.needed(base)
    adopted = votes["for"] >= max(needed, 1) or _chair_decides(votes, rule, base=base, chair=numbers.chair)
    return Result(votes, numbers.eligible, numbers.present, len(ballots), base, needed, adopted)


def _chair_decides(votes: Mapping[str, int], rule: Rule, *, base: int, chair: str | None) -> bool:
    """A tie is: as many for as against, and the votes for stand exactly at the share. Then the chair's vote decides, if the rule says so."""
    at_share = votes["for"] * rule.share.of == base * rule.share.number
    tie = at_share and votes["for"] == votes["against"] > 0
    return tie and rule.tie is Tie.CHAIR and chair == "for"
