"""`dinh cameras try`: one file from end to end, real and rendered, whole and broken."""

import json
import subprocess
import sys
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from cameras.domain.errors import Code, Refusal
from cameras.domain.geometry import Box, iou
from cameras.domain.sightings import Why
from cameras.watch.trial import Options, TrialResult, try_file
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve

SCENE = Options(scene_only=True)


def verify_one_hit(result: TrialResult, *, box: tuple[float, ...], put_down_s: float) -> None:
    assert len(result.sightings) == 1
    assert iou(Box(*result.sightings[0].box), Box(*box)) > 0.3
    assert abs(result.sightings[0].put_down_s - put_down_s) < 3


def test_a_bag_that_is_left_is_flagged_once_with_a_sheet(dumping: Path, tmp_path: Path) -> None:
    seconds: list[float] = []
    sheet = tmp_path / "sheet.png"
    result = try_file(dumping, Options(sheet=sheet, progress=lambda done, _: seconds.append(done)))
    verify_one_hit(result, box=films.BAG, put_down_s=8.5)
    assert result.frames == 216
    told = json.loads(json.dumps(result.json()))
    assert set(told) >= {"sightings", "frames", "seconds"}
    assert set(told["sightings"][0]) == {"at_s", "put_down_s", "box", "score", "reason"}
    picture = cv2.imread(str(sheet))
    assert picture is not None
    assert picture.shape[1] > 3 * films.WIDTH
    assert seconds == sorted(seconds)
    assert seconds[-1] > 17


@pytest.mark.parametrize(("story", "seconds"), [(films.passing, 14), (films.waiting, 20), (films.lamp, 14)])
def test_ordinary_scenes_are_not_flagged(story: films.Story, seconds: float, tmp_path: Path) -> None:
    assert try_file(films.render(tmp_path / "film.mp4", story, seconds), SCENE).sightings == []


def test_what_is_taken_away_is_no_dumping(tmp_path: Path) -> None:
    result = try_file(films.render(tmp_path / "film.mp4", films.taking_away, 16), SCENE)
    assert result.sightings == []
    assert [finding.why for finding in result.dropped] == [Why.REMOVED]


def test_boxes_stand_upright_when_the_film_lies_on_its_side(dumping: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned.mp4"
    with av.open(str(dumping)) as source, av.open(str(turned), "w") as target:
        stream = target.add_stream_from_template(source.streams.video[0])
        stream.set_display_rotation(90)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    result = try_file(turned, SCENE)
    assert (result.width, result.height) == (films.HEIGHT, films.WIDTH)
    x0, y0, x1, y1 = films.BAG
    verify_one_hit(result, box=(y0, films.WIDTH - x1, y1, films.WIDTH - x0), put_down_s=8.5)


def test_bad_input_is_refused_with_a_closed_code(dumping: Path, tmp_path: Path) -> None:
    empty, text, noise, header = (tmp_path / name for name in ("empty.mp4", "words.txt", "noise.mp4", "header.mp4"))
    empty.touch()
    text.write_text("Đây không phải là video.\n" * 400, encoding="utf-8")
    noise.write_bytes(np.random.default_rng(1).bytes(50_000))
    header.write_bytes(dumping.read_bytes()[:200])
    expected = {
        empty: Code.FILE_EMPTY,
        text: Code.NOT_A_VIDEO,
        noise: Code.NOT_A_VIDEO,
        header: Code.NOT_A_VIDEO,
        tmp_path / "nowhere.mp4": Code.FILE_MISSING,
        tmp_path: Code.FILE_MISSING,
    }
    for path, code in expected.items():
        with pytest.raises(Refusal) as refused:
            try_file(path)
        assert refused.value.code is code, path


def test_a_broken_film_gives_what_was_readable_and_a_finding(tmp_path: Path) -> None:
    whole = films.render(tmp_path / "whole.avi", films.dumping, 18, codec="mpeg4").read_bytes()
    for name, broken in (
        ("cut.avi", whole[: len(whole) * 4 // 5]),
        ("holes.avi", b"".join(whole[i : i + 20_000][:-900] + b"\xff" * 900 for i in range(0, len(whole), 20_000))),
    ):
        path = tmp_path / name
        path.write_bytes(broken)
        result = try_file(path, SCENE)
        assert result.frames > 50, name
        assert Code.PARTLY_BROKEN in [code for code, _ in result.findings], name


def test_real_dumping_is_flagged_once_and_nothing_else(shared: Path) -> None:
    verify_one_hit(try_file(shared / "clips" / "aboda_video4.avi"), box=(449, 366, 501, 413), put_down_s=393 / 29.97)
    verify_one_hit(try_file(shared / "clips" / "night_bag_generated.mp4"), box=(535, 450, 785, 705), put_down_s=60 / 24)


@pytest.mark.parametrize("name", ["people_at_table.mp4", "car_park.mp4"])
def test_real_ordinary_scenes_are_not_flagged(shared: Path, name: str) -> None:
    assert try_file(shared / "negatives" / name).sightings == []


def test_phone_films_stand_upright(shared: Path) -> None:
    result = try_file(shared / "clips" / "di_bo_1_phu.mp4", SCENE)
    assert (result.width, result.height) == (480, 848)


def test_the_same_film_over_rtsp_gives_the_same_sighting(dumping: Path, serve: Serve) -> None:
    result = try_file(serve(dumping, "--user", "xem", "--password", "mat-khau").replace("://", "://xem:mat-khau@"), Options(duration_s=17))
    verify_one_hit(result, box=films.BAG, put_down_s=8.5)
    assert "mat-khau" not in repr(result)


def test_time_stamps_that_stand_still_are_mended(tmp_path: Path, serve: Serve) -> None:
    film = films.render(tmp_path / "film.avi", films.passing, 4, codec="mpeg4")
    result = try_file(serve(film), Options(duration_s=30, scene_only=True))
    assert abs(result.seconds - 4) < 0.5


def probed(address: str) -> tuple[dict[str, object], str]:
    done = subprocess.run(
        [sys.executable, "-m", "cameras.watch.probe"], input=address, capture_output=True, text=True, timeout=12, check=True
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer, done.stdout + done.stderr


def test_the_probe_answers_about_a_file_and_a_stream(dumping: Path, serve: Serve) -> None:
    for address in (str(dumping), serve(dumping)):
        answer, _ = probed(address)
        assert (answer["ok"], answer["width"], answer["height"], answer["codec"]) == (True, films.WIDTH, films.HEIGHT, "h264")
        assert str(answer["jpeg_base64"]).startswith("/9j/")


def test_the_probe_says_why_and_never_the_password(dumping: Path, serve: Serve) -> None:
    guarded = serve(dumping, "--user", "xem", "--password", "dung")
    silent = serve(dumping, "--silent")
    for address, codes in (
        (guarded.replace("://", "://xem:sai-mat-khau@"), {Code.UNAUTHORISED}),
        (guarded.replace("/film", "/khac").replace("://", "://xem:dung@"), {Code.NOT_FOUND}),
        (silent, {Code.TIMEOUT, Code.NO_PICTURE, Code.NOT_FOUND, Code.UNREACHABLE}),
        ("rtsp://xem:sai-mat-khau@127.0.0.1:1/film", {Code.REFUSED}),
        ("ftp://xem:sai-mat-khau@127.0.0.1/film", {Code.BAD_ADDRESS}),
    ):
        answer, said = probed(address)
        assert answer["ok"] is False
        assert Code(str(answer["code"])) in codes, (address, answer)
        assert "sai-mat-khau" not in said
