"""A vote for every member: read large and in full sun, pressed without a pointer, heard, and its receipts kept wherever he sits down."""

import pytest
from playwright.sync_api import Page, expect

from edge.demo.stage import Stage
from tests.browser.conftest import SIZES, Visit, say
from tests.browser.looks import Looks, violations
from tests.browser.seats import accept_waiting, close_motion, enrolment, expect_choices, new_motion, open_motion, shown_code, type_pin
from tests.commune import Commune

VOICE = """() => {
    const voice = { name: 'An', lang: 'vi-VN', voiceURI: 'an', localService: true, default: false };
    const far = { ...voice, name: 'Xa', voiceURI: 'xa', localService: false };
    window.said = [];
    const speech = { getVoices: () => [far, voice], speak: words => window.said.push([words.voice.name, words.text]), cancel: () => {},
        addEventListener: () => {}, removeEventListener: () => {} };
    Object.defineProperty(window, 'speechSynthesis', { value: speech });
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
}"""
"""This machine's Chromium has no voices, so one stands in for the tablet's own and one for a voice from the internet."""
HEIGHTS = "() => [...document.querySelectorAll('main button')].map(one => one.getBoundingClientRect().height)"
NEWS = "[data-announcer]"


def at_seat(visit: Visit, stage: Stage, seat: str) -> Page:
    """A new tablet at this seat, accepted, in front of the PIN pad."""
    page = visit(enrolment(stage, seat, seat.upper()), size="tablet")
    expect(page.get_by_text(say("house.enrol.compare")).first).to_be_visible()
    accept_waiting(stage, shown_code(page))
    expect(page.get_by_role("button", name="1", exact=True)).to_be_visible()
    return page


def checked_in(page: Page, pin: str) -> None:
    type_pin(page, pin)
    expect(page.get_by_role("tablist", name=say("meeting.reader.choose"))).to_be_visible()


def dress(page: Page, **choices: str) -> None:
    """Choose in the sheet that is one tap away: size, contrast, voice, each by the words of an option."""
    page.get_by_role("button", name=say("meeting.display.title")).click()
    for group, option in choices.items():
        names = page.get_by_role("group", name=say(f"meeting.display.{group}"))
        names.get_by_text(say(f"meeting.display.{option}"), exact=True).click()
        expect(names.get_by_role("radio", name=say(f"meeting.display.{option}"))).to_be_checked()
    page.get_by_role("button", name=say("meeting.display.done")).click()


@pytest.fixture
def tablet(visit: Visit, commune: Commune) -> Page:
    return at_seat(visit, commune.stage, "e4")


def test_everything_grows_and_darkens_and_the_tablet_remembers(tablet: Page, commune: Commune) -> None:
    usual = tablet.evaluate(HEIGHTS)
    dress(tablet, size="sizeLarge", contrast="contrastStrong")
    tablet.reload()
    expect(tablet.get_by_role("button", name="1", exact=True)).to_be_visible()
    large = tablet.evaluate(HEIGHTS)
    assert len(large) == len(usual) > 10
    assert all(after >= before * 1.4 - 0.5 for before, after in zip(usual, large, strict=True)), list(zip(usual, large, strict=True))
    assert tablet.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not list(violations(tablet))
    checked_in(tablet, commune.stage.pins["e4"])
    motion = new_motion(commune.stage, "Biểu quyết trên máy chữ lớn")
    open_motion(commune.stage, motion)
    expect_choices(tablet, "Biểu quyết trên máy chữ lớn")
    for choice in ("for", "against", "abstain"):
        box = tablet.get_by_role("button", name=say(f"meeting.choice.{choice}"), exact=True).bounding_box()
        assert box is not None
        assert box["height"] >= 140 - 0.5
        assert box["y"] + box["height"] <= SIZES["tablet"][1], "all three choices are in sight"
    assert not list(violations(tablet))
    close_motion(commune.stage, motion)


def test_the_news_of_a_vote_is_said_and_the_focus_goes_to_it(tablet: Page, commune: Commune) -> None:
    stage, title = commune.stage, "Biểu quyết không cần nhìn"
    checked_in(tablet, stage.pins["e4"])
    motion = new_motion(stage, title)
    open_motion(stage, motion)
    expect(tablet.get_by_role("heading", name=title)).to_be_focused()
    news = tablet.locator(NEWS)
    expect(news).to_have_attribute("aria-live", "polite")
    expect(news).to_contain_text(say("meeting.said.opened", title=title, text=""))
    tablet.keyboard.press("2")
    against = tablet.get_by_role("button", name=say("meeting.choice.against"), exact=True)
    expect(against).to_be_focused()
    tablet.keyboard.press("Enter")
    expect(tablet.get_by_text(say("meeting.receipt.done", at=""))).to_be_focused()
    expect(news).to_contain_text(say("meeting.choice.against"))
    assert not list(violations(tablet))
    close_motion(stage, motion)
    expect(news).to_contain_text(say("meeting.result.rejected"))
    expect(tablet.get_by_role("heading", name=title)).to_be_focused()


def test_a_tablet_with_a_vietnamese_voice_of_its_own_reads_aloud(visit: Visit, commune: Commune) -> None:
    stage, title = commune.stage, "Biểu quyết bằng tai"
    page = at_seat(visit, stage, "e5")
    page.get_by_role("button", name=say("meeting.display.title")).click()
    expect(page.get_by_text(say("meeting.display.noVoice"))).to_be_visible()
    page.context.add_init_script(f"({VOICE})()")
    page.reload()
    dress(page, voice="voiceOn")
    checked_in(page, stage.pins["e5"])
    motion = new_motion(stage, title)
    open_motion(stage, motion)
    expect_choices(page, title)
    page.get_by_role("button", name=say("meeting.choice.for"), exact=True).click()
    expect(page.get_by_text(say("meeting.receipt.overall.good"))).to_be_visible()
    said = page.evaluate("window.said")
    assert {voice for voice, _text in said} == {"An"}, "what is voted on is not sent to a voice from elsewhere"
    assert any(title in text and say("meeting.choice.abstain") in text for _voice, text in said)
    assert say("meeting.choice.for") in said[-1][1]
    close_motion(stage, motion)


def test_receipts_come_along_to_another_tablet_and_are_found_on_the_board(visit: Visit, commune: Commune, looks: Looks) -> None:
    stage, titles = commune.stage, ("Việc thứ nhất", "Việc thứ hai")
    first = at_seat(visit, stage, "e4")
    checked_in(first, stage.pins["e4"])
    for title, choice in zip(titles, ("for", "against"), strict=True):
        motion = new_motion(stage, title)
        open_motion(stage, motion)
        expect_choices(first, title)
        first.get_by_role("button", name=say(f"meeting.choice.{choice}"), exact=True).click()
        expect(first.get_by_text(say("meeting.receipt.overall.good"))).to_be_visible()
        close_motion(stage, motion)
        first.get_by_role("button", name=say("meeting.vote.back")).click()
    second = at_seat(visit, stage, "e4")
    checked_in(second, stage.pins["e4"])
    second.get_by_role("button", name=say("meeting.receipts.heading")).click()
    for title, choice in zip(titles, ("for", "against"), strict=True):
        line = second.get_by_role("listitem").filter(has=second.get_by_role("heading", name=title))
        expect(line.get_by_text(say(f"meeting.choice.{choice}"), exact=True)).to_be_visible()
        expect(line.get_by_text(say("meeting.receipts.found"))).to_be_visible()
        expect(line.get_by_text(say("meeting.receipt.overall.good"))).to_be_visible()
    for language in ("vi", "en"):
        second.set_viewport_size({"width": SIZES["tablet"][0], "height": SIZES["tablet"][1]})
        second.evaluate("language => localStorage.setItem('dinh.language', language)", language)
        second.reload()
        second.get_by_role("button", name=say("meeting.receipts.heading", language)).click()
        expect(second.get_by_text(say("meeting.receipts.found", language)).first).to_be_visible()
        looks.at(second, "tablet-receipts", language, sizes=("tablet", "phone"))
        second.keyboard.press("Escape")
        second.get_by_role("button", name=say("meeting.display.title", language)).click()
        expect(second.get_by_role("dialog")).to_be_visible()
        looks.at(second, "tablet-display", language, sizes=("tablet", "phone"), touch=True)
    wrong = looks.wrong()
    assert not wrong, wrong


@pytest.fixture
def looks(commune: Commune) -> Looks:
    return Looks(commune)
