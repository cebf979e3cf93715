"""Shadow audits on real films: what moved in a minute that was slept through is found, and nothing else is."""

import os
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from broker.messages.cameras import AuditLine, GateTrace
from broker.topics import GATE
from cameras.domain.areas import NOTHING_DRAWN, Areas, Mask
from cameras.domain.audits import Lot
from cameras.domain.duty import Duty, Why
from cameras.domain.gate import Gate
from cameras.domain.packets import PacketFacts
from cameras.watch.gauge import shadow as shadow_module
from cameras.watch.gauge.scope import Scope
from cameras.watch.gauge.shadow import LOWEST, Auditor, Shadow
from cameras.watch.ring import Ring
from cameras.watch.stream import Stream
from cameras.watch.told import Opened
from tests.cameras.watch import films

START = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)
LENGTH_S = 14.0


def asleep() -> Duty:
    """A camera that sleeps whatever comes; the gate reads something."""
    duty = Duty(Gate())
    duty.awake = False
    return duty


def audited(
    film: Path, duty: Duty, *, areas: Areas = NOTHING_DRAWN, wakes_at: float | None = None, short: Callable[[], bool] = lambda: False
) -> list[AuditLine]:
    """What came of it when every minute (of 14 seconds) is drawn."""
    found: list[AuditLine] = []
    auditor = Auditor(found.append, rest=0.0, short=short)
    auditor.start()
    shadow = Shadow("cam-1", Lot(lambda: 0.0, length_s=LENGTH_S), auditor, lambda: areas)
    stream, ring = Stream(str(film)), Ring()
    stream.open()
    assert stream.info is not None
    shadow.opened(Opened("cam-1", stream.template(), stream.info))
    for parcel in stream.parcels():
        kept = ring.add(parcel)
        assert kept is not None
        shadow.packet(kept, START)
        duty.gate.take(PacketFacts(len(kept.data), "P", 28), parcel.at, key=parcel.key, hour=12)
        duty.awake = wakes_at is not None and parcel.at >= wakes_at
        shadow.weighed(duty, START, key=parcel.key)
    shadow.closed()
    stream.close()
    time.sleep(0.3)
    end = time.monotonic() + 20
    while wakes_at is None and not found and time.monotonic() < end:
        time.sleep(0.05)
    auditor.stop()
    return found


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody crosses the yard from 4 to 10 s of 15 s."""
    return films.render(tmp_path_factory.mktemp("films") / "walk.mp4", films.passing, 15)


def test_who_walked_through_a_slept_minute_is_found(walk: Path) -> None:
    (found,) = audited(walk, asleep())
    assert (found.camera, found.at) == ("cam-1", START)
    assert found.moved_s == pytest.approx(6, abs=1.5)


def test_nothing_is_found_where_nothing_moved(tmp_path: Path) -> None:
    (found,) = audited(films.render(tmp_path / "still.mp4", lambda _: films.yard(), 15, codec="libx265"), asleep())
    assert found.moved_s == 0


def test_what_is_masked_is_not_looked_at_afterwards_either(walk: Path) -> None:
    whole = Mask("", ((0, 0), (1000, 0), (1000, 1000), (0, 1000)))
    (found,) = audited(walk, asleep(), areas=Areas((), (whole,)))
    assert found.moved_s == 0


def test_a_minute_in_which_the_camera_woke_is_none(walk: Path) -> None:
    assert audited(walk, asleep(), wakes_at=6.0) == []


def test_an_audit_waits_while_the_cameras_have_too_little_time(walk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shadow_module, "SHORT_S", 0.01)
    asked: list[float] = []

    def short() -> bool:
        asked.append(time.monotonic())
        return len(asked) < 20

    (found,) = audited(walk, asleep(), short=short)
    assert found.moved_s == pytest.approx(6, abs=1.5)
    assert len(asked) > 20
    assert asked[19] - asked[0] > 0.15, "nothing was looked at meanwhile"


def test_but_not_for_ever(walk: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(shadow_module, "SHORT_S", 0.01)
    monkeypatch.setattr(shadow_module, "PATIENCE_S", 0.05)
    caplog.set_level("INFO", logger="cameras.watch.audit")
    assert audited(walk, asleep(), wakes_at=99.0, short=lambda: True) == []
    assert "too little time" in caplog.text


def test_the_audit_says_how_near_the_gate_was_to_opening(walk: Path) -> None:
    duty = asleep()
    for number in range(1000):
        duty.gate.take(PacketFacts(3000 + number % 7, "P", 28), number / 10, key=False, hour=12)
        duty.gate.note(number / 10, 12)
    (found,) = audited(walk, duty)
    assert found.level is not None
    assert found.threshold == duty.gate.threshold(12)


def test_the_auditor_is_the_last_to_get_a_core() -> None:
    auditor = Auditor(lambda _: None)
    auditor.start()
    thread = next(one for one in threading.enumerate() if one.name == "audit")
    time.sleep(0.1)
    assert os.getpriority(os.PRIO_PROCESS, thread.native_id or 0) == LOWEST
    auditor.stop()
    assert not thread.is_alive()


class Air:
    """What was retained."""

    connected = True

    def __init__(self) -> None:
        self.traces: list[GateTrace] = []

    def publish(self, *_: Any, **__: Any) -> Any:
        raise AssertionError

    def retain(self, topic: Any, message: Any, **ids: str) -> None:
        assert (topic, ids) == (GATE, {"camera": "cam-1"})
        self.traces.append(message)


def test_the_plot_is_told_seldom_asleep_and_often_awake() -> None:
    air, duty = Air(), asleep()
    scope = Scope("cam-1", air)
    for step in range(1200):
        duty.gate.take(PacketFacts(3000 + step, "P", 28), step / 10, key=False, hour=12)
        if step == 600:
            duty.wake(Why.PACKETS, 60.0)
        scope.weighed(duty, datetime.fromtimestamp(1_772_676_000 + step / 10, UTC), key=step % 50 == 0)
    assert [len([trace for trace in air.traces if (trace.at.timestamp() % 120 < 60) == asleep]) for asleep in (True, False)] == [4, 15]
    last = air.traces[-1]
    assert last.recent.states[-2:] == ((60, "asleep"), (last.recent.states[-1][0], "packets"))
    assert len(last.recent.level) == len(last.hour.level) == 120
    assert len(last.to_bytes()) < 4000
