"""A report reaches its receiver at least once, in order, under one key, whatever happens on the way."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from standardwebhooks import Webhook

from edge.reporting.courier import wait_s
from edge.reporting.errors import Code, Refusal
from edge.reporting.models import ConnectorPatch
from edge.reporting.settings import ReportingSettings
from tests.edge.reporting.conftest import SETTINGS, Happened, Office, Receiver, until


def slowly(seconds: float) -> Callable[[Request, int], Response]:
    """An answer that takes its time."""

    def answer(_request: Request, _count: int) -> Response:
        time.sleep(seconds)
        return Response(status_code=202)

    return answer


def test_a_fact_arrives_as_a_signed_cloud_event(any_office: Office, receiver: Receiver) -> None:
    made = any_office.connect(receiver.url)
    any_office.happen(Happened(details={"camera_name": "Cổng chợ"}))
    with any_office.running():
        until(lambda: any_office.states() == ["delivered"])
    ((headers, body),) = receiver.came
    event = Webhook(str(made.secret)).verify(body, headers)
    assert event["data"] == {"camera_name": "Cổng chợ", "media_url": "https://dinh.test/api/shared/s-1/act.jpg?until=1&mac=x"}
    wanted = {"specversion": "1.0", "type": "dinh.cameras.case_confirmed", "source": "/dinh/test", "subject": "s-1"}
    assert wanted.items() <= event.items()
    assert event["id"] == headers["webhook-id"] == any_office.deliveries()[0].fact
    assert headers["content-type"].startswith("application/cloudevents+json")
    assert datetime.fromisoformat(event["time"]).tzinfo is not None
    assert [(told.kind, told.subject) for told in any_office.told] == [("cameras.case_confirmed", "s-1")]


def test_failures_are_tried_again_with_the_same_key_until_it_arrives(any_office: Office, receiver: Receiver) -> None:
    statuses = [500, 404, 401, 503, 202]
    receiver.answer = lambda _request, count: Response(status_code=statuses[count - 1])
    any_office.connect(receiver.url)
    any_office.happen(Happened())
    with any_office.running():
        until(lambda: any_office.states() == ["delivered"])
    assert len(receiver.came) == 5
    assert len(set(receiver.keys())) == 1
    assert any_office.deliveries()[0].attempts == 5


def test_a_receiver_that_hangs_is_a_time_out_and_holds_up_nobody_else(office: Office, receiver: Receiver) -> None:
    office.settings = replace(SETTINGS, timeout_s=0.3)
    office.reporting = office.made()

    def hang(request: Request, _count: int) -> Response:
        if request.url.path == "/slow":
            time.sleep(0.6)
        return Response(status_code=202)

    receiver.answer = hang
    slow = office.connect(receiver.url + "/slow")
    office.connect(receiver.url + "/quick")
    office.happen(Happened())
    with office.running():
        until(lambda: sorted(office.states()) == ["delivered", "waiting"])
        until(lambda: any(row.code == Code.TIMED_OUT for row in office.deliveries()))
    assert [row.connector for row in office.deliveries() if row.code == Code.TIMED_OUT] == [slow.id]


def test_a_redirect_is_not_followed(office: Office, receiver: Receiver) -> None:
    receiver.answer = lambda _request, _count: RedirectResponse(receiver.url + "/elsewhere", status_code=307)
    office.connect(receiver.url + "/here")
    office.happen(Happened())
    with office.running():
        until(lambda: office.deliveries() != [] and office.deliveries()[0].code == Code.REDIRECTED)
    assert office.states() == ["waiting"]


def test_410_disables_the_connector_and_what_waits_is_kept_until_it_is_woken(office: Office, receiver: Receiver) -> None:
    receiver.answer = lambda _request, _count: Response(status_code=410)
    made = office.connect(receiver.url)
    office.happen(Happened())
    with office.running():
        until(lambda: office.reporting.connectors()[0].state == "gone")
        office.happen(Happened(subject="s-2"))
        until(lambda: office.states() == ["waiting", "waiting"])
        time.sleep(0.1)
        assert len(receiver.came) == 1
        receiver.answer = lambda _request, _count: Response(status_code=200)
        office.reporting.change(made.id, ConnectorPatch(state="on"))
        until(lambda: office.states() == ["delivered", "delivered"])


def test_one_subject_is_told_in_order_while_others_pass(office: Office, receiver: Receiver) -> None:
    seen: list[str] = []

    def answer(_request: Request, count: int) -> Response:
        event = json.loads(receiver.came[count - 1][1])
        if event["subject"] == "m-1" and len(seen) < 3:
            seen.append(event["type"])
            return Response(status_code=500)
        seen.append(event["type"])
        return Response(status_code=202)

    receiver.answer = answer
    office.connect(receiver.url)
    office.happen(Happened("meeting.first", "m-1"), Happened("meeting.second", "m-1"), Happened("meeting.other", "m-2"))
    with office.running():
        until(lambda: office.states() == ["delivered"] * 3)
    first = [kind for kind in seen if kind != "dinh.meeting.other"]
    assert first[-1] == "dinh.meeting.second"
    assert set(first[:-1]) == {"dinh.meeting.first"}


def test_a_restart_in_the_middle_sends_again_under_the_same_key(any_office: Office, receiver: Receiver) -> None:
    any_office.connect(receiver.url)
    receiver.answer = slowly(0.5)
    any_office.happen(Happened())
    with any_office.running():
        until(lambda: len(receiver.came) == 1)  # it is on the wire, its answer is not here yet: the courier dies
    assert any_office.states() == ["waiting"]
    receiver.answer = lambda _request, _count: Response(status_code=202)
    any_office.reporting = any_office.made()
    with any_office.running():
        until(lambda: any_office.states() == ["delivered"])
    assert len(receiver.came) == 2
    assert len(set(receiver.keys())) == 1


def test_a_fact_from_before_the_courier_started_is_told_once_to_each_connector(office: Office, receiver: Receiver) -> None:
    office.connect(receiver.url + "/a")
    office.connect(receiver.url + "/b")
    office.happen(*(Happened(subject=f"s-{number}") for number in range(30)))
    for _ in range(3):  # restarts never make a second delivery
        with office.running():
            time.sleep(0.1)
        office.reporting = office.made()
    with office.running():
        until(lambda: office.states() == ["delivered"] * 60)
    assert len(set(receiver.keys())) == 30


def test_what_nobody_wants_is_not_kept_waiting(office: Office, receiver: Receiver) -> None:
    office.connect(receiver.url, wants=["meeting.*"])
    office.happen(Happened(), Happened("meeting.resolution_adopted", "m-1"), Happened("meetings.other", "m-2"))
    with office.running():
        until(lambda: office.states() == ["delivered"])
    assert json.loads(receiver.came[0][1])["type"] == "dinh.meeting.resolution_adopted"


def test_a_report_that_stays_undelivered_for_days_is_dead_and_can_be_sent_again(office: Office, receiver: Receiver) -> None:
    receiver.answer = lambda _request, _count: Response("<b>sập\n rồi</b>", status_code=500)
    office.connect(receiver.url)
    office.happen(Happened())
    with office.running():
        until(lambda: office.deliveries() != [] and office.deliveries()[0].attempts > 0)
        office.ahead = timedelta(days=5, seconds=1)
        until(lambda: office.states() == ["dead"])
        (dead,) = office.reporting.reports("dead")
        assert (dead.code, dead.facts) == (Code.ANSWERED, {"status": 500, "said": "<b>sập rồi</b>"})
        assert office.reporting.standing().dead == 1
        receiver.answer = lambda _request, _count: Response(status_code=202)
        office.reporting.resend(dead.id)
        until(lambda: office.states() == ["delivered"])
    assert len(set(receiver.keys())) == 1
    with pytest.raises(Refusal) as refused:
        office.reporting.resend(dead.id)
    assert refused.value.code is Code.NOT_DEAD


def test_a_receiver_that_asks_for_time_gets_it(office: Office, receiver: Receiver) -> None:
    receiver.answer = lambda _request, _count: Response(status_code=429, headers={"Retry-After": "3600"})
    office.connect(receiver.url)
    office.happen(Happened())
    with office.running():
        until(lambda: office.deliveries() != [] and office.deliveries()[0].attempts == 1)
    (row,) = office.deliveries()
    assert row.code == Code.BUSY
    assert row.next_at - datetime.now(UTC) > timedelta(minutes=59)


def test_a_held_fact_waits_and_is_withdrawn_when_it_is_taken_back(any_office: Office, receiver: Receiver) -> None:
    any_office.connect(receiver.url, wants=["cameras.*"])
    held = {"hold_until": (datetime.now(UTC) + timedelta(seconds=60)).isoformat()}
    any_office.happen(Happened(details=held), Happened(subject="s-2", details=held))
    with any_office.running():
        until(lambda: any_office.states() == ["waiting", "waiting"])
        any_office.happen(Happened("cameras.case_reopened"))
        until(lambda: any_office.states() == ["withdrawn", "waiting"])
        any_office.ahead = timedelta(seconds=63)
        until(lambda: any_office.states() == ["withdrawn", "delivered"])
    ((_, body),) = receiver.came
    event = json.loads(body)
    assert event["subject"] == "s-2"
    assert "hold_until" not in event["data"]


def test_a_removed_connector_is_told_nothing_more(office: Office, receiver: Receiver) -> None:
    made = office.connect(receiver.url)
    office.reporting.change(made.id, ConnectorPatch(state="off"))
    office.happen(Happened())
    with office.running():
        until(lambda: office.states() == ["waiting"])
        office.reporting.change(made.id, ConnectorPatch(state="removed"))
        until(lambda: office.states() == ["withdrawn"])
    assert office.reporting.connectors() == []
    assert receiver.came == []


def test_nothing_is_sent_twice_by_a_nudge_storm(office: Office, receiver: Receiver) -> None:
    receiver.answer = slowly(0.2)
    office.connect(receiver.url)
    office.happen(Happened())
    with office.running():
        for _ in range(100):
            office.reporting.courier.nudge()
            time.sleep(0.002)
        until(lambda: office.states() == ["delivered"])
    assert len(receiver.came) == 1


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_waiting_doubles_over_days_and_never_passes_its_cap(chance: float) -> None:
    settings = ReportingSettings()
    waits = [wait_s(attempt, settings, chance=chance) for attempt in range(1, 60)]
    assert waits[0] == pytest.approx(5 * (0.8 + 0.4 * chance))
    assert all(later >= earlier for earlier, later in pairwise(waits))
    assert waits[-1] <= settings.longest_wait_s * 1.2
    days = sum(wait_s(attempt, settings, chance=chance) for attempt in range(1, 33)) / 86400
    assert days > 3
