"""A secret election with twelve candidates on a real tablet browser: from the paper to the code on the board, and home as a file."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from edge.demo.booth import vote_secretly
from edge.demo.stage import Stage
from meeting.log.verifier import Beside, verify
from tests.browser.conftest import Visit, picture, say
from tests.browser.looks import Looks
from tests.browser.seats import open_motion
from tests.browser.test_member import enrolled
from tests.commune import Commune

RULE, SEATS = "hdnd-bau-cu", 5
PEOPLE = [f"Người được giới thiệu ở Tổ số {place}" for place in range(1, 13)]
"""As long as a long name is."""
CHOSEN = (0, 3, 11)
AT_ONCE = (0.0, 0.1)
FINGERS = ("phone", "tablet")


def new_election(stage: Stage) -> str:
    candidates = [{"name": name, "about": "Phó Trưởng ban Pháp chế, sinh năm 1975"} for name in PEOPLE]
    order = {
        "item": stage.items[2],
        "title": "Bầu ủy viên các Ban của Hội đồng nhân dân",
        "rule": RULE,
        "candidates": candidates,
        "seats": SEATS,
    }
    return str(stage.secretary.post(f"/api/meetings/{stage.meeting}/motions", order)["id"])


def line(page: Page, place: int) -> Locator:
    """Names end in a number: the whole line is meant."""
    return page.get_by_role("checkbox").nth(place)


def chosen_and_cast(page: Page, looks: Looks) -> None:
    for place in CHOSEN:
        line(page, place).check()
    page.get_by_role("button", name=say("meeting.election.review")).click()
    expect(page.get_by_role("heading", name=say("meeting.election.reviewTitle", chosen=len(CHOSEN), seats=SEATS))).to_be_focused()
    looks.at(page, "secret-election-review", "vi", sizes=FINGERS, touch=True)
    page.get_by_role("button", name=say("meeting.election.cast")).click()
    expect(page.get_by_text(say("meeting.secret.step.boxed"))).to_be_visible()
    for place in CHOSEN:
        expect(page.get_by_text(PEOPLE[place], exact=True)).to_have_count(0)
    picture(page, "secret-election-boxed", size="tablet", language="vi")


def whole_on_the_wall(hall: Page, looks: Looks, name: str) -> None:
    """All of it stands above the foot, on the wall's own size."""
    looks.at(hall, name, "vi", sizes=("screen",))
    assert hall.evaluate("(main => main.scrollHeight - main.clientHeight)(document.querySelector('main'))") <= 2, name


def taken_home(page: Page, folder: Path) -> bytes:
    """The promise of the box as a file, out of the list of receipts."""
    page.get_by_role("button", name=say("meeting.vote.back")).click()
    page.get_by_role("button", name=say("meeting.receipts.title", count=1)).click()
    drawer = page.get_by_role("dialog", name=say("meeting.receipts.heading"))
    expect(drawer.get_by_text(say("meeting.secret.found.good"))).to_be_visible()
    with page.expect_download() as waiting:
        drawer.get_by_role("button", name=say("meeting.keep.file")).click()
    waiting.value.save_as(folder / waiting.value.suggested_filename)
    return (folder / waiting.value.suggested_filename).read_bytes()


def test_a_secret_election_from_the_paper_to_the_code_on_the_board(visit: Visit, commune: Commune, tmp_path: Path) -> None:
    stage, looks = commune.stage, Looks(commune)
    page, hall = enrolled(visit, stage, "c2"), visit(f"/hall/{stage.meeting}", who="chutoa", size="screen")
    motion = new_election(stage)
    open_motion(stage, motion)
    for language in looks.languages(page):
        expect(page.get_by_text(say("meeting.secret.note", language))).to_be_visible()
        looks.at(page, "secret-election", language, sizes=FINGERS, touch=True)
    next(looks.languages(page))
    for tablet, choice in zip(list(stage.tablets.values())[:2], ("none", "c1,c2"), strict=True):
        tablet.reconnect_if_lost()
        vote_secretly(tablet, choice, motion, pause_s=AT_ONCE)
    chosen_and_cast(page, looks)
    expect(hall.get_by_text(say("meeting.secret.counts", issued=3, cast=3))).to_be_visible()
    whole_on_the_wall(hall, looks, "hall-secret-election")
    base = f"/api/meetings/{stage.meeting}/motions/{motion}"
    stage.chair.post(f"{base}/close")
    expect(page.get_by_text(say("meeting.secret.found.good"))).to_be_visible()
    looks.at(page, "secret-election-outcome", "vi", sizes=FINGERS, touch=True)
    expect(hall.get_by_text(say("meeting.secret.counted", issued=3, cast=3, valid=2, invalid=1))).to_be_visible()
    whole_on_the_wall(hall, looks, "hall-secret-election-result")
    on_the_board(visit(f"/result/{stage.meeting}/{motion}", who="thuky"), looks)
    promise = taken_home(page, tmp_path)
    bundle = stage.secretary.bytes_of(f"{base}/bundle")
    assert verify(bundle, Beside(receipts=[promise])).ok
    wrong = looks.wrong()
    assert not wrong, wrong


def on_the_board(page: Page, looks: Looks) -> None:
    board = page.get_by_role("region", name=say("meeting.secret.board"))
    expect(board.get_by_role("row")).to_have_count(4)
    expect(board.get_by_role("row").filter(has_text=PEOPLE[CHOSEN[-1]])).to_have_count(1)
    expect(board.get_by_role("row").filter(has_text=say("meeting.secret.invalidBlank"))).to_have_count(1)
    expect(page.get_by_text(say("meeting.election.blankCount.invalid", blank=1))).to_be_visible()
    looks.at(page, "result-secret-election", "vi", sizes=("desktop", "phone"))
