"""Who may tell of a camera, and who signed: one way to be wrong each."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from joserfc.jwk import ECKey

from cameras.desk.arrivals import Arrivals
from cameras.desk.signatures import SigningKey, findings
from cameras.domain.errors import Code
from cameras.watch.identity import Identity
from tests.cameras.desk.conftest import START, Bench

LATER = START + timedelta(days=30)


@dataclass(frozen=True)
class Lease:
    watcher: str = "watcher-1"
    begun_at: datetime = START - timedelta(hours=1)
    ended_at: datetime | None = None
    behind_low: timedelta = timedelta()
    behind_high: timedelta = timedelta()


@dataclass
class Folder:
    """A watcher's evidence with its signature, and the keys that the node knows."""

    place: Path
    identity: Identity
    keys: dict[str, SigningKey]

    def sign(self, manifest: bytes) -> None:
        (self.place / "manifest.json").write_bytes(manifest)
        mark = self.identity.sign(manifest)
        assert mark is not None
        (self.place / "manifest.jws").write_bytes(mark)

    def codes(self) -> list[tuple[Code, str]]:
        return [(code, str(facts.get("file", ""))) for code, facts in findings(self.place, self.keys.get)]


def manifest(folder: Path, watcher: str = "watcher-1") -> bytes:
    files = [{"name": file.name, "sha256": hashlib.sha256(file.read_bytes()).hexdigest()} for file in sorted(folder.glob("*.[mj]p*"))]
    return json.dumps({"flagged_at": START.isoformat(), "watcher": watcher, "files": files}).encode()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    place = tmp_path / "evidence"
    place.mkdir()
    for name in ("clip.mp4", "act.jpg"):
        (place / name).write_bytes(name.encode())
    identity = Identity(tmp_path / "watcher")
    jwk = identity.make()
    key = SigningKey("watcher-1", jwk, START - timedelta(days=1), None)
    made = Folder(place, identity, {ECKey.import_key(jwk).thumbprint(): key})
    made.sign(manifest(place))
    return made


def other_key(folder: Folder) -> None:
    stranger = Folder(folder.place, Identity(folder.identity.home.with_name("stranger")), {})
    stranger.identity.make()
    stranger.sign(manifest(folder.place))


def only(folder: Folder, change: Callable[[SigningKey], SigningKey]) -> None:
    folder.keys = {kid: change(key) for kid, key in folder.keys.items()}


def flip(folder: Folder, name: str) -> None:
    file = folder.place / name
    file.write_bytes(file.read_bytes()[:-1] + b"?")


WRONG: dict[str, tuple[Callable[[Folder], object], list[tuple[Code, str]]]] = {
    "nothing": (lambda _: None, []),
    "a file changed": (lambda made: flip(made, "clip.mp4"), [(Code.FILE_ALTERED, "clip.mp4")]),
    "a file is gone": (lambda made: (made.place / "act.jpg").unlink(), [(Code.FILE_MISSING, "act.jpg")]),
    "no signature": (lambda made: (made.place / "manifest.jws").unlink(), [(Code.UNSIGNED, "")]),
    "the signature is cut": (lambda made: (made.place / "manifest.jws").write_bytes(b"x"), [(Code.SIGNATURE_WRONG, "")]),
    "the manifest says more": (
        lambda made: (made.place / "manifest.json").write_bytes((made.place / "manifest.json").read_bytes() + b" "),
        [(Code.SIGNATURE_WRONG, "")],
    ),
    "an unknown key": (other_key, [(Code.KEY_UNKNOWN, "")]),
    "retired before": (lambda made: only(made, lambda key: replace(key, until=START - timedelta(hours=2))), [(Code.KEY_NOT_THEN, "")]),
    "enrolled after": (lambda made: only(made, lambda key: replace(key, since=LATER)), [(Code.KEY_NOT_THEN, "")]),
    "retired since": (lambda made: only(made, lambda key: replace(key, until=LATER)), []),
    "another's name": (lambda made: only(made, lambda key: replace(key, watcher="watcher-2")), [(Code.SIGNATURE_WRONG, "")]),
    "no manifest": (lambda made: (made.place / "manifest.json").unlink(), [(Code.FILE_MISSING, "manifest.json")]),
    "no json": (lambda made: (made.place / "manifest.json").write_bytes(b"{"), [(Code.MALFORMED, "")]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_fails_is_named(folder: Folder, wrong: str) -> None:
    spoil, expected = WRONG[wrong]
    spoil(folder)
    assert folder.codes() == expected


def test_the_command_line_names_it_with_keys_from_a_file(folder: Folder, tmp_path: Path) -> None:
    rows = [
        {"kid": kid, "watcher": key.watcher, "jwk": dict(key.jwk), "since": key.since.isoformat(), "until": None}
        for kid, key in folder.keys.items()
    ]
    (tmp_path / "keys.json").write_text(json.dumps({"keys": rows}))
    command = [
        sys.executable,
        "-m",
        "edge.cli",
        "--lang",
        "en",
        "evidence",
        "verify",
        str(folder.place),
        "--keys",
        str(tmp_path / "keys.json"),
    ]
    whole = subprocess.run(command, capture_output=True, text=True, check=False)
    assert whole.returncode == 0, whole.stderr
    flip(folder, "act.jpg")
    spoilt = subprocess.run(command, capture_output=True, text=True, check=False)
    assert spoilt.returncode == 1
    assert "act.jpg is not as it was when it was signed" in " ".join(spoilt.stderr.split())


def told(bench: Bench, lease: Lease | None, **changed: object) -> str | None:
    """The code with which a sighting was settled."""
    house = replace(bench.desk.house, tenure=lambda _camera, fence: lease if fence == 3 else None)
    message = bench.sighting("s-1", **{"fence": 3, **changed})
    Arrivals(house, bench.desk.custody, bench.desk.budget).receive(message)
    return bench.air.settled()[-1].code


MINUTE = timedelta(minutes=1)
LEASES: dict[str, tuple[Lease | None, dict[str, object], str | None]] = {
    "in its lease": (Lease(), {}, None),
    "late, of a lease that is over": (Lease(ended_at=START + MINUTE), {}, None),
    "seen after it was over": (Lease(ended_at=START - MINUTE), {}, "cameras.not_leased"),
    "seen before it began": (Lease(begun_at=START + MINUTE), {}, "cameras.not_leased"),
    "of another watcher": (Lease(watcher="watcher-2"), {}, "cameras.not_leased"),
    "under a fence that never was": (Lease(), {"fence": 4}, "cameras.not_leased"),
    "without a fence": (Lease(), {"fence": None}, "cameras.not_leased"),
    "by a clock that is an hour slow": (
        Lease(begun_at=START + 59 * MINUTE, ended_at=START + 61 * MINUTE, behind_low=60 * MINUTE, behind_high=60 * MINUTE),
        {},
        None,
    ),
    "by a clock that was set meanwhile": (Lease(ended_at=START + MINUTE, behind_low=-60 * MINUTE), {"at": START + 60 * MINUTE}, None),
    "by a camera's own clock": (
        Lease(ended_at=START + MINUTE),
        {"at": START + 60 * MINUTE, "clock": "camera", "clock_offset_s": 3600.0},
        None,
    ),
}


@pytest.mark.parametrize("case", LEASES)
def test_a_sighting_is_taken_when_its_moment_lies_within_its_lease(bench: Bench, case: str) -> None:
    lease, changed, code = LEASES[case]
    assert told(bench, lease, **changed) == code


def test_two_watchers_that_saw_one_thing_make_one_sighting(bench: Bench) -> None:
    assert told(bench, Lease()) is None
    house = replace(bench.desk.house, tenure=lambda _camera, _fence: Lease(watcher="watcher-2"))
    arrivals = Arrivals(house, bench.desk.custody, bench.desk.budget)
    arrivals.receive(bench.sighting("s-2", fence=4, watcher="watcher-2", box=(12, 22, 62, 92)))
    assert bench.air.settled()[-1].code == "cameras.seen_already"
    arrivals.receive(bench.sighting("s-3", fence=4, watcher="watcher-2", box=(300, 200, 350, 270)))
    assert bench.air.settled()[-1].code is None
    late = START + timedelta(minutes=2)
    arrivals.receive(bench.sighting("s-4", fence=4, watcher="watcher-2", at=late, put_down_at=late))
    assert bench.air.settled()[-1].code is None


def test_the_desk_takes_no_manifest_without_its_watchers_signature(bench: Bench, folder: Folder) -> None:
    def house_told(**contents: bytes) -> str | None:
        house = replace(bench.desk.house, keys=folder.keys.get)
        files = bench.files("s-9", "cam-1", **contents)
        Arrivals(house, bench.desk.custody, bench.desk.budget).receive(bench.sighting("s-9", evidence=files))
        return bench.air.settled()[-1].code

    said, mark = ((folder.place / name).read_bytes() for name in ("manifest.json", "manifest.jws"))
    assert house_told(manifest_json=said) == "cameras.unsigned"
    assert house_told(manifest_json=said + b" ", manifest_jws=mark) == "cameras.signature_wrong"
    assert house_told(manifest_json=said, manifest_jws=mark) is None
    assert (bench.folder / "cam-1" / "s-9" / "manifest.json").read_bytes() == said
