"""Looks at a page as a careful person would: nothing cut, nothing foreign, nothing too small, nothing a screen reader cannot say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from edge.demo.calls import Caller
from tests.browser.conftest import LANGUAGES, SIZES, picture, speak
from tests.commune import Commune

SEEN = tuple(SIZES)
DESK_SIZES = ("desktop", "phone", "tablet", "screen")
TARGET_PX = 48
SETTLE_MS = 200

CUT = """() => {
    const faults = [];
    const words = element => element.innerText?.trim().slice(0, 60) ?? '';
    const own = element => [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim() !== '');
    const shown = element => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    for (const element of document.querySelectorAll('body *')) {
        if (element.clientWidth < 3 || element.clientHeight < 3 || !own(element) || !shown(element)) continue;
        const style = getComputedStyle(element);
        const hides = side => ['hidden', 'clip'].includes(side);
        if (element.closest('[title]') === null) {
            if (hides(style.overflowX) && element.scrollWidth > element.clientWidth + 1) faults.push(`cut: "${words(element)}"`);
            if (hides(style.overflowY) && element.scrollHeight > element.clientHeight + 2) faults.push(`cut below: "${words(element)}"`);
        }
    }
    const wide = document.scrollingElement.scrollWidth - window.innerWidth;
    if (wide > 1) faults.push(`the page is ${wide} px wider than its window`);
    for (const head of document.querySelectorAll('header')) {
        const boxes = [...head.querySelectorAll('*')].filter(element => own(element) && shown(element) && element.clientWidth + element.offsetWidth > 4)
            .filter(element => element.closest('[aria-hidden=true]') === null).map(element => {
            const range = document.createRange();
            range.selectNodeContents(element);
            return [element, range.getBoundingClientRect()];
        });
        boxes.forEach(([one, a], index) => boxes.slice(index + 1).forEach(([other, b]) => {
            if (!one.contains(other) && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 3 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 6)
                faults.push(`"${words(one)}" and "${words(other)}" overlap`);
        }));
    }
    return faults;
}"""
SMALL = """least => [...document.querySelectorAll('button, a[href], input:not([type=hidden]), select, summary, [role=tab], [role=button]')]
    .filter(element => element.checkVisibility({ visibilityProperty: true }) && element.clientWidth > 2)
    .filter(element => element.getBoundingClientRect().height < least - 0.5)
    .map(element => `${Math.round(element.getBoundingClientRect().height)} px high: "${(element.innerText || element.ariaLabel || '').slice(0, 40)}"`)"""
TEXTS = """() => {
    const found = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const element = walk.currentNode.parentElement;
        if (element.closest('script, style, canvas, [role=document]') === null && element.checkVisibility()) found.add(walk.currentNode.textContent.trim());
    }
    for (const element of document.querySelectorAll('[aria-label], [placeholder], [title], [alt]'))
        if (element.closest('[aria-hidden=true]') === null)
            for (const name of ['aria-label', 'placeholder', 'title', 'alt']) found.add(element.getAttribute(name)?.trim() ?? '');
    found.delete('');
    return [...found];
}"""
KEY = re.compile(r"\b(meeting|house|desk|camera|ground|errors|areas|onvif)\.[a-z]\w*")
SHORT_CODE = re.compile(r"[A-Z0-9]{6}")
"""The code that two screens show at enrolment: letters of no language."""
SAME_IN_BOTH = re.compile(
    r"[0-9A-Z]{4}-[0-9A-Z]{4}|dinh\.local/\S*|\+[0-9a-f]{8}\+\S+|\S*\.dinh\.json|rtsp://\S*|file://\S*|https?://\S*|dinh \w+"
    r"|\b(?:Đình|Camera|PIN|QR|SHA-256|RTSP|TCP|UDP|CA|Android|iPad|iPhone|Windows|Tablet|Ctrl|Enter|Open311|webhook|broker|English|Tiếng Việt)\b"
    r"|\b(?:h264|hevc|Chrome|Linux|UTC)\b|[0-9a-f]{6,}|\b[0-9a-f]{4}\b|\b\w{1,2}\b",
    re.IGNORECASE,
)
"""Names of things and of formats, which every language leaves as they are."""
SOURCES = ("/api/accounts", "/api/devices", "/api/cameras", "/api/connectors", "/api/meetings", "/api/reports?state=delivered")


def strings(found: Any) -> Iterator[str]:
    """Every text anywhere in a JSON value."""
    if isinstance(found, str):
        yield found
    elif isinstance(found, dict):
        for value in found.values():
            yield from strings(value)
    elif isinstance(found, list):
        for value in found:
            yield from strings(value)


@dataclass
class Looks:
    """What was found wrong, and what was read, on the pages looked at so far."""

    commune: Commune
    faults: list[str] = field(default_factory=list)
    read: dict[tuple[str, str], set[str]] = field(default_factory=dict)

    def languages(self, page: Page) -> Iterator[str]:
        """Both languages, one after the other, on the same page."""
        for language in LANGUAGES:
            speak(page, language)
            yield language

    def at(self, page: Page, name: str, language: str, *, sizes: tuple[str, ...] = SEEN, touch: bool = False) -> None:
        """Look at what `page` shows now, at every size. `touch`: it is used with fingers, so its targets are measured."""
        page.evaluate("document.fonts.ready.then(() => true)")
        for size in sizes:
            width, height = SIZES[size]
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(SETTLE_MS)
            picture(page, name, size=size, language=language, whole=size == "phone")
            self._fault(name, language, size, page.evaluate(CUT))
            if touch and size in {"tablet", "phone"}:
                self._fault(name, language, size, page.evaluate(SMALL, TARGET_PX))
        self._fault(name, language, "axe", list(violations(page)))
        texts = set(page.evaluate(TEXTS))
        self._fault(name, language, "words", [text for text in texts if KEY.search(text)])
        self.read[(name, language)] = texts

    def _fault(self, name: str, language: str, where: str, found: list[str]) -> None:
        self.faults.extend(f"{name} [{language} {where}] {one}" for one in found)

    def wrong(self) -> str:
        """Everything that is wrong, a line each; words that both languages share are wrong unless they are data."""
        for name in {name for name, _language in self.read}:
            both = self.read.get((name, "vi"), set()) & self.read.get((name, "en"), set())
            self._fault(name, "vi = en", "words", sorted(text for text in both if self._is_language(text)))
        return "\n".join(self.faults)

    def _is_language(self, text: str) -> bool:
        if SHORT_CODE.fullmatch(text.strip()):
            return False
        for known in self.data:
            text = text.replace(known, " ")
        return bool(re.search(r"[^\W\d_]{3,}", SAME_IN_BOTH.sub(" ", text)))

    @cached_property
    def data(self) -> list[str]:
        """Names and sentences that people entered, longest first."""
        stage = self.commune.stage
        meeting: Caller = stage.secretary
        found = set(strings(meeting.get(f"/api/meetings/{stage.meeting}")))
        for source in SOURCES:
            found |= set(strings(stage.admin.get(source)))
        found |= set(strings(stage.officer.get("/api/sightings/summary")))
        return sorted((text for text in found if len(text) > 2), key=len, reverse=True)


def violations(page: Page) -> Iterator[str]:
    """What axe finds serious or critical."""
    for violation in Axe().run(page).response["violations"]:
        if violation["impact"] in {"serious", "critical"}:
            nodes = ", ".join(str(node["target"][0]) for node in violation["nodes"][:3])
            yield f"{violation['id']} ({violation['help']}): {nodes}"
