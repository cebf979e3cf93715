"""Voting rules as dated data. The file says where each comes from; an operator's own file may correct or add rules."""

import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from meeting.domain.rules import Base, Blank, Method, Rule, Secrecy, Share, Tie

Fraction = Annotated[str, Field(pattern=r"^[1-9]\d{0,3}/[1-9]\d{0,3}$")]


class RuleData(BaseModel):
    """One [[rule]] of the file. Unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    title: str
    title_en: str
    body: str
    base: Base
    share: Fraction
    strict: bool
    tie: Tie
    quorum: Fraction | None = None
    proxy: bool = False
    secrecy: Secrecy = Secrecy.OPEN
    weights: bool = False
    method: Method = Method.QUESTION
    blank: Blank = Blank.VALID
    may_change: bool = True
    valid_from: date
    valid_until: date | None = None
    citation: str
    verified: bool = False

    @model_validator(mode="after")
    def _can_be_counted(self) -> "RuleData":
        """A weight would name its voter in the box; a chair cannot stand for a candidate."""
        if self.weights and self.secrecy is Secrecy.SECRET:
            raise ValueError("a secret rule cannot weigh votes: the weight would name the voter")
        if self.method is Method.ELECTION and self.tie is Tie.CHAIR:
            raise ValueError("in an election the chair cannot decide a tie")
        if self.method is Method.QUESTION and self.blank is not Blank.VALID:
            raise ValueError("a question has no blank ballot: who wants neither says abstain")
        if self.secrecy is Secrecy.SECRET and (self.tie is Tie.CHAIR or self.may_change):
            raise ValueError("a secret ballot cannot be changed, and the chair's is not known: may_change = false, tie = rejected")
        return self

    def rule(self) -> Rule:
        fields = {**dict(self), "share": share(self.share), "quorum": share(self.quorum) if self.quorum else None}
        return Rule(**fields)


class RuleFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    rule: list[RuleData]


def share(text: str) -> Share:
    """A fraction written "2/3"."""
    number, _, of = text.partition("/")
    return Share(int(number), int(of))


def read(text: str) -> dict[str, Rule]:
    """Rules by id, in the order of the file. Raises ValueError (TOML or pydantic) with the place of what is wrong."""
    return {one.id: one.rule() for one in RuleFile.model_validate(tomllib.loads(text)).rule}


def load(extra: Path | None = None) -> dict[str, Rule]:
    """The rules that come with the house, corrected and followed by the operator's own."""
    rules = read(files("meeting.rules").joinpath("rules.toml").read_text("utf-8"))
    return {**rules, **(read(extra.read_text("utf-8")) if extra else {})}


def from_words(words: Mapping[str, Any]) -> Rule:
    """The rule as a frozen ballot paper holds it (see meeting.domain.motions.rule_words)."""
    return Rule(
        id=words["id"],
        title=words["title"],
        title_en="",
        body=words["body"],
        base=Base(words["base"]),
        share=Share(*words["share"]),
        strict=words["strict"],
        tie=Tie(words["tie"]),
        quorum=Share(*words["quorum"]) if words["quorum"] else None,
        proxy=words["proxy"],
        secrecy=Secrecy(words["secrecy"]),
        weights=words["weights"],
        method=Method(words["method"]),
        blank=Blank(words["blank"]),
        may_change=words["may_change"],
        valid_from=date.fromisoformat(words["valid_from"]),
        valid_until=date.fromisoformat(words["valid_until"]) if words["valid_until"] else None,
        citation=words["citation"],
        verified=words["verified"],
    )
