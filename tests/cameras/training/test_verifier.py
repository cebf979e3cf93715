import hashlib
import shutil
from pathlib import Path

import pytest

from cameras.watch.verifier import WEIGHTS, Fault, Verdict, Verifier, WeightsRefused, admit, read_manifest
from tests.cameras.training.scenes import candidate, street, with_bag


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    """A copy of the shipped weights and manifest that a test may spoil."""
    for name in ("dumping.onnx", "manifest.toml"):
        shutil.copy(WEIGHTS.with_name(name), tmp_path / name)
    return tmp_path / "dumping.onnx"


def refusal(path: Path) -> WeightsRefused:
    with pytest.raises(WeightsRefused) as caught:
        Verifier(path).load()
    return caught.value


def rewritten(manifest: Path, old: str, new: str) -> None:
    text = manifest.read_text(encoding="utf-8")
    assert old in text
    manifest.write_text(text.replace(old, new), encoding="utf-8")


def test_the_shipped_weights_are_the_ones_in_the_manifest() -> None:
    content, manifest = admit(WEIGHTS)
    assert hashlib.sha256(content).hexdigest() == manifest.sha256
    assert manifest.classes == tuple(Verdict)
    assert 0.3 <= manifest.threshold < 1.0
    assert len(content) < 10_000_000


def test_the_card_lies_beside_the_weights() -> None:
    assert "What it does not see" in WEIGHTS.with_name("CARD.md").read_text(encoding="utf-8")


def test_weights_with_one_other_byte_are_refused(weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    refused = refusal(weights)
    assert refused.code is Fault.CHECKSUM
    assert refused.facts["expected"] != refused.facts["found"]


def test_missing_weights_are_refused(weights: Path) -> None:
    weights.unlink()
    assert refusal(weights).code is Fault.MISSING


def test_weights_without_a_manifest_are_refused(weights: Path) -> None:
    weights.with_name("manifest.toml").unlink()
    assert refusal(weights).code is Fault.MISSING


def test_a_manifest_that_says_nothing_is_refused(weights: Path) -> None:
    weights.with_name("manifest.toml").write_text("threshold = 'high'", encoding="utf-8")
    assert refusal(weights).code is Fault.MANIFEST


def test_weights_for_another_recipe_are_refused(weights: Path) -> None:
    rewritten(weights.with_name("manifest.toml"), "recipe = ", "recipe = 9")
    assert refusal(weights).code is Fault.RECIPE


def test_weights_with_other_classes_are_refused(weights: Path) -> None:
    rewritten(weights.with_name("manifest.toml"), '"left"', '"lost"')
    assert refusal(weights).code is Fault.RECIPE


def test_a_file_that_is_no_network_is_refused_even_with_the_right_checksum(weights: Path) -> None:
    known = read_manifest(weights).sha256
    weights.write_bytes(b"no network at all")
    rewritten(weights.with_name("manifest.toml"), known, hashlib.sha256(b"no network at all").hexdigest())
    assert refusal(weights).code is Fault.BROKEN


def test_a_constructor_opens_nothing(tmp_path: Path) -> None:
    assert Verifier(tmp_path / "nowhere.onnx").path.name == "nowhere.onnx"


def test_a_bag_left_behind_is_flagged() -> None:
    judged = Verifier().judge(candidate(street(), with_bag(street(2))))
    assert judged.flagged
    assert judged.verdict is Verdict.LEFT
    assert sum(judged.scores.values()) == pytest.approx(1.0, abs=1e-4)


def test_a_bag_taken_away_is_not_flagged() -> None:
    judged = Verifier().judge(candidate(with_bag(street()), street(2)))
    assert not judged.flagged
    assert judged.verdict is Verdict.REMOVED


def test_an_empty_street_is_not_flagged() -> None:
    judged = Verifier().judge(candidate(street(), street(2)))
    assert judged.score < 0.2


def test_another_threshold_may_be_asked_for() -> None:
    judged = Verifier().judge(candidate(street(), street(2)), threshold=0.0)
    assert judged.flagged
    assert judged.threshold == 0.0
