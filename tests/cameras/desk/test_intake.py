"""A sighting comes in: once, whole, and only then it is settled."""

import time
from pathlib import Path

import pytest
from sqlmodel import select

from cameras.desk.intake import SightingDoor
from cameras.desk.tables import EvidenceRow, SightingRow
from edge.errors import Refusal as HouseRefusal
from edge.ledger import Ledger
from tests.cameras.desk.conftest import Bench

TOPIC = "dinh/1/cameras/cam-1/sighting"


def take(bench: Bench, payload: bytes, topic: str = TOPIC) -> None:
    door = SightingDoor(bench.desk.arrivals)
    door.take(topic, payload).result(10)
    door.stop()


def rows(bench: Bench) -> int:
    with bench.store.reader() as session:
        return len(session.exec(select(SightingRow)).all())


def answers(bench: Bench) -> list[tuple[str, bool, str | None]]:
    return [(said.sighting, said.ok, said.code) for said in bench.air.settled()]


def test_a_sighting_is_on_disk_with_its_fact_before_it_is_settled(bench: Bench) -> None:
    take(bench, bench.sighting().to_bytes())
    assert answers(bench) == [("s-1", True, None)]
    assert bench.air.said[0][0] == "dinh/1/cameras/cam-1/settled"
    assert bench.facts() == [("cameras.sighting_flagged", "s-1")]
    assert bench.told == [("live/sightings", {"sighting": "s-1", "camera": "cam-1", "state": "flagged"})]
    seen = bench.desk.whole("s-1", account="x")
    assert (seen.camera_name, seen.address, seen.explanation) == ("Cổng chợ", "Chợ xã", {"dwell_s": 21.5})
    assert [event.what for event in seen.events] == ["flagged"]


def test_the_same_sighting_again_is_settled_again_and_changes_nothing(bench: Bench) -> None:
    payload = bench.sighting().to_bytes()
    door = SightingDoor(bench.desk.arrivals, threads=4)
    for future in [door.take(TOPIC, payload) for _ in range(8)]:
        future.result(10)
    door.stop()
    assert answers(bench) == [("s-1", True, None)] * 8
    assert rows(bench) == 1
    assert len(bench.facts()) == 1


def test_a_repetition_is_settled_even_after_its_verdict_and_without_its_files(bench: Bench) -> None:
    payload = bench.sighting().to_bytes()
    take(bench, payload)
    for file in (bench.folder / "cam-1" / "s-1").iterdir():
        file.unlink()
    take(bench, payload)
    assert answers(bench)[-1] == ("s-1", True, None)


def test_another_sighting_under_a_known_id_is_refused(bench: Bench) -> None:
    bench.flagged()
    take(bench, bench.sighting(score=0.7).to_bytes())
    assert answers(bench)[-1] == ("s-1", False, "cameras.other_sighting")


def test_a_missing_file_is_named_so_that_the_watcher_brings_it_again(bench: Bench) -> None:
    message = bench.sighting()
    (bench.folder / "cam-1" / "s-1" / "clip.mp4").unlink()
    take(bench, message.to_bytes())
    said = bench.air.settled()[0]
    assert (said.ok, said.code, said.facts) == (False, "cameras.evidence_missing", {"name": "clip.mp4"})
    assert rows(bench) == 0
    bench.files("s-1")
    take(bench, message.to_bytes())
    assert answers(bench)[-1] == ("s-1", True, None)


def test_a_file_with_other_bytes_is_named(bench: Bench) -> None:
    message = bench.sighting()
    (bench.folder / "cam-1" / "s-1" / "poster.jpg").write_bytes(b"other!")
    take(bench, message.to_bytes())
    assert answers(bench) == [("s-1", False, "cameras.evidence_differs")]


def test_a_camera_that_nobody_registered_is_refused_with_its_code(bench: Bench) -> None:
    message = bench.sighting(camera="cam-9", evidence=bench.files("s-1", "cam-9"))
    take(bench, message.to_bytes(), "dinh/1/cameras/cam-9/sighting")
    assert answers(bench) == [("s-1", False, "cameras.unknown_camera")]


def test_a_message_on_another_cameras_topic_is_refused(bench: Bench) -> None:
    take(bench, bench.sighting().to_bytes(), "dinh/1/cameras/cam-2/sighting")
    assert answers(bench) == [("s-1", False, "cameras.foreign_topic")]


@pytest.mark.parametrize(
    ("payload", "answered"),
    [
        (b"", False),
        (b"\xff\xfe", False),
        (b"[]", False),
        (b'{"id": "../x"}', False),
        (b'{"id": "s-7"}', True),
        (b'{"id": "s-7", "at": 1e999}', True),
    ],
)
def test_a_malformed_message_is_acknowledged_and_answered_where_it_can_be(bench: Bench, payload: bytes, *, answered: bool) -> None:
    take(bench, payload)
    assert answers(bench) == ([("s-7", False, "cameras.malformed")] if answered else [])


def test_a_sighting_stays_unanswered_when_the_database_does_not_take_it(bench: Bench) -> None:
    message = bench.sighting()
    assert isinstance(bench.desk.house.writer, Ledger)
    bench.desk.house.writer.stop()
    with pytest.raises(HouseRefusal):
        take(bench, message.to_bytes())
    assert answers(bench) == []


def test_the_manifest_says_when_the_clip_begins(bench: Bench) -> None:
    files = bench.files("s-1", manifest_json=b'{"clip_started_at": "2026-03-05T01:29:00+00:00"}')
    bench.flagged(evidence=files)
    started = bench.desk.whole("s-1", account="x").clip_started_at
    assert started is not None
    assert started.isoformat() == "2026-03-05T01:29:00+00:00"


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"clip_started_at": 3}', b'{"clip_started_at": "2026-03-05T01:29:00"}'])
def test_a_manifest_that_says_nothing_plain_is_only_kept(bench: Bench, content: bytes) -> None:
    bench.flagged(evidence=bench.files("s-1", manifest_json=content))
    whole = bench.desk.whole("s-1", account="x")
    assert (whole.clip_started_at, whole.masks) == (None, [])


def test_the_masks_of_the_manifest_are_told_to_the_page(bench: Bench) -> None:
    content = b'{"masks": [{"name": "a", "points": [[0, 0], [500, 0], [500, 500]]}, {"name": "crossing", "points": [[0, 0], [9, 9], [9, 0], [0, 9]]}]}'
    bench.flagged(evidence=bench.files("s-1", manifest_json=content))
    (mask,) = bench.desk.whole("s-1", account="x").masks
    assert [tuple(point) for point in mask] == [(0, 0), (500, 0), (500, 500)]


def test_rows_of_evidence_carry_the_promised_sums(bench: Bench) -> None:
    bench.flagged()
    with bench.store.reader() as session:
        kept = {row.name: row.bytes for row in session.exec(select(EvidenceRow)).all()}
    assert kept == {"clip.mp4": 400, "poster.jpg": 6}


def test_taking_in_is_quick_for_a_queue_of_a_hundred(bench: Bench, tmp_path: Path) -> None:
    del tmp_path
    payloads = [bench.sighting(f"s-{number}").to_bytes() for number in range(100)]
    door = SightingDoor(bench.desk.arrivals)
    began = time.monotonic()
    for future in [door.take(TOPIC, payload) for payload in payloads]:
        future.result(20)
    door.stop()
    assert time.monotonic() - began < 10
    assert rows(bench) == 100
