"""Decoding on demand: asleep while nothing happens, and the act is found as if everything had been decoded."""

import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from broker.messages.cameras import Health
from cameras.domain.duty import Duty, Why
from cameras.domain.gate import Gate
from cameras.domain.geometry import Box, iou
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding
from cameras.watch.baselines import Baselines
from cameras.watch.camera import Camera, Means
from cameras.watch.layers import Picture
from cameras.watch.lookout import Lookout
from cameras.watch.plan import Plan
from cameras.watch.ring import Ring
from cameras.watch.sampler import Sampler
from cameras.watch.stream import Stream
from cameras.watch.told import Cut
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve

QUIET_S, WHOLE_S = 30, 56
"""Quiet before the bag's film begins, and the whole film with ten quiet seconds after it."""


def later(frame: int) -> films.Picture:
    return films.dumping(max(0, frame - QUIET_S * films.FPS))


@dataclass
class Watched:
    """What came of a film that was watched as a live stream is, as fast as it goes."""

    findings: list[Finding] = field(default_factory=list)
    packets: int = 0
    decoded: int = 0
    asleep: int = 0
    whys: list[Why] = field(default_factory=list)
    looked: list[float] = field(default_factory=list)
    duty: Duty = field(default_factory=lambda: Duty(Gate()))

    @property
    def flagged(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.flagged]


def watched(film: Path, *, gate: Gate | None = None, blind: bool = False) -> Watched:
    """`blind`: the gate never opens, so that only keyframes can wake it."""
    stream, analyst = Stream(str(film)), Analyst()
    stream.open()
    result = Watched(duty=Duty(gate or Gate()))
    sampler = Sampler(stream, per_second=LOOKS_PER_S, longest_side=LONGEST_SIDE)
    ring = Ring()
    lookout = Lookout(stream, ring, result.duty, sampler=sampler, judge=analyst)
    for parcel in stream.parcels():
        for at, picture in lookout.pictures(parcel, ring.add(parcel), hour=12):
            result.looked.append(at)
            result.findings += analyst.look(picture, at)
            if result.duty.awake:
                result.duty.looked(at, lookout.newest, busy=analyst.busy, hour=12)
        if blind and result.duty.gate.threshold(12) is not None:
            result.duty.gate.hours[12].counts = {10_000: 1000.0}
            result.duty.gate.hours[12].total = 1000.0
            result.duty.gate.hours[12]._known = None
        result.packets += 1
        result.asleep += not result.duty.awake
        if not result.whys or result.whys[-1] is not result.duty.why:
            result.whys.append(result.duty.why)
    result.decoded = sampler.frames
    stream.close()
    return result


def verify_found(result: Watched) -> None:
    assert [round(finding.put_down - QUIET_S - 8.5) for finding in result.flagged] == [0]
    assert iou(result.flagged[0].box, Box(*films.BAG)) > 0.5
    assert result.flagged[0].actor_came - QUIET_S == pytest.approx(4.2, abs=0.7), "from the first pictures of who came"
    assert result.looked == sorted(set(result.looked)), "the scene's time never goes back"


@pytest.mark.parametrize(("gop", "codec"), [(12, "libx264"), (24, "libx264"), (24, "libx265"), (120, "libx264")])
def test_an_act_after_a_sleep_is_found_from_its_start(gop: int, codec: str, tmp_path: Path) -> None:
    result = watched(films.render(tmp_path / "film.mp4", later, WHOLE_S, gop=gop, codec=codec))
    verify_found(result)
    assert Why.PACKETS in result.whys
    assert result.asleep > 0.3 * result.packets
    assert result.decoded < 0.8 * result.packets
    assert (result.duty.fault() is Why.LONG_GOP) == (gop == 120)


def test_asleep_a_keyframe_is_looked_at_every_four_seconds_then_every_eight_however_often_they_come(tmp_path: Path) -> None:
    result = watched(films.render(tmp_path / "film.mp4", lambda _: films.yard(), 68, gop=24))
    pauses = [after - before for before, after in pairwise(result.looked) if after - before > 1]
    assert pauses == pytest.approx(sorted(pauses), abs=0.1)
    assert {round(pause) for pause in pauses[1:]} == {4, 8}


def test_what_packets_do_not_show_a_keyframe_does(tmp_path: Path) -> None:
    result = watched(films.render(tmp_path / "film.mp4", later, WHOLE_S), blind=True)
    verify_found(result)
    assert Why.PICTURE in result.whys
    assert Why.PACKETS not in result.whys


def test_a_group_longer_than_the_way_back_is_decoded_whole(tmp_path: Path) -> None:
    result = watched(films.render(tmp_path / "film.mp4", later, WHOLE_S + 14, gop=100_000))
    verify_found(result)
    assert result.duty.fault() is Why.LONG_GOP


def test_a_film_without_a_break_of_quiet_is_decoded_once_and_whole(dumping: Path) -> None:
    result = watched(dumping)
    assert result.asleep == 0
    assert result.decoded == result.packets
    assert len(result.flagged) == 1


def test_what_lies_there_new_keeps_the_camera_awake(tmp_path: Path) -> None:
    """Somebody left a bag and stands a step beside it: nothing moves any more, and the bag waits for its verdict.

    Whether one who stands motionless has gone is not asked here: that hangs on the phase of the looks.
    """

    def beside(frame: int) -> films.Picture:
        second = frame / films.FPS - 25
        if second < 9.5:
            return films.dumping(max(0, frame - 25 * films.FPS))
        return films.with_person(films.with_bag(films.yard()), max(258 - (second - 9.5) * 88, 150))

    result = watched(films.render(tmp_path / "film.mp4", beside, 50))
    woke = next(at for at in result.looked if at > 28)
    assert woke < 30
    until = result.findings[0].at if result.findings else 50
    assert until > 37
    assert max(after - before for before, after in pairwise(result.looked) if woke < before < until) < 0.5
    assert Why.FOLLOWING in result.whys


@dataclass
class Heard:
    """Whom a camera tells, in a test."""

    states: list[Health] = field(default_factory=list)
    cuts: list[tuple[Finding, int, float]] = field(default_factory=list)

    def health(self, camera: str, health: Health) -> None:
        assert camera == "cam-1"
        self.states.append(health)

    def picture(self, camera: str, picture: Picture) -> None:
        """Not of interest here."""

    def cut(self, cut: Cut) -> None:
        self.cuts.append((cut.finding, len(cut.packets), cut.packets[0].at))


def test_a_live_camera_sleeps_wakes_and_cuts_the_whole_act(tmp_path: Path, serve: Serve) -> None:
    """The same film over RTSP, at its own pace: idle is said, the clip begins ten seconds before the actor, the levels are kept."""
    film = films.render(tmp_path / "film.mp4", later, WHOLE_S)
    heard, kept = Heard(), Baselines(tmp_path / "gates")
    camera = Camera(Plan("cam-1", "Cổng chợ", serve(film)), Means(heard, Analyst, kept))
    thread = threading.Thread(target=camera.run)
    thread.start()
    end = time.monotonic() + WHOLE_S + 60
    while not heard.cuts and time.monotonic() < end:
        time.sleep(0.2)
    camera.stop()
    thread.join(20)
    states = [state for state, _ in groupby(heard.states, key=lambda health: health.state)]
    assert states[:3] == ["seen", "idle", "seen"]
    ((finding, packets, begin),) = heard.cuts
    assert finding.flagged
    assert finding.put_down - finding.actor_came == pytest.approx(4.3, abs=0.8)
    assert begin <= finding.actor_came - 9.5
    assert packets > 25 * films.FPS
    assert kept.load("cam-1").hours


def test_pictures_out_of_the_ring_are_those_of_the_film(dumping: Path) -> None:
    stream = Stream(str(dumping))
    stream.open()
    ring = Ring()
    kept = [ring.add(parcel) for parcel in stream.parcels()]
    packets = [one for one in kept if one is not None]
    shown: list[Any] = []
    for one in packets:
        shown += [(frame.pts, frame.to_ndarray().tobytes()) for frame in stream.decode(one.data, one.pts, one.dts)]
    with av.open(str(dumping)) as container:
        whole = [(frame.pts, frame.to_ndarray().tobytes()) for frame in container.decode(video=0)]
    assert shown == whole
    stream.close()


def test_a_watcher_without_pictures_still_loads_light() -> None:
    code = "import sys, cameras.watch.run, cameras.domain.duty; print({'numpy', 'av'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "set()"
