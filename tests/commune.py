"""A whole node for journeys and browser tests, set up over its own doors the way the demo sets itself up."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.demo import play
from edge.demo.main import rendered
from edge.demo.processes import Inbox, RunningNode
from edge.demo.stage import Stage, add_cameras, connect_inbox, convene, new_password, seat_tablet, staff

PRIVATE = {"DINH_REPORTING_PRIVATE_NETWORKS": "127.0.0.0/8", "DINH_DESK_UNDO_S": "2"}
CLIPS = Path(__file__).parent / "out" / "clips"
"""Rendered once for a checkout, like the demo's."""


@dataclass
class Commune:
    """The node, its people and its inbox."""

    stage: Stage
    running: RunningNode
    inbox: Inbox

    def __repr__(self) -> str:
        return "Commune"


def quiet(_what: str, _share: float) -> None:
    """Progress for nobody."""


def found_commune(home: Path, held: ExitStack, *, extra: dict[str, str] | None = None) -> Commune:
    """Start a node in `home` with staff, inbox and a prepared council session; ended when `held` is left."""
    inbox = Inbox.start(home.parent / f"{home.name}-inbox")
    held.callback(inbox.stop)
    running = RunningNode.start(home, extra={**PRIVATE, **(extra or {})})
    held.callback(running.stop)
    passwords = {name: new_password() for name in running.once}
    stage = Stage(running.node, passwords, staff(running.node, running.once, passwords))
    held.callback(stage.close)
    connect_inbox(stage, inbox.url, inbox.secret)
    convene(stage)
    return Commune(stage, running, inbox)


def all_present(stage: Stage) -> None:
    """The secretary confirms everybody who has no tablet in the test, so that there is a quorum."""
    base = f"/api/meetings/{stage.meeting}"
    for member in stage.secretary.get(base)["members"]:
        if not member["present"]:
            stage.secretary.post(f"{base}/members/{member['id']}/presence", {"present": True, "reason": "có mặt"})


def flagged(commune: Commune, scenes: tuple[str, ...], *, seconds: float = 150.0) -> None:
    """Wait until the cameras of these scenes have each flagged something."""
    wanted, end = {commune.stage.cameras[scene] for scene in scenes}, time.monotonic() + seconds
    while wanted:
        wanted -= {sighting["camera"] for sighting in commune.stage.officer.get("/api/sightings?state=flagged")}
        if wanted and time.monotonic() > end:
            raise AssertionError(f"nothing flagged within {seconds:.0f} s by {wanted}")
        time.sleep(0.5)


@pytest.fixture(scope="session")
def commune(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commune]:
    """The shared commune: session open, two simulated tablets seated (A1, A2), the day and night cameras watched."""
    with ExitStack() as held:
        made = found_commune(tmp_path_factory.mktemp("commune") / "home", held, extra={"DINH_DESK_UNDO_S": "10"})
        clips = rendered(CLIPS, quiet)
        add_cameras(made.stage, {name: clips[name] for name in ("day", "night")})
        for seat, label in (("a1", "A1"), ("a2", "A2")):
            made.stage.tablets[seat] = seat_tablet(made.stage, seat, label)
        play.open_session(made.stage)
        all_present(made.stage)
        yield made
