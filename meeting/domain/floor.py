"""The floor: who asked to speak, who speaks, for how long. Every step takes the time as an argument."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from meeting.domain.errors import Code, Refusal


class SpeechState(StrEnum):
    CALLED = "called"
    SPEAKING = "speaking"
    PAUSED = "paused"


@dataclass(frozen=True)
class Request:
    """A member's wish to speak, or to question (chất vấn)."""

    id: str
    member: str
    seat: str
    kind: str
    asked_at: datetime


@dataclass(frozen=True)
class Speech:
    """Who has the floor. `spoken_s` is what was spoken before `running_since`."""

    request: Request
    limit_s: int
    spoken_s: float = 0.0
    running_since: datetime | None = None
    state: SpeechState = SpeechState.CALLED

    def spoken(self, now: datetime) -> float:
        """Seconds spoken until now; a clock that was set back never takes time away."""
        running = (now - self.running_since).total_seconds() if self.running_since else 0.0
        return self.spoken_s + max(running, 0.0)

    def remaining(self, now: datetime) -> float:
        """Seconds left; negative when over time."""
        return self.limit_s - self.spoken(now)


@dataclass(frozen=True)
class Floor:
    """The speaking queue in the order of asking, and at most one speech."""

    open: bool = False
    queue: tuple[Request, ...] = ()
    speech: Speech | None = None

    def opened(self) -> "Floor":
        return self._set(is_open=True)

    def closed(self) -> "Floor":
        """No new requests; who waits goes on waiting."""
        return self._set(is_open=False)

    def _set(self, *, is_open: bool) -> "Floor":
        if self.open == is_open:
            raise Refusal(Code.FLOOR_STATE, open=is_open)
        return replace(self, open=is_open)

    def ask(self, request: Request) -> "Floor":
        if not self.open:
            raise Refusal(Code.FLOOR_CLOSED)
        for waiting in self.queue:
            if waiting.member == request.member:
                raise Refusal(Code.ALREADY_ASKED, request=waiting.id)
        return replace(self, queue=(*self.queue, request))

    def withdraw(self, request: str, *, member: str) -> "Floor":
        """A member takes back what he asked himself."""
        if self._waiting(request).member != member:
            raise Refusal(Code.UNKNOWN_REQUEST, request=request)
        return self.remove(request)

    def remove(self, request: str) -> "Floor":
        self._waiting(request)
        return replace(self, queue=tuple(one for one in self.queue if one.id != request))

    def call(self, request: str, *, limit_s: int) -> "Floor":
        """Give the floor to one who waits, whatever his place; refused while someone has it."""
        wanted = self._waiting(request)
        if self.speech:
            raise Refusal(Code.FLOOR_TAKEN, request=self.speech.request.id, seat=self.speech.request.seat)
        return replace(self.remove(request), speech=Speech(wanted, limit_s))

    def start(self, now: datetime) -> "Floor":
        """Begin, or go on after a pause."""
        speech = self._speech()
        if speech.state is SpeechState.SPEAKING:
            raise Refusal(Code.SPEECH_STATE, state=speech.state.value)
        return replace(self, speech=replace(speech, state=SpeechState.SPEAKING, running_since=now))

    def pause(self, now: datetime) -> "Floor":
        speech = self._speech()
        if speech.state is not SpeechState.SPEAKING:
            raise Refusal(Code.SPEECH_STATE, state=speech.state.value)
        return replace(self, speech=replace(speech, state=SpeechState.PAUSED, spoken_s=speech.spoken(now), running_since=None))

    def stop(self) -> "Floor":
        self._speech()
        return replace(self, speech=None)

    def _waiting(self, request: str) -> Request:
        for one in self.queue:
            if one.id == request:
                return one
        raise Refusal(Code.UNKNOWN_REQUEST, request=request)

    def _speech(self) -> Speech:
        if self.speech is None:
            raise Refusal(Code.NO_SPEECH)
        return self.speech
