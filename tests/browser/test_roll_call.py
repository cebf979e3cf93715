"""Votes by roll call in two real browsers: the secretary's keyboard, the chair's signature, and the mark on the board."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from edge.demo.stage import Stage
from tests.browser.conftest import Visit, picture, say
from tests.browser.looks import violations
from tests.browser.seats import close_motion, new_motion, open_motion
from tests.commune import Commune

SIZES = ("desktop", "tablet", "phone")
WIDTHS = {"desktop": (1440, 900), "tablet": (1280, 800), "phone": (390, 844)}


@pytest.fixture
def motion(commune: Commune) -> Iterator[str]:
    """An open motion, closed at the end even if the test was not."""
    stage = commune.stage
    made = new_motion(stage, "Thông qua danh mục sửa chữa nhà văn hóa khu phố")
    open_motion(stage, made)
    yield made
    base = f"/api/meetings/{stage.meeting}/motions/{made}"
    for waiting in [one for one in stage.chair.get(f"{base}/roll-calls") if one["state"] == "waiting"]:
        stage.chair.post(f"{base}/roll-calls/{waiting['id']}/return")
    if stage.chair.get(base)["motion"]["state"] == "open":
        close_motion(stage, made)


def photographed(page: Page, name: str) -> None:
    """Keep the page at every size; nothing is wider than its window, and nothing that a screen reader could not say."""
    for size in SIZES:
        width, height = WIDTHS[size]
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(250)
        picture(page, name, size=size, language="vi")
        assert page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth") <= 1, size
    assert list(violations(page)) == []
    page.set_viewport_size({"width": 1440, "height": 900})


def sheet(page: Page) -> None:
    page.get_by_role("button", name=say("meeting.calling.enter"), exact=True).click()
    expect(page.get_by_role("dialog", name=say("meeting.calling.title"))).to_be_visible()


def lines(page: Page) -> Locator:
    """The members' rows of the sheet."""
    return page.get_by_role("dialog").get_by_role("radiogroup", name=re.compile(r"^[A-E]\d "))


def test_called_votes_are_entered_by_keys_countersigned_and_marked_on_the_board(visit: Visit, commune: Commune, motion: str) -> None:
    stage = commune.stage
    assert stage.tablets["a1"].vote("for", motion).ok
    secretary, chair = (visit(f"/control/{stage.meeting}", who=who) for who in ("thuky", "chutoa"))
    sheet(secretary)
    rows = lines(secretary)
    expect(rows).to_have_count(24)
    expect(rows.first).to_be_focused()
    for key in ("1", "1", "2", "ArrowDown", "3", "ArrowUp", "ArrowUp", "1"):
        secretary.keyboard.press(key)
    expect(secretary.get_by_text(say("meeting.calling.progress", entered=5, open=19))).to_be_visible()
    photographed(secretary, "roll-call-sheet")
    secretary.keyboard.press("Control+Enter")
    expect(secretary.get_by_role("dialog")).to_be_hidden()
    expect(secretary.get_by_text(say("meeting.calling.waits", count=5))).to_be_visible()
    photographed(chair, "roll-call-waits")
    chair.get_by_role("button", name=say("meeting.calling.read")).click()
    expect(chair.get_by_role("dialog").get_by_role("listitem").filter(has_text="A2")).to_contain_text(say("meeting.choice.for"))
    photographed(chair, "roll-call-countersign")
    chair.get_by_role("button", name=say("meeting.calling.sign"), exact=True).click()
    expect(chair.get_by_text(say("meeting.calling.counted", number=5, count=5))).to_be_visible()
    close_motion(stage, motion)
    on_the_board(visit, stage, motion)


def on_the_board(visit: Visit, stage: Stage, motion: str) -> None:
    """Everybody reads which way a ballot came."""
    page = visit(f"/result/{stage.meeting}/{motion}", who="chutoa")
    called = page.get_by_role("row").filter(has_text=say("meeting.result.door.roll_call"))
    expect(called).to_have_count(5)
    expect(page.get_by_role("row").filter(has_text="A1")).not_to_contain_text(say("meeting.result.door.roll_call"))
    photographed(page, "roll-call-board")


def test_the_chair_sends_a_roll_call_back_and_the_secretary_mends_it(visit: Visit, commune: Commune, motion: str) -> None:
    stage = commune.stage
    secretary, chair = (visit(f"/control/{stage.meeting}", who=who) for who in ("thuky", "chutoa"))
    sheet(secretary)
    first = lines(secretary).first
    first.get_by_role("radio").nth(1).click()
    expect(first.get_by_role("radio").nth(1)).to_be_checked()
    secretary.get_by_role("button", name=say("meeting.calling.send")).click()
    chair.get_by_role("button", name=say("meeting.calling.read")).click()
    chair.get_by_role("button", name=say("meeting.calling.back")).click()
    expect(secretary.get_by_text(say("meeting.calling.returned"))).to_be_visible()
    secretary.get_by_role("button", name=say("meeting.calling.mend")).click()
    again = lines(secretary).first
    expect(again.get_by_role("radio").nth(1)).to_be_checked()
    again.get_by_role("radio").nth(0).click()
    secretary.get_by_role("button", name=say("meeting.calling.send")).click()
    chair.get_by_role("button", name=say("meeting.calling.read")).click()
    chair.get_by_role("button", name=say("meeting.calling.sign"), exact=True).click()
    expect(chair.get_by_text(say("meeting.calling.counted", number=1, count=1))).to_be_visible()
    close_motion(stage, motion)
    count = stage.chair.get(f"/api/meetings/{stage.meeting}/motions/{motion}")["motion"]["count"]
    assert count["votes"] == {"for": 1, "against": 0, "abstain": 0}
