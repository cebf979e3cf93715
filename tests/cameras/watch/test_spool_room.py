"""A spool has bounded room: what is given up, in which order, and that it is said."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker.messages.cameras import EvidenceFile, Sighting
from cameras.watch.spool import Spool

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


def put(spool: Spool, name: str, score: float, *, minutes: int = 0) -> None:
    place = spool.begin(name)
    files = {"clip.mp4": 10_000, "act.jpg": 1_000}
    for file, size in files.items():
        (place / file).write_bytes(b"x" * size)
    at = NOW + timedelta(minutes=minutes)
    evidence = tuple(EvidenceFile(name=file, sha256="0" * 64, bytes=size) for file, size in files.items())
    known = {
        "camera": "c",
        "watcher": "w",
        "clock": "file",
        "box": (0, 0, 1, 1),
        "width": 1,
        "height": 1,
        "threshold": 0.5,
        "reason": "left",
    }
    spool.commit(
        Sighting.model_validate({**known, "id": name, "at": at, "put_down_at": at, "score": score, "model": "0" * 64, "evidence": evidence})
    )


def left(spool: Spool) -> dict[str, list[str]]:
    return {sighting.id: sorted(file.name for file in sighting.evidence) for sighting, _ in spool.waiting()}


BOTH = ["act.jpg", "clip.mp4"]


def test_clips_of_the_least_sure_go_first_and_the_sightings_are_still_told(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 30_000)
    spool.open()
    for name, score in (("sure", 0.9), ("unsure", 0.6), ("fair", 0.7)):
        put(spool, name, score)
    assert left(spool) == {"sure": BOTH, "unsure": ["act.jpg"], "fair": BOTH}
    assert next(sighting.given_up for sighting, _ in spool.waiting() if sighting.id == "unsure") == ("clip.mp4",)
    assert not (tmp_path / "spool" / "unsure" / "clip.mp4").exists()
    assert (spool.clips_given_up, spool.sightings_given_up) == (1, 0)


def test_what_was_put_aside_goes_before_anything_that_waits(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 30_000)
    spool.open()
    put(spool, "refused", 0.95)
    spool.set_aside("refused")
    put(spool, "first", 0.6)
    put(spool, "second", 0.6, minutes=1)
    assert left(spool) == {"first": BOTH, "second": BOTH}
    assert (spool.clips_given_up, spool.sightings_given_up) == (0, 1)


def test_whole_sightings_go_last_the_least_sure_first(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", 4_000)
    spool.open()
    for number in range(6):
        put(spool, f"s{number}", 0.6 + number / 20, minutes=number)
    kept = left(spool)
    assert all(files == ["act.jpg"] for files in kept.values())
    assert list(kept) == [f"s{number}" for number in range(6 - len(kept), 6)]
    assert 0 < len(kept) < 6
