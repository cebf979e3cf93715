"""Ground truth as others write it: our clips.json, one JSON beside each video, ViPER XML with the faults that published files have."""

import json
from pathlib import Path

import pytest

from cameras.domain.errors import Code, Refusal
from cameras.domain.geometry import Box
from cameras.evaluation.readers import read, viper_events
from cameras.evaluation.truth import Origin

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"
VIPER = """<?xml version="1.0"?><viper xmlns="http://lamp.cfar.umd.edu/viper#" xmlns:data="http://lamp.cfar.umd.edu/viperdata#">
<config><descriptor name="StolenObject" type="OBJECT"></config>
<data><sourcefile filename="a.avi"><file id="0" name="Information"><attribute name="FRAMERATE"><data:fvalue value="20.0"/></attribute></file>
<object framespan="300:900" id="0" name="AbandonedObject"><attribute name="BoundingBox"><data:bbox height="30" width="20" x="5" y="6"/></attribute></object>
<object framespan="200:900" id="0" name="PutObject"><attribute name="BoundingBox"><data:bbox height="30" width="20" x="5" y="6"/></attribute></object>
<object framespan="40:50" id="1" name="Person"/></sourcefile></data></viper>"""


def test_clips_json_tells_seconds_boxes_and_what_moves(tmp_path: Path) -> None:
    entry = {"w": 640, "h": 360, "fps": 10, "frames": 200, "camera": "hand-held phone, pans", "label": "dumping"}
    event = {"type": "left_object", "put_down": 55, "agent_left": 90, "box_at_134": [1, 2, 3, 4], "manner": "thrown", "agent": "person"}
    told = {"_about": "x", "clips/a.mp4": {**entry, "events": [event]}, "clips/gone.mp4": {**entry, "events": []}}
    told["clips/b.mp4"] = {**entry, "camera": "static", "recipe": "put-down@3", "hour": "night", "events": []}
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "clips.json").write_text(json.dumps(told), "utf-8")
    for name in ("clips/a.mp4", "clips/b.mp4", "negatives/c.mp4"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    for dataset in (tmp_path, tmp_path / "annotations", tmp_path / "annotations" / "clips.json"):
        clips = {clip.name: clip for clip in read(dataset)}
        assert sorted(clips) == ["clips/a.mp4", "clips/b.mp4", "negatives/c.mp4"]
        (found,) = clips["clips/a.mp4"].events
        assert (found.put_down_s, found.gone_s, found.box, found.manner) == (5.5, 9.0, Box(1, 2, 3, 4), "thrown")
        assert clips["clips/a.mp4"].moving
        assert not clips["clips/b.mp4"].moving
        assert [clips[name].origin for name in sorted(clips)] == [Origin.REAL, Origin.COMPOSITE, Origin.REAL]
        assert clips["clips/b.mp4"].tags["story"] == "put-down"


@pytest.mark.parametrize(
    ("told", "times", "manner"),
    [
        ({"label": 1, "timestamp": 12.5, "metadata": {"type": "static"}}, [12.5], "static"),
        ({"label": "dynamic_dumping", "timestamp": "00:01:02.5", "metadata": {}}, [62.5], "thrown"),
        ({"label": "positive", "timestamp": ["5", 7]}, [5.0, 7.0], ""),
        ({"label": "positive", "timestamp": {"start": 3, "end": 9}}, [3.0], ""),
        ({"label": "Negative", "timestamp": None, "metadata": {"light": "night"}}, [], ""),
        ({"label": 0, "timestamp": 4}, [], ""),
    ],
)
def test_a_json_beside_a_video_is_its_truth(tmp_path: Path, told: dict[str, object], times: list[float], manner: str) -> None:
    (tmp_path / "v1.json").write_text(json.dumps(told), "utf-8")
    (tmp_path / "v1.mp4").touch()
    (clip,) = read(tmp_path)
    assert [event.put_down_s for event in clip.events] == times
    assert {event.manner for event in clip.events} <= {manner}


def test_viper_is_read_although_its_header_is_no_xml(tmp_path: Path) -> None:
    ((name, events),) = viper_events(VIPER)
    assert name == "a.avi"
    assert [(event.put_down_s, event.box) for event in events] == [(10.0, Box(5, 6, 25, 36))], "put and abandoned are one event"
    (tmp_path / "a.xgtf").write_text(VIPER, "utf-8")
    (tmp_path / "A.AVI").touch()
    assert [len(clip.events) for clip in read(tmp_path)] == [1]


@pytest.mark.skipif(not (SHARED / "annotations" / "viper").is_dir(), reason="../shared/data is not here")
def test_published_viper_files_are_read() -> None:
    found = {
        path.name: viper_events(path.read_text("utf-8", errors="replace")) for path in (SHARED / "annotations" / "viper").glob("*/*.txt")
    }
    assert len(found) >= 10
    ((name, events),) = found["AVSSS07_MEDIUM.txt"]
    assert (name, [event.put_down_s for event in events]) == ("AVSSS07_MEDIUM.mpg", [47.0])
    assert all(event.box is not None for sources in found.values() for _, told in sources for event in told)


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal) as refused:
        read(tmp_path)
    assert refused.value.code is Code.DATASET
    (tmp_path / "clips.json").write_text('{"a.mp4": {"events": []}}', "utf-8")
    (tmp_path / "a.mp4").touch()
    with pytest.raises(Refusal, match="dataset"):
        read(tmp_path)
