"""Which sighting belongs to which event. One sighting finds one event at most; every other sighting is false."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cameras.domain.geometry import Box, iou
from cameras.evaluation.judge import Judged
from cameras.evaluation.truth import Clip, Event

WINDOWS: dict[str, tuple[float, float]] = {"-5..+10 s": (-5.0, 10.0), "-3..+10 s": (-3.0, 10.0)}
"""Seconds around the true put-down in which the told one must lie. The first is the one that counts."""
MAIN = "-5..+10 s"
BOX_HIT = 0.3


@dataclass(frozen=True)
class Hit:
    """One event that was found. Seconds; `overlap` of the boxes, None where the truth has none."""

    event: int
    sighting: int
    onset_s: float
    delay_s: float
    after_gone_s: float | None
    overlap: float | None


@dataclass(frozen=True)
class Outcome:
    """One clip, told and true, side by side."""

    clip: Clip
    judged: Judged
    hits: tuple[Hit, ...]
    strict: int
    """Events found within the narrower window."""

    @property
    def missed(self) -> list[int]:
        found = {hit.event for hit in self.hits}
        return [number for number in range(len(self.clip.events)) if number not in found]

    @property
    def false(self) -> list[int]:
        matched = {hit.sighting for hit in self.hits}
        return [number for number in range(len(self.judged.sightings)) if number not in matched]


def outcome(clip: Clip, judged: Judged) -> Outcome:
    """Match one clip's sightings to its events."""
    hits = matched(clip.events, judged.sightings, WINDOWS[MAIN])
    return Outcome(clip, judged, hits, len(matched(clip.events, judged.sightings, WINDOWS["-3..+10 s"])))


def matched(events: Sequence[Event], sightings: Sequence[dict[str, Any]], window: tuple[float, float]) -> tuple[Hit, ...]:
    """The best pairs first: those whose boxes meet, then those closest in time."""
    pairs = sorted(
        (-round(_overlap(event, seen) or 0.0, 1), abs(seen["put_down_s"] - event.put_down_s), one, other)
        for one, event in enumerate(events)
        for other, seen in enumerate(sightings)
        if window[0] <= seen["put_down_s"] - event.put_down_s <= window[1]
    )
    hits: dict[int, Hit] = {}
    for _, _, one, other in pairs:
        if one not in hits and all(hit.sighting != other for hit in hits.values()):
            hits[one] = _hit(one, other, events[one], sightings[other])
    return tuple(hits[number] for number in sorted(hits))


def _hit(number: int, other: int, event: Event, seen: dict[str, Any]) -> Hit:
    return Hit(
        event=number,
        sighting=other,
        onset_s=seen["put_down_s"] - event.put_down_s,
        delay_s=seen["at_s"] - event.put_down_s,
        after_gone_s=None if event.gone_s is None else seen["at_s"] - event.gone_s,
        overlap=_overlap(event, seen),
    )


def _overlap(event: Event, seen: dict[str, Any]) -> float | None:
    return None if event.box is None else iou(event.box, Box(*seen["box"]))
