"""The ledger: an answer means "on disk", and what failed left nothing."""

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from edge.errors import Code, Refusal
from edge.ledger import Fact, Ledger, LedgerEntry
from edge.storage.engine import Store, open_store, sqlite_url


@dataclass(frozen=True)
class Happened:
    subject: str
    kind: str = "tests.happened"

    def data(self) -> dict[str, Any]:
        return {"of": self.subject}


def remember(session: Session, fact: Fact) -> None:
    session.execute(text("INSERT INTO facts VALUES (:kind, :data)"), {"kind": fact.kind, "data": json.dumps(fact.data())})


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = sqlite_url(tmp_path / "dinh.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store = open_store(url)
    with store.writer.begin() as connection:
        connection.execute(text("CREATE TABLE rows (id TEXT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE facts (kind TEXT, data TEXT)"))
    yield store
    store.close()


@pytest.fixture
def ledger(store: Store) -> Iterator[Ledger]:
    ledger = Ledger(store, remember)
    ledger.start()
    yield ledger
    ledger.stop()


def insert(name: str) -> Callable[[LedgerEntry], str]:
    def job(entry: LedgerEntry) -> str:
        entry.session.execute(text("INSERT INTO rows VALUES (:id)"), {"id": name})
        entry.note(Happened(name))
        return name

    return job


def rows(store: Store) -> set[str]:
    with store.reader() as session:
        return set(session.execute(text("SELECT id FROM rows")).scalars())


def facts(store: Store) -> int:
    with store.reader() as session:
        return int(session.execute(text("SELECT count(*) FROM facts")).scalar_one())


def test_a_job_and_its_fact_are_there_when_the_future_resolves(ledger: Ledger, store: Store) -> None:
    assert ledger.submit(insert("a")).result(10) == "a"
    assert rows(store) == {"a"}
    assert facts(store) == 1


def test_a_failing_job_leaves_no_trace_and_hurts_nobody_else(ledger: Ledger, store: Store) -> None:
    called: list[str] = []

    def bad(entry: LedgerEntry) -> None:
        insert("bad")(entry)
        entry.after(lambda: called.append("bad"))
        raise ValueError("no")

    hold = threading.Event()
    first = ledger.submit(lambda _entry: hold.wait(10))
    futures = [ledger.submit(insert("a")), ledger.submit(insert("b"))]
    failing, twice = ledger.submit(bad), ledger.submit(insert("a"))
    last = ledger.submit(insert("c"))
    hold.set()
    assert first.result(10)
    assert [future.result(10) for future in [*futures, last]] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="no"):
        failing.result(10)
    assert twice.exception(10) is not None
    assert rows(store) == {"a", "b", "c"}
    assert facts(store) == 3
    assert called == []


def test_all_that_waits_shares_one_commit(ledger: Ledger, store: Store) -> None:
    commits: list[int] = []
    event.listen(store.writer, "commit", lambda _connection: commits.append(1))
    hold = threading.Event()
    ledger.submit(lambda _entry: hold.wait(10))
    futures = [ledger.submit(insert(f"r{n}")) for n in range(50)]
    hold.set()
    for future in futures:
        future.result(10)
    assert len(commits) <= 2, "the job that held the writer, and one commit for all that waited meanwhile"
    assert len(rows(store)) == 50


def test_after_runs_once_the_commit_is_visible_to_others_and_before_the_future(ledger: Ledger, store: Store) -> None:
    seen: list[set[str]] = []

    def job(entry: LedgerEntry) -> None:
        insert("a")(entry)
        entry.after(lambda: seen.append(rows(store)))

    ledger.submit(job).result(10)
    assert seen == [{"a"}]


def test_a_failing_call_after_the_commit_is_logged_and_stops_nothing(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    def job(entry: LedgerEntry) -> str:
        entry.after(lambda: json.loads("{"))
        return "done"

    assert ledger.submit(job).result(10) == "done"
    assert ledger.submit(insert("next")).result(10) == "next"
    assert "after the commit" in caplog.text


def test_readers_cannot_write(store: Store) -> None:
    with store.reader() as session, pytest.raises(Exception, match=r"(?i)read-?only"):
        session.execute(text("INSERT INTO rows VALUES ('x')"))


def test_stopping_finishes_what_waits_and_refuses_what_comes_later(ledger: Ledger, store: Store) -> None:
    futures = [ledger.submit(insert(f"r{n}")) for n in range(10)]
    ledger.stop()
    assert all(future.done() for future in futures)
    assert len(rows(store)) == 10
    with pytest.raises(Refusal) as refused:
        ledger.submit(insert("late")).result(1)
    assert refused.value.code is Code.CLOSING


def test_a_full_disk_fails_the_whole_batch_and_nothing_is_half_written(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / "dinh.db"))
    with store.writer.begin() as connection:
        connection.execute(text("CREATE TABLE rows (id TEXT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE facts (kind TEXT, data TEXT)"))
        connection.exec_driver_sql("PRAGMA max_page_count=20")
    ledger = Ledger(store, remember)
    ledger.start()
    ledger.submit(insert("before")).result(10)
    hold = threading.Event()
    ledger.submit(lambda _entry: hold.wait(10))
    batch = [ledger.submit(insert("small")), ledger.submit(insert("x" * 200_000)), ledger.submit(insert("other"))]
    hold.set()
    for future in batch:
        with pytest.raises(Refusal) as refused:
            future.result(10)
        assert refused.value.code is Code.DISK_FULL
    assert rows(store) == {"before"}
    assert facts(store) == 1
    assert ledger.submit(insert("after")).result(10) == "after"
    ledger.stop()
    store.close()


def test_a_commit_that_fails_fails_every_future(tmp_path: Path) -> None:
    store = open_store(sqlite_url(tmp_path / "dinh.db"))
    with store.writer.begin() as connection:
        connection.execute(text("CREATE TABLE rows (id TEXT PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE refs (id TEXT REFERENCES rows(id) DEFERRABLE INITIALLY DEFERRED)"))
    ledger = Ledger(store, lambda _session, _fact: None)
    ledger.start()
    hold = threading.Event()
    ledger.submit(lambda _entry: hold.wait(10))
    called: list[str] = []

    def dangling(entry: LedgerEntry) -> None:
        entry.session.execute(text("INSERT INTO refs VALUES ('nobody')"))
        entry.after(lambda: called.append("dangling"))

    batch: list[Future[Any]] = [ledger.submit(insert("a")), ledger.submit(dangling)]
    hold.set()
    for future in batch:
        with pytest.raises(Refusal) as refused:
            future.result(10)
        assert refused.value.code is Code.STORAGE
    assert rows(store) == set()
    assert called == []
    ledger.stop()
    store.close()


def together(sizes: list[int]) -> Callable[[LedgerEntry, Sequence[str]], list[str]]:
    """Inserts all names it is handed, and keeps how many they were."""

    def job(entry: LedgerEntry, names: Sequence[str]) -> list[str]:
        sizes.append(len(names))
        for name in names:
            insert(name)(entry)
        return [name.upper() for name in names]

    return job


def test_what_waits_side_by_side_for_the_same_is_handed_over_at_once_in_its_order(ledger: Ledger, store: Store) -> None:
    sizes: list[int] = []
    go, job = threading.Event(), together(sizes)
    ledger.submit(lambda _entry: go.wait(10))
    first = [ledger.gather(job, name) for name in "abc"]
    between = ledger.submit(insert("x"))
    last = [ledger.gather(job, name) for name in "de"]
    go.set()
    assert [one.result(10) for one in (*first, between, *last)] == ["A", "B", "C", "x", "D", "E"]
    assert sizes == [3, 2]
    assert rows(store) == set("abcdex")
    assert facts(store) == 6


def test_when_a_run_fails_each_is_tried_alone_and_only_the_wrong_one_fails(ledger: Ledger, store: Store) -> None:
    sizes: list[int] = []
    go, job = threading.Event(), together(sizes)
    ledger.submit(lambda _entry: go.wait(10))
    waiting = [ledger.gather(job, name) for name in ("a", "b", "a", "c")]
    go.set()
    assert [waiting[place].result(10) for place in (0, 1, 3)] == ["A", "B", "C"]
    with pytest.raises(IntegrityError):
        waiting[2].result(10)
    assert sizes == [4, 1, 1, 1, 1]
    assert rows(store) == set("abc")
    assert facts(store) == 3
