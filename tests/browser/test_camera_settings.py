"""An administrator adds a camera by ONVIF, sets what it advises, and draws what is watched and what nobody may see."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit, say
from tests.cameras.watch import films
from tests.cameras.watch.conftest import Serve, serve
from tests.commune import Commune
from tests.edge.devices.onvif_camera import PASSWORD, USER, Camera, Stream, standing

__all__ = ["serve"]


@pytest.fixture
def camera(serve: Serve, tmp_path: Path) -> Iterator[Camera]:
    """A camera with a real stream, whose clock is seven minutes late and which does not take one size."""
    port = urlsplit(serve(films.render(tmp_path / "yard.mp4", films.waiting, 20))).port or 0
    streams = {"main": Stream(1920, 1080, "H265", path="/film"), "sub": Stream(1280, 720, path="/film")}
    with standing(Camera(rtsp_port=port, streams=streams, skew=timedelta(minutes=-7), refuses="640")) as made:
        yield made


def add(page: Page, camera: Camera, name: str) -> None:
    page.get_by_role("button", name=say("house.cameras.add")).click()
    page.get_by_role("button", name=say("onvif.byHand")).click()
    page.get_by_role("textbox", name=say("onvif.address")).fill(camera.address)
    page.get_by_role("textbox", name=say("onvif.user")).fill(USER)
    password = page.get_by_label(say("onvif.password"), exact=True)
    password.fill("không phải mật khẩu")
    page.get_by_role("button", name=say("onvif.ask")).click()
    expect(page.get_by_role("alert")).to_have_text(say("errors.house.onvif_clock", minutes=7))
    password.fill(PASSWORD)
    page.get_by_role("button", name=say("onvif.ask")).click()
    expect(page.get_by_role("radio", name=say("onvif.stream.main", name="main"))).to_be_checked()
    page.get_by_role("button", name=say("house.cameras.look")).click()
    expect(page.get_by_role("img", name=say("house.cameras.seenNow"))).to_be_visible()
    page.get_by_role("button", name=say("house.cameras.isRight")).click()
    page.get_by_role("textbox", name=say("house.cameras.name")).fill(name)
    page.get_by_role("button", name=say("house.cameras.begin")).click()
    expect(page.get_by_role("listitem").filter(has_text=name)).to_be_visible()


def settle(page: Page, camera: Camera) -> None:
    """What is advised is shown, one change is left out, one is refused in the camera's words, the others are set."""
    page.get_by_role("button", name=say("onvif.read"), exact=True).click()
    rate = page.get_by_role("checkbox", name=say("onvif.what.rate", name="sub"))
    expect(rate).to_be_checked()
    assert not Axe().run(page).response["violations"]
    assert not [name for name in camera.log if name.startswith("Set")], "nothing is set before it was agreed to"
    rate.uncheck()
    page.get_by_role("button", name=say("onvif.setTime")).click()
    expect(page.get_by_text(say("onvif.clockRight"))).to_be_visible()
    page.get_by_role("button", name=say("onvif.set_other", count=5)).click()
    expect(page.get_by_text(say("errors.house.onvif_refused", words="value not possible for *** at ***"))).to_be_visible()
    assert (camera.streams["main"].codec, camera.streams["main"].gop, camera.streams["sub"].constant) == ("H264", 30, True)


def corner(page: Page, number: int) -> Locator:
    return page.get_by_role("list", name=say("areas.corners", name=say("areas.kind.mask.name", number=1))).get_by_role("button").nth(number)


def draw(page: Page) -> None:
    """Four corners with the mouse, one moved with the keyboard, one dragged."""
    picture = page.locator("[data-drawing]")
    expect(picture.get_by_role("img")).to_be_visible()
    page.get_by_role("button", name=say("areas.kind.mask.add"), exact=True).click()
    picture.scroll_into_view_if_needed()
    box = picture.bounding_box()
    assert box is not None
    for x, y in ((0.1, 0.1), (0.5, 0.1), (0.5, 0.4), (0.1, 0.4)):
        picture.click(position={"x": x * box["width"], "y": y * box["height"]})
    corner(page, 0).focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowLeft")
    expect(corner(page, 0)).to_have_accessible_name(say("areas.corner", number=1, x=0, y=10))
    corner(page, 2).drag_to(picture, target_position={"x": 0.6 * box["width"], "y": 0.5 * box["height"]})
    expect(corner(page, 2)).to_have_accessible_name(say("areas.corner", number=3, x=60, y=50))
    page.get_by_role("button", name=say("areas.save")).click()
    expect(page.get_by_text(say("areas.saved"))).to_be_visible()


def test_a_camera_is_added_by_onvif_set_and_masked(visit: Visit, commune: Commune, camera: Camera) -> None:
    page = visit("/admin/cameras", who="admin")
    add(page, camera, "Cổng chợ Đầm")
    (made,) = [one for one in commune.stage.admin.get("/api/cameras") if one["name"] == "Cổng chợ Đầm"]
    assert PASSWORD not in str(made)
    page.goto(f"/cameras/{made['id']}")
    settle(page, camera)
    draw(page)
    (saved,) = [one for one in commune.stage.admin.get("/api/cameras") if one["id"] == made["id"]]
    (mask,) = saved["masks"]
    assert mask["name"] == say("areas.kind.mask.name", number=1)
    assert [(round(x, -1), round(y, -1)) for x, y in mask["points"]] == [(0, 100), (500, 100), (600, 500), (100, 400)]
    commune.stage.admin.http.delete(f"/api/cameras/{made['id']}", headers={"X-Dinh": "1"}).raise_for_status()
