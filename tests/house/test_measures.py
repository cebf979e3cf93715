"""The house keeps its measures: nobody has to remember them (docs/house.md)."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.source import ROOT, files, python, tree, where

FILE_LINES, TEST_LINES, FUNCTION_LINES = 500, 600, 60
MEDIAN_LINES, P90_LINES, PARAMETERS = 8, 30, 5
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> Iterator[Function]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def lines(function: Function) -> int:
    """Lines of a function without its docstring: words do not make it long."""
    total = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def room_functions() -> list[Function]:
    return [function for path in python(tests=False) for function in functions(path)]


def test_no_file_has_two_jobs() -> None:
    def limit(path: Path) -> int:
        return TEST_LINES if "tests" in path.parts or path.name.endswith((".test.ts", ".test.tsx")) else FILE_LINES

    sources = [path for path in files(".py", ".ts", ".tsx") if ".gen." not in path.name]
    long = [(where(path), count) for path in sources if (count := path.read_text("utf-8").count("\n")) > limit(path)]
    assert not long, long


def test_no_function_is_over_sixty_lines() -> None:
    long = [
        f"{where(path, function)} {function.name}" for path in python() for function in functions(path) if lines(function) > FUNCTION_LINES
    ]
    assert not long, long


def test_most_functions_are_short() -> None:
    sizes = sorted(lines(function) for function in room_functions())
    assert sizes[len(sizes) // 2] <= MEDIAN_LINES
    assert sizes[len(sizes) * 9 // 10] <= P90_LINES


def test_no_function_takes_a_crowd() -> None:
    """At most five parameters, and at most two of them without a name at the call. `self` and FastAPI's injected ones are not counted."""

    def positional(function: Function) -> int:
        own = [arg for arg in (*function.args.posonlyargs, *function.args.args) if arg.arg not in {"self", "cls"}]
        return len(own)

    crowds = [
        f"{where(path, function)} {function.name}"
        for path in python(tests=False)
        if "training" not in path.parts
        for function in functions(path)
        if positional(function) > PARAMETERS
    ]
    assert not crowds, crowds


def test_only_the_supervisor_catches_everything() -> None:
    def broad(handler: ast.ExceptHandler) -> bool:
        names = ast.unparse(handler.type) if handler.type else "Exception"
        return bool(re.search(r"\b(Base)?Exception\b", names))

    caught = [
        where(path, node)
        for path in python()
        if path.name != "supervisor.py"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and broad(node)
    ]
    assert not caught, caught


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b", id="unfinished"),
        pytest.param(r"type: " + r"ignore(?!\[)", id="bare-ignore"),
        pytest.param(r"@ts-" + r"(ignore|nocheck)", id="ts-ignore"),
    ],
)
def test_no_mark_of_unfinished_work(pattern: str) -> None:
    found = [
        f"{where(path)}:{number}"
        for path in files(".py", ".ts", ".tsx", ".sh")
        if ".gen." not in path.name
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert not found, found


def test_no_drawer_for_odds_and_ends() -> None:
    assert not [where(path) for path in files(".py", ".ts", ".tsx") if path.stem.lower() in DRAWERS]


def test_every_test_can_fail() -> None:
    """A test asserts something that can be seen, itself or through a function of its file that does."""
    seen = re.compile(r"\bassert\b|raises|expect\(|\.check|verify|should")
    blind = [
        f"{where(path, function)} {function.name}"
        for path in python()
        if path.name.startswith("test_")
        for function in functions(path)
        if function.name.startswith("test_") and not seen.search(ast.unparse(function))
    ]
    assert not blind, blind


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Pinned requirements carry hashes and no addresses; nothing carries a path of the machine it was made on."""
    address = re.compile(r"https?://(?:files\.p|registry\.|deb\.d|py" + r"pi)|\"resol" + r"ved\"|/ro" + r"ot/|/ho" + r"me/[a-z]")
    texts = files(".md", ".toml", ".json", ".txt", ".sh", ".yaml", ".yml", ".py", ".ts", ".tsx", "demo", "test", "run", ".npmrc")
    found = [where(path) for path in texts if address.search(path.read_text("utf-8"))]
    assert not found, found
    assert not (ROOT / "uv.lock").exists()


def test_public_things_say_what_they_are() -> None:
    """Modules carry a docstring, and so do public classes that are more than a name and a few fields."""
    silent = [where(path) for path in python(tests=False) if not ast.get_docstring(tree(path)) and tree(path).body]
    silent += [
        f"{where(path, node)} {node.name}"
        for path in python(tests=False)
        for node in tree(path).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and not ast.get_docstring(node)
        if (node.end_lineno or 0) - node.lineno >= 10
    ]
    assert not silent, silent
