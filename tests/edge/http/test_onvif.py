"""The doors of ONVIF cameras: an administrator's, and no answer shows a password."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.tls.authority import ensure
from tests.edge.desk import Desk, Hands, desk
from tests.edge.devices.onvif_camera import PASSWORD, USER, Camera, standing
from tests.edge.http.served import app_of, caller, served


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("home"), Hands()) as found:
        found.devices.ensure("watcher-1", kind="watcher", name="Bộ xem")
        yield found


@pytest.fixture(scope="module")
def where(at: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("tls")
    ensure(folder, ["localhost"], now=at.clock())
    with served(app_of(at, folder)) as address:
        yield address


def test_a_camera_is_read_added_and_set(at: Desk, where: str) -> None:
    texts = []
    with standing(Camera()) as camera, caller(where, at.cookie("administrator")) as client:
        own = {"address": f"127.0.0.1:{camera.port}", "user": USER, "password": PASSWORD}
        read = client.post("/api/cameras/onvif/read", json=own)
        assert read.json()["profiles"][0]["codec"] == "H265"
        made = client.post("/api/cameras/onvif/add", json={**own, "profile": "sub", "name": "Ngõ 4", "place": "tổ 7"})
        assert (made.status_code, made.json()["shown_url"], made.json()["address"]) == (201, "rtsp://***@127.0.0.1/102", "tổ 7")
        encoder = f"/api/cameras/{made.json()['id']}/encoder"
        agreed = [{key: change[key] for key in ("profile", "what", "wanted")} for change in read.json()["changes"]]
        done = client.post(encoder, json={"agreed": agreed})
        assert (done.json()["changes"], done.json()["refused"]) == ([], [])
        texts += [read.text, made.text, done.text, client.get("/api/cameras").text, client.get("/api/devices/watcher-1").text]
    assert not any(PASSWORD in text or "b%C3%AD" in text for text in texts)


@pytest.mark.parametrize("address", ["", "ftp://10.0.0.9", "http://a:b@10.0.0.9", "http://", "10.0.0.9:0", "10.0.0.9\n", "http://[::1"])
def test_an_address_that_is_none_is_refused(at: Desk, where: str, address: str) -> None:
    with caller(where, at.cookie("administrator")) as client:
        answer = client.post("/api/cameras/onvif/read", json={"address": address, "user": "a", "password": "b"})
    assert answer.status_code == 422


def test_only_an_administrator_asks_cameras(at: Desk, where: str) -> None:
    with caller(where, at.cookie("officer")) as client:
        answers = [client.post(f"/api/cameras/onvif/{door}", json={}) for door in ("find", "read", "look", "add")]
        answers += [client.get("/api/cameras/cam-1/encoder"), client.post("/api/cameras/cam-1/encoder/snapshot")]
    assert {answer.json()["code"] for answer in answers} == {"house.not_allowed"}
