"""`dinh cameras retrain` and `shadow` on a node with judged sightings, with a small network in the place of the one that ships."""

import functools
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

import cameras.watch.verifier
from cameras.desk import heads
from cameras.desk.tables import EvidenceRow, SightingRow
from cameras.domain.cases import Verdict
from cameras.watch.heads import pack, unpack
from cameras.watch.verifier import Verifier
from edge.offices import Offices, open_offices
from edge.settings import read_settings
from tests.cameras.learning.conftest import example, head, write
from tests.edge.node.test_command_line import said

START = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A node whose network gives its features."""
    small = write(tmp_path)
    monkeypatch.setattr(cameras.watch.verifier, "Verifier", functools.partial(Verifier, small.path))
    monkeypatch.setattr(cameras.watch.verifier, "shipped_head", head)
    monkeypatch.setenv("DINH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "home"


@pytest.fixture
def offices(home: Path) -> Iterator[Offices]:
    with open_offices(read_settings(home)) as found:
        yield found


def judged(offices: Offices, count: int, *, shadow: str | None = None) -> None:
    """Two thirds were dumping, and the network says `left` to all of them."""
    dice = np.random.default_rng(1)
    rows, files = list[SightingRow](), list[EvidenceRow]()
    for number in range(count):
        one = example(dice, dumping=bool(number % 3), looks=True)
        folder = offices.settings.home.evidence / "cam-1" / f"s-{number}"
        folder.mkdir(parents=True)
        (folder / "strip.npz").write_bytes(one.strip)
        rows.append(row_of(number, one.verdict, shadow))
        files.append(EvidenceRow(sighting=f"s-{number}", name="strip.npz", sha256="0" * 64, bytes=len(one.strip)))
    offices.ledger.submit(lambda entry: entry.session.add_all(rows)).result(30)
    offices.ledger.submit(lambda entry: entry.session.add_all(files)).result(30)


def row_of(number: int, verdict: Verdict, shadow: str | None) -> SightingRow:
    at = START + timedelta(minutes=number)
    right = verdict is Verdict.CONFIRMED
    told = {
        "id": f"s-{number}",
        "camera": "cam-1",
        "camera_name": "Cổng chợ",
        "watcher": "w-1",
        "clock": "file",
        "reason": "left",
        "box": [1, 2, 3, 4],
    }
    numbers = {
        "width": 640,
        "height": 360,
        "score": 0.9,
        "threshold": 0.6,
        "base": 0.6,
        "level": 0.6,
        "explanation": {},
        "model": "0" * 64,
        "digest": "",
    }
    seen = {"shadow_model": shadow, "shadow_score": 0.95 if right else 0.05, "shadow_threshold": 0.6}
    case = {"state": verdict.value, "verdict": verdict.value, "rejected_as": None if right else "own_bin", "judged_at": at}
    return SightingRow.model_validate({**told, **numbers, **seen, **case, "at": at, "put_down_at": at, "received_at": at})


def live(offices: Offices) -> bytes | None:
    with offices.means.reader() as session:
        return heads.find(session, heads.Role.LIVE)


def test_it_learns_compares_swaps_on_consent_and_goes_back(offices: Offices) -> None:
    judged(offices, 90)
    status, text = said("cameras", "retrain", "--yes")
    assert status == 0, text
    assert "The new last layer is better: learned from 63 verdicts, compared on the 27 newest" in text
    weights = cameras.watch.verifier.Verifier().load().sha256
    learned = live(offices)
    assert learned is not None
    assert unpack(learned, weights).head.threshold == 0.6
    assert said("cameras", "retrain", "--back")[0] == 0
    assert live(offices) is None
    status, text = said("cameras", "retrain", "--yes", language="vi")
    assert "Lớp cuối mới tốt hơn" in text
    assert live(offices) == learned, "the same verdicts teach the same"
    watcher = offices.devices.wanted.parts.heads
    with offices.means.reader() as session:
        assert json.dumps(dict(watcher(session))).count("live") == 1


def test_after_an_update_to_another_network_it_learns_anew_from_the_kept_strips(offices: Offices) -> None:
    judged(offices, 90)
    stale = pack(head(), "f" * 64)
    offices.ledger.submit(lambda entry: heads.put(entry.session, heads.Role.LIVE, stale, weights="f" * 64, now=START)).result(30)
    assert said("cameras", "retrain", "--yes")[0] == 0
    assert live(offices) not in (None, stale)


def test_too_few_verdicts_are_counted_and_nothing_is_swapped(offices: Offices) -> None:
    judged(offices, 20)
    status, text = said("cameras", "retrain", "--yes")
    assert (status, live(offices)) == (1, None)
    assert "20 (13 confirmed, 7 rejected). 40 more are needed" in text


def test_a_layer_is_tried_in_the_shadow_and_compared(offices: Offices, tmp_path: Path) -> None:
    assert "Nothing is being tried" in said("cameras", "shadow")[1]
    weights = cameras.watch.verifier.Verifier().load().sha256
    file = tmp_path / "tried.npz"
    file.write_bytes(pack(head(), weights))
    assert said("cameras", "shadow", str(file))[0] == 0
    assert "no sighting that it noted has a verdict yet" in said("cameras", "shadow")[1]
    judged(offices, 30, shadow=unpack(file.read_bytes(), weights).sha256)
    status, text = said("cameras", "shadow")
    assert (status, "What is tried is better than the live one, on 30 verdicts" in text) == (0, True)
    assert "20/30 (0.47–0.83)" in text
    assert "20/20 (0.83–1.00)" in text
    file.write_bytes(pack(head(), "f" * 64))
    assert said("cameras", "shadow", str(file))[0] == 1
    assert said("cameras", "shadow", "off")[0] == 0
    assert "Nothing is being tried" in said("cameras", "shadow")[1]
