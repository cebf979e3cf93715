"""A watcher whose decoder crashes on one film: `python -m tests.cameras.watch.poisoned ...` as `python -m cameras.watch ...`.

Whatever plays a file or stream with "poison" in its name reads address 0 in its own thread, as a broken decoder does, after 30 packets.
"""

import ctypes
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

from cameras.watch.main import main
from cameras.watch.stream import Stream

_decode = Stream.decode
_count = count()
DEADLY = 30


def deadly(stream: Stream, data: bytes, pts: int | None, dts: int | None) -> Iterator[Any]:
    """Decode, or die."""
    if "poison" in stream.url and next(_count) >= DEADLY:
        ctypes.string_at(0)
    yield from _decode(stream, data, pts, dts)


if __name__ == "__main__":
    Stream.decode = deadly  # type: ignore[method-assign,assignment]
    sys.exit(main())
