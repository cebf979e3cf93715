"""Small films as a camera's connection gives them, and an archive."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.limits import Limits
from tests.cameras.watch import films
from tests.cameras.watch.recordings.feeding import ROOMY

Open = Callable[..., Archive]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds, a keyframe every two, no picture out of order."""
    return films.render(tmp_path_factory.mktemp("recorded") / "film.ts", films.passing, 8)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens an archive in the test's own home; it is closed in the end."""
    with ExitStack() as stack:

        def begin(limits: Limits = ROOMY) -> Archive:
            archive = Archive(tmp_path, limits)
            stack.callback(archive.close)
            return archive

        yield begin
