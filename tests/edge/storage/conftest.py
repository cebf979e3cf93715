import shutil
from pathlib import Path

import pytest

from edge.node.prepare import prepare
from edge.settings import Settings, read_settings
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture(scope="session")
def first_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after its first start; copied, because making its accounts takes a second."""
    home = tmp_path_factory.mktemp("first") / "home"
    prepare(read_settings(home, {"DINH_BROKER_ENGINE": "embedded"}))
    return home


@pytest.fixture
def settings(first_home: Path, tmp_path: Path) -> Settings:
    """A node of this test's own that has been started once."""
    shutil.copytree(first_home, tmp_path / "home")
    return read_settings(tmp_path / "home", {"DINH_BROKER_ENGINE": "embedded"})


@pytest.fixture
def settings_on_postgres(tmp_path: Path, postgres_url: str) -> Settings:
    """The same on PostgreSQL."""
    made = read_settings(tmp_path / "home", {"DINH_DATABASE_URL": postgres_url, "DINH_BROKER_ENGINE": "embedded"})
    prepare(made)
    return made
