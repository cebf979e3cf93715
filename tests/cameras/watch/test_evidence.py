"""The ring, the clip and the spool: the camera's own packets, whole, or said not to be."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import numpy as np
import pytest

from broker.messages.cameras import Sighting
from cameras.domain.areas import Areas, Mask, polygon
from cameras.domain.errors import Code, Refusal
from cameras.domain.geometry import Box
from cameras.domain.scene import Evidence
from cameras.domain.sightings import Why
from cameras.watch import keepsake
from cameras.watch.address import scrubbed
from cameras.watch.analyst import Finding
from cameras.watch.clip import write_clip
from cameras.watch.evidence import Case, file_sha256, gather
from cameras.watch.ring import Kept, Ring
from cameras.watch.spool import Spool
from cameras.watch.stream import Stream
from cameras.watch.strip import UNKNOWN
from cameras.watch.verifier import Judgement, Verdict
from tests.cameras.watch import films


def ring_of(film: Path, ring: Ring, hold_from: float | None = None) -> Stream:
    stream = Stream(str(film))
    stream.open()
    for parcel in stream.parcels():
        ring.add(parcel, hold_from=hold_from)
    return stream


def payloads(film: Path) -> list[bytes]:
    with av.open(str(film)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def finding(at: float = 14.0) -> Finding:
    blank = np.zeros((films.HEIGHT, films.WIDTH, 3), np.uint8)
    pixels = Evidence(edge_gain=0.5, strange=0.5, alike=0.1, texture=9, contrast=50, fill=0.9, moved_from=-1)
    return Finding(
        flagged=True,
        why=Why.LEFT,
        at=at,
        put_down=8.5,
        act_at=8.4,
        actor_came=4.0,
        actor_gone=13.0,
        box=Box(*films.BAG),
        width=films.WIDTH,
        height=films.HEIGHT,
        score=0.9,
        threshold=0.5,
        numbers=UNKNOWN,
        evidence=pixels,
        before=blank,
        act=blank,
        after=blank,
    )


def case(codec: str = "h264") -> Case:
    return Case(
        sighting="s1",
        camera="cam-1",
        watcher="watcher-1",
        finding=finding(),
        epoch=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
        clock="file",
        size=(films.WIDTH, films.HEIGHT),
        codec=codec,
        model="0" * 64,
    )


def test_the_ring_begins_at_a_keyframe_and_stays_within_time_and_bytes(dumping: Path) -> None:
    short = Ring(longest_s=4)
    ring_of(dumping, short).close()
    assert 4 <= short.span_s < 8
    assert short.cut(-1, 99)[0].key
    held = Ring(longest_s=4)
    ring_of(dumping, held, hold_from=1.0).close()
    assert held.span_s > 16
    capped = Ring(bytes_cap=60_000)
    ring_of(dumping, capped).close()
    assert capped.bytes <= 60_000
    assert capped.cut(0, 99)[0].key


def test_a_clip_is_the_cameras_own_packets_from_a_keyframe(dumping: Path, tmp_path: Path) -> None:
    ring = Ring()
    stream = ring_of(dumping, ring)
    packets = ring.cut(5.0, 12.0)
    clip = write_clip(tmp_path / "clip.mp4", packets, stream.template())
    stream.close()
    assert clip.start <= 5.0
    assert clip.end == pytest.approx(12.0, abs=0.1)
    assert clip.gaps == ()
    copied, original = payloads(clip.path), payloads(dumping)
    assert set(copied) <= set(original)
    assert len(copied) == len(packets)
    with av.open(str(clip.path)) as container:
        decoded = [frame.key_frame for frame in container.decode(video=0)]
    assert decoded[0]
    assert len(decoded) == len(packets)
    assert clip.path.read_bytes().index(b"moov") < clip.path.read_bytes().index(b"mdat")


def test_a_gap_is_marked(dumping: Path, tmp_path: Path) -> None:
    ring = Ring()
    stream = ring_of(dumping, ring)
    packets = [kept for kept in ring.cut(0, 18) if not 6 <= kept.at <= 9]
    clip = write_clip(tmp_path / "clip.mp4", packets, stream.template())
    stream.close()
    assert len(clip.gaps) == 1
    assert clip.gaps[0][1] - clip.gaps[0][0] > 2.9


def test_a_codec_that_mp4_does_not_take_is_said(tmp_path: Path) -> None:
    film = films.render(tmp_path / "film.avi", films.passing, 1, codec="ffvhuff")
    ring = Ring()
    stream = ring_of(film, ring)
    with pytest.raises(Refusal) as refused:
        write_clip(tmp_path / "clip.mp4", ring.cut(0, 9), stream.template())
    stream.close()
    assert refused.value.code is Code.NOT_REMUXED
    assert not (tmp_path / "clip.mp4").exists()


def test_a_full_disk_is_told_from_a_bad_codec(dumping: Path, tmp_path: Path) -> None:
    """Through a link: a clip that failed is removed, and what it pointed to stays."""
    full = tmp_path / "clip.mp4"
    full.symlink_to("/dev/full")
    ring = Ring()
    stream = ring_of(dumping, ring)
    with pytest.raises(Refusal) as refused:
        write_clip(full, ring.cut(0, 18), stream.template())
    stream.close()
    assert refused.value.code is Code.DISK_FULL
    assert not full.is_symlink()
    assert Path("/dev/full").is_char_device()


def test_everything_in_a_sighting_is_hashed_and_timed(dumping: Path, tmp_path: Path) -> None:
    ring = Ring()
    stream = ring_of(dumping, ring)
    spool = Spool(tmp_path / "spool")
    spool.open()
    place = spool.begin("s1")
    clip = write_clip(place / "clip.mp4", ring.cut(0, 18), stream.template())
    stream.close()
    sighting = gather(place, case(), clip, [])
    spool.commit(sighting)
    ((told, folder),) = spool.waiting()
    assert told == sighting
    assert {entry.name for entry in told.evidence} == {
        "clip.mp4",
        "before.jpg",
        "act.jpg",
        "after.jpg",
        "poster.jpg",
        "strip.npz",
        "manifest.json",
    }
    assert all(file_sha256(folder / entry.name) == entry.sha256 for entry in told.evidence)
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["clip_started_at"] == "2026-01-02T03:04:00+00:00"
    assert manifest["gaps"] == []
    assert told.put_down_at == datetime(2026, 1, 2, 3, 4, 8, 500_000, tzinfo=UTC)
    spool.settle("s1")
    spool.settle("s1")
    assert list(spool.waiting()) == []


def test_what_was_thought_in_the_shadow_is_told_to_the_desk_and_stands_in_no_file(tmp_path: Path) -> None:
    judged = Judgement(dict.fromkeys(Verdict, 1 / 6), 1 / 3, 0.5, model="a" * 64, beside=("b" * 64, 0.4321, 0.7))
    sighting = gather(tmp_path, replace(case(), finding=replace(finding(), judged=judged)), None, [])
    assert sighting.model == "a" * 64
    assert sighting.shadow is not None
    assert (sighting.shadow.model, sighting.shadow.score) == ("b" * 64, 0.4321)
    manifest = json.loads((tmp_path / "manifest.json").read_bytes())
    assert (manifest["last_layer_sha256"], manifest["explanation"]["p_attended"]) == ("a" * 64, 0.1667)
    assert "b" * 64 not in json.dumps(manifest)


def test_what_is_kept_to_learn_from_has_the_masks_painted_over(tmp_path: Path) -> None:
    bright = replace(finding(), after=np.full((films.HEIGHT, films.WIDTH, 3), 200, np.uint8))
    everything = Areas((), (Mask("sân nhà", polygon([[0, 0], [1000, 0], [1000, 1000], [0, 1000]])),))
    kept = []
    for areas in (Areas((), ()), everything):
        gather(tmp_path, replace(case(), finding=bright, areas=areas), None, [])
        kept.append(keepsake.unpack((tmp_path / "strip.npz").read_bytes())[0])
    assert not np.array_equal(kept[0][0, 0:3], kept[0][0, 6:9])
    assert np.array_equal(kept[1][0, 0:3], kept[1][0, 6:9]), "before and after are the same where nobody may look"


def test_what_a_crash_left_half_written_is_cleared_and_the_whole_survives(tmp_path: Path) -> None:
    code = f"""
import os, signal
from pathlib import Path
from cameras.watch.spool import Spool
from broker.messages.cameras import Sighting
spool = Spool(Path({str(tmp_path)!r})); spool.open()
spool.begin('whole'); spool.commit(Sighting.model_validate_json({word("whole").to_bytes()!r}))
(spool.begin('half') / 'clip.mp4').write_bytes(b'x' * 9999)
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False, env={**os.environ, "PYTHONPATH": str(Path.cwd())}).returncode == -9
    spool = Spool(tmp_path)
    spool.open()
    assert [sighting.id for sighting, _ in spool.waiting()] == ["whole"]
    assert not list(tmp_path.glob(".part-*"))


def test_what_will_never_be_taken_is_put_aside_and_not_deleted(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.open()
    for name in ("good", "refused"):
        spool.begin(name)
        spool.commit(word(name))
    (tmp_path / "unreadable").mkdir()
    spool.set_aside("refused")
    assert [sighting.id for sighting, _ in spool.waiting()] == ["good"]
    assert {place.name for place in (tmp_path / "aside").iterdir()} == {"refused", "unreadable"}


def test_credentials_are_scrubbed_wherever_they_stand() -> None:
    said: Sequence[str] = (
        "Connection to rtsp://xem:mat%20khau@10.0.0.9:554/a failed",
        "rtsp://10.0.0.9/cam?user=xem&password=mat%20khau&channel=1",
        "'rtsps://xem:mat%20khau@[::1]/x'",
    )
    for text in said:
        assert "mat%20khau" not in scrubbed(text)
    assert scrubbed("rtsp://10.0.0.9/cam?channel=1") == "rtsp://10.0.0.9/cam?channel=1"


def test_a_group_larger_than_the_cap_is_let_go_as_a_whole() -> None:
    ring = Ring(bytes_cap=10)
    assert len(ring) == 0
    assert ring.cut(0, 1) == []
    assert Kept(b"", None, None, 0, key=True, at=0.0).key


def word(sighting: str) -> Sighting:
    moment = datetime(2026, 1, 2, tzinfo=UTC)
    return Sighting(
        id=sighting,
        camera="cam-1",
        watcher="watcher-1",
        at=moment,
        put_down_at=moment,
        clock="file",
        box=(0, 0, 1, 1),
        width=2,
        height=2,
        score=1,
        threshold=0.5,
        reason="left",
        model="0" * 64,
        evidence=(),
    )
