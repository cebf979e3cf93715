"""A secret ballot on a real tablet browser: choose, sealed, into the box after a while, found on the board; a reload in between loses nothing."""

from typing import Any

from playwright.sync_api import Page, Request, expect

from edge.demo.booth import seal, token, vote_secretly
from edge.demo.stage import Stage
from tests.browser.conftest import LANGUAGES, SIZES, Visit, picture, say, speak
from tests.browser.seats import open_motion
from tests.browser.test_member import enrolled
from tests.commune import Commune

RULE = "hdnd-mien-nhiem"
AT_ONCE = (0.0, 0.1)
READ_SEALED = """() => new Promise((resolve, reject) => {
    const opening = indexedDB.open('dinh');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const asked = opening.result.transaction('sealed').objectStore('sealed').getAll();
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
    };
})"""


def new_secret_motion(stage: Stage, title: str) -> str:
    order = {"item": stage.items[2], "title": title, "text": "Có đơn xin thôi giữ chức vụ kèm theo.", "rule": RULE}
    return str(stage.secretary.post(f"/api/meetings/{stage.meeting}/motions", order)["id"])


def looked_at(page: Page, name: str, sizes: tuple[str, ...] = ("tablet", "phone")) -> None:
    """Pictures in both languages and sizes; the page is loaded again for each language and comes back to the same state."""
    for language in (*LANGUAGES[1:], LANGUAGES[0]):
        speak(page, language)
        page.wait_for_timeout(700)
        for size in sizes:
            width, height = SIZES[size]
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(200)
            picture(page, name, size=size, language=language, whole=size == "phone")
    page.set_viewport_size({"width": SIZES[sizes[0]][0], "height": SIZES[sizes[0]][1]})


def test_a_secret_ballot_from_the_choice_to_the_board(visit: Visit, commune: Commune) -> None:
    stage = commune.stage
    page = enrolled(visit, stage, "c1")
    control, hall = (
        visit(f"/control/{stage.meeting}", who="chutoa", size="desktop"),
        visit(f"/hall/{stage.meeting}", size="screen", who="chutoa"),
    )
    motion = new_secret_motion(stage, "Miễn nhiệm Phó Chủ tịch Ủy ban nhân dân")
    open_motion(stage, motion)
    boxes: list[Request] = []
    page.on("request", lambda request: boxes.append(request) if request.url.endswith("/box") else None)

    expect(page.get_by_text(say("meeting.secret.note"))).to_be_visible()
    looked_at(page, "secret-choose")
    page.get_by_role("button", name=say("meeting.choice.for"), exact=True).click()
    waiting = page.get_by_text(say("meeting.secret.step.waiting"))
    expect(waiting).to_be_visible()
    picture(page, "secret-waiting", size="tablet", language="vi")
    expect(control.get_by_text(say("meeting.secret.counts", issued=1, cast=0))).to_be_visible()
    picture(control, "secret-control", size="desktop", language="vi")
    page.reload()
    expect(page.get_by_text(say("meeting.secret.step.boxed")).or_(waiting)).to_be_visible()
    expect(page.get_by_text(say("meeting.secret.step.boxed"))).to_be_visible()

    assert len(boxes) == 1
    headers = boxes[0].all_headers()
    assert not {"cookie", "authorization", "referer"} & set(headers), headers
    kept: list[dict[str, Any]] = page.evaluate(READ_SEALED)
    assert set(kept[0]) == {"meeting", "motion", "member", "title", "step", "tracker", "code", "promise"}, "nothing joins token and ballot"
    expect(page.get_by_text(kept[0]["code"], exact=True)).to_be_visible()
    looked_at(page, "secret-boxed")

    others = list(stage.tablets.values())
    vote_secretly(others[0], "against", motion, pause_s=AT_ONCE)
    late = seal(others[1], "for", motion)
    token(others[1], late)
    expect(hall.get_by_text(say("meeting.secret.counts", issued=3, cast=2))).to_be_visible()
    picture(hall, "secret-hall", size="screen", language="vi")
    control.get_by_role("button", name=say("meeting.step.close_motion")).click()
    expect(control.get_by_role("alert").filter(has_text="2")).to_be_visible()
    picture(control, "secret-on-the-way", size="desktop", language="vi")
    control.get_by_role("button", name=say("meeting.step.close_motion_leave", count=1)).click()

    expect(page.get_by_text(say("meeting.secret.found.good"))).to_be_visible()
    looked_at(page, "secret-outcome")
    expect(hall.get_by_text(say("meeting.secret.counted", issued=3, cast=2, valid=2, invalid=0))).to_be_visible()
    picture(hall, "secret-hall-result", size="screen", language="vi")
    board = visit(f"/result/{stage.meeting}/{motion}", who="thuky", size="desktop")
    expect(board.get_by_role("cell", name=kept[0]["code"])).to_be_visible()
    expect(board.get_by_role("region", name=say("meeting.secret.board")).get_by_role("row")).to_have_count(3)
    looked_at(board, "secret-board", ("desktop", "phone"))

    page.get_by_role("button", name=say("meeting.secret.forget")).click()
    expect(page.get_by_text(say("meeting.secret.text.forgotten"))).to_be_visible()
    assert [one["step"] for one in page.evaluate(READ_SEALED)] == ["forgotten"]
    assert kept[0]["tracker"] not in str(page.evaluate(READ_SEALED))
