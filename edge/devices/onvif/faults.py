"""How a talk with a camera ends when it does not end well: a closed code and facts, as one line of JSON can carry them."""

import re
from enum import StrEnum


class Fault(StrEnum):
    """The names are those of edge.refusals.Code."""

    UNREACHABLE = "house.onvif_unreachable"
    SILENT = "house.onvif_silent"
    NOT_ONVIF = "house.onvif_not"
    PASSWORD = "house.onvif_password"  # noqa: S105 - the name of a refusal
    CLOCK = "house.onvif_clock"
    NOT_ALLOWED = "house.onvif_not_allowed"
    REFUSED = "house.onvif_refused"
    FOREIGN = "house.onvif_foreign"
    NOT_TAKEN = "house.onvif_not_taken"


class Failed(Exception):
    """The talk is over. `facts` hold no password."""

    def __init__(self, fault: Fault, **facts: str | float) -> None:
        super().__init__(fault.value)
        self.fault, self.facts = fault, facts


_ADDRESS = re.compile(r"\w+://\S+")
_SIGNS = re.compile(r"[^\w .,:;()%/+*\-]+")


def scrubbed(words: str, *secrets: str) -> str:
    """A camera's own words, fit for a page: no address, none of `secrets`, no odd signs, 160 characters at most."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        words = words.replace(secret, "***")
    return " ".join(_SIGNS.sub(" ", _ADDRESS.sub("***", words)).split())[:160]
