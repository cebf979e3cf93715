"""`dinh cameras check`: right, changed, quick, and a node that never recorded."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cameras.watch.recordings.archive import Archive
from tests.cameras.watch import films
from tests.cameras.watch.recordings.feeding import CAMERA, ROOMY, Feeder
from tests.edge.node.test_command_line import said


@pytest.fixture
def watcher(tmp_path: Path) -> Path:
    """The home of a watcher of the node at `tmp_path`, with one recorded segment."""
    home = tmp_path / "watchers" / "watcher-1"
    archive = Archive(home, ROOMY)
    Feeder(films.render(tmp_path / "film.ts", films.passing, 3)).record(archive.recording(CAMERA), 9)
    archive.close()
    return home


def test_recordings_are_checked(watcher: Path, tmp_path: Path) -> None:
    status, text = said("cameras", "check", "--home", str(tmp_path))
    assert (status, "1 segments" in text, "as it was written" in text) == (0, True, True)
    (file,) = (watcher / "recordings" / CAMERA).iterdir()
    content = bytearray(file.read_bytes())
    content[5000] ^= 1
    file.write_bytes(bytes(content))
    assert said("cameras", "check", "--folder", str(watcher), "--quick")[0] == 0
    status, text = said("cameras", "check", "--folder", str(watcher), language="vi")
    assert (
        status,
        f"cam-1, {datetime.fromtimestamp(int(file.stem) // 10**6, UTC).astimezone():%Y-%m-%d %H:%M:%S}: " in text,
        file.name in text,
    ) == (1, True, True)
    assert "(cameras.segment_altered)" in text
    with closing(sqlite3.connect(watcher / "recordings" / "index.db", isolation_level=None)) as base:
        base.execute("update segment set packets = 7")
    status, text = said("cameras", "check", "--folder", str(watcher), "--quick")
    assert (status, "(cameras.chain_broken)" in text) == (1, True)
    (watcher / "recordings" / "index.db").write_bytes(b"x" * 4000)
    status, text = said("cameras", "check", "--folder", str(watcher))
    assert (status, "(cameras.recording_failed)" in text, "Traceback" in text) == (1, True, False)


def test_nothing_recorded_is_nothing_to_praise(tmp_path: Path) -> None:
    status, text = said("cameras", "check", "--home", str(tmp_path))
    assert (status, "0 segments" in text, "as it was written" in text) == (0, True, False)
