"""The migrations make exactly the tables that the rooms declare, on both databases, and know what is not theirs."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from edge.errors import Code, Refusal
from edge.storage import migrate as migrations
from edge.storage.engine import Store, open_store, sqlite_url
from edge.storage.migrate import VERSION_TABLE, current, migrate, revisions
from edge.storage.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    url = sqlite_url(tmp_path / "dinh.db") if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    store = open_store(url)
    yield store
    store.close()


def test_the_migrations_are_the_tables(store: Store) -> None:
    assert migrate(store)
    options = {"version_table": VERSION_TABLE, "compare_type": True}
    with store.readers.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata())
    assert differences == []


def test_a_second_start_has_nothing_to_do(store: Store) -> None:
    assert migrate(store)
    assert not migrate(store)
    assert current(store) == revisions()[-1]


def test_a_newer_database_is_refused_and_left_alone(store: Store) -> None:
    migrate(store)
    with store.writer.begin() as connection:
        connection.execute(text("UPDATE house_version SET version_num = '9999'"))
    with pytest.raises(Refusal) as refused:
        migrate(store)
    assert refused.value.code is Code.NEWER_DATABASE
    assert refused.value.facts["has"] == "9999"
    assert current(store) == "9999"


def test_a_foreign_database_is_refused(store: Store) -> None:
    with store.writer.begin() as connection:
        connection.execute(text("CREATE TABLE somebody_elses (id INTEGER)"))
    with pytest.raises(Refusal) as refused:
        migrate(store)
    assert refused.value.code is Code.UNKNOWN_DATABASE
    assert "somebody_elses" in str(refused.value.facts["tables"])


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "dinh.db").write_text("hello " * 1000)
    store = open_store(sqlite_url(tmp_path / "dinh.db"))
    with pytest.raises(Refusal) as refused:
        migrate(store)
    assert refused.value.code is Code.UNKNOWN_DATABASE
    store.close()


def test_a_server_that_is_away_is_named_without_its_password() -> None:
    store = open_store("postgresql://dinh:geheim@127.0.0.1:9/dinh")
    with pytest.raises(Refusal) as refused:
        migrate(store)
    assert refused.value.code is Code.DATABASE_UNREACHABLE
    assert "geheim" not in str(refused.value.facts)
    store.close()


def test_a_migration_that_fails_leaves_the_database_as_it_was(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(store)
    before = current(store)
    folder = tmp_path / "migrations"
    shutil.copytree(migrations.FOLDER, folder)
    broken = f"revision = '9000'\ndown_revision = '{before}'\n\nfrom alembic import op\n\ndef upgrade():\n    op.execute('CREATE TABLE half (id INTEGER)')\n    op.execute('NONSENSE')\n"
    (folder / "versions" / "9000_broken.py").write_text(broken)
    monkeypatch.setattr(migrations, "FOLDER", folder)
    monkeypatch.setattr("edge.storage.upgrade.FOLDER", folder)
    with pytest.raises(Refusal):
        migrate(store)
    assert current(store) == before
    with store.readers.connect() as connection:
        tables = set(store.writer.dialect.get_table_names(connection))
    assert "half" not in tables
