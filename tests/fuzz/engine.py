"""One target for some seconds, in a process of its own: our own changer of inputs, or atheris (libFuzzer) where it is installed.

`python -m tests.fuzz.engine --target asks --seconds 60 --json FILE [--seed N] [--atheris]`
"""

import argparse
import hashlib
import importlib
import json
import logging
import os
import sys
import time
import traceback
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Any

import psutil

from tests.fuzz.target import Target

TARGETS = {
    "packets": "Packets",
    "frames": "Frames",
    "asks": "Asks",
    "box": "Box",
    "ballots": "Ballots",
    "bundles": "Bundles",
    "headers": "CameraHeaders",
}
KEPT = Path(__file__).parents[1] / "out" / "fuzz"
MIB = 1024 * 1024
GROWTH_MIB = 100
"""More resident memory than this between the first fifth of the time and the end is a finding."""
LOOK_S = 1.0


@dataclass
class Figures:
    """What one run of one target came to."""

    target: str
    engine: str
    seed: int
    inputs: int = 0
    seconds: float = 0.0
    memory_first_mib: float = 0.0
    memory_last_mib: float = 0.0
    findings: dict[str, int] = field(default_factory=dict)
    """Where and what -> how often. The first input of each is kept in tests/out/fuzz."""


class Caught(AbstractContextManager["Caught"]):
    """Keeps whatever leaves its block: all of it is a finding."""

    error: BaseException | None = None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        return isinstance(error, Exception)


class Run:
    """Counts, keeps findings, and writes the figures down every second, because libFuzzer ends the process by itself."""

    def __init__(self, figures: Figures, target: Target, path: Path, seconds: float) -> None:
        self.figures, self.target, self.path, self.seconds = figures, target, path, seconds
        self.began = self.looked = time.monotonic()
        self._process = psutil.Process()

    def feed(self, data: bytes) -> None:
        """One input; what goes wrong is kept and the run goes on."""
        with Caught() as caught:
            self.target.feed(data)
        self.figures.inputs += 1
        if caught.error is not None:
            self.keep(data, caught.error)
        if time.monotonic() - self.looked >= LOOK_S:
            self.look()

    def keep(self, data: bytes, error: BaseException) -> None:
        """Name a finding by its kind and place, so that one fault is not ten thousand findings."""
        place = traceback.extract_tb(error.__traceback__)[-1]
        name = f"{type(error).__name__} {Path(place.filename).name}:{place.lineno} {str(error)[:60]!a}"
        if name not in self.figures.findings:
            KEPT.mkdir(parents=True, exist_ok=True)
            stem = f"{self.figures.target}-{hashlib.sha256(name.encode()).hexdigest()[:10]}"
            (KEPT / f"{stem}.bin").write_bytes(data)
            (KEPT / f"{stem}.txt").write_text("".join(traceback.format_exception(error)), "utf-8", "backslashreplace")
        self.figures.findings[name] = self.figures.findings.get(name, 0) + 1

    def look(self) -> None:
        """Time and memory, written down."""
        self.looked = time.monotonic()
        figures = self.figures
        figures.seconds = round(self.looked - self.began, 1)
        figures.memory_last_mib = round(self._process.memory_info().rss / MIB, 1)
        if figures.seconds < self.seconds / 5 or not figures.memory_first_mib:
            figures.memory_first_mib = figures.memory_last_mib
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(figures)))
        fresh.replace(self.path)

    def end(self) -> None:
        """The target looks at what is left; memory has its judge."""
        with Caught() as caught:
            self.target.close()
        if caught.error is not None:
            self.keep(b"", caught.error)
        self.look()
        if self.figures.memory_last_mib - self.figures.memory_first_mib > GROWTH_MIB:
            self.keep(b"", MemoryError(f"from {self.figures.memory_first_mib} to {self.figures.memory_last_mib} MiB"))
            self.look()


def make(name: str) -> Target:
    """The target of this name."""
    made: Target = getattr(importlib.import_module(f"tests.fuzz.{name}"), TARGETS[name])()
    return made


def with_ours(run: Run) -> None:
    """Inputs from the target's own inventor."""
    draw = Random(run.figures.seed)
    while time.monotonic() - run.began < run.seconds:
        run.feed(run.target.invent(draw))
    run.end()


def with_atheris(asked: argparse.Namespace) -> None:
    """Coverage leads: half of the inputs are the inventor's, half are libFuzzer's changes of what reached new code. Never returns."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["broker", "meeting", "edge"]):
        target = make(asked.target)
    run = Run(Figures(asked.target, "atheris", asked.seed), target, asked.json, asked.seconds)

    def change(data: bytes, most: int, seed: int) -> bytes:
        draw = Random(seed)
        found: bytes = target.invent(draw) if draw.random() < 0.5 else atheris.Mutate(data, len(data) + 100)
        return found[:most]

    def one(data: bytes) -> None:
        run.feed(data)
        if time.monotonic() - run.began >= run.seconds:
            run.end()
            sys.stdout.flush()
            os._exit(0)

    flags = ["-max_len=400000", "-rss_limit_mb=3000", "-timeout=60", "-verbosity=0", f"-seed={asked.seed}"]
    atheris.Setup([sys.argv[0], *flags], one, custom_mutator=change)
    atheris.Fuzz()


def main() -> int:
    """One run."""
    parser = argparse.ArgumentParser(prog="tests.fuzz.engine")
    parser.add_argument("--target", choices=sorted(TARGETS), required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--atheris", action="store_true")
    asked = parser.parse_args()
    logging.getLogger().addHandler(logging.NullHandler())
    if asked.atheris:
        with_atheris(asked)
    else:
        with_ours(Run(Figures(asked.target, "own", asked.seed), make(asked.target), asked.json, asked.seconds))
    return 0


if __name__ == "__main__":
    sys.exit(main())
