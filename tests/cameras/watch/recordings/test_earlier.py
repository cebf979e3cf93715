"""Clips reach back into the recordings for what the ring has lost, also across a reconnect."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from broker.messages.cameras import Health
from cameras.domain.errors import Code
from cameras.watch import connection
from cameras.watch.analyst import Analyst
from cameras.watch.camera import Camera, Means
from cameras.watch.clip import write_clip
from cameras.watch.layers import Picture
from cameras.watch.plan import Plan
from cameras.watch.recordings.earlier import earlier
from cameras.watch.recordings.keeper import Keeper
from cameras.watch.ring import Ring
from cameras.watch.told import Cut, Lack
from tests.cameras.watch import films
from tests.cameras.watch.recordings.conftest import Open
from tests.cameras.watch.recordings.feeding import BEGAN, CAMERA, Feeder, decoded, units, written

S = timedelta(seconds=1)


def test_what_came_before_a_reconnect_stands_in_the_clip_with_its_gap(film: Path, opened: Open, tmp_path: Path) -> None:
    archive = opened()
    recording = archive.recording(CAMERA)
    first = Feeder(film)
    told = first.record(recording, 20)
    second = Feeder(film, began=BEGAN + 23 * S)
    ring = second.record(recording, 10)
    written(archive)
    template = second.stream.template()
    here = [replace(kept, at=kept.at + 23) for kept in ring]  # seconds since BEGAN, as a scene counts on across connections
    lack = Lack(CAMERA, 5.0, 23.0, BEGAN, template, here[0])
    found = earlier(archive, lack)
    assert found[0].key
    assert found[0].at == pytest.approx(4.0)
    assert [units(kept.data) for kept in found] == [units(kept.data) for kept in told if kept.at >= 4]
    clip = write_clip(tmp_path / "clip.mp4", (*found, *here), template)
    assert decoded(clip.path) == len(found) + len(here)
    assert [(round(a), round(b)) for a, b in clip.gaps] == [(20, 23)]
    with av.open(str(clip.path)) as container:
        shown = [float(frame.time or 0) for frame in container.decode(video=0)]
    assert np.diff(shown).max() == pytest.approx(23 - told[-1].at, abs=0.01), "the clip plays at the pace of the capture times"
    assert shown[-1] - shown[0] == pytest.approx(here[-1].at - 4, abs=0.05)


def test_up_to_the_very_keyframe_that_the_ring_begins_with(film: Path, opened: Open) -> None:
    """The clock was corrected by a third of a second since: nothing is told twice and nothing is left out."""
    archive = opened()
    feeder = Feeder(film)
    told = feeder.record(archive.recording(CAMERA), 20)
    written(archive)
    then = next(kept for kept in told if kept.key and kept.at >= 12)
    for wrong in (-0.3, 0.3):
        lack = Lack(CAMERA, 3.0, then.at + wrong, BEGAN, feeder.stream.template(), replace(then, at=then.at + wrong))
        found = earlier(archive, lack)
        if wrong > 0:
            assert [units(kept.data) for kept in found] == [units(kept.data) for kept in told if 2 <= kept.at < 12]
        assert found[-1].at < then.at + min(wrong, 0)


def test_another_encoding_is_no_help(film: Path, opened: Open, tmp_path: Path) -> None:
    archive = opened()
    Feeder(film).record(archive.recording(CAMERA), 10)
    written(archive)
    other = Feeder(films.render(tmp_path / "other.ts", films.passing, 3, codec="libx265"))
    assert earlier(archive, Lack(CAMERA, 0.0, 8.0, BEGAN, other.stream.template())) == ()


class Heard:
    """Whom the camera tells."""

    def __init__(self) -> None:
        self.cuts: list[Cut] = []
        self.written: list[Path] = []
        self.folder = Path()

    def health(self, camera: str, health: Health) -> None: ...

    def picture(self, camera: str, picture: Picture) -> None: ...

    def cut(self, cut: Cut) -> None:
        self.cuts.append(cut)
        self.written.append(write_clip(self.folder / f"{len(self.cuts)}.mp4", cut.packets, cut.template).path)


class Hurried(Camera):
    """Plays a file as fast as it goes, once."""

    def wait(self, seconds: float) -> None:
        """No waiting."""


def watched(film: Path, folder: Path, keeper: Keeper | None) -> Cut:
    heard = Heard()
    heard.folder = folder
    camera = Hurried(Plan(CAMERA, "Cổng", str(film)), Means(heard, Analyst, taps=keeper.taps(CAMERA) if keeper else (), past=keeper))
    heard_cut: Callable[[Cut], None] = heard.cut

    def once(cut: Cut) -> None:
        heard_cut(cut)
        camera.stop()

    heard.cut = once  # type: ignore[method-assign]
    camera.run()
    (cut,) = heard.cuts
    assert decoded(heard.written[0]) == len(cut.packets)
    return cut


def test_a_clip_begins_before_the_actor_although_the_ring_has_lost_that(
    dumping: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "Ring", lambda: Ring(longest_s=1.0))
    late = watched(dumping, tmp_path, None)
    assert Code.CLIP_BEGINS_LATE in dict(late.notes)
    missing = late.packets[0].at - (late.finding.actor_came - 10)
    keeper = Keeper(tmp_path)
    found = watched(dumping, tmp_path, keeper)
    keeper.stop()
    assert found.packets[0].key
    assert found.packets[0].at < late.packets[0].at - 1.0 < found.packets[0].at + missing
    datas = [bytes(packet) for packet in packets_of(dumping)]
    assert [kept.data for kept in found.packets] == datas[: len(found.packets)]


def packets_of(film: Path) -> list[Any]:
    with av.open(str(film)) as container:
        return [packet for packet in container.demux(video=0) if packet.size]
