"""The ledger at the desk: pages are taken once, what nobody said is a gap, and a person is told the day in minutes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import select

from broker.messages.cameras import AuditLine, Entered, LedgerLine, LedgerPage
from cameras.desk.ledger import Ledger, LedgerDoor
from cameras.desk.models import LedgerDay, VerdictAsk
from cameras.desk.tables import LedgerRow
from cameras.domain.cases import Verdict
from tests.cameras.desk.conftest import AN, START, Bench

HOUR = START.replace(minute=0)
"""01:00 UTC; the camera was registered at 01:20, and it is 01:30."""


def page(*lines: tuple[datetime, str], name: str = "p-1", camera: str = "cam-1", audits: tuple[AuditLine, ...] = ()) -> LedgerPage:
    told = tuple(LedgerLine(camera=camera, since=since, runs=runs) for since, runs in lines)
    return LedgerPage(page=name, lines=told, audits=audits)


def take(bench: Bench, said: LedgerPage | bytes, watcher: str = "watcher-1") -> None:
    payload = said if isinstance(said, bytes) else said.to_bytes()
    taken = LedgerDoor(bench.desk.house).take(f"dinh/1/devices/{watcher}/ledger", payload)
    if taken is not None:
        taken.result(10)


def today(bench: Bench) -> LedgerDay:
    return Ledger(bench.desk.house).day("cam-1", None)


def runs(bench: Bench) -> list[tuple[str, int, int]]:
    return [(run.state.value, run.start, run.minutes) for run in today(bench).runs]


def answered(bench: Bench) -> list[tuple[str, str]]:
    return [(topic, message.page) for topic, message in bench.air.said if isinstance(message, Entered)]


def test_a_page_is_on_disk_before_it_is_answered_and_the_day_knows_it(bench: Bench) -> None:
    bench.clock.pass_by(3600 * 2)
    said = page((START, "i3600"), (START + timedelta(hours=1), "s600g300c2-1498i1200"))
    take(bench, said)
    take(bench, said)
    assert answered(bench) == [("dinh/1/devices/watcher-1/entered", "p-1")] * 2
    day = today(bench)
    eight = 8 * 60
    assert runs(bench) == [
        ("gap", eight + 20, 10),
        ("idle", eight + 30, 60),
        ("seen", eight + 90, 10),
        ("gap", eight + 100, 30),
        ("idle", 610, 18),
    ]
    assert (day.day, day.blind, day.last) == ("2026-03-05", 40, "idle")
    assert day.minutes == {"idle": 78, "seen": 10, "gap": 40}
    bench.flagged()
    bench.desk.judge("s-1", VerdictAsk(verdict=Verdict.CONFIRMED), AN)
    (camera,) = bench.desk.summary(None).cameras
    assert (camera.camera_name, camera.watched, camera.blind, camera.state, camera.confirmed) == ("Cổng chợ", 88, 40, "idle", 1)


def test_a_camera_of_which_nobody_says_anything_is_blind(bench: Bench) -> None:
    assert runs(bench) == [("gap", 8 * 60 + 20, 8)], "from its registration to two minutes ago"


def test_an_hour_is_one_short_row(bench: Bench) -> None:
    bench.clock.pass_by(7200)
    for minute in range(60):
        take(bench, page((START + timedelta(minutes=minute), "i60"), name=f"p-{minute}"))
    with bench.store.reader() as session:
        rows = {row.hour: row.runs for row in session.exec(select(LedgerRow)).all()}
    assert rows == {HOUR: "-1800i1800", HOUR + timedelta(hours=1): "i1800-1800"}


def test_parts_of_a_minute_make_one_and_the_worse_of_two_words_stays(bench: Bench) -> None:
    bench.clock.pass_by(600)
    take(bench, page((START, "s20-40")))
    take(bench, page((START, "-30s30")))
    take(bench, page((START, "-10g5-45")))
    with bench.store.reader() as session:
        (row,) = session.exec(select(LedgerRow)).all()
    assert row.runs == "-1800s10g5s5-10s30-1740"


def test_what_one_of_two_watchers_saw_was_seen(bench: Bench) -> None:
    bench.clock.pass_by(600)
    take(bench, page((START, "s60g120")))
    take(bench, page((START, "-70i110")), watcher="watcher-2")
    assert runs(bench)[1:] == [("seen", 510, 1), ("gap", 511, 1), ("idle", 512, 1), ("gap", 513, 5)]


def test_nothing_is_believed_of_the_time_to_come(bench: Bench) -> None:
    take(bench, page((START - timedelta(minutes=5), "s3600")))
    bench.clock.pass_by(600)
    assert runs(bench) == [("gap", 500, 5), ("seen", 505, 6), ("gap", 511, 7)]


@pytest.mark.parametrize("line", [(START, "x60"), (START + timedelta(seconds=7), "s60")])
def test_a_line_that_cannot_be_is_left_out_and_the_rest_is_taken(bench: Bench, line: tuple[datetime, str]) -> None:
    bench.clock.pass_by(600)
    take(bench, page(line, (START + timedelta(minutes=1), "s60")))
    assert [run for run in runs(bench) if run[0] == "seen"] == [("seen", 511, 1)]
    assert len(answered(bench)) == 1


def test_a_strange_camera_and_a_malformed_page_change_nothing(bench: Bench) -> None:
    take(bench, page((START, "s60"), camera="cam-9"))
    take(bench, b'{"page": "p-9"}')
    with bench.store.reader() as session:
        assert not session.exec(select(LedgerRow)).all()
    assert len(answered(bench)) == 1, "the watcher need not keep what will never be taken; a page that nobody can read is not answered"


def test_audits_are_counted_once_each_with_their_interval(bench: Bench) -> None:
    def audit(minute: int, moved_s: float) -> AuditLine:
        return AuditLine(camera="cam-1", at=START - timedelta(minutes=minute), moved_s=moved_s, level=12.5, threshold=12.8)

    told = page(audits=tuple(audit(minute, 0.0) for minute in range(119)))
    take(bench, told)
    take(bench, told)
    take(bench, page(audits=(audit(500, 0.0),)))
    figures = today(bench).audited
    assert (figures.audited, figures.missed, figures.low) == (120, 0, 0.0)
    assert round(figures.high, 3) == 0.031
    take(bench, page(audits=(audit(600, 4.5), AuditLine(camera="cam-1", at=START - timedelta(days=31), moved_s=3))))
    day = today(bench)
    assert (day.audited.audited, day.audited.missed) == (121, 1)
    assert [(missed.moved_s, missed.threshold) for missed in day.missed] == [(4.5, 12.8)]


def test_the_week_is_there_for_every_camera_through_http(bench: Bench, web: httpx.Client) -> None:
    bench.clock.pass_by(86_400)
    take(bench, page((START, "s86400")))
    week: dict[str, Any] = web.get("/api/ledger").json()
    (camera,) = week["cameras"]
    assert week["days"][:2] == ["2026-03-06", "2026-03-05"]
    assert [day["blind"] for day in camera["days"]] == [0, 10, 0, 0, 0, 0, 0]
    assert week["audited"] == camera["audited"] == {"audited": 0, "missed": 0, "low": 0, "high": 1}
    assert camera["days"][1]["minutes"] == {"gap": 10, "seen": 15 * 60 + 30}
    day = web.get("/api/ledger/cam-1", params={"day": "2026-03-05"}).json()
    assert day["runs"][-1] == {"state": "seen", "start": 510, "minutes": 930}
    assert web.get("/api/ledger/cam-9").status_code == 404


def test_a_day_is_the_communes(bench: Bench) -> None:
    bench.clock.now = datetime(2026, 3, 5, 17, 10, tzinfo=UTC)
    take(bench, page((datetime(2026, 3, 5, 16, 58, tzinfo=UTC), "s720")))
    assert runs(bench) == [("seen", 0, 8)], "since midnight in the commune"


def test_a_month_says_how_much_was_seen_and_when_the_longest_gap_was(bench: Bench, web: httpx.Client) -> None:
    """A gap over midnight is one; what was switched off is nobody's share."""
    bench.clock.pass_by(2 * 86_400)
    night = datetime(2026, 3, 5, 16, 30, tzinfo=UTC)
    """23:30 of the commune's fifth of March."""
    take(bench, page((START, f"s{int((night - START).total_seconds())}"), (night + timedelta(hours=1), "c3600o7200i172800")))
    month: dict[str, Any] = web.get("/api/ledger/months/2026-03").json()
    (camera,) = month["cameras"]
    assert camera["longest"] == {"since": "2026-03-05T16:30:00Z", "minutes": 120}, "nobody's hour and the covered one, without a break"
    seen, idle = 15 * 60, (datetime.fromisoformat(month["until"]) - night).total_seconds() / 60 - 240
    assert camera["minutes"] == {"gap": 10 + 60, "seen": seen, "covered": 60, "off": 120, "idle": idle}
    assert (camera["blind"], camera["watched"]) == (130, seen + idle)
    assert camera["share"] == pytest.approx((seen + idle) / (seen + idle + 130))
    empty = web.get("/api/ledger/months/2026-02").json()["cameras"][0]
    assert (empty["minutes"], empty["share"], empty["longest"]) == ({}, None, None)
    assert web.get("/api/ledger/months/2026-13").status_code == 422
