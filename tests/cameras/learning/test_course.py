"""A node learns a last layer from its officers' verdicts: it gets better where there is something to learn, and says so when there is not."""

from pathlib import Path

import numpy as np
import pytest

from cameras.domain.cases import Reason, Verdict
from cameras.learning.compare import Better, Scored, compare
from cameras.learning.course import LEAST, TooFew, study
from cameras.learning.fit import Lessons, learned
from cameras.learning.lessons import may_be
from cameras.watch import keepsake
from cameras.watch.heads import Networks, pack, unpack
from cameras.watch.strip import strip
from cameras.watch.verifier import DUMPING, Fault, Verifier, WeightsRefused
from cameras.watch.verifier import Verdict as Class
from tests.cameras.learning.conftest import F, example, head, write
from tests.cameras.training.scenes import candidate, street, with_bag

SEEN = candidate(street(), with_bag(street()))


def test_verdicts_that_know_better_than_the_network_make_it_better(network: Verifier) -> None:
    dice = np.random.default_rng(1)
    told = [example(dice, dumping=bool(number % 3), looks=True) for number in range(120)]
    course = study(told, network, head())
    assert course.comparison.better is Better.YES
    assert (course.learned_from, course.comparison.count) == (84, 36)
    first, second = course.comparison.first, course.comparison.second
    assert second.brier < 0.1 < first.brier
    assert (second.flagged, second.right) == (second.confirmed, second.confirmed)


def test_verdicts_by_the_toss_of_a_coin_make_nothing_better(network: Verifier) -> None:
    dice = np.random.default_rng(2)
    tossed = [example(dice, dumping=bool(dice.integers(2)), looks=bool(dice.integers(2))) for _ in range(90)]
    shuffled = [
        type(one)(other.strip, one.verdict, one.reason)
        for one, other in zip(tossed, dice.permutation(np.array(tossed, object)), strict=True)
    ]
    assert study(shuffled, network, head()).comparison.better is not Better.NO
    certain = [example(dice, dumping=bool(number % 2), looks=bool(number % 2)) for number in range(90)]
    assert study(certain, network, head()).comparison.second.brier <= study(certain, network, head()).comparison.first.brier + 0.01


@pytest.mark.parametrize(("confirmed", "rejected", "missing"), [(0, 0, LEAST), (30, 10, 20), (100, 5, 7)])
def test_too_few_verdicts_are_refused_with_how_many_are_missing(network: Verifier, confirmed: int, rejected: int, missing: int) -> None:
    dice = np.random.default_rng(3)
    told = [example(dice, dumping=number < confirmed, looks=True) for number in range(confirmed + rejected)]
    told += [example(dice, dumping=False, looks=True, reason=Reason.SANITATION)] * 50
    with pytest.raises(TooFew) as refused:
        study(told, network, head())
    assert (refused.value.facts["found"], refused.value.facts["missing"]) == (confirmed + rejected, missing)


def test_weights_without_features_cannot_learn(tmp_path: Path) -> None:
    dice = np.random.default_rng(4)
    with pytest.raises(WeightsRefused) as refused:
        study([example(dice, dumping=True, looks=True)], write(tmp_path, features=False), head())
    assert refused.value.code is Fault.HEAD


def test_a_strong_anchor_holds_the_current_layer() -> None:
    dice = np.random.default_rng(5)
    known = Lessons(dice.normal(size=(40, F)).astype(np.float32), np.tile(np.eye(6, dtype=np.float32)[2], (40, 1)))
    held, free = learned(known, head(), 1e6), learned(known, head(), 0.01)
    assert np.abs(held.weight - head().weight).max() < 1e-3
    assert held.scores(known.features)[:, 2].mean() < 0.5
    assert free.scores(known.features)[:, 2].mean() > 0.9


def test_a_verdict_allows_the_classes_that_agree_with_it() -> None:
    assert may_be(Verdict.CONFIRMED, None) == frozenset(DUMPING)
    assert may_be(Verdict.REJECTED, Reason.LIGHT) == {Class.LIGHT_OR_NOISE}
    assert not may_be(Verdict.REJECTED, Reason.NO_WASTE) & frozenset(DUMPING)
    assert not may_be(Verdict.REJECTED, Reason.SANITATION)
    assert not may_be(Verdict.UNSURE, None)


def test_what_is_kept_of_a_candidate_is_what_the_network_saw() -> None:
    seen, numbers = strip(SEEN)
    kept = keepsake.pack(SEEN)
    again, same = keepsake.unpack(kept)
    assert len(kept) < 100_000
    assert np.abs(again - seen).max() <= 0.5 / keepsake.SCALE + 1e-6
    assert np.array_equal(same, numbers)
    for broken in (b"", b"PK", kept[: len(kept) // 2]):
        with pytest.raises(ValueError, match=r".*"):
            keepsake.unpack(broken)


def test_a_learned_layer_judges_and_the_shadow_only_notes(network: Verifier) -> None:
    weights = network.load().sha256
    told = SEEN
    bold, shy = head(threshold=0.01), head(threshold=0.99)
    bold.bias[0], shy.bias[3] = 8.0, 8.0
    networks = Networks(network)
    plain = networks.judge(told)
    networks.use(pack(bold, weights), pack(shy, weights))
    judged = networks.judge(told)
    assert judged.score > max(plain.score, 0.9)
    assert (judged.threshold, judged.model) == (0.01, unpack(pack(bold, weights), weights).sha256)
    assert judged.beside is not None
    assert judged.beside[1] < 0.1
    assert judged.beside[2] == 0.99
    with pytest.raises(WeightsRefused):
        networks.use(pack(bold, "0" * 64), None)
    assert networks.judge(told) == judged, "what is refused changes nothing"
    networks.use(None, None)
    assert networks.judge(told) == plain


def test_two_networks_are_compared_on_the_same_verdicts() -> None:
    truth = [True, False] * 20
    sure = [0.95 if one else 0.05 for one in truth]
    blind = [0.5] * 40
    found = compare(Scored(blind, 0.4), Scored(sure, 0.8), truth)
    assert found.better is Better.YES
    assert (found.first.flagged, found.first.right, found.second.flagged, found.second.right) == (40, 20, 20, 20)
    assert found.second.precision[0] > found.first.precision[1]
    assert compare(Scored(sure, 0.8), Scored(blind, 0.4), truth).better is Better.NO
    assert compare(Scored(sure, 0.8), Scored(sure, 0.8), truth).better is Better.UNCLEAR
