"""Last layers on the node: one is live, one may be in the shadow, the one before comes back; and no officer sees what the shadow thought."""

import httpx

from broker.messages.cameras import Shadow
from cameras.desk import heads
from cameras.desk.heads import Role
from cameras.desk.models import VerdictAsk
from cameras.domain.cases import Reason, Verdict
from tests.cameras.desk.conftest import AN, START, Bench


def put(bench: Bench, role: Role, content: bytes | None) -> None:
    bench.desk.house.writer.submit(lambda entry: heads.put(entry.session, role, content, weights="0" * 64, now=START)).result(5)


def roles(bench: Bench) -> list[bytes | None]:
    with bench.store.reader() as session:
        return [heads.find(session, role) for role in (Role.LIVE, Role.BEFORE, Role.SHADOW)]


def test_one_is_live_and_the_one_before_comes_back(bench: Bench) -> None:
    with bench.store.reader() as session:
        assert heads.wanted(session) == {}
    put(bench, Role.LIVE, b"first")
    put(bench, Role.LIVE, b"second")
    put(bench, Role.SHADOW, b"third")
    assert roles(bench) == [b"second", b"first", b"third"]
    with bench.store.reader() as session:
        assert heads.wanted(session) == {"heads": {"live": "c2Vjb25k", "shadow": "dGhpcmQ="}}
    assert bench.desk.house.writer.submit(lambda entry: heads.back(entry.session)).result(5)
    assert roles(bench) == [b"first", b"second", b"third"]
    put(bench, Role.SHADOW, None)
    put(bench, Role.LIVE, b"second")
    assert roles(bench) == [b"second", b"first", None]


def test_before_the_first_one_was_the_network_as_it_ships(bench: Bench) -> None:
    assert not bench.desk.house.writer.submit(lambda entry: heads.back(entry.session)).result(5)
    put(bench, Role.LIVE, b"first")
    assert bench.desk.house.writer.submit(lambda entry: heads.back(entry.session)).result(5)
    assert roles(bench) == [None, b"first", None]


def test_what_the_shadow_thought_is_kept_for_the_comparison_and_told_to_nobody(bench: Bench, web: httpx.Client) -> None:
    tried = "a" * 64
    strip = bench.files("s-1", strip_npz=b"strip", poster_jpg=b"poster")
    bench.flagged("s-1", evidence=strip, shadow=Shadow(model=tried, score=0.4321, threshold=0.77))
    bench.flagged("s-2", score=0.55, shadow=Shadow(model=tried, score=0.8, threshold=0.77))
    bench.flagged("s-3", score=0.9)
    shown = web.get("/api/sightings/s-1").text + web.get("/api/sightings").text
    assert "0.4321" not in shown
    assert "shadow" not in shown
    for sighting in ("s-1", "s-2"):
        bench.desk.judge(sighting, VerdictAsk(verdict=Verdict.REJECTED, reason=Reason.LIGHT), AN)
    bench.desk.judge("s-3", VerdictAsk(verdict=Verdict.CONFIRMED), AN)
    with bench.store.reader() as session:
        first, second, third = heads.judged(session, bench.folder, tried)
        assert [one.shadow for one in heads.judged(session, bench.folder, "b" * 64)] == [None] * 3
    assert (first.shadow, second.shadow, third.shadow) == ((0.4321, 0.77), (0.8, 0.77), None)
    assert first.strip is not None
    assert (first.strip.read_bytes(), first.verdict, first.reason) == (b"strip", Verdict.REJECTED, Reason.LIGHT)
    assert (second.strip, second.threshold) == (None, 0.6)
