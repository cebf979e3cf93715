"""Power cuts: a process that is killed while it writes, a file that is cut or changed, an index that is lost."""

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from cameras.domain.chain import Link
from cameras.domain.errors import Code
from cameras.watch.evidence import file_sha256
from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.check import Checked, Finding, check
from cameras.watch.recordings.keeper import Keeper
from cameras.watch.recordings.lookup import Lookup
from cameras.watch.recordings.recover import recover
from cameras.watch.recordings.segment import Segment, Source
from tests.cameras.watch.recordings.conftest import Open
from tests.cameras.watch.recordings.feeding import BEGAN, CAMERA, ROOMY, Feeder, decoded, eventually

ROUNDS = 3


def agreed(home: Path) -> bool:
    """Every file has its place in the index."""
    lookup = Lookup(home / "recordings" / "index.db")
    folders = [folder for folder in (home / "recordings").iterdir() if folder.is_dir()]
    return all({path.name for path in folder.glob("*.mp4")} == lookup.files(folder.name) for folder in folders)


def test_kill_9_loses_no_finished_segment_and_the_rest_is_recovered(film: Path, tmp_path: Path) -> None:
    chance = random.Random(7)
    kept: dict[str, set[str]] = {"cam-0": set(), "cam-1": set()}
    for _ in range(ROUNDS):
        command = [sys.executable, "-m", "tests.cameras.watch.recordings.feeding", str(tmp_path), str(film)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(chance.uniform(0.2, 1.6))
            process.send_signal(signal.SIGKILL)
        lookup = Lookup(tmp_path / "recordings" / "index.db")
        for camera, finished in kept.items():
            assert finished <= lookup.files(camera), "what was finished once stays"
            finished.update(lookup.files(camera))
    archive = Archive(tmp_path, ROOMY)
    eventually(lambda: agreed(tmp_path))
    archive.close()
    checked = Checked()
    assert list(check(tmp_path / "recordings", checked, content=True)) == []
    assert checked.segments > ROUNDS
    lookup = Lookup(tmp_path / "recordings" / "index.db")
    links = [step for camera in kept for _, step in lookup.chain(camera) if isinstance(step, Link)]
    assert {link.record.recovered for link in links} == {True, False}
    for path in (tmp_path / "recordings").glob("cam-*/*.mp4"):
        assert decoded(path) > 0


def test_a_file_that_is_cut_anywhere_is_whole_up_to_its_last_fragment(film: Path, tmp_path: Path) -> None:
    chance, feeder = random.Random(3), Feeder(film)
    source = Source(feeder.stream.template())
    segment = Segment(tmp_path, source, BEGAN)
    ends = []
    for kept in feeder.packets(20):
        segment.add(kept, feeder.at(kept))
        ends.append(segment.readable)
    written = segment.finish()
    whole = (tmp_path / written.file).read_bytes()
    starts = sorted({entry.offset for entry in written.entries} | {len(whole)})
    (tmp_path / "cut").mkdir()
    path = tmp_path / "cut" / written.file
    for cut in [0, 1, 40, starts[0], starts[0] + 1, *(chance.randrange(len(whole)) for _ in range(30)), len(whole)]:
        path.write_bytes(whole[:cut] + bytes(chance.choice([0, 0, 7, 9000])))
        found = recover(path)
        end = max((start for start in starts if start <= cut), default=0)
        if end in (0, starts[0]):
            assert found is None
            assert not path.exists()
            continue
        assert found is not None
        assert (found.bytes, found.recovered, found.start_us) == (end, True, written.start_us)
        assert path.read_bytes() == whole[:end]
        assert found.sha256 == file_sha256(path)
        assert found.entries == tuple(entry for entry in written.entries if entry.offset < end)
        assert found.packets == 24 * len(found.entries)
    assert recover(tmp_path / written.file) == replace(written, recovered=True)


def test_zeros_instead_of_a_fragments_bytes_are_no_fragment(film: Path, tmp_path: Path) -> None:
    """A file system may have the length on disk and not the bytes."""
    feeder = Feeder(film)
    segment = Segment(tmp_path, Source(feeder.stream.template()), BEGAN)
    for kept in feeder.packets(12):
        segment.add(kept, feeder.at(kept))
    written = segment.finish()
    path = tmp_path / written.file
    last = written.entries[-1].offset
    with path.open("r+b") as file:
        file.seek(last + 3000)
        file.write(bytes(written.bytes - last - 3000))
    found = recover(path)
    assert found is not None
    assert found.bytes == last
    assert decoded(path) == found.packets


def flip(home: Path, path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def shorten(home: Path, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def remove(home: Path, path: Path) -> None:
    path.unlink()


def sql(*statements: str) -> Callable[[Path, Path], None]:
    def change(home: Path, _path: Path) -> None:
        with closing(sqlite3.connect(home / "index.db", isolation_level=None)) as base:
            for statement in statements:
                base.execute(statement)

    return change


FLIPPED = (2, Code.SEGMENT_ALTERED)


@pytest.mark.parametrize(
    ("change", "quick", "thorough"),
    [
        (flip, [], [FLIPPED]),
        (shorten, [FLIPPED], [FLIPPED]),
        (remove, [(2, Code.SEGMENT_MISSING)], [(2, Code.SEGMENT_MISSING)]),
        (sql("update segment set end_us = end_us + 1 where number = 2"), [(2, Code.CHAIN_BROKEN)], [(2, Code.CHAIN_BROKEN)]),
        (sql("delete from segment where number = 2"), [(2, Code.CHAIN_BROKEN)], [(2, Code.CHAIN_BROKEN)]),
        (sql(), [], []),
    ],
    ids=["flipped", "shortened", "removed", "row changed", "row removed", "untouched"],
)
def test_what_was_changed_behind_our_back_is_named(
    three: Path, tmp_path: Path, change: Callable[[Path, Path], None], quick: list[tuple[int, Code]], thorough: list[tuple[int, Code]]
) -> None:
    home = tmp_path / "recordings"
    shutil.copytree(three / "recordings", home)
    change(home, sorted((home / CAMERA).glob("*.mp4"))[1])

    def named(found: list[Finding]) -> list[tuple[int, Code]]:
        return [(finding.number, finding.code) for finding in found]

    assert named(list(check(home, Checked(), content=False))) == quick
    assert named(list(check(home, Checked(), content=True))) == thorough


@pytest.fixture(scope="module")
def three(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with three finished segments."""
    home = tmp_path_factory.mktemp("three")
    archive = Archive(home, ROOMY)
    Feeder(film).record(archive.recording(CAMERA), 150)
    archive.close()
    return home


def test_a_manifest_names_the_last_link_and_so_proves_all_before_it(three: Path, tmp_path: Path) -> None:
    shutil.copytree(three / "recordings", tmp_path / "recordings")
    keeper = Keeper(tmp_path)
    assert keeper.anchor(CAMERA) == {}
    keeper.taps(CAMERA)
    *_, (_, last) = Lookup(tmp_path / "recordings" / "index.db").chain(CAMERA)
    assert keeper.anchor(CAMERA) == {"recording": {"number": 3, "link": last.chain}}
    keeper.stop()


def test_what_is_gone_is_stepped_over_when_it_is_read(three: Path, tmp_path: Path, opened: Open) -> None:
    shutil.copytree(three / "recordings", tmp_path / "recordings")
    sorted((tmp_path / "recordings" / CAMERA).glob("*.mp4"))[1].unlink()
    archive = opened()
    shots = list(archive.packets(CAMERA, BEGAN, BEGAN + timedelta(days=1)))
    assert {shot.segment for shot in shots} == {1, 3}
    assert sum(not shot.joined for shot in shots) == 2


@pytest.mark.parametrize("damage", ["lost", "damaged", "older"])
def test_an_index_that_is_lost_is_made_anew_from_the_files(damage: str, three: Path, tmp_path: Path, opened: Open) -> None:
    shutil.copytree(three / "recordings", tmp_path / "recordings")
    index = tmp_path / "recordings" / "index.db"
    before = {path.name: file_sha256(path) for path in (tmp_path / "recordings" / CAMERA).iterdir()}
    if damage == "lost":
        index.unlink()
    elif damage == "damaged":
        index.write_bytes(b"x" * 5000)
    else:
        sql("pragma user_version = 99")(index.parent, index)
    archive = opened()
    eventually(lambda: agreed(tmp_path))
    assert {path.name: file_sha256(path) for path in (tmp_path / "recordings" / CAMERA).iterdir()} == before
    spans = archive.spans(CAMERA, BEGAN, BEGAN + timedelta(days=1))
    assert spans[0].recorded
    assert list(archive.check(content=True)) == []
    shots = list(archive.packets(CAMERA, BEGAN, BEGAN + timedelta(days=1)))
    assert all(a.at < b.at for a, b in pairwise(shots))
    assert (tmp_path / "recordings" / "broken-index.db").exists() == (damage != "lost")
