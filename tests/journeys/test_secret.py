"""After a secret vote a thief has the whole node: database, write-ahead log, broker, logs, keys. He must link nobody to a choice.

The voters here do him every favour: few of them, one after the other, no wait before the box. What the real page adds (a random wait, many
voters at once) is not counted on. A control does the same to the box while it is open, to show that the thief can read what is there.
"""

import json
import random
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from broker.envelope import part
from edge.demo import play
from edge.demo.booth import put, seal, token
from edge.demo.calls import CallRefused
from edge.demo.commune import plan
from edge.demo.sealed import Sealed
from edge.demo.stage import seat_tablet
from meeting.log.verifier import Beside, verify
from tests.commune import Commune, all_present, found_commune
from tests.journeys.test_faults import ask_again, kill

SEATS = tuple((one.id, one.label) for one in plan()[:6])
VOTES = 4
CHANCE_AT_MOST = 15
"""Of 24 voters chance links 4 (one in each vote, whatever their number); 16 or more is less likely than 1 in 100,000."""
RULE = "hdnd-mien-nhiem"
Order = list[str]
"""Trackers in the order in which the thief thinks that they came."""


@dataclass
class Held:
    """One vote: who cast what, in the order of the tokens, and what the thief would have guessed while it was open."""

    motion: str
    trackers: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    seen_open: list[str] = field(default_factory=list)


@dataclass
class Crime:
    """What happened, and the stolen home."""

    commune: Commune
    home: Path
    votes: list[Held]


@pytest.fixture(scope="module")
def crime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crime]:
    with ExitStack() as held:
        home = tmp_path_factory.mktemp("secret") / "home"
        commune = found_commune(home, held)
        for seat, label in SEATS:
            commune.stage.tablets[seat] = seat_tablet(commune.stage, seat, label)
        play.open_session(commune.stage)
        all_present(commune.stage)
        yield Crime(commune, home, [hold(commune, home) for _ in range(VOTES)])


def opened(commune: Commune, title: str = "Miễn nhiệm") -> str:
    stage = commune.stage
    base = f"/api/meetings/{stage.meeting}/motions"
    motion = str(stage.secretary.post(base, {"item": stage.items[2], "title": title, "rule": RULE})["id"])
    stage.chair.post(f"{base}/{motion}/open")
    return motion


def hold(commune: Commune, home: Path) -> Held:
    """Everybody votes, one after the other, in an order that differs each time."""
    stage, made = commune.stage, Held(opened(commune))
    voters = random.SystemRandom().sample(sorted(stage.tablets.values(), key=lambda one: one.seat), len(SEATS))
    for tablet in voters:
        choice = random.SystemRandom().choice(["for", "against", "abstain"])
        sealed = seal(tablet, choice, made.motion)
        words = sealed.box_words(token(tablet, sealed))
        made.trackers.append(put(stage.node, stage.meeting, words)["tracker"])
        made.choices.append(choice)
        made.prepared.append(words["prepared"])
    raw = (home / "data" / "dinh.db-wal").read_bytes()
    made.seen_open = sorted(made.trackers, key=lambda one: raw.find(made.prepared[made.trackers.index(one)].encode()))
    stage.chair.post(f"/api/meetings/{stage.meeting}/motions/{made.motion}/close")
    return made


def log_of(crime: Crime, vote: Held, kind: str) -> list[dict[str, Any]]:
    """Entries in the order of the log, as the database has them."""
    with closing(sqlite3.connect(f"file:{crime.home}/data/dinh.db?mode=ro", uri=True)) as database:
        wanted = 'SELECT text FROM meeting_log WHERE motion = ? AND kind = ? ORDER BY "index"'
        return [json.loads(row[0]) for row in database.execute(wanted, (vote.motion, kind))]


def stolen(crime: Crime) -> dict[Path, bytes]:
    """Every file of the home, deleted pages and all."""
    return {path: path.read_bytes() for path in sorted(crime.home.rglob("*")) if path.is_file() and "documents" not in path.parts}


def by(key: Callable[[dict[str, Any]], Any]) -> Callable[[Sequence[dict[str, Any]], bytes], Order]:
    return lambda ballots, _raw: [one["tracker"] for one in sorted(ballots, key=key)]


def by_place(name: str, *, last: bool) -> Callable[[Sequence[dict[str, Any]], bytes], Order]:
    """Where the bytes lie in all files, read one after the other."""

    def order(ballots: Sequence[dict[str, Any]], raw: bytes) -> Order:
        find = raw.rfind if last else raw.find
        return [one["tracker"] for one in sorted(ballots, key=lambda one: find(str(one[name]).encode()))]

    return order


def serial(ballot: dict[str, Any]) -> str:
    return str(json.loads(part(ballot["prepared"])[32:])["serial"])


GUESSES: dict[str, Callable[[Sequence[dict[str, Any]], bytes], Order]] = {
    "index in the log": by(lambda one: one["index"]),
    "time": by(lambda one: one["at"]),
    "tracker": by(lambda one: one["tracker"]),
    "signature": by(lambda one: part(one["signature"])),
    "prefix": by(lambda one: part(one["prepared"])),
    "serial": by(serial),
    "first place of the tracker": by_place("tracker", last=False),
    "last place of the tracker": by_place("tracker", last=True),
    "first place of the message": by_place("prepared", last=False),
    "last place of the message": by_place("prepared", last=True),
    "first place of the signature": by_place("signature", last=False),
    "last place of the signature": by_place("signature", last=True),
}


def linked(votes: Sequence[Held], orders: Sequence[Order]) -> int:
    """How many voters the thief has linked: the n-th token to the n-th ballot of his order."""
    return sum(guess == true for vote, order in zip(votes, orders, strict=True) for guess, true in zip(order, vote.trackers, strict=True))


def test_the_thief_can_read_what_is_there_while_the_box_is_open(crime: Crime) -> None:
    """The control: the write-ahead log of an open box has the ballots as they came. That is why it must not outlive the close."""
    assert linked(crime.votes, [vote.seen_open for vote in crime.votes]) > CHANCE_AT_MOST


@pytest.mark.parametrize("name", GUESSES)
@pytest.mark.parametrize("turn", [1, -1], ids=["forward", "backward"])
def test_after_the_close_no_order_of_anything_links_better_than_chance(crime: Crime, name: str, turn: int) -> None:
    raw = b"".join(stolen(crime).values())
    ballots = [log_of(crime, vote, "secret_ballot") for vote in crime.votes]
    assert [len(one) for one in ballots] == [len(SEATS)] * VOTES
    orders = [GUESSES[name](one, raw)[::turn] for one in ballots]
    assert linked(crime.votes, orders) <= CHANCE_AT_MOST


def test_the_bytes_of_a_token_and_of_a_ballot_share_nothing(crime: Crime) -> None:
    """Not in one vote has a ballot eight bytes in common with any voter's token but those that all have (ids, paper)."""
    for vote in crime.votes:
        tokens = [json.dumps(one) + json.dumps(json.loads(part(one["jws"].split(".")[1]))) for one in log_of(crime, vote, "token_issued")]
        common = {"meeting", "motion", "paper", "choice", "serial"}
        for ballot in log_of(crime, vote, "secret_ballot"):
            said = json.loads(part(ballot["prepared"])[32:])
            texts = [said["serial"], ballot["tracker"], ballot["signature"], part(ballot["prepared"])[:32].hex()]
            assert set(said) == common
            for text in texts:
                pieces = {text[i : i + 11] for i in range(len(text) - 10)}
                assert not [piece for piece in pieces if any(piece in one for one in tokens)]


def test_a_ballot_lies_once_in_the_database_and_nowhere_else(crime: Crime) -> None:
    files = stolen(crime)
    for vote in crime.votes:
        for prepared in vote.prepared:
            found = {path.name: raw.count(prepared.encode()) for path, raw in files.items() if prepared.encode() in raw}
            assert found == {"dinh.db": 1}
            assert not [path for path, raw in files.items() if part(prepared)[:32] in raw], "not as bytes either"


def test_key_box_and_write_ahead_log_are_gone(crime: Crime) -> None:
    assert list((crime.home / "ballot-keys").iterdir()) == []
    with closing(sqlite3.connect(f"file:{crime.home}/data/dinh.db?mode=ro", uri=True)) as database:
        assert database.execute("SELECT count(*) FROM meeting_box").fetchone() == (0,)
        assert database.execute("PRAGMA freelist_count").fetchone() == (0,)


def test_no_log_tells_that_anybody_went_to_the_box(crime: Crime) -> None:
    for path in (crime.home / "logs").glob("*.log"):
        text = path.read_text("utf-8", errors="replace")
        assert "/box" not in text, path.name
        assert not [one for vote in crime.votes for one in vote.trackers if one in text], path.name
    with closing(sqlite3.connect(f"file:{crime.home}/data/dinh.db?mode=ro", uri=True)) as database:
        assert database.execute("SELECT count(*) FROM account_audit WHERE subject LIKE '%/box'").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM account_audit WHERE subject LIKE '%/close'").fetchone()[0] >= VOTES


def test_every_promise_is_kept_and_the_count_is_right(crime: Crime) -> None:
    stage = crime.commune.stage
    for vote in crime.votes:
        base = f"/api/meetings/{stage.meeting}/motions/{vote.motion}"
        count = stage.chair.get(base)["motion"]["count"]
        assert count["votes"] == {one: vote.choices.count(one) for one in ("for", "against", "abstain")}
        assert (count["issued"], count["cast"], count["invalid"]) == (6, 6, 0)
        assert verify(stage.secretary.bytes_of(f"{base}/bundle"), Beside()).ok


@pytest.mark.parametrize("child", ["desk", "broker"])
def test_a_power_cut_between_token_and_box_loses_no_ballot_and_gives_no_second_token(crime: Crime, child: str) -> None:
    """The desk or the broker is killed after the token; the tablet comes back with what lay on its disk."""
    stage = crime.commune.stage
    motion = opened(crime.commune, f"Miễn nhiệm, {child}")
    first, second, *_rest = stage.tablets.values()
    kept = seal(first, "for", motion).kept()
    answered = token(first, Sealed.again(kept))
    boxed = seal(second, "against", motion)
    promise = put(stage.node, stage.meeting, boxed.box_words(token(second, boxed)))
    kill(crime.commune, child)
    for tablet in (first, second):
        assert ask_again(tablet)
    again = Sealed.again(kept)
    assert token(first, again) == answered, "the same blinded message, the same answer"
    words = again.box_words(answered)
    put(stage.node, stage.meeting, words)
    assert put(stage.node, stage.meeting, boxed.box_words(token(second, boxed))) == promise
    stage.chair.post(f"/api/meetings/{stage.meeting}/motions/{motion}/close")
    count = stage.chair.get(f"/api/meetings/{stage.meeting}/motions/{motion}")["motion"]["count"]
    assert (count["issued"], count["cast"], count["votes"]) == (2, 2, {"for": 1, "against": 1, "abstain": 0})


def test_the_chair_is_told_of_ballots_on_the_way_and_may_leave_them(crime: Crime) -> None:
    stage = crime.commune.stage
    motion = opened(crime.commune, "Miễn nhiệm, một phiếu muộn")
    first, second, *_rest = stage.tablets.values()
    for tablet in (first, second):
        sealed = seal(tablet, "for", motion)
        words = sealed.box_words(token(tablet, sealed))
        if tablet is first:
            put(stage.node, stage.meeting, words)
    close = f"/api/meetings/{stage.meeting}/motions/{motion}/close"
    with pytest.raises(CallRefused) as refused:
        stage.chair.post(close)
    assert (refused.value.code, refused.value.facts) == ("meeting.ballots_on_the_way", {"issued": 2, "cast": 1})
    stage.chair.post(close, {"leave": True})
    with pytest.raises(CallRefused) as late:
        put(stage.node, stage.meeting, words)
    assert late.value.code == "meeting.box_not_open"


def test_the_box_takes_no_more_than_a_ballot(crime: Crime) -> None:
    stage = crime.commune.stage
    motion = opened(crime.commune, "Miễn nhiệm, quá dài")
    with pytest.raises(CallRefused) as refused:
        put(stage.node, stage.meeting, {"motion": motion, "prepared": "A" * 5000, "signature": "A"})
    assert refused.value.code == "house.too_large"
    stage.chair.post(f"/api/meetings/{stage.meeting}/motions/{motion}/close")
