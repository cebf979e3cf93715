"""Films rendered once for all tests, the shared clips where they are, and a real RTSP server."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.cameras.watch import films

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
SERVER = Path(__file__).resolve().parents[1] / "rtsp_server.py"
SYSTEM_PYTHON = Path("/usr/bin/python3")
Serve = Callable[..., str]


@pytest.fixture(scope="session")
def dumping(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 18 s in which a bag is left at 8.5 s."""
    return films.render(tmp_path_factory.mktemp("films") / "dumping.mp4", films.dumping, 18)


@pytest.fixture
def shared() -> Path:
    """The shared data; the test is skipped where they are absent."""
    if not DATA.is_dir():
        pytest.skip("../shared/data is absent: real clips are not tried")
    return DATA


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a film over RTSP; returns its address."""
    if rtsp_server_missing():
        pytest.skip("gst-rtsp-server is not installed (gir1.2-gst-rtsp-server-1.0, python3-gi)")
    with ExitStack() as stack:

        def begin(film: Path, *options: str) -> str:
            return stack.enter_context(served(film, *options))

        yield begin


PROBE = "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')"


def rtsp_server_missing() -> bool:
    """This machine has no gst-rtsp-server."""
    return not SYSTEM_PYTHON.exists() or bool(subprocess.run([SYSTEM_PYTHON, "-c", PROBE], check=False, capture_output=True).returncode)


@contextmanager
def served(film: Path, *options: str) -> Iterator[str]:
    """An RTSP server of its own process, ended with the block."""
    process = subprocess.Popen([SYSTEM_PYTHON, SERVER, film, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with process:
        if process.stdout is None or process.stdin is None:
            raise RuntimeError("no pipes")
        port = process.stdout.readline().strip()
        try:
            yield f"rtsp://127.0.0.1:{port}/film"
        finally:
            process.terminate()
            process.wait(timeout=10)
