from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.meeting.room import Council, Room, council, room, sqlite_room
from tests.postgres import postgres_server, postgres_url

__all__ = ["postgres_server", "postgres_url"]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Room]:
    """A room on SQLite."""
    with sqlite_room(tmp_path) as made:
        yield made


@pytest.fixture
def five(hall: Room) -> Council:
    """An open council of five voters and a guest; nobody is here yet."""
    return council(hall)


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """A room on each database."""
    if request.param == "sqlite":
        with sqlite_room(tmp_path) as made:
            yield made
    else:
        with room(request.getfixturevalue("postgres_url"), tmp_path / "documents") as made:
            yield made
