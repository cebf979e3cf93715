"""The node's processes seen from outside: the CPU that each took; and a database for a run."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from edge.demo.processes import RunningNode
from tests.postgres import cluster


@dataclass(frozen=True)
class Meter:
    """CPU seconds (user and system) that each process of a node had taken at one moment."""

    processes: dict[str, list[psutil.Process]]
    before: dict[str, float]

    @classmethod
    def of(cls, running: RunningNode) -> "Meter":
        """From now on. PostgreSQL's processes are counted with the node's: they are its database."""
        found = {child.name: [psutil.Process(child.pid)] for child in running.status.children if child.pid is not None}
        if running.settings.database_url.startswith("postgresql"):
            found["postgresql"] = [one for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]
        return cls(found, {name: _taken(each) for name, each in found.items()})

    def used(self) -> dict[str, float]:
        """Name -> CPU seconds since then."""
        return {name: _taken(each) - self.before[name] for name, each in self.processes.items()}


def _taken(processes: list[psutil.Process]) -> float:
    total = 0.0
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system
    return total


@contextmanager
def database(kind: str, home: Path) -> Iterator[str]:
    """The URL of an empty database: the home's own SQLite file, or a throw-away PostgreSQL that waits for its disk like a real one."""
    home.parent.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield ""
        return
    with cluster(fsync="on") as url:
        yield url


__all__ = ["Meter", "database"]
