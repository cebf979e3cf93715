"""The command on a few real films: judged, reported, not judged twice; and spliced into hours."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cameras.evaluation.judge import key_of
from cameras.evaluation.loops import Parts
from cameras.evaluation.run import Order, evaluate
from cameras.evaluation.streams import Lives, Spliced, live
from cameras.watch.verifier import WEIGHTS
from edge.cli.page import run
from edge.words import Words
from tests.cameras.watch import films


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dumping, somebody who only passes, and a film that breaks off."""
    folder = tmp_path_factory.mktemp("set")
    films.render(folder / "dumping.mp4", films.dumping, 17)
    films.render(folder / "passing.mp4", films.passing, 13)
    (folder / "broken.mp4").write_bytes(b"no film at all")
    base = {"w": films.WIDTH, "h": films.HEIGHT, "fps": films.FPS, "camera": "static"}
    event = {"put_down": round(8.5 * films.FPS), "agent_left": 13 * films.FPS, "box": list(films.BAG), "manner": "static"}
    told: dict[str, Any] = {name: {**base, "frames": 200, "events": []} for name in ("passing.mp4", "broken.mp4")}
    told["dumping.mp4"] = {**base, "frames": 204, "events": [event]}
    (folder / "clips.json").write_text(json.dumps(told), "utf-8")
    return folder


@pytest.fixture(scope="module")
def report(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by the command as a person calls it."""
    out = tmp_path_factory.mktemp("report")
    assert run(["cameras", "evaluate", str(dataset), "--report", str(out)], Words("en")) == 0
    return out


def test_the_event_is_found_and_nothing_else(report: Path) -> None:
    told = json.loads((report / "metrics.json").read_text("utf-8"))
    assert (told["events"], told["found"], told["false"], told["f1"]) == (1, 1, 0, 1.0)
    assert told["interval"][1] > 1000, "half a minute says nothing about a day"
    assert {"precision", "recall", "delay_s", "camera_hours", "false_per_camera_day"} <= told.keys()
    assert 50 < told["speed"]["peak_mb"] < 4000
    rows = {row["file"]: row for row in json.loads((report / "clips.json").read_text("utf-8"))}
    assert (rows["dumping.mp4"]["hit"], rows["passing.mp4"]["sightings"]) == (True, [])
    assert abs(rows["dumping.mp4"]["sightings"][0]["put_down_s"] - 8.5) < 1.0
    assert rows["broken.mp4"]["findings"][0]["code"] == "cameras.not_a_video"


def test_people_can_look_at_every_hit(report: Path) -> None:
    assert (report / "hits-1.jpg").stat().st_size > 5000
    assert not list(report.glob("false-*"))
    page = (report / "report.html").read_text("utf-8")
    assert "hits-1.jpg" in page
    assert "Clopper-Pearson" in page


def test_what_was_judged_is_not_judged_again(report: Path, dataset: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("judged again")

    before = (report / "clips.json").read_text("utf-8")
    monkeypatch.setattr("cameras.evaluation.judge.try_file", never)
    evaluate(Order(dataset, report))
    assert (report / "clips.json").read_text("utf-8") == before
    (dataset / "passing.mp4").write_bytes((dataset / "dumping.mp4").read_bytes()[:-9])
    with pytest.raises(AssertionError, match="judged again"):
        evaluate(Order(dataset, report))


def test_another_threshold_judges_anew(dataset: Path, tmp_path: Path) -> None:
    weights = tmp_path / "dumping.onnx"
    weights.write_bytes(WEIGHTS.read_bytes())
    told = WEIGHTS.with_name("manifest.toml").read_text("utf-8")
    weights.with_name("manifest.toml").write_text(told, "utf-8")
    first = key_of(dataset / "dumping.mp4", weights)
    assert first == key_of(dataset / "dumping.mp4", WEIGHTS)
    changed = re.sub(r"^threshold = .*$", "threshold = 0.123", told, flags=re.MULTILINE)
    weights.with_name("manifest.toml").write_text(changed, "utf-8")
    assert first != key_of(dataset / "dumping.mp4", weights)


def test_a_folder_without_clips_is_refused_with_a_sentence(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(["cameras", "evaluate", str(tmp_path), "--report", str(tmp_path / "out")], Words("en")) == 1
    assert "No clips with their ground truth were found" in capfd.readouterr().err


def test_a_clip_that_changes_nothing_comes_again_every_quarter_of_an_hour() -> None:
    stream = Spliced(Path("x.mp4"), Parts(10, before=200, clip=150, after=200, closed=True), 3600)
    order = list(stream._order())
    assert len(order) == pytest.approx(36000, abs=400)
    assert stream.clips_at == pytest.approx([300, 1200, 2100], abs=21)
    once = Spliced(Path("x.mp4"), Parts(10, before=200, clip=150, after=200, closed=False), 3600)
    list(once._order())
    assert [round(at) for at in once.clips_at] == [1800]


def test_an_event_is_found_in_a_stream_that_slept(dataset: Path, tmp_path: Path) -> None:
    told = json.loads((dataset / "clips.json").read_text("utf-8"))
    only = tmp_path / "one"
    only.mkdir()
    (only / "clips.json").write_text(json.dumps({"dumping.mp4": told["dumping.mp4"]}), "utf-8")
    (only / "dumping.mp4").symlink_to(dataset / "dumping.mp4")
    found = live(Order(only, tmp_path / "out"), Lives(hours=0.2, cameras=1))
    assert (found["events"], found["found"], found["false"]) == (1, 1, 0)
    assert found["camera_hours"] == 0.2
    assert found["lives"][0]["awake_share"] < 0.9, "it slept"
    assert "camera hours" in (tmp_path / "out" / "streams.md").read_text("utf-8")
