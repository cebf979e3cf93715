"""A watcher as a process among others: what anybody may see of a camera's password, and what a bad disk does to the watch."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from broker.sealing import seal
from tests.cameras.watch.conftest import Serve
from tests.cameras.watch.nodes import PASSWORD, Node, end, eventually, node_in
from tests.faulty_disk import FULL, FaultyDisk, faulty_disk

__all__ = ["faulty_disk"]
SECRET, WRONG = "Bí-mật@của/camera", "khong-phai-mat-khau"
WIRE = {SECRET: "B%C3%AD-m%E1%BA%ADt%40c%E1%BB%A7a%2Fcamera"}
"""As it stands in an address."""
BAD_S = 2.0


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with node_in(tmp_path) as made:
        yield made


def camera(name: str, url: str) -> dict[str, str]:
    """As the node tells it: sealed."""
    return {"id": name, "name": name, "sealed_url": seal(url, password=PASSWORD, of=name)}


def seen_of_processes(root: psutil.Process) -> str:
    """What `ps` shows of everybody, and the surroundings of the watcher and its children."""
    lines = [" ".join(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"])]
    ours = [root, *root.children(recursive=True)]
    return "\n".join(lines + [Path(f"/proc/{process.pid}/environ").read_bytes().decode(errors="replace") for process in ours])


def on_disk(folder: Path) -> str:
    """Every file, but not the password of the watcher itself."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "password"]
    return "\n".join(path.read_bytes().decode(errors="replace") for path in files)


def states(node: Node, name: str, since: float = 0.0) -> set[str]:
    return {health.state for at, camera_of, health in node.told if camera_of == name and at > since}


def test_passwords_are_nowhere_and_a_bad_disk_does_not_end_the_watch(
    node: Node, dumping: Path, serve: Serve, faulty_disk: FaultyDisk
) -> None:
    air: list[bytes] = []
    node.client.on("dinh/1/#", lambda topic, payload: air.append(topic.encode() + payload))
    guarded = serve(dumping, "--user", "xem", "--password", SECRET, "--digest")
    process = node.start_watcher(faulty_disk.environment)
    node.want(
        1,
        camera("good", guarded.replace("://", f"://xem:{WIRE[SECRET]}@")),
        camera("wrong", guarded.replace("://", f"://xem:{WRONG}@")),
        camera("nobody", f"rtsp://xem:{WRONG}@127.0.0.1:1/film?password={WRONG}"),
        camera("strange", f"ftp://xem:{WRONG}/@127.0.0.1/film"),
    )
    eventually(lambda: "seen" in states(node, "good") and {"refused"} <= states(node, "wrong") & states(node, "nobody"), 40)
    began = time.monotonic()
    home = str(node.folder / "watcher") + "/"
    with faulty_disk.fails("write", FULL, home):
        time.sleep(BAD_S)
    with faulty_disk.slow("write", 300, home):
        time.sleep(BAD_S)
    assert process.poll() is None
    assert states(node, "good", began) <= {"seen", "idle"}, "the disk is no matter of the picture"
    processes = seen_of_processes(psutil.Process(process.pid))
    end(process)
    said = [processes, on_disk(node.folder), b"\n".join(air).decode(errors="replace")]
    said += [repr(node.files), repr(node.health), repr(node.reported)]
    assert os.fsencode("good") in b"".join(air)
    for secret in (SECRET, WIRE[SECRET], WRONG, "Bí-mật", "xem:"):
        assert [at for at, text in enumerate(said) if secret in text.replace(" --user xem --password " + SECRET, "")] == [], secret
