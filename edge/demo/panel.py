"""The lamp and the two lines of text of a simulated keypad."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from edge.words import Words


class State(StrEnum):
    """What the unit shows. Each has a lamp, and words under `keypad.<state>`."""

    OFF = "off"
    NO_NODE = "no_node"
    BADGE = "badge"
    IDLE = "idle"
    OPEN = "open"
    SENT = "sent"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ELSEWHERE = "elsewhere"
    """A vote that three keys cannot cast: an election, or a secret one."""


LAMPS: Final = {
    State.OFF: "off",
    State.NO_NODE: "red, slow",
    State.BADGE: "white, slow",
    State.IDLE: "off",
    State.OPEN: "blue",
    State.SENT: "amber, fast",
    State.ACCEPTED: "green",
    State.REFUSED: "red",
    State.ELSEWHERE: "white",
}


@dataclass(frozen=True)
class Panel:
    """Lamp and second line: the receipt's code, a refusal's code, the seat."""

    state: State
    text: str = ""

    @property
    def lamp(self) -> str:
        return LAMPS[self.state]

    def lines(self, words: Words) -> tuple[str, str]:
        """What stands on the display: what this is, and what to do or to write down."""
        below = words.error(self.text, {}) if self.state is State.REFUSED and words.has(f"errors.{self.text}") else self.text
        return words(f"keypad.{self.state}"), below or words(f"keypad.{self.state}_below")
