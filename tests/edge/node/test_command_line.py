"""The command line: every sentence in both languages, a help page that answers at once, never a traceback for what can be expected."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest

import cameras.domain.errors
from edge.cli.page import build, run
from edge.errors import Code
from edge.storage.check import INVARIANTS, Wrong
from edge.words import Words, chosen_language
from meeting.log.checks.report import Found, Step

ROOT = Path(__file__).resolve().parents[3]
KEY = re.compile(
    r"\"((?:help|panel|titles|columns|states|addresses|roles|kinds|up|status|users|devices|cameras|models|verify|backup|ask|node)\.[a-z_]+)\""
)


@pytest.fixture(params=["vi", "en"])
def words(request: pytest.FixtureRequest) -> Words:
    return Words(request.param)


def commands(command: Any) -> Iterator[Any]:
    yield command
    for child in getattr(command, "commands", {}).values():
        yield from commands(child)


def said(*arguments: str, language: str = "en") -> tuple[int, str]:
    out = io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        status = run(arguments, Words(language))
    return status, out.getvalue()


def test_both_languages_say_the_same_things() -> None:
    assert Words("vi").keys() == Words("en").keys()


def test_both_languages_use_the_same_facts() -> None:
    vi, en = Words("vi"), Words("en")
    facts = re.compile(r"\{(\w+)\}")
    unlike = [key for key in sorted(vi.keys()) if set(facts.findall(vi.raw(key))) != set(facts.findall(en.raw(key)))]
    assert unlike == []


def test_every_key_in_the_command_line_has_a_sentence(words: Words) -> None:
    used = {key for file in (ROOT / "edge" / "cli").glob("*.py") for key in KEY.findall(file.read_text("utf-8"))}
    missing = sorted(key for key in used if not words.has(key) and not words.has(f"errors.{key}"))
    assert used
    assert missing == []


def test_every_command_and_option_is_explained(words: Words) -> None:
    for command in commands(build()):
        texts = [command.help, *[parameter.help for parameter in command.params]]
        assert all(words.has(text) for text in texts if text and text.startswith("help.")), command.name
        assert command.help


@pytest.mark.parametrize("codes", [Code, Wrong, Found], ids=lambda codes: codes.__module__)
def test_every_code_has_a_sentence(words: Words, codes: type[Any]) -> None:
    assert [code.value for code in codes if not words.has(f"errors.{code.value}")] == []


def test_every_refusal_of_a_video_has_a_sentence(words: Words) -> None:
    codes = cameras.domain.errors.Code
    met = (codes.FILE_MISSING, codes.FILE_EMPTY, codes.NOT_A_VIDEO, codes.NO_PICTURE, codes.PARTLY_BROKEN, codes.UNREACHABLE, codes.TIMEOUT)
    assert all(words.has(f"errors.{code.value}") for code in met)


def test_steps_and_invariants_have_names(words: Words) -> None:
    assert all(words.has(f"steps.{step.value}") for step in Step)
    assert all(words.has(f"invariants.{name}") for name in INVARIANTS)


@pytest.mark.parametrize(
    ("arguments", "environment", "language"),
    [
        (["dinh"], {}, "vi"),
        (["dinh"], {"LANG": "C.UTF-8"}, "vi"),
        (["dinh"], {"LANG": "en_GB.UTF-8"}, "en"),
        (["dinh"], {"LANG": "en_GB.UTF-8", "DINH_LANG": "vi"}, "vi"),
        (["dinh", "up", "--lang", "en"], {"DINH_LANG": "vi"}, "en"),
        (["dinh", "--lang=en"], {}, "en"),
    ],
)
def test_the_language_is_the_readers(arguments: list[str], environment: dict[str, str], language: str) -> None:
    assert chosen_language(arguments, environment) == language


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_help_page_names_every_command(language: str) -> None:
    status, text = said("--help", language=language)
    assert status == 0
    for command in (
        "up",
        "demo",
        "status",
        "watch",
        "verify",
        "verify-page",
        "check",
        "backup",
        "restore",
        "users",
        "devices",
        "cameras",
        "models",
    ):
        assert command in text
    assert "help." not in text


def test_the_help_page_loads_nothing_heavy() -> None:
    program = (
        "import sys; from edge.cli.page import run; from edge.words import Words; run(['--help'], Words('vi')); print(sorted(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = done.stdout.splitlines()[-1]
    assert [name for name in ("sqlalchemy", "fastapi", "cryptography", "numpy", "cv2", "alembic") if f"'{name}'" in loaded] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["status"], "is not running"),
        (["verify", "nothing.json"], "cannot be read"),
        (["verify-page", "/nowhere/at/all.html"], "/nowhere/at/all.html"),
        (["restore", "nothing.tar"], "no sound backup"),
        (["cameras", "try", "nothing.mp4"], "no file nothing.mp4"),
        (["users", "password", "nobody"], "no such account"),
        (["users", "add", "x1", "--name", "X", "--role", "king"], "no role king"),
        (["devices", "retire", "nobody"], "no device nobody"),
        (["cameras", "add", "X", "ftp://x"], "begins with rtsp"),
        (["cameras", "remove", "cam-0"], "no camera"),
    ],
)
def test_what_can_be_expected_gets_a_sentence(tmp_path: Path, arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DINH_BROKER_ENGINE", "embedded")
    monkeypatch.setenv("COLUMNS", "300")
    status, text = said(*arguments)
    assert status == 1
    assert says in text
    assert "Traceback" not in text


def test_the_offline_page_is_written_out_as_it_was_built(tmp_path: Path) -> None:
    status, text = said("verify-page", str(tmp_path / "check.html"))
    assert status == 0, text
    assert (tmp_path / "check.html").read_bytes() == (ROOT / "edge" / "web" / "built" / "verify.html").read_bytes()


def test_a_bundle_that_is_no_bundle_is_wrong_and_says_where(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text("{", "utf-8")
    status, text = said("verify", str(tmp_path / "b.json"))
    assert status == 1
    assert "WRONG" in text
    assert "not JSON" in text


def test_users_from_first_to_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    assert said("users", "add", "lan", "--name", "Nguyễn Thị Lan", "--role", "administrator")[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("con voi đi chậm 27\n"))
    assert said("users", "password", "lan", "--password")[0] == 0
    status, text = said("users", "disable", "lan")
    assert status == 1
    assert "last administrator" in text
    assert "Nguyễn Thị Lan" in said("users", "list")[1]


def test_devices_lint_is_clean() -> None:
    assert said("devices", "lint")[0] == 0


def test_trying_a_file_writes_json_and_a_sheet(tmp_path: Path) -> None:
    (tmp_path / "empty.mp4").write_bytes(b"")
    assert said("cameras", "try", str(tmp_path / "empty.mp4"))[0] == 1


def test_an_unknown_sentence_still_says_its_code_and_facts() -> None:
    assert Words("vi").error("meeting.something", {"seat": "A1"}) == "meeting.something (seat=A1)"


def test_check_says_what_it_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DINH_HOME", str(tmp_path / "home"))
    assert said("users", "add", "lan", "--name", "Lan", "--role", "officer")[0] == 0
    status, text = said("check", language="vi")
    assert (status, text.count("✓")) == (0, len(INVARIANTS))
