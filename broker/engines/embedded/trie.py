"""Who subscribed to what: a tree of topic levels. Pure."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class _Node:
    below: dict[str, "_Node"] = field(default_factory=dict)
    here: dict[str, int] = field(default_factory=dict)
    """Client -> granted QoS, for the filter that ends here."""


class Trie:
    """Subscriptions of all sessions. Matching costs the depth of the topic, not the number of subscriptions."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, wanted: str, client: str, qos: int) -> None:
        node = self._root
        for level in wanted.split("/"):
            node = node.below.setdefault(level, _Node())
        node.here[client] = qos

    def remove(self, wanted: str, client: str) -> None:
        """Forget one subscription and the branches that end with it."""
        path, node = [], self._root
        for level in wanted.split("/"):
            if level not in node.below:
                return
            path.append((node, level))
            node = node.below[level]
        node.here.pop(client, None)
        for parent, level in reversed(path):
            child = parent.below[level]
            if child.here or child.below:
                return
            del parent.below[level]

    def match(self, topic: str) -> dict[str, int]:
        """Client -> highest QoS of its subscriptions that match: one message for each client, however they overlap (3.3.5)."""
        found: dict[str, int] = {}
        levels = topic.split("/")
        nodes = [self._root]
        for at, level in enumerate(levels):
            hidden = at == 0 and level.startswith("$")
            nodes = [child for node in nodes for child in _step(node, level, found, hidden=hidden)]
        for node in nodes:
            _collect(node, found)
            if "#" in node.below:
                _collect(node.below["#"], found)
        return found


def _step(node: _Node, level: str, found: dict[str, int], *, hidden: bool) -> list[_Node]:
    """The nodes one level down. `hidden`: a first level with `$`, which no wildcard sees (4.7.2-1)."""
    below = node.below
    if not hidden and "#" in below:
        _collect(below["#"], found)
    names = (level,) if hidden else (level, "+")
    return [below[name] for name in names if name in below]


def _collect(node: _Node, found: dict[str, int]) -> None:
    for client, qos in node.here.items():
        found[client] = max(qos, found.get(client, 0))


def matches(wanted: str, topic: str) -> bool:
    """True when filter `wanted` covers `topic`."""
    if topic.startswith("$") and wanted[:1] in {"+", "#"}:
        return False
    levels, filters = topic.split("/"), wanted.split("/")
    for at, level in enumerate(filters):
        if level == "#":
            return True
        if at >= len(levels) or level not in {"+", levels[at]}:
            return False
    return len(levels) == len(filters)
