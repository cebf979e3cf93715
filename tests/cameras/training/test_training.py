from pathlib import Path

import numpy as np
import pytest
import torch

from cameras.training.__main__ import main
from cameras.training.compose.shelf import Shelf
from cameras.training.evaluate import interval, threshold_for
from cameras.training.examples import examples, packed, unpacked
from cameras.training.export import export, scores
from cameras.training.network import Calibrated, Network
from cameras.training.train import Plan, Trained, auc, train
from cameras.watch.verifier import Verifier
from tests.cameras.training.scenes import candidate, street, with_bag


def test_what_ships_computes_what_was_trained(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = Network().eval()
    given = examples(Shelf("val"), seed=2, count=6)
    path = export(Trained(network, 0.7, [], 0.0), tmp_path)
    with torch.no_grad():
        wanted = Calibrated(network, 0.7)(torch.from_numpy(unpacked(given.strips)), torch.from_numpy(given.numbers)).numpy()
    assert np.abs(scores(path, given) - wanted).max() < 1e-5


def test_the_runtime_cuts_what_training_cut(tmp_path: Path) -> None:
    """From the command to a judgement: the written manifest admits the written weights."""
    assert main(["--painted", "--count", "96", "--epochs", "1", "--out", str(tmp_path)]) == 0
    judged = Verifier(tmp_path / "dumping.onnx").judge(candidate(street(), with_bag(street())))
    assert 0.0 <= judged.score <= 1.0
    assert "painted only" in (tmp_path / "CARD.md").read_text(encoding="utf-8")


def test_the_same_seed_trains_the_same_network() -> None:
    learn, check = (examples(Shelf(split), seed=1, count=64) for split in ("train", "val"))
    first, second = (train(learn, check, Plan(epochs=1, batch=16)).network.state_dict() for _ in range(2))
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


def test_the_interval_is_clopper_pearson() -> None:
    assert interval(0, 10) == pytest.approx((0.0, 0.3085), abs=1e-4)
    assert interval(5, 10) == pytest.approx((0.1871, 0.8129), abs=1e-4)
    assert interval(10, 10) == pytest.approx((0.6915, 1.0), abs=1e-4)
