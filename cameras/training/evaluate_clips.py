"""Real development clips through the whole watcher, written into CARD.md: `python -m cameras.training.evaluate_clips`.

The clips stay where they are; only figures leave. They are few and were looked at while the scene logic and the composites
were made, so they can show a claim wrong, never a rate. No threshold is chosen on them.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from rich import print as say

from cameras.training.card import REAL
from cameras.training.compose.shelf import DATA
from cameras.training.examples import progress
from cameras.watch.strip import Candidate
from cameras.watch.trial import Options, Seen, try_file
from cameras.watch.verifier import WEIGHTS, Verifier

_EARLY_S, _LATE_S = 5.0, 10.0


@dataclass(frozen=True)
class Clip:
    """What happened on one clip: the second of each put-down in the annotation, and what came out."""

    name: str
    moving: bool
    put_down_s: list[float]
    sightings: list[Seen]
    dropped: int
    best_dropped: float

    def row(self) -> str:
        hits = sum(any(-_EARLY_S <= seen.put_down_s - at <= _LATE_S for seen in self.sightings) for at in self.put_down_s)
        false = len(self.sightings) - hits
        scores = ", ".join(f"{seen.score:.2f}" for seen in self.sightings) or "none"
        alone = f"{self.dropped} / {self.best_dropped:.2f}" if self.dropped else "0"
        camera = "moves" if self.moving else "fixed"
        return f"| {self.name} | {camera} | {len(self.put_down_s)} | {hits} | {false} | {scores} | {alone} |"


def judged(path: Path, told: dict, verifier: Verifier) -> Clip:
    """One clip through the watcher; what the scene logic dropped is shown to the network as well."""
    result = try_file(path, Options(verifier=verifier))
    best = 0.0
    for finding in result.dropped:
        x0, y0, x1, y1 = (round(value) for value in finding.box)
        given = Candidate(finding.before, finding.act, finding.after, (x0, y0, x1, y1), finding.numbers)
        best = max(best, verifier.judge(given).score)
    moving = any(word in told.get("camera", "static") for word in ("hand-held", "pans", "drift"))
    events = [event["put_down"] / told["fps"] for event in told.get("events", [])]
    return Clip(path.name, moving, events, result.sightings, len(result.dropped), best)


def table(clips: list[Clip]) -> str:
    return "\n".join(
        [
            "## Real clips (development; looked at while this was made, so no proof)",
            "The whole watcher, scene and network, as `dinh cameras try` runs it. A hit is a put-down time within -5 to +10 s.",
            "Last column: what the scene logic dropped by itself / the best score the network alone would have given to any of it.",
            "",
            "| clip | camera | events | found | false | scores | dropped by the scene / best score |",
            "|---|---|---|---|---|---|---|",
            *(clip.row() for clip in clips),
            "",
        ]
    )


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    asked = parser.parse_args(words)
    truth = asked.data / "annotations" / "clips.json"
    if not truth.is_file():
        say(f"no clips: {truth} is not here")
        return 1
    told = {name: entry for name, entry in json.loads(truth.read_text(encoding="utf-8")).items() if isinstance(entry, dict)}
    paths = sorted(asked.data.glob("clips/*.*")) + sorted(asked.data.glob("negatives/*.mp4"))
    verifier, clips = Verifier(asked.weights), []
    with progress() as bar:
        task = bar.add_task("clips", total=len(paths), told="")
        for path in paths:
            clips.append(judged(path, told.get(f"{path.parent.name}/{path.name}", {}), verifier))
            bar.update(task, advance=1, told=path.name)
    text = table(clips)
    card = asked.weights.with_name("CARD.md")
    if card.is_file():
        card.write_text(card.read_text(encoding="utf-8").split(REAL, 1)[0] + f"{REAL}\n\n{text}", encoding="utf-8")
    say(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
