"""A voting rule as values, and the arithmetic of shares in whole numbers."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from meeting.domain.errors import Code, Refusal


class Base(StrEnum):
    """Of whom a share is taken."""

    ALL = "all"
    """Of all who may vote, present or not."""
    PRESENT = "present"
    """Of those who were present: on the closing roll, or with a ballot that counts."""
    CAST = "cast"
    """Of the ballots that count."""


class Tie(StrEnum):
    REJECTED = "rejected"
    CHAIR = "chair"
    """As the chair voted."""


class Method(StrEnum):
    """What a ballot answers."""

    QUESTION = "question"
    """For, against or abstain."""
    ELECTION = "election"
    """At most so many candidates as are to be elected."""


class Blank(StrEnum):
    """What a ballot of an election is that elects nobody. It counts as cast either way."""

    VALID = "valid"
    INVALID = "invalid"


class Secrecy(StrEnum):
    OPEN = "open"
    SECRET = "secret"  # noqa: S105 - a word of the law


@dataclass(frozen=True)
class Share:
    """A fraction of a base, `number`/`of`."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    def needed(self, base: int, *, strict: bool) -> int:
        """The least whole number that is more than (strict) or at least this share of `base`."""
        whole, rest = divmod(base * self.number, self.of)
        return whole + 1 if strict or rest else whole


@dataclass(frozen=True)
class Rule:
    """When a vote may be opened and when it is adopted. From dated data, with its citation."""

    id: str
    title: str
    title_en: str
    body: str
    base: Base
    share: Share
    strict: bool
    tie: Tie
    quorum: Share | None
    proxy: bool
    secrecy: Secrecy
    may_change: bool
    """Voting again until the close; the last ballot counts."""
    valid_from: date
    valid_until: date | None
    citation: str
    verified: bool
    """False until the operator has compared it with the law's own text."""
    weights: bool = False
    """Every voter counts as often as his entered weight says; else once. Voters, those present and the quorum are weighed, too."""
    method: Method = Method.QUESTION
    blank: Blank = Blank.VALID

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def needed(self, base: int) -> int:
        """Votes for that adopt."""
        return self.share.needed(base, strict=self.strict)

    def quorum_of(self, voters: int) -> int:
        """Voters who must be present; at least one."""
        return max(1, self.quorum.needed(voters, strict=False)) if self.quorum else 1


def check_opening(rule: Rule, *, voters: int, present: int, day: date) -> None:
    """Refuses to open a vote that could not be lawful: rule not in force, no quorum, too few here to adopt anything.

    `voters` and `present` are persons, or weights where the rule weighs.
    """
    if not rule.in_force(day):
        until = rule.valid_until.isoformat() if rule.valid_until else None
        raise Refusal(Code.RULE_NOT_IN_FORCE, rule=rule.id, valid_from=rule.valid_from.isoformat(), valid_until=until)
    if voters == 0:
        raise Refusal(Code.NO_VOTERS)
    if present < rule.quorum_of(voters):
        raise Refusal(Code.NO_QUORUM, **_named(rule), needed=rule.quorum_of(voters), present=present, voters=voters)
    if rule.base is Base.ALL and present < rule.needed(voters):
        raise Refusal(Code.TOO_FEW_TO_ADOPT, **_named(rule), needed=rule.needed(voters), present=present, base=voters)


def _named(rule: Rule) -> dict[str, str]:
    """The rule as a sentence of refusal names it, in either language."""
    return {"rule": rule.id, "title": rule.title, "title_en": rule.title_en}
