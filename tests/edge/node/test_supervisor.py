"""The supervisor with real child processes: order, restart, back-off, a clean end, and no orphan."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

PROGRAM = textwrap.dedent(
    """
    import os, sys, pathlib
    from edge.node.children import Plan
    from edge.node.supervisor import Supervisor

    folder = pathlib.Path(sys.argv[1])
    script = folder / "child.py"

    def plan(name, after=()):
        mark = folder / f"{name}.pid"
        return Plan(name=name, command=[sys.executable, str(script), str(mark)], ready=mark.exists, log=folder / f"{name}.log", after=after)

    def told(supervisor):
        lines = [f"{child.plan.name} {child.state} {child.pid or 0} {child.starts}" for child in supervisor.children]
        new = folder / "status.new"
        new.write_text(f"{supervisor.ready_s}\\n" + "\\n".join(lines))
        new.replace(folder / "status")
        with (folder / "history").open("a") as history:
            history.write(" ".join(f"{child.plan.name}={child.state}" for child in supervisor.children) + "\\n")

    Supervisor([plan("one"), plan("two", ("one",))], told).run()
    """
)
CHILD = textwrap.dedent(
    """
    import os, sys, time, pathlib, subprocess
    mark = pathlib.Path(sys.argv[1])
    helper = subprocess.Popen(["sleep", "1000"])
    mark.with_suffix(".grandchild").write_text(str(helper.pid))
    mark.write_text(str(os.getpid()))
    while not mark.with_suffix(".die").exists():
        time.sleep(0.02)
    mark.unlink()
    sys.exit(3)
    """
)


class Node:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "child.py").write_text(CHILD)
        self.process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder)])

    def rows(self) -> dict[str, tuple[str, int, int]]:
        try:
            lines = (self.folder / "status").read_text().splitlines()[1:]
        except FileNotFoundError:
            return {}
        return {name: (state, int(pid), int(starts)) for name, state, pid, starts in (line.split() for line in lines)}

    def ready(self) -> bool:
        rows = self.rows()
        return len(rows) == 2 and all(state == "ready" for state, _, _ in rows.values())

    def grandchild(self, name: str) -> int:
        return int((self.folder / f"{name}.grandchild").read_text())


def wait_for(condition: Callable[[], bool], *, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.02)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    node = Node(tmp_path)
    wait_for(node.ready)
    yield node
    node.process.kill()
    node.process.wait()
    for name in ("one", "two"):
        with suppress(psutil.NoSuchProcess):
            psutil.Process(node.grandchild(name)).kill()


def test_a_child_starts_only_after_what_it_needs_is_ready(node: Node) -> None:
    history = (node.folder / "history").read_text().splitlines()
    started = next(line for line in history if "two=starting" in line)
    assert "one=ready" in started


@pytest.mark.parametrize("name", ["one", "two"])
def test_a_killed_child_comes_back_and_the_others_are_left_alone(node: Node, name: str) -> None:
    before = node.rows()
    os.kill(before[name][1], signal.SIGKILL)
    wait_for(lambda: node.rows()[name][2] == 2 and node.ready())
    after = node.rows()
    other = "two" if name == "one" else "one"
    assert after[name][1] != before[name][1]
    assert after[other] == before[other]


def test_what_a_killed_child_had_started_is_ended_too(node: Node) -> None:
    grandchild = node.grandchild("one")
    os.kill(node.rows()["one"][1], signal.SIGKILL)
    wait_for(lambda: gone(grandchild))
    assert gone(grandchild)


def test_a_child_that_keeps_dying_waits_longer_each_time(node: Node) -> None:
    (node.folder / "two.die").touch()
    wait_for(lambda: node.rows()["two"][2] >= 4)
    assert node.rows()["one"][0] == "ready"
    time.sleep(0.5)
    assert node.rows()["two"][2] <= 6


def test_told_to_end_it_stops_everything_and_ends_with_zero(node: Node) -> None:
    pids = [pid for _, pid, _ in node.rows().values()] + [node.grandchild("one"), node.grandchild("two")]
    node.process.send_signal(signal.SIGTERM)
    assert node.process.wait(20) == 0
    assert all(gone(pid) for pid in pids)


def test_no_child_survives_a_killed_supervisor(node: Node) -> None:
    pids = [pid for _, pid, _ in node.rows().values()]
    node.process.kill()
    node.process.wait()
    wait_for(lambda: all(gone(pid) for pid in pids))
    assert all(gone(pid) for pid in pids)
