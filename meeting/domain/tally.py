"""Counting: what a ballot may say, and the ballots that count, against the rule.

A choice is one string everywhere. Of a question it is the id of a choice; of an election the ids of the chosen candidates in the
paper's order, joined by commas ("c1,c4"), or "none" where the voter chose nobody: a ballot with two spellings would be two ballots.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from meeting.domain.rules import Base, Blank, Rule, Tie

CHOICES: tuple[str, ...] = ("for", "against", "abstain")
"""Tán thành, không tán thành, không biểu quyết: in the order in which they are drawn."""
NOBODY = "none"
"""A ballot of an election on which nobody is chosen. The rule says whether it is valid."""
MOST_CANDIDATES = 50
"""So that a ballot that chooses all of them has its place in one field (meeting.domain.ballots.PLAIN)."""


@dataclass(frozen=True)
class Slate:
    """What a paper lets a ballot say: one of the choices of a question, or at most `seats` of the candidates."""

    candidates: tuple[str, ...] = ()
    """Ids in the paper's order; none: a question."""
    seats: int = 0

    @property
    def counted(self) -> tuple[str, ...]:
        """What votes are counted for."""
        return self.candidates or CHOICES

    def chosen(self, choice: str) -> tuple[str, ...] | None:
        """What a choice counts for; None when the paper has no such choice, or it is spelt otherwise."""
        if not self.candidates:
            return (choice,) if choice in CHOICES else None
        if choice == NOBODY:
            return ()
        said = tuple(choice.split(","))
        in_order = tuple(one for one in self.candidates if one in said)
        return said if said == in_order and len(said) <= self.seats else None

    def __contains__(self, choice: object) -> bool:
        return isinstance(choice, str) and self.chosen(choice) is not None


QUESTION = Slate()


@dataclass(frozen=True)
class Said:
    """A ballot that came: of one voter the one that counts, or one out of the box. It counts `weight` times (1 where the rule does not weigh)."""

    choice: str
    weight: int = 1


@dataclass(frozen=True)
class Numbers:
    """What the rule is applied to: persons, or weights where the rule weighs."""

    eligible: int
    present: int
    """Voters on the closing roll, and those whose ballot counts (or who took a token) though they have left since."""
    chair: str | None = None
    """What the chair voted, when there is a chair and he voted openly."""
    issued: int | None = None
    """Tokens given out for a secret ballot; None for an open one."""


@dataclass(frozen=True)
class Result:
    """The outcome with every number that it rests on: persons, or weights where the rule weighs."""

    votes: dict[str, int]
    """Of every choice or candidate."""
    eligible: int
    present: int
    issued: int | None
    cast: int
    """Ballots that came."""
    valid: int
    invalid: int
    """Of those that came. An open vote takes no other than those on the paper, so here it is those that elect nobody, where the rule says so."""
    blank: int
    """Of those that came, valid or not: ballots of an election that elect nobody."""
    base: int
    needed: int
    adopted: bool
    """Of an election: as many are elected as were to be."""
    elected: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    """Candidates with equal votes for whom too few seats are left: none of them is elected."""


def count(ballots: Iterable[Said], rule: Rule, numbers: Numbers, *, slate: Slate = QUESTION) -> Result:
    """The result does not depend on the order of the ballots. One that says what is not on the paper is counted as invalid."""
    votes = dict.fromkeys(slate.counted, 0)
    cast = blank = strange = 0
    for one in ballots:
        cast += one.weight
        chosen = slate.chosen(one.choice)
        strange += one.weight if chosen is None else 0
        blank += one.weight if chosen == () else 0
        for choice in chosen or ():
            votes[choice] += one.weight
    invalid = strange + (blank if rule.blank is Blank.INVALID else 0)
    valid = cast - invalid
    base = {Base.ALL: numbers.eligible, Base.PRESENT: numbers.present, Base.CAST: valid}[rule.base]
    needed = rule.needed(base)
    if slate.candidates:
        elected, tied = elect(votes, slate, needed=needed)
        adopted = len(elected) == slate.seats
    else:
        elected = tied = ()
        adopted = votes["for"] >= max(needed, 1) or _chair_decides(votes, rule, base=base, chair=numbers.chair)
    return Result(
        votes=votes,
        eligible=numbers.eligible,
        present=numbers.present,
        issued=numbers.issued,
        cast=cast,
        valid=valid,
        invalid=invalid,
        blank=blank,
        base=base,
        needed=needed,
        adopted=adopted,
        elected=elected,
        tied=tied,
    )


def elect(votes: Mapping[str, int], slate: Slate, *, needed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who is elected, and who is tied over the last seat, both in the paper's order.

    Enough votes and more than those left behind. Where equals reach over the last seat, none of them is taken: chance and the
    order of a list elect nobody.
    """
    enough = [one for one in slate.candidates if votes[one] >= max(needed, 1)]
    if len(enough) <= slate.seats:
        return tuple(enough), ()
    last = _last_votes(votes, enough, slate.seats)
    above = [one for one in enough if votes[one] > last]
    equal = [one for one in enough if votes[one] == last]
    if len(above) + len(equal) == slate.seats:
        return tuple(one for one in enough if votes[one] >= last), ()
    return tuple(above), tuple(equal)


def _last_votes(votes: Mapping[str, int], enough: Sequence[str], seats: int) -> int:
    """The votes of the one who stands at the last seat."""
    return sorted((votes[one] for one in enough), reverse=True)[seats - 1]


def _chair_decides(votes: Mapping[str, int], rule: Rule, *, base: int, chair: str | None) -> bool:
    """A tie is: as many for as against, and the votes for stand exactly at the share. Then the chair's vote decides, if the rule says so."""
    at_share = votes["for"] * rule.share.of == base * rule.share.number
    tie = at_share and votes["for"] == votes["against"] > 0
    return tie and rule.tie is Tie.CHAIR and chair == "for"
