"""A vote on a disk that fills up and on one that fails: refused in plain words, nothing half-written, and the vote goes on."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from broker.messages.meetings import MeetingAnswer
from edge.demo import play
from edge.demo.processes import wait_for
from edge.demo.stage import seat_tablet
from edge.demo.tablet import Tablet
from edge.storage.check import check
from edge.storage.engine import open_store
from meeting.log.verifier import Beside, verify
from tests.commune import Commune, all_present, found_commune
from tests.faulty_disk import BROKEN, FULL, FaultyDisk, faulty_disk

__all__ = ["faulty_disk"]
SEATS = (("a1", "A1"), ("a2", "A2"), ("a3", "A3"))
LOCALES = Path(__file__).parents[2] / "edge" / "web" / "src" / "locales"
DATABASE = "dinh.db"


@pytest.fixture(scope="module")
def small_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A disk of 64 MB, which a test can really fill."""
    place = tmp_path_factory.mktemp("disk")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("mounting a small disk is not permitted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture(scope="module")
def session(small_disk: Path, faulty_disk: FaultyDisk) -> Iterator[Commune]:
    """An open session with three tablets, all of it on that disk."""
    with ExitStack() as held:
        commune = found_commune(small_disk / "home", held, extra=faulty_disk.environment)
        for seat, label in SEATS:
            commune.stage.tablets[seat] = seat_tablet(commune.stage, seat, label)
        play.open_session(commune.stage)
        all_present(commune.stage)
        yield commune


class Vote:
    """An open vote, and what was acknowledged in it."""

    def __init__(self, commune: Commune, title: str) -> None:
        self.stage, self.running = commune.stage, commune.running
        self.base = f"/api/meetings/{self.stage.meeting}/motions"
        self.motion = self.stage.secretary.post(self.base, {"item": self.stage.items[2], "title": title})["id"]
        self.stage.chair.post(f"{self.base}/{self.motion}/open")
        self.tablets = list(self.stage.tablets.values())
        self.receipts: list[dict[str, Any]] = []

    def signed(self, tablet: Tablet, choice: str) -> str:
        """A ballot in this vote; a tablet that lost the desk finds its way back first."""
        for _attempt in range(8):
            with suppress(TimeoutError, OSError):
                tablet.reconnect_if_lost()
                return tablet.ballot(choice, self.motion)
        raise AssertionError("the tablet does not see the vote")

    def cast(self, tablet: Tablet, ballot: str) -> MeetingAnswer:
        """Ask until there is an answer, over a new connection when the desk has died."""
        for _attempt in range(8):
            with suppress(TimeoutError, OSError):
                tablet.reconnect_if_lost()
                answer = tablet.ask("cast", {"ballot": ballot}, patience_s=5)
                self.receipts += [answer.body] if answer.ok else []
                return answer
        raise AssertionError("the tablet was not answered")

    def ends(self, **votes: int) -> None:
        """Close: the result is this one, every receipt verifies, and the house is in order."""
        self.stage.chair.post(f"{self.base}/{self.motion}/close")
        count = self.stage.chair.get(f"{self.base}/{self.motion}")["motion"]["count"]
        assert count["votes"] == {"for": 0, "against": 0, "abstain": 0, **votes}
        bundle = self.stage.secretary.bytes_of(f"{self.base}/{self.motion}/bundle")
        report = verify(bundle, Beside(receipts=[json.dumps(one).encode() for one in self.receipts]))
        assert report.ok, report.findings
        store = open_store(self.running.settings.database)
        try:
            assert check(store, self.running.settings.home) == []
        finally:
            store.close()


def kill_the_desk(vote: Vote) -> int:
    """kill -9; the process that was killed."""
    before = next(child.pid for child in vote.running.status.children if child.name == "desk")
    assert before is not None
    os.kill(before, signal.SIGKILL)
    return before


def wait_whole(vote: Vote, before: int) -> None:
    wait_for("desk", lambda: vote.running.status.ready and all(child.pid != before for child in vote.running.status.children))


def test_a_full_disk_refuses_ballots_in_plain_words_and_takes_them_when_there_is_room(session: Commune, small_disk: Path) -> None:
    """Really full: the last blocks are taken, and ballots go on until SQLite finds no room for one."""
    vote = Vote(session, "Đĩa đầy")
    first, second, third = vote.tablets
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as stream:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while stream.write(b"\0" * size):
                    pass
            except OSError:
                continue
    answer, ballot = MeetingAnswer(id="x", at=first.wait_open().at, ok=True), ""
    for _ in range(400):
        ballot = vote.signed(first, "against")
        answer = vote.cast(first, ballot)
        if not answer.ok:
            break
    assert (answer.ok, answer.code) == (False, "house.disk_full")
    assert vote.cast(second, vote.signed(second, "for")).code == "house.disk_full"
    filler.unlink()
    assert vote.cast(first, ballot).ok
    assert vote.cast(second, vote.signed(second, "for")).ok
    assert vote.cast(third, vote.signed(third, "for")).ok
    vote.ends(**{"for": 2, "against": 1})


@pytest.mark.parametrize(("number", "code"), [(FULL, "house.disk_full"), (BROKEN, "house.storage")])
def test_a_write_that_fails_is_refused_and_may_be_repeated(session: Commune, faulty_disk: FaultyDisk, number: int, code: str) -> None:
    vote = Vote(session, f"Ghi hỏng {number}")
    first, second, _third = vote.tablets
    ballot = vote.signed(first, "for")
    with faulty_disk.fails("write", number, DATABASE):
        assert vote.cast(first, ballot).code == code
    assert vote.cast(first, ballot).ok
    assert vote.cast(second, vote.signed(second, "against")).ok
    vote.ends(**{"for": 1, "against": 1})


@pytest.mark.parametrize("number", [BROKEN, FULL])
def test_a_ballot_whose_fsync_failed_does_not_come_back_by_itself(session: Commune, faulty_disk: FaultyDisk, number: int) -> None:
    """SQLite's next start would find it whole in the write-ahead log, though the voter was told that nothing was changed."""
    vote = Vote(session, f"Đồng bộ hỏng {number}")
    first, second, third = vote.tablets
    ballot = vote.signed(first, "for")
    with faulty_disk.fails("fsync", number, DATABASE):
        assert vote.cast(first, ballot).code == "house.storage"
        assert vote.cast(second, vote.signed(second, "abstain")).code == "house.storage"
    assert vote.cast(third, vote.signed(third, "against")).ok
    wait_whole(vote, kill_the_desk(vote))
    vote.ends(against=1)


def test_a_desk_that_dies_right_after_a_failed_fsync_comes_back_whole(session: Commune, faulty_disk: FaultyDisk) -> None:
    """Two faults at once: the refused ballot may be there, then as a whole; asked again, it has its receipt, and counts once."""
    vote = Vote(session, "Hỏng hai lần")
    first, second, _third = vote.tablets
    ballot = vote.signed(first, "for")
    assert vote.cast(second, vote.signed(second, "against")).ok
    with faulty_disk.fails("fsync", BROKEN, DATABASE):
        assert vote.cast(first, ballot).code == "house.storage"
        killed = kill_the_desk(vote)
    wait_whole(vote, killed)
    assert vote.cast(first, ballot).ok
    vote.ends(**{"for": 1, "against": 1})


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", ["disk_full", "storage"])
def test_the_tablet_has_a_sentence_for_it(language: str, code: str) -> None:
    said = json.loads((LOCALES / f"{language}.json").read_text("utf-8"))["errors"]["house"][code]
    assert len(said.split()) > 8
    assert said.endswith(".")
