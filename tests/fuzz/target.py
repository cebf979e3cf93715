"""What a fuzz target is: something that takes bytes and says when what happened to them was wrong."""

import logging
from random import Random
from types import TracebackType
from typing import Protocol, Self

HANDLED = ("Invalid UTF-8 sequence received from client", "'utf-8' codec can't decode byte")
"""Text that is no UTF-8: uvicorn closes the connection, as RFC 6455 asks, and writes a traceback; after the client's own close a second
one, when it tries to close again. The connection is over either way, and nothing of it reached the broker.
"""


class WrongAnswer(AssertionError):
    """Bytes were accepted that the independent judge refuses, or were answered with what no client should ever get."""


class Target(Protocol):
    """One door that a tablet's bytes come through. An exception that leaves `feed` is a finding, and so is WrongAnswer."""

    name: str

    def invent(self, draw: Random) -> bytes:
        """An input: what an honest client would send, changed."""
        ...

    def feed(self, data: bytes) -> None:
        """Put these bytes through the real door."""
        ...

    def close(self) -> None:
        """Look at what is left, then end it."""
        ...


class Complaints(logging.Handler):
    """Errors and unhandled exceptions that the code under test logged instead of raising: they count as crashes."""

    def __init__(self, *loggers: str) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []
        self._loggers = [logging.getLogger(name) for name in loggers]

    def __enter__(self) -> Self:
        for logger in self._loggers:
            logger.addHandler(self)
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        for logger in self._loggers:
            logger.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        text = logging.Formatter().format(record)
        if not any(known in text for known in HANDLED):
            self.said.append(text)

    def none_said(self) -> None:
        """Raises WrongAnswer with what was logged since the last look."""
        if self.said:
            text, self.said = "\n".join(self.said), []
            raise WrongAnswer(f"logged as an error: {text}")
