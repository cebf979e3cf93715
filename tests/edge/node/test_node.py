"""The whole node as an operator has it: started by one command, killed piece by piece, and nothing acknowledged is lost."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

LONG_S = 60.0
CHILDREN = ("broker", "desk", "watcher-1")
whatever_the_broker = pytest.mark.parametrize("node", ["embedded"], indirect=True, scope="module")
"""For what the engine has no part in: once is enough."""


def dinh(home: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "edge.cli", *arguments, "--home", str(home)]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "DINH_LANG": "en", **environment}, check=False, timeout=LONG_S
    )


class Node:
    """`dinh up` in a process of its own, on free ports."""

    def __init__(self, home: Path, engine: str) -> None:
        self.home = home
        self.environment = {
            "DINH_LANG": "en",
            "DINH_HTTPS_PORT": "0",
            "DINH_HTTP_PORT": "0",
            "DINH_BROKER_ENGINE": engine,
            "COLUMNS": "200",
        }
        self.said = home.with_suffix(".said")
        with self.said.open("wb") as out:
            command = [sys.executable, "-m", "edge.cli", "up", "--home", str(home)]
            self.process = subprocess.Popen(command, env={**os.environ, **self.environment}, stdout=out, stderr=subprocess.STDOUT)
        wait_for(lambda: self.status().get("ready_s") is not None, why=self.log)
        password = re.search(r"admin\W+([a-z0-9]{4}-[a-z0-9-]+)", self.said.read_text("utf-8"))
        assert password is not None
        self.one_time = password[1]

    def status(self) -> dict[str, Any]:
        assert self.process.poll() is None, self.log()
        try:
            found: dict[str, Any] = json.loads((self.home / "run" / "status.json").read_text("utf-8"))
        except FileNotFoundError:
            return {}
        return found

    def child(self, name: str) -> dict[str, Any]:
        return next(child for child in self.status()["children"] if child["name"] == name)

    def ready(self) -> bool:
        return bool(self.status().get("ready"))

    def log(self) -> str:
        logs = [self.said, *sorted((self.home / "logs").glob("*.log"))]
        return "\n".join(f"--- {log.name}\n{log.read_text('utf-8')[-3000:]}" for log in logs if log.exists())

    def client(self) -> httpx.Client:
        url = self.status()["addresses"]["local"]
        context = ssl.create_default_context(cafile=str(self.home / "tls" / "ca.pem"))
        return httpx.Client(base_url=url, verify=context, headers={"X-Dinh": "1"}, timeout=20, trust_env=False)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def wait_for(condition: Callable[[], bool], *, why: Callable[[], str] = str, seconds: float = LONG_S) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, why()
        time.sleep(0.05)


@pytest.fixture(scope="module", params=["embedded", "mosquitto"])
def node(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    if request.param == "mosquitto" and not any(os.access(path, os.X_OK) for path in ("/usr/sbin/mosquitto", "/usr/bin/mosquitto")):
        pytest.skip("mosquitto is not installed")
    node = Node(tmp_path_factory.mktemp(request.param) / "home", request.param)
    yield node
    assert node.stop() == 0, node.log()


@pytest.fixture(scope="module")
def admin(node: Node) -> Iterator[httpx.Client]:
    with node.client() as client:
        sign_in(client, node)
        yield client


def sign_in(client: httpx.Client, node: Node) -> None:
    assert client.post("/api/session", json={"name": "admin", "password": node.one_time}).status_code == 200
    me = client.get("/api/session").json()["account"]
    changed = client.post(f"/api/accounts/{me}/password", json={"present": node.one_time, "new": "con voi đi chậm 27"})
    assert changed.is_success, changed.text


@whatever_the_broker
def test_it_serves_its_pages_over_tls_that_its_own_ca_vouches_for(node: Node) -> None:
    with node.client() as client:
        assert client.get("/api/version").json()["name"] == "dinh"


@whatever_the_broker
def test_it_hands_out_its_ca_over_plain_http(node: Node) -> None:
    port = node.status()["addresses"]["trust"].rsplit(":", 1)[1].partition("/")[0]
    answer = httpx.get(f"http://127.0.0.1:{port}/ca.pem", trust_env=False)
    assert answer.text == (node.home / "tls" / "ca.pem").read_text("ascii")


@whatever_the_broker
def test_the_first_start_prints_one_time_passwords_and_stores_none(node: Node) -> None:
    said = node.said.read_text("utf-8")
    assert all(login in said for login in ("admin", "thuky", "chutoa", "moitruong"))
    assert node.one_time not in "".join(path.read_text("utf-8") for path in (node.home / "logs").glob("*.log"))


@whatever_the_broker
def test_status_prints_children_memory_and_addresses(node: Node) -> None:
    said = dinh(node.home, "status", "--json")
    assert said.returncode == 0, said.stderr
    status = json.loads(said.stdout)
    assert [child["name"] for child in status["children"]] == list(CHILDREN)
    assert 0 < status["children_mib"] < 400
    assert status["ready_s"] > 0


@whatever_the_broker
def test_a_second_supervisor_is_refused_and_the_first_goes_on(node: Node) -> None:
    said = dinh(node.home, "up", DINH_HTTPS_PORT="0", DINH_HTTP_PORT="0")
    assert said.returncode == 1
    assert "already running" in said.stderr
    assert node.ready()


@pytest.mark.parametrize("name", CHILDREN)
def test_a_killed_child_is_back_and_nothing_acknowledged_is_lost(node: Node, admin: httpx.Client, name: str) -> None:
    login = f"sau-{name}-{time.monotonic_ns()}"
    made = admin.post("/api/accounts", json={"login": login, "name": "Người được nhớ", "roles": ["auditor"]})
    assert made.is_success, made.text
    before = node.child(name)
    os.kill(before["pid"], signal.SIGKILL)
    began = time.monotonic()
    wait_for(lambda: node.child(name)["starts"] == before["starts"] + 1 and node.ready(), why=node.log)
    took = time.monotonic() - began
    assert node.child(name)["pid"] != before["pid"]
    assert login in {account["login"] for account in admin.get("/api/accounts").json()}
    wait_for(lambda: bool(admin.get("/api/health").json()["broker_connected"]), why=node.log)
    assert took < LONG_S


def test_the_watcher_finds_its_way_back_to_the_air(node: Node, admin: httpx.Client) -> None:
    def online() -> bool:
        return any(device["id"] == "watcher-1" and device["online"] for device in admin.get("/api/devices").json())

    wait_for(online, why=node.log)
    os.kill(node.child("broker")["pid"], signal.SIGKILL)
    wait_for(lambda: node.ready() and online(), why=node.log)
    assert online()


@whatever_the_broker
def test_a_command_line_changes_what_the_running_desk_knows(node: Node, admin: httpx.Client) -> None:
    said = dinh(node.home, "cameras", "add", "Cổng chợ", "rtsp://camera.invalid/1")
    assert said.returncode == 0, said.stderr
    assert "Cổng chợ" in {camera["name"] for camera in admin.get("/api/cameras").json()}
    camera = next(camera["id"] for camera in admin.get("/api/cameras").json() if camera["name"] == "Cổng chợ")
    assert dinh(node.home, "cameras", "remove", camera).returncode == 0
    assert admin.get("/api/cameras").json() == []


@whatever_the_broker
def test_the_house_is_sound_while_it_runs(node: Node) -> None:
    said = dinh(node.home, "check")
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_clearly_and_loses_nothing(small_disk: Path) -> None:
    node = Node(small_disk / "home", "embedded")
    with node.client() as client:
        sign_in(client, node)
        new = {"name": "Người mới", "roles": ["auditor"]}
        assert client.post("/api/accounts", json={"login": "truoc", **new}).is_success
        filler = fill(small_disk)
        refused = client.post("/api/accounts", json={"login": "trong", **new})
        assert (refused.status_code, refused.json()["code"]) == (507, "house.disk_full")
        filler.unlink()
        assert client.post("/api/accounts", json={"login": "sau", **new}).is_success
        logins = {account["login"] for account in client.get("/api/accounts").json()}
    assert {"truoc", "sau"} <= logins
    assert "trong" not in logins
    assert dinh(node.home, "check").returncode == 0
    assert node.stop() == 0


def fill(disk: Path) -> Path:
    """A file that takes every block that is left."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while stream.write(b"\0" * size):
                    pass
    return filler


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    node = Node(tmp_path / "home", "embedded")
    pids = [child["pid"] for child in node.status()["children"]]
    node.process.kill()
    node.process.wait()
    wait_for(lambda: not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE for pid in pids))
    assert dinh(node.home, "status").returncode == 1


@pytest.mark.parametrize(
    ("variable", "key"), [("DINH_HTTPS_PORT", "https.port"), ("DINH_HTTP_PORT", "http.port"), ("DINH_BROKER_PORT", "broker.port")]
)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_port_in_use_is_named_with_the_setting_to_change(tmp_path: Path, variable: str, key: str, language: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = dinh(tmp_path / "home", "up", **{"DINH_HTTPS_PORT": "0", "DINH_HTTP_PORT": "0", variable: port, "DINH_LANG": language})
    assert said.returncode == 1
    assert port in said.stderr
    assert key in said.stderr
    assert "Traceback" not in said.stderr
