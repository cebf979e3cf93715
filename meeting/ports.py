"""What the meeting room asks of the house. edge/compose.py supplies all of it."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Literal, Protocol, TypeVar

from sqlmodel import Session

from broker.messages.base import Message
from broker.topics import Topic

T = TypeVar("T")
R = TypeVar("R")


class Fact(Protocol):
    """Something that happened, told to the house in the same commit as the state that it changed."""

    @property
    def kind(self) -> str:
        """Dotted name in the past tense, for example `meeting.motion_closed`."""
        ...

    @property
    def subject(self) -> str:
        """Id of the thing it happened to; facts of one subject are delivered in order."""
        ...

    def data(self) -> dict[str, Any]:
        """JSON-ready details."""
        ...


class Entry(Protocol):
    """One unit of work inside the writer's transaction."""

    @property
    def session(self) -> Session:
        """The writer's session. Never kept past the job."""
        ...

    def note(self, fact: Fact) -> None:
        """Remember a fact in the outbox, in the same commit."""
        ...

    def after(self, call: Callable[[], None]) -> None:
        """Run `call` once the commit is on disk: publish, answer. Dropped when the job fails."""
        ...


class Writer(Protocol):
    """The house's one writer. Jobs that wait together share one transaction and one fsync; each has its own savepoint."""

    def submit(self, job: Callable[[Entry], T]) -> "Future[T]":
        """Queue a job. The future resolves after the commit, or with the job's own error."""
        ...

    def gather(self, together: "Callable[[Entry, Sequence[T]], Sequence[R]]", item: T) -> "Future[R]":
        """Queue an item for `together`, which is handed everything that waits for it side by side, and gives a result for each, in order."""
        ...

    def rewrite(self, table: str) -> "Future[None]":
        """Between two commits: make the storage forget in which order the rows of this table came, and what was deleted from it."""
        ...


class Reader(Protocol):
    """Opens a read-only session on the last committed state."""

    def __call__(self) -> AbstractContextManager[Session]: ...


class Post(Protocol):
    """Publishes to the air. Never blocks; retained snapshots are kept and sent again on every (re)connect."""

    def publish(self, topic: Topic, message: Message, **ids: str) -> None: ...


class Clock(Protocol):
    """The time is an argument."""

    def __call__(self) -> datetime:
        """Now, UTC, with offset."""
        ...


class Ids(Protocol):
    """Random ids."""

    def __call__(self) -> str:
        """A fresh id that fits one topic level: 20 characters [a-z0-9], 100 bits."""
        ...


class Doors(Protocol):
    """What an enrolled device is, so that a ballot says which way it came."""

    def __call__(self, device: str) -> Literal["tablet", "keypad"]: ...


def tablets_only(device: str) -> Literal["tablet", "keypad"]:  # noqa: ARG001 - a Doors
    """Where nothing but tablets is known."""
    return "tablet"


class Person(Protocol):
    """Who stands at the browser's door."""

    @property
    def account(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def roles(self) -> frozenset[str]: ...

    @property
    def device(self) -> str | None:
        """The enrolled device whose cookie it is, when it is one."""
        ...


PersonGate = Callable[..., Callable[..., Person]]
"""`person(*roles)` gives a FastAPI dependency that lets these roles in, or raises 401 or 403."""
