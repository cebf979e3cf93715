"""After a rewriting the storage tells neither what was deleted nor in which order rows came."""

import random
import sqlite3
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session

from edge.errors import Code, Refusal
from edge.ledger import Ledger, LedgerEntry
from edge.storage import rewrite as rewriting
from edge.storage.engine import Store, open_store, sqlite_url

MAKE = "CREATE TABLE box (tracker TEXT PRIMARY KEY, ballot TEXT NOT NULL)"
ROWS = 60


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Ledger]:
    yield from opened(open_store(sqlite_url(tmp_path / "box.db")), " WITHOUT ROWID")


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Ledger]:
    yield from opened(open_store(postgres_url), "")


def opened(store: Store, form: str) -> Iterator[Ledger]:
    ledger = Ledger(store, lambda _session, _fact: None)
    ledger.start()
    ledger.submit(lambda entry: run(entry, MAKE + form)).result(10)
    yield ledger
    ledger.stop()
    store.close()


def run(entry: LedgerEntry, statement: str, **values: str) -> None:
    entry.session.execute(text(statement), values)


def put(ledger: Ledger, tracker: str) -> "Future[None]":
    return ledger.submit(lambda entry: run(entry, "INSERT INTO box VALUES (:tracker, :ballot)", tracker=tracker, ballot=tracker * 20))


def fill(ledger: Ledger) -> list[str]:
    """Rows one after the other, each a commit of its own; their trackers in the order of arrival."""
    draw = random.Random(3)
    trackers = [f"{draw.getrandbits(64):016x}" for _ in range(ROWS)]
    for one in trackers:
        put(ledger, one).result(10)
    return trackers


def whole(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.glob("box.db*")) if not path.name.endswith("-shm"))


def places(raw: bytes, trackers: list[str]) -> list[int]:
    return [raw.find(one.encode() * 20) for one in trackers]


def test_sqlite_forgets_what_was_deleted(sqlite: Ledger, tmp_path: Path) -> None:
    trackers = fill(sqlite)
    sqlite.submit(lambda entry: run(entry, "DELETE FROM box")).result(10)
    assert any(one.encode() in whole(tmp_path) for one in trackers), "the write-ahead log still has it: this is what is tried"
    sqlite.rewrite("box").result(10)
    assert not any(one.encode() in whole(tmp_path) for one in trackers)
    assert (tmp_path / "box.db-wal").stat().st_size == 0


def test_sqlite_keeps_rows_in_the_order_of_their_keys_alone(sqlite: Ledger, tmp_path: Path) -> None:
    trackers = fill(sqlite)
    before = places(whole(tmp_path), trackers)
    assert before == sorted(before), "the write-ahead log has them as they came"
    sqlite.rewrite("box").result(10)
    with sqlite3.connect(tmp_path / "again.db") as again:
        again.execute(MAKE + " WITHOUT ROWID")
        again.executemany("INSERT INTO box VALUES (?, ?)", [(one, one * 20) for one in sorted(trackers)])
        again.commit()
        again.execute("VACUUM")
    again.close()
    pages = [(tmp_path / name).read_bytes()[4096:] for name in ("box.db", "again.db")]
    assert pages[0] == pages[1], "byte for byte as if they had come in the order of their keys"


def test_postgres_keeps_no_dead_row_and_no_order(postgres: Ledger) -> None:
    trackers = fill(postgres)
    last = sorted(trackers)[10]
    postgres.submit(lambda entry: run(entry, "DELETE FROM box WHERE tracker > :last", last=last)).result(10)
    with Session(postgres.store.readers) as session:
        before = session.execute(text("SELECT pg_relation_filenode('box'), pg_relation_size('box')")).one()
    postgres.rewrite("box").result(10)
    with Session(postgres.store.readers) as session:
        after = session.execute(text("SELECT pg_relation_filenode('box'), pg_relation_size('box')")).one()
        assert session.execute(text("SELECT count(*) FROM box")).scalar() == 11
    assert after[0] != before[0]
    assert after[1] < before[1]


def test_jobs_before_and_after_a_rewriting_are_done(sqlite: Ledger) -> None:
    first, again, second = put(sqlite, "a"), sqlite.rewrite("box"), put(sqlite, "b")
    for one in (first, again, second):
        one.result(10)
    with sqlite.store.reader() as session:
        assert session.execute(text("SELECT count(*) FROM box")).scalar() == 2


def test_a_reader_that_stays_is_waited_for_and_then_named(sqlite: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "TRUNCATE_S", 0.1)
    fill(sqlite)
    with sqlite.store.reader() as session:
        session.execute(text("SELECT count(*) FROM box")).scalar()
        with pytest.raises((rewriting.StillRead, Refusal)):
            sqlite.rewrite("box").result(30)
    sqlite.rewrite("box").result(10)


def test_a_ledger_that_has_ended_refuses(sqlite: Ledger) -> None:
    sqlite.stop()
    with pytest.raises(Refusal) as refused:
        sqlite.rewrite("box").result(1)
    assert refused.value.code is Code.CLOSING
