"""Stored segments as one run of packets with capture times; and which times are recorded."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av.error

from cameras.domain.errors import Code
from cameras.watch.clip import GAP_S
from cameras.watch.recordings.footage import Shot, Span
from cameras.watch.recordings.lookup import Stored
from cameras.watch.recordings.moments import micros, moment
from cameras.watch.recordings.reading import packets
from cameras.watch.recordings.segment import Entry

GAP_US = round(GAP_S * 1e6)
REORDER_US = 500_000
"""Pictures are sent out of order by at most this: reading goes on so far after the end."""
_log = logging.getLogger("cameras.watch.recordings")


@dataclass
class Player:
    """Reads the segments of one camera, given in the order of capture."""

    folder: Path
    pieces: Sequence[Stored]

    def shots(self, start_us: int, end_us: int) -> Iterator[Shot]:
        """From the keyframe at or before the start to the end."""
        before: int | None = None
        place, entry = _beginning(self.pieces, start_us)
        for index, piece in enumerate(self.pieces[place:]):
            if piece.start_us > end_us:
                return
            for shot in self._piece(piece, entry if index == 0 else 0, before):
                at = micros(shot.at)
                if at > end_us + REORDER_US:
                    break
                yield shot
                before = at

    def keyframes(self, start_us: int, end_us: int, every_us: int) -> Iterator[Shot]:
        """One packet for each, read from where it stands."""
        place, entry = _beginning(self.pieces, start_us)
        due = -1
        for index, piece in enumerate(self.pieces[place:]):
            for number in range(entry if index == 0 else 0, len(piece.entries)):
                at = piece.start_us + piece.entries[number].us
                if at > end_us:
                    return
                if piece.entries[number].key and at >= due:
                    due = at + every_us
                    yield from islice(self._piece(piece, number, None), 1)

    def _piece(self, piece: Stored, first: int, before: int | None) -> Iterator[Shot]:
        """What of a segment can be read from an entry on."""
        entries, path = piece.entries[first:], self.folder / piece.file
        try:
            with closing(packets(path, piece.format.init, entries[0].offset, piece.bytes)) as kept_ones:  # type: ignore[type-var]
                clock: _Clock | None = None
                for kept in kept_ones:
                    clock = clock or _Clock(entries, piece.start_us, kept.at)
                    at = clock.us(kept.at, key=kept.key)
                    joined = before is not None and abs(at - before) <= GAP_US
                    before = at
                    yield Shot(kept, moment(at), piece.format, piece.number, joined)
        except (OSError, av.error.FFmpegError, ValueError) as error:
            _log.warning("%s file=%s: %s", Code.SEGMENT_ALTERED.value, path.name, type(error).__name__)


class _Clock:
    """From seconds of the segment to capture time: exact at each keyframe, carried on from there."""

    def __init__(self, entries: Sequence[Entry], start_us: int, first_at: float) -> None:
        self._keys = iter(entry for entry in entries[1:] if entry.key)
        self._start, self._base, self._at = start_us, start_us + entries[0].us, first_at

    def us(self, at: float, *, key: bool) -> int:
        if key and at > self._at:
            entry = next(self._keys, None)
            if entry is not None:
                self._base, self._at = self._start + entry.us, at
        return self._base + round((at - self._at) * 1e6)


def _beginning(pieces: Sequence[Stored], start_us: int) -> tuple[int, int]:
    """Which segment and which entry of it to begin with: the last keyframe at or before the start whose recording reaches it, else the first after."""
    place = next((index for index, piece in enumerate(pieces) if piece.until_us >= start_us), len(pieces))
    for index in range(place, -1, -1) if place < len(pieces) else ():
        if index < place and pieces[index].until_us + GAP_US < pieces[index + 1].start_us:
            break
        keys = [number for number, entry in _keys(pieces, index) if pieces[index].start_us + entry.us <= start_us]
        if keys:
            return index, keys[-1]
    for index in range(place, len(pieces)):
        if keys := [number for number, _ in _keys(pieces, index)]:
            return index, keys[0]
    return place, 0


def _keys(pieces: Sequence[Stored], index: int) -> Iterable[tuple[int, Entry]]:
    return [(number, entry) for number, entry in enumerate(pieces[index].entries) if entry.key] if index < len(pieces) else []


def spans(pieces: Sequence[Stored], gaps: Sequence[tuple[int, int, Code | None]], start_us: int, end_us: int) -> list[Span]:
    """All of the time, recorded or not."""
    told: list[Span] = []
    at = start_us
    for begin, end in _recorded(pieces, gaps):
        begin, end = max(begin, at), min(end, end_us)  # noqa: PLW2901 - clipped to what was asked
        if end <= begin:
            continue
        if begin > at:
            told.append(_missing(at, begin, gaps))
        told.append(Span(moment(begin), moment(end), recorded=True))
        at = end
    if at < end_us:
        told.append(_missing(at, end_us, gaps))
    return told


def _recorded(pieces: Sequence[Stored], gaps: Sequence[tuple[int, int, Code | None]]) -> list[tuple[int, int]]:
    """The runs of segments that join, without the gaps in them."""
    runs: list[tuple[int, int]] = []
    for piece in pieces:
        if runs and piece.start_us <= runs[-1][1] + GAP_US:
            runs[-1] = runs[-1][0], max(runs[-1][1], piece.until_us)
        else:
            runs.append((piece.start_us, piece.until_us))
    for begin, end, _ in gaps:
        runs = [part for run in runs for part in ((run[0], min(run[1], begin)), (max(run[0], end), run[1])) if part[0] < part[1]]
    return runs


def _missing(start_us: int, end_us: int, gaps: Sequence[tuple[int, int, Code | None]]) -> Span:
    """Why, as the gap says that covers most of it."""
    shares = [(min(end, end_us) - max(begin, start_us), code) for begin, end, code in gaps if code and begin < end_us and end > start_us]
    code = max(shares, key=lambda share: share[0])[1] if shares else None
    return Span(moment(start_us), moment(end_us), recorded=False, code=code)
