"""What a role may do on the air, as plain data and a pure judgement of it. Standard library only, so that the embedded broker,
which reads it from a file, stays small.
"""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
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
        return any(rule.publish and (rule.retain or not retain) and covers(rule.pattern, user, topic) for rule in self.rules)

    def may_receive(self, user: str, topic: str) -> bool:
        return any(rule.receive and covers(rule.pattern, user, topic) for rule in self.rules)

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
    rule, levels = pattern.split("/"), wanted.split("/")
    for at, level in enumerate(rule):
        if level == "#":
            return True
        if at >= len(levels) or not _level(level, user, levels[at]):
            return False
    return len(rule) == len(levels)


def _level(rule: str, user: str, wanted: str) -> bool:
    if rule == "+":
        return wanted == "+" or _ID.fullmatch(wanted) is not None
    return wanted == (user if rule == USER else rule)
