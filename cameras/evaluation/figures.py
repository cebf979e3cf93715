"""Rows of a report: counts, shares and rates with what they allow to be said. One row never mixes origins."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import inf
from statistics import median
from typing import Any

from cameras.evaluation.intervals import rate, reliability, share
from cameras.evaluation.matching import BOX_HIT, Outcome, matched
from cameras.evaluation.truth import Origin

HOURS_PER_DAY = 24.0
Pick = Callable[[Outcome], bool]


@dataclass(frozen=True)
class Row:
    """One row. Delays are medians in seconds of what was found; `*_with_misses` count a miss as never, None when most were missed."""

    name: str
    clips: int
    events: int
    found: int
    false: int
    precision: float | None
    recall: float | None
    f1: float | None
    found_strict: int
    """Within -3..+10 s."""
    box_hits: int
    boxes: int
    """Found events whose truth has a box."""
    delay_s: float | None
    delay_with_misses_s: float | None
    after_gone_s: float | None
    after_gone_with_misses_s: float | None
    camera_hours: float
    false_per_camera_day: float | None
    interval: tuple[float, float | None]
    """Of false flags per camera-day, 95 %."""
    recall_interval: tuple[float, float]
    precision_interval: tuple[float, float]


def row(name: str, outcomes: Sequence[Outcome]) -> Row:
    """All of these clips in one row."""
    events = sum(len(one.clip.events) for one in outcomes)
    hits = [hit for one in outcomes for hit in one.hits]
    false = sum(len(one.false) for one in outcomes)
    hours = sum(one.judged.seconds for one in outcomes) / 3600
    low, high = (value * HOURS_PER_DAY for value in rate(false, hours))
    after = [hit.after_gone_s for hit in hits if hit.after_gone_s is not None]
    gone = sum(event.gone_s is not None for one in outcomes for event in one.clip.events)
    found = len(hits)
    return Row(
        name=name,
        clips=len(outcomes),
        events=events,
        found=found,
        false=false,
        precision=_ratio(found, found + false),
        recall=_ratio(found, events),
        f1=_ratio(2 * found, 2 * found + false + events - found),
        found_strict=sum(one.strict for one in outcomes),
        box_hits=sum(hit.overlap is not None and hit.overlap > BOX_HIT for hit in hits),
        boxes=sum(hit.overlap is not None for hit in hits),
        delay_s=_median([hit.delay_s for hit in hits]),
        delay_with_misses_s=_median([*(hit.delay_s for hit in hits), *[inf] * (events - found)]),
        after_gone_s=_median(after),
        after_gone_with_misses_s=_median([*after, *[inf] * (gone - len(after))]),
        camera_hours=round(hours, 4),
        false_per_camera_day=round(false / hours * HOURS_PER_DAY, 3) if hours else None,
        interval=(round(low, 3), None if high == inf else round(high, 3)),
        recall_interval=_rounded(share(found, events)),
        precision_interval=_rounded(share(found, found + false)),
    )


def rows(outcomes: Sequence[Outcome]) -> list[Row]:
    """The whole of each origin first, then its parts."""
    made = []
    for origin in Origin:
        here = [one for one in outcomes if one.clip.origin is origin]
        if here:
            made.append(row(origin.value, here))
            made += [
                row(f"{origin.value}: {name}", part)
                for name, pick in _parts(here)
                if (part := [one for one in here if pick(one)]) and part != here
            ]
    return made


def metrics(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The content of metrics.json: the figures of the whole set, and every row. Where composites and others lie in one folder, of the others."""
    others = [one for one in outcomes if one.clip.origin is not Origin.COMPOSITE]
    main = row("all", others or outcomes)
    told = asdict(main)
    return {
        **{key: value for key, value in told.items() if key != "name"},
        "of": sorted({one.clip.origin.value for one in (others or outcomes)}),
        "rows": [asdict(one) for one in rows(outcomes)],
        "fates": fates(outcomes),
        "speed": _speed(outcomes),
        "calibration": calibration(outcomes),
    }


def fates(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How far each missed event came, and how often."""
    counted: dict[str, int] = {}
    for one in outcomes:
        for number in one.missed:
            word = one.judged.fates[number].word if one.judged.fates else "not judged"
            word = "network said no" if word.startswith("network") else "flagged at another time" if word == "flagged" else word
            counted[word] = counted.get(word, 0) + 1
    return dict(sorted(counted.items(), key=lambda pair: -pair[1]))


def scored(outcomes: Iterable[Outcome]) -> list[tuple[float, bool]]:
    """Score and truth of every candidate that the network judged."""
    found = []
    for one in outcomes:
        said = [attempt for attempt in one.judged.attempts if attempt.by_network]
        seen = [{"put_down_s": a.put_down_s, "at_s": a.at_s, "box": a.box} for a in said]
        true = {hit.sighting for hit in matched(one.clip.events, seen, (-5.0, 10.0)) if hit.overlap is None or hit.overlap > 0.1}
        found += [(attempt.score, number in true) for number, attempt in enumerate(said)]
    return found


def curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float, float]]:
    """(threshold, precision, recall) for every score at which one of them changes, highest threshold first."""
    events = sum(len(one.clip.events) for one in outcomes)
    points, hits = [], 0
    for count, (score, truth) in enumerate(sorted(scored(outcomes), reverse=True), start=1):
        hits += truth
        points.append((score, hits / count, hits / events if events else 0.0))
    return points


def calibration(outcomes: Sequence[Outcome]) -> list[tuple[float, float, int]]:
    """(mean score, share that was dumping, count) of what the network judged."""
    pairs = scored(outcomes)
    return reliability([score for score, _ in pairs], [truth for _, truth in pairs])


def _parts(outcomes: Sequence[Outcome]) -> list[tuple[str, Pick]]:
    """Fixed and moving cameras, manners, hours, with and without an event, stories."""
    parts: list[tuple[str, Pick]] = [
        ("fixed camera", lambda one: not one.clip.moving),
        ("moving camera", lambda one: one.clip.moving),
        ("no event at all", lambda one: not one.clip.events),
    ]
    parts += [(manner, _of_manner(manner)) for manner in ("static", "thrown")]
    for key in ("hour", "story"):
        values = sorted({one.clip.tags[key] for one in outcomes if key in one.clip.tags})
        parts += [(value, _tagged(key, value)) for value in (values if len(values) > 1 else [])]
    return parts


def _of_manner(manner: str) -> Pick:
    return lambda one: any(event.manner == manner for event in one.clip.events)


def _tagged(key: str, value: str) -> Pick:
    return lambda one: one.clip.tags.get(key) == value


def _speed(outcomes: Sequence[Outcome]) -> dict[str, float]:
    took = sum(one.judged.took_s for one in outcomes)
    frames = sum(one.judged.frames for one in outcomes)
    peak = max((one.judged.peak_mb for one in outcomes), default=0.0)
    return {"frames_per_cpu_s": round(frames / took, 1) if took else 0.0, "cpu_s": round(took, 1), "peak_mb": peak}


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _median(values: Sequence[float]) -> float | None:
    middle = median(values) if values else inf
    return None if middle == inf else round(middle, 2)


def _rounded(pair: tuple[float, float]) -> tuple[float, float]:
    return round(pair[0], 4), round(pair[1], 4)
