"""Cameras without keyframes, and with one every few minutes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.cameras.watch.recordings.conftest import Open
from tests.cameras.watch.recordings.feeding import BEGAN, CAMERA, Feeder, eventually, lengths, units, written

S = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("is_key", "segments", "begins"),
    [(lambda number: number < 0, 6, 480), (lambda number: number == 0, 2, 0), (lambda number: number % (200 * 12) == 0, 4, 400)],
    ids=["no keyframe", "one", "every 200 s"],
)
def test_whatever_the_rhythm_every_packet_is_recorded(
    is_key: Callable[[int], bool], segments: int, begins: float, film: Path, opened: Open
) -> None:
    archive, feeder = opened(), Feeder(film)
    recording = archive.recording(CAMERA)
    feeder.open(recording)
    changed = (replace(kept, key=is_key(number), number=number) for number, kept in enumerate(feeder.packets(700)))
    told = []
    for number, kept in enumerate(changed):
        recording.packet(kept, feeder.at(kept))
        told.append(kept)
        if number == 300:  # fragments end by time where no keyframe ends them
            eventually(lambda: any(reel.now_open() for reel in archive._writer.reels(CAMERA)))
    recording.closed()
    written(archive)
    shots = list(archive.packets(CAMERA, BEGAN, BEGAN + 701 * S))
    assert [lengths(shot.kept.data) for shot in shots] == [units(kept.data) for kept in told]
    assert len({shot.segment for shot in shots}) == segments
    assert max(abs(shot.at - feeder.at(kept)) for shot, kept in zip(shots, told, strict=True)) < timedelta(milliseconds=1)
    tail = list(archive.packets(CAMERA, BEGAN + 590 * S, BEGAN + 595 * S))
    assert (tail[0].at - BEGAN) / S == pytest.approx(begins, abs=0.1)
    assert list(archive.check(content=True)) == []
