"""Every page in both languages at the four sizes: pictures for people to look at, and what a machine can judge of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from edge.demo import commune as demo
from edge.demo.stage import Stage, seat_tablet
from tests.browser.conftest import Visit, say
from tests.browser.looks import Looks
from tests.browser.seats import accept_waiting, close_motion, enrolment, expect_choices, open_motion, shown_code, type_pin
from tests.commune import CLIPS, Commune, flagged

Steps = Callable[[Page, str], None]
VOTERS = ("a5", "b5", "c1", "c2", "c3", "c4", "c5", "d1", "d2", "d3", "d4", "d5", "e1", "e2", "e3")
"""Seats with simulated tablets beside A1 and A2, so that a vote can be adopted."""


@pytest.fixture
def looks(commune: Commune) -> Looks:
    return Looks(commune)


def heading(key: str) -> Steps:
    """The page is there when its title is."""
    return lambda page, language: expect(page.get_by_role("heading", name=say(key, language)).first).to_be_visible()


def pressed(first: Steps, *keys: str) -> Steps:
    """Press these buttons, one after the other, once the page is there."""

    def steps(page: Page, language: str) -> None:
        first(page, language)
        for key in keys:
            page.get_by_role("button", name=say(key, language)).first.click()

    return steps


def opened(first: Steps, role: str, text: str) -> Steps:
    """Press the line with this text."""

    def steps(page: Page, language: str) -> None:
        first(page, language)
        page.get_by_role(role, name=text).first.click()  # type: ignore[arg-type]  # a role by name
        expect(page.get_by_role("dialog")).to_be_visible()

    return steps


def qr_made(page: Page, language: str) -> None:
    pressed(heading("house.devices.title"), "house.devices.add")(page, language)
    page.get_by_role("textbox", name=say("house.devices.name", language)).fill("Máy 12")
    page.get_by_role("button", name=say("house.devices.makeQr", language)).click()
    expect(page.get_by_role("img", name=say("house.devices.qrLabel", language))).to_be_visible()


def month_counted(page: Page, language: str) -> None:
    """Its title names the month; where the node has cameras there is a table, which a spreadsheet can have too."""
    expect(page.get_by_role("button", name=say("camera.month.save", language))).to_be_enabled()
    expect(page.get_by_text(say("camera.month.note", language))).to_be_visible()


def camera_seen(page: Page, language: str) -> None:
    pressed(heading("house.cameras.title"), "house.cameras.add")(page, language)
    page.get_by_text(say("house.cameras.way.address", language)).click()
    page.get_by_role("textbox", name=say("house.cameras.name", language)).fill("Đường vào chợ")
    page.get_by_role("textbox", name=say("house.cameras.url", language)).fill(Path(CLIPS / "market.mp4").resolve().as_uri())
    page.get_by_role("button", name=say("house.cameras.look", language)).click()
    expect(page.get_by_role("img", name=say("house.cameras.seenNow", language))).to_be_visible()


def camera_placed(page: Page, language: str) -> None:
    camera_seen(page, language)
    page.get_by_role("button", name=say("house.cameras.isRight", language)).click()
    expect(page.get_by_role("textbox", name=say("house.cameras.place", language))).to_be_visible()


def password_shown(page: Page, language: str) -> None:
    pressed(heading("house.accounts.title"), "house.accounts.add")(page, language)
    page.get_by_role("textbox", name=say("house.accounts.name", language)).fill("Đại biểu 26")
    page.get_by_role("textbox", name=say("house.accounts.login", language)).fill(f"daibieu26{language}")
    page.get_by_role("checkbox", name=say("house.role.auditor", language)).check()
    page.get_by_role("button", name=say("house.accounts.make", language)).click()
    expect(page.get_by_role("dialog", name=say("house.accounts.once", language))).to_be_visible()


def wrong_password(page: Page, language: str) -> None:
    page.get_by_role("textbox", name=say("house.login.name", language)).fill("thuky")
    page.get_by_label(say("house.login.password", language)).first.fill("sai mật khẩu")
    page.get_by_role("button", name=say("house.login.go", language)).click()
    expect(page.get_by_role("alert")).to_be_visible()


@dataclass(frozen=True)
class Shown:
    """A page in one of its states."""

    name: str
    path: str
    steps: Steps
    who: str | None = None
    touch: bool = False


DEVICES, CAMERAS, ACCOUNTS = heading("house.devices.title"), heading("house.cameras.title"), heading("house.accounts.title")
PAGES = (
    Shown("login", "/login", heading("house.login.title")),
    Shown("login-refused", "/login", wrong_password),
    Shown("trust", "/trust", heading("house.trust.title")),
    Shown("enrol-none", "/enrol", heading("house.enrol.none.title"), touch=True),
    Shown("tablet-unknown", "/tablet", heading("meeting.tablet.unknown"), touch=True),
    Shown("nowhere", "/khong-co", heading("ground.nowhere.title")),
    Shown("forbidden", "/admin/health", heading("ground.forbidden.title"), "moitruong"),
    Shown("control-list", "/control", heading("meeting.list.title"), "thuky"),
    Shown("admin-devices", "/admin/devices", DEVICES, "admin"),
    Shown("admin-device", "/admin/devices", opened(DEVICES, "button", "Máy A1"), "admin"),
    Shown("admin-device-add", "/admin/devices", pressed(DEVICES, "house.devices.add"), "admin"),
    Shown("admin-device-qr", "/admin/devices", qr_made, "admin"),
    Shown("admin-cameras", "/admin/cameras", CAMERAS, "admin"),
    Shown("admin-camera-add", "/admin/cameras", pressed(CAMERAS, "house.cameras.add"), "admin"),
    Shown("admin-camera-seen", "/admin/cameras", camera_seen, "admin"),
    Shown("admin-camera-place", "/admin/cameras", camera_placed, "admin"),
    Shown("camera-month", "/cameras/month", month_counted, "moitruong"),
    Shown("admin-accounts", "/admin/accounts", ACCOUNTS, "admin"),
    Shown("admin-account", "/admin/accounts", opened(ACCOUNTS, "button", "thuky"), "admin"),
    Shown("admin-account-add", "/admin/accounts", pressed(ACCOUNTS, "house.accounts.add"), "admin"),
    Shown("admin-account-once", "/admin/accounts", password_shown, "admin"),
    Shown("admin-reports", "/admin/reports", heading("house.reports.title"), "admin"),
    Shown("admin-receiver-add", "/admin/reports", pressed(heading("house.receivers.title"), "house.receivers.add"), "admin"),
    Shown("admin-health", "/admin/health", heading("house.health.children"), "admin"),
)


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page(shown: Shown, visit: Visit, looks: Looks) -> None:
    for language in ("vi", "en"):
        page = visit(shown.path, who=shown.who, language=language)
        shown.steps(page, language)
        looks.at(page, shown.name, language, touch=shown.touch)
        page.close()
    wrong = looks.wrong()
    assert not wrong, wrong


def test_the_officers_desk(visit: Visit, looks: Looks, commune: Commune) -> None:
    flagged(commune, ("day", "night"))
    page = visit("/desk", who="moitruong")
    for language in looks.languages(page):
        expect(page.get_by_role("list", name=say("desk.strip.title", language)).get_by_role("img")).to_have_count(3)
        page.wait_for_function("() => document.querySelector('video')?.readyState >= 2")
        looks.at(page, "officer-desk", language)
        page.set_viewport_size({"width": 1440, "height": 900})
    wrong = looks.wrong()
    assert not wrong, wrong


def test_the_secretary_prepares(visit: Visit, looks: Looks, commune: Commune) -> None:
    page = visit(f"/control/{commune.stage.meeting}", who="thuky")
    for language in looks.languages(page):
        page.get_by_text(say("meeting.control.prepare", language), exact=True).click()
        for tab in ("members", "items", "pins"):
            page.get_by_role("tab", name=say(f"meeting.prepare.{tab}", language).split(" (")[0]).click()
            looks.at(page, f"prepare-{tab}", language)
    wrong = looks.wrong()
    assert not wrong, wrong


@dataclass
class Evening:
    """One tablet, the chair's page and the hall, looked at together as the meeting goes on."""

    stage: Stage
    looks: Looks
    tablet: Page
    control: Page
    hall: Page
    admin: Page

    def look(self, moment: str, tablet: Steps, control: Steps, hall: Steps) -> None:
        """All three in both languages, each once it shows what `moment` means on it."""
        for page, where, ready in ((self.tablet, "tablet", tablet), (self.control, "control", control), (self.hall, "hall", hall)):
            for language in self.looks.languages(page):
                ready(page, language)
                self.looks.at(page, f"{where}-{moment}", language, touch=where == "tablet")


@pytest.fixture
def evening(visit: Visit, looks: Looks, commune: Commune) -> Evening:
    """The tablet of seat A4 waits to be accepted; the hall has eighteen tablets."""
    stage = commune.stage
    with ThreadPoolExecutor(3) as pool:
        wanted = [seat for seat in VOTERS if seat not in stage.tablets]
        stage.tablets.update(zip(wanted, pool.map(lambda seat: seat_tablet(stage, seat, seat.upper()), wanted), strict=True))
    return Evening(
        stage,
        looks,
        visit(enrolment(stage, "a4", "A4"), size="tablet"),
        visit(f"/control/{stage.meeting}", who="chutoa"),
        visit(f"/hall/{stage.meeting}", who="chutoa", size="screen"),
        visit("/admin/devices", who="admin"),
    )


def text(key: str, **facts: object) -> Steps:
    return lambda page, language: expect(page.get_by_text(say(key, language, **facts)).first).to_be_visible()


def words(found: str) -> Steps:
    return lambda page, _language: expect(page.get_by_text(found).first).to_be_visible()


def checked_in(evening: Evening) -> None:
    """From the QR code to the room, looking at every screen on the way."""
    page, stage, looks = evening.tablet, evening.stage, evening.looks
    text("house.enrol.compare")(page, "vi")
    for language in looks.languages(page):
        text("house.enrol.compare")(page, language)
        looks.at(page, "enrol-waiting", language, touch=True)
    code_compared(evening)
    accept_waiting(stage, shown_code(page))
    for language in looks.languages(page):
        heading("meeting.checkIn.pin")(page, language)
        looks.at(page, "tablet-check-in", language, touch=True)
    page.get_by_role("button", name=say("meeting.checkIn.useBadge", "en")).click()
    looks.at(page, "tablet-badge", "en", touch=True)
    page.get_by_role("button", name=say("meeting.checkIn.usePin", "en")).click()
    type_pin(page, stage.pins["a4"], "en")
    reading(page, "en")


def reading(page: Page, language: str) -> None:
    expect(page.get_by_role("document", name=say("meeting.reader.label", language)).locator("canvas").first).to_be_visible()


def quiet_hall(page: Page, _language: str) -> None:
    """The item under way, or the result of the last vote in it, which stays until the meeting moves on."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def asked(page: Page, language: str) -> None:
    expect_choices(page, demo.MOTION_TITLE, language)


def code_compared(evening: Evening) -> None:
    """The administrator's side: the waiting tablet stands first among all, and shows the same short code."""
    page, looks = evening.admin, evening.looks
    for language in looks.languages(page):
        waiting = page.get_by_role("button", name=say("house.devices.is.waiting", language))
        expect(waiting).to_be_visible()
        looks.at(page, "admin-devices-many", language)
        waiting.click()
        expect(page.get_by_text(shown_code(evening.tablet), exact=True)).to_be_visible()
        looks.at(page, "admin-device-compare", language)


def test_a_meeting_from_the_qr_code_to_the_outcome(evening: Evening) -> None:
    checked_in(evening)
    evening.look("room", reading, text("meeting.control.queueEmpty"), quiet_hall)
    speech(evening)
    voting(evening)
    outcome(evening)
    wrong = evening.looks.wrong()
    assert not wrong, wrong


def speech(evening: Evening) -> None:
    """One speaks, two wait."""
    stage, base = evening.stage, f"/api/meetings/{evening.stage.meeting}/floor"
    for tablet in stage.tablets.values():
        tablet.reconnect_if_lost()
    requests = [
        stage.tablets[seat].ask("speak", {"kind": kind}).body["request"]
        for seat, kind in (("a1", "speak"), ("a2", "question"), ("c3", "speak"))
    ]
    stage.chair.post(f"{base}/{requests[0]}/call", {"limit_s": 300})
    stage.chair.post(f"{base}/speech/start")
    name = demo.member_name(0)
    evening.look("speech", words(name), text("meeting.control.speech.speaking"), words(name))
    stage.chair.post(f"{base}/speech/stop")
    for request in requests[1:]:
        stage.chair.post(f"{base}/{request}/remove")


def voting(evening: Evening) -> None:
    """The demo's motion is open: before and after this tablet's ballot."""
    stage = evening.stage
    open_motion(stage, stage.motion)
    for seat, tablet in list(stage.tablets.items())[:14]:
        tablet.reconnect_if_lost()
        assert tablet.vote("abstain" if seat == "c3" else "for", stage.motion).ok
    evening.look("vote", asked, text("meeting.step.close_motion"), text("meeting.hall.voting"))
    page = evening.tablet
    page.get_by_role("button", name=say("meeting.choice.for", "en"), exact=True).click()
    text("meeting.receipt.overall.good")(page, "en")
    for language in evening.looks.languages(page):
        text("meeting.receipt.overall.good")(page, language)
        evening.looks.at(page, "tablet-receipt", language, touch=True)
    page.get_by_role("button", name=say("meeting.vote.back", "en")).click()
    for tablet in list(stage.tablets.values())[14:]:
        assert tablet.vote("against", stage.motion).ok


def outcome(evening: Evening) -> None:
    """Closed and adopted; the page of the result too."""
    stage = evening.stage
    close_motion(stage, stage.motion)
    adopted = text("meeting.result.adopted")
    evening.look("result", adopted, adopted, adopted)
    page = evening.control
    page.goto(f"/result/{stage.meeting}/{stage.motion}")
    for language in evening.looks.languages(page):
        adopted(page, language)
        evening.looks.at(page, "result", language)
