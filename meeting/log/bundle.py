"""The bundle: everything that a stranger needs to count a motion again, in one canonical JSON file.

format      "dinh-bundle/1"
meeting, motion
key         the log's verifier key (C2SP): name+hash+key
checkpoint  the signed head over exactly these entries
entries     [{leaf, text}]: leaf hash (hex) and the entry's own bytes as text; {leaf} alone where another vote's
            ballot is not shown
paper       the frozen ballot paper, its own bytes as text
names       {member: {salt, name}}: opens the salted hashes; a member left out stays hidden
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from broker.envelope import canonical

FORMAT = "dinh-bundle/1"


@dataclass(frozen=True)
class Line:
    """One entry. Without `text` it is only proved to be there."""

    leaf: str
    text: str | None


@dataclass(frozen=True)
class Name:
    salt: str
    name: str


@dataclass(frozen=True)
class Bundle:
    """What goes into the file."""

    meeting: str
    motion: str
    key: str
    checkpoint: str
    paper: str
    entries: tuple[Line, ...]
    names: Mapping[str, Name] = field(default_factory=dict)


def to_bytes(bundle: Bundle) -> bytes:
    """The file."""
    return canonical(
        {
            "format": FORMAT,
            "meeting": bundle.meeting,
            "motion": bundle.motion,
            "key": bundle.key,
            "checkpoint": bundle.checkpoint,
            "paper": bundle.paper,
            "entries": list(_lines(bundle.entries)),
            "names": {member: {"salt": one.salt, "name": one.name} for member, one in bundle.names.items()},
        }
    )


def _lines(entries: Iterable[Line]) -> Iterable[dict[str, str]]:
    for one in entries:
        yield {"leaf": one.leaf} if one.text is None else {"leaf": one.leaf, "text": one.text}
