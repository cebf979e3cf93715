"""Keeps the children alive. One thread, no polling while all is well: it sleeps until a signal or the next look is due.

Order: a child starts when everything it comes `after` is ready. A child that ends is started again after its back-off; one
that was ready and has not answered for SILENT_S is killed, and then started again like any other.
"""

import logging
import signal
import time
from collections.abc import Callable, Sequence

from edge.node.children import Child, Plan, State

log = logging.getLogger("dinh.supervisor")

TICK_S = 0.05
"""How often a starting child is asked whether it is ready."""
LOOK_S = 10.0
"""How often a ready child is asked whether it still is."""
SILENT_S = 60.0

AWAITED = (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
Told = Callable[["Supervisor"], None]


class Supervisor:
    """Runs plans until it is told to end (SIGTERM, SIGINT, SIGHUP)."""

    def __init__(self, plans: Sequence[Plan], told: Told, *, older_s: float = 0.0) -> None:
        """`older_s`: how long the start has already taken."""
        self.children = [Child(plan) for plan in plans]
        self._told = told
        self._older_s = older_s
        self.ready_s: float | None = None
        """Seconds from the start until every child was ready for the first time."""

    def run(self) -> None:
        """Start everything, keep it alive, stop it in reverse order when a signal comes."""
        before = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        began = time.monotonic() - self._older_s
        try:
            while True:
                self._step(began)
                caught = signal.sigtimedwait(AWAITED, self._pause())
                if caught is not None and caught.si_signo != signal.SIGCHLD:
                    log.info("told to end by %s", signal.Signals(caught.si_signo).name)
                    break
        finally:
            self.stop()
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def stop(self) -> None:
        """Stop the children, the last started first."""
        for child in reversed(self.children):
            child.stop()
            self._told(self)

    def _step(self, began: float) -> None:
        changed = [self._care_for(child) for child in self.children]
        if self.ready_s is None and all(child.state is State.READY for child in self.children):
            self.ready_s = round(time.monotonic() - began, 2)
            changed.append(True)
        if any(changed):
            self._told(self)

    def _care_for(self, child: Child) -> bool:
        """One look at one child; True when something changed."""
        now = time.monotonic()
        if (status := child.fell(now)) is not None:
            log.warning("%s ended with %s; again in %.1f s", child.plan.name, status, child.due - now)
            return True
        if child.state is State.WAITING:
            return self._start(child, now)
        if child.state is State.STARTING or now - child.answered >= LOOK_S:
            return self._ask(child, now)
        return False

    def _start(self, child: Child, now: float) -> bool:
        ready = {other.plan.name for other in self.children if other.state is State.READY}
        first = child.starts == 0
        if now < child.due or (first and not ready.issuperset(child.plan.after)):
            return False
        try:
            child.start(now)
        except OSError as error:
            child.due = now + LOOK_S
            log.error("%s cannot be started: %s", child.plan.name, error)  # noqa: TRY400 - the reason is in the words
        return True

    def _ask(self, child: Child, now: float) -> bool:
        changed = child.check(now)
        if now - child.answered > SILENT_S:
            log.warning("%s has not answered for %.0f s", child.plan.name, now - child.answered)
            child.kill_group()
        return changed

    def _pause(self) -> float:
        """Seconds until something is due, when no signal comes first."""
        if any(child.state is State.STARTING for child in self.children):
            return TICK_S
        waits = [child.due - time.monotonic() for child in self.children if child.state is State.WAITING]
        return max(TICK_S, min([LOOK_S, *waits]))
