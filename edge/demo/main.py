"""`dinh demo`: a living commune until Ctrl-C; `dinh demo --once`: the same without a person, a table, and an exit status."""

import argparse
import shutil
import signal
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import TYPE_CHECKING

from edge.cli.terminal import Terminal
from edge.demo.calls import CallRefused
from edge.demo.commune import YOURS, plan
from edge.demo.election import prepare_election
from edge.demo.once import Play, Row
from edge.demo.play import Autopilot, open_session
from edge.demo.processes import PORTS, DemoError, Inbox, RunningNode
from edge.demo.scenes import render, scenes
from edge.demo.stage import (
    ADMINISTRATOR,
    CHAIR,
    OFFICER,
    SECRETARY,
    Progress,
    Stage,
    add_cameras,
    connect_inbox,
    convene,
    new_password,
    seat_tablets,
    staff,
)
from edge.errors import Refusal
from edge.node.sockets import listen
from edge.words import Words

if TYPE_CHECKING:
    from rich.progress import TaskID

FOLDER = Path(".demo")
MARKS = {True: "✓", False: "✗", None: "–"}
UNDO_S = "3"
"""The demo tells the inbox of a confirmed case after this many seconds; a real node waits longer for a change of mind."""


def main(arguments: Sequence[str], language: str) -> int:
    """The command. 0 when all went well, 1 with what failed."""
    parser = argparse.ArgumentParser(prog="dinh demo")
    parser.add_argument("--once", action="store_true", help="without a person; prints one table")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the demo lives (default: .demo)")
    asked = parser.parse_args(arguments)
    terminal = Terminal(Words(language))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as held:
        try:
            return once(terminal, asked.folder, held) if asked.once else living(terminal, asked.folder, held)
        except Refusal as refused:
            terminal.error(refused.code, refused.facts)
        except (DemoError, CallRefused, TimeoutError, ConnectionError) as error:
            terminal.bad(terminal.words("demo.failed", why=str(error)))
        except KeyboardInterrupt:
            terminal.say("demo.ended")
            return 0
    return 1


def once(terminal: Terminal, folder: Path, held: ExitStack) -> int:
    """Everything without a person."""
    with _Bars(terminal) as tell:
        stage, running, inbox = build(folder, held, tell=tell, ports=dict.fromkeys(PORTS, 0))
        seat_tablets(stage, leave=None, progress=tell)
        open_session(stage)
        rows = Play(stage, running, inbox, tell).run()
    show(terminal, rows)
    failed = [row.key for row in rows if row.ok is False]
    if failed:
        terminal.bad(terminal.words("demo.failed", why=", ".join(failed)))
    else:
        terminal.good("demo.passed")
    return 1 if failed else 0


def living(terminal: Terminal, folder: Path, held: ExitStack) -> int:
    """Until Ctrl-C."""
    with _Bars(terminal) as tell:
        stage, running, inbox = build(folder, held, tell=tell, ports=_usual_ports())
        seat_tablets(stage, leave=YOURS, progress=tell)
        open_session(stage)
    autopilot = Autopilot(stage, say=lambda what: terminal.say(f"demo.{what}"))
    autopilot.start()
    held.callback(autopilot.stop)
    _show_addresses(terminal, stage, running, inbox)
    threading.Event().wait()
    return 0


def build(folder: Path, held: ExitStack, *, tell: Progress, ports: Mapping[str, int]) -> tuple[Stage, RunningNode, Inbox]:
    """A fresh home, the node, the inbox, the session and the cameras. Rendered clips are kept from one time to the next."""
    shutil.rmtree(folder / "home", ignore_errors=True)
    shutil.rmtree(folder / "inbox", ignore_errors=True)
    clips = rendered(folder / "clips", tell)
    inbox = Inbox.start(folder / "inbox")
    held.callback(inbox.stop)
    tell("node", 0.0)
    running = RunningNode.start(
        folder.resolve() / "home", ports=ports, extra={"DINH_REPORTING_PRIVATE_NETWORKS": "127.0.0.0/8", "DINH_DESK_UNDO_S": UNDO_S}
    )
    held.callback(running.stop)
    tell("node", 1.0)
    passwords = {name: new_password() for name in running.once}
    stage = Stage(running.node, passwords, staff(running.node, running.once, passwords))
    held.callback(stage.close)
    connect_inbox(stage, inbox.url, inbox.secret)
    add_cameras(stage, clips)
    convene(stage)
    prepare_election(stage)
    return stage, running, inbox


def rendered(folder: Path, tell: Progress) -> dict[str, Path]:
    """The four clips, rendered where they are missing, two at a time; who comes meanwhile waits for them."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".rendering").open("w") as alone:
        flock(alone, LOCK_EX)
        _render(folder, tell)
    return {scene.name: folder / f"{scene.name}.mp4" for scene in scenes()}


def _render(folder: Path, tell: Progress) -> None:
    wanted = {scene.name: scene for scene in scenes() if not (folder / f"{scene.name}.mp4").exists()}
    shares = dict.fromkeys(wanted, 0.0)

    def one(name: str) -> None:
        def progress(share: float) -> None:
            shares[name] = share
            tell("clips", sum(shares.values()) / len(shares))

        render(wanted[name], folder / f"{name}.mp4", progress=progress)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, wanted))


def _usual_ports() -> dict[str, int]:
    """The usual ports where they are free, so that addresses are short; any other one where they are not."""
    chosen = {}
    for key, port in PORTS.items():
        try:
            listen("0.0.0.0", port, key=key).close()
            chosen[key] = port
        except Refusal:
            chosen[key] = 0
    return chosen


class _Bars:
    """One progress bar for each thing that takes time."""

    def __init__(self, terminal: Terminal) -> None:
        self.words = terminal.words
        self.progress = terminal.progress()
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Progress:
        self.progress.start()
        return self._tell

    def __exit__(self, *_error: object) -> None:
        self.progress.stop()

    def _tell(self, what: str, share: float) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.progress.add_task(self.words(f"demo.doing_{what}"), total=1.0)
        self.progress.update(self.tasks[what], completed=share)


def show(terminal: Terminal, rows: Sequence[Row]) -> None:
    """The table of `--once`."""
    words = terminal.words
    terminal.table("demo", ("what", "count", "as_promised"), [(words(f"demo.row_{row.key}"), row.value, MARKS[row.ok]) for row in rows])


def _show_addresses(terminal: Terminal, stage: Stage, running: RunningNode, inbox: Inbox) -> None:
    words, url = terminal.words, running.node.url
    seat = next(seat for seat in plan() if seat.label == YOURS)
    enrolment = stage.admin.post("/api/enrolments", {"kind": "tablet", "name": f"Máy {YOURS}", "meeting": stage.meeting, "seat": seat.id})
    people = (
        ("member", enrolment["url"], words("demo.pin", seat=YOURS, pin=stage.pins[seat.id])),
        ("administrator", f"{url}/admin/devices", f"{ADMINISTRATOR} · {stage.passwords[ADMINISTRATOR]}"),
        ("officer", f"{url}/desk", f"{OFFICER} · {stage.passwords[OFFICER]}"),
        ("chair", f"{url}/control/{stage.meeting}", f"{CHAIR} · {stage.passwords[CHAIR]}"),
        ("secretary", f"{url}/control/{stage.meeting}", f"{SECRETARY} · {stage.passwords[SECRETARY]}"),
        ("hall", f"{url}/hall/{stage.meeting}", f"{CHAIR} · {stage.passwords[CHAIR]}"),
        ("inbox", inbox.url, ""),
        ("trust", running.status.addresses["trust"], ""),
    )
    terminal.table("people", ("for_whom", "address", "how"), [(words(f"demo.for_{who}"), address, how) for who, address, how in people])
    terminal.say("demo.accept", seat=YOURS)
    terminal.say("demo.how_to_end")
