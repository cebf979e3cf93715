"""What was recorded is what the camera sent: the same units, the same capture times, from any second on."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from cameras.domain.errors import Code
from cameras.watch.evidence import file_sha256
from cameras.watch.recordings import recording as recording_module
from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.footage import Shot, Span
from cameras.watch.ring import Ring
from cameras.watch.stream import Stream
from cameras.watch.told import Opened
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve
from tests.cameras.watch.recordings.conftest import Open
from tests.cameras.watch.recordings.feeding import BEGAN, CAMERA, Feeder, before, decoded, eventually, lengths, units, written

S = timedelta(seconds=1)


def reordered(path: Path, codec: str) -> Path:
    """Six seconds with pictures out of order."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=films.FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size, stream.max_b_frames = 480, 270, "yuv420p", 24, 2
        stream.options = {"preset": "ultrafast", "bf": "2", "x265-params": "log-level=none"} if codec == "libx265" else {"bf": "2"}
        for picture in films.frames(films.passing, 6):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def runs(spans: list[Span], code: Code | None = None) -> list[tuple[float, float, bool]]:
    assert all(span.code == code for span in spans if not span.recorded)
    assert all(a.end == b.start for a, b in pairwise(spans))
    return [((span.start - BEGAN) / S, (span.end - BEGAN) / S, span.recorded) for span in spans]


def whole(archive: Archive, seconds: float) -> list[Shot]:
    return list(archive.packets(CAMERA, BEGAN, BEGAN + seconds * S))


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_every_packet_is_read_back_as_it_came_and_when_it_was_taken(codec: str, tmp_path: Path, opened: Open) -> None:
    feeder = Feeder(reordered(tmp_path / "film.ts", codec))
    archive = opened()
    told = feeder.record(archive.recording(CAMERA), 150)
    written(archive)
    shots = whole(archive, 151)
    assert [lengths(shot.kept.data) for shot in shots] == [units(kept.data) for kept in told]
    assert max(abs(shot.at - feeder.at(kept)) for shot, kept in zip(shots, told, strict=True)) < timedelta(microseconds=50)
    assert [shot.kept.key for shot in shots] == [kept.key for kept in told]
    assert len({shot.segment for shot in shots}) == 3, "a segment ends at the first keyframe after a minute"
    assert [shot.joined for shot in shots] == [False] + [True] * (len(shots) - 1)
    assert any(kept.dts != kept.pts for kept in told), "the film has pictures out of order"


def test_segments_are_files_that_any_player_plays_and_whose_hash_was_made_while_writing(film: Path, opened: Open, tmp_path: Path) -> None:
    archive = opened()
    Feeder(film).record(archive.recording(CAMERA), 130)
    archive.close()
    with closing(sqlite3.connect(tmp_path / "recordings" / "index.db")) as base:
        rows = base.execute("select file, lower(hex(sha256)), bytes, packets, start_us, end_us, recovered from segment").fetchall()
    folder = tmp_path / "recordings" / CAMERA
    assert {row[0] for row in rows} == {path.name for path in folder.iterdir()}
    assert [row[6] for row in rows] == [0, 0, 0]
    for name, digest, size, packets, start, end, _ in rows:
        assert (file_sha256(folder / name), (folder / name).stat().st_size) == (digest, size)
        assert decoded(folder / name) == packets == round((end - start) / 1e6 * films.FPS)
    assert all(a[5] == pytest.approx(b[4], abs=1000) for a, b in pairwise(rows)), "one begins where the other ends"


def test_reading_begins_at_the_keyframe_before_and_may_stand_in_another_segment(film: Path, opened: Open) -> None:
    archive = opened()
    Feeder(film).record(archive.recording(CAMERA), 90)
    written(archive)
    shots = list(archive.packets(CAMERA, BEGAN + 59.5 * S, BEGAN + 63 * S))
    assert shots[0].kept.key
    assert shots[0].at == BEGAN + 58 * S
    assert {shot.segment for shot in shots} == {1, 2}
    keys = list(archive.keyframes(CAMERA, BEGAN + 51 * S, BEGAN + 70 * S, every_s=5))
    assert [(key.at - BEGAN) / S for key in keys] == [50, 56, 62, 68]
    assert all(key.kept.key and len(key.kept.data) > 5000 for key in keys)
    assert list(archive.packets(CAMERA, BEGAN + 91 * S, BEGAN + 99 * S)) == []
    assert list(archive.packets("cam-unknown", BEGAN, BEGAN + 9 * S)) == []


def test_what_is_being_written_can_be_read_a_few_seconds_later(film: Path, opened: Open) -> None:
    archive = opened()
    recording, feeder = archive.recording(CAMERA), Feeder(film)
    feeder.open(recording)
    feeder.feed(recording, feeder.packets(21))
    eventually(lambda: runs(archive.spans(CAMERA, BEGAN, BEGAN + 20 * S)) == [(0, 20, True)])
    shots = whole(archive, 30)
    assert (shots[-1].at - BEGAN) / S > 19.8
    assert {shot.segment for shot in shots} == {0}
    recording.closed()


def test_gaps_are_told_reconnects_silence_and_all(film: Path, opened: Open) -> None:
    archive = opened()
    recording = archive.recording(CAMERA)
    Feeder(film).record(recording, 10)
    later = Feeder(film, began=BEGAN + 30 * S)
    later.open(recording)
    later.feed(recording, (kept for kept in later.packets(20) if not 4 <= kept.at < 8))
    recording.closed()
    written(archive)
    told = runs(archive.spans(CAMERA, BEGAN - 5 * S, BEGAN + 60 * S))
    wanted = [(-5, 0, False), (0, 10, True), (10, 30, False), (30, 34, True), (34, 38, False), (38, 50, True), (50, 60, False)]
    assert [recorded for *_, recorded in told] == [recorded for *_, recorded in wanted]
    assert [edge for run in told for edge in run[:2]] == pytest.approx([edge for run in wanted for edge in run[:2]], abs=0.2)
    assert [(shot.at - BEGAN) / S for shot in whole(archive, 60) if not shot.joined] == [0, 30, 38]


def test_a_disk_that_does_not_get_on_never_holds_the_camera_and_the_loss_is_marked(
    film: Path, opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recording_module, "WAITING_BYTES", 1_000_000)
    archive = opened()
    recording, feeder = archive.recording(CAMERA), Feeder(film)
    feeder.open(recording)
    packets = feeder.packets(400)
    with closing(sqlite3.connect(tmp_path / "recordings" / "index.db", isolation_level=None)) as other:
        other.execute("begin immediate")  # as a disk that has stopped: the first finished segment cannot be written down
        feeder.feed(recording, before(250, packets))
        assert recording._waiting <= 1_000_000
        other.execute("rollback")
    assert feeder.slowest < 2.0
    for until in range(270, 420, 15):  # now not faster than it is written
        eventually(lambda: recording._waiting == 0)
        feeder.feed(recording, before(until, packets))
    recording.closed()
    written(archive)
    spans = archive.spans(CAMERA, BEGAN, BEGAN + 400 * S)
    lost = [span for span in spans if not span.recorded]
    assert (
        Code.RECORDING_LATE in {span.code for span in lost} <= {Code.RECORDING_LATE, Code.RECORDING_FAILED}
    )  # the latter where this machine is slow
    assert sum((span.end - span.start) / S for span in lost) > 60
    assert spans[0].recorded
    assert spans[-1].recorded
    assert all(shot.kept.key for shot in whole(archive, 400) if not shot.joined)
    assert list(archive.check(content=True)) == []


def test_other_codecs_are_recorded_where_mp4_takes_them_and_told_where_not(opened: Open, tmp_path: Path) -> None:
    archive = opened()
    old = Feeder(films.render(tmp_path / "old.avi", films.passing, 3, codec="mpeg4"))
    told = old.record(archive.recording("cam-old"), 9)
    written(archive, "cam-old")
    shots = list(archive.packets("cam-old", BEGAN, BEGAN + 10 * S))
    assert [shot.kept.data for shot in shots] == [kept.data for kept in told]
    strange = Feeder(films.render(tmp_path / "strange.avi", films.passing, 1, codec="ffvhuff"))
    strange.record(archive.recording("cam-strange"), 3)
    fault = archive.fault("cam-strange")
    assert fault is not None
    assert fault[0] is Code.NOT_REMUXED
    assert archive.fault("cam-old") is None
    assert not (archive.folder / "cam-strange").exists()


def test_over_rtsp_what_the_server_sends_is_on_the_disk(serve: Serve, opened: Open, tmp_path: Path) -> None:
    archive = opened()
    recording, ring, told = archive.recording(CAMERA), Ring(), []
    stream = Stream(serve(films.render(tmp_path / "film.mp4", films.passing, 8)))
    stream.open()
    assert stream.info is not None
    recording.opened(Opened(CAMERA, stream.template(), stream.info))
    for parcel in stream.parcels():
        kept = ring.add(parcel)
        if kept is not None:
            recording.packet(kept, BEGAN + kept.at * S)
            told.append(kept)
        if parcel.at > 3:
            break
    recording.closed()
    stream.close()
    written(archive)
    shots = whole(archive, 6)
    assert len(told) > 2 * films.FPS
    assert [lengths(shot.kept.data) for shot in shots] == [units(kept.data) for kept in told]
    assert list(archive.check(content=True)) == []
