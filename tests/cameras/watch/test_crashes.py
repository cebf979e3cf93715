"""A decoder that crashes takes the watcher's process with it: the next one is there at once, and knows which camera to set aside."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cameras.domain.errors import Code
from cameras.watch.crashes import ASIDE_S, FORGET_S, Crashes
from cameras.watch.plan import Plan
from cameras.watch.recordings.archive import Archive
from edge.node.children import Child, State
from edge.node.children import Plan as ChildPlan
from tests.cameras.watch.conftest import Serve
from tests.cameras.watch.nodes import Node, node_in
from tests.starved import Patience

BAD, GOOD = Plan("bad", "Ngõ", "rtsp://bad/"), Plan("good", "Chợ", "rtsp://good/")
GAP_S = 5.0
"""What a crash may cost the others. Another test's load may stretch one of two gaps, so the shorter one counts here."""
LONG_S = 40.0


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with node_in(tmp_path) as made:
        yield made


class Clock:
    """Unix seconds that a test moves."""

    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def crash(home: Path, thread: int) -> None:
    """What a dying process leaves behind."""
    words = f"Fatal Python error: Segmentation fault\n\nThread 0x{thread + 1:016x} (most recent call first):\n  File ...\n\n"
    (home / "crash.txt").write_text(words + f"Current thread 0x{thread:016x} (most recent call first):\n  File ...\n")


def restarted(home: Path, clock: Clock) -> Crashes:
    crashes = Crashes(home, clock)
    crashes.begin()
    crashes.end()
    return crashes


def test_a_camera_that_crashes_the_watcher_twice_is_put_aside_for_longer_each_time(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "threads.json").write_text(json.dumps({"17": BAD.id, "18": GOOD.id}))
    for crashes_so_far, aside_s in ((1, 0.0), (2, ASIDE_S), (3, 2 * ASIDE_S), (4, 4 * ASIDE_S)):
        crash(tmp_path, 17)
        crashes = restarted(tmp_path, clock)
        health = crashes.aside(BAD)
        assert crashes.aside(GOOD) is None
        if aside_s:
            assert health is not None
            assert (health.code, health.facts) == (Code.PUT_ASIDE.value, {"crashes": crashes_so_far, "minutes": aside_s / 60})
            assert crashes.due() == []
            clock.now += aside_s
            assert crashes.due() == [BAD]
        assert crashes.aside(BAD) is None
    clock.now += FORGET_S + 1
    crash(tmp_path, 17)
    assert restarted(tmp_path, clock).aside(BAD) is None, "an hour of peace makes it new"


def test_another_address_is_another_chance_and_a_power_cut_is_nobodys_fault(tmp_path: Path) -> None:
    clock = Clock()
    (tmp_path / "threads.json").write_text(json.dumps({"17": BAD.id}))
    for _ in range(2):
        crash(tmp_path, 17)
        crashes = restarted(tmp_path, clock)
    assert crashes.aside(BAD) is not None
    crashes.keep({BAD.id: Plan(BAD.id, BAD.name, "rtsp://other/")})
    assert crashes.aside(BAD) is None
    for words in ("", "Current thread 0x0000000000000099 (most recent call first):", "\x00\xff nonsense"):
        (tmp_path / "crash.txt").write_text(words)
        (tmp_path / "crashes.json").write_text('{"bad": [], "good": "x", "lane": 1}')
        assert restarted(tmp_path, clock).aside(BAD) is None


def supervised(node: Node, patience: Patience) -> list[float]:
    """Run the poisoned watcher as the node's supervisor does; when it died, monotonic seconds."""
    plan = ChildPlan("watcher-1", node.command("tests.cameras.watch.poisoned"), lambda: True, node.folder / "watcher.log")
    child, died = Child(plan), []
    try:
        while not aside(node) and not patience.spent(LONG_S):
            now = time.monotonic()
            if child.fell(now) is not None:
                died.append(now)
            elif child.state is State.WAITING and now >= child.due:
                child.start(now)
            elif child.state is State.STARTING:
                child.check(now)
            time.sleep(0.05)
        time.sleep(1.0)
    finally:
        child.stop()
    return died


def aside(node: Node) -> bool:
    good = any(camera == "good" and health.state == "seen" for _, camera, health in node.told[-3:])
    return good and any(health.code == Code.PUT_ASIDE.value for health in node.health)


def test_one_poisoned_camera_costs_the_others_two_short_gaps_that_are_marked(node: Node, dumping: Path, serve: Serve) -> None:
    poison = node.folder / "poison.mp4"
    poison.symlink_to(dumping)
    node.want(1, {"id": "good", "name": "Chợ", "url": serve(dumping)}, {"id": "bad", "name": "Ngõ", "url": str(poison)})
    began, since, patience = datetime.now(UTC), time.monotonic(), Patience()
    died = supervised(node, patience)
    slower = (time.monotonic() - since) / patience.passed
    assert len(died) == 2, "the second crash names the camera, and there is no third"
    put_aside = [(camera, health.facts["crashes"]) for _, camera, health in node.told if health.code == Code.PUT_ASIDE.value]
    assert set(put_aside) == {("bad", 2)}
    gaps = [
        next(at for at, camera, health in node.told if at > when and (camera, health.state) == ("good", "seen")) - when for when in died
    ]
    assert min(gaps) < GAP_S * max(slower, 1.0), (gaps, slower)
    archive = Archive(node.folder / "watcher")
    spans = archive.spans("good", began, datetime.now(UTC))
    archive.close()
    kept = [at for at, span in enumerate(spans) if span.recorded]
    assert len(kept) > 1, "what was recorded before a crash is there, and so is what came after"
    assert any(not span.recorded for span in spans[kept[0] : kept[-1]]), "the gap is marked"
