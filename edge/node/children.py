"""One child process: how it is started so that it can never outlive the node, and how it is stopped."""

import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

PR_SET_PDEATHSIG: Final = 1
LOG_BYTES: Final = 5_000_000
"""A child's log longer than this is put aside when the child is started; one older log is kept."""
STEADY_S: Final = 30.0
"""A child that lived this long after it was ready starts again without waiting."""
BACK_OFF_S: Final = (0.0, 0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Waits before the 1st, 2nd, ... restart of a child that keeps dying."""

Ready = Callable[[], bool]
_libc = ctypes.CDLL(None, use_errno=True)


class State(StrEnum):
    """Where a child is."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Plan:
    """What a child is. `ready` asks the child itself and answers within a second; `after` names children that must be ready first."""

    name: str
    command: Sequence[str]
    ready: Ready
    log: Path
    after: tuple[str, ...] = ()
    files: tuple[int, ...] = ()
    """Descriptors that the child inherits."""
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_s: float = 8.0


class Child:
    """One plan and its process. Times are time.monotonic() seconds."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.state = State.WAITING
        self.starts = 0
        self.quick_deaths = 0
        self.due = 0.0
        self.since = time.monotonic()
        self.answered = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self, now: float) -> None:
        """Run it: in a process group of its own, killed by the kernel the moment the supervisor is gone."""
        _put_aside(self.plan.log)
        with self.plan.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.plan.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.plan.environment},
                pass_fds=self.plan.files,
                start_new_session=True,
                preexec_fn=_tie_to(os.getpid()),  # noqa: PLW1509 - the supervisor has one thread
            )
        self.starts += 1
        self._enter(State.STARTING, now)

    def check(self, now: float) -> bool:
        """Ask whether it is ready; True when its state changed."""
        if self.plan.ready():
            self.answered = now
            if self.state is State.STARTING:
                self._enter(State.READY, now)
                return True
        return False

    def fell(self, now: float) -> int | None:
        """The exit status when the process has ended since the last look; it is then due again after its back-off."""
        if self._process is None or (status := self._process.poll()) is None:
            return None
        self.kill_group()
        self._process = None
        steady = self.state is State.READY and now - self.since > STEADY_S
        self.quick_deaths = 1 if steady else self.quick_deaths + 1
        self.due = now + BACK_OFF_S[min(self.quick_deaths, len(BACK_OFF_S)) - 1]
        self._enter(State.WAITING, now)
        return status

    def stop(self) -> None:
        """Ask it to end, wait, then make it end."""
        process = self._process
        if process is not None:
            process.send_signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.plan.stop_s)
            self.kill_group()
            process.wait()
        self._process = None
        self._enter(State.STOPPED, time.monotonic())

    def kill_group(self) -> None:
        """End what it started and left behind."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def _enter(self, state: State, now: float) -> None:
        self.state, self.since, self.answered = state, now, now


def _tie_to(parent: int) -> Callable[[], None]:
    """Runs in the child before its program: take the parent's death, and the signals that the supervisor waits for."""

    def tie() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])

    return tie


def _put_aside(log: Path) -> None:
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".old.log"))
