"""The offline verifier in Chromium: opened from disk with the network cut, in both languages, at the four sizes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import LANGUAGES, SIZES, picture
from tests.browser.looks import CUT, SETTLE_MS, SMALL, TARGET_PX, violations
from tests.meeting import evenings
from tests.meeting.evenings import Evening

WEB = Path(__file__).resolve().parents[2] / "edge" / "web"
FILE = WEB / "built" / "verify.html"


def say(area: str, key: str, language: str = "vi", **facts: object) -> str:
    words = json.loads((WEB / "verify" / "words" / f"{language}.json").read_text("utf-8"))
    return str(words[area][key]).format(**facts)


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    return evenings.question(tmp_path_factory.mktemp("evening"))


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """The file from disk. Whatever it asks for, but itself, fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN", reduced_motion="reduce", offline=True)
    opened = context.new_page()
    faults: list[str] = []
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    opened.on("request", lambda request: faults.append(request.url) if request.url != FILE.as_uri() else None)
    opened.goto(FILE.as_uri())
    yield opened
    context.close()
    assert not faults, faults


def choose(page: Page, pile: str, *files: tuple[str, bytes]) -> None:
    page.locator(f"#pick-{pile}").set_input_files([FilePayload(name=name, mimeType="", buffer=raw) for name, raw in files])


def give(page: Page, evening: Evening) -> None:
    """Everything that a stranger may have."""
    choose(page, "bundle", ("hop.dinh.json", evening.bundle))
    page.get_by_text(say("files", "more")).click()
    page.locator("#key").fill(str(evening.beside.key))
    page.locator("#key").blur()
    choose(page, "receipts", *[(f"bien-nhan-{i}.json", raw) for i, raw in enumerate(evening.beside.receipts)])
    expect(page.locator(".steps .done")).to_have_count(10)
    page.locator("#heads").fill("\n\n".join(evening.beside.heads))
    page.locator("#heads").blur()
    choose(page, "documents", *[(f"to-trinh-{i}.pdf", raw) for i, raw in enumerate(evening.beside.documents)])


def faults_of(page: Page, name: str, language: str) -> list[str]:
    """What a careful person would find wrong at any size, with a picture of each."""
    found = []
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(SETTLE_MS)
        picture(page, name, size=size, language=language, whole=True)
        found += [f"{name} {size} {language}: {one}" for one in page.evaluate(CUT)]
        if size in {"phone", "tablet"}:
            found += [f"{name} {size} {language}: {one}" for one in page.evaluate(SMALL, TARGET_PX) if "choose" not in one]
    return [*found, *violations(page)]


def in_each_language(page: Page, name: str) -> list[str]:
    found = []
    for language in LANGUAGES:
        page.locator(f".languages [lang={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        found += faults_of(page, name, language)
    page.locator(".languages [lang=vi]").click()
    return found


def test_a_good_bundle_is_right_with_everything_beside_it(page: Page, evening: Evening) -> None:
    found = in_each_language(page, "verify-empty")
    give(page, evening)
    expect(page.get_by_role("heading", name=say("report", "right"), exact=True)).to_be_visible()
    expect(page.locator(".steps .done")).to_have_count(12)
    expect(page.get_by_text(say("counts", "receipts", receipts=len(evening.beside.receipts)))).to_be_visible()
    expect(page.get_by_text(say("counts", "heads", heads=len(evening.beside.heads)))).to_be_visible()
    expect(page.get_by_text(say("result", "adopted"))).to_be_visible()
    found += in_each_language(page, "verify-right")
    assert not found, "\n".join(found)


def test_a_changed_bundle_is_wrong_and_says_which_entry_and_why(page: Page, evening: Evening) -> None:
    bundle = json.loads(evening.bundle)
    place = max(i for i, one in enumerate(bundle["entries"]) if '"kind":"ballot"' in one.get("text", ""))
    bundle["entries"][place]["text"] = bundle["entries"][place]["text"].replace('"v":1', '"v":2')
    raw = json.dumps(bundle, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    choose(page, "bundle", ("hop.dinh.json", raw))
    expect(page.get_by_role("heading", name=say("report", "wrong"), exact=True)).to_be_visible()
    where = say("places", "entryOf", number=place, kind=say("kinds", "ballot"))
    expect(page.get_by_role("heading", name=where)).to_be_visible()
    expect(page.get_by_text(say("found", "entry_hash"))).to_be_visible()
    expect(page.get_by_text(f"entries[{place}] (verify.entry_hash)")).to_be_visible()
    expect(page.locator(".steps .skipped")).to_have_count(6)
    expect(page.locator(".result")).to_have_count(0)
    found = in_each_language(page, "verify-wrong")
    assert not found, "\n".join(found)


def test_a_head_of_another_log_is_wrong_and_says_which(page: Page, evening: Evening) -> None:
    """Two heads are typed; the second is not of this log."""
    size, root = evening.beside.heads[2].split()
    choose(page, "bundle", ("hop.dinh.json", evening.bundle))
    page.get_by_text(say("files", "more")).click()
    page.locator("#heads").fill(f"{size} {root}\n\n{size} {root[::-1]}")
    page.locator("#heads").blur()
    expect(page.get_by_text(say("found", "head_other"))).to_be_visible()
    expect(page.get_by_role("heading", name=say("places", "head", number=2))).to_be_visible()


def test_a_voter_finds_his_code_and_a_stranger_finds_none(page: Page, evening: Evening) -> None:
    choose(page, "bundle", ("hop.dinh.json", evening.bundle))
    code = json.loads(evening.beside.receipts[0])["code"]
    search = page.get_by_label(say("result", "search"))
    search.fill(code.lower())
    expect(page.locator(".board tbody tr")).to_have_count(1)
    expect(page.locator(".board tbody .code")).to_have_text(code)
    search.fill("zzzzzzzz")
    expect(page.get_by_text(say("result", "notFound"))).to_be_visible()


def test_keys_alone_are_enough(page: Page, evening: Evening, tmp_path: Path) -> None:
    """Tab leads through the page in its order; the file chooser opens by key; the verdict takes the focus, and is spoken."""
    page.on("filechooser", lambda _chooser: None)  # the browser hands choosers over from here on, not only from the moment before the key
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(".languages [lang=en]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=say("page", "heading", "en"))).to_be_visible()
    expect(page.locator(".languages [lang=en]")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#pick-bundle")).to_be_focused()
    kept = tmp_path / "hop.dinh.json"
    kept.write_bytes(evening.bundle)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(kept)
    expect(page.get_by_role("heading", name=say("report", "right", "en"), exact=True)).to_be_focused()
    expect(page.locator(".verdict")).to_have_attribute("role", "status")


def test_all_files_may_be_dropped_at_once(page: Page, evening: Evening) -> None:
    """Sorted by what they are, not by their names."""
    files = [evening.bundle, *evening.beside.receipts, *evening.beside.documents]
    page.evaluate(
        """files => {
            const carried = new DataTransfer();
            files.forEach((text, place) => carried.items.add(new File([Uint8Array.from(text, c => c.charCodeAt(0))], `tep-${place}`)));
            window.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, cancelable: true }));
        }""",
        [raw.decode("latin-1") for raw in files],
    )
    expect(page.get_by_role("heading", name=say("report", "right"), exact=True)).to_be_visible()
    expect(page.locator(".steps .done")).to_have_count(11)  # all but heads that somebody kept


def test_the_file_holds_no_address_and_may_not_connect() -> None:
    text = FILE.read_text("utf-8")
    assert "default-src 'none'" in text
    assert "connect-src 'none'" in text
    assert " src=" not in text
    assert "<link" not in text


@pytest.mark.parametrize("kind", ["election", "weighed", "called", "secret", "chosen"])
def test_every_kind_of_vote_is_drawn(page: Page, kind: str, tmp_path: Path) -> None:
    made = evenings.KINDS[kind](tmp_path)
    choose(page, "bundle", ("hop.dinh.json", made.bundle))
    expect(page.get_by_role("heading", name=say("report", "right"), exact=True)).to_be_visible()
    found = faults_of(page, f"verify-{kind}", "vi")
    assert not found, "\n".join(found)
