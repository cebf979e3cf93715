"""The HTTP surface: rights, refusals, headers, pages."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from edge.accounts import audit
from edge.accounts.gate import SESSION_COOKIE, Permit
from edge.accounts.person import FOR_PEOPLE, Right
from edge.compose import build
from edge.http.guard import HEADERS, MIB
from edge.http.trust import plain_app
from edge.settings import read_settings
from edge.tls.authority import ensure
from tests.edge.desk import PASSWORD, Desk, Hands, Tablet, desk
from tests.edge.http.served import app_of, caller, served

PUBLIC = {
    ("GET", "/api/version"),
    ("GET", "/api/trust"),
    ("GET", "/ca.pem"),
    ("GET", "/ca.crt"),
    ("POST", "/api/session"),
    ("POST", "/api/enrol"),
    ("POST", "/api/enrol/{device}"),
    ("GET", "/{path:path}"),
    ("HEAD", "/{path:path}"),
}
"""Open to strangers, on purpose. /mqtt and /api/live decide for themselves: see test_mqtt.py and test_live.py."""
BOX = {("POST", "/api/meetings/{meeting}/box")}
"""Asks nobody who he is, or the ballot would not be secret; what it takes is signed by the vote's own key."""
LOG = {("GET", "/api/meetings/{meeting}/log/consistency")}
"""Hashes and a head, for whoever kept an earlier head: the hall screen shows them to everybody."""
WEBSOCKETS = {"/mqtt", "/api/live"}


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with desk(tmp_path_factory.mktemp("home"), Hands()) as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    ensure(folder, ["localhost", "127.0.0.1"], now=datetime.now(UTC))
    return folder


@pytest.fixture(scope="module")
def app(at: Desk, folder: Path) -> FastAPI:
    return app_of(at, folder)


@pytest.fixture(scope="module")
def where(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


def permits(dependant: Dependant) -> list[Permit]:
    found = [one.call for one in dependant.dependencies if isinstance(one.call, Permit)]
    return found + [permit for one in dependant.dependencies for permit in permits(one)]


def rights(app: FastAPI) -> dict[tuple[str, str], frozenset[str] | None]:
    """Method and path of every route -> the roles of its permit; None when it has none."""
    table: dict[tuple[str, str], frozenset[str] | None] = {}
    for route in iter_route_contexts(app.routes):
        if (route.path or "") in WEBSOCKETS:
            continue
        found = permits(route.dependant)
        for method in route.methods or ():
            table[method, route.path or ""] = found[0].roles if found else None
    return table


def test_every_route_names_its_right_or_is_public_on_purpose(app: FastAPI) -> None:
    table = rights(app)
    assert {route for route, roles in table.items() if roles is None} == PUBLIC
    assert len(table) > 30


def test_every_route_refuses_strangers_and_every_other_role(app: FastAPI, at: Desk, where: str) -> None:
    """A body is not needed: the right is asked before anything else is looked at."""
    cookies = {role: at.cookie(role) for role in sorted(FOR_PEOPLE)}
    for (method, path), roles in rights(app).items():
        if roles is None:
            continue
        address = re.sub(r"\{\w+\}", "some-id", path)
        with caller(where) as stranger:
            assert stranger.request(method, address).status_code == 401, (method, path)
        for role, cookie in cookies.items():
            if roles and role not in roles:
                with caller(where, cookie) as person:
                    answer = person.request(method, address)
                assert (answer.status_code, answer.json()["code"]) == (403, "house.not_allowed"), (method, path, role)


@pytest.mark.parametrize(
    "headers", [{}, {"X-Dinh": "0"}, {"X-Dinh": "1", "Origin": "https://elsewhere.example"}, {"X-Dinh": "1", "Origin": "null"}]
)
def test_a_request_that_another_site_forged_is_refused(where: str, headers: dict[str, str]) -> None:
    answer = httpx.post(f"http://{where}/api/session", json={"name": "a", "password": "b"}, headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()) == (403, {"code": "house.foreign_origin", "facts": {}})


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_never_see(at: Desk, where: str) -> None:
    at.cookie("auditor")
    with caller(where) as client:
        answer = client.post("/api/session", json={"name": "auditor", "password": PASSWORD}, headers={"Origin": f"http://{where}"})
    assert answer.json()["roles"] == ["auditor"]
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"{SESSION_COOKIE}=")
    assert all(flag in cookie for flag in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"))


def test_signing_out_ends_the_session_for_good(at: Desk, where: str) -> None:
    cookie = at.cookie("officer")
    with caller(where, cookie) as client:
        assert client.get("/api/session").status_code == 200
        assert client.delete("/api/session").status_code == 204
        assert client.get("/api/session").json() == {"code": "house.not_signed_in", "facts": {}}


def test_a_one_time_password_opens_nothing_but_its_own_change(at: Desk, where: str) -> None:
    with caller(where, at.cookie("administrator")) as administrator:
        made = administrator.post("/api/accounts", json={"login": "hoa", "name": "Hoa", "roles": ["administrator"]}).json()
    with caller(where) as client:
        answer = client.post("/api/session", json={"name": "hoa", "password": made["password"]})
        client.headers["Cookie"] = answer.headers["set-cookie"].split(";")[0]
        assert client.get("/api/accounts").json()["code"] == "house.must_change_password"
        somebody = at.accounts.all()[0].id
        assert client.post(f"/api/accounts/{somebody}/password", json={}).status_code == 403
        path = f"/api/accounts/{answer.json()['account']}/password"
        assert client.post(path, json={"new": PASSWORD}).json()["code"] == "house.wrong_name_or_password"
        assert client.post(path, json={"present": made["password"], "new": PASSWORD}).status_code == 200
        assert client.get("/api/accounts").status_code == 200


def test_a_locked_sign_in_says_how_long(at: Desk, where: str) -> None:
    at.cookie("member")
    with caller(where) as client:
        answers = [client.post("/api/session", json={"name": "member", "password": "sai"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 401, 429]
    assert answers[-1].json()["code"] == "house.locked"
    assert int(answers[-1].headers["retry-after"]) == answers[-1].json()["facts"]["retry_s"] > 0


def test_what_is_not_understood_is_a_code_with_the_place(at: Desk, where: str) -> None:
    with caller(where, at.cookie("administrator")) as client:
        answer = client.post("/api/enrolments", json={"kind": "toaster", "name": "x"})
        assert (answer.status_code, answer.json()) == (
            422,
            {"code": "house.bad_request", "facts": {"where": "body.kind", "what": "literal_error", "count": 1}},
        )
        assert client.post("/api/enrolments", content=b"{").json()["code"] == "house.bad_request"
        assert client.get("/api/nothing").json() == {"code": "house.not_found", "facts": {}}
        assert client.get("/api/devices/Kh%C3%B4ng").status_code == 422
        assert client.get("/api/devices/nobody").json() == {"code": "house.no_such_device", "facts": {"device": "nobody"}}


def test_too_much_is_refused_before_it_is_read(at: Desk, where: str) -> None:
    with caller(where, at.cookie("administrator")) as client:
        answer = client.post("/api/enrolments", content=b" " * (MIB + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "house.too_large")


def test_a_failure_leaks_nothing_but_a_number(at: Desk, folder: Path) -> None:
    app = app_of(at, folder)
    app.router.routes.insert(0, _broken(app))
    with served(app) as address, caller(address) as client:
        answer = client.get("/api/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "house.failed"
    assert "secret" not in answer.text


def _broken(app: FastAPI) -> BaseRoute:
    @app.get("/api/broken")
    def broken() -> None:
        raise RuntimeError("secret")

    return app.router.routes.pop()


def test_nothing_is_loaded_from_outside(where: str) -> None:
    with caller(where) as client:
        answer = client.get("/api/version")
    assert answer.json() == {"name": "dinh", "version": "1.2.3"}
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert "http" not in HEADERS["Content-Security-Policy"]
    assert answer.headers["cache-control"] == "no-store"


def test_pages_are_said_to_be_missing_until_they_are_built(at: Desk, folder: Path, where: str) -> None:
    with caller(where) as client:
        assert client.get("/").status_code == 503
        assert "chưa được dựng" in client.get("/admin/devices").text
    built = folder / "built" / "assets"
    built.mkdir(parents=True)
    (built.parent / "index.html").write_text("<title>Đình</title>", "utf-8")
    (built / "a-1.js").write_text("1")
    (folder / "secret.txt").write_text("no")
    with served(app_of(at, folder)) as address, caller(address) as client:
        assert client.get("/hall/ky-hop-3").text == "<title>Đình</title>"
        assert client.get("/index.html").headers["cache-control"] == "no-cache"
        assert "immutable" in client.get("/assets/a-1.js").headers["cache-control"]
        assert client.get("/assets/gone.js").status_code == 404
        for path in ("/%2e%2e/secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/..%2fsecret.txt"):
            assert client.get(path).text != "no"


def test_a_device_is_enrolled_over_http(at: Desk, where: str) -> None:
    tablet = Tablet()
    with caller(where, at.cookie("administrator")) as administrator, caller(where) as device:
        opened = administrator.post("/api/enrolments", json={"kind": "tablet", "name": "Máy 12", "meeting": "m1", "seat": "a3"}).json()
        assert opened["qr_svg"].startswith("<svg")
        shown = device.post(
            "/api/enrol", json={"token": opened["url"].partition("#")[2], "key": tablet.jwk, "about": tablet.about.model_dump()}
        ).json()
        listed = next(one for one in administrator.get("/api/devices").json() if one["id"] == shown["device"])
        assert (listed["state"], listed["code"]) == ("waiting", shown["code"])
        assert (
            device.post(f"/api/enrol/{shown['device']}", json={"proof": tablet.proof(shown["device"], at.clock.now)}).json()["state"]
            == "waiting"
        )
        assert administrator.post(f"/api/devices/{shown['device']}/accept", json={"name": "Máy A3"}).json()["name"] == "Máy A3"
        proven = device.post(f"/api/enrol/{shown['device']}", json={"proof": tablet.proof(shown["device"], at.clock.now)})
        assert proven.json()["state"] == "accepted"
        device.headers["Cookie"] = proven.headers["set-cookie"].split(";")[0]
        ticket = device.get("/api/ticket").json()
        assert (ticket["user"], ticket["meeting"], ticket["seat"]) == (shown["device"], "m1", "a3")
        assert device.get("/api/devices").json()["code"] == "house.not_allowed"
        whole = administrator.get(f"/api/devices/{shown['device']}").json()
        assert [line["what"] for line in whole["history"]] == ["device_accepted"]
        administrator.post(f"/api/devices/{shown['device']}/retire")
        assert device.get("/api/ticket").status_code == 401


def test_cameras_over_http_never_show_a_password(at: Desk, where: str) -> None:
    at.devices.ensure("watcher-1", kind="watcher", name="Bộ xem")
    with caller(where, at.cookie("administrator")) as client:
        camera = client.post("/api/cameras", json={"name": "Ngõ 4", "url": "rtsp://u:hidden@10.0.0.9/x"}).json()
        assert camera["shown_url"] == "rtsp://***@10.0.0.9/x"
        assert client.post("/api/cameras/test", json={"camera": camera["id"]}).json()["ok"] is True
        assert client.patch(f"/api/cameras/{camera['id']}", json={"enabled": False}).json()["enabled"] is False
        mask = {"name": "Nhà dân", "points": [[0, 0], [500, 0], [0, 500]]}
        assert client.patch(f"/api/cameras/{camera['id']}", json={"masks": [mask]}).json()["masks"] == [mask]
        crossing = client.patch(f"/api/cameras/{camera['id']}", json={"masks": [{**mask, "points": [[0, 0], [9, 9], [9, 0], [0, 9]]}]})
        assert crossing.json() == {"code": "house.bad_area", "facts": {"why": "crossing", "area": "Nhà dân"}}
        texts = [client.get(path).text for path in ("/api/cameras", "/api/devices/watcher-1", "/api/devices")]
        assert client.delete(f"/api/cameras/{camera['id']}").status_code == 204
    assert all("hidden" not in text for text in texts)


def test_a_watcher_signs_in_with_its_password_alone(at: Desk, where: str) -> None:
    password = at.devices.ensure("watcher-9", kind="watcher", name="Bộ xem")
    with httpx.Client(base_url=f"http://{where}", trust_env=False) as client:
        assert client.get("/api/ticket", auth=("watcher-9", password)).json()["user"] == "watcher-9"
        assert client.get("/api/ticket", auth=("watcher-9", "wrong")).status_code == 401
        assert client.get("/api/accounts", auth=("watcher-9", password)).status_code == 403


def test_profiles_carry_the_words_of_the_form(at: Desk, where: str) -> None:
    with caller(where, at.cookie("administrator")) as client:
        answer = client.get("/api/profiles").json()
    assert answer["settings"]["brightness_percent"]["x-unit"] == "%"
    assert {one["layer"] for one in answer["profiles"]} == {"model", "group"}


def test_plain_http_hands_out_the_ca_and_nothing_else(folder: Path) -> None:
    with served(plain_app(folder / "ca.pem", 8443)) as address, caller(address) as client:
        pem, der = client.get("/ca.pem"), client.get("/ca.crt")
        assert ssl.PEM_cert_to_DER_cert(pem.text) == der.content
        assert der.headers["content-type"] == "application/x-x509-ca-cert"
        fingerprint = client.get("/api/trust").json()["fingerprint_sha256"]
        assert fingerprint in client.get("/trust").text
        assert client.get("/admin/devices").headers["location"] == "https://127.0.0.1:8443/admin/devices"
        assert client.post("/api/session", json={}).status_code in {404, 405}


def test_the_audit_log_is_whole_after_all_that(at: Desk) -> None:
    with at.accounts.means.reader() as session:
        assert audit.first_break(session) is None


SIGNED_LINKS = {("GET", "/api/shared/{sighting}/{name}")}
"""The link itself is the right: signed, for one file, and it ends."""


def test_every_route_of_the_whole_house_names_its_right(tmp_path: Path) -> None:
    house = build(read_settings(tmp_path, {}))
    table = rights(house.app)
    house.rooms.offices.store.close()
    assert {route for route, roles in table.items() if roles is None} == PUBLIC | SIGNED_LINKS | BOX | LOG
    assert len(table) > 70
    for (method, path), roles in table.items():
        assert roles is None or roles <= set(Right), (method, path)
