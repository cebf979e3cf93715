"""What a voter brings along with a bundle: his receipt, and a head of the log that he kept. Both verifiers say what fits and what does not."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.cli.page import run
from edge.words import Words
from meeting.log.checkpoint import Checkpoint, Signer
from meeting.log.merkle import root
from meeting.log.verifier import Beside
from tests.meeting.evenings import Evening, heads_of, question, secret
from tests.meeting.room import SEED
from tests.meeting.second import Second, Told, first, same, second


@pytest.fixture(scope="module")
def other() -> Iterator[Second]:
    with second() as running:
        yield running


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    return question(tmp_path_factory.mktemp("here"))


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    """Another meeting: another log, under the same seed of the node's key."""
    return secret(tmp_path_factory.mktemp("elsewhere"))


def both(bundle: bytes, beside: Beside, other: Second) -> Told:
    report = first(bundle, beside)
    assert same(report, other.check(bundle, beside))
    return report


def found(report: Told) -> tuple[str, str]:
    return report["findings"][0]["code"], report["findings"][0]["where"]


def test_a_receipt_and_the_heads_of_this_log_fit(here: Evening, other: Second) -> None:
    report = both(here.bundle, here.beside, other)
    assert report["ok"]
    assert report["steps"][-3:] == ["receipts", "heads", "documents"]
    assert report["summary"]["heads"] == 3


@pytest.mark.parametrize("place", [0, -1])
def test_a_receipt_of_another_meeting_does_not_fit(here: Evening, elsewhere: Evening, other: Second, place: int) -> None:
    """Neither that of an open ballot nor the promise of a box."""
    for bundle, receipts in ((here.bundle, elsewhere.beside.receipts), (elsewhere.bundle, here.beside.receipts)):
        report = both(bundle, Beside(receipts=[receipts[place]]), other)
        assert not report["ok"]
        assert report["findings"][0]["where"].startswith("receipts[0]")


def changed(text: str) -> str:
    """The last digit is another one."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def signed(evening: Evening, size: int, leaf: bytes) -> str:
    """A head that the node signed of a log that is another one."""
    told = json.loads(evening.bundle)
    leaves = [bytes.fromhex(one["leaf"]) for one in told["entries"]][: size - 1]
    return Signer(SEED).sign(Checkpoint(told["key"].split("+")[0], size, root([*leaves, leaf])))


def test_heads_that_do_not_fit(here: Evening, elsewhere: Evening, other: Second) -> None:
    whole, _, spoken = heads_of(here.bundle)
    size = len(json.loads(here.bundle)["entries"])
    digits = spoken.split()[1]
    wrong = {
        changed(spoken): ("verify.head_other", "heads[0]"),
        f"{size} {digits}": ("verify.head_other", "heads[0]"),
        f"{size + 1} {digits}": ("verify.head_later", "heads[0]"),
        f"1.250 {digits}": ("verify.head_later", "heads[0]"),
        digits: ("verify.head_form", "heads[0]"),
        f"{size} {digits[:15]}": ("verify.head_form", "heads[0]"),
        f"12.5 {digits}": ("verify.head_form", "heads[0]"),
        "": ("verify.head_form", "heads[0]"),
        " ".join(whole.split()[:5]): ("verify.head_form", "heads[0]"),
        whole.replace(f"\n{size}\n", f"\n{size - 1}\n"): ("verify.checkpoint_signature", "heads[0]"),
        heads_of(elsewhere.bundle)[0]: ("verify.checkpoint_signature", "heads[0]"),
    }
    for text, expected in wrong.items():
        assert found(both(here.bundle, Beside(heads=[text]), other)) == expected, text


def test_a_head_that_the_node_signed_of_another_log_is_named(here: Evening, other: Second) -> None:
    """Two heads for two audiences: whoever brings his own to the bundle catches the node by its own signature."""
    forked = signed(here, 9, b"\x07" * 32)
    assert found(both(here.bundle, Beside(heads=[forked]), other)) == ("verify.head_other", "heads[0]")


def test_a_head_in_any_spelling_of_people(here: Evening, other: Second) -> None:
    size, digits = heads_of(here.bundle)[2].split()
    spaced = " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))
    for text in (f"{size}\n{digits.upper()}", f"  {size}\t{spaced}  "):
        assert both(here.bundle, replace(here.beside, heads=[text]), other)["ok"], text


def test_the_command_line_takes_a_receipt_and_a_head(here: Evening, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bundle.json").write_bytes(here.bundle)
    (tmp_path / "receipt.json").write_bytes(here.beside.receipts[0])
    line = ["verify", str(tmp_path / "bundle.json"), "--receipt", str(tmp_path / "receipt.json"), "--head"]
    spoken = heads_of(here.bundle)[2]
    assert run([*line, spoken], Words("en")) == 0
    assert "only grew" in capsys.readouterr().out
    assert run([*line, changed(spoken)], Words("en")) == 1
    assert "two different logs" in " ".join(capsys.readouterr().out.split())
