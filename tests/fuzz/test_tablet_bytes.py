"""A short run of every fuzz target in the suite; an hour of it is `python -m tests.fuzz.tablets --minutes 60`.

hypothesis draws the inputs: one number begins one of the target's own inventions, or bytes that hypothesis thinks of.
"""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.engine import TARGETS, make
from tests.fuzz.mutate import compact
from tests.fuzz.signer import Pen, judged
from tests.fuzz.target import Target

SHORT = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
AT_ONCE = 5
"""Inputs that one number begins."""


@pytest.fixture(scope="module", params=sorted(TARGETS))
def target(request: pytest.FixtureRequest) -> Iterator[Target]:
    """Each door in turn."""
    made = make(request.param)
    yield made
    made.close()


@given(seed=st.integers(0, 2**32), raw=st.binary(max_size=80))
@SHORT
def test_no_bytes_of_a_tablet_do_harm(target: Target, seed: int, raw: bytes) -> None:
    draw = Random(seed)
    for _ in range(AT_ONCE):
        target.feed(target.invent(draw))
    target.feed(b"\0" + raw)
    assert target.name in TARGETS


def test_the_judge_is_no_yes_man() -> None:
    """What the oracles stand on: an honest text passes, and each way to be wrong does not."""
    pen, other = Pen(5), Pen(6)
    honest = compact(pen.header, {"a": "b"}, pen.sign)
    header, payload, signature = honest.split(".")
    assert judged(honest, pen.key, pen.kid) == {"a": "b"}
    assert judged(honest, other.key, other.kid) is None
    for wrong in (
        compact(pen.header, {"a": "b"}, other.sign),
        compact({**pen.header, "x": "1"}, {"a": "b"}, pen.sign),
        f"{header}.{payload}.{signature[:-1]}{'A' if signature[-1] != 'A' else 'B'}",
        f"{honest}=",
        f"{header}.{payload}",
    ):
        assert judged(wrong, pen.key, pen.kid) is None
