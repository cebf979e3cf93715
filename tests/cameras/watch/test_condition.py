"""Time lines, clocks, paces and stills in seconds that nobody has to wait for; folders of films and another camera's picture for real."""

import threading
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from zlib import crc32

import numpy as np
import pytest

from cameras.domain.clock import FAR_S, TRUST_S, Timeline, WallClock
from cameras.domain.errors import Code, Refusal
from cameras.domain.vitals import BARREN_S, FROZEN_S, Decoding, Pace, Stillness, Vitals
from cameras.watch.analyst import Analyst
from cameras.watch.camera import Camera, Means
from cameras.watch.layers import Picture
from cameras.watch.plan import Plan
from cameras.watch.playlist import Playlist
from cameras.watch.portrait import AGAIN_S, LEARN_S, STRANGE_S, Gallery, Sitter, likeness, portrait
from cameras.watch.stream import Stream, upright
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve
from tests.cameras.watch.evening import FPS, Listener, Seen, place

STEP = 0.1
DAY_S = 86_400


def line(stamps: list[float | None], arrivals: list[float]) -> list[float]:
    """Where packets with these time stamps and arrivals come to lie."""
    made = Timeline(live=True)
    return [made.place(stamp, arrived, STEP) for stamp, arrived in zip(stamps, arrivals, strict=True)]


def regular(count: int) -> list[float]:
    return [100 + STEP * number for number in range(count)]


def test_a_stream_that_says_the_truth_is_left_as_it_is() -> None:
    jitter = Random(2)
    late = [at + jitter.uniform(0, 0.4) for at in regular(600)]
    assert line(list(regular(600)), late) == pytest.approx([STEP * number for number in range(600)])


@pytest.mark.parametrize("wrong", ["constant", "missing", "back", "forth", "to_and_fro"])
def test_a_time_line_always_grows_and_stays_with_arrival(wrong: str) -> None:
    lies: dict[str, Callable[[int], float | None]] = {
        "constant": lambda _: 100.0,
        "missing": lambda _: None,
        "back": lambda number: STEP * number - 3600 if number > 50 else STEP * number,
        "forth": lambda number: STEP * number + 3600 if number > 50 else STEP * number,
        "to_and_fro": lambda number: STEP * number + (number % 7) * 60,
    }
    placed = line([lies[wrong](number) for number in range(3000)], regular(3000))
    assert all(after > before for before, after in pairwise(placed))
    assert max(abs(at - STEP * number) for number, at in enumerate(placed)) < 2.5


def test_a_stall_of_the_network_is_no_jump_of_the_camera() -> None:
    stalled = [max(at, 110.0) if at > 102 else at for at in regular(200)]
    made = Timeline(live=True)
    placed = [made.place(stamp, arrived, STEP) for stamp, arrived in zip(regular(200), stalled, strict=True)]
    assert made.jumps == 0
    assert placed[-1] == pytest.approx(19.9)


def test_a_days_drift_is_followed_and_never_faster_than_a_hundredth() -> None:
    wall, ppm, epochs = WallClock(), 150e-6, []
    for second in range(0, DAY_S, 10):
        wall.observe(second * (1 + ppm), 1e9 - second * ppm, None)
        epochs.append(wall.epoch() or 0.0)
    assert epochs[-1] == pytest.approx(1e9 - DAY_S * ppm, abs=0.05)
    assert max(abs(after - before) for before, after in pairwise(epochs)) <= 0.1


def test_what_was_read_late_at_first_is_put_right_within_seconds_and_time_never_goes_back() -> None:
    wall, taken = WallClock(), []
    for tenth in range(300):
        second = tenth / 10
        wall.observe(second, 1e9 + (2.8 if second < 10 else 0.0), None)
        taken.append((wall.epoch() or 0.0) + second)
    assert taken[149] - 14.9 == pytest.approx(1e9, abs=FAR_S)
    assert all(later > earlier for earlier, later in pairwise(taken))


def test_the_cameras_clock_is_believed_while_near_and_told_always() -> None:
    wall = WallClock()
    for second in range(200):
        off = 0.0 if second < 50 else TRUST_S - 0.2 if second < 100 else 7 * 3600.0
        wall.observe(second, 1e9, 1e9 + second + off)
        if second == 90:
            assert (wall.source, wall.offset_s) == ("camera", TRUST_S - 0.2)
    assert (wall.source, wall.offset_s) == ("arrival", 7 * 3600.0)
    assert wall.epoch() == pytest.approx(1e9, abs=0.9), "arrival counts again"


def test_one_odd_report_is_not_believed() -> None:
    wall = WallClock()
    for second in range(50):
        wall.observe(second, 1e9, 1e9 + second + (1.5 if second == 20 else 0.0))
        assert wall.offset_s == 0


def test_slow_is_less_than_this_camera_has_shown_that_it_can() -> None:
    vitals = Vitals(Pace())
    for number in range(300):
        vitals.packet(number * 0.1, key=False, late_s=0.0)
    assert vitals.trouble(30) is None
    for number in range(10):
        vitals.packet(30 + number * 2.0, key=True, late_s=0.0)
    assert vitals.trouble(50) == (Code.SLOW, {"late_s": 0.0, "fps": 0.5})
    again = Vitals(vitals.pace)
    again.pace.begin()
    assert again.trouble(0) is None, "a new connection has not shown anything yet"


def decoded(path: Path) -> Iterator[tuple[float, bool, Picture]]:
    stream = Stream(str(path))
    stream.open()
    for parcel in stream.parcels():
        for frame in stream.pictures(parcel):
            yield parcel.at, parcel.key, upright(frame)
    stream.close()


def still_for(path: Path) -> float:
    """As a sleeping camera looks: at keyframes alone. Twenty seconds at half the speed."""
    still = Stillness()
    for at, key, picture in decoded(path):
        if key:
            still.key()
            still.picture(crc32(picture.tobytes()), 2 * at)
    return still.seconds


def test_a_frozen_picture_is_told_from_a_quiet_one(tmp_path: Path) -> None:
    assert still_for(place(tmp_path / "frozen.mp4", 3, noise=0.0)) > FROZEN_S
    assert still_for(place(tmp_path / "quiet.mp4", 3, noise=0.8)) == 0


def test_what_never_decodes_is_given_up_and_what_does_now_and_then_is_not() -> None:
    barren, lossy, noise = Decoding(), Decoding(), Decoding()
    for number in range(200):
        barren.count(0, number // 100, number * STEP)
        lossy.count(number - number // 3, number // 3, number * STEP)
        noise.count(number // 12, number - number // 12, number * STEP)
        assert not lossy.hopeless
    assert (barren.barren, noise.hopeless, lossy.barren) == (True, True, False)
    assert 200 * STEP > BARREN_S


def test_a_folder_is_played_in_its_order_again_and_again_and_says_what_it_skips(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    playlist = Playlist(str(folder))
    with pytest.raises(Refusal) as refused:
        playlist.next()
    assert refused.value.code is Code.FOLDER_EMPTY
    films.render(folder / "a.mp4", films.passing, 0.5)
    (folder / "b.mp4").write_bytes(b"no film")
    films.render(folder / "c.mkv", films.passing, 0.5)
    (folder / "readme.txt").write_text("no film either")
    seen = Seen(0.0)
    camera = Camera(Plan("cam-1", "Chợ", str(folder)), Means(heard := Listener(seen), Analyst, taps=(heard,)))
    thread = threading.Thread(target=camera.run)
    thread.start()
    wait = threading.Event()
    for _ in range(100):
        if len(seen.opened_at) >= 4:
            break
        wait.wait(0.1)
    camera.stop()
    thread.join(timeout=5)
    assert len(seen.opened_at) >= 4, "a and c, and both again"
    assert {health.facts.get("file") for _, health in seen.health if health.code == "cameras.file_skipped"} == {"b.mp4"}
    assert "gap" not in seen.states()


def test_a_folder_without_one_good_film_says_so(tmp_path: Path) -> None:
    (tmp_path / "b.mp4").write_bytes(b"no film")
    playlist = Playlist(str(tmp_path))
    assert playlist.next().endswith("b.mp4")
    with pytest.raises(Refusal) as refused:
        playlist.next()
    assert refused.value.code is Code.NO_PICTURE
    assert playlist.next().endswith("b.mp4"), "and tries again"


def shown(seed: int, *, light: float = 1.0) -> Picture:
    return np.asarray(films.yard(seed) * light, np.uint8)


def sitters(folder: Path | None = None) -> tuple[Gallery, dict[str, Sitter]]:
    gallery = Gallery(folder)
    return gallery, {name: Sitter(gallery, Plan(name, name.title(), f"rtsp://{name}/")) for name in ("gate", "lane")}


def test_another_cameras_picture_is_recognised_and_its_own_in_any_light(tmp_path: Path) -> None:
    gallery, both = sitters(tmp_path)
    assert not both["gate"].foreign(shown(3), 0)
    assert not both["lane"].foreign(shown(4), 0)
    assert not both["gate"].foreign(films.with_person(shown(3, light=0.3), 200), AGAIN_S)
    assert both["gate"].foreign(shown(4), 2 * AGAIN_S)
    assert both["gate"].trouble == (Code.SWAPPED, {"camera": "Lane", "likeness": 1.0})
    own = gallery.own("gate")
    assert own is not None
    assert likeness(own, portrait(shown(3))) > 0.9, "the foreign picture was not learned"
    assert not both["gate"].foreign(shown(3), 3 * AGAIN_S), "and it is over when the right one is back"
    later, again = sitters(tmp_path)
    assert again["gate"].foreign(shown(4), 0), "also after a restart"
    later.leave("gate")
    assert not Sitter(later, Plan("gate", "Gate", "rtsp://another/")).foreign(shown(4), 0), "another address was meant so"


def test_a_camera_that_was_turned_gets_its_new_place_after_a_while() -> None:
    gallery, both = sitters()
    both["gate"].foreign(shown(3), 0)
    for second in range(1, round((STRANGE_S + LEARN_S) / AGAIN_S) + 2):
        assert not both["gate"].foreign(shown(5), second * AGAIN_S)
    own = gallery.own("gate")
    assert own is not None
    assert likeness(own, portrait(shown(5))) > 0.9


@pytest.mark.parametrize("how", [(), ("--digest",)], ids=["basic", "digest"])
def test_h265_behind_a_password(how: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory, serve: Serve) -> None:
    film = tmp_path_factory.getbasetemp() / "guarded.hevc.mp4"
    if not film.exists():
        place(film, 3, codec="libx265")
    url = serve(film, "--user", "xem", "--password", "mật@khẩu/1", *how)
    with pytest.raises(Refusal) as refused:
        Stream(url.replace("://", "://xem:sai@")).open()
    assert refused.value.code is Code.UNAUTHORISED
    stream = Stream(url.replace("://", "://xem:m%E1%BA%ADt%40kh%E1%BA%A9u%2F1@"))
    stream.open()
    assert stream.info is not None
    assert (stream.info.codec, stream.info.clock) == ("hevc", "arrival")
    parcels = stream.parcels()
    assert [next(parcels).at for _ in range(FPS)] == pytest.approx([number / FPS for number in range(FPS)], abs=0.05)
    stream.close()
