"""`dinh up`: take the home, the ports and the lock, prepare, and supervise until told to end."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from edge.node.plans import Lent, plans
from edge.node.post_office import engine, port
from edge.node.prepare import FirstCredential, heard
from edge.node.sockets import listen
from edge.node.status import ChildStatus, NodeStatus, lock, said_at, write_status
from edge.node.supervisor import Supervisor
from edge.node.version import program_version
from edge.settings import Settings


@dataclass(frozen=True)
class Teller:
    """What the command line wants to hear. `credentials` is called once, on the first start only."""

    credentials: Callable[[Sequence[FirstCredential]], None]
    status: Callable[[NodeStatus], None]


def up(settings: Settings, teller: Teller) -> None:
    """Run the node. Returns when it was told to end. Raises Refusal when it cannot begin; then nothing is left running."""
    home = settings.home
    home.prepare()
    with ExitStack() as held:
        held.enter_context(lock(home))
        began = said_at(datetime.now(UTC))
        https = held.enter_context(listen(settings.https_bind, settings.https_port, key="https.port"))
        http = held.enter_context(listen(settings.https_bind, settings.http_port, key="http.port"))
        broker = port(settings)
        ported = replace(settings, https_port=https.getsockname()[1], http_port=http.getsockname()[1], broker_port=broker)
        ear = held.enter_context(Ear())
        began_with = plans(ported, engine(ported), Lent(https, http, ear.pipe))
        listener = _Listener(ported, teller, ear, began)
        Supervisor(began_with, listener.told, older_s=process_age_s()).run()


class Ear:
    """The supervisor's end of the pipe on which each start of the desk tells how it began."""

    def __init__(self) -> None:
        self._end, self.pipe = os.pipe()
        os.set_blocking(self._end, False)
        self._rest = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._end)
        os.close(self.pipe)

    def lines(self) -> list[str]:
        """Whole lines that have come since the last time."""
        with suppress(BlockingIOError):
            while block := os.read(self._end, 65536):
                self._rest += block
        *lines, self._rest = self._rest.split(b"\n")
        return [line.decode() for line in lines]


class _Listener:
    """Turns what the children do into status.json and into what the operator is told."""

    def __init__(self, settings: Settings, teller: Teller, ear: Ear, began: str) -> None:
        self.settings, self.teller, self.ear, self.began = settings, teller, ear, began
        self.network: tuple[str, ...] = ()

    def told(self, supervisor: Supervisor) -> None:
        """Called at every change. Raises the Refusal of a desk that cannot begin, which ends the supervisor."""
        for line in self.ear.lines():
            prepared = heard(line)
            self.network = prepared.addresses
            if prepared.credentials:
                self.teller.credentials(prepared.credentials)
        children = tuple(ChildStatus(child.plan.name, child.state.value, child.pid, child.starts) for child in supervisor.children)
        where = addresses(self.settings, self.network)
        status = NodeStatus(program_version(), os.getpid(), self.began, supervisor.ready_s, children, where)
        write_status(self.settings.home, status)
        self.teller.status(status)


def addresses(settings: Settings, network: Sequence[str]) -> dict[str, str]:
    """Where people and devices reach the node; `network`: this machine's addresses."""
    port = "" if settings.https_port == 443 else f":{settings.https_port}"
    plain = "" if settings.http_port == 80 else f":{settings.http_port}"
    found = {"local": f"https://localhost{port}", "name": f"https://dinh.local{port}"}
    found |= {f"network{number}": f"https://{address}{port}" for number, address in enumerate(network, 1)}
    return {**found, "trust": f"http://{network[0] if network else 'localhost'}{plain}/trust"}


def process_age_s() -> float:
    """Seconds since this process was started, so that the time to load Python counts too (Linux; 0 elsewhere)."""
    with suppress(OSError, ValueError, IndexError):
        ticks = int(Path("/proc/self/stat").read_text("utf-8").rpartition(")")[2].split()[19])
        return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")
    return 0.0
