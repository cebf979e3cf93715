"""A member's own phone as a door: the secretary lets it in, its member checks in, votes and keeps the receipt, by touch and by keyboard."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit, picture, say
from tests.browser.looks import CUT, SMALL, TARGET_PX, violations
from tests.browser.seats import close_motion, new_motion, open_motion, shown_code, type_pin
from tests.commune import Commune

TITLE = "Thông qua quy chế họp trực tiếp kết hợp điện thoại"
SEAT = "d4"
CODE = re.compile(r"^[0-9A-Z]{4}-[0-9A-Z]{4}$")


def complete(page: Page, name: str) -> None:
    """Nothing is cut or wider than a phone, everything is large enough for a thumb and can be said aloud."""
    page.wait_for_timeout(250)
    picture(page, name, size="phone", language="vi")
    assert page.evaluate(CUT) == []
    assert page.evaluate(SMALL, TARGET_PX) == []
    assert list(violations(page)) == []


def let_in(secretary: Page, visit: Visit) -> Page:
    """The secretary opens the seat, the phone scans, the codes are the same."""
    secretary.get_by_text(say("meeting.roll.list"), exact=True).click()
    secretary.get_by_role("row").filter(has_text=SEAT.upper()).get_by_role("button", name=say("meeting.roll.change")).click()
    with secretary.expect_response("**/api/enrolments") as made:
        secretary.get_by_role("button", name=say("meeting.invite.open")).click()
    expect(secretary.get_by_role("img", name=say("meeting.invite.qr"))).to_be_visible()
    phone = visit("/enrol#" + made.value.json()["url"].split("#")[1], size="phone")
    code = shown_code(phone)
    complete(phone, "phone-enrol")
    expect(secretary.get_by_text(code, exact=True)).to_be_visible()
    secretary.get_by_role("button", name=say("meeting.invite.accept")).click()
    expect(secretary.get_by_text(say("meeting.invite.done"))).to_be_visible()
    return phone


def test_a_phone_is_let_in_checks_in_votes_and_keeps_its_receipt(visit: Visit, commune: Commune) -> None:
    stage = commune.stage
    phone = let_in(visit(f"/control/{stage.meeting}", who="thuky"), visit)
    expect(phone.get_by_role("heading", name=say("meeting.checkIn.pin"))).to_be_visible()
    complete(phone, "phone-check-in")
    type_pin(phone, stage.pins[SEAT])
    room, back = phone.get_by_role("button", name=say("meeting.floor.speak")), phone.get_by_role("button", name=say("meeting.vote.back"))
    expect(back.or_(room).first).to_be_visible()
    if back.is_visible():
        back.click()
    motion = new_motion(stage, TITLE)
    open_motion(stage, motion)
    choice = phone.get_by_role("button", name=say("meeting.choice.for"), exact=True)
    expect(choice).to_be_visible()
    complete(phone, "phone-vote")
    choice.click()
    expect(phone.get_by_text(say("meeting.receipt.done", at=""))).to_be_visible()
    expect(phone.get_by_text(say("meeting.receipt.overall.good"))).to_be_visible()
    complete(phone, "phone-receipt")
    changed_by_keys(phone)
    close_motion(stage, motion)
    board = stage.chair.get(f"/api/meetings/{stage.meeting}/motions/{motion}")["board"]
    assert [(line["choice"], line["door"], line["counts"]) for line in board] == [("for", "tablet", False), ("against", "tablet", True)]


def changed_by_keys(phone: Page) -> None:
    """A phone with a keyboard needs no finger. Done is what has another receipt: until the new ballot is signed, the one before stands there."""
    before = phone.get_by_text(CODE).inner_text()
    press(phone, say("meeting.vote.change"))
    press(phone, say("meeting.choice.against"))
    expect(phone.get_by_text(CODE).filter(has_not_text=before)).to_be_visible()
    expect(phone.get_by_text(say("meeting.receipt.done", at=""))).to_be_visible()
    expect(phone.get_by_text(say("meeting.choice.against"), exact=True)).to_be_visible()


def press(phone: Page, name: str) -> None:
    expect(phone.get_by_role("button", name=name, exact=True)).to_be_visible()
    for _ in range(40):
        phone.keyboard.press("Tab")
        if phone.evaluate("document.activeElement?.textContent ?? ''").strip() == name:
            break
    phone.keyboard.press("Enter")
