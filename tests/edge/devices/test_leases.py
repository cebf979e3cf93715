"""Leases on a real database: who is told of a camera, what a restart remembers, and what a failing disk does not give away."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlmodel import select

from broker.messages.cameras import Health, Lease, Renew
from broker.messages.devices import Desired
from broker.topics import DESIRED, HEALTH, LEASE, RENEW
from edge.accounts.service import COMMAND
from edge.devices.cameras import CameraChanges
from edge.devices.leases import Leases
from edge.devices.registry import DeviceChanges
from edge.devices.tables import CameraRow, LeaseRow
from tests.edge.desk import Desk, Hands, desk
from tests.edge.http.served import until


@dataclass
class Watcher:
    """Asks as a watcher does."""

    at: Desk
    name: str
    session: str = "s1"
    number: int = 0
    heard: int = 0
    held: tuple[str, ...] = field(default=())

    def ask(self, *, behind_s: float = 0.0) -> dict[str, int]:
        """Renew; the cameras that were promised, with their fences."""
        self.number += 1
        now = self.at.clock.now.timestamp() - behind_s
        said = Renew.model_validate({"session": self.session, "number": self.number, "heard": self.heard, "held": self.held, "at": now})
        self.at.devices.leases.take(RENEW.of(device=self.name), said.to_bytes())
        answer = next(message for topic, message in reversed(self.at.air.said) if topic == LEASE.of(device=self.name))
        assert isinstance(answer, Lease)
        assert answer.number == self.number
        self.heard, self.held = self.number, tuple(answer.cameras)
        return {camera: hold.fence for camera, hold in answer.cameras.items()}


@dataclass
class House:
    at: Desk
    first: Watcher
    second: Watcher
    camera: str
    now: list[float]

    def wanted(self, watcher: Watcher) -> dict[str, int]:
        """What its newest configuration says."""
        topic = DESIRED.of(device=watcher.name)
        newest = next(message for name, message in reversed(self.at.air.said) if name == topic)
        assert isinstance(newest, Desired)
        return {camera["id"]: camera["fence"] for camera in newest.configuration["cameras"]}

    def later(self, seconds: float) -> None:
        self.now[0] += seconds
        self.at.clock.pass_by(seconds=seconds)
        self.at.devices.leases.tick()


def opened(at: Desk, now: list[float]) -> None:
    at.devices.leases._clock = lambda: now[0]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with desk(tmp_path, Hands()) as at:
        now = [1000.0]
        opened(at, now)
        for name in ("w-1", "w-2"):
            at.devices.ensure(name, kind="watcher", name=name)
        camera = at.cameras.add("Ngõ 4", "rtsp://10.0.0.9/live", CameraChanges(watcher="w-1"), by=COMMAND).id
        yield House(at, Watcher(at, "w-1"), Watcher(at, "w-2"), camera, now)


def lives(house: House, seconds: int, *watchers: Watcher) -> None:
    for _ in range(0, seconds, 4):
        for watcher in watchers:
            watcher.ask()
        house.later(4)


def test_a_silent_watchers_camera_passes_on_and_comes_back(house: House) -> None:
    lives(house, 20, house.first, house.second)
    assert house.first.ask() == {house.camera: 1}
    assert house.second.ask() == {}
    house.later(15)
    house.second.ask()
    assert house.wanted(house.second) == {}
    house.later(1)
    until(lambda: house.wanted(house.second) == {house.camera: 2})
    assert (house.wanted(house.first), house.second.ask()) == ({}, {house.camera: 2})
    assert house.first.ask() == {}
    lives(house, 72, house.first, house.second)
    until(lambda: house.wanted(house.first) == {house.camera: 3})
    with house.at.devices.parts.means.reader() as session:
        rows = session.exec(select(LeaseRow).order_by(LeaseRow.fence)).all()  # type: ignore[arg-type]
        assert [(row.watcher, row.ended_at is None) for row in rows] == [("w-1", False), ("w-2", False), ("w-1", True)]


def test_a_restarted_desk_waits_for_what_the_old_one_may_have_promised(house: House, tmp_path: Path) -> None:
    lives(house, 20, house.first, house.second)
    house.first.ask()
    house.now[0] += 1
    old = house.at.devices
    fresh = old.leases = Leases(old.parts, old.wanted, lambda: house.now[0])
    fresh.start()
    house.second.ask()
    house.later(14)
    house.second.ask()
    assert house.wanted(house.first) == {house.camera: 1}
    house.later(3)
    until(lambda: house.wanted(house.second) == {house.camera: 2})


def test_who_may_not_stand_in_does_not_and_the_only_one_is_promised_an_hour(house: House) -> None:
    house.at.devices.change("w-2", DeviceChanges(settings={"stands_in": False}), by=COMMAND)
    house.first.ask()
    house.later(1)
    with house.at.devices.parts.means.reader() as session:
        row = session.get(LeaseRow, (house.camera, 1))
        assert row is not None
        assert row.lasts_s == 3600
    for _ in range(10):
        house.later(30)
        house.second.ask()
    assert house.wanted(house.first) == {house.camera: 1}


def test_a_retired_watchers_camera_has_nobody_until_it_is_given_away(house: House) -> None:
    lives(house, 8, house.first, house.second)
    house.at.devices.retire("w-1", by=COMMAND)
    house.at.cameras.change(house.camera, CameraChanges(watcher="w-2"), by=COMMAND)
    assert house.wanted(house.second) == {}
    for _ in range(5):
        house.later(4)
        house.second.ask()
    until(lambda: list(house.wanted(house.second)) == [house.camera])


def test_how_far_a_watchers_clock_is_off_is_written_beside_its_lease(house: House) -> None:
    def behind() -> tuple[float, float]:
        tenure = house.at.devices.leases.tenure(house.camera, 1)
        assert tenure is not None
        return tenure.behind_low.total_seconds(), tenure.behind_high.total_seconds()

    house.first.ask(behind_s=3600)
    house.later(1)
    until(lambda: behind() == (3600, 3600))
    house.first.ask(behind_s=-20)
    house.later(1)
    until(lambda: behind() == (-20, 3600))
    assert house.at.devices.leases.tenure(house.camera, 2) is None


def test_what_cannot_be_read_changes_nothing(house: House) -> None:
    assert house.at.devices.leases.take(RENEW.of(device="w-1"), b"{") is None
    with house.at.devices.parts.means.reader() as session:
        row = session.get(CameraRow, house.camera)
        assert row is not None
        assert (row.holder, row.fence) == ("w-1", 1)


def said_of(house: House) -> list[tuple[str, float]]:
    """What the node itself said of the camera: the code, and how long ago that began when it was said."""
    topic = HEALTH.of(camera=house.camera)
    told = [message for name, message in house.at.air.said if name == topic]
    return [(one.code or "", (one.at - one.since).total_seconds()) for one in told if isinstance(one, Health) and one.state == "gap"]


def test_of_a_camera_that_nobody_watches_the_node_says_so_once_and_since_when(house: House) -> None:
    lives(house, 20, house.first, house.second)
    assert said_of(house) == [], "its watcher speaks for it"
    house.first.ask()
    for _ in range(20):
        house.later(1)
    assert said_of(house) == [("cameras.nobody_watches", 16)]
    assert house.at.air.forgotten == []
    house.first.ask()
    house.later(1)
    assert house.at.air.forgotten == [HEALTH.of(camera=house.camera)], "from here on its watcher speaks for it again"


def test_a_watcher_that_may_still_watch_is_only_said_to_be_unheard_until_its_hour_is_over(house: House) -> None:
    house.at.devices.change("w-2", DeviceChanges(settings={"stands_in": False}), by=COMMAND)
    house.first.ask()
    house.later(1)
    house.first.ask()
    house.later(17)
    assert said_of(house) == [("cameras.watcher_unheard", 17)]
    house.later(3800)
    assert [code for code, _ in said_of(house)] == ["cameras.watcher_unheard", "cameras.nobody_watches"]


def test_of_a_camera_that_is_paused_nothing_is_said(house: House) -> None:
    house.at.cameras.change(house.camera, CameraChanges(enabled=False), by=COMMAND)
    house.later(60)
    assert said_of(house) == []
