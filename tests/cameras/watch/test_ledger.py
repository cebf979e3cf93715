"""The watcher's ledger on its way: written down, carried to the desk, kept through outages, deaths and steps of the clock."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broker.client import Client
from broker.messages.base import Message
from broker.messages.cameras import AuditLine, Entered, Health, LedgerPage
from broker.topics import ENTERED, LEDGER, Topic
from cameras.domain.ledger import unpacked
from cameras.watch.analyst import Analyst
from cameras.watch.camera import Camera, Means
from cameras.watch.layers import Picture
from cameras.watch.ledger.book import Book
from cameras.watch.ledger.clerk import AGAIN_S, WRITE_EVERY_S, Clerk
from cameras.watch.ledger.diary import Diary, Minute, Witness
from cameras.watch.plan import Plan
from cameras.watch.told import Cut
from tests.cameras.watch import films
from tests.cameras.watch.nodes import WATCHER, Node, eventually, node_in

START = datetime(2026, 3, 5, 1, 0, tzinfo=UTC)


@dataclass
class Air:
    """What went out; `connected` is turned by hand."""

    connected: bool = True
    pages: list[LedgerPage] = field(default_factory=list)

    def publish(self, topic: Topic, message: Message, **ids: str) -> "Future[None]":
        assert (topic, ids) == (LEDGER, {"device": "w"})
        assert isinstance(message, LedgerPage)
        self.pages.append(message)
        return Future()

    def retain(self, topic: Topic, message: Message, **ids: str) -> None:
        raise AssertionError(topic, message, ids)


@dataclass
class Desk:
    """A watcher's ledger with its clock in the hand. `die` is kill -9: what is not in the book is lost."""

    folder: Path
    now: datetime = START
    monotonic: float = 0.0
    air: Air = field(default_factory=Air)

    def __post_init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.diary = Diary(lambda: self.now)
        self.clerk = Clerk(self.diary, Book(self.folder / "ledger.sqlite"), self.air, "w")
        self.clerk.book.open()
        self.beat = self.diary.beat("cam-1")

    def die(self) -> None:
        self.clerk.book.close()
        self.begin()

    def run(self, seconds: int, *, packets: bool = True) -> None:
        for _ in range(seconds):
            if packets:
                self.beat.packet(None, self.now)  # type: ignore[arg-type]  # only that one came is of interest
            self.clerk.tick(self.monotonic)
            self.now += timedelta(seconds=1)
            self.monotonic += 1

    def enter(self, page: LedgerPage) -> None:
        self.clerk.entered("", Entered(page=page.page, at=self.now).to_bytes())

    def told(self, *, since: datetime = START) -> str:
        """Everything that was sent, each page taken, as a letter for each second since `since`."""
        said: dict[int, str] = {}
        for page in self.air.pages:
            for line in page.lines:
                offset = int((line.since - since).total_seconds())
                said |= {offset + index: mark for index, mark in enumerate(unpacked(line.runs))}
        return "".join(said.get(second, "?") for second in range(max(said, default=-1) + 1))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.diary.said("cam-1", "seen")
    yield made
    made.clerk.book.close()


def test_a_minute_is_sent_when_it_is_over_and_forgotten_when_the_desk_has_it(desk: Desk) -> None:
    desk.run(60)
    assert not desk.air.pages
    desk.run(15)
    (page,) = desk.air.pages
    assert desk.told() == "s" * 60
    desk.run(round(AGAIN_S) - 8)
    assert len(desk.air.pages) == 1
    desk.run(10)
    assert desk.air.pages[1].lines == page.lines, "nobody answered, so it is said again"
    desk.enter(page)
    desk.enter(desk.air.pages[1])
    assert desk.clerk.book.waiting(1 << 40) == [Minute("cam-1", int(START.timestamp()) + 60, "s" * 30 + "-" * 30)]


def test_an_outage_of_a_day_arrives_whole_and_in_few_pages(desk: Desk) -> None:
    desk.diary.keep(set())
    desk.air.connected = False
    minutes = [Minute("cam-1", int(START.timestamp()) + 60 * minute, "i" * 60) for minute in range(1440)]
    desk.clerk.book.put(minutes)
    desk.now += timedelta(days=1, seconds=100)
    desk.monotonic += 100
    desk.air.connected = True
    while desk.clerk.book.waiting(int(desk.now.timestamp()) - 120):
        desk.run(1)
        desk.enter(desk.air.pages[-1])
    assert len(desk.air.pages) == 2
    assert desk.told() == "i" * 86_400
    assert max(len(page.to_bytes()) for page in desk.air.pages) < 3000


def test_a_death_costs_the_seconds_that_were_not_in_the_book_and_no_more(desk: Desk) -> None:
    desk.run(35)
    desk.die()
    desk.diary.said("cam-1", "seen")
    desk.run(50)
    seconds = desk.told()
    assert set(seconds) == {"s", "-"}
    assert seconds.count("-") <= WRITE_EVERY_S
    assert seconds.startswith("s" * 25)
    assert seconds.endswith("s" * 24), "both parts of the minute are there"


def test_a_step_of_the_clock_backwards_claims_no_more_than_was_seen_both_times(desk: Desk) -> None:
    desk.run(80)
    desk.enter(desk.air.pages[-1])
    desk.now -= timedelta(seconds=60)
    desk.diary.said("cam-1", "gap")
    desk.run(30, packets=False)
    desk.diary.said("cam-1", "seen")
    desk.run(70)
    assert desk.told()[:60] == "-" * 20 + "g" * 30 + "s" * 10, "the desk joins it with what it has, and keeps the worse"


def test_a_step_forwards_is_a_gap(desk: Desk) -> None:
    desk.run(20)
    desk.now += timedelta(minutes=30)
    desk.run(120)
    assert desk.told()[:1860] == "s" * 20 + "g" * 1800 + "s" * 40


def test_a_camera_that_is_taken_away_is_not_spoken_of(desk: Desk) -> None:
    desk.run(20)
    desk.diary.keep(set())
    desk.run(100, packets=False)
    assert desk.told() == "s" * 19 + "-" * 41, "the running second is not over"


def test_a_full_disk_loses_nothing_that_memory_holds(desk: Desk) -> None:
    assert desk.clerk.book._base is not None
    pages = desk.clerk.book._base.execute("PRAGMA page_count").fetchone()[0]
    desk.clerk.book._base.execute(f"PRAGMA max_page_count = {pages}")
    filled = [Minute(f"cam-{number}", 0, "sg" * 30) for number in range(2000)]
    with pytest.raises(sqlite3.OperationalError):
        desk.clerk.book.put(filled)
    desk.clerk.audited(AuditLine(camera="cam-1", at=START, moved_s=0))
    desk.run(30)
    desk.clerk.book._base.execute("PRAGMA max_page_count = 100000")
    desk.run(60)
    assert desk.told() == "s" * 60
    assert {len(page.audits) for page in desk.air.pages} == {1}


def test_a_book_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").write_bytes(os.urandom(5000))
    book = Book(tmp_path / "ledger.sqlite")
    book.open()
    book.put([Minute("cam-1", 60, "s" * 60)])
    book.close()
    assert (tmp_path / "ledger.broken").exists()
    again = Book(tmp_path / "ledger.sqlite")
    again.open()
    assert again.waiting(100) == [Minute("cam-1", 60, "s" * 60)]
    again.close()


def test_a_book_that_could_not_be_opened_at_first_is_written_later(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite").mkdir()
    book = Book(tmp_path / "ledger.sqlite")
    for _ in range(2):
        with pytest.raises(sqlite3.OperationalError):
            book.put([Minute("cam-1", 60, "s" * 60)])
    (tmp_path / "ledger.sqlite").rmdir()
    book.put([Minute("cam-1", 60, "s" * 60)])
    assert book.waiting(100) == [Minute("cam-1", 60, "s" * 60)]
    book.close()


class Quiet:
    """Whom a camera tells, in a test."""

    def health(self, camera: str, health: Health) -> None:
        """Not of interest here."""

    def picture(self, camera: str, picture: Picture) -> None:
        """Not of interest here."""

    def cut(self, cut: Cut) -> None:
        """Not of interest here."""


def test_a_camera_is_seen_while_its_pictures_come_and_no_longer(tmp_path: Path) -> None:
    diary = Diary(lambda: datetime.now(UTC))
    film = films.render(tmp_path / "film.mp4", films.dumping, 8)
    camera = Camera(Plan("cam-1", "Cổng chợ", str(film)), Means(Witness(Quiet(), diary), Analyst, taps=(diary.beat("cam-1"),)))
    thread = threading.Thread(target=camera.run)
    thread.start()
    time.sleep(4)
    camera.stop()
    thread.join(10)
    time.sleep(5)
    seconds = "".join(minute.seconds for minute in diary.taken()).strip("-")
    assert 2 <= seconds.count("s") <= 6
    assert seconds.strip("s").startswith("ggg"), "and since it ended, nothing"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with node_in(tmp_path) as made:
        yield made


def test_a_watcher_tells_the_node_how_every_camera_was(node: Node) -> None:
    """Over a real broker: what the watcher wrote down before it ended is sent by the next one, until it is answered."""
    pages: list[LedgerPage] = []
    node.client.on(LEDGER.of(device=WATCHER), lambda _, payload: pages.append(LedgerPage.model_validate_json(payload)))
    earlier = int(time.time()) // 60 * 60 - 300
    book = Book(node.folder / "watcher" / "ledger.sqlite")
    book.open()
    book.put([Minute("cam-1", earlier, "c" * 60)])
    book.close()
    process = node.start_watcher()
    node.want(
        1, {"id": "off", "name": "3", "url": "rtsp://127.0.0.1:1/film", "enabled": False}, {"id": "no", "name": "1", "url": "/nowhere"}
    )
    eventually(lambda: pages, 20)
    assert [(line.camera, line.runs) for line in pages[0].lines] == [("cam-1", "c60")]
    answer(node.client, pages[0])
    eventually(lambda: {health.state for health in node.health} >= {"off", "unreadable"}, 20)
    time.sleep(2)
    process.terminate()
    process.wait(20)
    book.open()
    left = {minute.camera: set(minute.seconds) - {"-"} for minute in book.waiting(1 << 40)}
    book.close()
    assert left == {"off": {"o"}, "no": {"u"}}, "what was answered is gone, the last words are there"


def answer(client: Client, page: LedgerPage) -> None:
    client.publish(ENTERED, Entered(page=page.page, at=datetime.now(UTC)), device=WATCHER).result(10)
