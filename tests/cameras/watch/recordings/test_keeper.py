"""The watcher as a process records what its cameras send, says when it cannot, and finishes what it holds when it leaves."""

import signal
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broker.messages.devices import Desired
from broker.topics import DESIRED
from cameras.domain.errors import Code
from cameras.watch.recordings.check import Checked, check
from cameras.watch.recordings.lookup import Lookup
from tests.cameras.watch import films
from tests.cameras.watch.nodes import WATCHER, Node, eventually


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with ExitStack() as stack:
        yield Node(tmp_path, stack)


def want(node: Node, revision: int, film: Path, **settings: int) -> None:
    configuration: dict[str, Any] = {"cameras": [{"id": "cam-1", "name": "Cổng chợ", "url": str(film)}], "settings": settings}
    node.client.retain(DESIRED, Desired(revision=revision, configuration=configuration, signature=""), device=WATCHER)


def test_the_watcher_records_says_when_it_cannot_and_finishes_when_it_leaves(node: Node, tmp_path: Path) -> None:
    film = films.render(tmp_path / "film.mp4", films.passing, 30)
    process = node.start_watcher()
    want(node, 1, film, recording_free_gib=900_000)
    eventually(lambda: any(health.code == Code.RECORDING_FULL.value for health in node.health), 60)
    said = next(health for health in node.health if health.code == Code.RECORDING_FULL.value)
    assert said.facts["free_gib"] == 900_000
    assert said.state in ("seen", "idle"), "it is watched all the same"
    folder = tmp_path / "watcher" / "recordings"
    assert list(folder.glob("cam-1/*")) == []
    want(node, 2, film, recording_days=-1)
    eventually(lambda: any(told.get("facts") == {"key": "settings/recording_days"} for told in node.reported), 20)
    want(node, 3, film, recording_free_gib=0)
    eventually(lambda: sum(path.stat().st_size for path in folder.glob("cam-1/*")) > 60_000, 60)
    want(node, 4, film, recording_days=0)
    eventually(lambda: any(told.get("revision") == 4 for told in node.reported), 20)
    eventually(lambda: lookup(folder).files("cam-1"), 20)
    (file,) = folder.glob("cam-1/*")
    size = file.stat().st_size
    assert abs(int(file.stem) / 1e6 - datetime.now(UTC).timestamp()) < 120, "the name is the capture time of its first packet"
    want(node, 5, film)
    eventually(lambda: len(list(folder.glob("cam-1/*"))) == 2, 30)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    checked = Checked()
    assert list(check(folder, checked, content=True)) == []
    assert checked.segments == 2
    assert file.stat().st_size == size > 60_000


def lookup(folder: Path) -> Lookup:
    return Lookup(folder / "index.db")
