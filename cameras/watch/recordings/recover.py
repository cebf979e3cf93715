"""A segment that a crash left unfinished: what is whole in it is kept, the rest is cut off."""

import io
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import av
import av.error

from cameras.watch.evidence import file_sha256
from cameras.watch.recordings.footage import Format
from cameras.watch.recordings.reading import packets, whole
from cameras.watch.recordings.segment import Entry, Written, step_us, sync_folder
from cameras.watch.ring import Kept

LARGEST_HEAD = 1 << 20


@dataclass
class _Found:
    """What could be read of a file."""

    count: int = 0
    first: float = 0.0
    last: float = 0.0
    entries: list[Entry] = field(default_factory=list)


def recover(path: Path) -> Written | None:
    """Cut the file to its last whole fragment and say what it holds; None, and the file is gone, when nothing in it is whole.

    Its name says when it began; a camera's clock that was corrected within the segment is not known any more. OSError: try again later.
    """
    with path.open("rb") as file:
        head, fragments = _layout(file)
    form = _format(head)
    found, end = _read(path, form, fragments) if form is not None else (_Found(), 0)
    if form is None or not found.count:
        path.unlink()
        sync_folder(path.parent)
        return None
    start_us = int(path.stem)
    shown = round((found.last - found.first) * 1e6)
    return Written(
        file=path.name,
        start_us=start_us,
        end_us=start_us + shown + step_us(shown, found.count),
        bytes=end,
        packets=found.count,
        sha256=_cut(path, end),
        entries=tuple(found.entries),
        format=form,
        recovered=True,
    )


def _cut(path: Path, end: int) -> str:
    os.truncate(path, end)
    with path.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(path.parent)
    return file_sha256(path)


def _layout(file: BinaryIO) -> tuple[bytes, list[tuple[int, int]]]:
    """The head (ftyp, moov), and offset and end of every fragment (moof, mdat) that is there to its end."""
    head, began = b"", -1
    fragments: list[tuple[int, int]] = []
    for kind, start, end in _boxes(file):
        if kind in (b"ftyp", b"moov") and not fragments and end <= LARGEST_HEAD:
            file.seek(start)
            head += file.read(end - start)
        elif kind == b"moof":
            began = start
        elif kind == b"mdat" and began >= 0:
            fragments.append((began, end))
            began = -1
        else:
            break
    return head, fragments


def _boxes(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Kind, start and end of the boxes of the file that are there to their end."""
    length, at = file.seek(0, os.SEEK_END), 0
    while at + 8 <= length:
        file.seek(at)
        start = file.read(16)
        size = int.from_bytes(start[:4], "big")
        size = int.from_bytes(start[8:], "big") if size == 1 else size
        if size < 8 or at + size > length:
            return
        yield start[4:8], at, at + size
        at += size


def _format(head: bytes) -> Format | None:
    try:
        with av.open(io.BytesIO(head), format="mp4") as container:
            video: Any = container.streams.video[0]
            context = video.codec_context
            return Format(str(context.name), context.width, context.height, video.time_base, head)
    except (av.error.FFmpegError, ValueError, IndexError):
        return None


def _read(path: Path, form: Format, fragments: list[tuple[int, int]]) -> tuple[_Found, int]:
    """What the whole fragments hold, and where the last of them ends; a fragment with a broken packet and all after it are not whole."""
    found, end = _Found(), 0
    for begin, until in fragments:
        kept = _fragment(path, form, begin, until)
        if not kept:
            break
        _note(found, kept, begin)
        end = until
    return found, end


def _fragment(path: Path, form: Format, begin: int, end: int) -> list[Kept]:
    kept: list[Kept] = []
    with suppress(av.error.FFmpegError, ValueError, TypeError):
        kept.extend(packets(path, form.init, begin, end))
        return kept if all(whole(form.codec, one.data) for one in kept) else []
    return []


def _note(found: _Found, kept: list[Kept], begin: int) -> None:
    if not found.count:
        found.first = kept[0].at
    for index, one in enumerate(kept):
        if one.key or not (found.count or index):
            found.entries.append(Entry(max(0, round((one.at - found.first) * 1e6)), begin, one.key))
    found.last = max(found.last, *(one.at for one in kept), 0.0)
    found.count += len(kept)
