"""`dinh models`: a detector is installed, chosen, measured and removed, and what cannot be is said in words."""

import re
from pathlib import Path

import pytest

from tests.cameras.watch import tiny
from tests.edge.node.test_command_line import said


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DINH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "home"


def test_a_detector_is_installed_listed_chosen_and_removed(tmp_path: Path, home: Path) -> None:
    file = tiny.write(tmp_path / "nano.onnx", tiny.yolox())
    status, text = said("models", "add", str(file), "--licence", "Apache-2.0", "--sheet", str(tmp_path / "sheet.png"))
    assert (status, (tmp_path / "sheet.png").stat().st_size > 1000) == (0, True)
    assert "layout yolox, input 128×128, 80 classes, licence Apache-2.0" in text
    assert re.search(r"motorcycle\W+motorcycle\W+0\.72", text)
    assert "nano is in use now" in text
    assert (home / "watchers" / "watcher-1" / "models" / "nano.onnx").read_bytes() == file.read_bytes()
    status, text = said("models", "add", str(file), "--name", "other", language="vi")
    assert "Để dùng: dinh models use other" in text
    assert "Chưa ai cho biết được dùng theo giấy phép nào" in text
    assert said("models", "use", "other")[0] == 0
    listed = said("models", "list")[1]
    assert re.search(r"other\W+since \d{4}-\d\d-\d\d \d\d:\d\d, cpu", listed)
    assert said("models", "use", "none")[0] == said("models", "remove", "nano")[0] == 0
    assert "since" not in said("models", "list")[1]


def test_a_watcher_on_another_machine_has_its_own(tmp_path: Path, home: Path) -> None:
    file = tiny.write(tmp_path / "nano.onnx", tiny.fastestdet())
    assert said("models", "add", str(file), "--folder", str(tmp_path / "afar"))[0] == 0
    assert (tmp_path / "afar" / "models" / "nano.onnx").is_file()
    assert not home.exists()


def test_the_bench_has_a_row_for_the_embedded_model_and_each_detector(tmp_path: Path) -> None:
    said("models", "add", str(tiny.write(tmp_path / "nano.onnx", tiny.ultralytics())))
    status, text = said("models", "bench", "--rounds", "5")
    rows = [[float(cell) for cell in re.findall(r"\d+\.\d", line)] for line in text.splitlines() if re.search(r"dumping|nano", line)]
    assert (status, [len(row) for row in rows]) == (0, [3, 3])
    assert all(0 <= least <= middle <= p95 for least, middle, p95 in rows)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["add", "nowhere.onnx"], "nowhere.onnx cannot be read"),
        (["add", "three.onnx"], "one for 3 classes, but 0 names"),
        (["add", "three.onnx", "--classes", "a,b,c", "--picture", "three.onnx"], "no video that can be read"),
        (["use", "nobody"], "no detector nobody"),
        (["remove", "nobody"], "no detector nobody"),
    ],
)
def test_what_cannot_be_is_said_in_words_and_leaves_nothing(arguments: list[str], says: str, tmp_path: Path, home: Path) -> None:
    tiny.write(tmp_path / "three.onnx", tiny.yolox(3, chosen=1))
    given = [str(tmp_path / word) if word == "three.onnx" else word for word in arguments]
    status, text = said("models", *given)
    assert (status, says in text, "Traceback" in text) == (1, True, False), text
    assert not list(home.rglob("*.onnx"))
