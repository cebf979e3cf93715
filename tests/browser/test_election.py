"""An election from the secretary's form to the result on every screen, looked at as a careful person would, voted by keyboard alone."""

from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import Locator, Page, expect

from edge.demo import commune as demo
from edge.demo.stage import Stage, seat_tablet
from tests.browser.conftest import Visit, say
from tests.browser.looks import Looks
from tests.browser.seats import close_motion, open_motion
from tests.browser.test_every_page import VOTERS
from tests.browser.test_member import choose, enrolled
from tests.commune import Commune

TITLE = "Bầu Ban kiểm phiếu của kỳ họp"
PEOPLE = [(demo.member_name(place), f"Tổ đại biểu số {place + 1}") for place in range(5)]
SEATS = 3
SEATED = ("a1", "a2", *VOTERS)
OTHERS = ["c2,c3,c4"] * 4 + ["c1,c3,c4"] * 4 + ["c1,c2,c4"] * 5 + ["c1,c2,c3"] * 4
"""With c1, c2 and c3 of the browser: 14, 14, 13, 13 and no votes of 25, so that two are tied over the third seat."""


def prepared(page: Page, stage: Stage) -> str:
    """The secretary enters the election at the item that is under way; returns the motion's id."""
    page.get_by_text(say("meeting.control.prepare"), exact=True).click()
    page.get_by_role("tab", name=say("meeting.prepare.items").split(" (")[0]).click()
    item = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=demo.AGENDA[2].title, exact=True))
    item.get_by_role("button", name=say("meeting.motion.add"), exact=True).click()
    rule = next(one["title"] for one in stage.secretary.get("/api/rules") if one["id"] == "bau-cu-gio-tay")
    choose(page, say("meeting.motion.rule"), rule)
    item.get_by_role("textbox", name=say("meeting.motion.title")).fill(TITLE)
    enter_candidates(item)
    return saved(item, stage)


def enter_candidates(item: Locator) -> None:
    for place, (name, about) in enumerate(PEOPLE, 1):
        if place > 2:
            item.get_by_role("button", name=say("meeting.election.add")).click()
        item.get_by_role("textbox", name=f"{say('meeting.election.name')} {place}").fill(name)
        item.get_by_role("textbox", name=f"{say('meeting.election.about')} {place}").fill(about)
    item.get_by_role("textbox", name=say("meeting.election.seats")).fill(str(SEATS))


def saved(item: Locator, stage: Stage) -> str:
    item.get_by_role("button", name=say("meeting.motion.save")).click()
    expect(item.get_by_text(TITLE)).to_be_visible()
    items = stage.secretary.get(f"/api/meetings/{stage.meeting}")["items"]
    return str(next(motion["id"] for one in items for motion in one["motions"] if motion["title"] == TITLE))


def box(page: Page, place: int) -> Locator:
    return page.get_by_role("checkbox", name=PEOPLE[place][0])


def counted(page: Page, chosen: int, language: str = "vi") -> None:
    expect(page.get_by_role("status").filter(has_text=say("meeting.election.count", language, chosen=chosen, seats=SEATS))).to_be_visible()


def voted_by_keyboard(page: Page) -> None:
    """Three are chosen, a fourth is not taken and the page says why; then the ballot is looked at and cast."""
    box(page, 0).focus()
    for _ in range(SEATS):
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("status").filter(has_text=say("meeting.election.full", seats=SEATS))).to_be_visible()
    expect(box(page, 3)).not_to_be_checked()
    page.get_by_role("button", name=say("meeting.election.review")).press("Enter")
    expect(page.get_by_role("heading", name=say("meeting.election.reviewTitle", chosen=SEATS, seats=SEATS))).to_be_focused()


def test_an_election_on_every_screen(visit: Visit, commune: Commune) -> None:
    stage, looks = commune.stage, Looks(commune)
    with ThreadPoolExecutor(3) as pool:
        wanted = [seat for seat in SEATED if seat not in stage.tablets]
        stage.tablets.update(zip(wanted, pool.map(lambda seat: seat_tablet(stage, seat, seat.upper()), wanted), strict=True))
    desk = visit(f"/control/{stage.meeting}", who="thuky")
    motion = prepared(desk, stage)
    form_of_an_election(desk, looks)
    tablet, hall = enrolled(visit, stage, "a3"), visit(f"/hall/{stage.meeting}", who="chutoa", size="screen")
    open_motion(stage, motion)
    for language in looks.languages(tablet):
        counted(tablet, 0, language)
        looks.at(tablet, "tablet-election", language, touch=True)
    for language in looks.languages(hall):
        expect(hall.get_by_text(say("meeting.hall.electing", language))).to_be_visible()
        looks.at(hall, "hall-election", language)
    reviewed_and_cast(tablet, looks)
    for seat, choice in zip(SEATED, OTHERS, strict=True):
        stage.tablets[seat].reconnect_if_lost()
        assert stage.tablets[seat].vote(choice, motion).ok
    close_motion(stage, motion)
    desk.goto(f"/result/{stage.meeting}/{motion}")
    outcome_everywhere(tablet, hall, desk, looks)
    wrong = looks.wrong()
    assert not wrong, wrong


def form_of_an_election(page: Page, looks: Looks) -> None:
    """The form once more, as it is being filled, in both languages."""
    for language in looks.languages(page):
        page.get_by_text(say("meeting.control.prepare", language), exact=True).click()
        page.get_by_role("tab", name=say("meeting.prepare.items", language).split(" (")[0]).click()
        page.get_by_role("button", name=say("meeting.motion.add", language), exact=True).nth(2).click()
        page.get_by_role("combobox", name=say("meeting.motion.rule", language)).click()
        page.get_by_role("group", name=say("meeting.motion.group.election", language)).get_by_role("option").last.click()
        expect(page.get_by_role("group", name=say("meeting.election.candidates", language))).to_be_visible()
        looks.at(page, "prepare-election", language)


def reviewed_and_cast(tablet: Page, looks: Looks) -> None:
    """Back in Vietnamese: chosen by keyboard, looked at once more, cast; the receipt names who was chosen."""
    tablet.set_viewport_size({"width": 1280, "height": 800})
    next(looks.languages(tablet))
    voted_by_keyboard(tablet)
    looks.at(tablet, "tablet-election-review", "vi", touch=True)
    tablet.set_viewport_size({"width": 1280, "height": 800})
    tablet.get_by_role("button", name=say("meeting.election.cast")).press("Enter")
    expect(tablet.get_by_text(say("meeting.receipt.overall.good"))).to_be_visible()
    for name, _about in PEOPLE[:SEATS]:
        expect(tablet.get_by_text(name, exact=True)).to_be_visible()
    looks.at(tablet, "tablet-election-receipt", "vi", touch=True)


def outcome_everywhere(tablet: Page, hall: Page, desk: Page, looks: Looks) -> None:
    """Two are elected, two are tied over the third seat, one has no vote: by word on the tablet, in the hall, on the result's page."""
    for page, name in ((tablet, "tablet-election-outcome"), (hall, "hall-election-result"), (desk, "result-election")):
        for language in looks.languages(page):
            expect(page.get_by_text(say("meeting.election.verdict.some", language, elected=2, seats=SEATS), exact=True)).to_be_visible()
            expect(page.get_by_text(say("meeting.election.elected", language), exact=True)).to_have_count(2)
            expect(page.get_by_text(say("meeting.election.tied", language), exact=True)).to_have_count(2)
            looks.at(page, name, language, touch=page is tablet)
