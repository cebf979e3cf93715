"""`python -m tests.cameras.watch.recordings.small_disk HOME FILM`: records more than the disk of HOME holds, and says what came of it."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cameras.domain.chain import Hole
from cameras.domain.errors import Code
from cameras.watch.recordings import reel, writer
from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.lookup import Lookup
from tests.cameras.watch.recordings.feeding import BEGAN, CAMERA, ROOMY, Feeder, before, eventually

SECONDS = 1000
"""About 27 MB."""


def say(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - for the test that started this


def fed(feeder: Feeder, archive: Archive) -> None:
    """Not faster than it is written."""
    recording = archive.recording(CAMERA)
    feeder.open(recording)
    packets = feeder.packets(SECONDS)
    for until in range(20, SECONDS + 20, 20):
        feeder.feed(recording, before(until, packets))
        eventually(lambda: recording._waiting == 0)
    recording.closed()


def main() -> None:
    home, film = Path(sys.argv[1]), Path(sys.argv[2])
    for module in (reel, writer):  # the disk does not get better by waiting
        vars(module)["AGAIN_S"] = 0.01
    archive = Archive(home, ROOMY)
    fed(Feeder(film), archive)
    lookup = Lookup(home / "recordings" / "index.db")
    if any(isinstance(step, Hole) for _, step in lookup.chain(CAMERA)):
        say("oldest let go")
    archive = verified(archive)
    archive.pin(CAMERA, BEGAN, BEGAN + timedelta(days=30), "all of it", until=datetime(2100, 1, 1, tzinfo=UTC))
    time.sleep(0.2)
    fed(Feeder(film, began=BEGAN + timedelta(days=1)), archive)
    fault = archive.fault(CAMERA)
    if fault is not None and fault[0] is Code.RECORDING_FULL:
        say("full and said so")
    verified(archive).close()


def verified(archive: Archive) -> Archive:
    """The same, closed and opened again."""
    archive.close()
    again = Archive(archive.folder.parent, ROOMY)
    eventually(lambda: not again._writer._left)
    found = list(again.check(content=True))
    say("agreed" if not found else f"{found}")
    return again


if __name__ == "__main__":
    main()
