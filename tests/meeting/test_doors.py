"""The browser's door: every endpoint, who may use it, and what its refusals look like."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

import anyio
import httpx
import pytest
from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse

from broker.messages.meetings import Receipt
from meeting.domain.errors import Code, Refusal
from meeting.http import STATUS, routers
from meeting.log.verifier import verify
from meeting.ports import Person
from tests.meeting.room import Council, Room, pdf


@dataclass(frozen=True)
class Someone:
    account: str
    name: str
    roles: frozenset[str]
    device: str | None = None


def person(*roles: str) -> Callable[..., Person]:
    """Who you say you are; the real gate has its own tests."""

    def gate(x_role: Annotated[str | None, Header()] = None) -> Person:
        if x_role is None:
            raise HTTPException(401)
        if x_role not in roles:
            raise HTTPException(403)
        return Someone(f"account-of-{x_role}", "Nguyễn Văn A", frozenset({x_role}))

    return gate


def app_of(room: Room) -> FastAPI:
    app = FastAPI()
    for router in routers(room.service, person):
        app.include_router(router)

    @app.exception_handler(Refusal)
    async def refused(_: Request, refusal: Refusal) -> JSONResponse:
        return JSONResponse({"code": refusal.code.value, "facts": refusal.facts}, STATUS[refusal.code.value])

    return app


@dataclass
class Browser:
    """A browser signed in with one role; None is nobody."""

    app: FastAPI
    role: str | None

    def __call__(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def send() -> httpx.Response:
            headers = {"X-Role": self.role} if self.role else {}
            async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="https://dinh.local", headers=headers) as client:
                return await client.request(method, path, **more)

        return anyio.run(send)

    def made(self, method: str, path: str, **more: Any) -> Any:
        answer = self(method, path, **more)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def app(hall: Room) -> FastAPI:
    return app_of(hall)


@pytest.fixture
def secretary(app: FastAPI) -> Browser:
    return Browser(app, "secretary")


@pytest.fixture
def chair(app: FastAPI) -> Browser:
    return Browser(app, "chair")


def test_a_secretary_prepares_and_a_chair_runs_a_whole_meeting(hall: Room, secretary: Browser, chair: Browser) -> None:
    new = {"title": "Kỳ họp", "body": "Hội đồng nhân dân phường", "place": "Hội trường", "starts_at": "2026-03-05T08:00:00+07:00"}
    meeting = secretary.made("POST", "/api/meetings", json=new)["id"]
    one = f"/api/meetings/{meeting}"
    secretary.made("PATCH", one, json={"title": "Kỳ họp thứ tư"})
    seats = [{"id": f"s{i}", "label": f"A{i}", "x": i, "y": 0} for i in range(3)]
    secretary.made("PUT", f"{one}/plan", json={"width": 3, "height": 2, "seats": seats})
    secretary.made("POST", f"{one}/members", json=[{"name": f"Đại biểu {i}", "seat": f"s{i}"} for i in range(3)])
    item = secretary.made("POST", f"{one}/items", json={"title": "Rác thải"})["id"]
    secretary.made("PATCH", f"{one}/items/{item}", json={"minutes": 40})
    files = {"pdf": ("to-trinh.pdf", pdf(), "application/pdf")}
    document = secretary.made("POST", f"{one}/items/{item}/documents", data={"title": "Tờ trình"}, files=files)
    pins = secretary.made("POST", f"{one}/pins")
    chair.made("POST", f"{one}/state", json={"state": "open"})
    chair.made("POST", f"{one}/items/{item}/start")
    chair.made("POST", f"{one}/notice", json={"text": "Mời vào chỗ"})
    chair.made("POST", f"{one}/page", json={"document": document["id"], "page": 9})
    for pin in pins:
        chair.made("POST", f"{one}/members/{pin['member']}/presence", json={"present": True})
    motion = chair.made("POST", f"{one}/motions", json={"item": item, "title": "Thông qua"})["id"]
    chair.made("POST", f"{one}/motions/{motion}/open")
    chair.made("POST", f"{one}/motions/{motion}/close")
    chair.made("POST", f"{one}/motions/{motion}/corrections", json={"text": "Đính chính"})
    result = chair.made("GET", f"{one}/motions/{motion}")
    assert result["motion"]["count"]["adopted"] is False
    assert result["corrections"][0]["by"] == "account-of-chair"
    bundle = chair("GET", f"{one}/motions/{motion}/bundle")
    assert bundle.headers["content-disposition"].startswith("attachment")
    assert verify(bundle.content).ok
    chair.made("POST", f"{one}/items/{item}/finish")
    chair.made("POST", f"{one}/state", json={"state": "closed"})
    whole = chair.made("GET", one)
    assert (whole["title"], whole["state"], whole["items"][0]["minutes"], whole["items"][0]["state"]) == (
        "Kỳ họp thứ tư",
        "closed",
        40,
        "done",
    )
    assert chair.made("GET", "/api/meetings")[0]["members"] == 3
    assert hall.service.reading.meeting(meeting).floor_open is False


def test_a_tablet_reads_its_documents_and_nothing_else(app: FastAPI, five: Council, secretary: Browser) -> None:
    one = f"/api/meetings/{five.meeting}"
    files = {"pdf": ("a.pdf", pdf(), "application/pdf")}
    document = secretary.made("POST", f"{one}/items/{five.item}/documents", data={"title": "Tờ trình"}, files=files)
    tablet = Browser(app, "tablet")
    read = tablet("GET", f"{one}/documents/{document['id']}")
    assert (read.content, read.headers["content-type"]) == (pdf(), "application/pdf")
    assert read.headers["etag"] == f'"{document["sha256"]}"'
    assert tablet("GET", one).status_code == 403
    assert tablet("POST", f"{one}/state", json={"state": "closed"}).status_code == 403
    assert tablet("POST", f"{one}/pins").status_code == 403


def test_rights_are_as_the_house_says(app: FastAPI, five: Council) -> None:
    one = f"/api/meetings/{five.meeting}"
    for role, method, path, status in (
        ("auditor", "GET", one, 200),
        ("auditor", "POST", f"{one}/floor/open", 403),
        ("chair", "POST", f"{one}/pins", 403),
        ("chair", "GET", "/api/rules", 200),
        ("member", "GET", "/api/meetings", 200),
        ("member", "GET", "/api/rules", 403),
        ("officer", "GET", "/api/meetings", 403),
        ("screen", "GET", "/api/meetings", 200),
    ):
        assert Browser(app, role)(method, path).status_code == status, (role, path)


def test_nobody_without_a_name_gets_in_but_a_ballot_into_the_box_and_a_question_about_the_logs_growth(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert set(paths.pop("/api/meetings/{meeting}/box")) == {"post"}
    assert set(paths.pop("/api/meetings/{meeting}/log/consistency")) == {"get"}
    for path, operations in paths.items():
        for method in operations:
            assert Browser(app, None)(method, path.replace("{", "").replace("}", "")).status_code == 401, (method, path)


def test_the_floor_over_http(five: Council, chair: Browser) -> None:
    one, tablet = f"/api/meetings/{five.meeting}/floor", five.arrive(0)[0]
    chair.made("POST", f"{one}/open")
    request = tablet.ask("speak", {"kind": "speak"}).body["request"]
    chair.made("POST", f"{one}/{request}/call", json={"limit_s": 120})
    for step in ("start", "pause", "stop"):
        assert chair.made("POST", f"{one}/speech/{step}")["id"] == request
    again = tablet.ask("speak", {"kind": "speak"}).body["request"]
    chair.made("POST", f"{one}/{again}/call")
    chair.made("POST", f"{one}/speech/stop")
    last = tablet.ask("speak", {"kind": "speak"}).body["request"]
    chair.made("POST", f"{one}/{last}/remove")
    chair.made("POST", f"{one}/close")


def test_a_refusal_is_a_code_with_facts_and_a_status(five: Council, chair: Browser) -> None:
    motion = chair.made("POST", f"/api/meetings/{five.meeting}/motions", json={"item": five.item, "title": "x"})["id"]
    answer = chair("POST", f"/api/meetings/{five.meeting}/motions/{motion}/open")
    assert answer.status_code == 409
    rule = {"rule": "hdnd-nghi-quyet", "title": "Nghị quyết của Hội đồng nhân dân", "title_en": "Resolution of the People's Council"}
    assert answer.json() == {"code": "meeting.no_quorum", "facts": {**rule, "needed": 4, "present": 0, "voters": 5}}
    assert chair("GET", "/api/meetings/nope").status_code == 404


def test_a_pdf_that_is_none_is_refused_over_http(five: Council, secretary: Browser) -> None:
    files = {"pdf": ("a.pdf", b"hello", "application/pdf")}
    path = f"/api/meetings/{five.meeting}/items/{five.item}/documents"
    answer = secretary("POST", path, data={"title": "x"}, files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "meeting.not_a_pdf")


@pytest.mark.parametrize(
    "body",
    [
        {"title": "", "body": "x", "starts_at": "2026-03-05T08:00:00Z"},
        {"title": "x", "body": "x", "starts_at": "2026-03-05T08:00:00"},
        {"title": "x\u0000", "body": "x", "starts_at": "2026-03-05T08:00:00Z"},
        {"title": "x", "body": "x", "starts_at": "2026-03-05T08:00:00Z", "colour": "red"},
    ],
)
def test_a_body_that_is_none_is_refused(secretary: Browser, body: dict[str, str]) -> None:
    assert secretary("POST", "/api/meetings", content=json.dumps(body)).status_code == 422


def test_the_result_page_shows_names_to_the_chair_and_codes_to_a_member(app: FastAPI, five: Council, chair: Browser) -> None:
    tablets = five.arrive(0, 1, 2, 3)
    motion = five.opened()
    receipt = Receipt.model_validate(tablets[0].cast("for").body)
    five.room.service.votes.close(five.meeting, motion)
    path = f"/api/meetings/{five.meeting}/motions/{motion}"
    seen = [who("GET", path).json()["board"][0] for who in (chair, Browser(app, "tablet"))]
    assert [one["name"] for one in seen] == ["Đại biểu 1", None]
    assert {one["code"] for one in seen} == {receipt.code}
    bundles = [who("GET", f"{path}/bundle").content for who in (chair, Browser(app, "tablet"))]
    assert [verify(one).ok for one in bundles] == [True, True]
    assert ["Đại biểu" in one.decode() for one in bundles] == [True, False]


def test_every_code_has_a_status() -> None:
    assert STATUS.keys() == {code.value for code in Code}
    assert {STATUS["house.disk_full"], STATUS["meeting.locked"], STATUS["meeting.unknown_motion"]} == {507, 429, 404}
