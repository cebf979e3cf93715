"""A PostgreSQL of our own: a throw-away cluster on a free port, gone when the tests end."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from tests.ports import free_port


class PostgresMissing(Exception):
    """There is no PostgreSQL server to start here; the text says why."""


def _binaries() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    beside = shutil.which("initdb")
    if not found and beside is None:
        raise PostgresMissing("no PostgreSQL server is installed (apt-get install postgresql)")
    return found[-1].parent if found else Path(str(beside)).parent


def _servant() -> int | None:
    """The account that runs the server when we are root, which initdb refuses."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise PostgresMissing("running as root and neither `postgres` nor `nobody` exists")


@contextmanager
def cluster(*, fsync: str = "off") -> Iterator[str]:
    """A running server; yields the URL of its `postgres` database. `fsync` is on where time is measured. Raises PostgresMissing."""
    binaries, servant = _binaries(), _servant()
    with tempfile.TemporaryDirectory(prefix="dinh-pg-", dir="/tmp") as name:
        data, port = Path(name) / "data", free_port()
        if servant is not None:
            os.chown(name, servant, -1)
        initdb = [str(binaries / "initdb"), "-D", str(data), "-U", "dinh", "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(initdb, check=True, capture_output=True, user=servant, cwd=name)
        options = ["-c", f"fsync={fsync}", "-k", name, "-h", "127.0.0.1", "-p", str(port)]
        with (Path(name) / "log").open("wb") as log:
            server = subprocess.Popen(
                [str(binaries / "postgres"), "-D", str(data), *options], user=servant, cwd=name, stdout=log, stderr=log
            )
        try:
            _wait(port, server)
            yield f"postgresql://dinh@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait(20)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if server.poll() is not None:
            raise PostgresMissing("the PostgreSQL server ended at once")
        try:
            psycopg.connect(f"postgresql://dinh@127.0.0.1:{port}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise PostgresMissing("the PostgreSQL server did not answer")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of the throw-away server; skips with the reason where there is none."""
    try:
        with cluster() as url:
            yield url
    except PostgresMissing as missing:
        pytest.skip(str(missing))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty database of this test's own."""
    name = f"t{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres", f"/{name}")
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


if __name__ == "__main__":
    with cluster() as here:
        sys.stdout.write(f"{here}\n")
