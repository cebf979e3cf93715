"""The watcher as a process: a real broker, a desk that answers, and kill -9 in between."""

import base64
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cameras.domain.errors import Code
from cameras.watch.heads import pack
from cameras.watch.verifier import Head
from tests.cameras.watch import films
from tests.cameras.watch.nodes import Node, end, eventually, node_in


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with node_in(tmp_path) as made:
        yield made


def test_a_sighting_survives_kill_9_and_reaches_the_desk_with_its_evidence(node: Node, tmp_path: Path) -> None:
    film = films.render(tmp_path / "quick.mp4", lambda frame: films.dumping(frame, faster=1.5), 12)
    node.down.set()
    first = node.start_watcher()
    node.want(1, {"id": "cam-1", "name": "Cổng chợ", "url": str(film)})
    eventually(node.spooled, 90)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    node.down.clear()
    node.want(2)
    node.start_watcher()
    eventually(lambda: node.sightings, 90)
    sighting = node.sightings[0]
    assert {entry.name for entry in sighting.evidence} >= {"clip.mp4", "before.jpg", "act.jpg", "after.jpg", "manifest.json"}
    for entry in sighting.evidence:
        content = node.files[f"/api/evidence/cam-1/{sighting.id}/{entry.name}"]
        assert hashlib.sha256(content).hexdigest() == entry.sha256
    node.settle(sighting)
    eventually(lambda: not node.spooled(), 10)


def test_a_configuration_that_was_outrun_is_refused_after_a_restart_too(node: Node) -> None:
    """What a node once signed stays signed; a node that remembers less, as after a restored backup, hears what was applied."""
    first = node.start_watcher()
    node.want(7)
    eventually(lambda: any(told["applied"] for told in node.reported), 30)
    end(first)
    node.want(5)
    node.start_watcher()
    eventually(lambda: not node.reported[-1]["applied"], 30)
    assert (node.reported[-1]["code"], node.reported[-1]["facts"]) == (Code.OLDER_REVISION, {"revision": 5, "known": 7})
    node.want(8)
    eventually(lambda: node.reported[-1]["applied"] and node.reported[-1]["revision"] == 8, 30)


def test_a_last_layer_of_another_network_is_refused_and_the_cameras_are_watched_all_the_same(node: Node, tmp_path: Path) -> None:
    node.start_watcher()
    foreign = pack(Head(np.zeros((3, 6), np.float32), np.zeros(6, np.float32), 1.0, 0.5), "f" * 64)
    camera = {"id": "cam-1", "name": "Cổng chợ", "url": str(tmp_path / "none.mp4")}
    node.want(1, camera, heads={"live": base64.b64encode(foreign).decode()})
    eventually(lambda: node.reported and node.health, 60)
    assert (node.reported[-1]["code"], node.reported[-1]["facts"]["found"]) == (Code.HEAD_REFUSED, "f" * 64)
    node.want(2, camera)
    eventually(lambda: node.reported[-1]["applied"], 30)


def test_a_camera_that_does_not_answer_is_told_with_a_code_and_without_its_password(node: Node) -> None:
    process = node.start_watcher()
    node.want(
        1,
        {"id": "refused", "name": "1", "url": "rtsp://xem:bi-mat@127.0.0.1:1/film"},
        {"id": "missing", "name": "2", "url": "/nowhere/film.mp4"},
        {"id": "asleep", "name": "3", "url": "rtsp://127.0.0.1:1/film", "enabled": False},
    )
    wanted = {("refused", Code.REFUSED.value), ("unreadable", Code.FILE_MISSING.value), ("off", None)}
    eventually(lambda: {(health.state, health.code) for health in node.health} >= wanted, 30)
    node.want(2, {"id": "refused", "name": "1"})
    eventually(lambda: any(not told["applied"] for told in node.reported), 10)
    end(process)
    said = (node.folder / "watcher.log").read_text() + repr(node.health) + repr(node.reported)
    assert "bi-mat" not in said
    assert "Traceback" not in said


def test_a_watcher_without_cameras_is_small() -> None:
    code = "import sys, cameras.watch.main; print(sorted({'numpy', 'cv2', 'av', 'onnxruntime', 'httpx'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
