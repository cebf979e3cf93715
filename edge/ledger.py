"""The house's one writer: everything that changes state goes through here, so that an answer always means "on disk".

1. All jobs that wait are taken together into one transaction.
2. Each runs in a savepoint of its own; its error is its own and leaves no trace. What is of one kind and waits side by side may share
   a savepoint (`gather`); when that fails, each is tried alone.
3. One commit, one fsync, for all of them.
4. Only then: what each job asked to do `after`, and its future.

A commit that fails (disk full, input/output error) fails every future of the batch, and none of it is in the database. After an
input/output error nothing is written before what the failed commit left behind has been taken away (edge/storage/doubt.py).
The facts that a job notes are rows of the same commit; edge/reporting carries them on.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlmodel import Session

from edge.errors import Code, Refusal
from edge.storage.doubt import in_doubt, make_sure
from edge.storage.engine import Store, lost_transaction, storage_refusal
from edge.storage.rewrite import rewrite

T = TypeVar("T")
R = TypeVar("R")
log = logging.getLogger("dinh.ledger")

BATCH = 512
"""At most this many jobs share a commit, so that the first of a flood is not kept waiting for the last."""
BUSY_S, GATHER_S = 0.3, 0.12
"""What can be taken together waits so long for company, when the last commit was only just: a hall that votes shares statements and fsyncs,
and whoever comes alone does not wait.
"""


class Fact(Protocol):
    """Something that happened; the same shape as the rooms' own Fact."""

    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    def data(self) -> dict[str, Any]: ...


Remember = Callable[[Session, Fact], None]
"""Adds a fact to the outbox in the session's transaction (edge/reporting supplies it)."""


@dataclass
class LedgerEntry:
    """One job's view of the transaction; see meeting/ports.py Entry."""

    session: Session
    remember: Remember
    calls: list[Callable[[], None]] = field(default_factory=list)

    def note(self, fact: Fact) -> None:
        """Remember a fact in the outbox, in the same commit."""
        self.remember(self.session, fact)

    def after(self, call: Callable[[], None]) -> None:
        """Run `call` once the commit is on disk. It must not block; its error is logged and hurts nobody else."""
        self.calls.append(call)


@dataclass
class _Waiting:
    job: Callable[[LedgerEntry], Any]
    future: "Future[Any]"
    calls: list[Callable[[], None]] = field(default_factory=list)
    result: Any = None
    error: BaseException | None = None
    together: Callable[[LedgerEntry, Sequence[Any]], Sequence[Any]] | None = None
    item: Any = None


@dataclass
class _Rewriting:
    table: str
    future: "Future[None]"


class _Kept(AbstractContextManager["_Kept"]):
    """Keeps the error of its block for whoever waits for it, instead of letting it end the writer's thread."""

    error: BaseException | None = None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        return isinstance(error, Exception)


class Ledger:
    """A thread that implements meeting.ports.Writer and cameras.ports.Writer."""

    def __init__(self, store: Store, remember: Remember) -> None:
        self.store = store
        self._remember = remember
        self._waiting: SimpleQueue[_Waiting | _Rewriting | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._gate = Lock()
        self._open = False
        self._committed = float("-inf")
        """When the last commit ended (monotonic seconds)."""
        self._doubt = store.is_sqlite
        """The process before may have died with a failed commit behind it, so the first commit makes sure, too."""

    @property
    def running(self) -> bool:
        """True while jobs are taken and the thread lives."""
        return self._open and self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Begin to take jobs."""
        with self._gate:
            self._open = True
            self._thread = Thread(target=self._run, name="ledger", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Finish what waits, then end. A job submitted later is refused with house.closing."""
        with self._gate:
            was_open, self._open = self._open, False
            if was_open:
                self._waiting.put(None)
        if was_open and self._thread is not None:
            self._thread.join()

    def submit(self, job: Callable[[LedgerEntry], T]) -> "Future[T]":
        """Queue a job. The future resolves after the commit, or with the job's own error, or with a storage Refusal."""
        future: Future[T] = Future()
        return self._queue(_Waiting(job, future), future)

    def gather(self, together: Callable[[LedgerEntry, Sequence[T]], Sequence[R]], item: T) -> "Future[R]":
        """Queue an item for `together`, which is handed all items that wait side by side for it and gives one result for each, in order.

        They share a savepoint. When it raises, each item is handed to it alone, so that the error of one is its own.
        """
        future: Future[R] = Future()
        waiting = _Waiting(lambda entry: together(entry, (item,))[0], future, together=together, item=item)
        return self._queue(waiting, future)

    def _queue(self, waiting: _Waiting, future: "Future[T]") -> "Future[T]":
        with self._gate:
            if self._open:
                self._waiting.put(waiting)
                return future
        future.set_exception(Refusal(Code.CLOSING))
        return future

    def rewrite(self, table: str) -> "Future[None]":
        """Queue a rewriting of the storage (edge/storage/rewrite.py). It runs between two commits, on the writer's own thread."""
        future: Future[None] = Future()
        with self._gate:
            if self._open:
                self._waiting.put(_Rewriting(table, future))
                return future
        future.set_exception(Refusal(Code.CLOSING))
        return future

    def _run(self) -> None:
        more = True
        while more:
            batch, more, rewriting = self._take()
            if batch:
                failed = self._commit(batch)
                self._committed = monotonic()
                _settle(batch, failed)
            del batch  # nothing of a finished job stays alive while the queue is empty
            if rewriting is not None:
                self._rewrite(rewriting)

    def _rewrite(self, asked: "_Rewriting") -> None:
        with _Kept() as kept:
            rewrite(self.store, asked.table)
        if kept.error is None:
            asked.future.set_result(None)
        else:
            asked.future.set_exception(Refusal(Code.STORAGE, detail=type(kept.error).__name__))

    def _take(self) -> "tuple[list[_Waiting], bool, _Rewriting | None]":
        """Jobs for one commit; whether more may come; and a rewriting, when one was asked for behind these jobs."""
        taken = [self._waiting.get()]
        if isinstance(taken[0], _Waiting) and taken[0].together is not None and monotonic() - self._committed < BUSY_S:
            sleep(GATHER_S)
        with suppress(Empty):
            while isinstance(taken[-1], _Waiting) and len(taken) < BATCH:
                taken.append(self._waiting.get_nowait())
        batch = [one for one in taken if isinstance(one, _Waiting) and one.future.set_running_or_notify_cancel()]
        last = taken[-1]
        return batch, last is not None, last if isinstance(last, _Rewriting) else None

    def _commit(self, batch: list[_Waiting]) -> Refusal | None:
        """Steps 2 and 3. None when everything that did not fail by itself is on disk."""
        if (refused := self._make_sure()) is not None:
            return refused
        try:
            with Session(self.store.writer, expire_on_commit=False) as session, session.begin():
                for run in _runs(batch):
                    if len(run) == 1 or not self._try_together(session, run):
                        for one in run:
                            self._try(session, one)
        except DBAPIError as error:
            log.warning("nothing of %d jobs was written: %s", len(batch), error.orig)
            self._doubt = self._doubt or in_doubt(error)
            self._make_sure()
            return storage_refusal(error)
        except SQLAlchemyError as error:
            log.exception("nothing of %d jobs was written", len(batch))
            return Refusal(Code.STORAGE, detail=type(error).__name__)
        return None

    def _try_together(self, session: Session, run: list[_Waiting]) -> bool:
        """False when it left nothing and each is to be tried alone."""
        entry, together = LedgerEntry(session, self._remember), run[0].together
        if together is None:
            return False
        with _Kept() as kept, session.begin_nested():
            results = together(entry, [one.item for one in run])
        if kept.error is None:
            for one, result in zip(run, results, strict=True):
                one.result = result
            run[0].calls = entry.calls
            return True
        if (lost := lost_transaction(session, kept.error)) is not None:
            raise lost
        log.warning("%d jobs that were taken together are tried one by one: %s", len(run), kept.error)
        return False

    def _make_sure(self) -> Refusal | None:
        """Why nothing can be written yet, when the storage is still in doubt."""
        if not self._doubt:
            return None
        with _Kept() as kept:
            make_sure(self.store)
        self._doubt = kept.error is not None
        if kept.error is None:
            return None
        log.warning("the storage is in doubt: %s", kept.error)
        return Refusal(Code.STORAGE, detail=str(kept.error))

    def _try(self, session: Session, one: _Waiting) -> None:
        entry = LedgerEntry(session, self._remember)
        with _Kept() as kept, session.begin_nested():
            one.result = one.job(entry)
        if kept.error is not None and (lost := lost_transaction(session, kept.error)) is not None:
            raise lost
        one.error, one.calls = kept.error, [] if kept.error else entry.calls


def _runs(batch: list[_Waiting]) -> Iterator[list[_Waiting]]:
    """Jobs in their order; those that stand side by side for the same `together` as one run."""
    run: list[_Waiting] = []
    for one in batch:
        if run and (one.together is None or one.together != run[0].together):
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _settle(batch: list[_Waiting], failed: Refusal | None) -> None:
    """Step 4."""
    for one in batch:
        if (error := failed or one.error) is not None:
            one.future.set_exception(error)
            continue
        for call in one.calls:
            _call(call)
        one.future.set_result(one.result)


def _call(call: Callable[[], None]) -> None:
    with _Kept() as kept:
        call()
    if kept.error is not None:
        log.error("a call after the commit failed", exc_info=kept.error)
