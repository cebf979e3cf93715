"""What the supervisor says about itself: `run/status.json`, and what can be measured from it."""

import contextlib
import fcntl
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from edge.errors import Code, Refusal
from edge.home import Home

MIB = 1024 * 1024


@dataclass(frozen=True)
class ChildStatus:
    """One child. `state`: waiting, starting, ready, stopped. `starts` counts how often it was started."""

    name: str
    state: str
    pid: int | None
    starts: int
    rss_mib: float | None = None


@dataclass(frozen=True)
class NodeStatus:
    """The node as its supervisor last saw it. `ready_s`: seconds from start until every child was ready."""

    version: str
    pid: int
    started_at: str
    ready_s: float | None
    children: tuple[ChildStatus, ...]
    addresses: Mapping[str, str] = field(default_factory=dict)
    rss_mib: float | None = None

    @property
    def children_mib(self) -> float:
        """Resident memory of all children together."""
        return round(sum(child.rss_mib or 0.0 for child in self.children), 1)

    @property
    def ready(self) -> bool:
        """True when every child is ready."""
        return bool(self.children) and all(child.state == "ready" for child in self.children)

    def to_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**asdict(self), "children_mib": self.children_mib, "ready": self.ready}


def status_file(home: Home) -> Path:
    """Where the supervisor writes."""
    return home.run / "status.json"


def lock(home: Home) -> IO[str]:
    """Hold the home for one supervisor; the kernel lets go when the process ends. Raises Refusal naming who holds it."""
    file = (home.run / "supervisor.lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.seek(0)
        pid = file.read().strip()
        file.close()
        raise Refusal(Code.ALREADY_RUNNING, home=str(home.path), pid=pid) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def running(home: Home) -> bool:
    """True while a supervisor holds this home."""
    try:
        with (home.run / "supervisor.lock").open("r", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    return False


def write_status(home: Home, status: NodeStatus) -> None:
    """Replace the file whole. It says nothing that a restart would need, so it is not forced to disk."""
    fresh = status_file(home).with_suffix(".new")
    with contextlib.suppress(OSError):  # a full disk must not stop the supervisor
        fresh.write_text(json.dumps(status.to_json(), ensure_ascii=False), "utf-8")
        fresh.replace(status_file(home))


def read_status(home: Home) -> NodeStatus:
    """What the supervisor last wrote, with today's memory. Raises Refusal when the node does not run."""
    try:
        raw = json.loads(status_file(home).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        raw = None
    if raw is None or not running(home):
        raise Refusal(Code.NOT_RUNNING, home=str(home.path))
    children = tuple(ChildStatus(one["name"], one["state"], one["pid"], one["starts"], rss_mib(one["pid"])) for one in raw["children"])
    return NodeStatus(
        raw["version"], raw["pid"], raw["started_at"], raw["ready_s"], children, raw["addresses"], rss_mib(raw["pid"], family=False)
    )


def rss_mib(pid: int | None, *, family: bool = True) -> float | None:
    """Resident memory of a process, with what it started when `family`, MiB; None when it is gone."""
    import psutil  # noqa: PLC0415 - not in the supervisor

    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        counted = [process, *(process.children(recursive=True) if family else [])]
        return round(sum(one.memory_info().rss for one in counted) / MIB, 1)
    except psutil.NoSuchProcess:
        return None


def said_at(now: datetime) -> str:
    """RFC 3339, whole seconds."""
    return now.isoformat(timespec="seconds").replace("+00:00", "Z")
