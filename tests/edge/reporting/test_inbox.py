"""The commune inbox, told by a real node."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from edge.http.errors import RefusalTable, install
from edge.reporting.errors import STATUS, Refusal
from edge.reporting.http import routers
from edge.reporting.inbox import Inbox, build
from edge.reporting.inbox_page import page
from edge.reporting.models import ConnectorAsk
from tests.edge.reporting.conftest import Happened, Office, until
from tests.served import served

DETAILS = {
    "camera_name": "Cổng chợ",
    "address": "Chợ xã",
    "reason": "thrown",
    "put_down_at": "2026-03-05T01:29:00+00:00",
    "note": "<script>",
}


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Inbox, str]]:
    inbox = Inbox(folder)
    inbox.open()
    with served(build(inbox)) as address:
        yield inbox, address


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[tuple[Inbox, str]]:
    with opened(tmp_path / "inbox") as both:
        yield both


def connect_both(office: Office, inbox: Inbox, address: str) -> None:
    office.connect(f"{address}/webhook", secret=inbox.secret)
    office.connect(f"{address}/open311", kind="open311", secret=inbox.secret, options={"service_code": "dumping"})


def get(address: str, path: str) -> httpx.Response:
    return httpx.get(address + path, trust_env=False)


def test_a_confirmed_case_arrives_both_ways_and_a_meeting_fact_by_webhook(office: Office, inbox: tuple[Inbox, str]) -> None:
    it, address = inbox
    connect_both(office, it, address)
    office.happen(Happened(details=DETAILS), Happened("meeting.resolution_adopted", "m-1", {"title": "Ngân sách"}))
    with office.running():
        until(lambda: office.states() == ["delivered"] * 3)
    came = get(address, "/received.json").json()
    assert {(entry["door"], entry["about"]) for entry in came} == {
        ("webhook", "cameras.case_confirmed"),
        ("open311", "cameras.case_confirmed"),
        ("webhook", "meeting.resolution_adopted"),
    }
    assert {entry["key"] for entry in came} == {row.fact for row in office.deliveries()}
    assert sorted(entry["door"] for entry in came) == ["open311", "webhook", "webhook"]
    references = {row.reference for row in office.deliveries()} - {None}
    assert len(references) == 1
    assert "api_key" not in next(entry["content"] for entry in came if entry["door"] == "open311")
    shown = get(address, "/").text
    assert "Cổng chợ" in shown
    assert "Ngân sách" in shown
    assert "<script>" not in shown


def test_the_same_report_twice_is_kept_once_even_over_a_restart(tmp_path: Path) -> None:
    inbox = Inbox(tmp_path)
    inbox.open()
    first = inbox.take("webhook", "a", {"type": "x"})
    assert inbox.take("webhook", "a", {"type": "x"})["number"] == first["number"]
    with (tmp_path / "received.jsonl").open("ab") as torn:
        torn.write(b'{"key": "b", "door"')
    again = Inbox(tmp_path)
    again.open()
    assert [entry["key"] for entry in again.received] == ["a"]
    again.take("webhook", "b", {"type": "y"})
    third = Inbox(tmp_path)
    third.open()
    assert [entry["number"] for entry in third.received] == [1, 2]
    assert third.secret == inbox.secret


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{}", 401),
        (
            {"webhook-id": "a", "webhook-timestamp": "1614265330", "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
            b"{}",
            401,
        ),
        ({"webhook-id": "a", "webhook-timestamp": "x", "webhook-signature": "v1"}, b"{}", 401),
        ({}, b"\xff", 400),
    ],
)
def test_an_unsigned_or_stale_webhook_is_refused(inbox: tuple[Inbox, str], headers: dict[str, str], body: bytes, status: int) -> None:
    answer = httpx.post(inbox[1] + "/webhook", headers=headers, content=body, trust_env=False)
    assert answer.status_code == status
    assert get(inbox[1], "/received.json").json() == []


@pytest.mark.parametrize(
    ("changed", "status"),
    [({"api_key": "x"}, 403), ({"service_code": "x"}, 404), ({"address_string": ""}, 400), ({}, 201)],
)
def test_a_service_request_is_checked_as_georeport_says(inbox: tuple[Inbox, str], changed: dict[str, str], status: int) -> None:
    it, address = inbox
    fields = {"api_key": it.secret, "service_code": "dumping", "address_string": "Chợ"} | changed
    answer = httpx.post(address + "/open311/requests.json", data=fields, trust_env=False)
    assert answer.status_code == status
    assert isinstance(answer.json(), list)


def test_an_empty_inbox_says_so() -> None:
    assert "Chưa có báo cáo nào" in page([])


@pytest.fixture
def web(office: Office) -> Iterator[httpx.Client]:

    app = FastAPI()
    install(app, [RefusalTable(Refusal, STATUS)])

    def person(*_roles: str) -> Any:
        return lambda: None

    for router in routers(office.reporting, person):
        app.include_router(router)
    with served(app) as address, httpx.Client(base_url=address, trust_env=False) as client:
        yield client


def test_an_administrator_makes_tests_and_changes_connectors(office: Office, inbox: tuple[Inbox, str], web: httpx.Client) -> None:
    it, address = inbox
    made = web.post("/api/connectors", json={"kind": "webhook", "name": "Xã", "url": f"{address}/webhook"}).json()
    assert made["secret"].startswith("whsec_")
    assert "secret" not in web.get("/api/connectors").json()[0]
    wrong = web.post(f"/api/connectors/{made['id']}/test").json()
    assert (wrong["ok"], wrong["code"], wrong["status"]) == (False, "reporting.answered", 401)
    web.patch(f"/api/connectors/{made['id']}", json={"secret": it.secret, "name": "Xã Đông"})
    right = web.post(f"/api/connectors/{made['id']}/test").json()
    assert (right["ok"], right["status"]) == (True, 200)
    assert web.get("/api/connectors").json()[0]["name"] == "Xã Đông"
    assert get(address, "/received.json").json() == []  # a test changes nothing there


def test_an_open311_test_looks_for_the_service(office: Office, inbox: tuple[Inbox, str], web: httpx.Client) -> None:
    it, address = inbox
    asked = {"kind": "open311", "name": "311", "url": f"{address}/open311", "secret": it.secret, "options": {"service_code": "nothing"}}
    made = web.post("/api/connectors", json=asked).json()
    assert web.post(f"/api/connectors/{made['id']}/test").json()["code"] == "reporting.service_unknown"
    web.patch(f"/api/connectors/{made['id']}", json={"options": {"service_code": "dumping"}})
    assert web.post(f"/api/connectors/{made['id']}/test").json()["ok"] is True


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"url": "https://10.1.2.3/x"}, 403, "reporting.private_address"),
        ({"url": "javascript:alert(1)"}, 422, "reporting.bad_url"),
        ({"secret": "whsec_!!!"}, 422, "reporting.bad_secret"),
        ({"kind": "open311"}, 422, "reporting.service_code_needed"),
        ({"kind": "fax"}, 422, "house.bad_request"),
        ({"wants": ["a b"]}, 422, "house.bad_request"),
    ],
)
def test_a_connector_that_cannot_work_is_refused(
    office: Office, web: httpx.Client, changed: dict[str, Any], status: int, code: str
) -> None:
    asked = {"kind": "webhook", "name": "Xã", "url": "https://xa.test/in"} | changed
    answer = web.post("/api/connectors", json=asked)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert office.reporting.connectors() == []


def test_unknown_things_are_not_found(web: httpx.Client) -> None:
    assert web.post("/api/reports/nothing/resend").json()["code"] == "reporting.no_such_report"
    assert web.post("/api/connectors/nothing/test").json()["code"] == "reporting.no_such_connector"
    assert web.patch("/api/connectors/nothing", json={"state": "on"}).json()["code"] == "reporting.no_such_connector"
    assert web.get("/api/reports/standing").json() == {"waiting": 0, "dead": 0, "oldest_waiting_at": None}


def test_the_queue_says_what_waits_and_why(office: Office, web: httpx.Client) -> None:
    made = ConnectorAsk(kind="webhook", name="Xã", url="http://127.0.0.1:1/")
    office.reporting.connect(made)
    office.happen(Happened())
    with office.running():
        until(lambda: office.deliveries() != [] and office.deliveries()[0].attempts > 0)
    (report,) = web.get("/api/reports?state=waiting").json()
    assert (report["code"], report["kind"], report["connector_name"]) == ("reporting.unreachable", "cameras.case_confirmed", "Xã")
    assert web.post(f"/api/reports/{report['id']}/resend").status_code == 204
