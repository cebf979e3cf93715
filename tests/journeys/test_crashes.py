"""A few rounds of the crash test in the suite; two hundred of them are `python -m tests.benchmarks.crash --rounds 200`."""

import asyncio
from pathlib import Path

from tests.benchmarks.crash import run
from tests.benchmarks.crash_rounds import Asked, Figures

SEED = 6
"""Both die in the first round, nobody in the second, the broker in the third."""


def test_a_vote_survives_the_death_of_broker_and_desk(tmp_path: Path) -> None:
    seen: list[int] = []

    def progress(now: Figures) -> None:
        seen.append(now.rounds)

    figures = asyncio.run(run(Asked(rounds=3, seed=SEED, voters=10), tmp_path / "home", progress))
    assert seen == [1, 2, 3]
    assert not figures.wrong, "\n".join(figures.wrong)
    assert (figures.acknowledged_lost, figures.counted_twice, figures.told_without_receipt) == (0, 0, 0)
    assert min(figures.killed.values()) > 0
    assert figures.acknowledged > figures.rounds * 3
