"""The rule of a ballot paper and the count, done again in whole numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from meeting.log.checks.reading import Fields, read_object
from meeting.log.checks.report import Found, Wrong

CIVIL_DAY = timedelta(hours=7)
"""Days of the law are days in Vietnam."""
STAMP = "%Y-%m-%dT%H:%M:%S.%fZ"
PAPER = (
    *("format", "meeting", "meeting_title", "body", "motion", "item", "item_title", "title", "text"),
    *("choices", "documents", "rule", "voters", "opened_at"),
)


@dataclass(frozen=True)
class Paper:
    """What was put to the vote, as far as counting needs it."""

    title: str
    opened_at: str
    choices: tuple[str, ...]
    documents: frozenset[str]
    voters: int
    voters_sha256: str
    """Over the canonical JSON of [[member, seat], ...] of the opening roll's voters."""
    chair: str | None
    rule: Fields

    @property
    def may_change(self) -> bool:
        return self.rule.flag("may_change")


def read_paper(text: str, *, meeting: str, motion: str) -> Paper:
    """The paper, when it is one for this motion."""
    fields = read_object(text, "paper", Found.PAPER_FORM).only(PAPER)
    for name, wanted in (("format", "dinh-paper/1"), ("meeting", meeting), ("motion", motion)):
        if fields.text(name) != wanted:
            raise Wrong(Found.PAPER_FORM, f"paper.{name}", wanted=wanted)
    voters = fields.object("voters").only(("count", "sha256", "chair"))
    return Paper(
        title=fields.text("title"),
        opened_at=fields.text("opened_at"),
        choices=tuple(fields.texts("choices")),
        documents=frozenset(one.text("sha256") for one in fields.objects("documents")),
        voters=voters.number("count"),
        voters_sha256=voters.text("sha256"),
        chair=voters.maybe_text("chair"),
        rule=fields.object("rule"),
    )


def check_opening(paper: Paper, present: int, where: str) -> None:
    """A vote may only be opened with the quorum, with enough voters to adopt, by a rule in force on that day."""
    rule, voters = paper.rule, paper.voters
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


def count(paper: Paper, last: Mapping[str, str], present: int) -> dict[str, object]:
    """The result entry as it must be. `last` is the last choice of each voter; `present` counts voters who were here."""
    votes = {choice: len([one for one in last.values() if one == choice]) for choice in paper.choices}
    rule, base_word = paper.rule, paper.rule.text("base")
    base = paper.voters if base_word == "all" else present if base_word == "present" else len(last)
    wanted = needed(rule, base)
    yes, no = votes.get("for", 0), votes.get("against", 0)
    number, of = rule.share("share")
    tied = yes == no and yes > 0 and yes * of == base * number
    chair = last.get(paper.chair) if paper.chair else None
    adopted = (yes > 0 and yes >= wanted) or (tied and rule.text("tie") == "chair" and chair == "for")
    return {
        "votes": votes,
        "eligible": paper.voters,
        "present": present,
        "cast": len(last),
        "base": base,
        "needed": wanted,
        "adopted": adopted,
    }


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
