"""The key file of a secret vote: on disk before it is used, for nobody else's eyes, gone when the vote has closed."""

from pathlib import Path

import pytest

from meeting.domain.errors import Code, Refusal
from meeting.secret.blind import PublicKey
from meeting.secret.keys import KeyFolder


@pytest.fixture
def keys(tmp_path: Path) -> KeyFolder:
    return KeyFolder(tmp_path / "ballot-keys")


def test_a_key_is_a_file_that_only_its_owner_reads(keys: KeyFolder) -> None:
    made = keys.make("m1", "x1")
    assert PublicKey.of(keys.load("m1", "x1")) == PublicKey.of(made)
    assert keys.path("m1", "x1").stat().st_mode & 0o777 == 0o600
    assert keys.folder.stat().st_mode & 0o777 == 0o700
    assert list(keys.kept()) == [("m1", "x1")]


def test_every_vote_has_a_key_of_its_own(keys: KeyFolder) -> None:
    assert PublicKey.of(keys.make("m1", "x1")) != PublicKey.of(keys.make("m1", "x2"))


def test_an_opening_that_is_tried_again_takes_the_key_that_the_first_try_left(keys: KeyFolder) -> None:
    assert PublicKey.of(keys.make("m1", "x1")) == PublicKey.of(keys.make("m1", "x1"))


def test_a_spent_key_is_overwritten_cut_and_forgotten(keys: KeyFolder) -> None:
    keys.make("m1", "x1")
    with keys.path("m1", "x1").open("rb") as held:
        assert held.read()
        keys.spend("m1", "x1")
        held.seek(0)
        assert held.read() == b"", "the same file, cut to nothing"
    with pytest.raises(Refusal) as refused:
        keys.load("m1", "x1")
    assert refused.value.code is Code.SECRET_KEY_LOST
    assert list(keys.kept()) == [("m1", "x1")], "what is still owed to the storage is remembered by the name"
    keys.forget("m1", "x1")
    assert not list(keys.kept())
    keys.spend("m1", "x1")
    keys.forget("m1", "x1")


def test_the_key_is_overwritten_before_its_file_is_cut(keys: KeyFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    keys.make("m1", "x1")
    whole = keys.path("m1", "x1").read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr("meeting.secret.keys.os.fsync", _stop)
        with pytest.raises(InterruptedError):
            keys.spend("m1", "x1")
    left = keys.path("m1", "x1").read_bytes()
    assert len(left) == len(whole)
    assert sum(a == b for a, b in zip(left, whole, strict=True)) < len(whole) / 10


def _stop(_handle: int) -> None:
    raise InterruptedError


@pytest.mark.parametrize("content", [None, b"", b"no key", b"\x30\x82\x00"])
def test_a_key_that_is_not_there_signs_nothing(keys: KeyFolder, content: bytes | None) -> None:
    keys.folder.mkdir()
    if content is not None:
        keys.path("m1", "x1").write_bytes(content)
    with pytest.raises(Refusal) as refused:
        keys.load("m1", "x1")
    assert refused.value.code is Code.SECRET_KEY_LOST
    assert refused.value.facts == {"motion": "x1"}
