"""The import rule is law: domains are pure, rooms meet only on the ground floor, training is never imported by what runs.

The layers themselves stand as import-linter contracts in pyproject.toml; here is what contracts cannot say.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, python, tree, where

TOP = {"broker", "meeting", "cameras", "edge", "firmware-config", "tests", "docs", "script", ".ci"}
PURE = ("meeting/domain", "cameras/domain")
ALLOWED = {"broker": set(), "meeting": {"broker"}, "cameras": {"broker"}, "edge": {"broker", "meeting", "cameras"}}


def imported(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Every import, also under `if TYPE_CHECKING` and inside functions."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where(path, node)}: imports are absolute"
            yield node, node.module or ""


def test_the_top_of_the_house_is_as_given() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()} - {".git", ".venv", ".demo", ".cache", "dist"}
    folders = {name for name in folders if not name.endswith(("_cache", ".egg-info")) and name not in {".hypothesis", "__pycache__"}}
    assert folders <= TOP, folders - TOP


@pytest.mark.parametrize("room", sorted(ALLOWED))
def test_rooms_import_only_what_the_rule_allows(room: str) -> None:
    others = set(ALLOWED) - ALLOWED[room] - {room}
    wrong = [
        f"{where(path, node)} imports {name}"
        for path in python(tests=False)
        if path.relative_to(ROOT).parts[0] == room
        for node, name in imported(path)
        if name.split(".")[0] in others | {"tests"}
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("domain", PURE)
def test_a_domain_imports_only_the_standard_library_and_itself(domain: str) -> None:
    inside = [path for path in python(tests=False) if str(path.relative_to(ROOT)).startswith(domain)]
    own = domain.replace("/", ".")
    impure = [
        f"{where(path, node)} imports {name}"
        for path in inside
        for node, name in imported(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith(own)
    ]
    assert inside
    assert not impure, impure


def test_what_runs_never_imports_training() -> None:
    """Plots of an evaluation are drawn where matplotlib is installed, and left out where it is not: one module, within a function."""
    wrong = [
        where(path, node)
        for path in python(tests=False)
        if "training" not in path.parts
        for node, name in imported(path)
        if name.startswith(("cameras.training", "torch", "matplotlib"))
        if not (name.startswith("matplotlib") and path.parts[-2:] == ("evaluation", "plots.py") and node.col_offset > 0)
    ]
    assert not wrong, wrong


def test_topics_are_written_in_one_place_only() -> None:
    """No other file spells a topic of the air."""
    home = {"broker/topics.py", "broker/schemas.py"}
    spelled = [
        where(path) for path in python(tests=False) if str(path.relative_to(ROOT)) not in home and "dinh/1/" in path.read_text("utf-8")
    ]
    assert not spelled, spelled
