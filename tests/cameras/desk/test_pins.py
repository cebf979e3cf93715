"""What watchers keep for sightings: told with the reason, and let go once a dismissal is final."""

from datetime import timedelta
from typing import Any

import httpx

from broker.messages.cameras import Pin, Pins, Released
from cameras.desk.models import VerdictAsk
from cameras.domain.cases import Reason, Verdict
from tests.cameras.desk.conftest import AN, START, Bench


def tell(bench: Bench, *sightings: str) -> None:
    pins = tuple(
        Pin(
            sighting=name,
            camera="cam-1",
            since=START,
            until=START + timedelta(minutes=1),
            kept_until=START + timedelta(days=730),
            bytes=4_000_000,
        )
        for name in sightings
    )
    taken = bench.desk.keeping.take("dinh/1/devices/watcher-1/pins", Pins(at=bench.clock.now, pins=pins).to_bytes())
    assert taken is not None
    taken.result(10)


def released(bench: Bench) -> list[tuple[str, tuple[str, ...]]]:
    return [(topic, message.sightings) for topic, message in bench.air.said if isinstance(message, Released)]


def judge(bench: Bench, sighting: str, verdict: Verdict, reason: Reason | None = None) -> None:
    revision = bench.desk.whole(sighting, account=AN.account).revision
    bench.desk.judge(sighting, VerdictAsk(verdict=verdict, reason=reason, revision=revision), AN)


def test_what_was_dismissed_may_go_once_nobody_can_take_it_back(bench: Bench, web: httpx.Client) -> None:
    for name in ("s-1", "s-2", "s-3"):
        bench.flagged(name)
    judge(bench, "s-1", Verdict.REJECTED, Reason.ANIMAL)
    judge(bench, "s-2", Verdict.CONFIRMED)
    tell(bench, "s-1", "s-2", "s-3", "s-9")
    assert released(bench) == [], "it can still be undone"
    bench.clock.pass_by(bench.desk.settings.undo_s + 1)
    tell(bench, "s-1", "s-2", "s-3", "s-9")
    assert released(bench) == [("dinh/1/devices/watcher-1/released", ("s-1",))]
    kept: list[dict[str, Any]] = web.get("/api/kept", params={"camera": "cam-1"}).json()
    assert {one["sighting"]: (one["state"], one["reason"]) for one in kept} == {
        "s-1": ("rejected", "animal"),
        "s-2": ("confirmed", None),
        "s-3": ("flagged", None),
    }
    tell(bench, "s-2", "s-3")
    assert len(web.get("/api/kept").json()) == 2
    assert web.get("/api/kept", params={"camera": "cam-2"}).json() == []


def test_what_is_no_list_changes_nothing(bench: Bench) -> None:
    tell(bench)
    for payload in (b"", b"{}", b'{"at": 3, "pins": [{"sighting": "s-1"}]}'):
        bench.desk.keeping.take("dinh/1/devices/watcher-1/pins", payload)
    assert bench.desk.keeping.all() == []
