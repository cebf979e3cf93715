"""What an evaluation leaves behind: metrics.json, clips.json, report.md and report.html with tables, plots and contact sheets."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from cameras.evaluation.figures import Row, metrics, rows
from cameras.evaluation.matching import MAIN, WINDOWS, Outcome
from cameras.evaluation.plots import draw
from cameras.evaluation.sheets import sheets

COLUMNS = (
    "set",
    "clips",
    "events",
    "found",
    "false",
    "precision",
    "recall",
    "F1",
    "found -3..+10 s",
    "box hits",
    "delay s",
    "gone to flag s",
    "false / camera-day",
)


def write(outcomes: Sequence[Outcome], out: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Everything into `out`; the content of metrics.json."""
    told = {**metrics(outcomes), "about": about}
    _json(out / "metrics.json", told)
    _json(out / "clips.json", [clip_row(one) for one in outcomes])
    plots, pictures = draw(outcomes, out), sheets(outcomes, out)
    table = [COLUMNS, *(cells(one) for one in rows(outcomes))]
    (out / "report.md").write_text(_markdown(table, told, (plots, pictures)), encoding="utf-8")
    (out / "report.html").write_text(_html(table, told, (plots, pictures)), encoding="utf-8")
    return told


def clip_row(one: Outcome) -> dict[str, Any]:
    """One clip: `hit` says of each event whether it was found, `fate` how far it came."""
    found = {hit.event for hit in one.hits}
    return {
        "file": one.clip.name,
        "sightings": one.judged.sightings,
        "hit": bool(one.clip.events) and not one.missed,
        "events": [
            {
                "put_down_s": round(event.put_down_s, 3),
                "hit": number in found,
                "fate": one.judged.fates[number].word if one.judged.fates else "",
            }
            for number, event in enumerate(one.clip.events)
        ],
        "false": len(one.false),
        "origin": one.clip.origin.value,
        "moving": one.clip.moving,
        "seconds": round(one.judged.seconds, 3),
        "findings": one.judged.findings,
        **{key: value for key, value in one.clip.tags.items() if key in ("hour", "manner", "recipe", "story")},
    }


def cells(one: Row) -> tuple[str, ...]:
    """A row of the table, as words."""
    high = one.interval[1]
    rate = (
        "–"
        if one.false_per_camera_day is None
        else f"{one.false_per_camera_day:.1f} ({one.interval[0]:.1f} to {'–' if high is None else f'{high:.1f}'})"
    )
    return (
        one.name,
        str(one.clips),
        str(one.events),
        str(one.found),
        str(one.false),
        _with(one.precision, one.precision_interval),
        _with(one.recall, one.recall_interval),
        "–" if one.f1 is None else f"{one.f1:.3f}",
        str(one.found_strict),
        f"{one.box_hits} of {one.boxes}",
        _seconds(one.delay_s, one.delay_with_misses_s),
        _seconds(one.after_gone_s, one.after_gone_with_misses_s),
        rate,
    )


def _with(value: float | None, interval: tuple[float, float]) -> str:
    return "–" if value is None else f"{value:.3f} ({interval[0]:.2f} to {interval[1]:.2f})"


def _seconds(found: float | None, with_misses: float | None) -> str:
    return "–" if found is None else f"{found:.1f} / {'never' if with_misses is None else f'{with_misses:.1f}'}"


def notes(told: dict[str, Any]) -> list[str]:
    """What a reader must know beside the table."""
    lost = "; ".join(f"{word}: {count}" for word, count in told["fates"].items()) or "none"
    return [
        f"An event is found when a told put-down lies {MAIN} from the true one (narrower: {list(WINDOWS)[1]}); every other flag is false, and one event is found once.",
        "Intervals are 95 %: Clopper-Pearson for shares, exact Poisson for flags per camera-day. Short clips say little about a day.",
        "Delays are medians over found events / over all events with a miss counted as never.",
        f"Where missed events were lost: {lost}.",
        f"Weights {told['about'].get('weights', '–')}; {told['speed']['frames_per_cpu_s']} pictures a second of one core; at most {told['speed']['peak_mb']} MB.",
    ]


def _markdown(table: Sequence[Sequence[str]], told: dict[str, Any], pictures: tuple[list[str], dict[str, list[str]]]) -> str:
    lines = ["# Evaluation", "", "| " + " | ".join(table[0]) + " |", "|" + "---|" * len(table[0])]
    lines += ["| " + " | ".join(row) + " |" for row in table[1:]]
    lines += ["", *(f"- {note}" for note in notes(told)), "", *(f"![{name}]({name})" for name in pictures[0])]
    for kind, files in pictures[1].items():
        lines += ["", f"## {kind}", "", *([f"![{kind}]({name})" for name in files] or ["none"])]
    return "\n".join(lines) + "\n"


def _html(table: Sequence[Sequence[str]], told: dict[str, Any], pictures: tuple[list[str], dict[str, list[str]]]) -> str:
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in table[0])
    body = "".join(
        f"<tr><th scope=row>{escape(row[0])}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in row[1:])}</tr>" for row in table[1:]
    )
    plots = "".join(f'<img src="{name}" alt="{name.removesuffix(".svg")}">' for name in pictures[0])
    sections = "".join(
        f"<h2>{kind}</h2>{''.join(f'<img src={chr(34)}{name}{chr(34)} alt={chr(34)}{kind}{chr(34)}>' for name in files) or '<p>none</p>'}"
        for kind, files in pictures[1].items()
    )
    style = (
        "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;color:#1c2330}table{border-collapse:collapse;font-size:13px;display:block;overflow-x:auto}"
        "th,td{padding:.3rem .6rem;border-bottom:1px solid #d7dce3;text-align:right;white-space:nowrap}th[scope=row]{text-align:left;font-weight:500}img{max-width:100%;margin:.3rem 0}"
    )
    said = "".join(f"<li>{escape(note)}</li>" for note in notes(told))
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title><style>{style}</style><h1>Evaluation</h1><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><ul>{said}</ul>{plots}{sections}</html>\n'


def _json(path: Path, told: Any) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
