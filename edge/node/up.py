"""`dinh up`: take the home, the ports and the lock, prepare, and supervise until told to end."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from edge.node.plans import LEAN, plans
from edge.node.post_office import engine
from edge.node.prepare import FirstCredential, prepare_apart
from edge.node.sockets import free_port, listen
from edge.node.status import ChildStatus, NodeStatus, lock, said_at, write_status
from edge.node.supervisor import Supervisor
from edge.node.version import program_version
from edge.settings import Settings


@dataclass(frozen=True)
class Teller:
    """What the command line wants to hear. `credentials` is called once, on the first start only."""

    credentials: Callable[[Sequence[FirstCredential]], None]
    status: Callable[[NodeStatus], None]


def up(settings: Settings, tell: Teller) -> None:
    """Run the node. Returns when it was told to end. Raises Refusal before anything is started."""
    home = settings.home
    home.prepare()
    with ExitStack() as held:
        held.enter_context(lock(home))
        began = said_at(datetime.now(UTC))
        https = held.enter_context(listen(settings.https_bind, settings.https_port, key="https.port"))
        http = held.enter_context(listen(settings.https_bind, settings.http_port, key="http.port"))
        broker = free_port(settings.broker_port, key="broker.port")
        ported = replace(settings, https_port=https.getsockname()[1], http_port=http.getsockname()[1], broker_port=broker)
        office = engine(ported)
        prepared = prepare_apart(ported, {**os.environ, **LEAN, "DINH_BROKER_PORT": str(broker)})
        if prepared.credentials:
            tell.credentials(prepared.credentials)
        where = addresses(ported, prepared.addresses)

        def told(supervisor: Supervisor) -> None:
            children = tuple(ChildStatus(child.plan.name, child.state.value, child.pid, child.starts) for child in supervisor.children)
            status = NodeStatus(program_version(), os.getpid(), began, supervisor.ready_s, children, where)
            write_status(home, status)
            tell.status(status)

        Supervisor(plans(ported, office, https=https, http_=http), told, older_s=process_age_s()).run()


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
