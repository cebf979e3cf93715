"""Who may publish and subscribe to what, derived from `topics.TOPICS`. Pure; both engines are given this and nothing else.

- A device publishes and reads its own `{device}` topics and no one else's, and subscribes to exact topics only.
- The node reads everything under the root. It publishes its own rows, and may also publish on retained rows of devices, which is how
  it clears what a retired device left behind.
- A will is a publish.
"""

import re

from broker.identity import Role
from broker.rights import USER, Right, Rights
from broker.topics import ROOT, SELF, TOPICS, Topic


def may_publish(role: Role, user: str, topic: str, *, retain: bool = False) -> bool:
    """`retain`: the message asks to be kept, which only rows that are marked so allow."""
    return RIGHTS[role].may_publish(user, topic, retain=retain)


def may_subscribe(role: Role, user: str, wanted: str) -> bool:
    """`wanted` is a filter; for a device it must be one exact topic."""
    return RIGHTS[role].may_subscribe(user, wanted)


def may_receive(role: Role, user: str, topic: str) -> bool:
    """Asked again at delivery, because rights can be withdrawn after a subscription."""
    return RIGHTS[role].may_receive(user, topic)


def _right(role: Role, row: Topic) -> Right | None:
    publish, receive = role in row.senders, role in row.readers
    if role is Role.NODE:
        publish = publish or row.retained
    if not publish and not receive:
        return None
    return Right(_pattern(role, row), publish=publish, retain=publish and row.retained, receive=receive)


def _pattern(role: Role, row: Topic) -> str:
    def level(found: re.Match[str]) -> str:
        return USER if found[1] == SELF and role is not Role.NODE else "+"

    return f"{ROOT}/" + re.sub(r"\{(\w+)\}", level, row.pattern)


def _rights(role: Role) -> Rights:
    rules = tuple(right for row in TOPICS if (right := _right(role, row)))
    if role is not Role.NODE:
        return Rights(rules)
    publishes = tuple(Right(rule.pattern, publish=True, retain=rule.retain) for rule in rules if rule.publish)
    return Rights((*publishes, Right(f"{ROOT}/#", receive=True)), wildcards=True)


RIGHTS: dict[Role, Rights] = {role: _rights(role) for role in Role}
"""Every role's rights. A role that no row names may do nothing."""
