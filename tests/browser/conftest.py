"""Debian's Chromium, driven by Playwright, against a whole node. Nothing is mocked: pages, broker, database, cameras are real."""

import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from edge.demo.stage import Stage
from tests.commune import Commune, commune

__all__ = ["commune"]

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SIZES = {"tablet": (1280, 800), "phone": (390, 844), "desktop": (1440, 900), "screen": (1920, 1080)}
LANGUAGES = ("vi", "en")
PICTURES = Path(os.environ.get("DINH_PICTURES", ROOT / "tests" / "out" / "pictures"))
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)

Visit = Callable[..., Page]


@cache
def words(language: str) -> dict[str, Any]:
    """The catalogue of one language, as the pages have it."""
    found: dict[str, Any] = json.loads((ROOT / "edge/web/src/locales" / f"{language}.json").read_text("utf-8"))
    return found


def say(key: str, language: str = "vi", /, **facts: object) -> str:
    """The sentence of a dotted key, so that a test finds a button by what people read on it."""
    found: Any = words(language)
    for part in key.split("."):
        found = found[part if part in found else f"{part}_{'one' if facts.get('count') == 1 else 'other'}"]
    text = str(found)
    for name, value in facts.items():
        text = text.replace("{{" + name + "}}", str(value))
    return text


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Ends with the last browser test, because its event loop runs in this thread and other tests start their own."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
    yield browser
    browser.close()


@pytest.fixture
def visit(chromium: Browser, commune: Commune) -> Iterator[Visit]:
    """Opens a page of the node in a context of its own: `visit("/desk", who="moitruong", size="desktop", language="vi")`.

    An error in a page's script, or a request to anywhere but the node, fails the test that opened it.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []
    origin = commune.running.node.url

    def open_page(path: str, *, who: str | None = None, size: str = "desktop", language: str = "vi") -> Page:
        width, height = SIZES[size]
        context = chromium.new_context(
            ignore_https_errors=True, viewport={"width": width, "height": height}, locale="vi-VN", base_url=origin, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(f"localStorage.getItem('dinh.language') ?? localStorage.setItem('dinh.language', '{language}')")
        if who is not None:
            context.add_cookies(session_cookies(commune.stage, who, origin))
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"{path}: {error}"))
        page.on("request", lambda request: faults.append(f"asked {request.url}") if foreign(request.url, origin) else None)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults, faults


def foreign(url: str, origin: str) -> bool:
    """True for a request that leaves the node."""
    return not url.startswith((origin, origin.replace("https:", "wss:"), "data:", "blob:"))


def session_cookies(stage: Stage, who: str, origin: str) -> list[Any]:
    """The cookies of somebody who has signed in already."""
    cookies = stage.staff[who].http.cookies
    return [{"name": name, "value": value, "url": origin, "secure": True, "httpOnly": True} for name, value in cookies.items()]


def picture(page: Page, name: str, *, size: str, language: str, whole: bool = False) -> None:
    """Keep what the page looks like now, to be looked at by a person; `whole` scrolls it to its end."""
    folder = PICTURES / language / size
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=folder / f"{name}.png", full_page=whole, animations="disabled")


def speak(page: Page, language: str) -> None:
    """Show the open page in the other language, as it comes back after a reload."""
    page.evaluate("language => localStorage.setItem('dinh.language', language)", language)
    page.reload()
