"""A member's evening on a real tablet browser: enrol, check in, read, ask to speak, vote, keep the receipt, have it checked."""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from edge.demo import play
from edge.demo.stage import Stage, convene
from tests.browser.conftest import Visit, picture, say
from tests.browser.seats import (
    accept_waiting,
    close_motion,
    enrolment,
    expect_choices,
    new_motion,
    open_motion,
    shown_code,
    type_pin,
)
from tests.commune import Commune, all_present

READ_VOTE = """key => new Promise((resolve, reject) => {
    const opening = indexedDB.open('dinh');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
        const asked = opening.result.transaction('receipts').objectStore('receipts').get(key);
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error);
    };
})"""
"""What the tablet keeps of a vote: the ballot that it signed and its receipt."""
FULL_FOR_ASKS = """() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
        return this.name === 'asks' ? new Promise(() => {}) : put.apply(this, given);
    };
}"""
"""From now on nothing that is asked gets to the disk, nor further: as if the page went at that moment."""


def choose(page: Page, label: str, option: str) -> None:
    """Pick a line of a list box."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def order_tablet(admin: Page, stage: Stage, *, name: str, seat: str) -> str:
    """The administrator makes a QR code for a tablet at a seat; returns the address in it."""
    admin.get_by_role("button", name=say("house.devices.add")).click()
    admin.get_by_role("textbox", name=say("house.devices.name")).fill(name)
    title = stage.secretary.get(f"/api/meetings/{stage.meeting}")["title"]
    choose(admin, say("house.devices.meeting"), title)
    choose(admin, say("house.devices.seat"), seat)
    admin.get_by_role("button", name=say("house.devices.makeQr")).click()
    expect(admin.get_by_role("img", name=say("house.devices.qrLabel"))).to_be_visible()
    where = urlsplit(admin.get_by_text("/enrol#").inner_text())
    return f"{where.path}#{where.fragment}"


def enrolled(visit: Visit, stage: Stage, seat: str) -> Page:
    """A browser that is the tablet of `seat` and has checked in, without looking at the administrator's side again."""
    page = visit(enrolment(stage, seat, seat.upper()), size="tablet")
    expect(page.get_by_text(say("house.enrol.compare"))).to_be_visible()
    accept_waiting(stage, shown_code(page))
    type_pin(page, stage.pins[seat])
    back, room = page.get_by_role("button", name=say("meeting.vote.back")), page.get_by_role("navigation", name=say("meeting.agenda.title"))
    expect(back.or_(room)).to_be_visible()
    if back.is_visible():  # the result of the vote before
        back.click()
    expect(room).to_be_visible()
    return page


def verify(bundle: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge.cli", "verify", str(bundle), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_a_browser_becomes_the_tablet_of_a_seat_and_its_member_checks_in(visit: Visit, commune: Commune) -> None:
    stage = commune.stage
    admin = visit("/admin/devices", who="admin")
    tablet = visit(order_tablet(admin, stage, name="Máy A3", seat="A3"), size="tablet")
    expect(tablet.get_by_role("heading", name=say("house.enrol.waiting", name="Máy A3"))).to_be_visible()
    expect(admin.get_by_role("dialog").get_by_text(shown_code(tablet), exact=True)).to_be_visible()
    admin.get_by_role("button", name=say("house.devices.accept")).click()
    expect(tablet.get_by_role("heading", name=say("meeting.checkIn.pin"))).to_be_visible()
    wrong = "".join(str((int(digit) + 1) % 10) for digit in stage.pins["a3"])
    type_pin(tablet, wrong)
    expect(tablet.get_by_role("alert")).to_contain_text(say("errors.meeting.wrong_pin", left=4)[:14])
    type_pin(tablet, stage.pins["a3"])
    expect(tablet.get_by_text(say("meeting.seat", label="A3"))).to_be_visible()


def test_a_member_reads_a_document_and_asks_to_speak(visit: Visit, commune: Commune) -> None:
    page = enrolled(visit, commune.stage, "b1")
    expect(page.get_by_role("document", name=say("meeting.reader.label")).locator("canvas").first).to_be_visible()
    drawn = "canvas => { const p = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data; return p.some(v => v < 90 && v > 0) }"
    page.wait_for_function(f"() => [...document.querySelectorAll('canvas')].some({drawn})")
    expect(page.get_by_text(say("meeting.reader.same", hash="")[:24])).to_be_visible()
    page.get_by_role("button", name=say("meeting.floor.speak")).click()
    expect(page.get_by_text(say("meeting.floor.place", place=1, count=1))).to_be_visible()
    page.get_by_role("button", name=say("meeting.floor.withdraw")).click()
    expect(page.get_by_role("button", name=say("meeting.floor.speak"))).to_be_enabled()
    expect(page.get_by_text(say("meeting.floor.hint"))).to_be_visible()


def test_a_vote_its_receipt_its_outcome_and_dinh_verify(visit: Visit, commune: Commune, tmp_path: Path) -> None:
    stage = commune.stage
    page = enrolled(visit, stage, "b2")
    title = "Thông qua kế hoạch trồng cây năm tới"
    motion = new_motion(stage, title)
    open_motion(stage, motion)
    expect_choices(page, title)
    page.get_by_role("button", name=say("meeting.choice.for"), exact=True).click()
    expect_receipt(page)
    kept = page.evaluate(READ_VOTE, f"{stage.meeting}/{motion}")
    page.reload()
    expect_receipt(page)
    expect(page.get_by_text(kept["cast"]["receipt"]["code"], exact=True)).to_be_visible()
    close_motion(stage, motion)
    expect(page.get_by_text(say("meeting.result.rejected"), exact=True)).to_be_visible()
    page.get_by_role("button", name=say("meeting.outcome.search")).click()
    expect(page.get_by_text(say("meeting.outcome.found.good"))).to_be_visible()
    judged_outside(exported(visit, stage, motion, tmp_path), kept["cast"]["receipt"], tmp_path)
    page.get_by_role("button", name=say("meeting.vote.back")).click()
    expect(page.get_by_role("navigation", name=say("meeting.agenda.title"))).to_be_visible()


def test_a_signed_ballot_goes_out_though_the_page_went_before_its_ask_was_kept(visit: Visit, commune: Commune) -> None:
    stage = commune.stage
    page = enrolled(visit, stage, "b5")
    title = "Biểu quyết khi trang bị đóng giữa chừng"
    motion = new_motion(stage, title)
    open_motion(stage, motion)
    expect_choices(page, title)
    page.evaluate(FULL_FOR_ASKS)
    page.get_by_role("button", name=say("meeting.choice.for"), exact=True).click()
    expect(page.get_by_role("paragraph").filter(has_text=say("meeting.receipt.waiting"))).to_be_visible()
    page.reload()
    expect_receipt(page)
    close_motion(stage, motion)


def expect_receipt(page: Page) -> None:
    """The receipt: what was chosen, code, QR, and that this tablet has checked it."""
    expect(page.get_by_text(say("meeting.receipt.done", at=""))).to_be_visible()
    expect(page.get_by_text(say("meeting.choice.for"), exact=True)).to_be_visible()
    expect(page.get_by_role("img", name=say("meeting.receipt.qr"))).to_be_visible()
    expect(page.get_by_text(say("meeting.receipt.overall.good"))).to_be_visible()


def exported(visit: Visit, stage: Stage, motion: str, folder: Path) -> Path:
    """The bundle, as the chair downloads it on the page of the result."""
    page = visit(f"/result/{stage.meeting}/{motion}", who="chutoa")
    with page.expect_download() as download:
        page.get_by_role("link", name=say("meeting.result.bundle")).click()
    bundle = folder / "bundle.dinh.json"
    download.value.save_as(bundle)
    return bundle


def judged_outside(bundle: Path, receipt: object, folder: Path) -> None:
    """`dinh verify` takes bundle and receipt; with one byte changed it refuses and says what is wrong."""
    kept = folder / "receipt.json"
    kept.write_text(json.dumps(receipt), "utf-8")
    good = verify(bundle, "--receipt", str(kept))
    assert good.returncode == 0, good.stdout + good.stderr
    raw = bytearray(bundle.read_bytes())
    spot = raw.index(b'"root"') + 12 if b'"root"' in raw else len(raw) // 2
    raw[spot] = ord("A") if raw[spot] != ord("A") else ord("B")
    bundle.write_bytes(raw)
    bad = verify(bundle, "--receipt", str(kept))
    assert bad.returncode == 1, bad.stdout + bad.stderr
    assert len(bad.stdout + bad.stderr) > 40


def test_voting_needs_no_pointer(visit: Visit, commune: Commune) -> None:
    stage = commune.stage
    page = enrolled(visit, stage, "b3")
    motion = new_motion(stage, "Biểu quyết bằng bàn phím")
    open_motion(stage, motion)
    expect_choices(page, "Biểu quyết bằng bàn phím")
    wanted = say("meeting.choice.against")
    for _press in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.textContent ?? ''").strip() == wanted:
            break
    focus = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    expect(page.get_by_text(say("meeting.receipt.done", at=""))).to_be_visible()
    expect(page.get_by_text(wanted, exact=True)).to_be_visible()
    assert focus != "none", "who votes with keys must see where the focus is"
    close_motion(stage, motion)


def test_after_the_close_the_tablet_says_so_and_keeps_the_receipt(visit: Visit, commune: Commune) -> None:
    stage = replace(commune.stage, items=[])
    convene(stage)
    base = f"/api/meetings/{stage.meeting}"
    all_present(stage)
    page, other = enrolled(visit, stage, "a1"), visit(enrolment(stage, "a2", "A2"), size="tablet")
    accept_waiting(stage, shown_code(other))
    play.open_session(stage)
    open_motion(stage, stage.motion)
    page.get_by_role("button", name=say("meeting.choice.for"), exact=True).click()
    expect_receipt(page)
    close_motion(stage, stage.motion)
    page.get_by_role("button", name=say("meeting.vote.back")).click()
    stage.chair.post(f"{base}/items/{stage.items[2]}/finish")
    stage.chair.post(f"{base}/state", {"state": "closed"})
    page.reload()
    expect(page.get_by_text(say("meeting.tablet.over", receipts=say("meeting.receipts.heading")))).to_be_visible()
    page.get_by_role("button", name=say("meeting.receipts.heading")).click()
    expect(page.get_by_text(say("meeting.receipts.found"))).to_be_visible()
    expect(other.get_by_role("heading", name=say("meeting.tablet.ended"))).to_be_visible()


@pytest.fixture
def voting(visit: Visit, commune: Commune) -> tuple[Page, str]:
    """A tablet in front of an open vote, not cast yet."""
    page = enrolled(visit, commune.stage, "b4")
    motion = new_motion(commune.stage, "Biểu quyết khi nút khởi động lại")
    open_motion(commune.stage, motion)
    expect_choices(page, "Biểu quyết khi nút khởi động lại")
    return page, motion


def test_after_kill_9_of_the_desk_the_tablet_comes_back_by_itself(voting: tuple[Page, str], commune: Commune) -> None:
    page, motion = voting
    page.evaluate("window.unbroken = true")
    desk = next(child for child in commune.running.status.children if child.name.startswith("desk"))
    assert desk.pid is not None
    os.kill(desk.pid, signal.SIGKILL)
    expect(page.get_by_text(say("ground.connection.online"))).to_be_hidden()
    picture(page, "tablet-away", size="tablet", language="vi")
    expect_choices(page, "Biểu quyết khi nút khởi động lại")
    page.get_by_role("button", name=say("meeting.choice.abstain"), exact=True).click()
    expect(page.get_by_text(say("meeting.receipt.done", at=""))).to_be_visible(timeout=60_000)
    expect(page.get_by_text(say("ground.connection.online"))).to_be_visible()
    assert page.evaluate("window.unbroken"), "the page was loaded again"
    commune.running.wait_whole()
    close_motion(commune.stage, motion)
    for tablet in commune.stage.tablets.values():
        tablet.reconnect_if_lost()
