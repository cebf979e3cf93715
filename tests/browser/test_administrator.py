"""The administrator signs in, adds and removes a camera, makes a tablet's QR code and an account, and reads the node's health."""

import secrets
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cameras.watch.detector.shelf import Shelf, Told
from edge.node.names import WATCHER
from tests.browser.conftest import Visit, say
from tests.cameras.watch import tiny
from tests.commune import CLIPS, Commune


def test_signing_in_with_the_form(visit: Visit, commune: Commune) -> None:
    page = visit("/admin/devices")
    page.get_by_role("textbox", name=say("house.login.name")).fill("admin")
    page.get_by_label(say("house.login.password")).first.fill("không phải mật khẩu")
    page.get_by_role("button", name=say("house.login.go")).click()
    expect(page.get_by_role("alert")).to_have_text(say("errors.house.wrong_name_or_password"))
    page.get_by_label(say("house.login.password")).first.fill(commune.stage.passwords["admin"])
    page.get_by_role("button", name=say("house.login.go")).click()
    expect(page.get_by_role("heading", name=say("house.devices.title"), exact=True)).to_be_visible()
    page.get_by_role("banner").get_by_role("button", name="Quản trị viên").click()
    page.get_by_role("menuitem", name=say("ground.signOut")).click()
    expect(page.get_by_role("button", name=say("house.login.go"))).to_be_visible()


@pytest.fixture
def cameras(visit: Visit) -> Page:
    page = visit("/admin/cameras", who="admin")
    page.get_by_role("button", name=say("house.cameras.add")).click()
    page.get_by_text(say("house.cameras.way.address")).click()
    return page


def look_at(page: Page, name: str, url: str) -> None:
    """The first of three steps."""
    page.get_by_role("textbox", name=say("house.cameras.name")).fill(name)
    page.get_by_role("textbox", name=say("house.cameras.url")).fill(url)
    page.get_by_role("button", name=say("house.cameras.look")).click()


def test_a_camera_is_added_in_three_steps_and_removed(cameras: Page, commune: Commune) -> None:
    name = f"Ngõ {secrets.token_hex(2)}"
    look_at(cameras, name, Path(CLIPS / "yard.mp4").resolve().as_uri())
    expect(cameras.get_by_role("img", name=say("house.cameras.seenNow"))).to_be_visible()
    cameras.get_by_role("button", name=say("house.cameras.isRight")).click()
    cameras.get_by_role("textbox", name=say("house.cameras.place")).fill("Đầu ngõ, tổ 7")
    cameras.get_by_role("button", name=say("house.cameras.begin")).click()
    line: Locator = cameras.get_by_role("listitem").filter(has_text=name)
    expect(line).to_be_visible()
    line.get_by_role("button", name=say("house.cameras.remove"), exact=True).click()
    line.get_by_role("button", name=say("house.cameras.removeSure")).click()
    expect(line).to_be_hidden()


@pytest.mark.parametrize(
    ("url", "code"), [("rtsp://127.0.0.1:9/live", "errors.cameras.refused"), ("file:///khong/co.mp4", "errors.cameras.file_missing")]
)
def test_a_camera_that_cannot_be_seen_says_why(cameras: Page, url: str, code: str) -> None:
    look_at(cameras, "Camera hỏng", url)
    expect(cameras.get_by_text(say(code))).to_be_visible()
    expect(cameras.get_by_role("button", name=say("house.cameras.anyway"))).to_be_enabled()


def test_a_tablet_gets_a_qr_code(visit: Visit) -> None:
    page = visit("/admin/devices", who="admin")
    page.get_by_role("button", name=say("house.devices.add")).click()
    page.get_by_role("textbox", name=say("house.devices.name")).fill("Máy mới")
    page.get_by_role("button", name=say("house.devices.makeQr")).click()
    expect(page.get_by_role("img", name=say("house.devices.qrLabel"))).to_be_visible()
    expect(page.get_by_text("/enrol#")).to_be_visible()


def test_a_receiver_is_added_tried_and_removed(visit: Visit) -> None:
    page, name = visit("/admin/reports", who="admin"), f"Hệ thống {secrets.token_hex(2)}"
    page.get_by_role("button", name=say("house.receivers.add")).click()
    form = page.get_by_role("dialog")
    form.get_by_label(say("house.receivers.name"), exact=False).first.fill(name)
    form.get_by_label(say("house.receivers.url"), exact=False).fill("https://10.1.2.3/hook")
    form.get_by_role("button", name=say("house.receivers.make"), exact=True).click()
    expect(form.get_by_role("alert")).to_have_text(say("errors.reporting.private_address", host="10.1.2.3"))
    form.get_by_label(say("house.receivers.url"), exact=False).fill("https://127.0.0.1:9/hook")
    form.get_by_role("button", name=say("house.receivers.make"), exact=True).click()
    expect(form.get_by_text("whsec_")).to_be_visible()
    form.get_by_role("button", name=say("house.receivers.noted")).click()
    line = page.get_by_role("listitem").filter(has_text=name)
    line.get_by_role("button", name=say("house.receivers.test"), exact=True).click()
    expect(line.get_by_text(say("errors.reporting.unreachable", host="127.0.0.1"))).to_be_visible()
    line.get_by_role("button", name=say("house.receivers.remove"), exact=True).click()
    line.get_by_role("button", name=say("house.receivers.removeSure")).click()
    expect(line).to_be_hidden()


def test_an_account_is_made_and_its_password_shown_once(visit: Visit) -> None:
    page = visit("/admin/accounts", who="admin")
    login = f"canbo{secrets.token_hex(2)}"
    page.get_by_role("button", name=say("house.accounts.add")).click()
    page.get_by_role("textbox", name=say("house.accounts.name")).fill("Cán bộ mới")
    page.get_by_role("textbox", name=say("house.accounts.login")).fill(login)
    page.get_by_role("checkbox", name=say("house.role.officer")).check()
    page.get_by_role("button", name=say("house.accounts.make")).click()
    shown = page.get_by_role("dialog", name=say("house.accounts.once"))
    password = shown.locator("p").last.inner_text()
    shown.get_by_role("button", name=say("house.accounts.noted")).click()
    expect(page.get_by_role("button").filter(has_text=login)).to_contain_text(say("house.accounts.is.oneTime"))
    first = visit("/")
    first.get_by_role("textbox", name=say("house.login.name")).fill(login)
    first.get_by_label(say("house.login.password")).first.fill(password)
    first.get_by_role("button", name=say("house.login.go")).click()
    expect(first.get_by_role("heading", name=say("house.login.first.title"))).to_be_visible()


def test_the_health_page_names_every_part_of_the_node(visit: Visit, commune: Commune) -> None:
    page = visit("/admin/health", who="admin")
    for child in ("broker", "desk", "watcher"):
        line = page.get_by_role("listitem").filter(has_text=say(f"house.child.{child}"))
        expect(line).to_contain_text(say("house.childState.ready"))
    expect(page.get_by_text(say("house.health.brokerUp"), exact=True)).to_be_visible()


def test_the_watchers_page_says_which_detector_runs_and_why_one_does_not(visit: Visit, commune: Commune, tmp_path: Path) -> None:
    folder = commune.running.settings.home.watcher(WATCHER) / "models"
    Shelf(folder).add(tiny.write(tmp_path / "nano.onnx", tiny.yolox()), Told("nano", "Apache-2.0"))
    page = visit("/admin/devices", who="admin")
    page.get_by_role("button").filter(has_text=say("house.kind.watcher")).first.click()
    part = page.get_by_role("region", name=say("house.detector.title"))
    expect(part).to_contain_text("Apache-2.0")
    expect(part).to_contain_text("yolox · 128×128")
    (folder / "nano.onnx").write_bytes(b"other")
    (folder / "models.toml").touch()
    expect(part).to_contain_text(say("errors.models.checksum", name="nano"))
    Shelf(folder).remove("nano")
    expect(part).to_contain_text(say("house.detector.none"))
