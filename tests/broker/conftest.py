"""Real brokers as real processes, one for each engine, shared by the tests that do not kill it."""

import itertools
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.engines import Address, Credential, Engine
from broker.engines.choice import find_mosquitto
from broker.engines.embedded.engine import EmbeddedEngine
from broker.engines.mosquitto import MosquittoEngine
from broker.identity import Role
from tests.broker.raw import Closed, Hello, Raw, Will
from tests.ports import free_port

ENGINES = ("embedded", "mosquitto")


def password(user: str) -> str:
    return f"{user}-secret".ljust(43, "x")


class Office:
    """A running engine."""

    def __init__(self, engine: Engine, log: Path) -> None:
        self.engine = engine
        self.address: Address = engine.address
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._count = itertools.count(1)
        self.users: dict[str, Role] = {"node": Role.NODE}

    def write(self) -> None:
        self.engine.write(Credential(user, password(user), role) for user, role in self.users.items())

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self.engine.command(), stderr=log, stdout=log)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            try:
                socket.create_connection(self.address, timeout=1).close()
            except ConnectionError:
                time.sleep(0.02)
            else:
                return
        pytest.fail(f"{self.engine.name} does not listen: {self.log()}")

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.poll() is None, f"{self.engine.name} ended: {self.log()}"
        return self._process.pid

    def kill(self) -> None:
        """kill -9."""
        os.kill(self.pid, signal.SIGKILL)
        assert self._process is not None
        self._process.wait()

    def stop(self) -> int:
        assert self._process is not None
        self._process.terminate()
        return self._process.wait(10)

    def reload(self) -> None:
        self.write()
        self.engine.reload(self.pid)

    def log(self) -> str:
        return self._log.read_text()

    def stores(self) -> list[Path]:
        """The files in which the engine keeps messages."""
        return [file for file in self._log.parent.rglob("*") if file.suffix == ".db" or ".sqlite" in file.name]

    def user(self, role: Role) -> str:
        """A user whom no other test uses. Known beforehand, or after a reload."""
        name = f"{role}-{next(self._count)}"
        if name not in self.users:
            self.users[name] = role
            self.reload()
        return name

    def raw(self) -> Raw:
        """A connection that has said nothing."""
        return Raw(self.address)

    def client(self, user: str, *, clean: bool = True, keep_alive: int = 60, will: Will | None = None) -> Raw:
        """Connected as this user."""
        raw = Raw(self.address)
        try:
            present, code = raw.connect(user, password(user), hello=Hello(clean, keep_alive, will))
        except (Closed, TimeoutError):
            raw.socket.close()
            raise
        assert code == 0, f"refused with {code}"
        assert not (clean and present)
        return raw

    def fresh(self, role: Role, *, clean: bool = True) -> Raw:
        """Connected as somebody new."""
        return self.client(self.user(role), clean=clean)


def make_office(name: str, folder: Path) -> Office:
    if name == "embedded":
        engine: Engine = EmbeddedEngine(folder / "embedded", free_port())
    elif (binary := find_mosquitto()) is not None:
        engine = MosquittoEngine(folder / "mosquitto", free_port(), binary)
    else:
        pytest.skip("mosquitto is not installed")
    office = Office(engine, folder / f"{name}.log")
    for count, role in itertools.product(range(1, 120), Role):
        office.users[f"{role}-{count}"] = role
    office.write()
    return office


@pytest.fixture(scope="session", params=ENGINES)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Each engine in turn, running. Nobody may end it."""
    office = make_office(request.param, tmp_path_factory.mktemp("office"))
    office.start()
    yield office
    assert office.pid
    office.stop()


@pytest.fixture(params=ENGINES)
def own_office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """Each engine in turn, running, for this test alone: it may be killed."""
    office = make_office(request.param, tmp_path)
    office.start()
    yield office
    office.stop()


@pytest.fixture(scope="session")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The embedded engine alone, for what only it promises."""
    office = make_office("embedded", tmp_path_factory.mktemp("embedded"))
    office.start()
    yield office
    assert office.pid
    office.stop()


@pytest.fixture
def meeting() -> Callable[[str], str]:
    """Topic of a meeting that no other test uses."""
    name = f"m{time.monotonic_ns():x}"
    return lambda rest: f"dinh/1/meetings/{name}/{rest}"
