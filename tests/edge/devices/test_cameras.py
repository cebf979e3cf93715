"""Cameras: an address is sealed, shown without its password, and given to its watcher alone."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from broker.messages.devices import Desired
from broker.sealing import unseal
from broker.topics import DESIRED, GATE, HEALTH, LOOK
from cameras.domain.areas import Kind, Mask
from cameras.watch.plan import plans_of
from cameras.watch.recordings.limits import Limits, limits_of
from edge.accounts.service import COMMAND
from edge.devices import cameras as module
from edge.devices.cameras import CameraChanges, Cameras, masked
from edge.devices.registry import DeviceChanges
from edge.refusals import Code, Refusal
from tests.edge.desk import Desk, Hands, desk

URL = "rtsp://quantri:b%C3%AD-m%E1%BA%ADt@10.0.0.9:554/Streaming/Channels/101?token=abc"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, Hands()) as found:
        found.devices.ensure("watcher-1", kind="watcher", name="Bộ xem của nút")
        yield found


def configurations(at: Desk, watcher: str = "watcher-1") -> list[list[dict[str, object]]]:
    topic = DESIRED.of(device=watcher)
    return [message.configuration["cameras"] for name, message in at.air.said if name == topic and isinstance(message, Desired)]


def test_the_watcher_is_told_of_its_cameras(at: Desk) -> None:
    row = at.cameras.add("Ngõ 4", URL, CameraChanges(), by=COMMAND)
    at.cameras.change(row.id, CameraChanges(enabled=False), by=COMMAND)
    at.cameras.remove(row.id, by=COMMAND)
    told = configurations(at)
    assert [len(one) for one in told] == [0, 1, 1, 0]
    sealed = told[1][0].pop("sealed_url")
    assert told[1] == [{"id": row.id, "name": "Ngõ 4", "zones": [], "masks": [], "enabled": True, "fence": 1}]
    password = at.devices.ensure("watcher-1", kind="watcher", name="")
    assert unseal(str(sealed), password=password, of=row.id) == URL
    assert told[2][0]["enabled"] is False
    assert at.air.cleared == [GATE.of(camera=row.id), HEALTH.of(camera=row.id), LOOK.of(camera=row.id)]


def test_a_camera_given_to_another_watcher_leaves_the_first(at: Desk) -> None:
    at.devices.ensure("watcher-2", kind="watcher", name="Bộ xem thứ hai")
    row = at.cameras.add("Ngõ 4", URL, CameraChanges(), by=COMMAND)
    at.cameras.change(row.id, CameraChanges(watcher="watcher-2"), by=COMMAND)
    assert configurations(at)[-1] == []
    assert len(configurations(at, "watcher-2")[-1]) == 1


def test_an_address_on_the_air_opens_for_its_watcher_and_its_camera_alone(at: Desk) -> None:
    row = at.cameras.add("Ngõ 4", URL, CameraChanges(), by=COMMAND)
    told = configurations(at)[-1]
    password = at.devices.ensure("watcher-1", kind="watcher", name="")
    (plan,) = plans_of({"cameras": told}, password)
    assert (plan.id, plan.url) == (row.id, URL)
    other = at.devices.ensure("watcher-2", kind="watcher", name="Bộ xem thứ hai")
    for entries, key in ((told, other), (told, ""), ([{**told[0], "id": "cam-2"}], password), ([{**told[0], "sealed_url": "%"}], password)):
        with pytest.raises(ValueError, match="cameras/0/sealed_url"):
            plans_of({"cameras": entries}, key)
    said = "".join(message.model_dump_json() for _, message in at.air.said)
    assert "quantri" not in said
    assert "10.0.0.9" not in said


def test_the_password_is_nowhere_but_in_the_watchers_configuration(at: Desk, tmp_path: Path) -> None:
    row = at.cameras.add("Ngõ 4", URL, CameraChanges(), by=COMMAND)
    assert b"%E1%BA%ADt" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert row.shown == "rtsp://***@10.0.0.9:554/Streaming/Channels/101?***"
    assert at.devices.configuration("watcher-1")["cameras"][0]["url"] == row.shown
    assert at.cameras.url_of(row.id) == URL


def test_a_removed_camera_has_no_address_any_more(at: Desk) -> None:
    row = at.cameras.add("Ngõ 4", URL, CameraChanges(), by=COMMAND)
    at.cameras.remove(row.id, by=COMMAND)
    found = at.cameras.find(row.id)
    assert found is not None
    assert (found.sealed, found.ended_at is None) == ("", False)
    assert at.cameras.all() == []


def test_how_long_recordings_are_kept_is_a_setting_of_the_watcher(at: Desk) -> None:
    at.cameras.add("Ngõ 4", URL, CameraChanges(), by=COMMAND)
    assert limits_of(at.devices.configuration("watcher-1")) == Limits(), "both sides mean the same when nobody has set anything"
    at.devices.change("watcher-1", DeviceChanges(settings={"recording_days": 30, "recording_total_gib": 900}), by=COMMAND)
    found = limits_of(at.devices.configuration("watcher-1"))
    assert (found.age.days, found.total_bytes, found.camera_bytes) == (30, 900 << 30, None)


HOUSE: dict[str, Any] = {"name": "Nhà dân", "points": [(0, 0), (300, 0), (300, 300)]}
ROAD: dict[str, Any] = {"name": "Đường", "kind": "watch", "points": [(0, 500), (1000, 500), (1000, 1000)]}


def test_zones_and_masks_reach_the_watcher_as_they_were_drawn(at: Desk) -> None:
    row = at.cameras.add("Ngõ 4", URL, CameraChanges(), by=COMMAND)
    at.cameras.change(row.id, CameraChanges(zones=[ROAD], masks=[HOUSE]), by=COMMAND)
    told = json.loads(json.dumps(configurations(at)[-1]))
    password = at.devices.ensure("watcher-1", kind="watcher", name="")
    (plan,) = plans_of({"cameras": told}, password)
    assert plan.url == URL
    assert plan.areas.masks == (Mask("Nhà dân", ((0, 0), (300, 0), (300, 300))),)
    assert plan.areas.zones[0].kind is Kind.WATCH
    assert at.air.cleared == [LOOK.of(camera=row.id)], "the small picture from before the mask is kept by nobody"
    at.cameras.change(row.id, CameraChanges(name="Ngõ 5"), by=COMMAND)
    assert configurations(at)[-1][0]["masks"] == configurations(at)[-2][0]["masks"], "what is not changed stays"


@pytest.mark.parametrize(
    ("points", "why"),
    [([(0, 0), (9, 9)], "corners"), ([(0, 0), (1001, 0), (9, 9)], "outside"), ([(0, 0), (9, 9), (9, 0), (0, 9)], "crossing")],
)
def test_what_is_no_area_is_refused_and_nothing_is_changed(at: Desk, points: list[tuple[int, int]], why: str) -> None:
    row = at.cameras.add("Ngõ 4", URL, CameraChanges(masks=[HOUSE]), by=COMMAND)
    with pytest.raises(Refusal) as caught:
        at.cameras.change(row.id, CameraChanges(masks=[], zones=[ROAD, {"name": "Hỏng", "kind": "never", "points": points}]), by=COMMAND)
    assert (caught.value.code, caught.value.facts) == (Code.BAD_AREA, {"why": why, "area": "Hỏng"})
    found = at.cameras.find(row.id)
    assert found is not None
    assert json.loads(found.masks)[0]["name"] == "Nhà dân"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://10.0.0.9/live", "rtsp://10.0.0.9/live"),
        ("rtsp://a@b:c@10.0.0.9/live", "rtsp://***@10.0.0.9/live"),
        ("http://cam/mjpeg?user=a&password=b", "http://cam/mjpeg?***"),
        ("/srv/clips/day.mp4", "/srv/clips/day.mp4"),
    ],
)
def test_an_address_is_shown_without_its_password(url: str, shown: str) -> None:
    assert masked(url) == shown


@pytest.mark.parametrize("url", ["", "rtsp://", "ftp://10.0.0.9/x", "rtsp://10.0.0.9/a b", "rtsp://10.0.0.9:port/x", "-vf", "rtsp://x\n"])
def test_what_cannot_be_a_camera_is_refused(at: Desk, url: str) -> None:
    with pytest.raises(Refusal) as caught:
        at.cameras.add("Ngõ 4", url, CameraChanges(), by=COMMAND)
    assert caught.value.code is Code.BAD_CAMERA_URL


def test_only_a_watcher_can_watch(at: Desk) -> None:
    with pytest.raises(Refusal) as caught:
        at.cameras.add("Ngõ 4", URL, CameraChanges(watcher="nobody"), by=COMMAND)
    assert caught.value.code is Code.NO_SUCH_DEVICE
    assert at.cameras.all() == []


def answering(at: Desk, script: str) -> Cameras:
    return Cameras(at.devices, (sys.executable, "-c", script))


def test_a_test_gets_the_address_on_standard_input_and_never_shows_it(at: Desk) -> None:
    script = "import sys, json; url = sys.stdin.readline().strip(); print('noise'); print(json.dumps({'ok': False, 'code': 'cameras.refused', 'facts': {'detail': 'no ' + url}}))"
    answer = answering(at, script).test(URL)
    assert answer == {"ok": False, "code": "cameras.refused", "facts": {"detail": "no " + masked(URL)}}
    assert "%E1%BA%ADt" not in json.dumps(answer)


def test_a_camera_that_hangs_is_given_up(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PROBE_S", 0.3)
    assert answering(at, "import time; time.sleep(60)").test(URL)["code"] == "cameras.no_answer"


def test_a_probe_that_breaks_says_so(at: Desk) -> None:
    assert answering(at, "raise SystemExit(3)").test(URL)["code"] == "cameras.probe_failed"
