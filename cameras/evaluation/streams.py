"""Clips spliced into hours of idle footage, watched as a camera's stream is: packets, gate, sleep, glances, waking and going back.

Time is the stream's own, so an hour takes seconds. Each clip is one camera: idle, the clip, idle. A clip after which the place looks as
before comes again every quarter of an hour: who passes, waits or parks for a moment is what keeps a camera from being idle.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import av
import av.error

from broker.messages.cameras import Health
from cameras.domain.clock import Source
from cameras.domain.errors import Code, Facts, Refusal
from cameras.domain.gate import Gate
from cameras.evaluation.intervals import rate, share
from cameras.evaluation.judge import key_of
from cameras.evaluation.loops import Parts, build
from cameras.evaluation.matching import WINDOWS, matched
from cameras.evaluation.readers import read
from cameras.evaluation.run import Order
from cameras.evaluation.truth import Clip
from cameras.evaluation.witness import Witness
from cameras.watch.connection import Connection, Memory
from cameras.watch.plan import Plan
from cameras.watch.portrait import Gallery
from cameras.watch.ring import Kept
from cameras.watch.shares import Shares
from cameras.watch.stream import Stream
from cameras.watch.told import Cut, Gauge, Opened, Past, State, Tap, Told
from cameras.watch.verifier import Verifier as Network

SPLICES = "splices-1"
AGAIN_S, LEAD_S = 900.0, 300.0
BUSY_S = 15.0
"""So long after a clip its stream still counts as busy."""
BEGAN = datetime(2026, 3, 14, 2, tzinfo=UTC)
Step = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Lives:
    """How much is watched: hours in all, on so many cameras, of which this share has an event."""

    hours: float = 200.0
    cameras: int = 100
    with_event: float = 0.6


@dataclass
class Life:
    """What one camera's stream came to. `false`, `found` and candidates by the clock of the stream."""

    clip: str
    hours: float = 0.0
    busy_hours: float = 0.0
    events: int = 0
    found: int = 0
    false: list[dict[str, Any]] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    candidates_busy: int = 0
    candidates_idle: int = 0
    delays: list[float] = field(default_factory=list)
    awake_share: float = 0.0
    took_s: float = 0.0
    tags: dict[str, str] = field(default_factory=dict)


class Spliced(Stream):
    """A file of loop, clip, loop, told as one long stream by repeating packets."""

    def __init__(self, path: Path, parts: Parts, seconds: float) -> None:
        super().__init__(str(path))
        self.parts, self.seconds = parts, seconds
        self.clips_at: list[float] = []
        """When each playing of the clip begins, stream seconds."""

    def _demuxed(self) -> Iterator[Any]:
        kept = [(bytes(packet), packet.is_keyframe) for packet in self._container.demux(self._video) if packet.size]
        base = self._video.time_base
        for number, at in enumerate(self._order()):
            data, key = kept[at]
            packet = av.Packet(data)
            packet.pts = packet.dts = round(number / self.parts.fps / base)
            packet.time_base, packet.is_keyframe = base, key
            yield packet

    def plan(self) -> list[float]:
        """When the clip is played, seconds."""
        if not self.parts.closed:
            return [self.seconds / 2]
        count = max(1, int((self.seconds - LEAD_S) / AGAIN_S))
        return [LEAD_S + number * AGAIN_S for number in range(count)] if self.seconds > LEAD_S else [self.seconds / 2]

    def _order(self) -> Iterator[int]:
        """Numbers of packets in the order in which they are told."""
        parts, told = self.parts, 0
        for at in self.plan():
            while told / parts.fps < at:
                yield from range(parts.before)
                told += parts.before
            self.clips_at.append(told / parts.fps)
            yield from range(parts.before, parts.before + parts.clip)
            told += parts.clip
        first = parts.before + parts.clip
        while told / parts.fps < self.seconds:
            yield from range(first, first + parts.after)
            told += parts.after


class Eye:
    """The owner of one connection: its clock is the stream's, and it keeps what was flagged."""

    past: Past | None = None
    shares: Shares | None = None
    gauges: Sequence[Gauge] = ()
    clock: tuple[Source, float | None] | None = None
    stopping = False
    viewed = False

    def __init__(self, name: str) -> None:
        self.plan, self.gallery = Plan(name, name, ""), Gallery()
        self.taps: Sequence[Tap] = (self,)
        self.told: Told = self
        self.time, self.cuts, self.states = BEGAN, list[Cut](), dict[str, float]()
        self._last = 0.0

    def now(self) -> datetime:
        return self.time

    def opened(self, opened: Opened) -> None:
        """The stream begins."""

    def packet(self, kept: Kept, at: datetime) -> None:  # noqa: ARG002 - the stream's own second is the clock
        self.time = BEGAN + timedelta(seconds=kept.at)

    def closed(self) -> None:
        """The stream is over."""

    def wait(self, seconds: float) -> None:
        """Nobody waits for anything here."""

    def keep(self, gate: Gate) -> None:
        """Nothing outlives this run."""

    def say(self, state: State, code: Code | None = None, facts: Facts | None = None, about: tuple[int, int, float] | None = None) -> None:  # noqa: ARG002
        self.states[state] = self.states.get(state, 0.0) + 1

    def health(self, camera: str, health: Health) -> None:
        """Told by `say` already."""

    def picture(self, camera: str, picture: Any) -> None:
        """Nobody looks."""

    def cut(self, cut: Cut) -> None:
        self.cuts.append(replace(cut, packets=()))


def live(order: Order, lives: Lives, step: Step = lambda _name, _total: None) -> dict[str, Any]:
    """Watch them all; the content of streams.json, written to `order.out` with streams.md. Goes on where it was interrupted."""
    chosen = choose(read(order.dataset, order.origin), lives)
    order.out.mkdir(parents=True, exist_ok=True)
    seconds = lives.hours * 3600 / max(len(chosen), 1)
    done = []
    for one in _lived(chosen, order, seconds):
        done.append(one)
        step(one.clip, len(chosen))
    return write(done, order.out)


def choose(clips: Sequence[Clip], lives: Lives) -> list[Clip]:
    """Spread over the whole set, so many with an event; moving cameras are none."""
    fixed = [clip for clip in clips if not clip.moving]
    with_event, without = ([clip for clip in fixed if bool(clip.events) is wanted] for wanted in (True, False))
    wanted = min(lives.cameras, len(fixed))
    first = min(len(with_event), max(round(wanted * lives.with_event), wanted - len(without)))
    return [*_spread(with_event, first), *_spread(without, wanted - first)]


def _spread(clips: list[Clip], count: int) -> list[Clip]:
    return [clips[number * len(clips) // count] for number in range(min(count, len(clips)))]


def _lived(clips: Sequence[Clip], order: Order, seconds: float) -> Iterator[Life]:
    if order.jobs <= 1:
        yield from (lived(clip, order, seconds) for clip in clips)
        return
    with ProcessPoolExecutor(order.jobs, mp_context=get_context("spawn")) as pool:
        asked: list[Future[Life]] = [pool.submit(lived, clip, order, seconds) for clip in clips]
        try:
            yield from (done.result() for done in as_completed(asked))
        finally:
            pool.shutdown(cancel_futures=True)


def lived(clip: Clip, order: Order, seconds: float) -> Life:
    """One camera's hours, or what was kept of them."""
    place = order.out / "lived" / f"{key_of(clip.path, order.weights)}-{SPLICES}-{round(seconds)}.json"
    if place.is_file():
        return Life(**json.loads(place.read_text(encoding="utf-8")))
    made = _watch(clip, order.weights, seconds)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(asdict(made), ensure_ascii=False) + "\n", encoding="utf-8")
    return made


def _watch(clip: Clip, weights: Path, seconds: float) -> Life:
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "life.mp4"
        try:
            parts = build(clip.path, path, seed=sum(clip.name.encode()))
        except (av.error.FFmpegError, OSError, IndexError, ValueError) as error:
            raise Refusal(Code.NOT_A_VIDEO, {"file": clip.name, "last_words": str(error)}) from error
        stream, eye, witness = Spliced(path, parts, seconds), Eye(clip.name), Witness(Network(weights))
        with suppress(Refusal):
            Connection(eye, Memory(witness, Gate()), stream).watch()
        stream.close()
    return _told(clip, eye, (witness, stream), time.process_time() - began)


def _told(clip: Clip, eye: Eye, seen: tuple[Witness, Spliced], took_s: float) -> Life:
    witness, stream = seen
    length = stream.parts.clip / stream.parts.fps
    events = [replace(event, put_down_s=at + event.put_down_s, box=None) for at in stream.clips_at for event in clip.events]
    flags = [
        {"put_down_s": cut.finding.put_down, "at_s": cut.finding.at, "score": cut.finding.score, "reason": cut.finding.why.value}
        for cut in eye.cuts
    ]
    hits = matched(events, flags, WINDOWS["-5..+10 s"])
    true = {hit.sighting for hit in hits}
    busy = [any(at <= attempt.at_s <= at + length + BUSY_S for at in stream.clips_at) for attempt in witness.attempts.values()]
    found = {hit.event for hit in hits}
    return Life(
        clip=clip.name,
        hours=stream.seconds / 3600,
        busy_hours=len(stream.clips_at) * (length + BUSY_S) / 3600,
        events=len(events),
        found=len(hits),
        false=[flag for number, flag in enumerate(flags) if number not in true],
        missed=[f"{events[number].put_down_s:.1f} s" for number in range(len(events)) if number not in found],
        candidates_busy=sum(busy),
        candidates_idle=len(busy) - sum(busy),
        delays=[round(hit.delay_s, 2) for hit in hits],
        awake_share=round(eye.states.get("seen", 0.0) / max(sum(eye.states.values()), 1.0), 4),
        took_s=round(took_s, 2),
        tags=clip.tags,
    )


def write(lives: Sequence[Life], out: Path) -> dict[str, Any]:
    """streams.json and streams.md."""
    hours, false = sum(one.hours for one in lives), sum(len(one.false) for one in lives)
    busy = sum(one.busy_hours for one in lives)
    events, found = sum(one.events for one in lives), sum(one.found for one in lives)
    low, high = (value * 24 for value in rate(false, hours))
    delays = [delay for one in lives for delay in one.delays]
    told = {
        "cameras": len(lives),
        "camera_hours": round(hours, 2),
        "busy_hours": round(busy, 2),
        "events": events,
        "found": found,
        "recall": round(found / events, 4) if events else None,
        "recall_interval": share(found, events),
        "false": false,
        "false_per_camera_day": round(false / hours * 24, 3) if hours else None,
        "interval": (round(low, 3), round(high, 3)),
        "delay_s": median(delays) if delays else None,
        "candidates_per_hour_busy": round(sum(one.candidates_busy for one in lives) / busy, 2) if busy else None,
        "candidates_per_hour_idle": round(sum(one.candidates_idle for one in lives) / max(hours - busy, 1e-9), 3),
        "awake_share_of_looks": round(sum(one.awake_share * one.hours for one in lives) / hours, 4) if hours else None,
        "cpu_s": round(sum(one.took_s for one in lives), 1),
        "lives": [asdict(one) for one in lives],
    }
    (out / "streams.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    (out / "streams.md").write_text(_words(told, lives), encoding="utf-8")
    return told


def _words(told: dict[str, Any], lives: Sequence[Life]) -> str:
    lines = ["# Streams", "", "| what | figure |", "|---|---|"]
    lines += [f"| {name.replace('_', ' ')} | {value} |" for name, value in told.items() if name != "lives"]
    lines += ["", "Idle hours are loops of each clip's own place: their noise repeats, and no night falls. Real idle hours are harder.", ""]
    lines += [f"- false on {one.clip}: {', '.join(str(round(flag['put_down_s'])) for flag in one.false)} s" for one in lives if one.false]
    lines += [f"- missed on {one.clip}" for one in lives if one.missed]
    return "\n".join(lines) + "\n"
