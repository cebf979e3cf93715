"""What the camera room tells the house that happened."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "cameras.sighting_flagged",
    "cameras.case_confirmed",
    "cameras.case_rejected",
    "cameras.case_reopened",
    "cameras.case_closed",
    "cameras.evidence_altered",
]


@dataclass(frozen=True)
class CaseFact:
    """One thing that happened to one sighting. `details` is JSON-ready and names no person."""

    kind: Kind
    subject: str
    """Id of the sighting."""
    details: dict[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """JSON-ready details with the sighting's id."""
        return {"sighting": self.subject, **self.details}
