"""A backup is a whole node: taken while it writes, read back before it gets its name, and never poured over anything."""

import os
import tarfile
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from edge.accounts.service import COMMAND, NewAccount
from edge.devices.cameras import CameraChanges, Cameras
from edge.errors import Code, Refusal
from edge.offices import open_offices
from edge.settings import Settings, read_settings
from edge.storage.backup import back_up, restore
from edge.storage.check import check
from edge.storage.engine import open_store
from meeting.secret.keys import KeyFolder

SECRET_URL = "rtsp://xem:mat-khau-camera@camera.invalid/1"


@pytest.fixture
def lived_in(settings: Settings) -> Settings:
    live_in(settings)
    return settings


def live_in(settings: Settings) -> None:
    """A clip of 300 kB and a camera with a password."""
    (settings.home.evidence / "cam-1" / "s1").mkdir(parents=True)
    (settings.home.evidence / "cam-1" / "s1" / "clip.mp4").write_bytes(os.urandom(300_000))
    with open_offices(settings) as offices:
        Cameras(offices.devices).add("Bãi rác", SECRET_URL, CameraChanges(), by=COMMAND)


def logins(settings: Settings) -> set[str]:
    with open_offices(settings) as offices:
        return {account.login for account in offices.accounts.all()}


def elsewhere(tmp_path: Path) -> Settings:
    """Where a backup is restored to: always SQLite, so a node may also move away from PostgreSQL."""
    return read_settings(tmp_path / "restored", {"DINH_BROKER_ENGINE": "embedded"})


@pytest.mark.parametrize("database", ["settings", "settings_on_postgres"])
def test_what_was_backed_up_is_there_again(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> None:
    settings: Settings = request.getfixturevalue(database)
    live_in(settings)
    made = back_up(settings, tmp_path / "node.tar")
    other = elsewhere(tmp_path)
    restore(made.file, other)
    assert logins(other) == logins(settings) >= {"admin", "thuky"}
    with open_offices(other) as offices:
        cameras = Cameras(offices.devices)
        assert cameras.url_of(cameras.all()[0].id) == SECRET_URL
    clip = "cam-1/s1/clip.mp4"
    assert (other.home.evidence / clip).read_bytes() == (settings.home.evidence / clip).read_bytes()
    assert (other.home.tls / "ca.key").read_bytes() == (settings.home.tls / "ca.key").read_bytes()
    assert (other.home.tls / "ca.key").stat().st_mode & 0o777 == 0o600
    store = open_store(other.database)
    assert check(store, other.home) == []
    store.close()


def test_a_node_moves_from_sqlite_to_postgresql(lived_in: Settings, tmp_path: Path, postgres_url: str) -> None:
    made = back_up(lived_in, tmp_path / "node.tar")
    new = read_settings(tmp_path / "new", {"DINH_DATABASE_URL": postgres_url, "DINH_BROKER_ENGINE": "embedded"})
    restore(made.file, new)
    assert logins(new) == logins(lived_in)
    with open_offices(new) as offices:
        offices.accounts.create(NewAccount("moi", "Người mới", frozenset({"auditor"})), by=COMMAND)
    assert not new.home.database.exists()


def test_only_its_owner_can_read_it(lived_in: Settings, tmp_path: Path) -> None:
    made = back_up(lived_in, tmp_path / "node.tar")
    assert made.file.stat().st_mode & 0o777 == 0o600
    at = lived_in.home.backed_up_at()
    assert at is not None
    assert abs((datetime.now(UTC) - at).total_seconds()) < 600


def test_a_backup_taken_while_the_node_writes_is_consistent(settings: Settings, tmp_path: Path) -> None:
    done = threading.Event()
    with open_offices(settings) as offices:

        def write() -> None:
            for number in range(10):
                offices.accounts.create(NewAccount(f"nguoi{number}", "Ai đó", frozenset({"member"}), "mật khẩu rất dài"), by=COMMAND)
            done.set()

        writer = threading.Thread(target=write)
        writer.start()
        made = back_up(settings, tmp_path / "node.tar")
        writer.join()
    assert done.is_set()
    other = elsewhere(tmp_path)
    restore(made.file, other)
    store = open_store(other.database)
    assert check(store, other.home) == []
    store.close()


def test_nothing_is_overwritten(lived_in: Settings, tmp_path: Path) -> None:
    made = back_up(lived_in, tmp_path / "node.tar")
    with pytest.raises(Refusal) as refused:
        restore(made.file, lived_in)
    assert refused.value.code is Code.RESTORE_NOT_EMPTY
    with pytest.raises(Refusal) as again:
        back_up(lived_in, made.file)
    assert again.value.code is Code.BACKUP_TARGET


def test_one_changed_byte_is_found_and_nothing_is_restored(lived_in: Settings, tmp_path: Path) -> None:
    made = back_up(lived_in, tmp_path / "node.tar")
    with tarfile.open(made.file) as tar:
        place = tar.getmember("data/evidence/cam-1/s1/clip.mp4").offset_data
    with made.file.open("r+b") as stream:
        stream.seek(place + 1000)
        byte = stream.read(1)
        stream.seek(place + 1000)
        stream.write(bytes([byte[0] ^ 1]))
    other = elsewhere(tmp_path)
    with pytest.raises(Refusal) as refused:
        restore(made.file, other)
    assert refused.value.code is Code.BAD_BACKUP
    assert refused.value.facts["detail"] == "data/evidence/cam-1/s1/clip.mp4"
    assert not other.home.path.exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 10240])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tar").write_bytes(content)
    with pytest.raises(Refusal) as refused:
        restore(tmp_path / "x.tar", read_settings(tmp_path / "home", {}))
    assert refused.value.code is Code.BAD_BACKUP


def test_a_backup_that_finds_no_room_leaves_no_half_file(lived_in: Settings, tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        back_up(lived_in, Path("/dev/full/node.tar"))
    assert refused.value.code is Code.BACKUP_TARGET
    assert not list(tmp_path.glob(".*"))


def test_a_backup_in_the_middle_of_a_secret_vote_takes_no_key(lived_in: Settings, tmp_path: Path) -> None:
    """A copy of the key could fill the box; without it the vote is closed and held again."""
    keys = KeyFolder(lived_in.home.ballot_keys)
    keys.make("m1", "x1")
    raw = keys.path("m1", "x1").read_bytes()
    made = back_up(lived_in, tmp_path / "node.tar")
    with tarfile.open(made.file) as tar:
        assert not [name for name in tar.getnames() if "ballot-key" in name]
    assert raw not in made.file.read_bytes()
    other = elsewhere(tmp_path)
    restore(made.file, other)
    assert not list(KeyFolder(other.home.ballot_keys).kept())
