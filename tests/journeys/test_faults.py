"""kill -9 of any one child: the node is whole again, tablets go on, nothing that was acknowledged is lost."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from edge.demo import play
from edge.demo.stage import seat_tablet
from edge.demo.tablet import Tablet
from edge.node.status import NodeStatus
from meeting.log.verifier import verify
from tests.commune import Commune, all_present, found_commune

SEATS = (("a1", "A1"), ("a2", "A2"), ("a3", "A3"))
WHOLE_S = 5.0
"""The promise. A machine that runs a whole test suite on two cores is given four times as long before the test fails."""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    """An open session with three tablets and one camera's watcher."""
    with ExitStack() as held:
        commune = found_commune(tmp_path_factory.mktemp("faults") / "home", held)
        for seat, label in SEATS:
            commune.stage.tablets[seat] = seat_tablet(commune.stage, seat, label)
        play.open_session(commune.stage)
        all_present(commune.stage)
        yield commune


def pid_of(status: NodeStatus, kind: str) -> int | None:
    return next(child.pid for child in status.children if child.name.startswith(kind))


def kill(commune: Commune, kind: str) -> float:
    """Kill -9 and wait until the node is whole with another process; the seconds that took."""
    before, began = pid_of(commune.running.status, kind), time.monotonic()
    assert before is not None
    os.kill(before, signal.SIGKILL)
    while time.monotonic() - began < WHOLE_S * 4:
        status = commune.running.status
        if status.ready and pid_of(status, kind) != before:
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"{kind} did not come back: {commune.running.status}")


def ask_again(tablet: Tablet) -> bool:
    """Ask until the tablet has found its way back to the broker."""
    for _attempt in range(10):
        tablet.reconnect_if_lost()
        try:
            return tablet.resume().ok
        except (TimeoutError, ConnectionError):
            continue
    return False


@pytest.mark.parametrize("child", ["broker", "desk", "watcher"])
def test_a_killed_child_comes_back_and_the_meeting_goes_on(session: Commune, child: str) -> None:
    kill(session, child)
    assert session.stage.secretary.get(f"/api/meetings/{session.stage.meeting}")["state"] == "open"
    for tablet in session.stage.tablets.values():
        assert ask_again(tablet)


@pytest.mark.parametrize("child", ["broker", "desk"])
def test_ballots_with_receipts_survive_a_kill_in_the_middle_of_a_vote(session: Commune, child: str) -> None:
    stage = session.stage
    base = f"/api/meetings/{stage.meeting}/motions"
    motion = stage.secretary.post(base, {"item": stage.items[2], "title": f"kill {child}"})["id"]
    stage.chair.post(f"{base}/{motion}/open")
    first, *others = stage.tablets.values()
    assert first.vote("for", motion=motion).ok
    kill(session, child)
    for tablet in (first, *others):
        assert ask_again(tablet)
    for tablet in others:
        assert tablet.vote("against", motion=motion).ok
    stage.chair.post(f"{base}/{motion}/close")
    count = stage.chair.get(f"{base}/{motion}")["motion"]["count"]
    assert count["votes"] == {"for": 1, "against": len(others), "abstain": 0}
    assert verify(stage.secretary.bytes_of(f"{base}/{motion}/bundle")).ok
