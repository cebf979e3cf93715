"""The demo without a person, as `script/demo --once` runs it, and what the node costs while nothing happens."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.demo.processes import RunningNode
from tests.commune import CLIPS

DINH = [sys.executable, "-m", "edge.cli"]
IDLE_MIB = 400.0
PROMISED = ("Members", "Ballots cast", "Receipts verified", "A secret election", "Sightings", "Reports received")


def test_the_demo_plays_itself_and_ends_with_a_table(tmp_path: Path) -> None:
    CLIPS.mkdir(parents=True, exist_ok=True)
    (tmp_path / "clips").symlink_to(CLIPS)
    done = subprocess.run(
        [*DINH, "--lang", "en", "demo", "--once", "--folder", str(tmp_path)], capture_output=True, text=True, check=False, timeout=400
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert all(row in done.stdout for row in PROMISED)
    assert "✗" not in done.stdout


def test_an_idle_node_without_cameras_is_small(tmp_path: Path) -> None:
    """`dinh status` says what its children hold; the promise is less than 400 MB for all of them together."""
    running = RunningNode.start(tmp_path / "home")
    try:
        said = subprocess.run([*DINH, "status", "--home", str(tmp_path / "home"), "--json"], capture_output=True, text=True, check=True)
        status = json.loads(said.stdout)
        assert {child["state"] for child in status["children"]} == {"ready"}
        assert status["children_mib"] < IDLE_MIB
        assert status["ready_s"] is not None
    finally:
        running.stop()


def test_a_port_that_is_taken_is_named_with_the_setting_to_change(own_port: int, tmp_path: Path) -> None:
    environment = {**os.environ, "DINH_HTTPS_PORT": str(own_port), "DINH_HTTP_PORT": "0"}
    command = [*DINH, "--lang", "en", "up", "--home", str(tmp_path / "home")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert str(own_port) in done.stderr
    assert "https.port" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def own_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        yield taken.getsockname()[1]
