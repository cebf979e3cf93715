"""What is let go, what stays, and what happens when there is no room at all."""

import logging
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cameras.domain.chain import Hole
from cameras.domain.errors import Code
from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.index import Index
from cameras.watch.recordings.limits import Limits, limits_of
from cameras.watch.recordings.lookup import Lookup
from tests.cameras.watch.recordings.conftest import Open
from tests.cameras.watch.recordings.feeding import BEGAN, CAMERA, ROOMY, Feeder, eventually, written

S = timedelta(seconds=1)
MINUTE_BYTES = 1_700_000
"""About what a minute of the film takes, and a little more."""
FAR = datetime(2100, 1, 1, tzinfo=UTC)


def numbers(archive: Archive, camera: str = CAMERA) -> list[int]:
    lookup = Lookup(archive.folder / "index.db")
    return [step.record.number for _, step in lookup.chain(camera) if not isinstance(step, Hole)]


def holes(archive: Archive) -> list[tuple[int, int]]:
    lookup = Lookup(archive.folder / "index.db")
    return [(step.first, step.last) for _, step in lookup.chain(CAMERA) if isinstance(step, Hole)]


def recorded(archive: Archive, film: Path, seconds: float, *, camera: str = CAMERA, began: datetime = BEGAN) -> None:
    Feeder(film, began=began).record(archive.recording(camera), seconds)
    written(archive, camera)


def verify_agreed(archive: Archive) -> None:
    """Chain, index and files."""
    lookup = Lookup(archive.folder / "index.db")
    eventually(lambda: not lookup.garbage())
    assert list(archive.check(content=True)) == []
    assert {path.name for path in (archive.folder / CAMERA).glob("*.mp4")} == lookup.files(CAMERA)


def test_the_oldest_of_a_camera_goes_when_it_has_more_than_its_share_and_the_chain_holds(film: Path, opened: Open) -> None:
    archive = opened(replace(ROOMY, camera_bytes=3 * MINUTE_BYTES))
    recorded(archive, film, 100, camera="cam-2")
    recorded(archive, film, 8 * 60)
    eventually(lambda: len(numbers(archive)) <= 4)
    assert numbers(archive) == [6, 7, 8]
    assert holes(archive) == [(1, 5)]
    assert numbers(archive, "cam-2") == [1, 2], "another camera has its own share"
    verify_agreed(archive)


def test_of_all_cameras_the_oldest_goes_and_a_pin_holds(film: Path, opened: Open) -> None:
    archive = opened(replace(ROOMY, total_bytes=4 * MINUTE_BYTES))
    archive.pin(CAMERA, BEGAN + 70 * S, BEGAN + 80 * S, "sighting", until=FAR)
    archive.pin(CAMERA, BEGAN + 190 * S, BEGAN + 200 * S, "an old one", until=BEGAN)
    recorded(archive, film, 60, camera="cam-2", began=BEGAN - timedelta(hours=1))
    recorded(archive, film, 8 * 60)
    eventually(lambda: len(numbers(archive)) <= 4)
    assert numbers(archive) == [2, 6, 7, 8]
    assert numbers(archive, "cam-2") == []
    assert holes(archive) == [(1, 1), (3, 5)]
    verify_agreed(archive)


def test_what_is_older_than_wanted_goes_but_not_all_at_once(film: Path, opened: Open) -> None:
    """A clock that is suddenly years ahead must not empty the archive."""
    archive = opened()
    recorded(archive, film, 12 * 60)
    archive.apply(replace(ROOMY, age=timedelta(days=2)))
    assert len(numbers(archive)) == 12
    recorded(archive, film, 30, began=datetime.now(UTC) - timedelta(hours=3))
    eventually(lambda: len(numbers(archive)) <= 5)
    assert numbers(archive) == [9, 10, 11, 12, 13]
    verify_agreed(archive)


def test_a_file_that_was_let_go_as_the_power_went_is_not_taken_for_unfinished(film: Path, tmp_path: Path, opened: Open) -> None:
    first = opened()
    recorded(first, film, 100)
    first.close()
    Index(first.folder / "index.db").let_go(CAMERA, 1)  # and the file is still there
    again = opened()
    eventually(lambda: not Lookup(again.folder / "index.db").garbage())
    assert numbers(again) == [2]
    verify_agreed(again)


def test_without_room_the_camera_is_not_recorded_and_says_so_and_goes_on_when_there_is(film: Path, opened: Open) -> None:
    archive = opened(replace(ROOMY, free_bytes=1 << 60))
    recording, feeder = archive.recording(CAMERA), Feeder(film)
    feeder.open(recording)
    packets = feeder.packets(60)
    feeder.feed(recording, (next(packets) for _ in range(300)))
    eventually(lambda: archive.fault(CAMERA))
    fault = archive.fault(CAMERA)
    assert fault is not None
    assert fault == (Code.RECORDING_FULL, {"free_gib": 1 << 30})
    archive.apply(ROOMY)
    feeder.feed(recording, packets)
    recording.closed()
    written(archive)
    assert archive.fault(CAMERA) is None
    spans = archive.spans(CAMERA, BEGAN, BEGAN + 60 * S)
    assert [(span.recorded, span.code) for span in spans] == [(False, Code.RECORDING_FULL), (True, None)]
    verify_agreed(archive)


def test_what_was_flagged_is_pinned_while_older_goes_first(film: Path, opened: Open) -> None:
    archive = opened(replace(ROOMY, camera_bytes=MINUTE_BYTES))
    archive.pin(CAMERA, BEGAN, BEGAN + 400 * S, "everything", until=FAR)
    recorded(archive, film, 200)
    assert numbers(archive) == [1, 2, 3, 4], "evidence is not let go for a limit"


def test_a_disk_that_is_really_full(film: Path, tmp_path: Path) -> None:
    """A file system of 24 MiB in a mount namespace of its own: the oldest makes room again and again, nothing is raised, all agrees."""
    if subprocess.run(["unshare", "-Urm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("no user namespaces here: no small file system can be mounted")
    mount = f"mount -t tmpfs -o size=24m tmpfs {tmp_path} && exec {sys.executable} -m tests.cameras.watch.recordings.small_disk"
    command = ["unshare", "-Urm", "sh", "-c", f"{mount} {tmp_path} {film}"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Traceback" not in done.stderr
    assert done.stdout.splitlines() == ["oldest let go", "agreed", "full and said so", "agreed"]


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ({"recording_days": -1}, "settings/recording_days"),
        ({"recording_days": True}, "settings/recording_days"),
        ({"recording_total_gib": "9"}, "settings/recording_total_gib"),
        ([], "settings"),
    ],
)
def test_limits_that_are_not_understood_are_named(told: Any, key: str) -> None:
    with pytest.raises(ValueError, match=key):
        limits_of({"settings": told})
    assert limits_of({}) == Limits()


def test_an_index_that_cannot_be_written_is_no_matter_of_the_camera(film: Path, opened: Open, caplog: pytest.LogCaptureFixture) -> None:
    archive = opened()
    archive._index._base.execute("pragma query_only = on")  # as a disk that takes nothing more
    feeder = Feeder(film)
    with caplog.at_level(logging.CRITICAL):
        feeder.record(archive.recording(CAMERA), 70)
        eventually(lambda: archive.fault(CAMERA))
    assert archive.fault(CAMERA) == (Code.RECORDING_FAILED, {"why": "OperationalError"})
    assert feeder.slowest < 2.0
    archive.close()
    again = opened()
    eventually(lambda: numbers(again) == [1])
    verify_agreed(again)
