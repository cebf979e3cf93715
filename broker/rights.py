"""What a role may do on the air, as plain data and a pure judgement of it. Standard library only, so that the embedded broker,
which reads it from a file, stays small.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

USER = "%u"
"""In a pattern: the user's own id. `+` is one level that is an id, `#` is all the rest."""

_ID = re.compile(r"[a-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Right:
    """One pattern of topics and what a role may do there."""

    pattern: str
    publish: bool = False
    retain: bool = False
    """A publish may also be kept for those who come later."""
    receive: bool = False


@dataclass(frozen=True, slots=True)
class Rights:
    """All that one role may do. Without `wildcards` a subscription names one exact topic."""

    rules: tuple[Right, ...]
    wildcards: bool = False

    def may_publish(self, user: str, topic: str, *, retain: bool = False) -> bool:
        levels = topic.split("/")
        return any(rule.publish and (rule.retain or not retain) and _parsed(rule.pattern).covers(user, levels) for rule in self.rules)

    def may_receive(self, user: str, topic: str) -> bool:
        levels = topic.split("/")
        return any(rule.receive and _parsed(rule.pattern).covers(user, levels) for rule in self.rules)

    def may_subscribe(self, user: str, wanted: str) -> bool:
        if not self.wildcards and ("+" in wanted or "#" in wanted):
            return False
        return any(rule.receive and covers(rule.pattern, user, wanted) for rule in self.rules)

    def to_json(self) -> dict[str, Any]:
        return {"wildcards": self.wildcards, "rules": [asdict(rule) for rule in self.rules]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Rights":
        """The reverse of `to_json`; KeyError or TypeError when the file is not ours."""
        rules: Iterable[dict[str, Any]] = value["rules"]
        return cls(tuple(Right(**rule) for rule in rules), wildcards=bool(value["wildcards"]))


NOTHING = Rights(())


def covers(pattern: str, user: str, wanted: str) -> bool:
    """True when every topic that `wanted` (a topic or a filter) stands for is one that `pattern` stands for."""
    return _parsed(pattern).covers(user, wanted.split("/"))


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A pattern taken apart. Patterns are few, and each is held against every topic that somebody says something on: what differs most
    often is asked first.
    """

    depth: int
    """Levels, without `#`."""
    open: bool
    """It ends with `#`."""
    words: tuple[tuple[int, str], ...]
    own: tuple[int, ...]
    ids: tuple[int, ...]

    def covers(self, user: str, levels: list[str]) -> bool:
        if len(levels) < self.depth if self.open else len(levels) != self.depth:
            return False
        for at, word in self.words:
            if levels[at] != word:
                return False
        return all(levels[at] == user for at in self.own) and all(levels[at] == "+" or _ID.fullmatch(levels[at]) for at in self.ids)


@lru_cache(maxsize=512)
def _parsed(pattern: str) -> _Pattern:
    levels = pattern.split("/")
    depth = levels.index("#") if "#" in levels else len(levels)
    places = list(enumerate(levels[:depth]))
    return _Pattern(
        depth=depth,
        open=depth < len(levels),
        words=tuple((at, level) for at, level in reversed(places) if level not in (USER, "+")),
        own=tuple(at for at, level in places if level == USER),
        ids=tuple(at for at, level in places if level == "+"),
    )
