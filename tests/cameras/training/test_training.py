import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from cameras.training.__main__ import main
from cameras.training.compose.shelf import Shelf
from cameras.training.evaluate import threshold_for
from cameras.training.examples import examples, packed, unpacked
from cameras.training.export import export, scores, write_manifest
from cameras.training.network import SHAPES, Calibrated, Network
from cameras.training.train import Plan, Trained, _Course, auc, averaged, train
from cameras.watch.strip import CHANNELS, NUMBERS, SIDE
from cameras.watch.verifier import Fault, Verdict, Verifier, WeightsRefused, shipped_head
from tests.cameras.training.scenes import candidate, street, with_bag


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Untrained weights with their manifest."""
    torch.manual_seed(1)
    path = export(Trained(Network(SHAPES["narrow"]).eval(), 0.7, [], 0.0), tmp_path_factory.mktemp("weights"))
    write_manifest(path, threshold=0.5, origin={"seed": 1})
    return path


def test_what_ships_computes_what_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = Network().eval()
    given = examples(Shelf("val"), seed=2, count=6)
    path = export(Trained(network, 0.7, [], 0.0), tmp_path)
    with torch.no_grad():
        wanted = Calibrated(network, 0.7)(torch.from_numpy(unpacked(given.strips)), torch.from_numpy(given.numbers))[0].numpy()
    assert np.abs(scores(path, given) - wanted).max() < 1e-5


def test_the_runtime_cuts_what_training_cut(tmp_path: Path) -> None:
    """From the command to a judgement: the written manifest admits the written weights."""
    assert (
        main(
            [
                "--painted",
                "--count=32",
                "--films=1",
                "--epochs=1",
                "--again=1",
                "--shape=narrow",
                "--shape=narrow",
                "--cores=2",
                f"--work={tmp_path / 'work'}",
                f"--out={tmp_path}",
            ]
        )
        == 0
    )
    judged = Verifier(tmp_path / "dumping.onnx").judge(candidate(street(), with_bag(street())))
    assert 0.0 <= judged.score <= 1.0
    assert "painted only" in (tmp_path / "CARD.md").read_text(encoding="utf-8")


def test_what_the_last_layer_sees_and_the_last_layer_make_the_scores(small: Path) -> None:
    judged = Verifier(small).judge(candidate(street(), with_bag(street())))
    assert judged.features is not None
    head = shipped_head(small)
    assert np.abs(head.scores(judged.features[np.newaxis])[0] - list(judged.scores.values())).max() < 1e-5
    again = Verifier(small, head=replace(head, bias=head.bias + np.eye(6, dtype=np.float32)[0] * 9, threshold=0.3)).judge(
        candidate(street(), with_bag(street()))
    )
    assert again.scores[Verdict.LEFT] > judged.scores[Verdict.LEFT]
    assert again.threshold == 0.3


def test_a_last_layer_that_does_not_fit_is_refused(small: Path) -> None:
    head = shipped_head(small)
    for wrong in (replace(head, weight=head.weight[:-1]), replace(head, temperature=0.0)):
        with pytest.raises(WeightsRefused) as caught:
            Verifier(small, head=wrong).load()
        assert caught.value.code is Fault.HEAD


def test_a_spoiled_last_layer_is_refused(small: Path, tmp_path: Path) -> None:
    for name in ("dumping.onnx", "manifest.toml", "head.npz"):
        shutil.copy(small.with_name(name), tmp_path / name)
    (tmp_path / "head.npz").write_bytes(b"something else")
    with pytest.raises(WeightsRefused) as caught:
        shipped_head(tmp_path / "dumping.onnx")
    assert caught.value.code is Fault.CHECKSUM


def test_an_interrupted_training_goes_on_as_if_nothing_had_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    learn, check = (examples(Shelf(split), seed=1, count=32) for split in ("train", "val"))
    plan = Plan(epochs=2, batch=16, shape="narrow")
    whole = train(learn, check, plan)
    kept, notes = _Course.keep, tmp_path / "notes.pt"

    def pulled_out(course: _Course, place: Path, mark: str) -> None:
        kept(course, place, mark)
        raise KeyboardInterrupt

    with monkeypatch.context() as power:
        power.setattr(_Course, "keep", pulled_out)
        with pytest.raises(KeyboardInterrupt):
            train(learn, check, replace(plan, notes=notes))
    resumed = train(learn, check, replace(plan, notes=notes))
    assert resumed.epochs == whole.epochs
    assert all(torch.equal(resumed.network.state_dict()[name], part) for name, part in whole.network.state_dict().items())


def test_halfway_between_two_rounds_lies_between_them() -> None:
    first, second = (Trained(Network(SHAPES["narrow"]).eval(), 1.0, [(1.0, 0.5)], 2.0) for _ in range(2))
    made = averaged(first, second, examples(Shelf("val"), seed=2, count=6))
    wanted = (first.network.last.weight + second.network.last.weight) / 2
    assert torch.allclose(made.network.last.weight, wanted)
    assert (made.epochs, made.seconds) == ([(1.0, 0.5)] * 2, 4.0)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_that_was_tried_can_be_made_again(shape: str) -> None:
    network = Network(SHAPES[shape]).eval()
    assert network(torch.zeros(2, CHANNELS, SIDE, SIDE), torch.zeros(2, NUMBERS)).shape == (2, len(Verdict))


def test_the_same_seed_trains_the_same_network() -> None:
    learn, check = (examples(Shelf(split), seed=1, count=32) for split in ("train", "val"))
    first, second = (train(learn, check, Plan(epochs=1, batch=16, shape="narrow")).network.state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_packing_a_strip_costs_less_than_a_grey_level() -> None:
    strips = np.random.default_rng(1).uniform(-5, 5, (2, 12, 8, 8)).astype(np.float32)
    assert np.abs(unpacked(packed(strips)) - strips).max() <= 0.021


def test_auc_counts_pairs() -> None:
    assert auc(np.asarray([0.1, 0.4, 0.35, 0.8]), np.asarray([False, False, True, True])) == 0.75
    assert auc(np.asarray([0.5, 0.5]), np.asarray([False, True])) == 0.5


def test_the_threshold_lets_one_in_a_hundred_negatives_pass() -> None:
    probabilities = np.zeros((200, 6))
    probabilities[:, 0] = np.linspace(0, 0.995, 200)
    threshold = threshold_for(probabilities, np.full(200, 5))
    assert (probabilities[:, 0] >= threshold).sum() <= 2
