"""Browsers that become members' tablets, and the votes that they take part in."""

from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from edge.demo.stage import Stage
from tests.browser.conftest import say


def enrolment(stage: Stage, seat: str, label: str) -> str:
    """The address under a QR code that makes whoever opens it the tablet of that seat."""
    order = {"kind": "tablet", "name": f"Máy {label}", "meeting": stage.meeting, "seat": seat}
    where = urlsplit(stage.admin.post("/api/enrolments", order)["url"])
    return f"{where.path}#{where.fragment}"


def accept_waiting(stage: Stage, code: str) -> None:
    """The administrator accepts the device that shows this short code."""
    device = next(one for one in stage.admin.get("/api/devices") if one["state"] == "waiting" and one["code"] == code)
    order = {"name": device["name"], "meeting": device["meeting"], "seat": device["seat"]}
    stage.admin.post(f"/api/devices/{device['id']}/accept", order)


def shown_code(page: Page) -> str:
    """The short code on the waiting screen, as a screen reader says it, without its pauses."""
    code = page.locator("p[aria-label]").get_attribute("aria-label")
    assert code is not None
    return code.replace(" ", "")


def type_pin(page: Page, pin: str, language: str = "vi") -> None:
    """On the keypad, digit by digit."""
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name=say("meeting.checkIn.enter", language), exact=True).click()


def new_motion(stage: Stage, title: str, text: str = "") -> str:
    """A motion in draft at the item that is under way."""
    order = {"item": stage.items[2], "title": title, "text": text}
    return str(stage.secretary.post(f"/api/meetings/{stage.meeting}/motions", order)["id"])


def open_motion(stage: Stage, motion: str) -> None:
    stage.chair.post(f"/api/meetings/{stage.meeting}/motions/{motion}/open")


def close_motion(stage: Stage, motion: str) -> None:
    stage.chair.post(f"/api/meetings/{stage.meeting}/motions/{motion}/close")


def expect_choices(page: Page, title: str, language: str = "vi") -> None:
    """The vote has the whole screen: its question and three choices."""
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    for choice in ("for", "against", "abstain"):
        expect(page.get_by_role("button", name=say(f"meeting.choice.{choice}", language), exact=True)).to_be_enabled()
