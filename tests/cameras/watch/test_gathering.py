"""Packets gather in the socket where nobody watches live, never more than the kernel surely takes, and nothing is lost or dated wrongly by it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace

import pytest

from broker.messages.cameras import Health
from cameras.watch.analyst import Analyst
from cameras.watch.camera import Camera, Means
from cameras.watch.gathering import GATHERED, MOST_S, Gathering
from cameras.watch.layers import Picture
from cameras.watch.plan import Plan
from cameras.watch.ring import Kept
from cameras.watch.stream import Parcel
from cameras.watch.told import Cut, Opened
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve


def parcel(size: int, arrived: float) -> Parcel:
    return Parcel(SimpleNamespace(size=size), 0.0, key=False, arrived=arrived)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    now = [100.0]
    monkeypatch.setattr("cameras.watch.gathering.time.monotonic", lambda: now[0])
    return lambda at: now.__setitem__(0, at)


def test_after_a_packet_that_was_waited_for_others_are_left_to_gather(clock: Callable[[float], None]) -> None:
    clock(100.0)
    one = Gathering()
    for _ in range(200):
        pause_s = one.pause_s(parcel(4_000, 100.05), 15.0)
    assert pause_s == MOST_S


def test_what_lay_there_already_is_followed_by_the_next_at_once(clock: Callable[[float], None]) -> None:
    clock(100.0)
    one = Gathering()
    assert one.pause_s(parcel(4_000, 100.001), 15.0) == 0.0
    clock(101.0)
    one.asked()
    assert one.pause_s(parcel(4_000, 100.999), 15.0) == 0.0


@pytest.mark.parametrize("mbit", [0.5, 2.5, 8.0, 40.0])
def test_never_more_gathers_than_the_kernel_surely_takes(clock: Callable[[float], None], mbit: float) -> None:
    clock(100.0)
    one, fps = Gathering(), 25.0
    size = round(mbit * 1e6 / 8 / fps)
    for _ in range(200):
        pause_s = one.pause_s(parcel(size, 100.05), fps)
    assert 0 < pause_s * mbit * 1e6 / 8 <= GATHERED * 1.01


@dataclass
class Heard:
    """A tap, and whom the camera tells: when each packet was passed on (monotonic), and when it was captured."""

    viewed: bool = False
    came: list[tuple[float, datetime]] = field(default_factory=list)
    enough: Event = field(default_factory=Event)

    def opened(self, opened: Opened) -> None:
        """A connection begins."""

    def packet(self, kept: Kept, at: datetime) -> None:
        assert kept.data
        self.came.append((time.monotonic(), at))
        if len(self.came) >= 4 * films.FPS:
            self.enough.set()

    def closed(self) -> None:
        """It ends."""

    def health(self, camera: str, health: Health) -> None:
        """Not of interest here."""

    def picture(self, camera: str, picture: Picture) -> None:
        """Nor is this."""

    def cut(self, cut: Cut) -> None:
        """Nor is this."""


@pytest.mark.parametrize("viewed", [False, True])
def test_a_viewer_gets_packets_as_they_come_and_the_rest_gathers(tmp_path: Path, serve: Serve, viewed: bool) -> None:  # noqa: FBT001
    film = films.render(tmp_path / "film.mp4", films.passing, 12)
    heard = Heard(viewed)
    camera = Camera(Plan("cam-1", "Cổng", serve(film)), Means(heard, Analyst, taps=(heard,), viewed=lambda: heard.viewed))
    thread = Thread(target=camera.run)
    thread.start()
    try:
        assert heard.enough.wait(30)
    finally:
        camera.stop()
        thread.join(timeout=30)
    later = heard.came[films.FPS :]
    pauses = sum(two[0] - one[0] > 0.8 * MOST_S for one, two in pairwise(later))
    assert pauses <= 2 if viewed else pauses >= 5
    captured = [(two[1] - one[1]).total_seconds() for one, two in pairwise(later)]
    assert min(captured) > 0
    assert sum(captured) == pytest.approx(len(captured) / films.FPS, abs=0.3)
