"""What accounts, devices and the HTTP surface ask of the house. edge/compose.py supplies all of it."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlmodel import Session

from broker.messages.base import Message
from broker.topics import Topic

T = TypeVar("T")


class Fact(Protocol):
    """Something that happened, remembered in the outbox in the same commit as the state that it changed."""

    @property
    def kind(self) -> str: ...

    @property
    def subject(self) -> str: ...

    def data(self) -> dict[str, Any]: ...


class Entry(Protocol):
    """One unit of work inside the writer's transaction."""

    @property
    def session(self) -> Session:
        """The writer's session. Never kept past the job."""
        ...

    def note(self, fact: Fact) -> None: ...

    def after(self, call: Callable[[], None]) -> None:
        """Run `call` once the commit is on disk. Dropped when the job fails."""
        ...


class Writer(Protocol):
    """The house's one writer."""

    def submit(self, job: Callable[[Entry], T]) -> "Future[T]":
        """Queue a job. The future resolves after the commit, or with the job's own error."""
        ...


class Reader(Protocol):
    """Opens a read-only session on the last committed state."""

    def __call__(self) -> AbstractContextManager[Session]: ...


class Post(Protocol):
    """Publishes to the air. Retained snapshots are kept and sent again on every (re)connect."""

    def publish(self, topic: Topic, message: Message, **ids: str) -> None: ...


class Clock(Protocol):
    """The time is an argument."""

    def __call__(self) -> datetime:
        """Now, UTC, with offset."""
        ...


class Ids(Protocol):
    """Random ids of 20 characters [a-z0-9]."""

    def __call__(self) -> str: ...


@dataclass(frozen=True)
class Means:
    """What every service of the roof works with."""

    writer: Writer
    reader: Reader
    clock: Clock
    ids: Ids
