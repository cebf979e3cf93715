"""The rule of a ballot paper and the count, done again in whole numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from meeting.log.checks.reading import Fields, read_object
from meeting.log.checks.report import Found, Wrong
from meeting.log.checks.secret import Key, read_key

CIVIL_DAY = timedelta(hours=7)
"""Days of the law are days in Vietnam."""
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
PAPER = (
    *("format", "meeting", "meeting_title", "body", "motion", "item", "item_title", "title", "text"),
    *("method", "choices", "candidates", "seats", "secret", "documents", "rule", "voters", "opened_at"),
)
CHOICES = ("for", "against", "abstain")
NOBODY = "none"


@dataclass(frozen=True)
class Paper:
    """What was put to the vote, as far as counting needs it."""

    title: str
    opened_at: str
    choices: tuple[str, ...]
    """Of a question; none for an election."""
    candidates: tuple[str, ...]
    """Ids in the order of the paper; none for a question."""
    names: tuple[str, ...]
    """Of the candidates."""
    seats: int
    documents: frozenset[str]
    voters: int
    """How many may vote."""
    weight: int
    """What they weigh together; as many as they are where the rule does not weigh."""
    voters_sha256: str
    """Over the canonical JSON of [[member, seat, weight], ...] of the opening roll's voters."""
    chair: str | None
    rule: Fields
    secret: Key | None = None
    """The key of a secret vote; None for an open one."""

    @property
    def may_change(self) -> bool:
        return self.rule.flag("may_change")

    @property
    def weighs(self) -> bool:
        return self.rule.flag("weights")

    def chosen(self, choice: str) -> list[str] | None:
        """What a ballot with this choice counts for; None when the paper has no such choice or it is spelt otherwise."""
        if self.choices:
            return [choice] if choice in self.choices else None
        if choice == NOBODY:
            return []
        parts = choice.split(",")
        if any(one not in self.candidates for one in parts) or len(parts) > self.seats:
            return None
        places = [self.candidates.index(one) for one in parts]
        return parts if all(a < b for a, b in pairwise(places)) else None


@dataclass(frozen=True)
class Cast:
    """What came: (choice, weight) of each ballot that counts, and what stood around it."""

    ballots: Sequence[tuple[str, int]]
    present: int
    chair: str | None
    """What the chair chose, where that is known."""
    issued: int | None = None
    """Tokens of a secret vote."""


def read_paper(text: str, *, meeting: str, motion: str) -> Paper:
    """The paper, when it is one for this motion."""
    fields = read_object(text, "paper", Found.PAPER_FORM).only(PAPER)
    for name, wanted in (("format", "dinh-paper/1"), ("meeting", meeting), ("motion", motion)):
        if fields.text(name) != wanted:
            raise Wrong(Found.PAPER_FORM, f"paper.{name}", wanted=wanted)
    voters = fields.object("voters").only(("count", "weight", "sha256", "chair"))
    candidates = [one.only(("id", "name", "about")) for one in fields.objects("candidates")]
    _check_method(fields, len(candidates))
    return Paper(
        title=fields.text("title"),
        opened_at=fields.text("opened_at"),
        choices=tuple(fields.texts("choices")),
        candidates=tuple(one.text("id") for one in candidates),
        names=tuple(one.text("name") for one in candidates),
        seats=fields.number("seats"),
        documents=frozenset(one.text("sha256") for one in fields.objects("documents")),
        voters=voters.number("count"),
        weight=voters.number("weight"),
        voters_sha256=voters.text("sha256"),
        chair=voters.maybe_text("chair"),
        rule=fields.object("rule"),
        secret=read_key(fields),
    )


def _check_method(paper: Fields, candidates: int) -> None:
    """A question has its three choices and nothing else, an election its candidates c1, c2, ... and seats for some of them."""
    method, seats = paper.text("method"), paper.number("seats")
    ids = [one.text("id") for one in paper.objects("candidates")]
    question = method == "question" and paper.texts("choices") == list(CHOICES) and candidates == seats == 0
    election = method == "election" and paper.texts("choices") == [] and 1 <= seats <= candidates
    if not (question or election) or paper.object("rule").text("method") != method:
        raise Wrong(Found.PAPER_FORM, "paper.method", wanted=method)
    if ids != [f"c{place}" for place in range(1, candidates + 1)]:
        raise Wrong(Found.PAPER_FORM, "paper.candidates")
    if paper.object("rule").text("blank") not in (("valid",) if question else ("valid", "invalid")):
        raise Wrong(Found.PAPER_FORM, "paper.rule.blank")


def check_opening(paper: Paper, present: int, where: str) -> None:
    """A vote may only be opened with the quorum, with enough voters to adopt, by a rule in force on that day. Weights where the rule weighs."""
    rule, voters = paper.rule, paper.weight
    if rule.values.get("quorum") is not None:
        number, of = rule.share("quorum")
        if present * of < voters * number:
            raise Wrong(Found.OPENING, where, reason="quorum", present=present, voters=voters, share=f"{number}/{of}")
    if rule.text("base") == "all" and present < needed(rule, voters):
        raise Wrong(Found.OPENING, where, reason="too_few", present=present, needed=needed(rule, voters))
    day, until = _day(paper.opened_at, where), rule.maybe_text("valid_until")
    if day < _date(rule.text("valid_from"), where) or (until is not None and day > _date(until, where)):
        raise Wrong(Found.OPENING, where, reason="not_in_force", day=day.isoformat())


def needed(rule: Fields, base: int) -> int:
    """The least number of votes for: more than the share when strict, else at least the share."""
    number, of = rule.share("share")
    return base * number // of + 1 if rule.flag("strict") else -(-base * number // of)


def count(paper: Paper, cast: Cast) -> dict[str, object]:
    """The result entry as it must be."""
    read = [(paper.chosen(choice), weight) for choice, weight in cast.ballots]
    counted = paper.choices or paper.candidates
    votes = {one: sum(weight for chosen, weight in read if chosen is not None and one in chosen) for one in counted}
    came = sum(weight for _, weight in read)
    blank = sum(weight for chosen, weight in read if chosen == [])
    invalid = sum(weight for chosen, weight in read if chosen is None) + (blank if paper.rule.text("blank") == "invalid" else 0)
    base = {"all": paper.weight, "present": cast.present}.get(paper.rule.text("base"), came - invalid)
    wanted = needed(paper.rule, base)
    elected, tied = ([], []) if paper.choices else _elected(paper, votes, wanted)
    adopted = _adopted(paper.rule, votes, base, chair=cast.chair) if paper.choices else len(elected) == paper.seats
    return {
        "votes": votes,
        "eligible": paper.weight,
        "present": cast.present,
        "issued": cast.issued,
        "cast": came,
        "valid": came - invalid,
        "invalid": invalid,
        "blank": blank,
        "base": base,
        "needed": wanted,
        "adopted": adopted,
        "elected": elected,
        "tied": tied,
    }


def _adopted(rule: Fields, votes: Mapping[str, int], base: int, *, chair: str | None) -> bool:
    yes, no = votes["for"], votes["against"]
    number, of = rule.share("share")
    tie = yes == no and yes > 0 and yes * of == base * number
    return (yes > 0 and yes >= needed(rule, base)) or (tie and rule.text("tie") == "chair" and chair == "for")


def _elected(paper: Paper, votes: Mapping[str, int], wanted: int) -> tuple[list[str], list[str]]:
    """A candidate with enough votes is elected when he and all who are as good have a seat; tied, when only those who are better have."""
    enough = [one for one in paper.candidates if votes[one] > 0 and votes[one] >= wanted]
    elected, tied = [], []
    for one in enough:
        as_good = len([other for other in enough if votes[other] >= votes[one]])
        better = len([other for other in enough if votes[other] > votes[one]])
        if as_good <= paper.seats:
            elected.append(one)
        elif better < paper.seats:
            tied.append(one)
    return elected, tied


def _day(stamp: str, where: str) -> date:
    """The civil day of a time in the log's one spelling: UTC with microseconds and Z."""
    try:
        at = datetime.strptime(stamp, STAMP).replace(tzinfo=UTC)
        day = (at + CIVIL_DAY).date()
    except (ValueError, OverflowError):
        raise Wrong(Found.PAPER_FORM, "paper.opened_at", near=where) from None
    if at.strftime(STAMP) != stamp:
        raise Wrong(Found.PAPER_FORM, "paper.opened_at", near=where)
    return day


def _date(day: str, where: str) -> date:
    try:
        read = date.fromisoformat(day)
    except ValueError:
        raise Wrong(Found.PAPER_FORM, "paper.rule", near=where) from None
    if read.isoformat() != day:
        raise Wrong(Found.PAPER_FORM, "paper.rule", near=where)
    return read
