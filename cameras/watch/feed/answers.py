"""What is sent for each kind of ask. Each runs on a thread of its own until the ask is answered or nobody listens any more."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from cameras.domain.errors import Code, Refusal
from cameras.watch.feed.line import Line
from cameras.watch.feed.mux import Mux, first_stamp, mime, zero_of
from cameras.watch.feed.screen import Item, Screen
from cameras.watch.recordings.footage import Footage, Format, Shot

AHEAD_S = 6.0
"""Seconds of film that are sent before the viewer says that it wants more."""
PATIENCE_S = 1800.0
"""A viewer that paused for longer asks anew."""
MORE = "more"
COUNT = 40
"""Previews where the ask does not say how many."""


@dataclass(frozen=True, slots=True)
class Span:
    """The stretch of time that is asked for, capture times."""

    camera: str
    start: datetime
    end: datetime
    count: int = COUNT


@dataclass
class Run:
    """One unbroken run on its way: the head tells codec, size and the capture time of media time 0."""

    line: Line
    mux: Mux
    base: int
    zero: datetime
    time_base: Fraction
    segment: int = 0
    content_s: float = field(default=0.0)

    def send(self, shot: Item | Shot) -> None:
        """Send what this packet completes."""
        if ready := self.mux.add(shot.kept, base=self.base):
            self.line.send(ready)

    def end(self) -> None:
        """Send the rest."""
        if rest := self.mux.end():
            self.line.send(rest)


def live(line: Line, screen: Screen, watched: Callable[[], bool]) -> None:
    """From the last keyframe on, while `watched`. While the camera is away nothing comes; it goes on by itself."""
    viewer = screen.join()
    run: Run | None = None
    try:
        while watched():
            for item in viewer.take():
                if item.fresh:
                    if run is not None:
                        run.end()
                    run = _live_run(line, item)
                if run is not None:
                    run.send(item)
            line.heard(0)  # notices a viewer that has left, and throws away what it says
        if run is not None:
            run.end()
    finally:
        screen.leave(viewer)


def play(line: Line, footage: Footage, span: Span) -> None:
    """What was recorded, `AHEAD_S` at a time; the viewer says `more`. Gaps are new runs. Raises Refusal NOT_RECORDED."""
    run, sent_s, last = None, 0.0, span.start
    with ExitStack() as stack:
        for shot in footage.packets(span.camera, span.start, span.end):
            if run is None or not shot.joined:
                if run is not None:
                    run.end()
                run = _played_run(line, shot, stack)
            elif run.segment != shot.segment:
                _rebase(run, shot)
            else:
                sent_s += max(0.0, (shot.at - last).total_seconds())
            last = shot.at
            run.send(shot)
            if sent_s >= AHEAD_S:
                sent_s = 0.0
                _wait(line)
        if run is None:
            raise Refusal(Code.NOT_RECORDED)
        run.end()
    line.tell(end=True)


def tell_spans(line: Line, footage: Footage, span: Span) -> None:
    """What is there, and what is not."""
    found = footage.spans(span.camera, span.start, span.end)
    line.tell(spans=[_span(one.start, one.end, recorded=one.recorded, code=one.code) for one in found])


def _span(start: datetime, end: datetime, *, recorded: bool, code: Code | None) -> dict[str, str | bool | None]:
    return {"start": start.isoformat(), "end": end.isoformat(), "recorded": recorded, "code": code.value if code else None}


def _live_run(line: Line, item: Item) -> Run:
    held = item.source.held
    run = Run(
        line,
        Mux(held.template, held.time_base, live=True),
        first_stamp(item.kept),
        zero_of(item.kept, item.at, held.time_base),
        held.time_base,
    )
    _head(run, (item.source.info.width, item.source.info.height), item.source.info.codec)
    return run


def _played_run(line: Line, shot: Shot, stack: ExitStack) -> Run:
    form: Format = shot.format
    mux = Mux(stack.enter_context(form.template()), form.time_base, live=False)
    run = Run(line, mux, first_stamp(shot.kept), zero_of(shot.kept, shot.at, form.time_base), form.time_base, shot.segment)
    _head(run, (form.width, form.height), form.codec)
    return run


def _rebase(run: Run, shot: Shot) -> None:
    """Time stamps start anew with each segment; media time goes on."""
    passed = (shot.at - run.zero).total_seconds()
    shown = shot.kept.pts if shot.kept.pts is not None else first_stamp(shot.kept)
    run.segment, run.base = shot.segment, shown - round(passed / run.time_base)


def _head(run: Run, size: tuple[int, int], codec: str) -> None:
    told = {"mime": mime(run.mux.init, codec), "width": size[0], "height": size[1], "zero": run.zero.isoformat()}
    run.line.tell(run=told)
    run.line.send(run.mux.init)


def _wait(line: Line) -> None:
    """Until the viewer wants more. Raises Refusal when it forgot."""
    line.tell(rest=True)
    if line.heard(PATIENCE_S) != MORE:
        raise Refusal(Code.FEED_LOST)


def evenly(span: Span) -> float:
    """Seconds between two previews."""
    return max(0.0, (span.end - span.start) / timedelta(seconds=1) / span.count)


def keyframes(footage: Footage, span: Span) -> Iterator[Shot]:
    """At most `span.count` keyframes, spread over the span."""
    for number, shot in enumerate(footage.keyframes(span.camera, span.start, span.end, every_s=evenly(span))):
        if number >= span.count:
            return
        yield shot
