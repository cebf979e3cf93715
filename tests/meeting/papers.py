"""Ballot papers made without a meeting, for tests of what counts."""

from broker.envelope import canonical
from meeting.domain.motions import Motion, Question, listed, paper
from meeting.domain.roll import Member
from meeting.domain.rules import Rule
from meeting.domain.tally import Slate


def paper_text(rule: Rule, slate: Slate, *, weight: int) -> str:
    """A paper for one voter of this weight: the candidates of the slate with invented names."""
    people = listed((f"Người thứ {one}", "") for one in slate.candidates)
    motion = Motion("x1", "i1", "Bầu", "", candidates=people, seats=slate.seats)
    voters = (Member("p1", "Đại biểu 1", weight=max(weight, 1)),)
    made = paper(motion, rule, Question("m1", "Kỳ họp", "Hội đồng", "Mục", (), voters), "2026-03-05T01:00:00.000000Z")
    made["voters"]["weight"] = weight
    return canonical(made).decode()
