"""What an actor is, as a detector sees it: a few kinds, whatever a model calls them, and a majority over several looks."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What goes about in front of a camera."""

    PERSON = "person"
    BICYCLE = "bicycle"
    MOTORCYCLE = "motorcycle"
    CAR = "car"
    TRUCK = "truck"
    BUS = "bus"
    ANIMAL = "animal"
    OTHER = "other"


VEHICLES = frozenset({Kind.BICYCLE, Kind.MOTORCYCLE, Kind.CAR, Kind.TRUCK, Kind.BUS})
RIDDEN = frozenset({Kind.BICYCLE, Kind.MOTORCYCLE})
"""Who sits on one of these is seen as a person, too: together they are the vehicle."""
_CALLED: dict[Kind, frozenset[str]] = {
    Kind.PERSON: frozenset({"person", "people", "pedestrian", "man", "woman", "human", "người", "người đi bộ"}),
    Kind.BICYCLE: frozenset({"bicycle", "bike", "cyclist", "xe đạp"}),
    Kind.MOTORCYCLE: frozenset({"motorcycle", "motorbike", "motor", "scooter", "moped", "rider", "xe máy"}),
    Kind.CAR: frozenset({"car", "van", "suv", "taxi", "ô tô", "xe hơi", "xe con"}),
    Kind.TRUCK: frozenset({"truck", "lorry", "pickup", "xe tải", "xe ba gác"}),
    Kind.BUS: frozenset({"bus", "coach", "xe buýt", "xe khách"}),
    Kind.ANIMAL: frozenset({"animal", "dog", "cat", "cow", "horse", "sheep", "bird", "buffalo", "chó", "mèo", "bò", "trâu"}),
}


def kind_of(name: str) -> Kind:
    """The kind for a model's own word, in English or Vietnamese; OTHER when it is none of these."""
    word = name.strip().lower().replace("_", " ")
    return next((kind for kind, words in _CALLED.items() if word in words), Kind.OTHER)


@dataclass
class Naming:
    """What one actor was taken for, look by look."""

    looks: int = 0
    votes: dict[Kind, float] = field(default_factory=dict)

    def add(self, kind: Kind | None, score: float = 0.0) -> None:
        """One look; `kind` None: nobody was made out. Score 0 to 1."""
        self.looks += 1
        if kind is not None:
            self.votes[kind] = self.votes.get(kind, 0.0) + score

    @property
    def kind(self) -> Kind | None:
        """What most of the looks say, weighed by their scores."""
        return max(self.votes, key=lambda kind: self.votes[kind], default=None)

    @property
    def score(self) -> float:
        """Mean score of that kind over all looks, 0 to 1: looks that saw nobody or something else count against it."""
        kind = self.kind
        return self.votes[kind] / self.looks if kind is not None else 0.0
