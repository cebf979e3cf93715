"""How many flags a camera raises: counted in the sighting's own commit, moved by verdicts, chosen by people, and nothing is lost."""

from typing import Any

import httpx
import pytest

from cameras.desk.models import VerdictAsk
from cameras.domain.budget import PER_DAY
from cameras.domain.cases import Reason, State, Verdict
from tests.cameras.desk.conftest import AN, Bench

DAY_S = 86400


def states(bench: Bench, *sightings: str) -> list[str]:
    return [bench.desk.whole(sighting, account="x").state for sighting in sightings]


def test_what_is_over_the_budget_is_kept_below_the_threshold_and_told_to_nobody(bench: Bench, web: httpx.Client) -> None:
    storm = [bench.flagged(f"s-{number}", score=0.95) for number in range(6)]
    assert states(bench, *storm) == [State.FLAGGED] * PER_DAY + [State.SUSPECTED] * 3
    assert bench.facts() == [("cameras.sighting_flagged", sighting) for sighting in storm[:PER_DAY]]
    assert [message.ok for message in bench.air.settled()] == [True] * 6
    assert {line["id"] for line in web.get("/api/sightings?state=suspected").json()} == set(storm[PER_DAY:])
    told = web.get("/api/sightings/s-5").json()
    assert (told["base"], told["level"], told["threshold"]) == (0.6, 0.6, pytest.approx(1.0))
    summary = web.get("/api/sightings/summary").json()
    assert (summary["open"], summary["quiet"], summary["flagged"], summary["cameras"][0]["open"]) == (3, 3, 3, 3)
    bench.clock.pass_by(DAY_S / 2)
    assert states(bench, bench.flagged("s-later", score=0.95)) == [State.FLAGGED]
    assert bench.desk.judge("s-5", VerdictAsk(verdict=Verdict.CONFIRMED), AN).state is State.CONFIRMED


def test_the_same_sighting_again_is_counted_once(bench: Bench) -> None:
    bench.flagged("s-0")
    said = bench.sighting("s-1")
    for _ in range(5):
        bench.desk.arrivals.receive(said)
    assert states(bench, bench.flagged("s-2")) == [State.FLAGGED]


def test_many_confirmed_flags_lower_the_threshold_and_rejected_ones_raise_it(bench: Bench, web: httpx.Client) -> None:
    web.put("/api/budget", json={"camera": "cam-1", "per_day": 200})
    for number in range(60):
        bench.flagged(f"s-{number}", score=0.9)
        bench.desk.judge(f"s-{number}", VerdictAsk(verdict=Verdict.CONFIRMED), AN)
    assert shown(web)["in_force"][0]["level"] == 0.6, "a verdict that can be taken back proves nothing yet"
    bench.clock.pass_by(121)
    camera = shown(web)
    assert (camera["precision"]["decided"], camera["precision"]["confirmed"]) == (60, 60)
    assert camera["precision"]["low"] > 0.9
    assert [(one["light"], one["level"], one["base"]) for one in camera["in_force"]] == [("day", 0.56, 0.6), ("night", 0.6, 0.6)]
    assert states(bench, bench.flagged("s-lower", score=0.57)) == [State.FLAGGED]
    for number in range(60, 90):
        bench.flagged(f"s-{number}", score=0.9)
        bench.desk.judge(f"s-{number}", VerdictAsk(verdict=Verdict.REJECTED, reason=Reason.LIGHT), AN)
    bench.clock.pass_by(121)
    bench.desk.judge("s-lower", VerdictAsk(verdict=Verdict.REJECTED, reason=Reason.LIGHT), AN)
    bench.clock.pass_by(121)
    assert shown(web)["in_force"][0]["level"] == 0.6
    other = bench.flagged("s-other", score=0.59, model="1" * 64)
    assert states(bench, other) == [State.SUSPECTED], "another network begins at its own threshold"


def shown(web: httpx.Client) -> dict[str, Any]:
    found: dict[str, Any] = web.get("/api/budget").json()["cameras"][0]
    return found


def test_people_choose_the_budget_for_the_node_and_for_one_camera(bench: Bench, web: httpx.Client) -> None:
    def per_day() -> tuple[int, int, bool]:
        told = web.get("/api/budget").json()
        return told["per_day"], told["cameras"][0]["per_day"], told["cameras"][0]["own"]

    assert per_day() == (PER_DAY, PER_DAY, False)
    web.put("/api/budget", json={"per_day": 5})
    assert per_day() == (5, 5, False)
    web.put("/api/budget", json={"camera": "cam-1", "per_day": 1})
    assert per_day() == (5, 1, True)
    assert states(bench, bench.flagged("s-1"), bench.flagged("s-2")) == [State.FLAGGED, State.SUSPECTED]
    web.put("/api/budget", json={"camera": "cam-1", "per_day": None})
    assert per_day() == (5, 5, False)
    assert web.put("/api/budget", json={"per_day": 0}).status_code == 422
    assert web.put("/api/budget", json={"camera": "cam-9", "per_day": 2}).json()["code"] == "cameras.unknown_camera"
