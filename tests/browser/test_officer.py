"""The officer finds what the cameras flagged, judges it with keys, and the confirmed case reaches the commune's inbox."""

import time

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import SIZES, Visit, picture, say, speak
from tests.browser.looks import SEEN, Looks
from tests.commune import Commune, flagged

REPORTED_S = 60.0


@pytest.fixture(scope="module", autouse=True)
def sightings(commune: Commune) -> None:
    """Both cameras have flagged what they saw."""
    flagged(commune, ("day", "night"))


def desk(visit: Visit, camera: str) -> Page:
    page = visit("/desk", who="moitruong")
    line(page, camera).click()
    expect(page.get_by_role("heading", name=camera)).to_be_visible()
    return page


def line(page: Page, camera: str) -> Locator:
    return page.get_by_role("list", name=say("desk.queue.title")).get_by_role("button").filter(has_text=camera)


def name_of(commune: Commune, scene: str) -> str:
    cameras = commune.stage.admin.get("/api/cameras")
    return str(next(camera["name"] for camera in cameras if camera["id"] == commune.stage.cameras[scene]))


@pytest.mark.parametrize("scene", ["day", "night"])
def test_a_sighting_has_three_pictures_and_a_clip_that_plays(visit: Visit, commune: Commune, scene: str) -> None:
    page = desk(visit, name_of(commune, scene))
    strip = page.get_by_role("list", name=say("desk.strip.title")).get_by_role("img")
    expect(strip).to_have_count(3)
    for place in range(3):
        expect(strip.nth(place)).to_have_js_property("complete", value=True)
        assert strip.nth(place).evaluate("picture => picture.naturalWidth") > 0
    page.get_by_role("button", name=say("desk.clip.play")).click()
    page.wait_for_function("() => { const film = document.querySelector('video'); return film.readyState >= 2 && film.currentTime > 0 }")
    expect(page.get_by_text(say("desk.why.who.somebody"))).to_contain_text(say("desk.why.side.left"))
    expect(page.get_by_text(say("desk.why.proposes"))).to_be_visible()
    more = page.get_by_role("button", name=say("desk.verdict.reject"), exact=True)
    expect(more, "where the reasons stand open there is nothing to unfold").to_be_hidden()
    page.set_viewport_size({"width": SIZES["phone"][0], "height": SIZES["phone"][1]})
    more.click()
    expect(page.get_by_role("button", name=say("desk.reasons.own_bin"))).to_be_visible()


def test_why_it_was_flagged_is_said_in_both_languages_and_unfolds(visit: Visit, commune: Commune) -> None:
    page = desk(visit, name_of(commune, "day"))
    looks = Looks(commune)
    for language in looks.languages(page):
        page.get_by_text(say("desk.why.more", language), exact=True).click()
        expect(page.get_by_text(say("desk.facts.flagged", language))).to_be_visible()
        looks.at(page, "desk-why", language)
    wrong = looks.wrong()
    assert not wrong, wrong


def test_the_camera_says_how_many_it_flags_and_takes_another_number(visit: Visit, commune: Commune) -> None:
    page = visit(f"/cameras/{commune.stage.cameras['day']}", who="moitruong")
    section = page.get_by_role("region", name=say("camera.budget.title"))
    expect(section).to_contain_text(say("camera.budget.shared", count=3))
    section.get_by_label(say("camera.budget.perDay")).fill("5")
    section.get_by_role("button", name=say("camera.budget.save"), exact=True).click()
    expect(section).to_contain_text(say("camera.budget.saved"))
    expect(section).to_contain_text(say("camera.budget.promise", most=11))
    for language in ("vi", "en"):
        speak(page, language)
        section = page.get_by_role("region", name=say("camera.budget.title", language))
        expect(section.get_by_text(say("camera.budget.light.day", language))).to_be_visible()
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            section.scroll_into_view_if_needed()
            picture(page, "camera-budget", size=size, language=language)


def test_one_key_confirms_one_takes_back_and_the_report_arrives(visit: Visit, commune: Commune) -> None:
    camera = name_of(commune, "day")
    page = desk(visit, camera)
    page.keyboard.press("1")
    expect(line(page, camera)).to_be_hidden()
    expect(page.get_by_role("button", name=say("desk.undo.do"))).to_be_visible()
    page.keyboard.press("u")
    expect(line(page, camera)).to_be_visible()
    line(page, camera).click()
    page.keyboard.press("1")
    expect(line(page, camera)).to_be_hidden()
    wanted, end = {"webhook", "open311"}, time.monotonic() + REPORTED_S
    while wanted and time.monotonic() < end:
        wanted -= {str(row["door"]) for row in commune.inbox.received() if row["about"] == "cameras.case_confirmed"}
        time.sleep(0.2)
    assert not wanted
    reports = visit("/admin/reports", who="moitruong")
    looks = Looks(commune)
    for language in looks.languages(reports):
        reports.get_by_text(say("house.reports.is.delivered", language), exact=True).click()
        expect(reports.get_by_role("listitem").filter(has_text=say("house.fact.cameras_case_confirmed", language)).first).to_be_visible()
        looks.at(reports, "admin-reports-delivered", language)
    wrong = looks.wrong()
    assert not wrong, wrong


def test_who_takes_back_before_the_node_has_answered_takes_back_that_verdict(visit: Visit, commune: Commune) -> None:
    camera = name_of(commune, "night")
    page = desk(visit, camera)
    asked: list[Route] = []

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/verdict", hold)
    page.keyboard.press("9")
    expect(line(page, camera)).to_be_hidden()
    page.keyboard.press("u")
    with page.expect_response("**/undo"):
        asked[0].continue_()
    page.unroute("**/verdict")
    expect(line(page, camera)).to_be_visible()


def test_a_rejection_carries_its_reason_and_the_empty_queue_says_what_was_watched(visit: Visit, commune: Commune) -> None:
    camera = name_of(commune, "night")
    page = desk(visit, camera)
    page.get_by_role("button", name=say("desk.reasons.own_bin")).click()
    expect(page.get_by_role("heading", name=say("desk.day.title"))).to_be_visible()
    looks = Looks(commune)
    for language in looks.languages(page):
        expect(page.get_by_role("heading", name=say("desk.day.title", language))).to_be_visible()
        looks.at(page, "desk-empty", language, sizes=SEEN)
    wrong = looks.wrong()
    assert not wrong, wrong
    page.get_by_text(say("desk.queue.done", "en")).first.click()
    expect(page.get_by_role("button").filter(has_text=camera)).to_contain_text(say("desk.state.rejected", "en"))
