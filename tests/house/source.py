"""The project's own source files as the house rules see them: tracked or about to be, never generated or vendored."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("broker", "meeting", "cameras", "edge")


@cache
def files(*endings: str) -> tuple[Path, ...]:
    """Paths of the checkout with one of these endings, without what git ignores."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    found = (ROOT / name for name in listing.splitlines() if name.endswith(endings))
    return tuple(sorted(path for path in found if path.is_file()))


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of one Python file."""
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def python(*, tests: bool = True) -> list[Path]:
    """Python files of the rooms and, unless told otherwise, of the tests and scripts."""
    inside = (*ROOMS, "tests", "script") if tests else ROOMS
    return [path for path in files(".py") if path.relative_to(ROOT).parts[0] in inside]


def where(path: Path, node: ast.AST | None = None) -> str:
    """`file:line`, as an editor opens it."""
    name = str(path.relative_to(ROOT))
    return f"{name}:{node.lineno}" if isinstance(node, ast.stmt | ast.expr | ast.excepthandler) else name
