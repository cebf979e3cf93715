from pathlib import Path

import numpy as np
import torch

from cameras.training.compose.shelf import Shelf
from cameras.training.examples import Examples, examples, unpacked
from cameras.training.export import export, scores, write_manifest
from cameras.training.join import join
from cameras.training.network import SHAPES, Network
from cameras.training.train import Trained
from cameras.watch.verifier import Verifier, shipped_head
from tests.cameras.training.scenes import candidate, street, with_bag

TEMPERATURES = (0.7, 1.3)


def small(place: Path, number: int) -> tuple[Network, Path]:
    torch.manual_seed(number)
    network = Network(SHAPES["narrow"]).eval()
    path = export(Trained(network, TEMPERATURES[number], [], 0.0), place / f"{number}")
    write_manifest(path, threshold=0.5, origin={"seed": number})
    return network, path


def mean_logits(networks: list[Network], given: Examples) -> np.ndarray:
    seen = torch.from_numpy(unpacked(given.strips)), torch.from_numpy(given.numbers)
    with torch.no_grad():
        told = [network(*seen) / heat for network, heat in zip(networks, TEMPERATURES, strict=True)]
    return np.asarray(torch.stack([one[0] if isinstance(one, tuple) else one for one in told]).mean(0).numpy())


def test_joined_networks_say_the_mean_of_what_each_says(tmp_path: Path) -> None:
    made = [small(tmp_path, number) for number in (0, 1)]
    given = examples(Shelf("val"), seed=2, count=4)
    path = join([place for _, place in made], tmp_path / "joined", temperature=2.0)
    raised = np.exp(mean_logits([network for network, _ in made], given) / 2.0)
    assert np.abs(scores(path, given) - raised / raised.sum(1, keepdims=True)).max() < 1e-5


def test_a_joined_network_is_one_that_a_node_can_learn_upon(tmp_path: Path) -> None:
    path = join([small(tmp_path, number)[1] for number in (0, 1)], tmp_path / "joined")
    write_manifest(path, threshold=0.5, origin={"seed": 1})
    judged = Verifier(path).judge(candidate(street(), with_bag(street())))
    assert judged.features is not None
    assert len(judged.features) == 2 * SHAPES["narrow"].features
    told = shipped_head(path).scores(judged.features[np.newaxis])[0]
    assert np.abs(told - list(judged.scores.values())).max() < 1e-5
