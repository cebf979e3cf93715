"""The chair runs the floor and a vote with clicks; the hall screen follows."""

import pytest
from playwright.sync_api import Locator, Page, expect

from edge.demo.stage import Stage
from tests.browser.conftest import Visit, say
from tests.browser.seats import close_motion, new_motion, open_motion
from tests.commune import Commune

TITLE = "Thông qua lịch tiếp cử tri"


@pytest.fixture
def control(visit: Visit, commune: Commune) -> Page:
    return visit(f"/control/{commune.stage.meeting}", who="chutoa")


@pytest.fixture
def hall(visit: Visit, commune: Commune) -> Page:
    return visit(f"/hall/{commune.stage.meeting}", who="chutoa", size="screen")


def step(page: Page, key: str, **facts: object) -> None:
    """Press the button of the next step, once it is there."""
    page.get_by_role("button", name=say(f"meeting.step.{key}", **facts)).click()


def on_floor(page: Page, state: str) -> Locator:
    """The line above the speaker's name that says how the speech stands."""
    return page.get_by_role("paragraph").filter(has_text=say(f"meeting.control.speech.{state}"))


def name_at(stage: Stage, seat: str) -> str:
    members = stage.secretary.get(f"/api/meetings/{stage.meeting}")["members"]
    return str(next(member["name"] for member in members if member["seat"] == seat))


def test_a_speaker_is_called_timed_paused_and_ended(control: Page, hall: Page, commune: Commune) -> None:
    stage = commune.stage
    who = {"label": "A1", "name": name_at(stage, "a1")}
    assert stage.tablets["a1"].ask("speak", {"kind": "speak"}).ok
    queue = control.get_by_role("listitem").filter(has_text=who["name"])
    queue.get_by_role("button", name=say("meeting.control.call"), exact=True).click()
    expect(hall.get_by_text(who["name"], exact=True)).to_be_visible()
    expect(hall.get_by_text(say("meeting.seat", label="A1"))).to_be_visible()
    step(control, "speech_start", **who)
    expect(on_floor(control, "speaking")).to_be_visible()
    step(control, "speech_pause")
    expect(on_floor(control, "paused")).to_be_visible()
    step(control, "speech_resume", **who)
    expect(on_floor(control, "speaking")).to_be_visible()
    step(control, "speech_stop", **who)
    expect(control.get_by_text(say("meeting.control.queueEmpty"))).to_be_visible()
    expect(hall.get_by_text(who["name"], exact=True)).to_be_hidden()


def test_a_vote_is_opened_closed_and_shown(control: Page, hall: Page, commune: Commune) -> None:
    stage = commune.stage
    motion = new_motion(stage, TITLE)
    step(control, "open_motion", title=TITLE)
    expect(hall.get_by_text(say("meeting.hall.voting"))).to_be_visible()
    for seat, choice in (("a1", "for"), ("a2", "against")):
        assert stage.tablets[seat].vote(choice, motion).ok
    expect(hall.get_by_role("progressbar", name=say("meeting.hall.castLabel"))).to_have_attribute("aria-valuenow", "2")
    expect(control.get_by_text(say("meeting.hall.cast", here=25))).to_be_visible()
    step(control, "close_motion")
    expect(hall.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(hall.get_by_text(say("meeting.result.rejected"))).to_be_visible()
    expect(hall.get_by_role("img", name=say("meeting.hall.logQr"))).to_be_visible()
    control.get_by_role("link", name=say("meeting.control.result")).last.click()
    expect(control.get_by_role("heading", name=say("meeting.result.board"))).to_be_visible()
    expect(control.get_by_role("row").filter(has_text="A2")).to_contain_text(say("meeting.choice.against"))
    expect(control.get_by_text(say("meeting.result.numbers", **{"for": 1, "needed": 13, "base": 25}))).to_be_visible()


def test_the_chair_corrects_and_every_screen_shows_it(control: Page, hall: Page, commune: Commune) -> None:
    stage, title, words = commune.stage, "Thông qua quy chế chợ", "Đại biểu ghế A2 báo bấm nhầm."
    motion = new_motion(stage, title)
    open_motion(stage, motion)
    for seat, choice in (("a1", "for"), ("a2", "against")):
        assert stage.tablets[seat].vote(choice, motion).ok
    close_motion(stage, motion)
    for seat, choice in (("A1", "for"), ("A2", "against")):
        chose = say("meeting.plan.chosen", choice=say(f"meeting.choice.{choice}"))
        expect(
            control.get_by_role("button", name=f"{say('meeting.seat', label=seat)}, ").and_(control.locator(f"[aria-label*='{chose}']"))
        ).to_be_visible()
    control.get_by_role("button", name=say("meeting.correct.open"), exact=True).click()
    control.get_by_label(say("meeting.correct.label")).fill(words)
    control.get_by_role("button", name=say("meeting.correct.save")).click()
    for screen in (control, hall):
        expect(screen.get_by_role("paragraph").filter(has_text=words)).to_be_visible()
    control.goto(f"/result/{stage.meeting}/{motion}")
    expect(control.get_by_text(words)).to_be_visible()
    expect(control.get_by_text(say("meeting.result.numbers", **{"for": 1, "needed": 13, "base": 25}))).to_be_visible()


def test_the_chair_goes_back_one_item_and_it_shows(control: Page, hall: Page, commune: Commune) -> None:
    items = commune.stage.secretary.get(f"/api/meetings/{commune.stage.meeting}")["items"]
    before = next(item for item in items if item["state"] == "current")
    step(control, "finish_item", number=before["number"])
    step(control, "start_item", number=items[before["number"]]["number"], title=items[before["number"]]["title"])
    expect(hall.get_by_role("heading", name=items[before["number"]]["title"])).to_be_visible()
    step(control, "back", number=before["number"], title=before["title"])
    expect(hall.get_by_role("heading", name=items[before["number"]]["title"])).to_be_hidden()
    expect(control.get_by_role("heading", name=before["title"])).to_be_visible()
    expect(control.get_by_text(say("meeting.agenda.turnedBack", at=""))).to_have_count(2)


def test_an_unlawful_opening_is_refused_at_the_button_with_rule_and_numbers(control: Page, commune: Commune) -> None:
    stage, title = commune.stage, "Biểu quyết khi chưa đủ người"
    new_motion(stage, title)
    base = f"/api/meetings/{stage.meeting}"
    sent_home = stage.secretary.get(base)["members"][10:]
    for member in sent_home:
        stage.secretary.post(f"{base}/members/{member['id']}/presence", {"present": False, "reason": "về sớm"})
    step(control, "open_motion", title=title)
    facts = {"title": "Nghị quyết của Hội đồng nhân dân", "needed": 17, "voters": 25, "present": 10}
    expect(control.get_by_text(say("errors.meeting.no_quorum", **facts))).to_be_visible()
    for member in sent_home:
        stage.secretary.post(f"{base}/members/{member['id']}/presence", {"present": True, "reason": "có mặt"})


def test_one_line_reaches_the_hall_and_is_taken_down_again(control: Page, hall: Page) -> None:
    text = "Giải lao 15 phút"
    control.get_by_label(say("meeting.notice.label")).fill(text)
    control.get_by_role("button", name=say("meeting.notice.send"), exact=True).click()
    expect(hall.get_by_role("status").filter(has_text=text)).to_be_visible()
    control.get_by_role("button", name=say("meeting.notice.clear"), exact=True).click()
    expect(hall.get_by_text(text)).to_be_hidden()
