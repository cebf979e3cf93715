"""How well the gate tells motion from packets: `python -m tests.benchmarks.gate --json FILE --plot FILE.png`.

On generated streams, whose motion is known, and on all real footage at ../shared/data, whose motion is what the decoded scene
(cameras/watch/scene.py) follows. Three scores in the same run: the gate; bytes of predicted pictures; bytes x 2^(QP/6) with a median of
half a second. AUC: the chance that a moment with motion scores higher than one without (half a second around a change and three seconds
after an event, when the camera is awake anyway, are left out). Missed: events during which the score never passed its threshold; late: later than a wake goes back. All thresholds by the
same rule (median and MAD of what was quiet). Real clips have no quiet hour to learn from: there the gate learns from the clip's own
quiet moments, and only the AUC is given.
"""

import argparse
import json
import math
import tempfile
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from cameras.domain.areas import NOTHING_DRAWN
from cameras.domain.duty import RISE_S
from cameras.domain.gate import SMALLEST_RISE, SPREADS, Gate
from cameras.domain.packets import PacketFacts
from cameras.watch.gauge.shadow import Eyes
from cameras.watch.headers import Headers
from cameras.watch.stream import Stream, upright
from tests.benchmarks import gate_streams
from tests.benchmarks.gate_streams import LEARN_S, Event
from tests.cameras.watch.conftest import DATA

HOUR, EDGE_S = 12, 0.5
AFTER_S = 3.0
"""So long after an event nothing counts: the camera is awake then anyway."""
SCORES = ("gate", "bytes", "bytes and QP")


@dataclass(frozen=True)
class Packet:
    """One packet as the gate is given it."""

    facts: PacketFacts
    at: float
    key: bool


@dataclass(frozen=True)
class Row:
    """One score on one stream."""

    stream: str
    score: str
    auc: float | None
    events: int = 0
    missed: int = 0
    late: int = 0
    opened_for_nothing: float | None = None
    """Share of quiet moments."""
    missed_kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scored:
    """What a score said at every predicted picture, and whether it would have opened."""

    at: tuple[float, ...]
    level: tuple[float, ...]
    open: tuple[bool, ...]


def packets_of(path: Path) -> list[Packet]:
    """In the order sent, with the time at which each came (a steady rate, as a camera sends)."""
    stream = Stream(str(path))
    stream.open()
    context = stream.template().codec_context
    headers = Headers(context.name, context.extradata)
    step = 1 / stream.info.fps if stream.info is not None else 0.04
    found = [Packet(headers.facts(bytes(parcel.packet)), number * step, parcel.key) for number, parcel in enumerate(stream.parcels())]
    stream.close()
    return found


def by_gate(packets: Sequence[Packet], quiet: Sequence[tuple[float, float]]) -> Scored:
    """The gate as the watcher uses it: it learns in `quiet`, and afterwards wherever it does not open."""
    gate, at, level, opened = Gate(), [], [], []
    for packet in packets:
        reading = gate.take(packet.facts, packet.at, key=packet.key, hour=HOUR)
        learning = any(begin <= packet.at < end for begin, end in quiet)
        if reading is not None and (learning or not reading.open):
            gate.note(packet.at, HOUR)
        if reading is not None:
            at.append(packet.at)
            level.append(max(reading.level, (reading.threshold or 0.0) + reading.slow))
            opened.append(reading.open)
    return Scored(tuple(at), tuple(level), tuple(opened))


def by_baseline(packets: Sequence[Packet], quiet: Sequence[tuple[float, float]], *, qp: bool) -> Scored:
    """Bytes of predicted pictures; with `qp` times what the quantiser let through, and the median of half a second."""
    at, level = [], []
    window: deque[tuple[float, float]] = deque()
    for packet in packets:
        if packet.key or packet.facts.kind == "I":
            continue
        cost = math.log2(packet.facts.size + 1) + ((packet.facts.qp or 0) / 6 if qp else 0)
        window.append((packet.at, cost))
        while window[0][0] < packet.at - 0.5:
            window.popleft()
        at.append(packet.at)
        level.append(median(score for _, score in window) if qp else cost)
    usual = [score for moment, score in zip(at, level, strict=True) if any(begin <= moment < end for begin, end in quiet)]
    middle = median(usual or level)
    spread = median(abs(score - middle) for score in usual or level)
    threshold = middle + max(SPREADS * 1.4826 * spread, SMALLEST_RISE)
    return Scored(tuple(at), tuple(level), tuple(score > threshold for score in level))


def auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Area under the curve by ranks (Mann-Whitney); None when there is nothing to tell apart."""
    if not positive or not negative:
        return None
    values = np.concatenate([positive, negative])
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        same = values == value
        ranks[same] = ranks[same].mean()
    count = len(positive)
    return round(float((ranks[:count].sum() - count * (count + 1) / 2) / (count * len(negative))), 4)


def judged(name: str, score: str, scored: Scored, events: Sequence[Event]) -> Row:
    """Against events that are known; only after the learning."""
    moving, still, idle = [], [], []
    for at, level, is_open in zip(scored.at, scored.level, scored.open, strict=True):
        inside = any(event.start + EDGE_S <= at < event.end - EDGE_S for event in events)
        near = any(event.start - EDGE_S <= at < event.end + AFTER_S for event in events)
        if at >= LEARN_S and inside:
            moving.append(level)
        elif at >= LEARN_S and not near:
            still.append(level)
            idle.append(is_open)
    first = {event: _first_open(scored, event) for event in events}
    missed = [event for event, opened in first.items() if opened is None]
    late = [event for event, opened in first.items() if opened is not None and opened > event.start + RISE_S]
    kinds = tuple(sorted(f"{event.size} {event.speed}" for event in missed))
    return Row(name, score, auc(moving, still), len(events), len(missed), len(late), round(sum(idle) / max(1, len(idle)), 4), kinds)


def generated(folder: Path) -> list[Row]:
    """Every kind of stream."""
    rows, events = [], gate_streams.events()
    for kind in gate_streams.KINDS:
        packets = packets_of(gate_streams.made(folder, kind))
        rows += [judged(kind.name, score, scored, events) for score, scored in _all(packets, [(0.0, LEARN_S)])]
    return rows


def real() -> list[Row]:
    """Every clip at hand; none where the folder is absent."""
    rows: list[Row] = []
    for path in sorted(DATA.glob("clips/*")) + sorted(DATA.glob("negatives/*")):
        packets, truth = packets_of(path), motion_of(path)
        quiet = _spans([(at, not moves) for at, moves in truth])
        for score, scored in _all(packets, quiet):
            moving = [level for at, level in zip(scored.at, scored.level, strict=True) if _moves(truth, at)]
            still = [level for at, level in zip(scored.at, scored.level, strict=True) if _moves(truth, at) is False]
            rows.append(Row(path.stem, score, auc(moving, still)))
    return rows


def motion_of(path: Path) -> list[tuple[float, bool]]:
    """What the decoded scene follows, six times a second."""
    eyes, found, due = Eyes(NOTHING_DRAWN), [], 0.0
    with av.open(str(path)) as container:
        video: Any = container.streams.video[0]
        for number, frame in enumerate(container.decode(video)):
            at = number / float(video.average_rate)
            if at >= due:
                due = at + 1 / 6
                found.append((at, eyes.look(at, upright(frame, 640)) > 0))
    return found


def _all(packets: Sequence[Packet], quiet: Sequence[tuple[float, float]]) -> list[tuple[str, Scored]]:
    scored = (by_gate(packets, quiet), by_baseline(packets, quiet, qp=False), by_baseline(packets, quiet, qp=True))
    return list(zip(SCORES, scored, strict=True))


def _first_open(scored: Scored, event: Event) -> float | None:
    pairs = zip(scored.at, scored.open, strict=True)
    return next((at for at, is_open in pairs if is_open and event.start <= at < event.end + 1.0), None)


def _spans(truth: Sequence[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Stretches in which it holds, half a second shorter at each end."""
    found: list[list[float]] = []
    held = False
    for at, holds in truth:
        if holds and not held:
            found.append([at, at])
        if holds:
            found[-1][1] = at
        held = holds
    return [(begin + EDGE_S, end - EDGE_S) for begin, end in found if end - begin > 2 * EDGE_S]


def _moves(truth: Sequence[tuple[float, bool]], at: float) -> bool | None:
    """None near a change."""
    near = {moves for moment, moves in truth if abs(moment - at) < EDGE_S}
    return near.pop() if len(near) == 1 else None


def printed(rows: Sequence[Row]) -> None:
    """The table."""
    table = Table("stream", "score", "AUC", "events", "missed", "late", "open for nothing", "which were missed")
    for row in rows:
        auc_told = "-" if row.auc is None else f"{row.auc:.3f}"
        nothing = "" if row.opened_for_nothing is None else f"{100 * row.opened_for_nothing:.1f} %"
        table.add_row(row.stream, row.score, auc_told, *map(str, (row.events, row.missed, row.late)), nothing, ", ".join(row.missed_kinds))
    Console(width=150).print(table)


def drawn(rows: Sequence[Row], path: Path) -> None:
    """AUC and missed events by stream, as two panels. Needs matplotlib (the `train` group)."""
    import matplotlib as mpl  # noqa: PLC0415

    mpl.use("Agg")
    from matplotlib import pyplot as plt  # noqa: PLC0415

    names = list(dict.fromkeys(row.stream for row in rows))
    figure, (left, right) = plt.subplots(
        1, 2, figsize=(11, 0.36 * len(names) + 1.4), sharey=True, width_ratios=(3, 2), layout="constrained"
    )
    for place, (score, colour, mark) in enumerate(zip(SCORES, ("#1F4B7A", "#B84A00", "#8A6D00"), ("o", "x", "^"), strict=True)):
        mine = [row for row in rows if row.score == score]
        known = [row for row in mine if row.auc is not None]
        left.scatter(
            [row.auc for row in known], [names.index(row.stream) for row in known], color=colour, marker=mark, label=score, zorder=3
        )
        tried = [row for row in mine if row.events]
        offset = [names.index(row.stream) + 0.24 * (place - 1) for row in tried]
        right.barh(offset, [100 * row.missed / row.events for row in tried], height=0.22, color=colour)
    left.set(xlabel="AUC", xlim=(0, 1.02), yticks=range(len(names)), yticklabels=names, ylim=(len(names) - 0.5, -0.5))
    right.set(xlabel="missed events, %", xlim=(0, 100))
    for panel in (left, right):
        panel.grid(axis="x", color="#E2DCCF")
    left.legend(loc="upper left", fontsize=8)
    figure.savefig(path, dpi=110)


def main(arguments: Sequence[str] | None = None) -> None:
    """Score everything, print it and write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--films", type=Path, default=Path(tempfile.gettempdir()) / "dinh-gate-films")
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--plot", type=Path)
    told = parser.parse_args(arguments)
    told.films.mkdir(parents=True, exist_ok=True)
    rows = generated(told.films)
    if DATA.is_dir():
        rows += real()
    else:
        Console().print("../shared/data is absent: no real clips")
    told.json.write_text(json.dumps([asdict(row) for row in rows], indent=1) + "\n", encoding="utf-8")
    printed(rows)
    if told.plot is not None:
        drawn(rows, told.plot)


if __name__ == "__main__":
    main()
