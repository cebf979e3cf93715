"""ONVIF against a camera that checks digests, changes its encoder, refuses, lies, is slow, or points elsewhere."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import SecretStr

from edge.accounts.service import COMMAND
from edge.devices.cameras import CameraChanges
from edge.devices.onvif import discovery, worker
from edge.devices.onvif.camera import OnvifCamera
from edge.devices.onvif.encoder import Encoder, changes
from edge.devices.onvif.faults import Failed, Fault, scrubbed
from edge.devices.onvif.service import Access, Onvif
from edge.devices.onvif.soap import parsed
from edge.refusals import STATUS, Code, Refusal
from tests.edge.desk import Desk, Hands, desk
from tests.edge.devices.onvif_camera import PASSWORD, USER, Camera, Stream, announced, standing


def ask(camera: Camera, do: str, **more: Any) -> dict[str, Any]:
    """As the worker answers, in this process."""
    given = {"address": camera.address, "user": USER, "password": PASSWORD}
    return worker.answer({"do": do, **given, **more})


def code(answer: dict[str, Any]) -> str:
    return "" if answer["ok"] else answer["code"]


@pytest.mark.parametrize("media", ["tr2", "trt"])
def test_a_camera_is_read(media: str) -> None:
    streams = {"sub": Stream(1280, 720, gop=30), "main": Stream(1920, 1080, gop=150)}
    with standing(Camera(media=media, streams=streams)) as camera:
        read = ask(camera, "read")
    assert read["device"] == {"maker": "Nhà máy thử", "model": "T-1", "firmware": "1.2"}
    assert abs(read["skew_s"]) <= 1
    assert [(one["profile"], one["codec"], one["gop_s"]) for one in read["profiles"]] == [("main", "H264", 10.0), ("sub", "H264", 2.0)]
    rate = [("main", "rate", "VBR"), ("sub", "rate", "VBR")] if media == "tr2" else []
    wanted = [("main", "gop", "30"), *rate[:1], *rate[1:], ("sub", "size", "640x360")]
    assert sorted((one["profile"], one["what"], one["wanted"]) for one in read["changes"]) == sorted(wanted)
    assert "Set" not in " ".join(camera.log), "reading sets nothing"
    assert PASSWORD not in json.dumps(read, ensure_ascii=False) + "".join(camera.bodies)


@pytest.mark.parametrize("media", ["tr2", "trt"])
def test_what_was_agreed_to_is_set_and_nothing_else(media: str) -> None:
    streams = {"main": Stream(1920, 1080, "H265" if media == "tr2" else "JPEG"), "sub": Stream(1280, 720)}
    with standing(Camera(media=media, streams=streams)) as camera:
        wanted = ask(camera, "read")["changes"]
        agreed = [one for one in wanted if one["profile"] == "main"]
        answer = ask(camera, "set", agreed=agreed)
        assert answer["refused"] == []
        assert (camera.streams["main"].codec, camera.streams["sub"].gop, camera.streams["sub"].width) == ("H264", 150, 1280)
        assert {one["profile"] for one in answer["changes"]} == {"sub"} or media == "trt"
        ask(camera, "set", agreed=ask(camera, "read")["changes"])
        assert ask(camera, "read")["changes"] == []
    assert (camera.streams["main"].gop, camera.streams["sub"].gop) == (30, 30)
    assert (camera.streams["sub"].width, camera.streams["sub"].height) == (640, 360)


def test_what_is_not_wanted_any_more_is_not_set() -> None:
    with standing(Camera()) as camera:
        stale = [{"profile": "main", "what": "gop", "wanted": "999"}]
        assert ask(camera, "set", agreed=stale)["refused"] == []
        assert "SetVideoEncoderConfiguration" not in camera.log


def test_one_refusal_does_not_keep_the_others_and_the_cameras_words_come_scrubbed() -> None:
    with standing(Camera(refuses="640")) as camera:
        answer = ask(camera, "set", agreed=ask(camera, "read")["changes"])
    (refused,) = answer["refused"]
    assert (refused["profile"], refused["what"], refused["code"]) == ("sub", "size", Fault.REFUSED)
    assert refused["facts"]["words"] == "value not possible for *** at ***"
    assert (camera.streams["sub"].gop, camera.streams["sub"].constant, camera.streams["sub"].width) == (30, False, 1280)


def test_a_camera_that_says_yes_and_does_nothing_is_found_out() -> None:
    with standing(Camera(lies=True)) as camera:
        answer = ask(camera, "set", agreed=ask(camera, "read")["changes"])
    assert answer["refused"]
    assert {one["code"] for one in answer["refused"]} == {Fault.NOT_TAKEN}


def test_a_user_who_may_only_look_is_told_so() -> None:
    with standing(Camera(viewer=True)) as camera:
        answer = ask(camera, "set", agreed=ask(camera, "read")["changes"][:1])
        assert answer["refused"][0]["code"] == Fault.NOT_ALLOWED
        assert code(ask(camera, "time")) == Fault.NOT_ALLOWED


def test_a_wrong_password_is_told_from_a_wrong_clock() -> None:
    with standing(Camera()) as camera:
        assert code(worker.answer({"do": "read", "address": camera.address, "user": USER, "password": "x"})) == Fault.PASSWORD
        camera.skew = timedelta(hours=-7)
        wrong = worker.answer({"do": "read", "address": camera.address, "user": USER, "password": "x"})
        assert (code(wrong), wrong["facts"]) == (Fault.CLOCK, {"minutes": 420})
        camera.hides_clock = True
        assert code(ask(camera, "read")) == Fault.PASSWORD, "the digest is made with our time, which it does not take"


def test_a_wrong_clock_is_spoken_to_in_its_own_time_and_set_right() -> None:
    with standing(Camera(skew=timedelta(days=-3000))) as camera:
        assert ask(camera, "read")["skew_s"] < -86400 * 2999
        assert abs(ask(camera, "time")["skew_s"]) <= 2
    assert abs(camera.skew) < timedelta(seconds=3)


def test_streams_carry_the_password_and_stay_on_the_camera() -> None:
    with standing(Camera(rtsp_port=8554)) as camera:
        url = ask(camera, "stream", profile="main")["url"]
        assert url == "rtsp://quantri:b%C3%AD%20m%E1%BA%ADt%207%3F%23%40%2F@127.0.0.1:8554/Streaming/Channels/101"
        camera.stream_host = "192.0.2.7"
        foreign = ask(camera, "stream", profile="main")
        assert (code(foreign), foreign["facts"]["other"]) == (Fault.FOREIGN, "192.0.2.7")
        camera.stream_host = "khách:x@127.0.0.1"
        assert "kh" not in ask(camera, "stream", profile="main")["url"].split("@")[0]
        assert code(ask(camera, "snapshot", profile="main")) in ("", Fault.FOREIGN)


def test_services_and_redirections_elsewhere_are_not_followed() -> None:
    with standing(Camera()) as other, standing(Camera(service_host="192.0.2.7")) as camera:
        assert ask(camera, "read")["ok"], "its path on its own host is used"
        camera.moved_to = other.address
        assert code(ask(camera, "read")) == Fault.NOT_ONVIF
        assert other.log == []


def test_a_snapshot_comes_by_digest_and_masked() -> None:
    with standing(Camera()) as camera:
        whole = ask(camera, "snapshot", profile="main")
        hidden = ask(camera, "snapshot", profile="main", masks=[{"name": "a", "points": [[0, 0], [1000, 0], [1000, 1000], [0, 1000]]}])
        assert ask(camera, "keyframe", profile="main")["ok"]
    assert (whole["width"], whole["height"]) == (320, 180)
    assert hidden["jpeg_base64"] != whole["jpeg_base64"]
    assert camera.log[-1] == "SetSynchronizationPoint"


def test_nobody_there_and_something_else_there() -> None:
    assert code(ask(Camera(port=1), "read")) == Fault.UNREACHABLE
    with standing(Camera()) as camera:
        camera.media = "none"
        camera.services = lambda: ""  # type: ignore[method-assign] # a device without media
        assert code(ask(camera, "read")) == Fault.NOT_ONVIF


def test_every_fault_is_a_code_of_the_house() -> None:
    assert {Code(fault.value) for fault in Fault} <= set(STATUS)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, Hands()) as found:
        found.devices.ensure("watcher-1", kind="watcher", name="Bộ xem của nút")
        yield found


def access(camera: Camera) -> Access:
    return Access(address=camera.address, user=USER, password=SecretStr(PASSWORD))


def test_a_camera_is_added_and_its_password_is_only_ever_sealed(at: Desk, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    onvif = Onvif(at.cameras)
    with standing(Camera()) as camera:
        row = onvif.add(access(camera), "sub", "Ngõ 4", CameraChanges(), by=COMMAND)
        assert row.shown == "rtsp://***@127.0.0.1/102"
        read = onvif.settings(row.id)
        assert onvif.set(row.id, [one for one in read["changes"] if one["what"] == "gop"], by=COMMAND)["refused"] == []
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    for secret in (PASSWORD, "b%C3%AD%20m%E1%BA%ADt"):
        assert secret.encode() not in stored
        assert secret not in caplog.text + repr(row) + repr(access(camera))
    with standing(Camera(password="mới", rtsp_port=8554)) as camera:
        other = access(camera).model_copy(update={"password": SecretStr("mới")})
        onvif.join(row.id, other, by=COMMAND)
        assert at.cameras.url_of(row.id) == "rtsp://quantri:m%E1%BB%9Bi@127.0.0.1:8554/102"
    at.cameras.remove(row.id, by=COMMAND)
    with pytest.raises(Refusal, match=r"house\.no_such_camera"):
        onvif.settings(row.id)


def test_a_camera_known_by_its_address_alone_is_joined_at_its_own_host(at: Desk) -> None:
    onvif = Onvif(at.cameras)
    row = at.cameras.add("Ngõ 4", "rtsp://a:b@127.0.0.1/102", CameraChanges(), by=COMMAND)
    with pytest.raises(Refusal) as unknown:
        onvif.settings(row.id)
    assert unknown.value.code is Code.ONVIF_UNKNOWN
    with standing(Camera()) as camera:
        assert onvif.join(row.id, access(camera), by=COMMAND)["device"]["model"] == "T-1"
        assert onvif._access(row.id)[1] == "sub", "the profile whose stream is watched"
        assert at.cameras.url_of(row.id) == "rtsp://a:b@127.0.0.1/102", "its own user may be another one"
        elsewhere = access(camera).model_copy(update={"address": "http://192.0.2.7/onvif/device_service"})
        with pytest.raises(Refusal) as foreign:
            onvif.join(row.id, elsewhere, by=COMMAND)
    assert foreign.value.code is Code.ONVIF_FOREIGN


def test_a_camera_that_hangs_is_ended_and_the_password_is_in_no_command_line(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil  # noqa: PLC0415

    seen: list[str] = []
    script = "import sys, time; sys.stdin.readline(); time.sleep(60)"
    monkeypatch.setattr("edge.devices.onvif.service.WORKER_S", 1.0)
    onvif = Onvif(at.cameras, (sys.executable, "-c", script))
    run = subprocess.run

    def watched(*arguments: Any, **more: Any) -> Any:
        seen.extend(arguments[0])
        return run(*arguments, **more)

    monkeypatch.setattr(subprocess, "run", watched)
    began = time.monotonic()
    with pytest.raises(Refusal) as caught:
        onvif.read(Access(address="http://10.0.0.9/x", user=USER, password=SecretStr(PASSWORD)))
    assert caught.value.code is Code.ONVIF_SILENT
    assert time.monotonic() - began < 5
    assert PASSWORD not in " ".join(seen)
    assert not [one for one in psutil.Process().children(recursive=True) if script in " ".join(one.cmdline())]


def test_a_slow_camera_is_told_from_one_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.devices.onvif.soap.READ_S", 0.2)
    with standing(Camera(waits_s=1.0)) as camera:
        assert code(ask(camera, "read")) == Fault.SILENT


def test_a_camera_that_answers_for_ever_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    script = "from edge.devices.onvif import worker; worker.DEADLINE_S = 1.5; raise SystemExit(worker.main())"
    with standing(Camera(drips=True)) as camera:
        told = json.dumps({"do": "read", "address": camera.address, "user": USER, "password": PASSWORD})
        done = subprocess.run([sys.executable, "-c", script], input=told, capture_output=True, text=True, timeout=30, check=True)
    assert json.loads(done.stdout)["code"] == Fault.SILENT


def test_cameras_on_the_network_are_found_once_and_each_at_its_own_host() -> None:
    offered = ("http://127.0.0.1:8080/onvif/device_service", "http://192.0.2.7/onvif/device_service http://[fe80::1]/x", "ftp://x")
    with announced(*offered) as to:
        found = discovery.find(0.6, to, ["127.0.0.1"])
    assert [(one.address, one.name, one.hardware) for one in sorted(found, key=lambda one: one.endpoint)] == [
        ("http://127.0.0.1:8080/onvif/device_service", "Cổng", "T-1"),
        ("http://127.0.0.1/onvif/device_service", "Cổng", "T-1"),
        ("http://127.0.0.1/onvif/device_service", "Cổng", "T-1"),
    ]


def test_the_question_goes_to_a_multicast_group() -> None:
    with announced("http://127.0.0.1/onvif/device_service", group="239.255.255.250") as to:
        assert [one.host for one in discovery.find(0.6, to, ["127.0.0.1"])] == ["127.0.0.1"]


BOMB = "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>"


@given(st.binary(max_size=200))
@example(BOMB.encode("utf-16"))
@example(b"<?xml version='1.0' encoding='foo'?><a/>")
@example(b"<?xml version='1.0' encoding='utf-7'?><a/>")
def test_any_bytes_are_an_answer_or_none(content: bytes) -> None:
    assert discovery.read(content, "127.0.0.1") == []
    with pytest.raises(ET.ParseError):
        parsed(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"<", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", b"<a/>", b"\xff\xfe", b"<e:Envelope xmlns:e='x'><e:Body/></e:Envelope>"],
)
def test_an_answer_that_is_none_is_passed_over(content: bytes) -> None:
    assert discovery.read(content, "127.0.0.1") == []


def encoder(**told: Any) -> Encoder:
    known: dict[str, Any] = {"profile": "p", "name": "p", "configuration": "c", "codec": "H264", "width": 1920, "height": 1080, "fps": 25.0}
    return Encoder(**(known | told))


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"gop": 50}, []),
        ({"gop": 25}, []),
        ({"gop": 100}, ["gop 100 50"]),
        ({"gop": 10}, ["gop 10 50"]),
        ({"gop": 100, "gops": (1, 40)}, ["gop 100 40"]),
        ({"gop": None}, []),
        ({"gop": 100, "fps": 0.0}, []),
        ({"codec": "H265", "codecs": ("H265",)}, []),
        ({"codec": "H265", "codecs": ("H265", "H264")}, ["codec H265 H264"]),
        ({"constant": True}, ["rate CBR VBR"]),
        ({"constant": False}, []),
        ({"sizes": ((640, 360),)}, []),
    ],
)
def test_what_a_main_stream_should_be_set_to(told: dict[str, Any], wanted: list[str]) -> None:
    assert [f"{one.what} {one.now} {one.wanted}" for one in changes([encoder(**told)])] == wanted


def test_a_substream_gets_the_shape_of_its_main_stream() -> None:
    both = ((704, 576), (640, 360))
    wide, old = encoder(configuration="m"), encoder(configuration="m", width=1600, height=1200)
    sub = encoder(profile="s", configuration="s", width=352, height=288, sizes=both)
    assert [one.wanted for one in changes([sub, wide])] == ["640x360"]
    assert [one.wanted for one in changes([old, sub])] == ["704x576"]
    assert changes([wide, encoder(profile="s", configuration="s", width=704, height=576, sizes=both)]) == []
    assert changes([wide, encoder(profile="t", configuration="m", width=1280, gop=None)]) == [], "one configuration is set once"


@pytest.mark.parametrize("words", [PASSWORD, f"rtsp://{USER}:{PASSWORD}@10.0.0.9/x", f"bad <b>{PASSWORD}</b>\x00\n", "x" * 500])
def test_a_cameras_words_are_scrubbed(words: str) -> None:
    told = scrubbed(words, PASSWORD, USER)
    assert PASSWORD not in told
    assert len(told) <= 160
    assert "<" not in told


def test_a_document_type_is_not_read() -> None:
    camera = OnvifCamera("http://127.0.0.1:1/x", USER, PASSWORD)
    with pytest.raises(Failed):
        camera.open()
    assert PASSWORD not in repr(camera.soap)
