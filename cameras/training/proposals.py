"""What the watcher itself proposes on composite films: its own boxes, its own backgrounds, its own moments.

A film is looked at as often as the watcher looks. A judge that says no to everything is shown each suspect up to four times,
so one thing gives several strips. Truth comes from the film: what covers an event's box after its put-down is left or
thrown, what only touches it is left out, all else is none. The scene's rules let little through on innocent films, so these
are more, are watched with less patience, and what the rules would have dropped by themselves is shown as well.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import av
import cv2
import numpy as np
from numpy.random import Generator

from cameras.domain.geometry import Box, iou
from cameras.domain.rules import RULES
from cameras.domain.sightings import Why
from cameras.training.compose.deeds import DEEDS
from cameras.training.compose.films import Film, film
from cameras.training.compose.innocents import INNOCENTS
from cameras.training.compose.shelf import SPLITS, Shelf
from cameras.training.examples import CLASSES, Examples, packed, progress, stacked
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding
from cameras.watch.strip import Candidate, Picture, measure, strip
from cameras.watch.verifier import Judgement, Verdict

_SAME, _TOUCHING = 0.3, 0.02
_GONE_EDGES = -0.15
_PLACES = 4000
_INNOCENT = 0.75
_HASTY = replace(RULES, suspect_after_s=0.8, hold_gone_s=0.7, hold_far_s=0.7, hold_near_s=0.7, away=-1.0, far=-1.0)
"""Whoever brought it may still stand beside it."""
_KINDS = {
    "resting": Verdict.ATTENDED,
    "picking-up": Verdict.REMOVED,
    "sanitation": Verdict.REMOVED,
    **dict.fromkeys(("bin-moved", "shadow", "headlights", "lamp", "door", "blown"), Verdict.LIGHT_OR_NOISE),
}


@dataclass(frozen=True)
class Proposal:
    """One candidate as the watcher cut it, and what it truly is."""

    candidate: Candidate
    verdict: Verdict
    kind: str
    hour: str


class _Nobody:
    """Says no to everything and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Candidate] = []

    def judge(self, candidate: Candidate, threshold: float | None = None) -> Judgement:
        """Never flagged."""
        self.asked.append(candidate)
        return Judgement(dict.fromkeys(Verdict, 0.0), 0.0, 1.0 if threshold is None else threshold)


def proposals(shelf: Shelf, *, seed: int, count: int, start: int = 0, jitter: int = 0) -> Examples:
    """What is proposed on `count` films of a shelf from number `start` on, each with `jitter` more strips whose box is a little off."""
    parts: list[Examples] = []
    with progress() as bar:
        for index in bar.track(range(count), task_id=bar.add_task(f"films, {shelf.split}", total=count, told="")):
            rng = np.random.default_rng([seed, SPLITS.index(shelf.split), 7, start + index])
            made = [one for shown in proposed(_drawn(shelf, rng)) for one in (shown, *(_jittered(shown, rng) for _ in range(jitter)))]
            parts.append(_cut(made))
    return stacked(parts)


def proposed(made: Film) -> Iterator[Proposal]:
    """Every candidate that the network is to be asked about. The film is taken at the watcher's own pace."""
    slow = replace(made, place=replace(made.place, fps=round(LOOKS_PER_S)))
    truth, nobody, known = slow.truth(), _Nobody(), 0
    analyst = Analyst(nobody, rules=RULES if truth["events"] else _HASTY)
    shrink = min(1.0, LONGEST_SIDE / max(slow.place.size))
    for number, picture in enumerate(_recorded(slow)):
        at = number / slow.place.fps
        small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) if shrink < 1 else picture
        findings = analyst.look(np.asarray(small, np.uint8), at)
        dropped = [] if truth["events"] else [_candidate(finding) for finding in findings if finding.why is not Why.VERIFIER]
        for candidate in [*nobody.asked[known:], *dropped]:
            verdict = _truth(candidate, at, truth, shrink)
            if verdict is not None:
                yield Proposal(candidate, verdict, f"{verdict.value}: film, {truth['label']}", truth["hour"])
        known = len(nobody.asked)


def _candidate(finding: Finding) -> Candidate:
    x0, y0, x1, y1 = (round(value) for value in finding.box)
    return Candidate(finding.before, finding.act, finding.after, (x0, y0, x1, y1), finding.numbers)


def _drawn(shelf: Shelf, rng: Generator) -> Film:
    stories = INNOCENTS if rng.random() < _INNOCENT else DEEDS
    names = sorted(stories)
    shares = np.asarray([stories[name][1] for name in names], float)
    story = names[rng.choice(len(names), p=shares / shares.sum())]
    return film(shelf, f"{story}@{rng.integers(_PLACES)}", int(rng.integers(2**31)))


def _truth(candidate: Candidate, at: float, truth: dict, shrink: float) -> Verdict | None:
    for event in truth["events"]:
        alike = iou(Box(*candidate.box), Box(*event["box"]).scaled(shrink))
        if at * truth["fps"] >= event["put_down"] and alike > _TOUCHING:
            return None if alike < _SAME else Verdict.THROWN if event["manner"] == "thrown" else Verdict.LEFT
    if candidate.numbers.edge_gain < _GONE_EDGES:
        return Verdict.REMOVED
    return _KINDS.get(truth["label"], Verdict.ACTOR)


def _recorded(made: Film) -> Iterator[Picture]:
    """The film as its camera's encoder leaves it."""
    width, height = made.place.size
    hold = io.BytesIO()
    with av.open(hold, "w", format="mp4") as box:
        stream = box.add_stream("libx264", rate=made.place.fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(made.place.crf), "preset": "ultrafast", "threads": "1", "g": str(2 * made.place.fps)}
        for picture in made.frames():
            box.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        box.mux(stream.encode(None))
    hold.seek(0)
    with av.open(hold) as box:
        for frame in box.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def _jittered(given: Proposal, rng: Generator) -> Proposal:
    """The same with a box as another background model might have drawn it."""
    x0, y0, x1, y1 = given.candidate.box
    off = np.clip(rng.normal(0, 0.08, 4), -0.25, 0.25) * (x1 - x0, y1 - y0, x1 - x0, y1 - y0)
    a, b, c, d = (round(value) for value in np.asarray([x0, y0, x1, y1]) + off)
    box = (a, b, max(c, a + 4), max(d, b + 4))
    told = measure(given.candidate.before, given.candidate.after, box)
    numbers = replace(given.candidate.numbers, area_share=told.area_share, edge_gain=told.edge_gain, luma=told.luma)
    return replace(given, candidate=replace(given.candidate, box=box, numbers=numbers))


def _cut(made: list[Proposal]) -> Examples:
    cut = [strip(one.candidate) for one in made]
    return Examples(
        packed(np.concatenate([pictures for pictures, _ in cut])) if cut else Examples.none().strips,
        np.concatenate([row for _, row in cut]) if cut else Examples.none().numbers,
        np.asarray([CLASSES.index(one.verdict) for one in made], np.int64),
        [one.kind for one in made],
        [one.hour for one in made],
    )
