"""Many cameras that begin in the same second on a machine that has not the time: each learns from its packets and keyframes, and nobody who comes is lost."""

import random
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from broker.messages.cameras import Health
from cameras.domain.duty import GLANCE_S, WARM_S, Duty, Why
from cameras.domain.gate import Gate
from cameras.domain.governor import BEGINNINGS, FULL, TURN_S, Claim, Governor, Grant
from cameras.domain.packets import PacketFacts
from cameras.watch.analyst import Analyst, Finding
from cameras.watch.camera import Camera, Means
from cameras.watch.layers import Picture
from cameras.watch.lookout import FIRST_S
from cameras.watch.meter import Meter
from cameras.watch.plan import Plan
from cameras.watch.shares import MEASURE_S, SHARE_OF_CORES, SMALLEST_SHARE, Rest, Shares, allowance
from cameras.watch.told import Cut
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve
from tests.cameras.watch.test_governor import Eyes

BEGINS = Claim(awake=True, needed=False, awake_s=2, score=0, decode=0.07, look=0.004, glance=0.015, begins=True)
STILL_S = 20


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return films.render(tmp_path_factory.mktemp("start") / "still.mp4", lambda _: films.yard(), STILL_S)


class Poor(Governor):
    """It has no time for anybody who may wait, until `since`."""

    def __init__(self, since: float) -> None:
        super().__init__(0.0)
        self.since = since

    def claim(self, _camera: str, claim: Claim, at: float) -> Grant:
        return replace(FULL, whole=claim.needed or at >= self.since)


def alone(film: Path, since: float = 1e9) -> tuple[Eyes, float | None]:
    """A beginning without time for it; when it fell asleep, if it did."""
    eyes, slept = Eyes(film, Poor(since), "0"), None
    while eyes.step():
        if not eyes.lookout.duty.awake and slept is None:
            slept = eyes.lookout.newest
    return eyes, slept


def test_a_beginning_without_time_is_learned_from_packets_and_keyframes(still: Path) -> None:
    eyes, slept = alone(still)
    assert slept is not None
    assert WARM_S < slept < WARM_S + 6
    assert eyes.lookout.sampler.frames < (FIRST_S + 1) * films.FPS + STILL_S, "the first pictures, and keyframes"
    assert eyes.lookout.duty.gate.threshold(12) is not None


def test_who_comes_during_such_a_beginning_is_seen_from_his_first_picture(dumping: Path) -> None:
    """He comes at 4.2 s, and there is time from 12 s on: the ring has it all."""
    eyes, slept = alone(dumping, since=12.0)
    assert slept is None
    eyes.findings += [finding for at, picture in eyes.lookout.rest() for finding in eyes.analyst.look(picture, at)] + eyes.analyst.finish()
    (found,) = [finding for finding in eyes.findings if finding.flagged]
    assert found.put_down == pytest.approx(8.5, abs=0.6)
    assert found.actor_came == pytest.approx(4.2, abs=0.7)
    assert any(claim.score >= 1 and not claim.begins for claim in eyes.claims), "a keyframe that shows somebody comes first"


def test_what_was_learned_while_somebody_was_there_is_forgotten() -> None:
    duty = Duty(Gate())
    for number in range(600):
        at, key = number / 15, number % 30 == 0
        duty.packet(PacketFacts(8000, "I" if key else "P", 28, start=key), at, key=key, hour=12)
        duty.looked(at - 4.0, at, busy=False, hour=12)
        if duty.gate.threshold(12) is not None:
            break
    duty.startled(at)
    assert duty.gate.threshold(12) is None
    assert (duty.awake, duty.why) == (True, Why.LEARNING)


@pytest.mark.parametrize("opens", [False, True])
def test_who_is_behind_sleeps_when_the_gate_was_closed_for_all_it_has_not_looked_at(*, opens: bool) -> None:
    duty, rng = Duty(Gate()), random.Random(2)
    for number in range(50 * 15):
        at, key = number / 15, number % 30 == 0
        size = round(8000 * rng.lognormvariate(0, 0.05) * (8 if opens and 28 < at < 30 else 1))
        duty.packet(PacketFacts(size, "I" if key else "P", 28, start=key), at, key=key, hour=12)
        if duty.awake:
            duty.looked(min(at, 26.0) if at > 20 else at, at, busy=20 < at < 21, hour=12)
        if at > 40:
            break
    assert duty.awake is opens


def test_beginnings_share_a_third_and_all_get_their_turn() -> None:
    governor, whole = Governor(1.5), set[str]()
    for half in range(round(8 * TURN_S)):
        grants = {str(number): governor.claim(str(number), BEGINS, half / 2) for number in range(17)}
        at_once = [camera for camera, grant in grants.items() if grant.whole]
        whole.update(at_once)
        assert half < 4 or len(at_once) * FULL.cost(BEGINS) <= 1.5 * BEGINNINGS
        assert half < 4 or len(at_once) > 3
    assert len(whole) == 17
    assert governor.claim("16", replace(BEGINS, begins=False, score=1.0), 8 * TURN_S + 2).whole, "where somebody is, there is time"


def test_what_else_the_process_does_is_taken_off_the_budget() -> None:
    rest = Rest()
    for second in range(0, 40, 2):
        rest.spent("a", 0.5 * second if second < 20 else 0.5 * (second - 20))  # it connects anew at 20 s
        assert rest.measured(100.0 + second, 7.0 + 1.2 * second) is (second >= MEASURE_S)
    assert rest.cores == pytest.approx(0.7, abs=0.06)
    assert allowance(2, 0.1) == pytest.approx(2 * SHARE_OF_CORES)
    assert allowance(2, 0.7) == pytest.approx(1.1)
    assert allowance(2, 5.0) == pytest.approx(2 * SMALLEST_SHARE)


def test_recordings_and_viewers_leave_less_for_decoding() -> None:
    """A thread of this very process that works: the budget shrinks by about what it takes."""
    shares, stop = Shares(), threading.Event()
    ask, before = shares.of("a"), Shares()._governor.budget
    workers = [threading.Thread(target=_work, args=(stop,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    end = time.monotonic() + 4 * MEASURE_S
    while time.monotonic() < end and not shares._rest.cores:
        ask(replace(BEGINS, spent=Meter().spent))
        time.sleep(0.1)
    stop.set()
    for worker in workers:
        worker.join()
    assert shares._rest.cores > 0.01
    assert shares._governor.budget == allowance(round(before / SHARE_OF_CORES), shares._rest.cores)


def _work(stop: threading.Event) -> None:
    picture = films.yard()
    while not stop.is_set():
        picture = films.with_bag(picture)


def pinned(louder: float, seconds: float, *, begin: float = 0.0, seed: int = 4) -> list[tuple[float, bool, PacketFacts]]:
    """A rate too small for the noise: each step of the quantiser takes half of the bytes with it, and rate control wanders."""
    rng, found, qp = random.Random(seed), [], 28
    for number in range(round(seconds * 15)):
        key = number % 30 == 0
        qp = min(max(qp + rng.choice((-1, 0, 0, 1)), 24), 32)
        size = 90_000 if key else 20_000 * louder * 2 ** (-0.5 * (qp - 28)) * rng.lognormvariate(0, 0.05)
        found.append((begin + number / 15, key, PacketFacts(round(size), "I" if key else "P", qp, start=key)))
    return found


def test_a_starved_rate_is_weighed_by_its_own_slope_and_said_to_be_weak() -> None:
    gate = Gate()
    for at, key, facts in pinned(1.0, 60):
        gate.take(facts, at, key=key, hour=12)
        gate.note(at, 12)
    assert gate.slopes[12] == pytest.approx(0.5, abs=0.05)
    shown = [gate.take(facts, at, key=key, hour=12) for at, key, facts in pinned(1.4, 6, begin=100, seed=5)]
    assert sum(reading is not None and reading.open for reading in shown[15:]) > 0.8 * len(shown[15:])
    quiet = [gate.take(facts, at, key=key, hour=12) for at, key, facts in pinned(1.0, 6, begin=200, seed=6)]
    assert sum(reading is not None and reading.open for reading in quiet[45:]) < 0.1 * len(quiet[45:])
    assert gate.weak(12)
    assert Duty(gate).glance_s(1e4, 12) == GLANCE_S
    assert Gate.restored(gate.state()).slopes == {12: round(gate.slopes[12], 4)}


@dataclass
class Heard:
    """Whom the cameras tell."""

    idle: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def health(self, camera: str, health: Health) -> None:
        (self.idle if health.state == "idle" else self.seen).setdefault(camera, time.monotonic())

    def picture(self, camera: str, picture: Picture) -> None:
        """Not of interest here."""

    def cut(self, cut: Cut) -> None:
        self.findings.append(cut.finding)


def test_four_live_cameras_with_next_to_no_time_all_fall_asleep(still: Path, serve: Serve) -> None:
    heard, shares, began = Heard(), Shares(budget=0.01), time.monotonic()
    url = serve(still)
    cameras = [Camera(Plan(f"cam-{number}", "Chợ", url), Means(heard, Analyst, shares=shares)) for number in range(4)]
    threads = [threading.Thread(target=camera.run) for camera in cameras]
    for thread in threads:
        thread.start()
    while len(heard.idle) < len(cameras) and time.monotonic() < began + 45:
        time.sleep(0.1)
    for camera in cameras:
        camera.stop()
    for thread in threads:
        thread.join(20)
    assert len(heard.idle) == len(cameras)
    assert max(heard.seen.values()) - began < 10, "the first look does not wait for its turn"
