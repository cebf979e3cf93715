"""What goes wrong with cameras and wires, against a real RTSP server: each camera comes back by itself and the others never notice."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from cameras.watch.portrait import likeness
from tests.cameras.watch import bad_wire
from tests.cameras.watch.conftest import rtsp_server_missing, served
from tests.cameras.watch.evening import SIZE, Evening, Seen, evening, place

FAULT_S, MENDED_S, GARBAGE_S, END_S = 3.5, 7.5, 9.5, 14.5
"""Seconds of the evening: everything breaks; wires are mended; the evening ends."""
HOUR = 3600 * 90_000


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """Everybody's evening, in the time of one."""
    if rtsp_server_missing():
        pytest.skip("gst-rtsp-server is not installed (gir1.2-gst-rtsp-server-1.0, python3-gi)")
    folder = tmp_path_factory.mktemp("places")
    yard = place(folder / "yard.mp4", 3)
    others = [
        place(folder / "lane.mp4", 4),
        place(folder / "wide.mp4", 3, size=(SIZE[0] + 64, SIZE[1])),
        place(folder / "modern.hevc.mp4", 3, codec="libx265"),
    ]
    with served(yard, "--also", *map(str, others)) as film, evening() as made:
        root = film.removesuffix("film")
        _begin(made, film, root)
        made.until(FAULT_S)
        _break(made, root)
        made.until(MENDED_S)
        _mend(made)
        made.until(GARBAGE_S)
        made.wires["garbage"].break_ = bytes
        made.until(END_S)
        yield made


def _begin(made: Evening, film: str, root: str) -> None:
    made.camera("steady", film)
    made.camera("lane", root + "lane")
    for name in ("off", "cut", "leaking", "garbled", "silent", "garbage", "swapped", "wider", "modern"):
        made.camera(name, film)
    for name in ("constant", "backwards", "leap", "late", "stepped"):
        made.camera(name, film)
    made.camera("ahead", film).break_ = bad_wire.clock_off(lambda: 1.0)
    made.camera("years-off", film).break_ = bad_wire.clock_off(lambda: -7200.0)
    made.camera("keyless", film).break_ = bad_wire.without_keyframes


def _break(made: Evening, root: str) -> None:
    wires = made.wires
    wires["off"].off()
    for name, to in (("swapped", "lane"), ("wider", "wide"), ("modern", "modern")):
        wires[name].to = root + to
        wires[name].cut()
    wires["cut"].cut()
    wires["leaking"].break_ = bad_wire.leaking(0.05, made.draw)
    wires["garbled"].break_ = bad_wire.garbled(0.3, made.draw)
    wires["garbage"].break_ = bad_wire.nonsense(made.draw)
    wires["silent"].hold(4.0)
    wires["constant"].break_ = bad_wire.restamped(lambda _: 450_000)
    wires["backwards"].break_ = bad_wire.restamped(lambda stamp: stamp - HOUR)
    wires["leap"].break_ = bad_wire.restamped(lambda stamp: stamp + HOUR)
    wires["stepped"].break_ = bad_wire.clock_off(lambda: 3600.0)
    wires["late"].delay = lambda: 0.14


def _mend(made: Evening) -> None:
    made.wires["off"].on()
    for name in ("leaking", "garbled"):
        made.wires[name].break_ = bytes


def steps(seen: Seen) -> list[float]:
    """Seconds of capture time between packets of one connection, where nothing was opened in between."""
    pairs = pairwise(seen.packets)
    return [(after[2] - before[2]).total_seconds() for before, after in pairs if after[1].number > before[1].number]


def test_who_has_no_fault_notices_nothing(night: Evening) -> None:
    for name in ("steady", "lane"):
        seen = night.seen[name]
        assert (len(seen.opened_at), seen.closed_at, seen.codes()) == (1, [], []), name
        assert seen.gap() < 1.5
        assert seen.health[-1][1].clock == "camera"
        assert abs(seen.health[-1][1].clock_offset_s or 9) < 1
        assert all(0 < step < 1 for step in steps(seen)), steps(seen)


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("off", {"stream_ended", "stream_lost", "refused"}),
        ("cut", {"stream_ended", "stream_lost"}),
        ("leaking", {"stream_ended", "stream_lost", "stream_changed", "silent", "garbage"}),
        ("silent", {"silent"}),
        ("garbage", {"garbage"}),
        ("wider", {"stream_ended", "stream_lost"}),
        ("modern", {"stream_ended", "stream_lost"}),
    ],
)
def test_a_camera_comes_back_by_itself_and_its_gap_is_told(night: Evening, name: str, codes: set[str]) -> None:
    seen = night.seen[name]
    assert set(seen.codes()) & codes, seen.codes()
    assert "gap" in seen.states() or "unreadable" in seen.states()
    assert seen.watches(), seen.health[-1]
    assert len(seen.opened_at) == len(seen.closed_at) + 1 > 1
    assert len([at for at, *_ in seen.packets if at < FAULT_S]) > 5, "what was good before is there"


def test_garbled_bytes_do_not_end_the_watch(night: Evening) -> None:
    assert night.seen["garbled"].watches()
    assert night.seen["garbled"].gap() < 5


def test_another_size_and_another_codec_are_taken_as_they_are(night: Evening) -> None:
    assert {health.width for _, health in night.seen["wider"].health if health.width} == {SIZE[0], SIZE[0] + 64}
    assert night.seen["modern"].watches()


def test_another_cameras_picture_is_named_and_not_learned(night: Evening) -> None:
    state, code, facts = [(health.state, health.code, health.facts) for _, health in night.seen["swapped"].health][-1]
    assert (state, code, facts["camera"]) == ("moved", "cameras.swapped", "lane")
    own, lane = night.gallery.own("swapped"), night.gallery.own("lane")
    assert own is not None
    assert lane is not None
    assert likeness(own, lane) < 0.5
    assert "swapped" not in night.seen["wider"].codes() + night.seen["lane"].codes()


@pytest.mark.parametrize("name", ["constant", "backwards", "leap"])
def test_wrong_time_stamps_cost_no_packet_and_no_second(night: Evening, name: str) -> None:
    seen = night.seen[name]
    assert "time_jumped" in seen.codes(FAULT_S)
    assert (len(seen.opened_at), seen.gap() < 1.5) == (1, True)
    assert all(-0.5 < step < 1.5 for step in steps(seen)), steps(seen)
    arrival, kept, captured = seen.packets[-1]
    assert abs((captured - seen.packets[0][2]).total_seconds() - (arrival - seen.packets[0][0])) < 3
    assert kept.dts is not None


def test_a_slow_camera_is_told_and_never_cut_off(night: Evening) -> None:
    seen = night.seen["late"]
    assert "slow" in seen.codes()
    assert (len(seen.opened_at), seen.closed_at) == (1, [])
    assert seen.watches()


def test_a_camera_without_keyframes_is_named(night: Evening) -> None:
    assert "no_keyframes" in night.seen["keyless"].codes()


def test_the_cameras_clock_counts_while_it_agrees(night: Evening) -> None:
    true, ahead = night.seen["steady"], night.seen["ahead"]
    assert (ahead.health[-1][1].clock, ahead.codes()) == ("camera", [])
    assert 0.3 < (ahead.health[-1][1].clock_offset_s or 0) - (true.health[-1][1].clock_offset_s or 0) < 1.7
    late = [(captured.timestamp(), at) for at, _, captured in ahead.packets[-5:]]
    same = [(captured.timestamp(), at) for at, _, captured in true.packets[-5:]]
    assert 0.3 < (late[-1][0] - late[-1][1]) - (same[-1][0] - same[-1][1]) < 1.7


@pytest.mark.parametrize(("name", "off_s"), [("years-off", -7200), ("stepped", 3600)])
def test_a_clock_that_is_hours_off_is_told_and_not_used(night: Evening, name: str, off_s: float) -> None:
    seen = night.seen[name]
    told = [health for _, health in seen.health if health.code == "cameras.clock_off"]
    assert told
    assert told[-1].clock == "arrival"
    assert abs((told[-1].clock_offset_s or 0) - off_s) < 2
    assert all(-1.5 < step < 1.5 for step in steps(seen)), "the order of capture times is that of arrival"
