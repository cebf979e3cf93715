"""Do index, files and chain agree? Reads only, also while a watcher writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cameras.domain.chain import Link, breaks
from cameras.domain.errors import Code, Facts
from cameras.watch.evidence import file_sha256
from cameras.watch.recordings.lookup import Lookup
from cameras.watch.recordings.moments import moment


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not agree. `at`: when the segment begins, capture time; None for one that is not there."""

    camera: str
    number: int
    code: Code
    facts: Facts
    at: datetime | None = None


@dataclass
class Checked:
    """How much was looked at."""

    segments: int = 0
    bytes: int = 0


def check(folder: Path, checked: Checked, *, content: bool) -> Iterator[Finding]:
    """Everything that is wrong with the recordings in `folder`; with `content` every byte is read and hashed, else only sizes are looked at.

    A segment that retention lets go meanwhile is no finding. Raises sqlite3.Error and OSError.
    """
    lookup = Lookup(folder / "index.db")
    for camera in lookup.cameras():
        chain = list(lookup.chain(camera))
        for broken in breaks(step for _, step in chain):
            yield Finding(camera, broken.number, Code.CHAIN_BROKEN, {"number": broken.number, "why": broken.why.value})
        for file, step in chain:
            if isinstance(step, Link):
                checked.segments, checked.bytes = checked.segments + 1, checked.bytes + step.record.bytes
                fault = _fault(folder / camera / file, step, content=content)
                if fault is not None and file in lookup.files(camera):
                    yield Finding(camera, step.record.number, fault, {"file": file}, moment(step.record.start_us))


def _fault(path: Path, link: Link, *, content: bool) -> Code | None:
    try:
        if path.stat().st_size != link.record.bytes or (content and file_sha256(path) != link.record.sha256):
            return Code.SEGMENT_ALTERED
    except FileNotFoundError:
        return Code.SEGMENT_MISSING
    return None
