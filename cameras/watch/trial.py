"""One file, or a stream for a while, watched as fast as it can be: what would be flagged, and how it looked."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2

from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.geometry import Box
from cameras.watch.address import is_stream
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding, Verifier
from cameras.watch.sampler import Sampler
from cameras.watch.sheet import draw_sheet
from cameras.watch.stream import Stream, upright_size
from cameras.watch.verifier import Verifier as Network
from cameras.watch.verifier import WeightsRefused

Progress = Callable[[float, float | None], None]
"""Called with the seconds of the stream done and, where known, its length."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One sighting of a trial. Seconds of the file; box in pixels of the upright picture at full size."""

    at_s: float
    put_down_s: float
    box: tuple[float, float, float, float]
    score: float
    reason: str
    agent: str | None = None
    """Who left it, where a detector could say."""

    def json(self) -> dict[str, Any]:
        """As `dinh cameras try --json` writes it."""
        told = {"at_s": self.at_s, "put_down_s": self.put_down_s, "box": list(self.box), "score": self.score, "reason": self.reason}
        return told if self.agent is None else {**told, "agent": self.agent}


@dataclass(frozen=True, slots=True)
class Options:
    """How a trial runs. `duration_s` ends a stream that has no end of its own; `verifier` replaces the embedded one."""

    sheet: Path | None = None
    duration_s: float | None = None
    progress: Progress | None = None
    verifier: Verifier | None = None
    scene_only: bool = False
    analyst: Callable[[Verifier | None], Analyst] = Analyst
    """Who watches: one that notes more, for an evaluation."""


@dataclass
class TrialResult:
    """What `dinh cameras try` prints. `findings` are closed codes about the input or the model, with facts."""

    sightings: list[Seen] = field(default_factory=list)
    dropped: list[Finding] = field(default_factory=list)
    frames: int = 0
    seconds: float = 0.0
    took_s: float = 0.0
    width: int = 0
    height: int = 0
    findings: list[tuple[Code, Facts]] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """The content of --json FILE."""
        return {
            "sightings": [seen.json() for seen in self.sightings],
            "frames": self.frames,
            "seconds": round(self.seconds, 3),
            "findings": [{"code": code.value, "facts": dict(facts)} for code, facts in self.findings],
        }


def try_file(source: str | Path, options: Options | None = None) -> TrialResult:
    """Watch a file to its end, or an rtsp:// address for `duration_s`.

    Raises Refusal when nothing of it can be watched. A file that breaks off gives what was readable and a finding.
    """
    return _Trial(str(source), options or Options()).run()


class _Trial:
    def __init__(self, source: str, options: Options) -> None:
        self.options, self.source = options, source
        self.stream = Stream(source)
        self.result = TrialResult()
        self.analyst = self.options.analyst(self._verifier())
        self.flagged: list[Finding] = []

    def run(self) -> TrialResult:
        cv2.setNumThreads(1)
        began = time.monotonic()
        self.stream.open()
        sampler = Sampler(self.stream, per_second=LOOKS_PER_S, longest_side=LONGEST_SIDE)
        try:
            self._watch(sampler)
        finally:
            self.stream.close()
        self._take(self.analyst.finish())
        self.result.frames, self.result.seconds = sampler.frames, sampler.seconds
        self.result.took_s = time.monotonic() - began
        if not sampler.frames:
            raise Refusal(Code.NO_PICTURE, {"file": Path(self.source).name} if not is_stream(self.source) else {})
        if self.stream.broken_packets:
            self._find(Code.PARTLY_BROKEN, {"packets": self.stream.broken_packets, "frames": sampler.frames})
        if self.options.sheet is not None:
            draw_sheet(self.options.sheet, self.flagged, self.analyst.scene.picture)
        return self.result

    def _watch(self, sampler: Sampler) -> None:
        length = self.options.duration_s or self.stream.length_s
        try:
            for parcel in self.stream.parcels():
                for at, picture in sampler.pictures(parcel):
                    self._look(sampler, at, picture)
                if self.options.progress is not None:
                    self.options.progress(parcel.at, length)
                if self.options.duration_s is not None and parcel.at >= self.options.duration_s:
                    break
        except Refusal as refusal:
            if not sampler.frames:
                raise
            self._find(refusal.code, refusal.facts)
        for at, picture in sampler.rest():
            self._look(sampler, at, picture)
        self._check_length(sampler, length)

    def _check_length(self, sampler: Sampler, length: float | None) -> None:
        if is_stream(self.source) or self.options.duration_s is not None or length is None:
            return
        if sampler.frames and length - sampler.seconds > 1.0:
            self._find(Code.PARTLY_BROKEN, {"promised_s": round(length, 1), "readable_s": round(sampler.seconds, 1)})

    def _look(self, sampler: Sampler, at: float, picture: Any) -> None:
        if not self.result.width:
            self.result.width, self.result.height = upright_size(sampler.frame)
        self._take(self.analyst.look(picture, at))

    def _take(self, findings: list[Finding]) -> None:
        for finding in findings:
            if not finding.flagged:
                self.result.dropped.append(finding)
                continue
            self.flagged.append(finding)
            box = _full(finding, self.result.width)
            agent = finding.agent[0].value if finding.agent is not None else None
            self.result.sightings.append(
                Seen(round(finding.at, 3), round(finding.put_down, 3), box, finding.score, finding.why.value, agent),
            )

    def _find(self, code: Code, facts: Facts) -> None:
        self.result.findings.append((code, facts))

    def _verifier(self) -> Verifier | None:
        if self.options.verifier is not None or self.options.scene_only:
            return self.options.verifier
        network = Network()
        try:
            network.load()
        except WeightsRefused as refused:
            self._find(Code.NO_MODEL, {"code": refused.code.value})
            return None
        return network


def _full(finding: Finding, width: int) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = Box(*finding.box).scaled(width / finding.width)
    return round(x0, 1), round(y0, 1), round(x1, 1), round(y1, 1)
